package rules_test

import (
	"os"
	"path/filepath"
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
		if len(results) < 9 {
			t.Errorf("%s: only %d cases", name, len(results))
		}
		for _, r := range results {
			for _, w := range r.Wrong {
				t.Errorf("%s: %s: %s", name, r.Name, w)
			}
		}
	}
}

// The rules of two cities of 2020 colour as they were described in public. They
// are examples of what a set can say, and no packs.
func TestCitiesOf2020(t *testing.T) {
	files, err := filepath.Glob("testdata/cities/*.json")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := rules.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		colours := map[rules.Answer]bool{}
		for _, r := range rules.RunTests(s) {
			colours[r.Got.Answer] = true
			for _, w := range r.Wrong {
				t.Errorf("%s: %s: %s", name, r.Name, w)
			}
		}
		if !colours[rules.Met] || !colours[rules.NotMet] || !colours[rules.Refused] {
			t.Errorf("%s: answers %v", name, colours)
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
