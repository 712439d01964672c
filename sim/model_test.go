package sim_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pratique/pratique/sim"
)

func small(t testing.TB, name string, people, days int) sim.Scenario {
	s := shipped(t, name)
	s.People, s.Days = people, days
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t testing.TB, s sim.Scenario, seed uint64, threads int) sim.Result {
	t.Helper()
	r, err := sim.Run(s, seed, threads)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func hashOf(r sim.Result) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%v", r.Days))
	return hex.EncodeToString(h[:8])
}

// A run has the same bits on every machine and with any number of threads. A
// change of these values is a change of the model: calibrate again.
func TestSameBits(t *testing.T) {
	for _, v := range []struct{ scenario, want string }{
		{"oxford-april-2020", "5a3c9b42c5d5accf"},
		{"oxford-scenario-2", "a93dc8736bc46300"},
		{"oxford-scenario-3", "240c091abe1427d9"},
		{"oxford-scenario-4", "8531dcedfbe65692"},
		{"oxford-scenario-5", "f3927c2c4f998450"},
		{"oxford-scenario-6", "e655ce516522ae65"},
		{"oxford-2021", "514a6a98ccf9918b"},
		{"oxford-2021-plain", "e0f6f98a36f47fc6"},
	} {
		t.Run(v.scenario, func(t *testing.T) {
			s := small(t, v.scenario, 6000, 120)
			s.CompliancePerEvent = v.scenario == "oxford-scenario-2" // each path once
			for _, threads := range []int{1, 2, 8} {
				if got := hashOf(run(t, s, 7, threads)); got != v.want {
					t.Errorf("%d threads: %s, want %s", threads, got, v.want)
				}
			}
			if hashOf(run(t, s, 8, 1)) == v.want {
				t.Error("another seed gives the same run")
			}
		})
	}
}

// Who met p has been met by p, on open days, under lockdown and with half of
// the people in quarantine, and nobody who stays at home is met.
func TestContactsAreMutual(t *testing.T) {
	for _, v := range []struct {
		comment string
		change  func(*sim.Scenario)
		stay    bool
	}{
		{"an ordinary day", func(*sim.Scenario) {}, false},
		{"lockdown", func(s *sim.Scenario) { s.LockdownShare = 0 }, false},
		{"shielding", func(s *sim.Scenario) { s.LockdownShare, s.LockdownDays, s.Shield = 0, 0, true }, false},
		{"half are at home", func(*sim.Scenario) {}, true},
		{"a half-degree that is not whole", func(s *sim.Scenario) { s.WorkMean = sim.ByKind{7.3, 5.1, 2.7} }, false},
	} {
		t.Run(v.comment, func(t *testing.T) {
			s := small(t, "oxford-april-2020", 3001, 10)
			v.change(&s)
			m, err := sim.New(s, 3, 1)
			if err != nil {
				t.Fatal(err)
			}
			if v.stay {
				for p := range uint32(s.People / 2) {
					m.Stay(2*p, 5)
				}
			}
			m.Step()
			met := m.Met()
			random, total := 0, 0
			for p, who := range met {
				if m.Out(uint32(p)) {
					if len(who) > 0 {
						t.Fatalf("%d is at home and met %d people", p, len(who))
					}
					continue
				}
				random += m.RandomOf(uint32(p))
				total += len(who)
				for _, q := range who {
					if count(met[q], uint32(p)) != count(who, q) || q == uint32(p) {
						t.Fatalf("%d met %d %d times, and was met %d times", p, q, count(who, q), count(met[q], uint32(p)))
					}
				}
			}
			if total < random*9/10 {
				t.Errorf("%d contacts, of them %d by chance", total, random)
			}
		})
	}
}

func count(s []uint32, x uint32) (n int) {
	for _, v := range s {
		if v == x {
			n++
		}
	}
	return n
}

// The mean contacts a day are those of the parameters: at work 10 of a child, 7
// of an adult, 3 of an old person in a network of their kind, and 2, 4, 3 by
// chance.
func TestContactNumbers(t *testing.T) {
	s := small(t, "oxford-april-2020", 40000, 10)
	m, err := sim.New(s, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	var sum, people [9]float64
	const days = 5
	for range days {
		m.Step()
		for p, who := range m.Met() {
			sum[m.Age(uint32(p))] += float64(len(who))
			people[m.Age(uint32(p))]++
		}
	}
	// Adults: 0.116 of them are with children, 0.065 with old people.
	for age, want := range [9]float64{12, 12, 11.10, 11.10, 11.10, 11.10, 11.10, 6, 6} {
		if got := sum[age] / people[age]; math.Abs(got-want) > 0.25 {
			t.Errorf("age group %d: %.2f contacts a day, want %.2f", age, got, want)
		}
	}
}

// Ages and household sizes are those asked for.
func TestPopulation(t *testing.T) {
	s := small(t, "oxford-april-2020", 50000, 10)
	m, err := sim.New(s, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var ages [9]float64
	var sizes [7]float64
	homes := 0.0
	for p := range uint32(s.People) {
		ages[m.Age(p)]++
		from, to := m.Household(p)
		if p < from || p >= to || to-from > 6 || to > uint32(s.People) {
			t.Fatalf("%d lives in %d..%d", p, from, to)
		}
		if p == from {
			sizes[to-from]++
			homes++
			old := m.Age(p)
			for q := from + 1; q < to; q++ {
				if m.Age(q) > old {
					t.Fatal("the oldest does not come first")
				}
			}
			if old < 2 {
				t.Fatal("children live alone")
			}
		}
	}
	weight := 0.0
	for _, w := range s.AgeWeights {
		weight += w
	}
	for a, n := range ages {
		if got, want := n/float64(s.People), s.AgeWeights[a]/weight; math.Abs(got-want) > 0.001 {
			t.Errorf("age group %d: %.4f, want %.4f", a, got, want)
		}
	}
	for i, w := range s.HouseholdWeights {
		if got, want := sizes[i+1]/homes, w/27600; math.Abs(got-want) > 0.001 {
			t.Errorf("households of %d: %.4f, want %.4f", i+1, got, want)
		}
	}
}

// Each switch does something, and what it should: a policy switch that silently
// does nothing was the first complaint about the published model.
func TestSwitches(t *testing.T) {
	base := small(t, "oxford-scenario-3", 10000, 120)
	was := run(t, base, 2, 1)
	for _, f := range sim.Fields() {
		if f.Unit != "yes or no" {
			continue
		}
		s := base
		before := "no"
		if s.Set(f.Name, "no") != nil || s == base {
			before = "yes"
			if err := s.Set(f.Name, "yes"); err != nil {
				t.Fatal(err)
			}
		}
		r := run(t, s, 2, 1)
		same := hashOf(r) == hashOf(was)
		// Without tests nobody tests negative, and whoever comes to hospital has
		// notified the contacts before.
		idle := slices.Contains([]string{"release-on-negative", "trace-on-positive"}, f.Name)
		if same != idle {
			t.Errorf("%s %s: the run is the same: %v, want %v", f.Name, before, same, idle)
		}
	}
	s5 := small(t, "oxford-scenario-5", 10000, 120)
	s5free := run(t, s5, 2, 1)
	s5.ReleaseOnNegative = false
	if held := run(t, s5, 2, 1); held.Summary.QuarantineDays <= s5free.Summary.QuarantineDays {
		t.Errorf("release on a negative test: %.1f days in quarantine, without it %.1f", s5free.Summary.QuarantineDays, held.Summary.QuarantineDays)
	}
	s6 := small(t, "oxford-scenario-6", 10000, 120)
	if err := s6.Set("trace-on-positive", "no"); err != nil {
		t.Fatal(err)
	}
	notified := 0
	for _, d := range run(t, s6, 2, 1).Days {
		notified += d.Notified
	}
	if notified != 0 {
		t.Errorf("with no reason to trace %d were notified", notified)
	}
	smart := run(t, small(t, "oxford-scenario-4", 10000, 120), 2, 1)
	if smart.Summary.QuarantineDays >= was.Summary.QuarantineDays {
		t.Errorf("smart release: %.1f days in quarantine, without it %.1f", smart.Summary.QuarantineDays, was.Summary.QuarantineDays)
	}
}

// A switch of policy leaves everything before it as it was.
func TestCommonRandomNumbers(t *testing.T) {
	a := run(t, small(t, "oxford-april-2020", 10000, 100), 4, 1)
	b := run(t, small(t, "oxford-scenario-3", 10000, 100), 4, 1)
	from := a.Summary.LockedTo
	if from == 0 || from != b.Summary.LockedTo {
		t.Fatalf("lockdown ends on day %d and %d", from, b.Summary.LockedTo)
	}
	for i := range from - 1 {
		if a.Days[i] != b.Days[i] {
			t.Fatalf("day %d differs: %+v, %+v", i+1, a.Days[i], b.Days[i])
		}
	}
}

// People are conserved: infections only grow, and end in recovery or death.
func TestAccounts(t *testing.T) {
	s := small(t, "oxford-2021-plain", 10000, 300)
	r := run(t, s, 1, 2)
	infected, deaths := s.Seeds, 0
	for _, d := range r.Days {
		infected += d.New
		if d.Infected != infected || d.Deaths < deaths || d.Hospital < 0 || d.Active < d.Hospital || d.Infected > s.People || d.Quarantined != 0 {
			t.Fatalf("%+v", d)
		}
		deaths = d.Deaths
	}
	last := r.Days[len(r.Days)-1]
	if last.Active != 0 || last.Hospital != 0 || last.Deaths == 0 {
		t.Errorf("after all is over: %+v", last)
	}
}
