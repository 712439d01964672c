package verify_test

import (
	"testing"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// Of several events those count that the destination recognises; an infection
// counts whoever recognises it.
func TestOfSeveralEventsTheRecognisedCount(t *testing.T) {
	f, err := vectors.Load("formats")
	if err != nil {
		t.Fatal(err)
	}
	answer := func(id int, uses ...trust.Use) verify.Report {
		t.Helper()
		w, err := worldOf(f, "both")
		if err != nil {
			t.Fatal(err)
		}
		for i := range w.Recognitions {
			w.Recognitions[i].Uses = trust.Uses{Of: uses}
		}
		for _, c := range f.Cases {
			if c.ID == id {
				return verify.Check(w, c.Text, verify.Question{Trip: verify.Direct("XA", nil, "XB", c.Question.At), At: c.Question.At})
			}
		}
		t.Fatalf("no case %d", id)
		return verify.Report{}
	}
	for _, v := range []struct {
		comment    string
		id         int
		uses       []trust.Use
		want       verify.Colour
		reason     string
		recognised verify.Status
	}{
		{"first dose and fresh test, both recognised", 81, []trust.Use{trust.Test, trust.Vaccination}, verify.Green, "accepted", verify.Pass},
		{"the test alone is recognised, and does", 81, []trust.Use{trust.Test}, verify.Green, "accepted", verify.Pass},
		{"the dose alone is recognised, and does not do", 81, []trust.Use{trust.Vaccination}, verify.Amber, "rule_failed", verify.Pass},
		{"neither is recognised", 81, []trust.Use{trust.Recovery}, verify.Amber, "not_recognised_use", verify.Fail},
		{"doses alone are recognised, and the test shows an infection", 83, []trust.Use{trust.Vaccination}, verify.Red, "infection", verify.Pass},
	} {
		r := answer(v.id, v.uses...)
		if r.Verdict != v.want || r.Reasons[0].Code != v.reason || r.Checks.Recognised != v.recognised {
			t.Errorf("%s: %s, recognised %s, reasons %v", v.comment, r.Verdict, r.Checks.Recognised, codes(r))
		}
	}
}
