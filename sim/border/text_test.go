package border_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/pratique/pratique/sim/border"
)

const first = "pratique-border/1.0\n"

// What a text says is evaluated; every field can be written and read back.
func TestText(t *testing.T) {
	s, err := border.Parse([]byte(first + "title  48 hours # not this\n\nbefore-test pcr\nbefore-hours 48\nlater-test antigen\nlater-days 1 2.5 7\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Title != "48 hours" || s.BeforeTest != border.PCR || s.BeforeHours != 48 || s.LaterTest != border.Antigen || len(s.LaterDays) != 3 {
		t.Errorf("%+v", s)
	}
	text := s.String()
	again, err := border.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if again.String() != text {
		t.Error("a text is not written as it was read")
	}
	for _, f := range border.Fields() {
		if f.Unit == "" || f.Meaning == "" || f.Source == "" {
			t.Errorf("%s: a field has a unit, a meaning and a source", f.Name)
		}
		if !strings.Contains(text, "\n"+f.Name) {
			t.Errorf("%s is not written", f.Name)
		}
	}
}

// Bad input is refused with the line, the field and the reason.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "border setting: empty"},
		{"pratique-border/2.0\n", "line 1: the first line"},
		{first + "incidence -1\n", "line 2: incidence: -1 is not between 0 and 20000"},
		{first + "quarantine-adherence 1.01\n", "line 2: quarantine-adherence: 1.01 is not between 0 and 1"},
		{first + "before-share NaN\n", "line 2: before-share: takes numbers"},
		{first + "before-share +Inf\n", "takes numbers"},
		{first + "before-share 0x1p-1\n", "takes numbers"},
		{first + "travellers 1e12\n", "is not between 1 and 1000000000"},
		{first + "vaccinated 0.5\n", "line 2: vaccinated: there is no such field"},
		{first + "growth 0\ngrowth 0\n", "line 3: growth: stands twice"},
		{first + "before-test saliva\n", "line 2: before-test: takes none, pcr or antigen"},
		{first + "before-hours 48 72\n", "takes 1 values, not 2"},
		{first + "later-test pcr\nlater-days\n", "later-days: a later test needs a day"},
		{first + "later-days 5 2\n", "later-days: not in order"},
		{first + "later-days " + strings.Repeat("1 ", 15) + "\n", "later-days: takes up to 14 values"},
		{first + "pcr-sensitivity 1\n", "takes 31 values, not 1"},
		{first + "incidence 20000\n", "incidence: more than half"},
		{first + "title\n", "title: not 1 to 200"},
		{first + "\xff\n", "not UTF-8"},
		{first + strings.Repeat("\n", 600), "over 500 lines"},
		{first + strings.Repeat("#", 70000), "over 64 KiB"},
	} {
		_, err := border.Parse([]byte(c.text))
		var fe *border.FieldError
		if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want %q", c.text, err, c.want)
		}
	}
	s := border.Default()
	s.QuarantineAdherence = math.NaN()
	if _, err := s.Evaluate(); err == nil {
		t.Error("NaN is evaluated")
	}
	s = border.Default()
	s.BeforeTest = 7
	if _, err := s.Evaluate(); err == nil {
		t.Error("a test of no kind is evaluated")
	}
}

// What is read is written again byte for byte, and evaluates to numbers that can
// be.
func FuzzParse(f *testing.F) {
	f.Add([]byte(first))
	f.Add([]byte(first + "before-test pcr\nbefore-hours 48\n"))
	f.Add([]byte(first + "title x\nlater-test antigen\nlater-days 1 2 3\nquarantine-days 5 # five\ngrowth -0.2\n"))
	f.Add([]byte(first + "window-days 60\nincidence 800\ngeneration-sd 20\nonset-sd 0.2\nisolation-days 0\nsymptom-isolation 1\n"))
	d := border.Default()
	f.Add([]byte(d.String()))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := border.Parse(text)
		if err != nil {
			return
		}
		out := s.String()
		again, err := border.Parse([]byte(out))
		if err != nil || again.String() != out {
			t.Fatalf("%v: not the same again:\n%s", err, out)
		}
		o, err := s.Evaluate()
		if err != nil {
			t.Fatal(err)
		}
		w := s.Without()
		without, err := w.Evaluate()
		if err != nil {
			t.Fatal(err)
		}
		slack := 1e-6 * (1 + without.Infected)
		for i, v := range []float64{o.Journey, o.Cohort, o.Destination, o.Infected, o.InfectedArrived, o.FalseStopped, o.Tests, o.QuarantineDays, o.IsolationDays} {
			if !(v >= -slack) || math.IsInf(v, 0) {
				t.Fatalf("figure %d is %g:\n%s", i, v, out)
			}
		}
		if o.Destination > without.Destination+slack || o.Arrived > s.Travellers*(1+1e-9) {
			t.Fatalf("more than without the policy: %+v, %+v\n%s", o, without, out)
		}
	})
}
