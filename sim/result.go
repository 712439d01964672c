package sim

// Day is what a day brought.
type Day struct {
	Day         int
	New         int // infected today
	Infected    int // ever, those of day 0 too
	Active      int // not recovered or dead, at the end of the day
	Quarantined int // during the day
	Hospital    int // at its end
	Deaths      int // ever
	Tests       int // taken
	Notified    int // contacts found by tracing; one person counts for each meeting
	Locked      bool
	Shielded    bool
	App         bool
}

// Result is a finished run.
type Result struct {
	People  int
	Seed    uint64
	Days    []Day
	Summary Summary
}

// Summary is what is compared between runs. Shares are of the people.
type Summary struct {
	AppShare         float64 // of the people who run the app
	Attack           float64 // infected by the end
	Attack140        float64 // infected 140 days after the beginning of lockdown; of the run, if it ends before
	Peak, PeakDay    int     // most infected on a day
	LaterPeak        int     // the same, after lockdown
	Deaths           int
	PeakQuarantined  float64
	QuarantineDays   float64 // for each person
	R0               float64 // whom those infected early infected; NaN-free: 0 if nobody was
	RAfterApp        float64 // the same of those infected in the 30 days after the app began, or lockdown ended
	DoublingDays     float64 // before the interventions; 0 if there is too little to say
	LockedFrom       int
	LockedTo         int
	InterventionFrom int
	Tests            int
}

// Run makes one run.
func Run(s Scenario, seed uint64, threads int) (Result, error) {
	m, err := New(s, seed, threads)
	if err != nil {
		return Result{}, err
	}
	r := Result{People: s.People, Seed: seed, Days: make([]Day, 0, s.Days)}
	for range s.Days {
		r.Days = append(r.Days, m.Step())
	}
	r.Summary = m.summary(r.Days)
	return r, nil
}

func (m *Model) summary(days []Day) Summary {
	people := float64(m.s.People)
	sum := Summary{LockedFrom: m.lockedFrom, LockedTo: m.lockedTo, InterventionFrom: m.actingFrom}
	users := 0
	for p := range m.town.n {
		if m.hasApp(p) {
			users++
		}
	}
	sum.AppShare = float64(users) / people
	quarantine := 0
	for _, d := range days {
		quarantine += d.Quarantined
		sum.PeakQuarantined = max(sum.PeakQuarantined, float64(d.Quarantined)/people)
		if d.New > sum.Peak {
			sum.Peak, sum.PeakDay = d.New, d.Day
		}
		if m.lockedTo > 0 && d.Day >= m.lockedTo {
			sum.LaterPeak = max(sum.LaterPeak, d.New)
		}
		if d.Day <= m.lockedFrom+140 {
			sum.Attack140 = float64(d.Infected) / people
		}
		sum.Tests += d.Tests
	}
	sum.QuarantineDays = float64(quarantine) / people
	sum.Attack = float64(len(m.infections)) / people
	sum.Deaths = m.deaths

	// Those of day 0 do not count for R0: they were not drawn by meeting
	// anybody. Who was infected less than ten days before something was done
	// has not yet infected all that they would.
	early := len(days)
	if m.actingFrom > 1 {
		early = m.actingFrom - 10
	}
	sum.R0 = m.offspring(1, early)
	from := m.appFrom
	if from == 0 {
		from = m.lockedTo
	}
	if from > 0 {
		sum.RAfterApp = m.offspring(from, from+30)
	}
	sum.DoublingDays = doubling(days, m.actingFrom)
	return sum
}

// offspring is whom those infected in from..to-1 infected, on average.
func (m *Model) offspring(from, to int) float64 {
	cohort, children := 0, 0
	for i := range m.infections {
		c := &m.infections[i]
		if s := int(c.since); s >= from && s < to {
			cohort++
		}
		if c.by == nobody {
			continue
		}
		if s := int(m.infections[m.number[c.by]-1].since); s >= from && s < to {
			children++
		}
	}
	if cohort == 0 {
		return 0
	}
	return float64(children) / float64(cohort)
}

// doubling is the days in which the number of people ever infected doubled in
// the ten days before a day, by its growth from end to end.
func doubling(days []Day, until int) float64 {
	if until < 12 || until > len(days) {
		return 0
	}
	a, b := days[until-12].Infected, days[until-2].Infected
	if a < 1 || b <= a {
		return 0
	}
	return float64(10*log(2)) / log(float64(b)/float64(a))
}
