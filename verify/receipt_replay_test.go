package verify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// changedRules is a world in which Sudmark's rules are of another version,
// which asks for a test of the last 100 hours instead of 72.
func changedRules(t *testing.T, w *verify.World) *verify.World {
	t.Helper()
	out := *w
	out.Rules = slices.Clone(w.Rules)
	for i, s := range out.Rules {
		if s.Jurisdiction != "XB" {
			continue
		}
		b := bytes.ReplaceAll(s.Encode(), []byte(`72,"hour"`), []byte(`100,"hour"`))
		f, err := rules.Decode(bytes.Replace(b, []byte(`"version":"1.0.0"`), []byte(`"version":"1.1.0"`), 1))
		if err != nil {
			t.Fatal(err)
		}
		if out.Rules[i], err = rules.New(f); err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(b, s.Encode()) {
			t.Fatal("the rules were not changed")
		}
	}
	return &out
}

func TestAReceiptIsReplayed(t *testing.T) {
	r, w, c := issued(t, "verdict", 4)
	trip := ask(c).Trip
	_, other, _ := first(t, "verdict", 1)
	_, foreign, _ := first(t, "hc1", 2)
	if other.Text == foreign.Text {
		t.Fatal("the vectors have one code where two are wanted")
	}
	without := *w
	without.Rules = nil
	renewed := *w
	renewed.Data = verify.Data{Name: "day-2027-01-01", Digest: strings.Repeat("0", 64), AsOf: r.Time.AddDate(0, 1, 0), HardExpiry: r.Time.AddDate(0, 2, 0)}
	forgot := renewed
	forgot.Keys = new(trust.Keys)
	lied := r
	lied.Verdict, lied.Reasons = verify.Red, []verify.Reason{{Code: "rule_refuses", Rule: "TR-XB-0004", Params: []words.Param{words.Text("rule", "TR-XB-0004")}}}
	for _, v := range []struct {
		comment string
		receipt verify.Receipt
		w       *verify.World
		text    string
		trip    verify.Trip
		want    verify.Agreement
		says    string
	}{
		{"the same world", r, w, c.Text, trip, verify.Agrees, ""},
		{"another certificate", r, w, foreign.Text, trip, verify.Another, "receipt_other_code"},
		{"no certificate", r, w, "", trip, verify.Another, "receipt_other_code"},
		{"one letter of the certificate", r, w, c.Text[:len(c.Text)-1], trip, verify.Another, "receipt_other_code"},
		{"another trip", r, w, c.Text, verify.Direct("XC", nil, "XB", r.At), verify.Undecided, "receipt_other_trip"},
		{"no trip", r, w, c.Text, verify.Trip{}, verify.Undecided, "receipt_other_trip"},
		{"the rules are gone", r, &without, c.Text, trip, verify.Undecided,
			"receipt_rules_missing set=sudmark-entry version=1.0.0; receipt_verdict_differs then=amber now=grey; receipt_reason_gone reason=rule_failed rule=TR-XB-0003; receipt_reason_new reason=no_rules rule="},
		{"the rules were changed", r, changedRules(t, w), c.Text, trip, verify.Undecided,
			"receipt_rules_changed set=sudmark-entry version=1.0.0 has=1.1.0; receipt_verdict_differs then=amber now=green; receipt_reason_gone reason=rule_failed rule=TR-XB-0003; receipt_reason_new reason=accepted rule="},
		{"a bundle of a month later", r, &renewed, c.Text, trip, verify.Agrees, "receipt_other_data then=0001-01-01T00:00:00Z now=2027-01-04T16:00:00Z"},
		{"a bundle of a month later without the key", r, &forgot, c.Text, trip, verify.Undecided,
			"receipt_other_data then=0001-01-01T00:00:00Z now=2027-01-04T16:00:00Z; receipt_verdict_differs then=amber now=grey; receipt_reason_gone reason=rule_failed rule=TR-XB-0003; receipt_reason_gone reason=demo_key rule=; receipt_reason_new reason=signer_unknown rule="},
		{"a desk that wrote what is not so", lied, w, c.Text, trip, verify.Disagrees,
			"receipt_verdict_differs then=red now=amber; receipt_reason_gone reason=rule_refuses rule=TR-XB-0004; receipt_reason_new reason=rule_failed rule=TR-XB-0003"},
	} {
		p := v.receipt.Replay(v.w, v.text, v.trip, nil)
		if p.Agreement != v.want || !strings.HasPrefix(said(p), v.says) || v.says == "" && said(p) != "" {
			t.Errorf("%s: %v: %s\nwant %v: %s", v.comment, p.Agreement, said(p), v.want, v.says)
		}
		if p.Agreement == verify.Another && (p.Report.Signed != nil || len(p.Report.Reasons) > 0 || len(p.Differences) != 1) {
			t.Errorf("%s: something is said of a certificate that the receipt is not for", v.comment)
		}
	}
}

func TestAReceiptForATripOfOnePlaceNeedsNoTrip(t *testing.T) {
	w, c, _ := first(t, "verdict", 1)
	q := verify.Question{Trip: verify.Direct("", nil, "XB", c.Question.At), At: c.Question.At}
	r, err := verify.NewReceipt(w, c.Text, q, usual(verify.Check(w, c.Text, q).Verdict), salted("x"))
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Replay(w, c.Text, verify.Trip{}, nil); p.Agreement != verify.Agrees || len(p.Differences) > 0 {
		t.Errorf("%v: %s", p.Agreement, said(p))
	}
}

func TestRulesOfTheWayAreCitedAndReplayed(t *testing.T) {
	w, c, _ := first(t, "verdict", 1)
	f := w.Rules[slices.IndexFunc(w.Rules, func(s *rules.Set) bool { return s.Jurisdiction == "XB" })].File
	f.Purpose, f.ID, f.Tests = "transit", "sudmark-transit", nil
	set, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	w.Rules = append(w.Rules, set)
	q := verify.Question{Trip: verify.Direct("XC", []string{"XB"}, "XA", c.Question.At), At: c.Question.At}
	r, err := verify.NewReceipt(w, c.Text, q, usual(verify.Check(w, c.Text, q).Verdict), salted("x"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, s := range r.Rules {
		ids = append(ids, s.ID)
	}
	if !slices.Equal(ids, []string{"norland-entry", "sudmark-transit"}) {
		t.Errorf("cites %v", ids)
	}
	if p := r.Replay(w, c.Text, q.Trip, nil); p.Agreement != verify.Agrees {
		t.Errorf("%v: %s", p.Agreement, said(p))
	}
	w.Rules = w.Rules[:len(w.Rules)-1]
	if p := r.Replay(w, c.Text, q.Trip, nil); p.Agreement != verify.Undecided || !strings.Contains(said(p), "receipt_rules_missing set=sudmark-transit") {
		t.Errorf("without the rules of the way: %v: %s", p.Agreement, said(p))
	}
}

func TestTheRulesOfTheIssuerThatInvalidateAreCited(t *testing.T) {
	r, w, c := issued(t, "verdict", 70)
	if !slices.ContainsFunc(r.Rules, func(s verify.Cited) bool { return s.ID == "norland-entry" }) {
		t.Errorf("cites %v, want the issuer's rules too", r.Rules)
	}
	if p := r.Replay(w, c.Text, ask(c).Trip, nil); p.Agreement != verify.Agrees {
		t.Errorf("%v: %s", p.Agreement, said(p))
	}
	if r, _, _ := issued(t, "verdict", 1); len(r.Rules) != 1 {
		t.Errorf("cites %v, want the destination's rules alone", r.Rules)
	}
}

func TestAReceiptThatRestsOnThePassportIsReplayedWithIt(t *testing.T) {
	w, c, q := first(t, "verdict", 1)
	line1 := "P<UTOBERGSTROEM<<KARIN"
	d, err := mrz.Parse(line1 + strings.Repeat("<", 44-len(line1)) + "\n" + second("700101"))
	if err != nil {
		t.Fatal(err)
	}
	q.Passport = &d
	r, err := verify.NewReceipt(w, c.Text, q, usual(verify.Amber), salted("x"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"BERGSTROEM", "KARIN", "L898902C3", "700101", "1970"} {
		if strings.Contains(strings.ToUpper(string(r.Bytes())), s) {
			t.Errorf("%s of the passport is on the receipt", s)
		}
	}
	if p := r.Replay(w, c.Text, q.Trip, &d); p.Agreement != verify.Agrees || len(p.Differences) > 0 {
		t.Errorf("with the passport: %v: %s", p.Agreement, said(p))
	}
	if p := r.Replay(w, c.Text, q.Trip, nil); p.Agreement != verify.Undecided || !strings.HasPrefix(said(p), "receipt_passport_needed") {
		t.Errorf("without it: %v: %s", p.Agreement, said(p))
	}
}

// BenchmarkReplay is the check of a receipt with the code in hand.
func BenchmarkReplay(b *testing.B) {
	r, w, c := issued(b, "verdict", 1)
	b.ReportAllocs()
	for b.Loop() {
		if p := r.Replay(w, c.Text, ask(c).Trip, nil); p.Agreement != verify.Agrees {
			b.Fatal(said(p))
		}
	}
}
