package verify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// life is a person of Norland, what they hold, and the world that judges it.
type life struct {
	t       testing.TB
	world   *verify.World
	issuer  hc1.Issuer
	health  history.Office
	border  map[string]history.Office
	holder  history.Holder
	codes   []string
	history history.File
	at      time.Time
}

var selfAt = time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("", 3600))

// newLife is somebody who stayed at home, in an area of the level low, for a
// year, under the rule set of the name, as Norland applies it.
func newLife(t testing.TB, pack string) *life {
	t.Helper()
	l := &life{t: t, at: selfAt, border: map[string]history.Office{}, holder: history.Holder{Number: "N1234567", Country: "XXA", Birth: cert.Date{Year: 1984, Month: 5, Day: 9}}}
	l.issuer.Signer, l.issuer.Key = l.key("norland8", "XA", trust.Test, trust.Vaccination, trust.Recovery)
	l.health.Signer, l.health.Key = l.key("health-8", "XA", trust.Notice, trust.Exposure)
	keys := new(trust.Keys)
	keys.Add(l.issuer.Key)
	keys.Add(l.health.Key)
	for _, cc := range []string{"XA", "XB", "XC"} {
		var o history.Office
		o.Signer, o.Key = l.key("border"+cc, cc, trust.Stamp)
		l.border[cc] = o
		keys.Add(o.Key)
	}
	l.world = &verify.World{Keys: keys}
	set, err := rules.Pack(pack)
	if err != nil {
		t.Fatal(err)
	}
	if set, err = set.For("XA"); err != nil {
		t.Fatal(err)
	}
	l.world.Rules = []*rules.Set{set}
	l.areas("XA", "2026-10-25", "2026-11-24", history.Area{Region: "01", Population: 812000, Cases: 1200, Level: "low", Name: "North"}, history.Area{Region: "02", Population: 97500, Cases: 24000, Level: "high", Name: "The Isles"})
	l.areas("XB", "2026-10-25", "2026-11-24", history.Area{Region: "02", Population: 97500, Cases: 24000, Level: "high", Name: "South"})
	l.stay("XA/01", "2025-11-01", "")
	return l
}

func (l *life) key(id, country string, uses ...trust.Use) (crypto.Signer, trust.Key) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	return signer, trust.Key{ID: id, Public: signer.Public(), Country: country, Uses: trust.Uses{Of: uses}, Source: "test",
		NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func (l *life) areas(country, from, until string, areas ...history.Area) {
	l.world.Areas = append(l.world.Areas, history.AreaList{Jurisdiction: country, Published: day(from), Until: day(until), Floor: history.MinFloor, Days: 7, Areas: areas})
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func date(s string) cert.Date { return cert.DateOf(day(s)) }

// stay declares a stay by days, or by moments.
func (l *life) stay(place, from, until string) {
	l.history.Stays = append(l.history.Stays, history.Stay{Place: at(place), From: bound(from), Until: bound(until)})
}

func at(place string) history.Place {
	in, region, _ := strings.Cut(place, "/")
	return history.Place{In: in, Region: region}
}

func bound(s string) history.Bound {
	switch len(s) {
	case 0:
		return history.Bound{}
	case len(time.DateOnly):
		return history.Bound{Date: date(s)}
	}
	return history.Bound{At: clock(s)}
}

func clock(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// tested adds a certificate of a test.
func (l *life) tested(result, moment string, change ...func(*cert.Certificate)) string {
	c := negative().Certificate
	e := test(result)
	e.SampledAt = clock(moment)
	c.Events, c.Signed = []cert.Event{e}, cert.Period{Issued: e.SampledAt.Add(10 * time.Minute), Until: e.SampledAt.AddDate(0, 0, 60)}
	for _, f := range change {
		f(c)
	}
	text, err := l.issuer.Issue(c, rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	l.codes = append(l.codes, text)
	return text
}

// ordered adds an order, or with of the release from one.
func (l *life) ordered(order, from, until, of string) string {
	n := history.Notice{Issued: clock(from), Expires: clock(from).AddDate(0, 2, 0), Order: order, Reason: "You sat beside somebody infectious.",
		Appeal: "https://appeals.norland.example", From: clock(from), Disease: cert.COVID19, Authority: "Norland Health"}
	if of != "" {
		o, err := history.OpenNotice(of, l.world.Keys)
		if err != nil {
			l.t.Fatal(err)
		}
		n.Release, n.Of, n.Reason = true, o.Hash, "Your test found nothing."
	} else {
		n.Until = clock(until)
	}
	text, err := l.health.Notice(n, l.holder, rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	l.history.Notices = append(l.history.Notices, text)
	return text
}

func (l *life) stamped(country string, way history.Direction, moment string) string {
	text, err := l.border[country].Stamp(history.Stamp{At: clock(moment), Until: clock(moment).AddDate(1, 0, 0), Direction: way}, l.holder, rand.Reader)
	if err != nil {
		l.t.Fatal(err)
	}
	l.history.Stamps = append(l.history.Stamps, text)
	return text
}

func (l *life) exposed(day string, risk exposure.Risk) {
	l.history.Exposure = append(l.history.Exposure, history.Exposure{Date: date(day), Risk: risk, System: "gaen", Rule: "de-2021"})
}

func (l *life) question() verify.Question {
	return verify.Question{Trip: verify.Trip{Legs: []verify.Leg{{Jurisdiction: "XA", Region: "01"}}}, At: l.at}
}

func (l *life) own() verify.Own {
	return verify.OpenOwn(l.world, l.codes, l.history, l.holder, nil)
}

func (l *life) colour() verify.SelfReport { return verify.Self(l.world, l.own(), l.question()) }

func reasonCodes(reasons []verify.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return out
}

func (l *life) want(colour verify.Colour, reasons ...string) verify.SelfReport {
	l.t.Helper()
	r := l.colour()
	if got := reasonCodes(r.Reasons); r.Verdict != colour || !slices.Equal(got, reasons) {
		l.t.Errorf("%v %v, want %v %v", r.Verdict, got, colour, reasons)
	}
	return r
}

func (l *life) changes(r verify.SelfReport, moment string, to verify.Colour) {
	l.t.Helper()
	if moment == "" && r.ChangesAt.IsZero() {
		return
	}
	if !r.ChangesAt.Equal(clock(moment)) || r.ChangesTo != to {
		l.t.Errorf("changes at %v to %v, want %s %v", r.ChangesAt, r.ChangesTo, moment, to)
	}
}

// A contact notice is amber until its end, and green from its release on.
func TestNoticeAndRelease(t *testing.T) {
	l := newLife(t, "self-lenient")
	l.changes(l.want(verify.Green, "self_green"), "", 0)
	order := l.ordered("quarantine", "2026-11-19T12:00:00+01:00", "2026-11-28T12:00:00+01:00", "")
	l.changes(l.want(verify.Amber, "order_in_force"), "2026-11-28T12:00:00+01:00", verify.Green)
	l.at = clock("2026-11-28T12:00:00+01:00")
	l.want(verify.Green, "self_green")
	l.at = clock("2026-11-28T11:59:59+01:00")
	l.want(verify.Amber, "order_in_force")
	l.at = selfAt
	l.ordered("quarantine", "2026-11-20T08:00:00+01:00", "", order)
	l.want(verify.Green, "self_green")
	l.at = clock("2026-11-20T07:59:59+01:00")
	l.changes(l.want(verify.Amber, "order_in_force"), "2026-11-20T08:00:00+01:00", verify.Green)
}

// Isolation is red, and by its end grey or green as the rest stands; a positive
// test is, until the infection window ends or a health authority releases.
func TestIsolationAndInfection(t *testing.T) {
	l := newLife(t, "self-lenient")
	order := l.ordered("isolation", "2026-11-19T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
	l.changes(l.want(verify.Red, "isolation"), "2026-11-24T12:00:00+01:00", verify.Green)
	l.tested(cert.CodeDetected, "2026-11-19T10:00:00+01:00")
	l.want(verify.Red, "isolation", "infection")
	l.ordered("isolation", "2026-11-20T08:00:00+01:00", "", order)
	l.want(verify.Green, "self_green") // released, from both
	l.tested(cert.CodeDetected, "2026-11-20T08:30:00+01:00")
	l.changes(l.want(verify.Red, "infection"), "2026-11-25T08:30:00+01:00", verify.Green)
}

// An order is nobody else's, and from nobody else: marked, and the rest survives.
func TestOrdersOfOthers(t *testing.T) {
	for _, v := range []struct {
		comment string
		change  func(l *life)
		code    history.Code
	}{
		{"a notice for somebody else", func(l *life) {
			l.holder.Number = "N7654321"
			l.ordered("isolation", "2026-11-19T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
			l.holder.Number = "N1234567"
		}, history.OtherHolder},
		{"an office that may not sign notices", func(l *life) {
			l.health.Key.Uses = trust.Uses{Of: []trust.Use{trust.Notice}}
			l.ordered("isolation", "2026-11-19T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
			k := l.health.Key
			k.Uses = trust.Uses{Of: []trust.Use{trust.Test}}
			l.world.Keys = new(trust.Keys)
			l.world.Keys.Add(k)
		}, history.NotEntitled},
		{"an authority outside its jurisdiction", func(l *life) {
			l.ordered("isolation", "2026-11-19T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
			k := l.health.Key
			k.Country = "XB"
			l.world.Keys = new(trust.Keys)
			l.world.Keys.Add(k)
		}, history.ForeignSigner},
		{"an unknown office", func(l *life) {
			l.ordered("isolation", "2026-11-19T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
			l.world.Keys = new(trust.Keys)
		}, history.UnknownSigner},
		{"an order of tomorrow", func(l *life) {
			l.ordered("isolation", "2026-11-21T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
		}, history.Future},
	} {
		l := newLife(t, "self-lenient")
		l.exposed("2026-11-19", exposure.High)
		v.change(l)
		r := l.want(verify.Amber, "rule_failed")
		if !slices.ContainsFunc(r.Aside, func(a verify.Aside) bool { return a.Kind == "notice" && a.Reasons[0].Code == "history_"+string(v.code) }) {
			t.Errorf("%s: set aside %+v, want %s", v.comment, r.Aside, v.code)
		}
	}
}

// Without the document an order cannot be told to be the person's: grey, for
// green would hide it and red would be somebody else's.
func TestOrderWithoutADocument(t *testing.T) {
	l := newLife(t, "self-lenient")
	l.ordered("isolation", "2026-11-19T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
	l.holder = history.Holder{}
	l.want(verify.Grey, "holder_unknown")
	l.at = clock("2026-11-24T12:00:00+01:00")
	l.want(verify.Green, "self_green")
}

// Exposure days turn amber, a test of the right day turns green, and the days
// are those of the rules at every offset.
func TestExposure(t *testing.T) {
	l := newLife(t, "self-baseline")
	l.exposed("2026-11-15", exposure.Low)
	l.want(verify.Green, "self_green")
	l.exposed("2026-11-17", exposure.High)
	r := l.want(verify.Amber, "rule_failed")
	l.changes(r, "2026-11-24T00:00:00.001Z", verify.Grey) // the area list ends before the ten days do
	if got := r.In("en"); !strings.Contains(got.Reasons[0].Next, "sampled at 22 Nov 2026") {
		t.Errorf("what would do: %s", got.Reasons[0].Next)
	}
	l.areas("XA", "2026-11-24", "2026-12-24", history.Area{Region: "01", Population: 812000, Level: "low", Name: "North"})
	r = l.want(verify.Amber, "rule_failed")
	l.changes(r, "2026-11-27T00:00:00Z", verify.Green)
	if !r.GreenAt.Equal(r.ChangesAt) {
		t.Errorf("green at %s", r.GreenAt)
	}
	for moment, want := range map[string]verify.Colour{
		"2026-11-26T23:59:59Z": verify.Amber, "2026-11-27T00:00:00Z": verify.Green,
		"2026-11-27T05:29:59+05:30": verify.Amber, "2026-11-27T05:30:00+05:30": verify.Green,
		"2026-11-26T15:59:59-08:00": verify.Amber, "2026-11-26T16:00:00-08:00": verify.Green,
	} {
		l.at = clock(moment)
		if r := l.colour(); r.Verdict != want {
			t.Errorf("%s: %v %v", moment, r.Verdict, reasonCodes(r.Reasons))
		}
	}
	l.at = clock("2026-11-23T09:00:00+01:00")
	l.tested(cert.CodeNotDetected, "2026-11-21T23:00:00+01:00")
	l.want(verify.Amber, "rule_failed")
	l.tested(cert.CodeNotDetected, "2026-11-22T01:00:00+01:00")
	l.want(verify.Green, "self_green")
}

// Where one was counts, and what is not known of it is grey and named.
func TestWhereabouts(t *testing.T) {
	l := newLife(t, "self-baseline")
	l.history.Stays = nil
	l.stay("XA/01", "2025-11-01", "2026-11-08")
	l.stay("XB/02", "2026-11-08", "2026-11-12")
	l.stay("XA/01", "2026-11-12", "")
	l.want(verify.Amber, "rule_failed")
	l.tested(cert.CodeNotDetected, "2026-11-13T23:00:00+01:00")
	l.want(verify.Green, "self_green")
	l.codes = nil

	l.history.Stays = slices.Delete(l.history.Stays, 1, 2)
	r := l.want(verify.Grey, "history_unknown", "gap_stay")
	if text := r.In("en").Reasons[1].Text; !strings.Contains(text, "8 Nov 2026, 00:00") || !strings.Contains(text, "12 Nov 2026, 23:59") {
		t.Errorf("the gap: %s", text)
	}
	l.stay("XB", "2026-11-08", "2026-11-12")
	l.want(verify.Grey, "history_unknown", "gap_no_region")
	l.history.Stays[2].Place.Region = "09"
	l.want(verify.Grey, "history_unknown", "gap_no_area")
	l.history.Stays[2].Place = history.Place{In: "XC", Region: "01"}
	l.want(verify.Grey, "history_unknown", "gap_no_list")
	l.world.Areas = nil
	l.want(verify.Grey, "history_unknown", "gap_no_list", "gap_no_list", "gap_no_list")
}

// Somebody who lives where the figures are high does not get green by waiting.
func TestWhoStaysInAnArea(t *testing.T) {
	l := newLife(t, "self-baseline")
	l.history.Stays = nil
	l.stay("XA/02", "2025-11-01", "")
	for _, from := range []string{"2026-11-24", "2026-12-20"} {
		l.areas("XA", from, day(from).AddDate(0, 0, 31).Format(time.DateOnly), history.Area{Region: "02", Population: 97500, Cases: 24000, Level: "high", Name: "The Isles"})
	}
	r := l.want(verify.Amber, "rule_failed")
	if !r.GreenAt.IsZero() {
		t.Errorf("green at %s by itself", r.GreenAt)
	}
	l.changes(r, "2027-02-03T00:00:00Z", verify.Grey) // two weeks after the last list
	l.history.Stays = nil
	l.stay("XA/02", "2025-11-01", "2026-11-18T18:00:00+01:00")
	l.stay("XA/01", "2026-11-18T18:00:00+01:00", "")
	for i := range l.world.Areas {
		if a := &l.world.Areas[i]; a.Jurisdiction == "XA" && len(a.Areas) == 1 {
			a.Areas = append([]history.Area{{Region: "01", Population: 812000, Level: "low", Name: "North"}}, a.Areas...)
		}
	}
	l.changes(l.want(verify.Amber, "rule_failed"), "2026-12-02T18:00:00+01:00", verify.Green)
}

// What is missing, stale or expired is grey, with what is to be fetched; never red.
func TestMissingIsGrey(t *testing.T) {
	for _, v := range []struct {
		comment string
		pack    string
		change  func(l *life)
		reason  string
	}{
		{"nothing in the file", "self-lenient", func(l *life) { l.history = history.File{} }, "nothing_held"},
		{"no test at all, where one is asked for", "self-strict", func(*life) {}, "evidence_missing"},
		{"a test that is too old", "self-strict", func(l *life) { l.tested(cert.CodeNotDetected, "2026-11-12T10:00:00+01:00") }, "evidence_missing"},
		{"a test whose signature expired", "self-strict", func(l *life) {
			l.tested(cert.CodeNotDetected, "2026-11-19T10:00:00+01:00", func(c *cert.Certificate) { c.Signed.Until = clock("2026-11-20T08:00:00+01:00") })
		}, "evidence_missing"},
		{"a test by an issuer that Norland does not recognise", "self-strict", func(l *life) {
			l.tested(cert.CodeNotDetected, "2026-11-19T10:00:00+01:00")
			l.world.Recognitions = trust.Recognitions{{By: "XA", Of: "XC", Uses: trust.Uses{Any: true}, Until: clock("2028-01-01T00:00:00Z")}}
			l.issuer.Key.Country = "XB"
			l.world.Keys = new(trust.Keys)
			l.world.Keys.Add(l.issuer.Key)
		}, "evidence_missing"},
		{"no rules", "self-lenient", func(l *life) { l.world.Rules = nil }, "no_rules"},
		{"lapsed rules", "self-lenient", func(l *life) { l.at = clock("2031-01-01T00:00:00Z") }, "rules_lapsed"},
		{"data past its hard expiry", "self-lenient", func(l *life) { l.world.Data.HardExpiry = clock("2026-11-19T00:00:00Z") }, "data_expired"},
		{"a clock of 2010", "self-lenient", func(l *life) { l.at = clock("2010-01-01T00:00:00Z") }, "clock_impossible"},
		{"no area list", "self-baseline", func(l *life) { l.world.Areas = nil }, "history_unknown"},
	} {
		l := newLife(t, v.pack)
		v.change(l)
		r := l.colour()
		if r.Verdict != verify.Grey || r.Reasons[0].Code != v.reason {
			t.Errorf("%s: %v %v", v.comment, r.Verdict, reasonCodes(r.Reasons))
		}
		for _, said := range r.In("en").Reasons {
			if said.Text == "" || said.Colour == "red" {
				t.Errorf("%s: %+v", v.comment, said)
			}
		}
	}
}

// What is not authentic, withdrawn or somebody else's is set aside with its
// reason, whatever it says, and the rest of the file survives.
func TestSetAside(t *testing.T) {
	l := newLife(t, "self-strict")
	good := l.tested(cert.CodeNotDetected, "2026-11-19T10:00:00+01:00")
	l.want(verify.Green, "self_green")
	flip := []byte(l.tested(cert.CodeDetected, "2026-11-20T07:00:00+01:00"))
	flip[len(flip)/2] ^= 1
	l.codes = []string{good, string(flip)}
	r := l.want(verify.Green, "self_green")
	if len(r.Aside) != 1 || r.Aside[0].Kind != "certificate" || r.Aside[0].Index != 1 {
		t.Errorf("set aside: %+v", r.Aside)
	}
	for _, v := range []struct {
		comment, reason string
		change          func(c *cert.Certificate)
	}{
		{"of somebody else", "other_person", func(c *cert.Certificate) {
			c.Subject.Names = []cert.Name{{Family: "Berg", Given: "Nils", FamilyICAO: "BERG", GivenICAO: "NILS"}}
		}},
		{"of another birth date than the document's", "birth_differs", func(c *cert.Certificate) { c.Subject.BirthDate = date("1985-05-09") }},
		{"expired", "signature_expired", func(c *cert.Certificate) { c.Signed.Until = clock("2026-11-20T08:00:00+01:00") }},
		{"not yet valid", "signature_not_yet", func(c *cert.Certificate) { c.Signed.Issued = clock("2026-11-20T10:00:00+01:00") }},
	} {
		l.codes = []string{good}
		l.tested(cert.CodeDetected, "2026-11-20T07:00:00+01:00", v.change)
		r := l.want(verify.Green, "self_green")
		if len(r.Aside) != 1 || r.Aside[0].Reasons[0].Code != v.reason {
			t.Errorf("%s: set aside %+v", v.comment, r.Aside)
		}
		if said := r.In("fr").Aside; said[0].Number != 2 || said[0].Reasons[0].Text == "" || said[0].Reasons[0].Colour != "" {
			t.Errorf("%s: said %+v", v.comment, said)
		}
	}
	l.codes = []string{good}
	l.tested(cert.CodeDetected, "2026-11-20T07:00:00+01:00")
	l.want(verify.Red, "infection")
}

// Strict, uniform and lenient rules colour one history differently, and each says why.
func TestThreeDocuments(t *testing.T) {
	for pack, want := range map[string]verify.Colour{"self-lenient": verify.Green, "self-baseline": verify.Amber, "self-strict": verify.Grey} {
		l := newLife(t, pack)
		l.exposed("2026-11-14", exposure.High)
		if r := l.colour(); r.Verdict != want || len(r.Rules) != 1 || r.Rules[0].ID != pack {
			t.Errorf("%s: %v %v", pack, r.Verdict, reasonCodes(r.Reasons))
		}
	}
}

// Stamps that a border desk signed count among the stays, also from the list of
// codes: where one was is then proved.
func TestStampsAmongCodes(t *testing.T) {
	l := newLife(t, "self-baseline")
	l.history.Stays = nil
	l.stay("XA/01", "2025-11-01", "2026-11-08T10:00:00+01:00")
	l.stay("XB/02", "2026-11-08T14:00:00+01:00", "2026-11-12T18:00:00+01:00")
	l.stay("XA/01", "2026-11-12T22:00:00+01:00", "")
	for i, s := range []struct {
		in   string
		way  history.Direction
		when string
	}{{"XA", history.Exit, "2026-11-08T10:00:00+01:00"}, {"XB", history.Entry, "2026-11-08T14:00:00+01:00"}, {"XB", history.Exit, "2026-11-12T18:00:00+01:00"}, {"XA", history.Entry, "2026-11-12T22:00:00+01:00"}} {
		code := l.stamped(s.in, s.way, s.when)
		if i%2 == 0 {
			l.codes = append(l.codes, code)
			l.history.Stamps = l.history.Stamps[:len(l.history.Stamps)-1]
		}
	}
	r := l.want(verify.Amber, "rule_failed") // the hours of travel are no gap
	if !slices.Contains(reasonCodes(r.Used), "used_stamps") {
		t.Errorf("used: %v", reasonCodes(r.Used))
	}
	l.tested(cert.CodeNotDetected, "2026-11-13T23:00:00+01:00")
	l.want(verify.Green, "self_green")
	l.history.Stays[0].Until = bound("2026-11-07T13:59:00+01:00")
	l.codes, l.history.Stamps = l.codes[2:], nil
	l.want(verify.Green, "self_green") // a test of the last days answers for any place
	l.codes = nil
	l.history.Stays[1].Place.Region, l.history.Stays[1].Place.In = "01", "XA"
	l.want(verify.Grey, "history_unknown", "gap_stay")
	l.history.Stays[0].Until = bound("2026-11-07T14:00:00+01:00")
	l.want(verify.Green, "self_green")
}

// The order in which evidence comes does not matter, nor how often it is asked.
func TestOrderOfEvidence(t *testing.T) {
	l := newLife(t, "self-strict")
	l.history.Stays = nil
	l.stay("XA/01", "2025-11-01", "2026-11-08")
	l.stay("XB/02", "2026-11-08", "2026-11-12")
	l.stay("XA/01", "2026-11-12", "")
	for i := range 8 {
		l.tested(cert.CodeNotDetected, fmt.Sprintf("2026-11-%02dT10:00:00+01:00", 10+i))
		l.exposed(fmt.Sprintf("2026-11-%02d", 5+i), []exposure.Risk{exposure.Low, exposure.High}[i%2])
	}
	order := l.ordered("quarantine", "2026-11-15T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
	l.ordered("monitoring", "2026-11-16T12:00:00+01:00", "2026-11-26T12:00:00+01:00", "")
	l.ordered("quarantine", "2026-11-18T08:00:00+01:00", "", order)
	l.history.Symptoms = []history.Symptom{{Date: date("2026-11-10"), Word: "fever"}, {Date: date("2026-11-12"), Word: "cough"}}
	want := told(l)
	random := mrand.New(mrand.NewPCG(7, 7))
	for range 30 {
		random.Shuffle(len(l.codes), func(i, j int) { l.codes[i], l.codes[j] = l.codes[j], l.codes[i] })
		random.Shuffle(len(l.history.Stays), func(i, j int) { l.history.Stays[i], l.history.Stays[j] = l.history.Stays[j], l.history.Stays[i] })
		random.Shuffle(len(l.history.Notices), func(i, j int) {
			l.history.Notices[i], l.history.Notices[j] = l.history.Notices[j], l.history.Notices[i]
		})
		random.Shuffle(len(l.history.Exposure), func(i, j int) {
			l.history.Exposure[i], l.history.Exposure[j] = l.history.Exposure[j], l.history.Exposure[i]
		})
		random.Shuffle(len(l.history.Symptoms), func(i, j int) {
			l.history.Symptoms[i], l.history.Symptoms[j] = l.history.Symptoms[j], l.history.Symptoms[i]
		})
		random.Shuffle(len(l.world.Areas), func(i, j int) { l.world.Areas[i], l.world.Areas[j] = l.world.Areas[j], l.world.Areas[i] })
		if got := told(l); got != want {
			t.Fatalf("in another order:\n%s\n%s", got, want)
		}
	}
}

// told is all that the person is told, but for what was set aside by number.
func told(l *life) string {
	r := l.colour()
	r.Aside = nil
	return fmt.Sprintf("%+v", r.In("en"))
}

// Every sentence of a colour is there in every language.
func TestSelfIsSaid(t *testing.T) {
	for code := range words.Codes {
		for _, lang := range words.Languages() {
			if strings.HasPrefix(code, "used_") && !words.Has(lang, code) {
				t.Errorf("%s is not said in %s", code, lang)
			}
		}
	}
	l := newLife(t, "self-baseline")
	l.tested(cert.CodeNotDetected, "2026-11-19T10:00:00+01:00")
	l.exposed("2026-11-14", exposure.High)
	l.ordered("quarantine", "2026-11-15T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
	l.ordered("nasal-rinse", "2026-11-15T12:00:00+01:00", "2026-11-24T12:00:00+01:00", "")
	for _, lang := range words.Languages() {
		a := l.colour().In(lang)
		for _, list := range [][]verify.SaidReason{a.Reasons, a.Used} {
			for _, r := range list {
				if r.Text == "" || strings.Contains(r.Text, "{") || strings.Contains(r.Next, "{") {
					t.Errorf("%s: %+v", lang, r)
				}
			}
		}
	}
}

// yearOf is what a person holds at a moment of a year: of twelve journeys with
// their stamps, three orders with releases, days of exposure, warnings, symptoms
// and eight certificates, those that were by then.
func yearOf(t testing.TB, pack string, now time.Time) *life {
	l := newLife(t, pack)
	l.at = now
	l.history.Stays = nil
	f := func(t time.Time) string { return t.Format(time.RFC3339) }
	past := func(t time.Time) bool { return !t.After(now) }
	stay := func(place string, from, until time.Time) {
		switch {
		case past(until):
			l.stay(place, f(from), f(until))
		case past(from):
			l.stay(place, f(from), "")
		}
	}
	home := clock("2025-11-01T08:00:00+01:00")
	for i := range 12 {
		out := clock("2025-11-25T08:00:00+01:00").AddDate(0, 0, 30*i)
		in, back := out.Add(3*time.Hour), out.AddDate(0, 0, 4)
		stay("XA/01", home, out)
		stay("XB/02", in, back)
		home = back.Add(3 * time.Hour)
		for _, s := range []struct {
			in  string
			way history.Direction
			at  time.Time
		}{{"XA", history.Exit, out}, {"XB", history.Entry, in}, {"XB", history.Exit, back}, {"XA", history.Entry, home}} {
			if past(s.at) {
				l.stamped(s.in, s.way, f(s.at))
			}
		}
	}
	stay("XA/01", home, home.AddDate(1, 0, 0))
	for i := range 3 {
		from := clock("2026-02-01T08:00:00+01:00").AddDate(0, 3*i, 0)
		if !past(from) {
			break
		}
		order := l.ordered("quarantine", f(from), f(from.AddDate(0, 0, 10)), "")
		if past(from.AddDate(0, 0, 5)) {
			l.ordered("quarantine", f(from.AddDate(0, 0, 5)), "", order)
		}
	}
	for i := range 12 {
		if d := day("2025-12-01").AddDate(0, 0, 29*i); past(d.AddDate(0, 0, 1)) {
			l.exposed(d.Format(time.DateOnly), []exposure.Risk{exposure.Low, exposure.High}[i%2])
		}
	}
	for i := range 5 {
		if from := clock("2025-12-05T18:00:00+01:00").AddDate(0, 2*i, 0); past(from.AddDate(0, 0, 1)) {
			l.history.Venues = append(l.history.Venues, history.Venue{From: from, Until: from.Add(2 * time.Hour), Risk: exposure.High})
			l.history.Symptoms = append(l.history.Symptoms, history.Symptom{Date: cert.DateOf(from), Word: "fever"})
		}
	}
	for i := range 8 {
		if sampled := clock("2026-10-01T10:00:00+01:00").AddDate(0, 0, 7*i-2); past(sampled.Add(time.Hour)) {
			l.tested(cert.CodeNotDetected, f(sampled))
		}
	}
	for i := range 12 {
		from := day("2025-11-01").AddDate(0, 0, 30*i)
		for _, cc := range []string{"XA", "XB"} {
			l.areas(cc, f(from)[:10], f(from.AddDate(0, 0, 30))[:10], history.Area{Region: "01", Population: 812000, Cases: 1200, Level: "low", Name: "North"}, history.Area{Region: "02", Population: 97500, Cases: 24000, Level: "high", Name: "South"})
		}
	}
	return l
}

// A year is coloured, with the reasons and the next change.
func TestYear(t *testing.T) {
	l := yearOf(t, "self-baseline", selfAt)
	r := l.colour()
	if r.Verdict != verify.Green || r.ChangesAt.IsZero() || len(r.Used) < 10 {
		t.Errorf("%v %v, changes %v, used %v, aside %+v", r.Verdict, reasonCodes(r.Reasons), r.ChangesAt, reasonCodes(r.Used), r.Aside)
	}
}

// What is left out in looking ahead changes nothing: at every moment that is
// foreseen the colour is the one that asking then gives.
func TestForeseenIsWhatComes(t *testing.T) {
	for _, pack := range []string{"self-lenient", "self-baseline", "self-strict"} {
		for i := range 40 {
			l := yearOf(t, pack, clock("2026-01-03T07:00:00+01:00").AddDate(0, 0, 8*i))
			r := l.colour()
			for _, v := range []struct {
				at   time.Time
				want verify.Colour
			}{{r.ChangesAt, r.ChangesTo}, {r.ChangesAt.Add(-time.Millisecond), r.Verdict}, {r.GreenAt, verify.Green}} {
				if v.at.Year() < 2000 {
					continue
				}
				q := l.question()
				q.At = v.at
				if got := verify.ColourAlone(l.world, l.own(), q).Verdict; got != v.want {
					t.Errorf("%s at %s: foreseen %v at %s, and then %v", pack, l.at, v.want, v.at, got)
				}
			}
		}
	}
}

func BenchmarkSelf(b *testing.B) {
	for _, pack := range []string{"self-lenient", "self-baseline", "self-strict"} {
		l := yearOf(b, pack, selfAt)
		own, q := l.own(), l.question()
		b.Run(pack+"/colour", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := verify.ColourAlone(l.world, own, q); len(r.Reasons) == 0 {
					b.Fatal("no reason")
				}
			}
		})
		b.Run(pack+"/foreseen", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := verify.Self(l.world, own, q); len(r.Reasons) == 0 {
					b.Fatal("no reason")
				}
			}
		})
	}
	l := yearOf(b, "self-baseline", selfAt)
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			own := l.own()
			_ = own
		}
	})
}

// What is ahead goes into a calendar, which says neither why nor who.
func TestCalendar(t *testing.T) {
	if got := string(newLife(t, "self-lenient").colour().Calendar("en")); strings.Contains(got, "VEVENT") {
		t.Errorf("a calendar of nothing ahead:\n%s", got)
	}
	l := newLife(t, "self-baseline")
	l.areas("XA", "2026-11-24", "2026-12-24", history.Area{Region: "01", Population: 812000, Level: "low", Name: "North"})
	l.exposed("2026-11-17", exposure.High)
	for _, lang := range words.Languages() {
		r := l.colour()
		got := string(r.Calendar(lang))
		for _, want := range []string{"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "DTSTART:20261127T000000Z\r\n", "DTSTART:20261122T000000Z\r\n", "DTSTAMP:20261120T080000Z\r\n", "END:VCALENDAR\r\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, got)
			}
		}
		for line := range strings.SplitSeq(got, "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%s: line %q", lang, line)
			}
		}
		for _, secret := range []string{"xposure", "xposition", "Lindqvist", "N1234567", "GR-XA"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: %s stands in the calendar", lang, secret)
			}
		}
		if again := string(l.colour().Calendar(lang)); again != got {
			t.Error("the same asked twice gives two calendars")
		}
	}
}

// Nobody but the person and public documents has a say: the inputs of Self are
// these and no others, and nothing among them is a colour, a function or a
// connection by which a server could put one in.
func TestNoServerSetsAColour(t *testing.T) {
	f := reflect.TypeOf(verify.Self)
	want := []reflect.Type{reflect.TypeFor[*verify.World](), reflect.TypeFor[verify.Own](), reflect.TypeFor[verify.Question]()}
	if f.NumIn() != len(want) {
		t.Fatalf("%d inputs", f.NumIn())
	}
	seen := map[reflect.Type]bool{}
	var walk func(at string, typ reflect.Type)
	walk = func(at string, typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Func, reflect.Chan, reflect.UnsafePointer:
			t.Errorf("%s is a %s", at, typ)
		case reflect.Interface:
			// the kinds of evidence, and public keys
			if p := typ.PkgPath(); !strings.HasPrefix(p, "github.com/pratique/pratique/cert") && typ.String() != "crypto.PublicKey" && typ.String() != "error" && typ.String() != "interface {}" {
				t.Errorf("%s is the interface %s", at, typ)
			}
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(at, typ.Elem())
		case reflect.Map:
			walk(at, typ.Key())
			walk(at, typ.Elem())
		case reflect.Struct:
			if strings.HasPrefix(typ.PkgPath(), "time") || strings.HasPrefix(typ.PkgPath(), "sync") {
				return
			}
			for _, field := range reflect.VisibleFields(typ) {
				walk(at+"."+field.Name, field.Type)
			}
		}
		if typ == reflect.TypeFor[verify.Colour]() {
			t.Errorf("%s is a colour", at)
		}
	}
	for i := range want {
		if f.In(i) != want[i] {
			t.Errorf("input %d is a %s", i, f.In(i))
		}
		walk(want[i].String(), f.In(i))
	}
	if len(seen) < 40 {
		t.Errorf("only %d types", len(seen))
	}
	var public []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[verify.World]()) {
		public = append(public, field.Name)
	}
	if want := strings.Fields("Keys Recognitions Rules Withdrawals Areas KeyPolicy Data"); !slices.Equal(public, want) {
		t.Errorf("a world has %v, want the public documents %v", public, want)
	}
	// The file that a person keeps has no word for it either.
	file, found, err := history.Parse([]byte("pratique-history/1.0\ncolour green\nverdict red\nsymptom 2026-11-18 fever\n"))
	if err != nil || len(found) != 2 || len(file.Symptoms) != 1 {
		t.Errorf("%+v, %+v, %v", file, found, err)
	}
	if _, err := rules.Parse([]byte(`{"format":"pratique-rules/1.0","colour":"green"}`)); err == nil {
		t.Error("rules with a colour were read")
	}
}
