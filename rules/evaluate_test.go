package rules_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
)

// arrival is the moment of most tests.
var arrival = time.Date(2026, 12, 3, 6, 20, 0, 0, time.UTC)

func covid() cert.Coded {
	return cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}
}

// test is a nucleic acid test of some hours before the arrival.
func test(hours float64, r cert.Result) *cert.Test {
	code := map[cert.Result]string{cert.Detected: cert.CodeDetected, cert.NotDetected: cert.CodeNotDetected}[r]
	return &cert.Test{
		Statement: cert.Statement{Disease: covid(), Country: "XA"},
		Type:      cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}}, Method: cert.NucleicAcid,
		SampledAt: arrival.Add(-time.Duration(hours * float64(time.Hour))),
		Outcome:   cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: code}}, Result: r,
	}
}

func antigen(hours float64) *cert.Test {
	t := test(hours, cert.NotDetected)
	t.Type.Source.Code, t.Method = cert.CodeAntigenRapid, cert.AntigenRapid
	return t
}

func dose(date string, n, of int) *cert.Vaccination {
	d, err := cert.ParseDate(date)
	if err != nil {
		panic(err)
	}
	return &cert.Vaccination{Statement: cert.Statement{Disease: covid()}, Date: d, Dose: n, Doses: of,
		Product: cert.Coded{Source: cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1528"}}}
}

// certificate is a DCC of these events; with the format shc, not a DCC.
func certificate(format string, events ...cert.Event) *cert.Certificate {
	content := "dcc"
	if format != "hc1" {
		content = ""
	}
	return &cert.Certificate{Carrier: cert.Carrier{Format: format, Content: content, Version: "1.3.0"}, Issuer: cert.Issuer{Country: "XA"}, Events: events}
}

// euRule makes a rule of the country XB.
func euRule(id, typ, version string, change ...func(*rules.Rule)) *rules.Rule {
	r := &rules.Rule{
		Identifier: id, Type: rules.Acceptance, Country: id[3:5], Version: version, SchemaVersion: "1.0.0", Engine: "CERTLOGIC", EngineVersion: "0.7.5",
		CertificateType: typ, Description: []rules.Description{{Lang: "en", Desc: "The description of an example"}},
		ValidFrom: "2026-01-01T00:00:00Z", ValidTo: "2027-01-01T00:00:00Z", AffectedFields: []string{"t.0"}, Logic: json.RawMessage(`{"===":[1,1]}`),
	}
	for _, f := range change {
		f(r)
	}
	return r
}

func logic(text string) func(*rules.Rule) {
	return func(r *rules.Rule) { r.Logic = json.RawMessage(text) }
}

func parsed(t testing.TB, rs ...*rules.Rule) []*rules.Rule {
	t.Helper()
	b, err := json.Marshal(rs)
	if err != nil {
		t.Fatal(err)
	}
	out, err := rules.ParseEU(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func setOf(t testing.TB, rs ...*rules.Rule) *rules.Set {
	t.Helper()
	s, err := rules.New(wrapped(rs[0].Country, rs, nil))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Selection is that of the EU's apps, at its edges too.
func TestSelect(t *testing.T) {
	region := func(r *rules.Rule) { r.Region = "NORTH" }
	invalid := func(r *rules.Rule) { r.Type = rules.Invalidation }
	until := func(to string) func(*rules.Rule) { return func(r *rules.Rule) { r.ValidTo = to } }
	from := func(f string) func(*rules.Rule) { return func(r *rules.Rule) { r.ValidFrom = f } }
	rs := parsed(t,
		euRule("GR-XB-0001", "General", "1.0.0"),
		euRule("TR-XB-0001", "Test", "1.9.0"),
		euRule("TR-XB-0001", "Test", "1.10.0", from("2026-07-01T02:00:00+02:00")),
		euRule("TR-XB-0001", "Test", "2.0.0", from("2026-12-01T00:00:00Z")),
		euRule("TR-XB-0002", "Test", "1.0.0", until("2026-06-01T00:00:00Z")),
		euRule("TR-XB-0003", "Test", "1.0.0", region),
		euRule("VR-XB-0001", "Vaccination", "1.0.0"),
		euRule("RR-XB-0001", "Recovery", "1.0.0"),
		euRule("TR-XA-0001", "Test", "1.0.0"),
		euRule("IR-XB-0001", "General", "1.0.0", invalid),
		euRule("IR-XB-0002", "Test", "1.0.0", invalid),
	)
	at := func(s string) time.Time {
		m, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		comment string
		q       rules.Query
		want    string
	}{
		{"a test: its rules and the general one, the later version once it is valid", rules.Query{Country: "XB", Kind: cert.KindTest, At: at("2026-07-01T00:00:00Z")}, "GR-XB-0001 1.0.0, TR-XB-0001 1.10.0"},
		{"just before: the earlier version", rules.Query{Country: "XB", Kind: cert.KindTest, At: at("2026-06-30T23:59:59Z")}, "GR-XB-0001 1.0.0, TR-XB-0001 1.9.0"},
		{"the highest version by number, not by text", rules.Query{Country: "XB", Kind: cert.KindTest, At: at("2026-12-31T00:00:00Z")}, "GR-XB-0001 1.0.0, TR-XB-0001 2.0.0"},
		{"valid to its very end", rules.Query{Country: "XB", Kind: cert.KindTest, At: at("2026-06-01T00:00:00Z")}, "GR-XB-0001 1.0.0, TR-XB-0001 1.9.0, TR-XB-0002 1.0.0"},
		{"valid from its very beginning", rules.Query{Country: "XB", Kind: cert.KindRecovery, At: at("2026-01-01T00:00:00Z")}, "GR-XB-0001 1.0.0, RR-XB-0001 1.0.0"},
		{"not before", rules.Query{Country: "XB", Kind: cert.KindRecovery, At: at("2025-12-31T23:59:59Z")}, ""},
		{"not after", rules.Query{Country: "XB", Kind: cert.KindRecovery, At: at("2027-01-01T00:00:01Z")}, ""},
		{"a vaccination", rules.Query{Country: "XB", Kind: cert.KindVaccination, At: arrival}, "GR-XB-0001 1.0.0, VR-XB-0001 1.0.0"},
		{"a kind that the EU does not know: the general ones", rules.Query{Country: "XB", Kind: cert.KindExemption, At: arrival}, "GR-XB-0001 1.0.0"},
		{"a region has its own rules only, in any case of letters", rules.Query{Country: "XB", Region: "north", Kind: cert.KindTest, At: arrival}, "TR-XB-0003 1.0.0"},
		{"a region without rules", rules.Query{Country: "XB", Region: "SOUTH", Kind: cert.KindTest, At: arrival}, ""},
		{"another country", rules.Query{Country: "XA", Kind: cert.KindTest, At: arrival}, "TR-XA-0001 1.0.0"},
		{"no country", rules.Query{Kind: cert.KindTest, At: arrival}, ""},
		{"invalidation rules of the issuer", rules.Query{Type: rules.Invalidation, Country: "XB", Kind: cert.KindTest, At: arrival}, "IR-XB-0001 1.0.0, IR-XB-0002 1.0.0"},
		{"invalidation rules for another kind", rules.Query{Type: rules.Invalidation, Country: "XB", Kind: cert.KindRecovery, At: arrival}, "IR-XB-0001 1.0.0"},
	} {
		var got []string
		for _, r := range rules.Select(rs, c.q) {
			got = append(got, r.Identifier+" "+r.Version)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: got %v, want %s", c.comment, got, c.want)
		}
	}
}

// A rule that this build cannot tell is open, never failed and never passed,
// and says why.
func TestOpen(t *testing.T) {
	engine := func(name, version string) func(*rules.Rule) {
		return func(r *rules.Rule) { r.Engine, r.EngineVersion = name, version }
	}
	schema := func(v string) func(*rules.Rule) { return func(r *rules.Rule) { r.SchemaVersion = v } }
	for _, c := range []struct {
		comment string
		change  []func(*rules.Rule)
		verdict rules.Verdict
		why     rules.Why
		answer  rules.Answer
		lacks   string
	}{
		{"true", nil, rules.Passed, "", rules.Met, ""},
		{"false", []func(*rules.Rule){logic(`{"===":[1,2]}`)}, rules.Failed, "", rules.NotMet, ""},
		{"another engine", []func(*rules.Rule){engine("REGO", "1.0.0")}, rules.Open, rules.OpenEngine, rules.Unclear, ""},
		{"a later engine", []func(*rules.Rule){engine("CERTLOGIC", "1.99.0")}, rules.Open, rules.OpenEngineVersion, rules.Unclear, ""},
		{"a later engine, with an operator of its own", []func(*rules.Rule){engine("CERTLOGIC", "2.0.0"), logic(`{"xor":[true,false]}`)}, rules.Open, rules.OpenEngineVersion, rules.Unclear, ""},
		{"a later minor of the payload", []func(*rules.Rule){schema("1.3.1")}, rules.Open, rules.OpenSchema, rules.Unclear, ""},
		{"another major of the payload", []func(*rules.Rule){schema("0.9.0")}, rules.Open, rules.OpenSchema, rules.Unclear, ""},
		{"the very version of the payload", []func(*rules.Rule){schema("1.3.0")}, rules.Passed, "", rules.Met, ""},
		{"an error", []func(*rules.Rule){logic(`{">":[{"var":"payload.t.0.nm"},1]}`)}, rules.Open, rules.OpenEvaluation, rules.Unclear, "t.0.nm"},
		{"a text", []func(*rules.Rule){logic(`{"var":"payload.t.0.tt"}`)}, rules.Open, rules.OpenNotBoolean, rules.Unclear, ""},
		{"nothing", []func(*rules.Rule){logic(`{"var":"payload.t.0.nm"}`)}, rules.Open, rules.OpenNotBoolean, rules.Unclear, "t.0.nm"},
		{"the name", []func(*rules.Rule){logic(`{"!":[{"===":[{"var":"payload.nam.fnt"},"DOE"]}]}`)}, rules.Open, rules.OpenIdentity, rules.Unclear, ""},
		{"the identifier of the certificate", []func(*rules.Rule){logic(`{"!":[{"in":[{"var":"payload.t.0.ci"},["URN:UVCI:01:XA:1"]]}]}`)}, rules.Open, rules.OpenIdentity, rules.Unclear, ""},
		{"a fragment of it", []func(*rules.Rule){logic(`{"!":[{"===":[{"extractFromUVCI":[{"var":"payload.t.0.ci"},1]},"XA"]}]}`)}, rules.Open, rules.OpenIdentity, rules.Unclear, ""},
		{"the identifier by way of a fold", []func(*rules.Rule){logic(`{"reduce":[{"var":"payload.t"},{"and":[{"var":"accumulator"},{"!":[{"===":[{"var":"current.ci"},"X"]}]}]},true]}`)}, rules.Open, rules.OpenIdentity, rules.Unclear, ""},
		{"failed for want of a field", []func(*rules.Rule){logic(`{"===":[{"var":"payload.t.0.ma"},"1232"]}`)}, rules.Failed, "", rules.NotMet, "t.0.ma"},
		{"failed for want of the date of birth", []func(*rules.Rule){logic(`{"if":[{"var":"payload.dob"},true,false]}`)}, rules.Failed, "", rules.NotMet, "dob"},
	} {
		t.Run(c.comment, func(t *testing.T) {
			s := setOf(t, euRule("TR-XB-0001", "Test", "1.0.0", c.change...))
			r := s.Evaluate(certificate("hc1", test(5, cert.NotDetected)), rules.Trip{}, arrival)
			o := r.Outcomes[0]
			if o.Verdict != c.verdict || o.Why != c.why || r.Answer != c.answer || strings.Join(o.Lacks, " ") != c.lacks {
				t.Errorf("got %s %s %s %v", o.Verdict, o.Why, r.Answer, o.Lacks)
			}
			if (o.Err != nil) != (c.why == rules.OpenEvaluation) {
				t.Errorf("error %v", o.Err)
			}
		})
	}
}

// Rules written for another payload than the certificate's are open; a
// certificate that is no DCC has the payload of our view.
func TestSchemaVersionOfTheView(t *testing.T) {
	s := setOf(t, euRule("TR-XB-0001", "Test", "1.0.0", func(r *rules.Rule) { r.SchemaVersion = "1.3.0" }))
	for _, c := range []struct {
		format, version string
		want            rules.Verdict
	}{
		{"hc1", "1.2.1", rules.Open}, {"hc1", "1.3.0", rules.Passed}, {"hc1", "1.10.0", rules.Passed}, {"hc1", "2.0.0", rules.Open}, {"hc1", "one", rules.Open},
		{"shc", "4.0.1", rules.Passed}, {"vds", "", rules.Passed},
	} {
		k := certificate(c.format, test(5, cert.NotDetected))
		k.Carrier.Version = c.version
		if got := s.Evaluate(k, rules.Trip{}, arrival).Outcomes[0].Verdict; got != c.want {
			t.Errorf("%s %s: got %s", c.format, c.version, got)
		}
	}
}

// full is a payload with every field that there is.
const full = `{"ver":"1.3.0","dob":"1979-04",
"t":[{"tg":"840539006","co":"XA","is":"Institute","tt":"LP6464-4","nm":"Name","ma":"1232","sc":"2026-12-01T08:00:00.25+08:00","tr":"260415000","tc":"Centre","lab":"L1","specimen":"258500001","reported":"2026-12-01T12:00:00Z"}],
"v":[{"tg":"840539006","co":"XA","is":"Institute","vp":"1119349007","mp":"EU/1/20/1528","ma":"ORG-100030215","dn":2,"sd":2,"dt":"2026-05-01","lot":"B7","due":"2027-05","from":"2026-05-15T00:00:00Z","until":"2027-05-15T00:00:00Z","lifelong":true}],
"r":[{"tg":"840539006","co":"XA","is":"Institute","fr":"2026-05-01","df":"2026-05-12","du":"2026-10-28"}],
"e":[{"tg":"840539006","co":"XA","is":"Institute","of":"vaccination","df":"2026-05-01","du":"2026-10-28"}],
"a":[{"tg":"840539006","co":"XA","is":"Institute","tt":"LP217197-5","sc":"2026-12-01T08:00:00Z","tr":"260373001","tc":"Centre","lab":"L1"}],
"d":[{"tg":"840539006","co":"XA","is":"Institute","of":"stay","at":"2026-12-01T08:00:00Z"}],
"n":[{"tg":"840539006","co":"XA","is":"Institute","of":"isolation","release":true,"df":"2026-12-01T08:00:00Z","du":"2026-12-11T08:00:00Z"}]}`

// A payload is what its certificate shows to the rules: nothing is lost on the
// way through the neutral model, in either direction.
func TestViewIsThePayload(t *testing.T) {
	var p rules.Payload
	if err := json.Unmarshal([]byte(full), &p); err != nil {
		t.Fatal(err)
	}
	c, err := p.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	view, _ := pack(t, "sudmark").View(c, 0, rules.Trip{}, arrival).At("payload").MarshalJSON()
	if json.Unmarshal(view, &got) != nil || json.Unmarshal([]byte(full), &want) != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s", view)
	}
	empty, _ := rules.Payload{}.Certificate()
	if got := pack(t, "sudmark").View(empty, -1, rules.Trip{}, arrival).At("payload").String(); got != `{"ver":"1.3.3"}` {
		t.Errorf("what is absent is not: %s", got)
	}
}

// Who a person is never reaches a rule, wherever a certificate holds it.
func TestViewHasNoIdentity(t *testing.T) {
	var p rules.Payload
	if err := json.Unmarshal([]byte(full), &p); err != nil {
		t.Fatal(err)
	}
	c, _ := p.Certificate()
	c.Subject = cert.Person{
		Names: []cert.Name{{Family: "SECRET", Given: "SECRET", Full: "SECRET", FamilyICAO: "SECRET", GivenICAO: "SECRET"}},
		Sex:   "SECRET", Nationality: "SECRET",
		Documents: []cert.Document{{Type: "passport", Number: "SECRET", Country: "SECRET"}},
		Guardian:  &cert.Person{Names: []cert.Name{{Full: "SECRET"}}},
	}
	c.Carrier.Hash = "SECRET"
	for i, e := range c.Events {
		e.About().ID = "SECRET"
		switch e := e.(type) {
		case *cert.Vaccination:
			e.Clinician = "SECRET"
		case *cert.Declaration:
			e.Says = "SECRET"
		case *cert.Notice:
			e.Reason, e.Appeal = "SECRET", "SECRET"
		case *cert.Antibody:
			e.Value = "SECRET"
		}
		for _, content := range []string{"dcc", ""} {
			c.Carrier.Content = content
			if v := pack(t, "sudmark").View(c, i, rules.Trip{From: "XA"}, arrival).String(); strings.Contains(v, "SECRET") {
				t.Errorf("event %d: %s", i, v)
			}
		}
	}
}

// Any form of certificate gives the same view: a rule that turns on the EU's
// codes for results and kinds of tests sees them where the model knows them.
func TestViewOfOtherForms(t *testing.T) {
	e := test(5, cert.NotDetected)
	e.Disease = cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "RA01"}, Mapped: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}
	e.Type, e.Outcome = cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "94558-4"}}, cert.Coded{Source: cert.Coding{Display: "negative"}}
	c := certificate("shc", e)
	s := pack(t, "sudmark")
	if r := s.Evaluate(c, rules.Trip{From: "XD"}, arrival); r.Answer != rules.Met {
		t.Errorf("got %s %v", r.Answer, r.Outcomes)
	}
	v := s.View(c, 0, rules.Trip{}, arrival)
	for path, want := range map[string]string{"payload.t.0.tg": cert.COVID19, "payload.t.0.tt": cert.CodeNucleicAcid, "payload.t.0.tr": cert.CodeNotDetected} {
		if got, _ := v.At(path).Text(); got != want {
			t.Errorf("%s: got %q", path, got)
		}
	}
	e.Result = "" // not known: no rule may take it for negative
	if r := s.Evaluate(c, rules.Trip{From: "XD"}, arrival); r.Answer != rules.NotMet {
		t.Errorf("an unknown result: %s", r.Answer)
	}
}

// Of a DCC the rules see all events, as the EU's ask how many there are; of
// other forms, which hold several by nature, the one that is judged.
func TestSeveralEvents(t *testing.T) {
	one := euRule("GR-XB-0001", "General", "1.0.0", logic(`{"!":[{"var":"payload.t.1"}]}`))
	s := setOf(t, one)
	fresh, old := test(5, cert.NotDetected), test(500, cert.NotDetected)
	if r := s.Evaluate(certificate("hc1", old, fresh), rules.Trip{}, arrival); r.Answer != rules.NotMet {
		t.Errorf("a DCC of two: %s", r.Answer)
	}
	if r := s.Evaluate(certificate("shc", old, fresh), rules.Trip{}, arrival); r.Answer != rules.Met {
		t.Errorf("a card of two: %s", r.Answer)
	}
	x := pack(t, "sudmark")
	trip := rules.Trip{From: "XD"}
	for _, c := range []struct {
		comment string
		events  []cert.Event
		want    rules.Answer
		event   int
	}{
		{"the one that does", []cert.Event{old, dose("2026-11-29", 2, 2), fresh}, rules.Met, 2},
		{"none does: the first that could", []cert.Event{&cert.Declaration{}, old}, rules.NotMet, 1},
		{"nothing of an accepted kind", []cert.Event{&cert.Declaration{}, &cert.Antibody{}}, rules.WrongKind, 0},
		{"a positive one stands above a negative one", []cert.Event{fresh, test(5, cert.Detected)}, rules.Referred, 0},
		{"none at all", nil, rules.NoEvidence, -1},
	} {
		r := x.Evaluate(certificate("shc", c.events...), trip, arrival)
		if r.Answer != c.want || r.Event != c.event {
			t.Errorf("%s: got %s of event %d", c.comment, r.Answer, r.Event)
		}
	}
}

// The window of infection has exact ends, and takes only what proves present
// infection.
func TestReferral(t *testing.T) {
	s := pack(t, "sudmark")
	change := func(f func(*cert.Test)) *cert.Test {
		e := test(5, cert.Detected)
		f(e)
		return e
	}
	for _, c := range []struct {
		comment string
		event   cert.Event
		want    bool
	}{
		{"positive, now", test(0, cert.Detected), true},
		{"positive, at the last millisecond", test(240-1.0/3_600_000, cert.Detected), true},
		{"positive, when the window is over", test(240, cert.Detected), false},
		{"positive, of this evening: a clock is wrong", test(-12, cert.Detected), true},
		{"positive, of the day after tomorrow: an error", test(-48, cert.Detected), false},
		{"negative", test(5, cert.NotDetected), false},
		{"invalid", test(5, cert.Invalid), false},
		{"of an unknown result", test(5, ""), false},
		{"a rapid test", change(func(e *cert.Test) { e.Method = cert.AntigenRapid }), true},
		{"serology", change(func(e *cert.Test) { e.Method = cert.Serology }), false},
		{"of no known moment", change(func(e *cert.Test) { e.SampledAt = time.Time{} }), false},
		{"of another disease", change(func(e *cert.Test) { e.Disease.Source.Code = "6142004" }), false},
		{"an order of isolation", &cert.Notice{From: arrival.Add(-time.Hour), Until: arrival.Add(time.Hour)}, true},
		{"an order without ends", &cert.Notice{}, true},
		{"an order from later on", &cert.Notice{From: arrival.Add(time.Hour)}, false},
		{"an order that has ended", &cert.Notice{Until: arrival}, false},
		{"a release", &cert.Notice{Release: true}, false},
		{"antibodies", &cert.Antibody{Statement: cert.Statement{Disease: covid()}, SampledAt: arrival, Result: cert.Detected}, false},
		{"a recovery", &cert.Recovery{Statement: cert.Statement{Disease: covid()}, FirstPositive: cert.DateOf(arrival)}, false},
	} {
		r := s.Evaluate(certificate("hc1", c.event), rules.Trip{}, arrival)
		if (r.Answer == rules.Referred) != c.want || (r.Referral.Cause != "") != c.want {
			t.Errorf("%s: got %s", c.comment, r.Answer)
		}
	}
	r := s.Evaluate(certificate("hc1", &cert.Notice{Until: arrival.Add(time.Hour)}, test(5, cert.Detected)), rules.Trip{}, arrival)
	if r.Referral.Cause != rules.CauseInfection || !r.Referral.Until.Equal(arrival.Add(235*time.Hour)) {
		t.Errorf("of two referrals: %+v", r.Referral)
	}
}

// The invalidation rules of the issuer take the force of its certificates.
func TestInvalidate(t *testing.T) {
	withdrawn := euRule("IR-XA-0001", "Test", "1.0.0", func(r *rules.Rule) { r.Type = rules.Invalidation }, logic(`{"!":[{"===":[{"var":"external.kid"},"AAECAwQFBgc="]}]}`))
	f := wrapped("XA", []*rules.Rule{withdrawn}, nil)
	f.Accepts = nil // it asks nothing of who arrives
	s, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	c := certificate("hc1", test(5, cert.NotDetected))
	if got := s.Invalidate(c, rules.Trip{}, arrival); len(got) != 1 || got[0].Verdict != rules.Passed || got[0].Refuses {
		t.Errorf("got %+v", got)
	}
	c.Issuer.KeyID = "AAECAwQFBgc="
	if got := s.Invalidate(c, rules.Trip{}, arrival); len(got) != 1 || got[0].Verdict != rules.Failed || !got[0].Refuses {
		t.Errorf("got %+v", got)
	}
	if got := s.Invalidate(c, rules.Trip{}, s.Until); got != nil {
		t.Errorf("lapsed, and still: %+v", got)
	}
	if r := s.Evaluate(c, rules.Trip{}, arrival); r.Answer != rules.WrongKind {
		t.Errorf("asked as a destination: %s", r.Answer)
	}
}

// A rule that turns on a fact of the trip which nobody told is open and names
// the fact; where the answer is the same whatever the fact, it is given.
func TestUnknownFactsOfTheTrip(t *testing.T) {
	f := wrapped("XB", []*rules.Rule{
		euRule("TR-XB-0001", "Test", "1.0.0", logic(`{"if":[{"in":[{"var":"external.trip.from"},{"var":"external.valueSets.far"}]},{"===":[{"var":"payload.t.0.tt"},"LP6464-4"]},true]}`)),
		euRule("TR-XB-0002", "Test", "1.0.0", logic(`{"reduce":[{"var":"external.trip.stays"},{"and":[{"var":"accumulator"},{"!":[{"===":[{"var":"current.in"},"XC"]}]}]},true]}`)),
		euRule("TR-XB-0003", "Test", "1.0.0", logic(`{"!":[{"in":["XC",{"if":[{"var":"external.trip.via"},{"var":"external.trip.via"},[]]}]}]}`)),
	}, map[string][]string{"far": {"XC"}})
	s, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	known := rules.Trip{From: "XA", Via: []string{"XD"}, Stays: []rules.Stay{{In: "XD", Until: cert.Date{Year: 2026}}}}
	for _, c := range []struct {
		comment string
		event   cert.Event
		change  func(*rules.Trip)
		want    string
	}{
		{"all is known", antigen(5), func(*rules.Trip) {}, "passed passed passed"},
		{"from where?", antigen(5), func(t *rules.Trip) { t.From = "" }, "trip.from passed passed"},
		{"from far away", antigen(5), func(t *rules.Trip) { t.From = "XC" }, "failed passed passed"},
		{"from where does not matter", test(5, cert.NotDetected), func(t *rules.Trip) { t.From = "" }, "passed passed passed"},
		{"where before?", antigen(5), func(t *rules.Trip) { t.Stays = nil }, "passed trip.stays passed"},
		{"by which way?", antigen(5), func(t *rules.Trip) { t.Via = nil }, "passed passed trip.via"},
	} {
		trip := known
		c.change(&trip)
		var got []string
		for _, o := range s.Evaluate(certificate("hc1", c.event), trip, arrival).Outcomes {
			if o.Why == rules.OpenTrip {
				got = append(got, o.Lacks...)
			} else {
				got = append(got, string(o.Verdict))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", c.comment, got, c.want)
		}
	}
}

// Obligations have their term from the arrival, and say where they are unsure.
func TestObligations(t *testing.T) {
	s := pack(t, "sudmark")
	c := certificate("hc1", test(5, cert.NotDetected))
	r := s.Evaluate(c, rules.Trip{From: "XA"}, arrival)
	if len(r.Obligations) != 1 || !r.Obligations[0].Deadline.Equal(arrival.Add(120*time.Hour)) || r.Obligations[0].Unsure {
		t.Errorf("got %+v", r.Obligations)
	}
	later := arrival.Add(10 * time.Hour)
	r = s.Evaluate(c, rules.Trip{From: "XA", Arrive: later}, arrival)
	if len(r.Obligations) != 1 || !r.Obligations[0].Deadline.Equal(later.Add(120*time.Hour)) {
		t.Errorf("arriving later: %+v", r.Obligations)
	}
	if r = s.Evaluate(c, rules.Trip{}, arrival); len(r.Obligations) != 1 || !r.Obligations[0].Unsure {
		t.Errorf("from where? %+v", r.Obligations)
	}
	if r = s.Evaluate(certificate("hc1"), rules.Trip{From: "XA"}, arrival); len(r.Obligations) != 1 {
		t.Errorf("without evidence: %+v", r.Obligations)
	}
}

// A trace says condition by condition what decided a rule; one that is open
// whatever the certificate says has none, and a rule speaks English where it
// lacks a language.
func TestTraceAndTexts(t *testing.T) {
	s := pack(t, "sudmark")
	old := certificate("hc1", test(80, cert.NotDetected))
	r := s.Evaluate(old, rules.Trip{}, arrival).Outcomes[2].Rule
	steps := s.Trace(r, old, 0, rules.Trip{}, arrival, "en")
	if len(steps) != 1 || steps[0].Outcome.String() != "failed" || steps[0].Text == "" {
		t.Errorf("got %+v", steps)
	}
	old.Carrier.Version = "2.0.0"
	if steps := s.Trace(r, old, 0, rules.Trip{}, arrival, "en"); steps != nil {
		t.Errorf("open, and traced: %+v", steps)
	}
	if en, fr := r.Text("en"), r.Text("fr"); !strings.Contains(en, "72 hours") || !strings.Contains(fr, "72 heures") || r.Text("xx") != en || r.Explain("en") == r.Explain("fr") {
		t.Errorf("got %q, %q", en, fr)
	}
}

// What a certificate says may be anything: the view takes it, and evaluation ends.
func TestViewOfNonsense(t *testing.T) {
	e := test(5, cert.NotDetected)
	e.Name, e.Authority, e.Laboratory.Name = "\xff\xfe", strings.Repeat("x", 1<<16), "a\x00b"
	c := certificate("hc1", e)
	c.Issuer = cert.Issuer{Country: "\xc3\x28", KeyID: "\xff"}
	c.Signed = cert.Period{Issued: time.Date(-5000, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := pack(t, "sudmark")
	if r := s.Evaluate(c, rules.Trip{From: "\xff", Via: []string{"\xff"}}, arrival); r.Answer != rules.Met {
		t.Errorf("got %s", r.Answer)
	}
	e.SampledAt = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)
	if r := s.Evaluate(c, rules.Trip{}, arrival); r.Answer != rules.Unclear {
		t.Errorf("a sample of the year 20000: %s", r.Answer)
	}
}

// A set may be asked by many goroutines at once.
func TestConcurrentUse(t *testing.T) {
	s := pack(t, "norland")
	var wg sync.WaitGroup
	answers := make([]string, 8)
	for i := range answers {
		wg.Go(func() {
			for _, k := range s.Tests {
				c, _ := k.Payload.Certificate()
				answers[i] += fmt.Sprint(s.Evaluate(c, k.Trip, k.At).Answer, s.Outlook(c, k.Trip, k.At).Met, len(s.Encode()))
			}
		})
	}
	wg.Wait()
	if len(slices.Compact(answers)) != 1 || answers[0] == "" {
		t.Error("the answers differ")
	}
}
