package sim

import (
	"math"
	"sync"
)

// A Model is a population on one day of a run. Its methods are not for several
// goroutines; it uses as many threads of its own as [New] was told.
type Model struct {
	s       Scenario
	threads int
	town    *town
	day     int

	// The infection.
	infections  []infection
	number      []uint32 // by person: 1 + the index of the infection, 0 if none
	susceptible []uint64 // bit by person
	active      []uint32 // those not recovered or dead
	risks       []risks
	riskDays    int
	classes     int
	byAge       [Ages]int // infected ever
	deaths      int
	inHospital  int

	// Who is where.
	until []uint16 // by person: in quarantine up to the end of this day
	away  []uint64 // bit by person: in hospital, or dead
	days  []today  // the last days' networks

	// Policy.
	acting         bool // quarantines, tests, tracing
	locked         bool
	shielded       bool
	appOn          bool
	lockedFrom     int // day; 0 before
	lockedTo       int
	appFrom        int
	actingFrom     int
	lockdownRandom uint64
	workDaily      chance
	workLocked     chance

	response
	tables
	keys struct {
		gate, trial, thin, matching, path, spreader, seed, falsely, comply, app, seen, stay, test key
	}
	work []worker
}

// tables are the distributions of the scenario as integers.
type tables struct {
	asymptomaticUpTo, mildUpTo                              [Ages]chance
	hospitalShare, criticalShare, intensiveShare            [Ages]chance
	fatalShare, appShare                                    [Ages]chance
	onsetDays, asymptomaticDays, recoveryDays, hospitalWait cumulative
	criticalDays, deathDays, survivalDays, leaveDays        cumulative
	selfDays, symptomDays, tracedDays, positiveDays         cumulative
	selfShare, testShare, symptomShare, positiveShare       chance
	traceable                                               chance
	sensitivity, mistaken                                   chance
}

// worker is the room in which one thread works.
type worker struct {
	caught   []catch
	onset    []uint32 // people
	admitted []uint32
	died     []uint32
	left     []uint32 // hospital
	notices  []notice
	met      []contact
	from     int // of those it went through in the list of the active
	kept     int // so many go on
}

// New makes the population of a scenario on day 0. The same scenario and seed
// give the same run on every machine with any number of threads; 0 threads are
// one.
func New(s Scenario, seed uint64, threads int) (*Model, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	root := key(mix(seed + golden))
	t, err := newTown(&s, root)
	if err != nil {
		return nil, err
	}
	m := &Model{s: s, town: t, threads: max(1, min(threads, 256))}
	n := s.People
	m.number = make([]uint32, n)
	m.susceptible = make([]uint64, (n+63)/64)
	for i := range m.susceptible {
		m.susceptible[i] = math.MaxUint64
	}
	m.until = make([]uint16, n)
	m.away = make([]uint64, (n+63)/64)
	m.days = make([]today, s.TraceDays)
	m.work = make([]worker, m.threads)
	m.lockdownRandom = chanceOf(s.LockdownRandom)
	m.workDaily = chanceOf(s.WorkDaily)
	m.workLocked = chanceOf(float64(s.WorkDaily * s.LockdownWork))
	m.risks, m.riskDays, m.classes = newRisks(&s, t)
	m.tables = newTables(&s)
	k := &m.keys
	k.gate, k.trial, k.thin = root.of(drawGate), root.of(drawTrial), root.of(drawThin)
	k.matching, k.path, k.spreader = root.of(drawMatching), root.of(drawPath), root.of(drawSpreader)
	k.seed, k.falsely, k.comply = root.of(drawSeed), root.of(drawFalse), root.of(drawComply)
	k.app, k.seen, k.stay, k.test = root.of(drawApp), root.of(drawSeen), root.of(drawStay), root.of(drawTest)
	m.response = newResponse(&s)
	for i := uint64(0); len(m.infections) < s.Seeds; i++ {
		m.infect(k.seed.below(i, t.n), nobody, 0)
	}
	return m, nil
}

func newTables(s *Scenario) tables {
	t := tables{
		onsetDays:        gammaDays(s.OnsetMean, s.OnsetSD),
		asymptomaticDays: gammaDays(s.AsymptomaticMean, s.AsymptomaticSD),
		recoveryDays:     gammaDays(s.RecoveryMean, s.RecoverySD),
		hospitalWait:     eitherDays(s.HospitalWait),
		criticalDays:     eitherDays(s.CriticalMean),
		deathDays:        gammaDays(s.DeathMean, s.DeathSD),
		survivalDays:     gammaDays(s.SurvivalMean, s.SurvivalSD),
		leaveDays:        gammaDays(s.LeaveMean, s.LeaveSD),
		selfDays:         keptDays(s.SelfDropout, s.SelfDays),
		symptomDays:      keptDays(s.DropoutOnSymptoms, s.TracedDays),
		tracedDays:       keptDays(s.DropoutOnPositive, s.TracedDays),
		positiveDays:     keptDays(s.PositiveDropout, s.PositiveDays),
		selfShare:        chanceOf(s.SelfQuarantine),
		testShare:        chanceOf(s.TestCompliance),
		symptomShare:     chanceOf(s.ComplyOnSymptoms),
		positiveShare:    chanceOf(s.ComplyOnPositive),
		traceable:        chanceOf(s.Traceable),
		sensitivity:      chanceOf(s.Sensitivity),
		mistaken:         chanceOf(1 - s.Specificity),
	}
	if s.CriticalSD > 0 {
		t.criticalDays = gammaDays(s.CriticalMean, s.CriticalSD)
	}
	for a := range Ages {
		t.asymptomaticUpTo[a] = chanceOf(s.Asymptomatic[a])
		t.mildUpTo[a] = chanceOf(s.Asymptomatic[a] + s.Mild[a])
		t.hospitalShare[a] = chanceOf(s.Hospital[a])
		t.criticalShare[a] = chanceOf(s.Critical[a])
		t.intensiveShare[a] = chanceOf(s.Intensive[a])
		t.fatalShare[a] = chanceOf(s.Fatal[a])
		t.appShare[a] = chanceOf(float64(s.Phones[a] * s.AppUptake))
	}
	return t
}

// Step goes on by a day and says what it brought.
func (m *Model) Step() Day {
	m.day++
	m.decide()
	d := &m.days[m.day%len(m.days)]
	out := Day{Day: m.day, Quarantined: m.begin(d, m.day), Locked: m.locked, Shielded: m.shielded, App: m.appOn}

	parallel(m.threads, len(m.active), func(i, from, to int) { m.live(&m.work[i], d, from, to) })
	active := m.active[:0]
	for i := range m.work {
		w := &m.work[i]
		active = append(active, m.active[w.from:w.from+w.kept]...)
	}
	m.active = active
	before := len(m.infections)
	for i := range m.work {
		w := &m.work[i]
		for _, c := range w.caught {
			m.infect(c.who, c.by, m.day)
		}
		for _, p := range w.admitted {
			m.away[p>>6] |= 1 << (p & 63)
		}
		for _, p := range w.left {
			m.away[p>>6] &^= 1 << (p & 63)
		}
		for _, p := range w.died {
			m.away[p>>6] |= 1 << (p & 63)
		}
		m.inHospital += len(w.admitted) - len(w.left)
		m.deaths += len(w.died)
	}
	m.respond()
	out.New = len(m.infections) - before
	out.Infected = len(m.infections)
	out.Active = len(m.active)
	out.Hospital = m.inHospital
	out.Deaths = m.deaths
	out.Tests = m.tested
	out.Notified = m.notified
	for i := range m.work {
		w := &m.work[i]
		*w = worker{caught: w.caught[:0], onset: w.onset[:0], admitted: w.admitted[:0], died: w.died[:0], left: w.left[:0], notices: w.notices[:0], met: w.met[:0]}
	}
	return out
}

// decide is policy, at the beginning of a day.
func (m *Model) decide() {
	n := len(m.infections)
	reached := func(share float64) bool { return float64(n) >= float64(share*float64(m.s.People)) }
	if !m.acting && reached(m.s.InterventionShare) {
		m.acting, m.actingFrom = true, m.day
	}
	if m.lockedFrom == 0 && m.s.LockdownShare < 1 && reached(m.s.LockdownShare) {
		m.locked, m.lockedFrom, m.lockedTo = true, m.day, m.day+m.s.LockdownDays
	}
	if m.locked && m.day >= m.lockedTo {
		m.locked, m.shielded = false, m.s.Shield
		if m.s.AppAfterLockdown && !m.appOn {
			m.appOn, m.appFrom = true, m.day
		}
	}
	if !m.appOn && m.s.AppDay < never && m.day >= m.s.AppDay {
		m.appOn, m.appFrom = true, m.day
	}
}

// live is a day of some of the infected: whom they infect, and what becomes of
// them.
func (m *Model) live(w *worker, d *today, from, to int) {
	w.from = from
	for _, i := range m.active[from:to] {
		c := &m.infections[i]
		w.caught = m.spread(w.caught, d, c)
		if int(c.next) == m.day {
			was := c.state
			m.advance(c, m.day)
			switch c.state {
			case mild, ill:
				w.onset = append(w.onset, c.who)
			case hospital:
				w.admitted = append(w.admitted, c.who)
			}
			if was >= hospital && c.state >= recovered {
				w.left = append(w.left, c.who)
			}
			if c.state == dead {
				w.died = append(w.died, c.who)
			}
			if c.state >= recovered {
				continue
			}
		}
		m.active[from+w.kept] = i
		w.kept++
	}
}

// parallel divides 0..n-1 among threads, in order, and waits for them.
func parallel(threads, n int, do func(worker, from, to int)) {
	if threads == 1 || n < 64 {
		do(0, 0, n)
		return
	}
	var wait sync.WaitGroup
	for i := range threads {
		from, to := n*i/threads, n*(i+1)/threads
		wait.Go(func() { do(i, from, to) })
	}
	wait.Wait()
}
