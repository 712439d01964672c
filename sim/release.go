package sim

// release is what is kept where quarantines can end early, because a test was
// negative or nobody fell ill: for each event that put people into quarantine
// who they were, and for each person how many events hold them.
type release struct {
	releasing bool
	events    []event
	first     uint32 // the number of events[0]; numbers begin at 1
	holds     []uint16
	cleared   []uint32          // by person: events up to this one hold them no more
	ill       []uint16          // by person: the last day on which they felt ill
	latest    map[uint32]uint32 // by index case: the number of their event
}

type event struct {
	index uint32
	day   int
	held  []uint32
	over  bool
}

func newRelease(s *Scenario) release {
	r := release{first: 1, releasing: s.ReleaseOnNegative && s.TestOnSymptoms || s.SmartReleaseDays > 0}
	if r.releasing {
		r.holds = make([]uint16, s.People)
		r.cleared = make([]uint32, s.People)
		r.ill = make([]uint16, s.People)
		r.latest = map[uint32]uint32{}
	}
	return r
}

func (r *release) event(number uint32) *event {
	if i := int(number) - int(r.first); i >= 0 && i < len(r.events) {
		return &r.events[i]
	}
	return nil
}

// newEvent numbers the event that somebody has become an index case. 0 is none.
func (m *Model) newEvent(p uint32) uint32 {
	if !m.releasing {
		return 0
	}
	m.events = append(m.events, event{index: p, day: m.day})
	e := m.first + uint32(len(m.events)) - 1
	m.latest[p] = e
	return e
}

// hold is the event's hold on somebody. It may be laid on twice, and is then
// taken off twice.
func (m *Model) hold(e, p uint32) {
	if e == 0 {
		return
	}
	v := m.event(e)
	v.held = append(v.held, p)
	m.holds[p]++
}

func (m *Model) feltIll(p uint32) {
	if m.releasing {
		m.ill[p] = uint16(m.day)
	}
}

// let takes an event's holds off; whom no other event holds is free, if it may
// free at all.
func (m *Model) let(number uint32, free bool) {
	e := m.event(number)
	if e == nil || e.over {
		return
	}
	e.over = true
	for _, p := range e.held {
		if m.cleared[p] >= number {
			continue
		}
		m.holds[p]--
		if free && m.holds[p] == 0 && !m.isConfirmed(p) {
			m.until[p] = min(m.until[p], uint16(m.day))
		}
	}
	e.held = nil
	if m.latest[e.index] == number {
		delete(m.latest, e.index)
	}
}

// negative is somebody who tested negative: nothing holds them, and their own
// event nobody.
func (m *Model) negative(p uint32) {
	if !m.releasing || m.isConfirmed(p) {
		return
	}
	if e, ok := m.latest[p]; ok {
		m.let(e, true)
	}
	m.holds[p] = 0
	m.cleared[p] = m.first + uint32(len(m.events)) - 1
	m.until[p] = min(m.until[p], uint16(m.day))
	m.index[p] = 0
}

// expire ends events that are old, and those whose people nobody of has fallen
// ill.
func (m *Model) expire() {
	if !m.releasing {
		return
	}
	for i := range m.events {
		e := &m.events[i]
		age := m.day - e.day
		switch {
		case e.over:
		case age >= m.s.IndexDays:
			m.let(m.first+uint32(i), false)
		case m.s.SmartReleaseDays > 0 && age == m.s.SmartReleaseDays && m.allWell(e):
			m.let(m.first+uint32(i), true)
		}
	}
	n := 0
	for n < len(m.events) && m.events[n].over {
		n++
	}
	m.events = m.events[n:]
	m.first += uint32(n)
}

func (m *Model) allWell(e *event) bool {
	for _, p := range e.held {
		if p != e.index && int(m.ill[p]) > e.day {
			return false
		}
	}
	return true
}
