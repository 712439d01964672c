package sim

// response is what is done about symptoms, infections and contacts.
type response struct {
	index    []uint16 // by person: starts nothing again up to this day
	requests []request
	takes    [64][]uint32 // tests to take, by day
	results  [64][]result
	tested   int
	notified int
	release
}

// request is a tracing that has to be made today.
type request struct {
	who      uint32
	positive bool
	event    uint32
}

type result struct {
	who      uint32
	positive bool
}

// notice is an order to stay at home that tracing gives.
type notice struct {
	who   uint32
	until uint16
	from  uint32 // index of the request
}

// The marks of an infection beside confirmed.
const traced = 2 // its contacts have been notified

func newResponse(s *Scenario) response {
	r := response{index: make([]uint16, s.People)}
	r.release = newRelease(s)
	return r
}

func (m *Model) isAway(p uint32) bool { return m.away[p>>6]>>(p&63)&1 != 0 }

func (m *Model) isConfirmed(p uint32) bool {
	i := m.number[p]
	return i > 0 && m.infections[i-1].marks&confirmed != 0
}

func (m *Model) hasApp(p uint32) bool {
	return uint64(m.keys.app.u32(uint64(p))) < m.appShare[m.town.age[p]]
}

// complies says whether somebody does what a share of people do.
func (m *Model) complies(p uint32, share chance) bool {
	k := m.keys.comply
	if m.s.CompliancePerEvent {
		k = k.of(uint64(m.day))
	}
	return uint64(k.u32(uint64(p))) < share
}

// stay keeps somebody at home; a longer quarantine stands.
func (m *Model) stay(p uint32, until int) {
	m.until[p] = max(m.until[p], uint16(until))
}

// respond is the part of a day after the infections.
func (m *Model) respond() {
	m.tested, m.notified = 0, 0
	m.requests = m.requests[:0]
	for i := range m.work {
		for _, p := range m.work[i].onset {
			m.reports(p)
		}
	}
	for i := range m.work {
		for _, p := range m.work[i].admitted {
			m.admitted(p)
		}
	}
	if m.acting {
		k := m.keys.falsely.of(uint64(m.day))
		for i := range uint64(float64(m.s.FalseSymptoms*float64(m.s.People)) + 0.5) {
			if p := k.below(i, m.town.n); !m.isAway(p) {
				m.reports(p)
			}
		}
	}
	m.trace() // before results, which may free those whom it has notified
	m.test()
	m.trace()
	m.expire()
}

// reports is somebody who gets symptoms, of this infection or something else.
func (m *Model) reports(p uint32) {
	if !m.acting {
		return
	}
	m.feltIll(p)
	if int(m.index[p]) >= m.day {
		return
	}
	if m.testing() && m.complies(p, m.testShare) {
		m.order(p, m.s.OrderWait)
	}
	if int(m.until[p]) < m.day && !m.complies(p, m.selfShare) {
		return
	}
	m.index[p] = uint16(m.day + m.s.IndexDays)
	e := m.newEvent(p)
	until := m.day + m.selfDays.draw(m.keys.stay.of(uint64(m.day)).u32(uint64(p)))
	m.stay(p, until)
	m.hold(e, p)
	if m.s.HouseholdOnSymptoms {
		m.stayHome(e, p, until)
	}
	if m.appOn && m.s.TraceOnSymptoms && m.hasApp(p) {
		m.requests = append(m.requests, request{p, false, e})
		if i := m.number[p]; i > 0 {
			m.infections[i-1].marks |= traced
		}
	}
}

// stayHome keeps a household at home.
func (m *Model) stayHome(e, p uint32, until int) {
	from, to := m.town.household(p)
	for q := from; q < to; q++ {
		m.stay(q, until)
		m.hold(e, q)
	}
}

func (m *Model) testing() bool {
	return m.s.TestOnSymptoms && m.acting &&
		(m.s.TestsAfterLockdown == never || m.lockedFrom > 0 && m.day >= m.lockedFrom+m.s.TestsAfterLockdown)
}

func (m *Model) order(p uint32, wait int) {
	slot := &m.takes[(m.day+wait)%len(m.takes)]
	*slot = append(*slot, p)
}

func (m *Model) admitted(p uint32) {
	switch {
	case !m.acting:
	case m.s.ClinicalDiagnosis:
		m.positive(p)
	case m.testing():
		m.order(p, 0)
	}
}

// test takes the tests that are due and acts on the results.
func (m *Model) test() {
	slot := &m.takes[m.day%len(m.takes)]
	k := m.keys.test.of(uint64(m.day))
	for _, p := range *slot {
		r := result{p, uint64(k.u32(uint64(p))) < m.mistaken}
		if i := m.number[p]; i > 0 {
			c := &m.infections[i-1]
			since := m.day - int(c.since)
			if (since >= m.s.InsensitiveDays || c.onset > 0) && (since < m.s.SensitiveDays || m.s.SensitiveDays == never) {
				r.positive = uint64(k.u32(uint64(p))) < m.sensitivity
			}
		}
		due := &m.results[(m.day+m.s.ResultWait)%len(m.results)]
		*due = append(*due, r)
		m.tested++
	}
	*slot = (*slot)[:0]
	due := &m.results[m.day%len(m.results)]
	for _, r := range *due {
		if !r.positive && m.s.ReleaseOnNegative {
			m.negative(r.who)
		}
	}
	for _, r := range *due {
		if r.positive {
			m.positive(r.who)
		}
	}
	*due = (*due)[:0]
}

// positive is somebody found to be infected.
func (m *Model) positive(p uint32) {
	if m.isConfirmed(p) {
		return
	}
	since := m.day
	if int(m.index[p]) >= m.day {
		since = int(m.index[p]) - m.s.IndexDays
	} else {
		m.index[p] = uint16(m.day + m.s.IndexDays)
	}
	known := false
	if i := m.number[p]; i > 0 {
		known = m.infections[i-1].marks&traced != 0
		m.infections[i-1].marks |= confirmed
	}
	e := m.newEvent(p)
	until := since + m.positiveDays.draw(m.keys.stay.of(uint64(m.day)).u32(1<<33|uint64(p)))
	m.stay(p, until)
	m.hold(e, p)
	if m.s.HouseholdOnPositive {
		m.stayHome(e, p, until)
	}
	if m.appOn && m.s.TraceOnPositive && !known && m.hasApp(p) {
		m.requests = append(m.requests, request{p, true, e})
		if i := m.number[p]; i > 0 {
			m.infections[i-1].marks |= traced
		}
	}
}

// trace notifies the contacts of those in requests.
func (m *Model) trace() {
	if len(m.requests) == 0 {
		return
	}
	parallel(m.threads, len(m.requests), func(i, from, to int) {
		w := &m.work[i]
		w.notices = w.notices[:0]
		for r := from; r < to; r++ {
			m.contactsOf(w, uint32(r))
		}
	})
	for i := range m.work {
		w := &m.work[i]
		for _, n := range w.notices {
			if int(n.until) <= m.day {
				continue // over already, or given up
			}
			e := m.requests[n.from].event
			m.stay(n.who, int(n.until))
			m.hold(e, n.who)
			if m.s.HouseholdOnTraced {
				m.stayHome(e, n.who, int(n.until))
			}
		}
		m.notified += len(w.notices)
		w.notices = w.notices[:0]
	}
	m.requests = m.requests[:0]
}

// contactsOf finds the registered contacts of one user, and how long each of
// them will stay at home. Each is notified once, of the newest contact.
func (m *Model) contactsOf(w *worker, r uint32) {
	p := m.requests[r].who
	share, days := m.symptomShare, m.symptomDays
	if m.requests[r].positive {
		share, days = m.positiveShare, m.tracedDays
	}
	from, to := m.town.household(p)
	begin := len(w.notices)
	for day := m.day; day > max(0, m.day-m.s.TraceDays); day-- {
		d := &m.days[day%len(m.days)]
		seen := key(m.keys.seen.of(uint64(day)).at(uint64(p)))
		meet := func(q uint32, slot uint64) {
			n := uint64(q)<<9 | slot
			if !m.hasApp(q) || uint64(seen.u32(n)) >= m.traceable || m.isAway(q) || m.isConfirmed(q) || !m.complies(q, share) {
				return
			}
			for _, n := range w.notices[begin:] {
				if n.who == q {
					return
				}
			}
			until := day + days.draw(uint32(seen.of(1).at(n)))
			w.notices = append(w.notices, notice{q, uint16(until), r})
		}
		for q := from; q < to; q++ {
			if q != p {
				meet(q, 256)
			}
		}
		w.met = m.outside(w.met[:0], d, p)
		for _, c := range w.met {
			meet(c.who, uint64(c.slot))
		}
	}
}
