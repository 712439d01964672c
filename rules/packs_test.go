package rules_test

import (
	"testing"

	"github.com/pratique/pratique/rules"
)

// The packs that come with the program do what their own cases say.
func TestPacksKeepTheirCases(t *testing.T) {
	if len(rules.Packs()) < 3 {
		t.Fatalf("packs: %v", rules.Packs())
	}
	for _, name := range rules.Packs() {
		s, err := rules.Pack(name)
		if err != nil {
			t.Fatal(err)
		}
		results := rules.RunTests(s)
		if len(results) < 10 {
			t.Errorf("%s: only %d cases", name, len(results))
		}
		for _, r := range results {
			for _, w := range r.Wrong {
				t.Errorf("%s: %s: %s", name, r.Name, w)
			}
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	s, err := rules.Pack("sudmark")
	if err != nil {
		b.Fatal(err)
	}
	c, err := s.Tests[0].Payload.Certificate()
	if err != nil {
		b.Fatal(err)
	}
	trip := rules.Trip{From: "XA", Residence: "XA", Purpose: "entry"}
	b.ReportAllocs()
	for b.Loop() {
		if r := s.Evaluate(c, trip, s.Tests[0].At); r.Answer != rules.Met {
			b.Fatal(r.Answer)
		}
	}
}

func BenchmarkOutlook(b *testing.B) {
	s, err := rules.Pack("sudmark")
	if err != nil {
		b.Fatal(err)
	}
	c, err := s.Tests[0].Payload.Certificate()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if o := s.Outlook(c, s.Tests[0].Trip, s.Tests[0].At); o.Met.Until.IsZero() {
			b.Fatal(o)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	data := pack(b, "sudmark").Encode()
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := rules.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
