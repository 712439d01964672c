package main

import (
	"crypto/rand"
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
