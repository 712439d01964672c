package certlogic_test

import (
	"testing"
	"time"

	"github.com/pratique/pratique/certlogic"
)

// One evaluation of a public rule on the data of one of its tests. What the
// reference implementation takes for the same is printed by
//
//	cd testdata/bench && npm ci && node peer.mjs
func BenchmarkRules(b *testing.B) {
	cases := ruleTests(b)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		c := &cases[i]
		if i++; i == len(cases) {
			i = 0
		}
		if got, err := c.rule.Eval(c.data); err != nil || got.Kind() != certlogic.Bool {
			b.Fatal(got, err)
		}
	}
}

// Reading one rule of usual size.
func BenchmarkCompile(b *testing.B) {
	logic := []byte(traced)
	b.ReportAllocs()
	b.SetBytes(int64(len(logic)))
	for b.Loop() {
		if _, err := certlogic.Parse(logic); err != nil {
			b.Fatal(err)
		}
	}
}

// Reading the data of one certificate.
func BenchmarkFromJSON(b *testing.B) {
	in := []byte(`{"payload":{"ver":"1.3.0","nam":{"fn":"Musterfrau","fnt":"MUSTERFRAU","gn":"Eva","gnt":"EVA"},"dob":"1979-04-14","v":[{"tg":"840539006","vp":"1119349007","mp":"EU/1/20/1528","ma":"ORG-100030215","dn":2,"sd":2,"dt":"2021-04-14","co":"XA","is":"Ministry of Health","ci":"URN:UVCI:01:XA:1234567890#A"}]},"external":{"validationClock":"2021-06-01T00:00:00Z"}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := certlogic.FromJSON(in); err != nil {
			b.Fatal(err)
		}
	}
}

// Predicting the answers of a rule for ten years.
func BenchmarkBreakpoints(b *testing.B) {
	e, d := parse(b, traced), data(b, traveller)
	from := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		if changes, err := e.Breakpoints(d, "", from, from.AddDate(10, 0, 0)); err != nil || len(changes) == 0 {
			b.Fatal(changes, err)
		}
	}
}
