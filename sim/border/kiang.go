package border

import (
	"cmp"
	"math"
	"slices"
)

// Kiang is a policy in the model of Kiang et al. (Lancet Infect Dis 2021,
// corrected), in days, by the description and the published parameters: of
// 100,000 travellers 1,500 in a million are infected each day from day 1 to 3
// days after the flight on day 70, twice as many on its own day. They wait 2 to
// 5 days (a triangle from 1.5 to 5.49 with its top at 3, rounded), then are
// infectious for half of a normal time (mean 5 days, standard deviation 1, at
// least 1) before and another half after the first symptoms, each rounded; 30%
// get none and count as half a person, but as one aboard. A test finds them from
// five days before the symptoms on to 14 days after the infectious time. Those
// found stay away for 15 days; of those with symptoms on the day of the flight
// 80% do, too. Each run has one length of each of the three times for all its
// travellers, so that the published intervals are mostly those of the lengths.
type Kiang struct {
	Before     []int   // tested on these days before the flight, each an equal share
	Times      float64 // of the sensitivity: 0.9 for the rapid test
	After      bool    // a PCR 5 days after the flight
	Quarantine int     // days after the flight, in which nobody is infected anew
	Keep       float64 // who keeps it; the others have no test after the flight either
	Screen     float64 // who stays at home with symptoms on the day of the flight
}

// Spread is a figure over the runs of a model: mean, and 2.5 and 97.5 percent of
// them.
type Spread struct{ Mean, Low, High float64 }

// KiangOutcome are the paper's figures.
type KiangOutcome struct {
	Days       Spread // infectious days of the cohort, 3 days before to 14 after the flight
	Aboard     Spread // infectious on the day of the flight
	LessDays   Spread // than without any policy, share
	LessAboard Spread
}

const (
	kiangPeople = 100000
	kiangRisk   = 0.0015
	kiangFlight = 70
)

// kiangCourse is one length of each of the three times, with its chance.
type kiangCourse struct {
	wait, silent, ill int
	chance            float64
}

func kiangCourses() (list []kiangCourse) {
	const a, b, top = 1.5, 5.49, 3.0
	triangle := func(x float64) float64 {
		switch {
		case x <= a:
			return 0
		case x >= b:
			return 1
		case x <= top:
			return (x - a) * (x - a) / ((b - a) * (top - a))
		}
		return 1 - (b-x)*(b-x)/((b-a)*(b-top))
	}
	normal := func(x float64) float64 { return (1 + math.Erf((x-5)/math.Sqrt2)) / 2 }
	half := map[int]float64{}
	for d := 1; d <= 10; d++ {
		low := max(float64(d)-0.5, 1)
		half[int(math.RoundToEven(float64(d)/2))] += (normal(float64(d)+0.5) - normal(low)) / (1 - normal(1))
	}
	for wait := 2; wait <= 5; wait++ {
		w := triangle(float64(wait)+0.5) - triangle(float64(wait)-0.5)
		for silent := range 6 {
			for ill := range 6 {
				if p := w * half[silent] * half[ill]; p > 0 {
					list = append(list, kiangCourse{wait, silent, ill, p})
				}
			}
		}
	}
	return list
}

// course is it on a grid of days. An infection of day u is first seen by a test
// on day u+1, and the infectious days are behind wait+1 more.
func (k kiangCourse) course(times float64) *course {
	onset, end := k.wait+k.silent, k.wait+k.silent+k.ill
	n := end + 16
	c := &course{infectivity: make([]float64, n), onset: make([]float64, n)}
	for i := range n {
		if i >= k.wait+2 && i <= end+1 {
			c.infectivity[i] = 1
		}
		if i >= onset+1 {
			c.onset[i] = 1
		}
	}
	c.within = c.onset
	for kind, scale := range map[Test]float64{PCR: 1, Antigen: times} {
		c.positive[kind] = make([]float64, n)
		for i := range min(n, end+15) {
			if d := i - (onset - 5); d >= 0 && d < len(kiangUpper) {
				c.positive[kind][i] = kiangUpper[d] * scale
			}
		}
	}
	return c
}

// run are the infectious days and the infectious aboard with one length of each.
func (k Kiang) run(kc kiangCourse, more func(*rules), quarantine bool) (days, aboard float64) {
	c := kc.course(k.Times)
	r := rules{share: 1, comply: 1, arrival: 1, released: 1, isolation: 15, screen: k.Screen, cohortFrom: -3, cohortTo: 15}
	more(&r)
	last := 3
	if quarantine {
		r.released, r.keep, last = 1+k.Quarantine, 1, 0
	}
	r.ready(c)
	free := 1.0 // not yet infected
	for u := 1 - kiangFlight; u <= last; u++ {
		risk := kiangRisk
		if u == 0 {
			risk *= 2
		}
		n := kiangPeople * free * risk
		free *= 1 - risk
		ill, never := r.infected(c, u), r.person(c, u, careless)
		days += n * (0.7*ill.cohort + 0.3*0.5*never.cohort)
		aboard += n * (0.7*ill.journey + 0.3*never.journey)
	}
	return days, aboard
}

// ask adds the tests.
func (k Kiang) ask(r *rules) {
	kind := PCR
	if k.Times > 0 {
		kind = Antigen
	}
	for _, d := range k.Before {
		r.before = append(r.before, sample{kind, -d, -d})
	}
	if k.After {
		r.after = []sample{{PCR, 5, 5}}
	}
}

// Evaluate is the exact distribution over the lengths of the three times. The
// chance in the paper's runs beside them (who is infected, and whom the test
// finds) is small with 100,000 people and not in it.
func (k Kiang) Evaluate() KiangOutcome {
	var days, aboard, lessDays, lessAboard []weighted
	for _, c := range kiangCourses() {
		d0, a0 := Kiang{}.run(c, func(*rules) {}, false)
		d, a := k.run(c, k.ask, false)
		if k.Quarantine > 0 {
			kept, _ := k.run(c, k.ask, true)
			free := k
			free.After = false
			d, _ = free.run(c, free.ask, false)
			d = k.Keep*kept + (1-k.Keep)*d
		}
		days = append(days, weighted{d, c.chance})
		aboard = append(aboard, weighted{a, c.chance})
		if d0 > 0 {
			lessDays = append(lessDays, weighted{1 - d/d0, c.chance})
		}
		if a0 > 0 {
			lessAboard = append(lessAboard, weighted{1 - a/a0, c.chance})
		}
	}
	return KiangOutcome{Days: spread(days), Aboard: spread(aboard), LessDays: spread(lessDays), LessAboard: spread(lessAboard)}
}

type weighted struct{ v, w float64 }

func spread(list []weighted) (s Spread) {
	slices.SortFunc(list, func(a, b weighted) int { return cmp.Compare(a.v, b.v) })
	total := 0.0
	for _, x := range list {
		total += x.w
		s.Mean += x.v * x.w
	}
	s.Mean /= total
	sum := 0.0
	low := false
	for _, x := range list {
		sum += x.w / total
		if !low && sum >= 0.025 {
			s.Low, low = x.v, true
		}
		s.High = x.v
		if sum >= 0.975 {
			break
		}
	}
	return s
}
