package border

import (
	"math"

	"github.com/pratique/pratique/sim"
)

// Version names the arithmetic: outcomes of one version can be compared.
const Version = "1"

// perDay is how many cells a day has.
const perDay = 24

// lasting is how many days of an infection are looked at, at most: until no
// more than nothing of it is left.
const (
	lasting = 90
	nothing = 1e-12
)

// Outcome is what comes of a setting, for all its travellers together.
// Infectivity is in units of all that one person with symptoms passes on if
// nothing is done.
type Outcome struct {
	// The three denominators of the literature; see the package comment.
	Journey     float64 `json:"journey"`
	Cohort      float64 `json:"cohort"`
	Destination float64 `json:"destination"`

	// Cases is Destination times the reproduction number.
	Cases float64 `json:"cases"`
	// AfterQuarantine is the part of Destination that is passed on behind the
	// end of quarantine, by those who kept it and the others.
	AfterQuarantine float64 `json:"after_quarantine"`

	Infected        float64 `json:"infected"`         // within the window, before anything is asked
	InfectedStopped float64 `json:"infected_stopped"` // found by a test before departure
	InfectedArrived float64 `json:"infected_arrived"`
	InfectedFound   float64 `json:"infected_found"`  // by a test on or after arrival
	FalseStopped    float64 `json:"false_stopped"`   // not infected, and found before departure
	FalseIsolated   float64 `json:"false_isolated"`  // not infected, and found after arrival
	Arrived         float64 `json:"arrived"`         // all
	Tests           float64 `json:"tests"`           // before and after
	QuarantineDays  float64 `json:"quarantine_days"` // person-days that are kept
	IsolationDays   float64 `json:"isolation_days"`  // of those who arrived, were not infected and found, behind their quarantine
}

// grid is the travel of a setting in cells.
type grid struct {
	first    int       // cell of the first infection, counted from departure
	exposure []float64 // infections a traveller, by cell
	rules    rules
	total    float64 // of the exposure
}

// cells rounds a time to cells.
func cells(days float64, perDay int) int { return int(math.Floor(days*float64(perDay) + 0.5)) }

func (s *Setting) grid(perDay int) grid {
	g := grid{rules: rules{
		share: s.BeforeShare, comply: s.IsolationAdherence, keep: s.QuarantineAdherence,
		arrival: cells(s.Journey/24, perDay), isolation: cells(s.IsolationDays, perDay),
		isolate: s.SymptomIsolation, screen: s.SymptomScreening,
		cohortFrom: -cells(s.CohortBefore, perDay), cohortTo: cells(s.CohortAfter, perDay),
	}}
	r := &g.rules
	r.released = r.arrival + cells(s.Quarantine, perDay)
	if s.BeforeTest != None {
		t := -cells(s.BeforeHours/24, perDay)
		r.before = []sample{{s.BeforeTest, t, t}}
	}
	add := func(kind Test, day float64) {
		t := r.arrival + cells(day, perDay)
		r.after = append(r.after, sample{kind, t, t + cells(s.ResultDays, perDay)})
	}
	if s.ArrivalTest != None {
		add(s.ArrivalTest, 0)
	}
	if s.LaterTest != None {
		for _, d := range s.LaterDays {
			add(s.LaterTest, d)
		}
	}
	n := cells(s.Window, perDay)
	g.first = r.arrival - n
	g.exposure = make([]float64, n)
	for i := range g.exposure {
		ago := (float64(n-i) - 0.5) / float64(perDay)
		g.exposure[i] = s.Incidence / 1e5 / float64(perDay) * sim.Exp(-s.Growth*ago)
		g.total += g.exposure[i]
	}
	return g
}

// course is the course of the infections of a setting.
func (s *Setting) course(perDay int) *course {
	c := &course{}
	day := func(cells float64) float64 { return cells / float64(perDay) }
	before := 0.0
	for k := range lasting * perDay {
		upto := sim.GammaCDF(s.GenerationMean, s.GenerationSD, day(float64(k)+0.5))
		c.infectivity = append(c.infectivity, upto-before)
		if before = upto; upto > 1-nothing {
			break
		}
	}
	for k := range lasting * perDay {
		c.within = append(c.within, sim.GammaCDF(s.OnsetMean, s.OnsetSD, day(float64(k))))
		c.onset = append(c.onset, sim.GammaCDF(s.OnsetMean, s.OnsetSD, day(float64(k)+0.5)))
		if c.within[k] > 1-nothing {
			break
		}
	}
	for _, kind := range []Test{PCR, Antigen} {
		c.positive[kind] = make([]float64, (Points-1)*perDay)
		for k := range c.positive[kind] {
			c.positive[kind][k] = s.Sensitivity[kind].At(day(float64(k) + 0.5))
		}
	}
	return c
}

// At is the sensitivity so many days after infection.
func (c *Curve) At(days float64) float64 {
	k := math.Floor(days)
	if !(k >= 0 && k < Points-1) {
		if days == Points-1 {
			return c[Points-1]
		}
		return 0
	}
	part := days - k
	return c[int(k)]*(1-part) + c[int(k)+1]*part
}

// Evaluate is what comes of a setting. Its error is a [*FieldError].
func (s *Setting) Evaluate() (Outcome, error) { return s.evaluate(perDay) }

func (s *Setting) evaluate(perDay int) (Outcome, error) {
	if err := s.Check(); err != nil {
		return Outcome{}, err
	}
	g, c := s.grid(perDay), s.course(perDay)
	g.rules.ready(c)
	var sum passed
	for i, e := range g.exposure {
		u := g.first + i
		sum.add(g.rules.infected(c, u), e*(1-s.Asymptomatic))
		p := g.rules.person(c, u, careless)
		p.journey *= s.AsymptomaticFactor
		p.cohort *= s.AsymptomaticFactor
		p.destination *= s.AsymptomaticFactor
		p.behind *= s.AsymptomaticFactor
		sum.add(p, e*s.Asymptomatic)
	}
	return s.outcome(&g, sum), nil
}

// outcome adds what those cost who are not infected.
func (s *Setting) outcome(g *grid, p passed) Outcome {
	n := s.Travellers
	o := Outcome{
		Journey: n * p.journey, Cohort: n * p.cohort, Destination: n * p.destination,
		Cases: n * p.destination * s.Reproduction, AfterQuarantine: n * p.behind,
		Infected: n * g.total, InfectedStopped: n * p.found, InfectedArrived: n * p.flies, InfectedFound: n * p.foundLater,
	}
	healthy := n * (1 - g.total)
	if s.BeforeTest != None {
		o.Tests = n * s.BeforeShare
		o.FalseStopped = healthy * s.BeforeShare * (1 - s.Specificity[s.BeforeTest])
	}
	healthy -= o.FalseStopped
	o.Arrived = healthy + o.InfectedArrived
	o.QuarantineDays = o.Arrived * s.QuarantineAdherence * s.Quarantine
	clear := 1.0
	for _, a := range g.rules.after {
		// Whom this one finds first stays from its result on; what of it lies in
		// the quarantine that they keep costs nothing more.
		first := healthy * s.IsolationAdherence * clear * (1 - s.Specificity[a.kind])
		o.FalseIsolated += first
		from := float64(a.known-g.rules.arrival) / perDay
		behind := s.IsolationDays - min(max(s.Quarantine-from, 0), s.IsolationDays)
		o.IsolationDays += first * (s.QuarantineAdherence*behind + (1-s.QuarantineAdherence)*s.IsolationDays)
		clear *= s.Specificity[a.kind]
	}
	o.Tests += o.Arrived * s.IsolationAdherence * float64(len(g.rules.after))
	return o
}

// Effect is which share of each of the three a policy takes away.
type Effect struct {
	Journey     float64 `json:"journey"`
	Cohort      float64 `json:"cohort"`
	Destination float64 `json:"destination"`
}

// Effect compares an outcome with that without the policy. What there was
// nothing of has no effect.
func (o Outcome) Effect(without Outcome) Effect {
	share := func(a, b float64) float64 {
		if b <= 0 {
			return 0
		}
		return 1 - a/b
	}
	return Effect{share(o.Journey, without.Journey), share(o.Cohort, without.Cohort), share(o.Destination, without.Destination)}
}
