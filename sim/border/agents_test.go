package border_test

import (
	"math"
	"testing"

	"github.com/pratique/pratique/sim"
)

// The epidemic of single people in package sim, in which somebody with symptoms
// meets nobody from then on, and the closed sum of this package say the same
// about what isolation with symptoms takes away, within the error of the runs.
//
// The sum knows no contacts, so the people here live alone (in sim a household
// always meets) and meet many by chance, each with a small risk. With four
// contacts a day the agents say 37%, not 44: whom one meets on the worst days
// can be infected only once, so that those days, which isolation spares, count
// for less than their infectivity.
func TestAgentsIsolate(t *testing.T) {
	const seeds = 16
	s, err := sim.Shipped("oxford-2021-plain")
	if err != nil {
		t.Fatal(err)
	}
	set := func(s *sim.Scenario, name string, values ...string) {
		t.Helper()
		if err := s.Set(name, values...); err != nil {
			t.Fatal(err)
		}
	}
	same := func(v string) []string { return []string{v, v, v, v, v, v, v, v, v} }
	set(&s, "people", "60000")
	set(&s, "days", "40")
	set(&s, "ages", "0.0001", "0.0001", "10", "10", "10", "10", "10", "0.0001", "0.0001")
	set(&s, "households", "1", "0.001", "0", "0", "0", "0")
	set(&s, "household-weight", "0")
	set(&s, "spreader-sd", "0")
	set(&s, "work-mean", "0.01", "0.01", "0.01")
	set(&s, "random-mean", "80", "80", "80")
	set(&s, "random-sd", "1", "1", "1")
	set(&s, "infectious-rate", "3")
	set(&s, "mild", same("0")...)
	set(&s, "asymptomatic", same("0.3")...)
	set(&s, "hospital", same("0")...)
	set(&s, "asymptomatic-factor", "0.5")
	set(&s, "false-symptoms", "0")
	set(&s, "self-dropout", "0")
	set(&s, "self-days", "14")
	set(&s, "seeds", "200")
	mean := func(share string) (m, sd float64) {
		set(&s, "self-quarantine", share)
		var list []float64
		for seed := uint64(1); seed <= seeds; seed++ {
			r, err := sim.Run(s, seed, 2)
			if err != nil {
				t.Fatal(err)
			}
			if r.Summary.R0 == 0 {
				t.Fatal("nobody infected anybody")
			}
			list = append(list, r.Summary.R0)
			m += r.Summary.R0 / seeds
		}
		for _, v := range list {
			sd += (v - m) * (v - m) / (seeds - 1)
		}
		return m, math.Sqrt(sd / seeds)
	}
	free, freeErr := mean("0")
	home, homeErr := mean("1")
	got := 1 - home/free
	err3 := 3 * home / free * math.Hypot(freeErr/free, homeErr/home)

	b := change(t, []string{"symptom-isolation", "1"}, []string{"window-days", "0.25"}, []string{"journey-hours", "1"},
		[]string{"generation-mean", "5.5"}, []string{"generation-sd", "2.14"}, []string{"onset-mean", "5.42"}, []string{"onset-sd", "2.7"},
		[]string{"asymptomatic", "0.3"}, []string{"asymptomatic-factor", "0.5"})
	want := evaluate(t, b).Effect(evaluate(t, b.Without())).Destination
	t.Logf("agents: %.3f, three standard errors %.3f; sum: %.3f", got, err3, want)
	if err3 > 0.1 {
		t.Errorf("three standard errors are %.3f: too much to compare", err3)
	}
	if math.Abs(got-want) > err3 {
		t.Errorf("agents who isolate with symptoms infect %.3f fewer, the sum says %.3f; three standard errors are %.3f", got, want, err3)
	}
}
