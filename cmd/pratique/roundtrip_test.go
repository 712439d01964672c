package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/keys"
)

// chance makes up what a certificate may say.
type chance struct{ *rand.Rand }

const letters = "abcdefghijklmnopqrstuvwxyzåäöøñçéßłżőšğıÅØÞابتسلمИванΑθήνα漢字王"

// words are up to n letters of any script, with spaces, apostrophes and hyphens within.
func (r chance) words(n int) string {
	all := []rune(letters)
	out := []rune{all[r.IntN(len(all))]}
	for len(out) < 1+r.IntN(n) {
		if len(out) > 1 && r.IntN(7) == 0 {
			out = append(out, []rune(" -'’.,&/")[r.IntN(8)])
		}
		out = append(out, all[r.IntN(len(all))])
	}
	return string(out)
}

// capitals are 1 to n letters and digits.
func (r chance) capitals(n int) string {
	const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var b strings.Builder
	for range 1 + r.IntN(n) {
		b.WriteByte(all[r.IntN(len(all))])
	}
	return b.String()
}

// latin are 1 to n letters as passports print names.
func (r chance) latin(n int) string {
	var b strings.Builder
	for i := range 1 + r.IntN(n) {
		if i > 0 && r.IntN(6) == 0 {
			b.WriteByte('<')
		}
		b.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[r.IntN(26)])
	}
	return b.String()
}

func (r chance) date(from, to int) cert.Date {
	return cert.DateOf(time.Date(from+r.IntN(to-from+1), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC))
}

// moment is one of the days before, with the offset of any place on earth.
func (r chance) moment(now time.Time) time.Time {
	zone := time.FixedZone("", (r.IntN(105)-48)*900)
	return now.Add(-time.Duration(1+r.IntN(30*24*3600)) * time.Second).In(zone)
}

// vary changes everything in a certificate that is free, and no code.
func (r chance) vary(c *cert.Certificate, now time.Time) {
	p := &c.Subject
	p.Names[0] = cert.Name{Family: r.words(9), Given: r.words(9), FamilyICAO: r.latin(15), GivenICAO: r.latin(15)}
	p.BirthDate, p.Sex = r.date(1900, 2025), []cert.Sex{cert.Female, cert.Male}[r.IntN(2)]
	p.Documents[0].Number = r.capitals(9)
	s := c.Events[0].About()
	s.Authority = r.words(40)
	lab := func(f *cert.Facility) {
		if f.Name != "" {
			f.Name = r.words(18)
		}
	}
	switch e := c.Events[0].(type) {
	case *cert.Test:
		s.ID = r.capitals(12)
		e.SampledAt = r.moment(now)
		e.ReportedAt = e.SampledAt.Add(time.Duration(r.IntN(3600)) * time.Second)
		lab(&e.Laboratory)
		if e.Name != "" {
			e.Name = r.words(30)
		}
		if r.IntN(2) == 0 {
			e.Outcome.Source.Code, e.Result = cert.CodeDetected, cert.Detected
		}
	case *cert.Antibody:
		s.ID = r.capitals(12)
		e.SampledAt = r.moment(now)
		lab(&e.Laboratory)
	case *cert.Vaccination:
		s.ID = r.capitals(12)
		e.Date, e.Lot = r.date(2024, 2025), r.capitals(10)
		e.NextDue = r.date(2027, 2029)
		e.Doses = 1 + r.IntN(4)
		e.Dose = 1 + r.IntN(e.Doses)
		if e.Disease.Code() == cert.YellowFever {
			e.Dose, e.Doses = 1, 2 // a yellow card is of one dose
		}
		lab(&e.Centre)
	case *cert.Recovery:
		s.ID = r.capitals(12)
		e.FirstPositive = r.date(2026, 2026)
		e.FirstPositive.Month = int8(1 + r.IntN(6))
		e.From = cert.DateOf(e.FirstPositive.First().AddDate(0, 0, 11))
		e.Until = cert.DateOf(e.FirstPositive.First().AddDate(0, 0, 12+r.IntN(180)))
	}
}

// What a format can carry survives issue and read unchanged, whatever it says:
// of certificates made up at random nothing is lost or changed but what the
// table in docs/formats.md has.
func TestRoundTripsLoseOnlyWhatTheTableSays(t *testing.T) {
	now := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	p := &program{now: func() time.Time { return now }}
	r := chance{rand.New(rand.NewPCG(20, 26))}
	const rounds = 40
	trips, refused := 0, 0
	for kind := range fullCertificates() {
		for _, format := range issued {
			k, err := trialKey(keys.Options{Country: "CH", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0)}, format)
			if err != nil {
				t.Fatal(err)
			}
			v := &conversion{to: format}
			v.format, v.issuer = format, "https://health.norland.example"
			full := fullCertificates()[kind]
			_, text, err := v.made(p, full.cert, k)
			if err != nil {
				continue // the table says so
			}
			known := map[string]string{}
			ds, err := compared(full.cert, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range ds {
				known[d.Field] = d.What
			}
			for range rounds {
				c := fullCertificates()[kind].cert
				r.vary(c, now)
				_, text, err := v.made(p, c, k)
				if err != nil {
					refused++ // a name that is too long is refused, not cut
					continue
				}
				ds, err := compared(c, text)
				if err != nil {
					t.Fatal(err)
				}
				trips++
				for _, d := range ds {
					if known[d.Field] != d.What {
						t.Errorf("%s in %s: %s is %s: %q became %q", full.name, format, d.Field, d.What, d.Before, d.After)
					}
				}
			}
		}
	}
	if trips < 10*rounds || refused > trips/100 {
		t.Errorf("%d certificates went and came back, %d were refused", trips, refused)
	}
}
