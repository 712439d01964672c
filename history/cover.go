package history

import (
	"cmp"
	"slices"
	"time"
)

// Grade says what a part of a history rests on. The zero Grade is the weakest.
type Grade uint8

// The grades, weakest first.
const (
	Declared Grade = iota // the person's word, or nothing said: a gap is never worse
	Open                  // one end is stamped, the other is not
	Transit               // between a stamped exit and the next stamped entry, no longer than the question allows
	Stamped               // within a stamped entry and the stamped exit after it
)

// String names the grade.
func (g Grade) String() string {
	return [...]string{"declared", "open", "transit", "stamped"}[min(g, Stamped)]
}

// span is what two neighbouring stamps say about the time between them, or one
// about the time before or after it.
type span struct {
	from, until time.Time // from is zero before the first stamp
	in          string    // empty: between an exit and an entry, or not known
	grade       Grade     // Transit for any length; a question bounds it
	last        bool      // nothing is stamped after it
}

// chain puts the stamps end to end. position says which item each one was.
func (e *Evidence) chain(position []int, found *findings) {
	if len(e.Stamps) == 0 {
		return
	}
	e.spans = make([]span, 0, len(e.Stamps)+1)
	if s := e.Stamps[0]; s.Direction == Exit {
		found.mark(KindStamp, position[0], ExitWithoutEntry)
		e.spans = append(e.spans, span{until: s.At, in: s.Jurisdiction, grade: Open})
	}
	var order map[Hash]bool
	now := e.Stamps[0].At
	for i := 1; i < len(e.Stamps); i++ {
		a, b := e.Stamps[i-1], e.Stamps[i]
		p := between(a, b, position[i-1], position[i], found)
		p.from, p.until = now, later(now, b.At)
		if b.Previous != (Hash{}) && b.Previous != a.Hash {
			if order == nil {
				order = make(map[Hash]bool, len(e.Stamps))
				for j := range e.Stamps {
					order[e.Stamps[j].Hash] = true
				}
			}
			code := ChainMissing
			if order[b.Previous] {
				code = ChainOrder
			}
			found.mark(KindStamp, position[i], code)
			switch p.grade {
			case Stamped:
				p.grade = Open
			case Transit:
				p.grade = Declared
			}
		}
		e.spans = append(e.spans, p)
		now = p.until
	}
	s := e.Stamps[len(e.Stamps)-1]
	end := span{from: now, until: later(now, e.At), grade: Transit, last: true}
	if s.Direction == Entry {
		end.in, end.grade = s.Jurisdiction, Open
	}
	e.spans = append(e.spans, end)
}

// between says what two stamps, one after the other, say about the time between.
func between(a, b *Stamp, ia, ib int, found *findings) span {
	same := a.Jurisdiction == b.Jurisdiction
	switch {
	case a.Direction == Entry && b.Direction == Exit && same:
		return span{in: a.Jurisdiction, grade: Stamped}
	case a.Direction == Exit && b.Direction == Entry:
		return span{grade: Transit}
	case a.Direction == Entry && b.Direction == Entry && same:
		found.mark(KindStamp, ib, EntryTwice)
		return span{in: a.Jurisdiction, grade: Open}
	case a.Direction == Entry && b.Direction == Entry:
		found.mark(KindStamp, ia, EntryWithoutExit)
		return span{in: a.Jurisdiction, grade: Open}
	case a.Direction == Exit: // and b too
		found.mark(KindStamp, ib, ExitWithoutEntry)
		return span{in: b.Jurisdiction, grade: Open}
	}
	found.mark(KindStamp, ia, EntryWithoutExit)
	found.mark(KindStamp, ib, ExitWithoutEntry)
	return span{grade: Declared}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Question asks whether a person was in a place within a window of time.
type Question struct {
	Place       Place
	From, Until time.Time // zero Until: up to the moment of the verdict
	// Transit is the longest time between an exit and the next entry that needs
	// no stay. Zero allows none.
	Transit time.Duration
	// Here is the jurisdiction at whose desk the person stands; empty: at none.
	// It ends the last stay, or the last transit, with what the officer sees.
	Here string
}

// window is the time that is asked about: never the future.
func (q Question) window(at time.Time) (from, until time.Time, ok bool) {
	until = at
	if !q.Until.IsZero() {
		until = earlier(q.Until, at)
	}
	return q.From, until, !q.From.IsZero() && q.From.Before(until)
}

// Part is a time within which a history says the same.
type Part struct {
	From, Until time.Time
	Grade       Grade
	// Places are where the person can have been: several where only days are
	// known, or where two declared stays overlap; none where nothing is said, or
	// in transit. What a stamped part says of a region is declared all the same.
	Places []Place
	// Sure says that it was one of the places. Of a stamped part the country is
	// sure in any case.
	Sure bool
}

// Cover divides the window of a question, without a gap, into what is known
// about it. The place of the question does not matter.
func (e Evidence) Cover(q Question) []Part {
	from, until, ok := q.window(e.At)
	if !ok {
		return nil
	}
	cuts := e.cuts(from, until)
	slices.SortFunc(cuts, time.Time.Compare)
	parts := make([]Part, 0, len(cuts)/2+1) // many are of no length, or say the same
	for i := 1; i < len(cuts); i++ {
		if !cuts[i-1].Before(cuts[i]) {
			continue
		}
		p := e.part(cuts[i-1], cuts[i], q)
		if n := len(parts); n > 0 && parts[n-1].Grade == p.Grade && parts[n-1].Sure == p.Sure && slices.Equal(parts[n-1].Places, p.Places) {
			parts[n-1].Until = p.Until
			continue
		}
		parts = append(parts, p)
	}
	return parts
}

// cuts returns the moments of a window at which something may change.
func (e *Evidence) cuts(from, until time.Time) []time.Time {
	all := func(yield func(time.Time) bool) {
		for i := range e.spans {
			if s := &e.spans[i]; i == 0 && !yield(s.from) || !yield(s.until) {
				return
			}
		}
		for i := range e.stays {
			if s := &e.stays[i]; !yield(s.first) || !yield(s.from) || !yield(s.until) || !yield(s.last) {
				return
			}
		}
	}
	inside := func(t time.Time) bool { return t.After(from) && t.Before(until) }
	n := 2
	for t := range all {
		if inside(t) {
			n++
		}
	}
	out := append(make([]time.Time, 0, n), from, until)
	for t := range all {
		if inside(t) {
			out = append(out, t)
		}
	}
	return out
}

// part says what is known about a time in which nothing changes.
func (e *Evidence) part(from, until time.Time, q Question) Part {
	p := Part{From: from, Until: until}
	in := ""
	i, _ := slices.BinarySearchFunc(e.spans, from, func(s span, t time.Time) int {
		if s.until.After(t) {
			return 1
		}
		return -1
	})
	if i < len(e.spans) && !e.spans[i].from.After(from) {
		p.Grade, in = e.spans[i].judge(q)
	}
	if p.Grade == Transit {
		return p
	}
	sure, doubt := Place{}, false
	for i := range e.stays {
		s := &e.stays[i]
		if s.first.After(from) {
			break // they are in the order of their first moments
		}
		if !s.last.After(from) || p.Grade == Stamped && s.place.In != in {
			continue
		}
		if !s.doubt && !s.from.After(from) && s.until.After(from) {
			if sure.Region == "" { // of a country and a region of it, the region is meant
				sure = s.place
			}
			continue
		}
		doubt = doubt || s.doubt
		p.Places = add(p.Places, s.place)
	}
	switch {
	case sure.In != "":
		p.Places, p.Sure = []Place{sure}, true
		if sure.In != in && p.Grade == Open {
			p.Grade = Declared // for who declares to have been elsewhere
		}
	case p.Grade == Stamped && len(p.Places) == 0:
		p.Places, p.Sure = []Place{{In: in}}, true
	case p.Grade == Stamped:
		p.Sure = len(p.Places) > 1 && !doubt
	case in != "":
		p.Places = add(p.Places, Place{In: in})
	default:
		p.Sure = len(p.Places) > 1 && !doubt // a day on which one stay ended and another began
	}
	return p
}

// judge says what a span is worth to a question, and where it was.
func (s *span) judge(q Question) (Grade, string) {
	switch {
	case s.grade == Transit && (s.until.Sub(s.from) > q.Transit || s.last && q.Here == ""):
		return Declared, ""
	case s.last && s.in != "" && s.in == q.Here:
		return Stamped, s.in
	}
	return s.grade, s.in
}

// add adds a place to a sorted list, once.
func add(list []Place, p Place) []Place {
	i, there := slices.BinarySearchFunc(list, p, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.Region, b.Region))
	})
	if there {
		return list
	}
	return slices.Insert(list, i, p)
}
