package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/mrz"
)

// The holder of a document is the same to a desk that reads its lines and to
// one that knows its fields, whatever of the birth date is known.
func TestTheHolderOfADocument(t *testing.T) {
	for _, v := range []struct {
		comment string
		birth   mrz.ShortDate
		want    cert.Date
	}{
		{"a full date", "740812", cert.Date{Year: 1974, Month: 8, Day: 12}},
		{"the year of a century, of any", "000229", cert.Date{Year: 1900, Month: 2, Day: 29}},
		{"no day", "7408<<", cert.Date{Year: 1974, Month: 8}},
		{"a year alone", "74<<<<", cert.Date{Year: 1974}},
		{"nothing", "<<<<<<", cert.Date{}},
		{"no date", "", cert.Date{}},
	} {
		got := holderOfDocument(mrz.Document{Number: "L898902C3", Issuer: "D", Birth: v.birth})
		c, err := got.Commit(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Is(history.Holder{Number: "L898902C3", Country: "D", Birth: v.want}) {
			t.Errorf("%s: %+v", v.comment, got)
		}
		if v.want.Year != 0 && c.Is(history.Holder{Number: "L898902C3", Country: "D"}) {
			t.Errorf("%s: the birth date does not matter", v.comment)
		}
	}
}

// A code is drawn where it fits; where it would be broken over lines its text
// is printed, and what to do is said.
func TestACodeIsDrawnWhereItFits(t *testing.T) {
	code := made{text: strings.Repeat("A receipt, which is long. ", 28), file: "the text\n"}
	for _, v := range []struct {
		width int
		drawn bool
	}{{130, true}, {101, true}, {100, false}, {60, false}} {
		var out, errs bytes.Buffer
		p := &program{out: bufio.NewWriter(&out), errs: &errs, look: look{terminal: true, width: min(v.width, widest), columns: v.width}}
		if err := p.show(code); err != nil {
			t.Fatal(err)
		}
		p.out.Flush()
		if drawn := strings.Contains(out.String(), "█"); drawn != v.drawn || drawn == strings.Contains(errs.String(), "too narrow") {
			t.Errorf("width %d: drawn %v; %s", v.width, drawn, errs.String())
		}
	}
}
