package verify_test

import (
	"crypto/ecdsa"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// code is a health code whose signature has been decided beforehand.
type code struct {
	signed trust.Signed
	err    error
}

func (c code) Format() string                               { return "hc1" }
func (c code) Content() string                              { return "dcc" }
func (c code) Country() string                              { return "XA" }
func (c code) KeyID() string                                { return "norland1" }
func (c code) Algorithm() string                            { return "ES256" }
func (c code) Signed() cert.Period                          { return c.signed.Certificate.Signed }
func (c code) Verify(*trust.Keys) (trust.Signed, error)     { return c.signed, c.err }
func (c code) SkipVerification() (*cert.Certificate, error) { return c.signed.Certificate, nil }

var (
	sampled = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	arrival = time.Date(2026, 12, 3, 14, 20, 0, 0, time.FixedZone("", 3600))
	norland = trust.Key{
		ID: "norland1", Public: &ecdsa.PublicKey{}, Country: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test, trust.Vaccination, trust.Notice}},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), Source: "norland.txt",
	}
)

// negative is a certificate of a negative nucleic acid test, of an invented person.
func negative() trust.Signed {
	return trust.Signed{
		Key: norland, Signature: "rrrrssss",
		Certificate: &cert.Certificate{
			Carrier: cert.Carrier{Content: "dcc", Version: "1.3.0"},
			Issuer:  cert.Issuer{Country: "XA"},
			Signed:  cert.Period{Issued: sampled.Add(6 * time.Hour), Until: sampled.AddDate(0, 0, 14)},
			Subject: cert.Person{Names: []cert.Name{{Family: "Lindqvist-Òrn", Given: "Åsa", FamilyICAO: "LINDQVIST<ORN", GivenICAO: "AASA"}}, BirthDate: cert.Date{Year: 1984, Month: 5, Day: 9}},
			Events:  []cert.Event{test(cert.CodeNotDetected)},
		},
	}
}

func test(result string) *cert.Test {
	return &cert.Test{
		Statement: cert.Statement{ID: "URN:UVCI:01:XA:T1#Z", Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}, Country: "XA", Authority: "Norland Health"},
		Type:      cert.Coded{Source: cert.Coding{Code: cert.CodeNucleicAcid}}, Method: cert.NucleicAcid, SampledAt: sampled,
		Outcome: cert.Coded{Source: cert.Coding{Code: result}}, Result: cert.ResultOf(result),
		Laboratory: cert.Facility{Name: "Norland State Laboratory"},
	}
}

func world(t *testing.T) *verify.World {
	t.Helper()
	w := &verify.World{
		Recognitions: trust.Recognitions{{By: "XB", Of: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test, trust.Vaccination, trust.Notice}}, Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}},
		Withdrawals:  []*revoke.List{revoke.NewList("XA", arrival.AddDate(0, 0, -1), arrival.AddDate(0, 1, 0), "https://appeals.norland.example/")},
		Data:         verify.Data{AsOf: arrival.AddDate(0, 0, -1), HardExpiry: arrival.AddDate(0, 1, 0)},
	}
	for _, name := range []string{"norland", "sudmark"} {
		set, err := rules.Pack(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Rules = append(w.Rules, set)
	}
	return w
}

func toSudmark() verify.Question {
	return verify.Question{Trip: verify.Direct("XA", nil, "XB", arrival)}
}

// situation is a row of the colour table: what differs from a traveller whom all rules accept.
type situation struct {
	comment string
	change  func(w *verify.World, c *code, q *verify.Question)
	colour  verify.Colour
	reason  string // first
	failing string // the check that says so, as its JSON name; empty: none
}

var situations = []situation{
	{"all met", nil, verify.Green, "accepted", ""},
	{"the signature fails under the key that the code names", func(_ *verify.World, c *code, _ *verify.Question) { c.err = trust.ErrSignature }, verify.Red, "signature_wrong", "signature"},
	{"the key may not sign tests", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Key.Uses = trust.Uses{Of: []trust.Use{trust.Vaccination}}
	}, verify.Red, "key_not_entitled", "key_use"},
	{"a key of no stated use entitles to nothing", func(_ *verify.World, c *code, _ *verify.Question) { c.signed.Key.Uses = trust.Uses{} }, verify.Red, "key_not_entitled", "key_use"},
	{"withdrawn for fraud", withdrawn(revoke.Fraud), verify.Red, "withdrawn", "unrevoked"},
	{"withdrawn for error", withdrawn(revoke.Error), verify.Red, "withdrawn", "unrevoked"},
	{"withdrawn because a key was lost", withdrawn(revoke.KeyLost), verify.Amber, "withdrawn_key_lost", "unrevoked"},
	{"a positive test within the window", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Events = []cert.Event{test(cert.CodeDetected)}
	}, verify.Red, "infection", "rules"},
	{"an isolation order in force", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Events = []cert.Event{&cert.Notice{Until: arrival.AddDate(0, 0, 5), Appeal: "https://appeals.norland.example/"}}
	}, verify.Red, "isolation", "rules"},
	{"a rule marked refuse", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Events[0].(*cert.Test).Laboratory.Name = "Quick Swab 9"
	}, verify.Red, "rule_refuses", "rules"},
	{"the signer is on no list", func(_ *verify.World, c *code, _ *verify.Question) { c.err = trust.ErrUnknownKey }, verify.Grey, "signer_unknown", ""},
	{"the code names no key", func(_ *verify.World, c *code, _ *verify.Question) { c.err = trust.ErrNoKeyID }, verify.Grey, "no_key_named", ""},
	{"an algorithm unknown to this build", func(_ *verify.World, c *code, _ *verify.Question) { c.err = trust.ErrAlgorithm }, verify.Grey, "algorithm_unknown", ""},
	{"a critical part unknown to this build", func(_ *verify.World, c *code, _ *verify.Question) { c.err = trust.ErrCritical }, verify.Grey, "critical_unknown", ""},
	{"no destination", func(_ *verify.World, _ *code, q *verify.Question) { q.Trip, q.At = verify.Trip{}, arrival }, verify.Grey, "no_destination", ""},
	{"no rules for the destination", func(w *verify.World, _ *code, _ *verify.Question) { w.Rules = nil }, verify.Grey, "no_rules", ""},
	{"no rules for the purpose", func(_ *verify.World, _ *code, q *verify.Question) { q.Purpose = "venue" }, verify.Grey, "no_rules", ""},
	{"rules lapsed", func(_ *verify.World, c *code, q *verify.Question) { late(c, q, 4) }, verify.Grey, "rules_lapsed", ""},
	{"rules not begun", func(w *verify.World, c *code, q *verify.Question) {
		w.Data = verify.Data{}
		late(c, q, -1)
	}, verify.Grey, "rules_not_begun", ""},
	{"data with a part that this build does not know", func(w *verify.World, _ *code, _ *verify.Question) { w.Data.Unknown = "filters" }, verify.Grey, "data_newer", ""},
	{"data past hard expiry", func(_ *verify.World, _ *code, q *verify.Question) { q.Now = arrival.AddDate(0, 2, 0) }, verify.Grey, "data_expired", ""},
	{"a clock of 2010", func(_ *verify.World, _ *code, q *verify.Question) {
		q.Now = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	}, verify.Grey, "clock_impossible", ""},
	{"a clock before the data was made", func(_ *verify.World, _ *code, q *verify.Question) { q.Now = arrival.AddDate(0, 0, -2) }, verify.Grey, "clock_impossible", ""},
	{"no moment at all", func(_ *verify.World, _ *code, q *verify.Question) {
		q.Trip = verify.Direct("XA", nil, "XB", time.Time{})
	}, verify.Grey, "no_moment", ""},
	{"a payload of a later schema than the rules can read", func(_ *verify.World, c *code, _ *verify.Question) { c.signed.Certificate.Carrier.Version = "2.0.0" }, verify.Grey, "rule_open", ""},
	{"a certificate that states nothing", func(_ *verify.World, c *code, _ *verify.Question) { c.signed.Certificate.Events = nil }, verify.Grey, "no_event", ""},
	{"the signature expired", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Signed.Until = arrival.Add(-time.Hour)
	}, verify.Amber, "signature_expired", "in_force"},
	{"the signature is not yet valid", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Signed.Issued = arrival.Add(time.Hour)
	}, verify.Amber, "signature_not_yet", "in_force"},
	{"signed after its key had ended", func(_ *verify.World, c *code, _ *verify.Question) { c.signed.Key.NotAfter = sampled }, verify.Amber, "key_not_in_force", "in_force"},
	{"a country that asks for keys in force now", func(w *verify.World, c *code, _ *verify.Question) {
		w.KeyPolicy, c.signed.Key.NotAfter = trust.ValidNow, arrival.Add(-time.Hour)
	}, verify.Amber, "key_not_in_force", "in_force"},
	{"the destination recognises nobody of the issuer", func(w *verify.World, _ *code, _ *verify.Question) { w.Recognitions[0].Of = "XC" }, verify.Amber, "not_recognised_issuer", "recognised"},
	{"the recognition is over", func(w *verify.World, _ *code, _ *verify.Question) { w.Recognitions[0].Until = arrival }, verify.Amber, "recognition_ended", "recognised"},
	{"not this use", func(w *verify.World, _ *code, _ *verify.Question) {
		w.Recognitions[0].Uses = trust.Uses{Of: []trust.Use{trust.Vaccination}}
	}, verify.Amber, "not_recognised_use", "recognised"},
	{"not this format", func(w *verify.World, _ *code, _ *verify.Question) { w.Recognitions[0].Formats = []string{"vds"} }, verify.Amber, "not_recognised_format", "recognised"},
	{"not this kind of test", func(w *verify.World, _ *code, _ *verify.Question) {
		w.Recognitions[0].Methods = []string{"antigen_rapid"}
	}, verify.Amber, "not_recognised_method", "recognised"},
	{"not this laboratory", func(w *verify.World, _ *code, _ *verify.Question) { w.Recognitions[0].Laboratories = []string{"LAB-7"} }, verify.Amber, "not_recognised_laboratory", "recognised"},
	{"a rule not met: the test is 80 hours old", func(_ *verify.World, _ *code, q *verify.Question) {
		q.Trip = verify.Direct("XA", nil, "XB", sampled.Add(80*time.Hour))
	}, verify.Amber, "rule_failed", "rules"},
	{"a rule not met for lack of data", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Events[0].(*cert.Test).Type = cert.Coded{}
	}, verify.Amber, "rule_lacks", "rules"},
	{"a kind of evidence that is not accepted", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Events = []cert.Event{&cert.Notice{Release: true}}
	}, verify.Amber, "kind_not_accepted", "rules"},
	{"several events in one certificate", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Events = append(c.signed.Certificate.Events, test(cert.CodeNotDetected))
	}, verify.Amber, "several_events", ""},
	{"two at once: expired and forged is red", func(_ *verify.World, c *code, _ *verify.Question) {
		c.signed.Certificate.Signed.Until = arrival.Add(-time.Hour)
		c.signed.Key.Uses = trust.Uses{}
	}, verify.Red, "key_not_entitled", "in_force"},
	{"two at once: not recognised and no rules is grey", func(w *verify.World, _ *code, _ *verify.Question) {
		w.Rules, w.Recognitions[0].Of = nil, "XC"
	}, verify.Grey, "no_rules", "recognised"},
	{"two at once: withdrawn and past hard expiry is red", func(w *verify.World, c *code, q *verify.Question) {
		withdrawn(revoke.Fraud)(w, c, q)
		q.Now = arrival.AddDate(0, 2, 0)
	}, verify.Red, "withdrawn", "unrevoked"},
}

func withdrawn(why revoke.Reason) func(*verify.World, *code, *verify.Question) {
	return func(w *verify.World, c *code, _ *verify.Question) {
		e := revoke.Entry{Handle: revoke.Handles(c.signed)[0], Reason: why, Since: arrival.Add(-time.Hour)}
		w.Withdrawals = []*revoke.List{revoke.NewList("XA", arrival.AddDate(0, 0, -1), arrival.AddDate(0, 1, 0), "https://appeals.norland.example/", e)}
	}
}

// late moves the journey, and the certificate with it, by years.
func late(c *code, q *verify.Question, years int) {
	at := arrival.AddDate(years, 0, 0)
	q.Trip = verify.Direct("XA", nil, "XB", at)
	q.Now = arrival
	if years < 0 {
		q.Now = at
	}
	c.signed.Certificate.Signed = cert.Period{Issued: at.Add(-48 * time.Hour), Until: at.AddDate(0, 0, 9)}
	c.signed.Certificate.Events[0].(*cert.Test).SampledAt = at.Add(-50 * time.Hour)
	c.signed.Key.NotBefore, c.signed.Key.NotAfter = at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
}

func (s situation) ask(t *testing.T) verify.Report {
	t.Helper()
	w, c, q := world(t), code{signed: negative()}, toSudmark()
	if s.change != nil {
		s.change(w, &c, &q)
	}
	return verify.CheckCode(w, c, q)
}

func TestTheOneColourTable(t *testing.T) {
	for _, s := range situations {
		t.Run(strings.ReplaceAll(s.comment, " ", "_"), func(t *testing.T) {
			r := s.ask(t)
			if r.Verdict != s.colour {
				t.Errorf("got %s, want %s; reasons %v", r.Verdict, s.colour, codes(r))
			}
			if got := codes(r); len(got) == 0 || got[0] != s.reason {
				t.Errorf("reasons %v, want %s first", got, s.reason)
			}
			if s.failing != "" && statuses(r)[s.failing] != verify.Fail {
				t.Errorf("%s is %s, want fail", s.failing, statuses(r)[s.failing])
			}
			if s.colour == verify.Green {
				for name, status := range statuses(r) {
					if status != verify.Pass {
						t.Errorf("green although %s is %s", name, status)
					}
				}
			}
		})
	}
}

func codes(r verify.Report) []string {
	var out []string
	for _, reason := range r.Reasons {
		out = append(out, reason.Code)
	}
	return out
}

func statuses(r verify.Report) map[string]verify.Status {
	c := r.Checks
	return map[string]verify.Status{"signature": c.Signature, "key_use": c.KeyUse, "in_force": c.InForce, "schema": c.Schema, "unrevoked": c.Unrevoked, "recognised": c.Recognised, "rules": c.Rules}
}

func TestEveryReasonHasAWordAndARedOneHasANextStep(t *testing.T) {
	for code := range words.Codes {
		if c, ok := verify.ColourOf(code); ok && c == verify.Red {
			for _, lang := range words.Languages() {
				if _, next := words.Say(lang, code); next == "" {
					t.Errorf("%s: %s is red and says no next step", lang, code)
				}
			}
		}
	}
	for _, code := range verify.Table() {
		if _, ok := words.Codes[code]; !ok {
			t.Errorf("%s gives a colour and has no words", code)
		}
	}
}

func TestNoSentenceHasAHole(t *testing.T) {
	for _, s := range situations {
		for _, lang := range words.Languages() {
			for _, reason := range s.ask(t).In(lang, "x").Reasons {
				if text := reason.Text + " " + reason.Next; strings.Contains(text, "? ") || strings.Contains(text, "?.") || strings.Contains(text, "(?)") {
					t.Errorf("%s: %s: %q lacks a parameter", s.comment, reason.Code, text)
				}
			}
		}
	}
}

func TestNobodyIsTurnedRedWithoutAnAppealOrARemedy(t *testing.T) {
	for _, s := range situations {
		r := s.ask(t)
		if r.Verdict != verify.Red {
			continue
		}
		first := r.In("en", "x").Reasons[0]
		if first.Next == "" {
			t.Errorf("%s: red without a next step", s.comment)
		}
		switch first.Code {
		case "withdrawn", "infection", "isolation", "rule_refuses":
			if !strings.Contains(first.Next, ".example") {
				t.Errorf("%s: red without an appeal contact: %q", s.comment, first.Next)
			}
		}
	}
}

func TestAPersonIsShownOnlyWhereTheSignaturePassed(t *testing.T) {
	for _, s := range situations {
		r := s.ask(t)
		_, shown := r.Person()
		if shown != (r.Checks.Signature == verify.Pass) {
			t.Errorf("%s: person shown: %v, signature %s", s.comment, shown, r.Checks.Signature)
		}
		if text := fmt.Sprintf("%+v", r.In("en", "x")); !shown && (strings.Contains(text, "Lindqvist") || strings.Contains(text, "1984")) {
			t.Errorf("%s: the answer names a person whom nobody signed for", s.comment)
		}
		if a := r.In("en", "x"); !shown && (a.WithPayload(r).Certificate != nil || a.WithPayload(r).Payload != nil) {
			t.Errorf("%s: contents without a signature", s.comment)
		}
	}
}

func TestTheZeroWorldTrustsNobody(t *testing.T) {
	for _, text := range []string{"", "HC1:", "HC1:6BF", "x", strings.Repeat("A", 100_000)} {
		r := verify.Check(new(verify.World), text, toSudmark())
		if r.Verdict != verify.Grey || len(r.Reasons) == 0 {
			t.Errorf("a zero world answers %s with %v", r.Verdict, codes(r))
		}
	}
	if v := (verify.Report{}).Verdict; v != verify.Grey {
		t.Errorf("the zero report is %s", v)
	}
}

func TestAmberSaysWhatWouldDoAndByWhen(t *testing.T) {
	at := sampled.Add(80 * time.Hour)
	w, q := world(t), verify.Question{Trip: verify.Direct("XA", nil, "XB", at)}
	r := verify.CheckCode(w, code{signed: negative()}, q)
	i := slices.IndexFunc(r.Reasons, func(r verify.Reason) bool { return r.Code == "rule_failed" })
	if i < 0 {
		t.Fatalf("reasons %v, want rule_failed", codes(r))
	}
	j := slices.IndexFunc(r.Reasons[i].Cures, func(c verify.Cure) bool { return c.Code == "cure_new_test" })
	if j < 0 {
		t.Fatalf("cures %+v, want a new test", r.Reasons[i].Cures)
	}
	c := r.Reasons[i].Cures[j]
	if !c.From.Equal(at.Add(-72*time.Hour)) || !c.Until.Equal(at) || !r.Reasons[i].By.Equal(at) {
		t.Errorf("a new test from %s until %s, by %s; want the 72 hours before %s", c.From, c.Until, r.Reasons[i].By, at)
	}
}

func TestTheVerdictSaysWhenItChangesByItself(t *testing.T) {
	w, q := world(t), toSudmark()
	r := verify.CheckCode(w, code{signed: negative()}, q)
	if want := sampled.Add(72*time.Hour + time.Millisecond); !r.ChangesAt.Equal(want) {
		t.Errorf("green changes at %s, want just after the 72nd hour, %s", r.ChangesAt, want)
	}
	for _, s := range situations {
		w, c, q := world(t), code{signed: negative()}, toSudmark()
		if s.change != nil {
			s.change(w, &c, &q)
		}
		r := verify.CheckCode(w, c, q)
		if r.ChangesAt.IsZero() {
			continue
		}
		for _, v := range []struct {
			at   time.Time
			same bool
		}{{r.ChangesAt.Add(-time.Millisecond), true}, {r.ChangesAt, false}} {
			later := q
			later.At = v.at
			if later.Now.IsZero() || later.Now.Before(v.at) {
				later.Now = v.at
			}
			if got := verify.CheckCode(w, c, later).Verdict; (got == r.Verdict) != v.same {
				t.Errorf("%s: %s until %s, but %s at %s", s.comment, r.Verdict, r.ChangesAt, got, v.at)
			}
		}
	}
}

func TestObligationsComeWithGreen(t *testing.T) {
	r := verify.CheckCode(world(t), code{signed: negative()}, toSudmark())
	if len(r.Obligations) == 0 || !r.Obligations[0].By.Equal(arrival.Add(120*time.Hour)) || r.Obligations[0].What.In("fr") == "" {
		t.Errorf("obligations %+v, want a second test within 120 hours of arrival", r.Obligations)
	}
}

func TestTheWayThroughATransitCountryIsJudgedByItsTransitRules(t *testing.T) {
	w, q := world(t), verify.Question{Trip: verify.Direct("XA", []string{"XC"}, "XB", arrival)}
	r := verify.CheckCode(w, code{signed: negative()}, q)
	if r.Verdict != verify.Green || !slices.Contains(codes(r), "transit_not_judged") {
		t.Errorf("%s with %v, want green and a line that the transit was not judged", r.Verdict, codes(r))
	}
	f := w.Rules[1].File
	f.Purpose, f.ID = "transit", "sudmark-transit"
	set, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	w.Rules = append(w.Rules, set)
	q = verify.Question{Trip: verify.Direct("XC", []string{"XB"}, "XA", sampled.Add(73*time.Hour))}
	if r = verify.CheckCode(w, code{signed: negative()}, q); r.Verdict != verify.Amber || !slices.ContainsFunc(r.Reasons, func(r verify.Reason) bool { return r.Rule == "TR-XB-0003" }) {
		t.Errorf("%s with %v, want amber by the transit rule of Sudmark", r.Verdict, codes(r))
	}
}

// Data that is due for renewal answers as before, and says so.
func TestDataPastItsSoftExpiryIsALineAndNoColour(t *testing.T) {
	for _, v := range []struct {
		comment string
		soft    time.Time
		says    bool
	}{
		{"not stated", time.Time{}, false},
		{"at this moment", arrival, false},
		{"a second ago", arrival.Add(-time.Second), true},
	} {
		w, c, q := world(t), code{signed: negative()}, toSudmark()
		w.Data.SoftExpiry = v.soft
		r := verify.CheckCode(w, c, q)
		old := slices.ContainsFunc(r.Reasons, func(r verify.Reason) bool { return r.Code == "data_old" })
		if r.Verdict != verify.Green || old != v.says {
			t.Errorf("%s: %s, says that it is old: %v", v.comment, r.Verdict, old)
		}
	}
}
