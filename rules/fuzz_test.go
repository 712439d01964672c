package rules_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
)

// What parses encodes to a fixed point, checks, and answers without panic;
// nothing but a set whose rules all pass says that they are met.
func FuzzParse(f *testing.F) {
	f.Add(small(f).Encode())
	f.Add([]byte(`{"format":"pratique-rules/1.1"}`))
	f.Add([]byte(`{"format":"pratique-rules/1.0","id":"x","ID":"y"}`))
	f.Add([]byte(`[{"Identifier":"TR-XB-0001","Type":"Acceptance","Country":"XB","Version":"1.0.0","SchemaVersion":"1.0.0","Engine":"CERTLOGIC","EngineVersion":"0.7.5","CertificateType":"Test","Description":[{"lang":"en","desc":"The description of an example"}],"ValidFrom":"2026-01-01T00:00:00Z","ValidTo":"2027-01-01T00:00:00Z","AffectedFields":["t.0"],"Logic":{"===":[1,1]}}]`))
	c := certificate("hc1", test(5, cert.NotDetected))
	f.Fuzz(func(t *testing.T, data []byte) {
		if rs, err := rules.ParseEU(data); err == nil {
			b, err := json.Marshal(rs)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rules.ParseEU(b); err != nil {
				t.Fatalf("rules that parse do not parse again: %v", err)
			}
		}
		s, err := rules.Parse(data)
		if err != nil {
			if s != nil {
				t.Fatal("a set and an error")
			}
			return
		}
		one := s.Encode()
		again, err := rules.Parse(one)
		if err != nil {
			t.Fatalf("what was encoded does not parse: %v", err)
		}
		if string(again.Encode()) != string(one) {
			t.Fatal("encoding is no fixed point")
		}
		sound(t, s.Evaluate(c, rules.Trip{}, arrival))
		if len(data) < 4096 { // checking makes up hundreds of examples for each rule
			rules.Check(s.File)
			s.Outlook(c, rules.Trip{From: "XA"}, arrival)
		}
	})
}

// small is a set with every member that a set may have.
func small(t testing.TB) *rules.Set {
	f := wrapped("XB", []*rules.Rule{euRule("TR-XB-0001", "Test", "1.0.0", logic(`{"in":[{"var":"payload.t.0.tt"},{"var":"external.valueSets.x"}]}`))}, map[string][]string{"x": {"LP6464-4"}})
	f.Region, f.Rules[0].Region = "N", "N"
	f.Accepts = []rules.Accept{{Kind: cert.KindTest, Diseases: []string{"840539006"}}}
	f.Refuse = []rules.Refusal{{Rule: "TR-XB-0001", Reason: rules.Texts{"en": "no"}}}
	f.Infection = &rules.Infection{Hours: 240, Diseases: []string{"840539006"}, Advice: rules.Texts{"en": "go"}}
	f.Obligations = []rules.Obligation{{ID: "o", What: rules.Texts{"en": "do"}, By: &rules.By{Hours: 5}, When: []byte(`{"===":[{"var":"external.trip.from"},"XA"]}`)}}
	f.Cures = map[string]rules.Cure{"TR-XB-0001": {Kind: rules.CureNewEvidence, Evidence: cert.KindTest, With: map[string]string{"tt": "LP6464-4"}, Text: rules.Texts{"en": "do"}}}
	f.Tests = []rules.Case{{Name: "n", Payload: rules.Payload{Ver: "1.3.0"}, At: arrival, Trip: rules.Trip{From: "XA"}, Want: rules.Want{Answer: rules.NoEvidence, Failed: []string{}}}}
	s, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sound fails where the answer says more than the outcomes do.
func sound(t *testing.T, r rules.Result) {
	t.Helper()
	for _, o := range r.Outcomes {
		if (o.Err != nil || o.Why != "") && o.Verdict != rules.Open {
			t.Fatalf("%s is %s in spite of %s %v", o.Rule.Identifier, o.Verdict, o.Why, o.Err)
		}
		if r.Answer == rules.Met && o.Verdict != rules.Passed {
			t.Fatalf("met, and %s is %s", o.Rule.Identifier, o.Verdict)
		}
	}
	if r.Answer == rules.Met && (len(r.Outcomes) == 0 || r.Event < 0) {
		t.Fatal("met by nothing")
	}
}

// Whatever a certificate and a trip say, the packs answer without panic, and
// with nothing but passed rules where they say that they are met.
func FuzzEvaluate(f *testing.F) {
	for _, name := range rules.Packs() {
		for i, k := range pack(f, name).Tests {
			c, err := k.Payload.Certificate()
			if err != nil {
				f.Fatal(err)
			}
			b, err := json.Marshal(c)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b, `{"from":"XA","via":["XC"],"arrive":"2026-12-03T10:00:00Z"}`, k.At.UnixMilli(), i%2 == 0)
		}
	}
	f.Add([]byte(`{"events":[{"kind":"test","sampled_at":"0001-01-01T00:00:00Z","name":"\ud800"},{"kind":"vaccination","date":"9999","dose":-1}]}`), `{"stays":[{"in":"","until":""}]}`, int64(-1<<55), true)
	sets := map[string]*rules.Set{}
	for _, name := range rules.Packs() {
		sets[name] = pack(f, name)
	}
	f.Fuzz(func(t *testing.T, data []byte, tripText string, ms int64, dcc bool) {
		var c cert.Certificate
		var trip rules.Trip
		if len(data) > 1<<16 || json.Unmarshal(data, &c) != nil || json.Unmarshal([]byte(tripText), &trip) != nil {
			return
		}
		if dcc {
			c.Carrier.Content = "dcc"
		}
		at := time.UnixMilli(ms)
		for name, s := range sets {
			r := s.Evaluate(&c, trip, at)
			sound(t, r)
			s.Invalidate(&c, trip, at)
			if len(c.Events) > 20 {
				continue
			}
			o := s.Outlook(&c, trip, at)
			if o.Partial == nil && (r.Answer == rules.Met) != (!o.Met.From.IsZero() && o.Met.From.Equal(r.At)) {
				t.Fatalf("%s: %s, and met from %s", name, r.Answer, o.Met.From)
			}
		}
	})
}
