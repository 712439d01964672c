package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/pratique/pratique/rules"
)

// A set can ask for originals only, or take derived certificates of some alone.
func TestRulesTellADerivedCertificateFromAnOriginal(t *testing.T) {
	for _, v := range []struct {
		comment, logic, derived string
		want                    rules.Verdict
	}{
		{"originals only: an original", `{"!":[{"var":"external.derived.of"}]}`, "", rules.Passed},
		{"originals only: a derived one", `{"!":[{"var":"external.derived.of"}]}`, "XB", rules.Failed},
		{"derived from some: of them", `{"in":[{"var":"external.derived.of"},["XB","XC"]]}`, "XB", rules.Passed},
		{"derived from some: of another", `{"in":[{"var":"external.derived.of"},["XB","XC"]]}`, "XD", rules.Failed},
		{"who signed is the endorser, not the original's issuer", `{"===":[{"var":"external.issuerCountryCode"},"XA"]}`, "XB", rules.Passed},
	} {
		s, err := rules.Pack("norland")
		if err != nil {
			t.Fatal(err)
		}
		f, err := rules.Decode(s.Encode())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range f.Rules {
			if r.CertificateType == "Test" {
				r.Logic = json.RawMessage(v.logic)
			}
		}
		k := f.Tests[0]
		k.Issuer, k.Derived = "XA", v.derived
		k.Want = rules.Want{Answer: rules.Met}
		f.Tests = []rules.Case{k}
		if s, err = rules.New(f); err != nil {
			t.Fatal(err)
		}
		for _, o := range rules.RunTests(s)[0].Got.Outcomes {
			if o.Rule.CertificateType == "Test" && o.Verdict != v.want {
				t.Errorf("%s: %s (%v)", v.comment, o.Verdict, o.Err)
			}
		}
	}
}
