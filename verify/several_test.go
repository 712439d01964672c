package verify_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
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

// Who verifies a health link does not get the key to the records.
func TestAnAnswerHasNoKeyToRecords(t *testing.T) {
	f, err := vectors.Load("formats")
	if err != nil {
		t.Fatal(err)
	}
	w, err := worldOf(f, "both")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Cases {
		if c.Want.Reason != "online_only" {
			continue
		}
		r := verify.Check(w, c.Text, verify.Question{At: c.Question.At})
		b, err := json.Marshal(r.In("en", "x").WithPayload(r))
		if err != nil || strings.Contains(string(b), "hlink:/") || strings.Contains(string(b), "AAECAwQF") {
			t.Errorf("%s: %s, %v", c.Comment, b, err)
		}
	}
}

// Every reason that a receipt prints is said on it in a sentence without gaps,
// whatever parameters the receipt leaves out.
func TestEveryReasonOnAReceiptIsASentence(t *testing.T) {
	params := []words.Param{words.Text("rule", "R"), words.Text("why", "x"), words.Text("fact", "x"), words.Moment("since", verify.Epoch)} // which receipts do say
	for _, code := range verify.Table() {
		if code == "evidence_missing" || code == "history_unknown" {
			continue // of one's own colour, which no desk gives
		}
		for _, c := range verify.PrintableCodes(code) {
			for _, reason := range (verify.Receipt{To: "XB", Purpose: "entry", Reasons: []verify.Reason{{Code: c, Params: params}}}).Said() {
				for _, lang := range words.Languages() {
					text, _ := words.Say(lang, reason.Code, reason.Params...)
					if text == reason.Code {
						t.Errorf("%s: %s (%s) has no sentence", lang, reason.Code, c)
					}
				}
			}
		}
	}
}
