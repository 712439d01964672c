package history_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/trust"
)

// Two stamps and a declared stay answer whether somebody was in a country in the
// last fourteen days, and which stamps they have to show for it.
func Example() {
	desk := officeOf(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), "XA", trust.Stamp)
	keys := new(trust.Keys)
	keys.Add(desk.Key)
	holder := history.Holder{Number: "L898902C3", Country: "UTO", Birth: cert.Date{Year: 1974, Month: 8, Day: 12}}
	stamp := func(d history.Direction, at time.Time) string {
		code, err := desk.Stamp(history.Stamp{At: at, Until: at.AddDate(0, 6, 0), Direction: d, Port: "XAHBR"}, holder, rand.Reader)
		if err != nil {
			panic(err)
		}
		return code
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	text := "pratique-history/1.0\n" +
		"stay XA/02 2026-11-01 2026-11-22\n" +
		"stamp " + stamp(history.Entry, now.AddDate(0, 0, -20)) + "\n" +
		"stamp " + stamp(history.Exit, now.Add(-5*time.Hour)) + "\n"

	file, _, err := history.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	opened, _ := file.Open(keys)
	evidence, _ := opened.Sift(holder, now)
	ask := func(p history.Place) {
		q := history.Question{Place: p, From: now.AddDate(0, 0, -14), Transit: 24 * time.Hour, Here: "XB"}
		a := evidence.Was(q)
		fmt.Printf("%s: %s, %s, stamps %v\n", p, a.Presence, a.Grade, evidence.Fewest(q))
	}
	ask(history.Place{In: "XC"})
	ask(history.Place{In: "XA"})
	ask(history.Place{In: "XA", Region: "01"})
	// Output:
	// XC: absent, stamped, stamps [0 1]
	// XA: present, stamped, stamps [1]
	// XA/01: absent, declared, stamps [0 1]
}
