package sim

// Version names the model: results of one version are the same everywhere, and
// those of two cannot be mixed. TestSameBits is what it stands for.
const Version = "1"

// Day is what a day brought.
type Day struct {
	Day         int  `json:"day"`
	New         int  `json:"new"`         // infected today
	Infected    int  `json:"infected"`    // ever, those of day 0 too
	Active      int  `json:"active"`      // not recovered or dead, at the end of the day
	Quarantined int  `json:"quarantined"` // during the day
	Hospital    int  `json:"hospital"`    // at its end
	Deaths      int  `json:"deaths"`      // ever
	Tests       int  `json:"tests"`       // taken
	Notified    int  `json:"notified"`    // contacts found by tracing; somebody found because of two counts twice
	Locked      bool `json:"locked"`
	Shielded    bool `json:"shielded"`
	App         bool `json:"app"`
}

// Result is a finished run.
type Result struct {
	People  int     `json:"people"`
	Seed    uint64  `json:"seed"`
	Days    []Day   `json:"days"`
	Summary Summary `json:"summary"`
}

// Summary is what is compared between runs. Shares are of the people.
type Summary struct {
	AppShare         float64 `json:"app_share"`  // of the people who run the app
	Attack           float64 `json:"attack"`     // infected by the end
	Attack140        float64 `json:"attack_140"` // infected 140 days after the beginning of lockdown; of the run, if it ends before
	Peak             int     `json:"peak"`       // most infected on a day
	PeakDay          int     `json:"peak_day"`
	LaterPeak        int     `json:"later_peak"` // the same, after lockdown
	Deaths           int     `json:"deaths"`
	PeakQuarantined  float64 `json:"peak_quarantined"`
	QuarantineDays   float64 `json:"quarantine_days"` // for each person
	R0               float64 `json:"r0"`              // whom those infected early infected; 0 if nobody was
	RAfterApp        float64 `json:"r_after_app"`     // the same of those infected in the 30 days after the app began, or lockdown ended
	DoublingDays     float64 `json:"doubling_days"`   // before the interventions; 0 if there is too little to say
	LockedFrom       int     `json:"locked_from"`
	LockedTo         int     `json:"locked_to"`
	InterventionFrom int     `json:"intervention_from"`
	Tests            int     `json:"tests"`
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
	// has not yet infected all that they would; and when one in a hundred has
	// been infected, it is no longer early.
	early := len(days)
	for _, d := range days {
		if 100*d.Infected >= m.s.People {
			early = d.Day
			break
		}
	}
	if m.actingFrom > 1 {
		early = min(early, m.actingFrom-10)
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
