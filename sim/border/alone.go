package border

import "github.com/pratique/pratique/sim"

// Alone is one traveller of a setting, by lot: the same policy without grid and
// without sums, for comparison with [Setting.Evaluate]. The stream decides
// everything; an infected traveller's course is drawn at any moment, not on a
// grid.
type Alone struct {
	Infected, Stopped, Arrived, FoundLater bool
	// What this one passes on, as in [Outcome].
	Journey, Cohort, Destination float64
	Tests                        int
	QuarantineDays               float64
}

// What is drawn.
const (
	drawInfected = iota
	drawMoment
	drawSymptoms
	drawOnset
	drawKind
	drawBefore
	drawComply
	drawKeep
	drawResult // one each test from here on
)

// span is a time in days from departure.
type span struct{ from, to float64 }

// Alone sends the n-th traveller. The setting must be one that [Setting.Check]
// passes.
func (s *Setting) Alone(stream sim.Stream, n uint64) Alone {
	lot := stream.Of(n)
	arrival := s.Journey / 24
	infected, moment := s.caught(lot)
	var a Alone
	a.Infected = infected
	positive := func(test uint64, kind Test, taken float64) bool {
		p := 1 - s.Specificity[kind]
		if infected {
			p = s.Sensitivity[kind].At(taken - moment)
		}
		return lot.Share(drawResult+test) < p
	}
	var away []span // isolation and quarantine
	boards := true
	if s.BeforeTest != None && lot.Share(drawBefore) < s.BeforeShare {
		a.Tests++
		if taken := -s.BeforeHours / 24; positive(0, s.BeforeTest, taken) {
			a.Stopped, boards = true, false
			away = append(away, span{taken, taken + s.IsolationDays})
		}
	}
	if infected && lot.Share(drawSymptoms) >= s.Asymptomatic {
		onset := moment + s.onsetOf(lot.Share(drawOnset))
		kind := lot.Share(drawKind)
		ill := onset <= 0 && onset > -s.IsolationDays // on departure
		switch {
		case kind < s.SymptomIsolation:
			away = append(away, span{onset, onset + s.IsolationDays})
			boards = boards && !ill
		case kind < s.SymptomIsolation+(1-s.SymptomIsolation)*s.SymptomScreening && ill:
			away = append(away, span{0, s.IsolationDays})
			boards = false
		}
	}
	a.Arrived = boards
	if boards {
		away = append(away, s.after(lot, arrival, positive, &a)...)
	}
	if !infected {
		return a
	}
	scale := 1.0
	if lot.Share(drawSymptoms) < s.Asymptomatic {
		scale = s.AsymptomaticFactor
	}
	passed := func(where span) float64 { return scale * s.free(moment, where, away) }
	cohort := span{-s.CohortBefore, s.CohortAfter}
	a.Cohort = passed(cohort)
	if boards {
		a.Journey = passed(span{0, arrival})
		a.Destination = passed(span{arrival, moment + lasting})
	}
	return a
}

// after is what happens behind arrival.
func (s *Setting) after(lot sim.Stream, arrival float64, positive func(uint64, Test, float64) bool, a *Alone) (away []span) {
	if lot.Share(drawKeep) < s.QuarantineAdherence {
		away = append(away, span{arrival, arrival + s.Quarantine})
		a.QuarantineDays = s.Quarantine
	}
	if lot.Share(drawComply) >= s.IsolationAdherence {
		return away
	}
	test := func(n uint64, kind Test, day float64) {
		a.Tests++
		if positive(n, kind, arrival+day) {
			a.FoundLater = true
			known := arrival + day + s.ResultDays
			away = append(away, span{known, known + s.IsolationDays})
		}
	}
	if s.ArrivalTest != None {
		test(1, s.ArrivalTest, 0)
	}
	if s.LaterTest != None {
		for i, d := range s.LaterDays {
			test(2+uint64(i), s.LaterTest, d)
		}
	}
	return away
}

// caught says whether, and when, a traveller was infected.
func (s *Setting) caught(lot sim.Stream) (bool, float64) {
	arrival := s.Journey / 24
	whole := s.Window // of the exposure, in days at the incidence of arrival
	if s.Growth != 0 {
		whole = (1 - sim.Exp(-s.Growth*s.Window)) / s.Growth
	}
	if lot.Share(drawInfected) >= s.Incidence/1e5*whole {
		return false, 0
	}
	want := lot.Share(drawMoment) * whole
	lo, hi := 0.0, s.Window // days before arrival
	for range 50 {
		mid := (lo + hi) / 2
		below := mid
		if s.Growth != 0 {
			below = (1 - sim.Exp(-s.Growth*mid)) / s.Growth
		}
		if below < want {
			lo = mid
		} else {
			hi = mid
		}
	}
	return true, arrival - lo
}

// onsetOf is the time from infection to symptoms at a share of the distribution.
func (s *Setting) onsetOf(u float64) float64 {
	lo, hi := 0.0, float64(lasting)
	for range 40 {
		mid := (lo + hi) / 2
		if sim.GammaCDF(s.OnsetMean, s.OnsetSD, mid) < u {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// free is the infectivity of somebody infected at a moment within a span,
// without that within the others.
func (s *Setting) free(moment float64, where span, away []span) float64 {
	sum, from := 0.0, where.from
	for from < where.to {
		to, held := where.to, false
		for _, a := range away {
			switch {
			case a.from <= from && from < a.to:
				held = true
				to = min(to, a.to)
			case a.from > from:
				to = min(to, a.from)
			}
		}
		if !held {
			sum += sim.GammaCDF(s.GenerationMean, s.GenerationSD, to-moment) - sim.GammaCDF(s.GenerationMean, s.GenerationSD, from-moment)
		}
		from = to
	}
	return sum
}
