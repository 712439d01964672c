package border_test

import (
	"math"
	"testing"

	"github.com/pratique/pratique/sim"
	"github.com/pratique/pratique/sim/border"
)

// change is a setting that differs from the default.
func change(t *testing.T, changes ...[]string) border.Setting {
	t.Helper()
	s := border.Default()
	for _, c := range changes {
		if err := s.Set(c[0], c[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func evaluate(t *testing.T, s border.Setting) border.Outcome {
	t.Helper()
	o, err := s.Evaluate()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// policies are of every kind, and with everything at once.
var policies = map[string][][]string{
	"nothing":              nil,
	"a test before":        {{"before-test", "pcr"}, {"before-hours", "72"}, {"before-share", "0.9"}},
	"a test on arrival":    {{"arrival-test", "antigen"}, {"result-days", "0"}, {"isolation-adherence", "0.8"}},
	"quarantine":           {{"quarantine-days", "7"}, {"quarantine-adherence", "0.7"}},
	"quarantine and tests": {{"quarantine-days", "5"}, {"later-test", "pcr"}, {"later-days", "4", "9"}, {"result-days", "1.5"}},
	"symptoms":             {{"symptom-isolation", "0.6"}, {"symptom-screening", "0.5"}, {"isolation-days", "5"}},
	"everything": {{"before-test", "antigen"}, {"before-hours", "24"}, {"arrival-test", "pcr"}, {"later-test", "antigen"}, {"later-days", "2", "5"},
		{"quarantine-days", "3"}, {"quarantine-adherence", "0.5"}, {"symptom-isolation", "0.3"}, {"symptom-screening", "0.4"}, {"isolation-days", "6"},
		{"isolation-adherence", "0.75"}, {"growth", "0.08"}, {"window-days", "10"}, {"journey-hours", "12"}},
}

// The sum is what single travellers do who are sent by lot: every figure is
// within four standard errors of the travellers' mean.
func TestOneByOne(t *testing.T) {
	const travellers = 60000
	for name, changes := range policies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := change(t, changes...)
			for _, c := range [][]string{{"incidence", "2500"}, {"travellers", "1"}, {"pcr-specificity", "0.97"}, {"antigen-specificity", "0.97"}} {
				if err := s.Set(c[0], c[1:]...); err != nil {
					t.Fatal(err)
				}
			}
			want := evaluate(t, s)
			is := func(yes bool) float64 {
				if yes {
					return 1
				}
				return 0
			}
			figures := []struct {
				name string
				want float64
				of   func(border.Alone) float64
				sum  float64
				sq   float64
			}{
				{name: "infected", want: want.Infected, of: func(a border.Alone) float64 { return is(a.Infected) }},
				{name: "journey", want: want.Journey, of: func(a border.Alone) float64 { return a.Journey }},
				{name: "cohort", want: want.Cohort, of: func(a border.Alone) float64 { return a.Cohort }},
				{name: "destination", want: want.Destination, of: func(a border.Alone) float64 { return a.Destination }},
				{name: "stopped", want: want.InfectedStopped, of: func(a border.Alone) float64 { return is(a.Infected && a.Stopped) }},
				{name: "stopped for nothing", want: want.FalseStopped, of: func(a border.Alone) float64 { return is(!a.Infected && a.Stopped) }},
				{name: "arrived", want: want.Arrived, of: func(a border.Alone) float64 { return is(a.Arrived) }},
				{name: "found later", want: want.InfectedFound, of: func(a border.Alone) float64 { return is(a.Infected && a.FoundLater) }},
				{name: "isolated for nothing", want: want.FalseIsolated, of: func(a border.Alone) float64 { return is(!a.Infected && a.FoundLater) }},
				{name: "tests", want: want.Tests, of: func(a border.Alone) float64 { return float64(a.Tests) }},
				{name: "quarantine", want: want.QuarantineDays, of: func(a border.Alone) float64 { return a.QuarantineDays }},
			}
			stream := sim.NewStream(7)
			for n := range uint64(travellers) {
				a := s.Alone(stream, n)
				for i := range figures {
					v := figures[i].of(a)
					figures[i].sum += v
					figures[i].sq += v * v
				}
			}
			for _, f := range figures {
				mean := f.sum / travellers
				err := math.Sqrt(max(f.sq/travellers-mean*mean, 0) / travellers)
				if math.Abs(mean-f.want) > 4*err+1e-9 {
					t.Errorf("%s: %.6f by lot, %.6f by the sum: %.1f standard errors of %.6f", f.name, mean, f.want, (mean-f.want)/err, err)
				}
			}
		})
	}
}

// Nothing asked takes nothing away; a test or a quarantine never adds to what is
// passed on at the destination; a longer quarantine never takes less.
func TestMore(t *testing.T) {
	before := change(t)
	none := evaluate(t, before)
	if e := none.Effect(evaluate(t, before.Without())); e != (border.Effect{}) {
		t.Errorf("nothing has an effect: %+v", e)
	}
	last := none.Destination
	for _, days := range []string{"1", "2", "5", "10", "14", "30"} {
		o := evaluate(t, change(t, []string{"quarantine-days", days}))
		if !(o.Destination < last) {
			t.Errorf("%s days of quarantine leave %g, fewer leave %g", days, o.Destination, last)
		}
		last = o.Destination
	}
	for name, changes := range policies {
		s := change(t, changes...)
		with, without := evaluate(t, s), evaluate(t, s.Without())
		for i, pair := range [][2]float64{{with.Journey, without.Journey}, {with.Cohort, without.Cohort}, {with.Destination, without.Destination}, {with.Arrived, without.Arrived}} {
			if pair[0] > pair[1]*(1+1e-12) {
				t.Errorf("%s: figure %d is %g, without the policy %g", name, i, pair[0], pair[1])
			}
		}
	}
}

// What can be said without a computer: everybody in a quarantine without end
// passes nothing on; a perfect test on departure leaves those infected since.
func TestEdges(t *testing.T) {
	if o := evaluate(t, change(t, []string{"quarantine-days", "30"})); o.Destination > 1e-6*o.Infected {
		t.Errorf("30 days of quarantine leave %g", o.Destination)
	}
	perfect := []string{"pcr-sensitivity"}
	for range border.Points {
		perfect = append(perfect, "1")
	}
	o := evaluate(t, change(t, perfect, []string{"before-test", "pcr"}, []string{"before-hours", "0"}))
	if o.InfectedArrived > o.Infected*0.25/14+1e-9 { // six hours of fourteen days
		t.Errorf("%g of %g infected pass a perfect test on departure", o.InfectedArrived, o.Infected)
	}
	if o := evaluate(t, change(t, []string{"asymptomatic", "1"}, []string{"asymptomatic-factor", "0"})); o.Destination != 0 {
		t.Errorf("nobody is infectious, and %g is passed on", o.Destination)
	}
	if o := evaluate(t, change(t, []string{"incidence", "0"}, []string{"before-test", "pcr"})); o.Effect(o) != (border.Effect{}) || math.Abs(o.FalseStopped-200) > 1e-6 {
		t.Errorf("nobody is infected: %+v", o)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	s := border.Default()
	for _, c := range policies["everything"] {
		if err := s.Set(c[0], c[1:]...); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := s.Evaluate(); err != nil {
			b.Fatal(err)
		}
	}
}
