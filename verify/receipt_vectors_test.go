package verify_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// receiptVectors are the vectors of receipts with their worlds.
func receiptVectors(t testing.TB) (*vectors.ReceiptFile, map[string]*verify.World) {
	t.Helper()
	f, err := vectors.LoadReceipts()
	if err != nil {
		t.Fatal(err)
	}
	worlds := map[string]*verify.World{}
	for name := range f.Worlds {
		if worlds[name], err = worldOf(&vectors.File{Files: f.Files, Worlds: f.Worlds}, name); err != nil {
			t.Fatalf("world %s: %v", name, err)
		}
	}
	return f, worlds
}

// opened are the outcomes of opening a receipt, as the vectors name them.
var opened = []struct {
	err  error
	name string
}{
	{verify.ErrReceipt, "not_a_receipt"}, {verify.ErrReceiptVersion, "later_version"}, {verify.ErrReceiptUnsigned, "unsigned"},
	{trust.ErrUnknownKey, "unknown_key"}, {trust.ErrSignature, "signature"}, {verify.ErrReceiptUse, "use"},
	{verify.ErrReceiptCountry, "country"}, {verify.ErrReceiptTime, "time"},
}

func TestOurOwnReceipts(t *testing.T) {
	f, worlds := receiptVectors(t)
	if len(f.Cases) < 60 {
		t.Errorf("%d cases, want at least 60", len(f.Cases))
	}
	said := map[string]bool{}
	for _, c := range f.Cases {
		said[c.Want.Opened], said[c.Want.Agreement] = true, true
		for _, d := range c.Want.Differences {
			said[d] = true
		}
		t.Run(fmt.Sprint(c.ID), func(t *testing.T) {
			w := worlds[c.World]
			r, k, err := verify.OpenReceipt([]byte(c.Receipt), w.Keys)
			got := "authentic"
			for _, o := range opened {
				if errors.Is(err, o.err) {
					got = o.name
				}
			}
			if got != c.Want.Opened || (err == nil) != (got == "authentic") {
				t.Fatalf("%s: %s, want %s: %v", c.Comment, got, c.Want.Opened, err)
			}
			if err != nil {
				if r.Desk != "" || k.Country != "" {
					t.Errorf("%s: something is said of what is not authentic", c.Comment)
				}
				return
			}
			if text, _, ok := strings.Cut(c.Receipt, "signature "); !ok || string(r.Bytes()) != text {
				t.Errorf("%s: written again it is\n%s", c.Comment, r.Bytes())
			}
			if v := c.Want.Verdict; v != "" && v != r.Verdict.String() {
				t.Errorf("%s: says %s, want %s", c.Comment, r.Verdict, v)
			}
			if o := c.Want.Outcome; o != "" && o != string(r.Outcome) {
				t.Errorf("%s: decided %s, want %s", c.Comment, r.Outcome, o)
			}
			if c.Code != "" {
				replayVector(t, c, r, w)
			}
		})
	}
	for _, want := range []string{
		"authentic", "not_a_receipt", "later_version", "unsigned", "unknown_key", "signature", "use", "country", "time",
		"agrees", "disagrees", "undecided", "another_code",
		"receipt_other_code", "receipt_other_trip", "receipt_rules_missing", "receipt_rules_changed", "receipt_other_data",
		"receipt_passport_needed", "receipt_verdict_differs", "receipt_reason_gone", "receipt_reason_new",
	} {
		if !said[want] {
			t.Errorf("no case wants %s", want)
		}
	}
}

// replayVector asks the question of a case again.
func replayVector(t *testing.T, c vectors.ReceiptCase, r verify.Receipt, w *verify.World) {
	var passport *mrz.Document
	if c.Passport != "" {
		d, err := mrz.Parse(c.Passport)
		if err != nil {
			t.Fatal(err)
		}
		passport = &d
	}
	again := r.Replay(w, c.Code, verify.Direct(c.From, c.Via, r.To, r.At), passport)
	var differences []string
	for _, d := range again.Differences {
		differences = append(differences, d.Code)
	}
	if again.Agreement.String() != c.Want.Agreement || !slices.Equal(differences, c.Want.Differences) {
		t.Errorf("%s: %v %v, want %s %v", c.Comment, again.Agreement, said(again), c.Want.Agreement, c.Want.Differences)
	}
	if v := c.Want.Again; v != "" && v != again.Report.Verdict.String() {
		t.Errorf("%s: asked again %s, want %s", c.Comment, again.Report.Verdict, v)
	}
}

// The picture of a receipt is its text and nothing else: what is not in the one
// is not in the other.
func TestThePictureOfAReceiptIsItsText(t *testing.T) {
	f, _ := receiptVectors(t)
	n := 0
	for _, c := range f.Cases {
		if c.Result != "valid" || len(c.Receipt) > 1500 { // of the algorithm of tomorrow: more than fits
			continue
		}
		n++
		symbol, err := qr.Encode(c.Receipt, qr.M)
		if err != nil {
			t.Fatalf("%s: %v", c.Comment, err)
		}
		codes, err := scan.Read(symbol.Image(3))
		if err != nil || len(codes) != 1 || codes[0].Text != c.Receipt {
			t.Errorf("%s: the picture says something else: %v", c.Comment, err)
		}
	}
	if n < 30 {
		t.Errorf("%d receipts, want at least 30", n)
	}
}
