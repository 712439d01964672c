package history

import (
	"slices"
	"time"
)

// Presence answers a question. The zero Presence says nothing.
type Presence string

// The answers.
const (
	Absent   Presence = "absent"   // the person was elsewhere all the time
	Present  Presence = "present"  // at least for a part of it, they were there
	Possible Presence = "possible" // only days, or only the country, are known, or stays overlap: ask
	Unstated Presence = "unstated" // of a part of the window nothing is said: ask
)

// Answer is what a history says to a question.
type Answer struct {
	Presence Presence
	// Grade is what the answer rests on. [Absent] is proved ([Stamped]) if no
	// part of the window rests on less; [Present] rests on the best that shows it.
	Grade Grade
	// Parts divide the window; see [Evidence.Cover].
	Parts []Part
}

// Gaps returns the parts that are not proved: what an officer may ask about.
func (a Answer) Gaps() []Part {
	var out []Part
	for _, p := range a.Parts {
		if p.Grade < Transit {
			out = append(out, p)
		}
	}
	return out
}

// Was answers whether the person was in the place within the window. A question
// without a window has no answer.
func (e Evidence) Was(q Question) Answer {
	a := Answer{Parts: e.Cover(q)}
	if len(a.Parts) == 0 {
		return a
	}
	from, until, _ := q.window(e.At)
	present, possible, unstated := e.crossed(q.Place, from, until) >= 0, false, false
	if present {
		a.Grade = Stamped
	}
	weakest := Stamped
	for _, p := range a.Parts {
		grade := worth(p, q.Place)
		outside := func(at Place) bool { return !at.within(q.Place) }
		switch {
		case len(p.Places) == 0:
			unstated = unstated || grade < Transit
		case (p.Sure || p.Grade == Stamped && q.Place.Region == "") && !slices.ContainsFunc(p.Places, outside):
			present = true
			a.Grade = max(a.Grade, grade)
		case slices.ContainsFunc(p.Places, q.Place.meets):
			possible = true
		}
		weakest = min(weakest, grade)
	}
	switch {
	case present:
		a.Presence = Present
		return a
	case possible:
		a.Presence, a.Grade = Possible, Declared
	case unstated:
		a.Presence, a.Grade = Unstated, Declared
	default:
		a.Presence, a.Grade = Absent, weakest
	}
	return a
}

// worth is the grade of a part for a question about a place: transit proves as
// much as the question lets it, and a stamp says nothing of a region.
func worth(p Part, q Place) Grade {
	switch {
	case p.Grade == Transit:
		return Stamped
	case q.Region != "" && slices.ContainsFunc(p.Places, func(at Place) bool { return at.In == q.In }):
		return Declared
	}
	return p.Grade
}

// crossed returns a stamp of a whole jurisdiction within a time, the latest; else -1.
func (e *Evidence) crossed(p Place, from, until time.Time) int {
	for i := len(e.Stamps) - 1; i >= 0; i-- {
		if s := e.Stamps[i]; p.Region == "" && s.Jurisdiction == p.In && !s.At.Before(from) && s.At.Before(until) {
			return i
		}
	}
	return -1
}

// Fewest returns which of Stamps the person has to show, so that the same question
// gets the same answer from them and the declared stays: one for presence that a
// crossing shows, those of one stay for presence that a stay shows, and for
// absence the run of stamps from the last one before the window to the first
// one after it. Nothing in the middle of a run is left out, though the answer
// might bear it: the stays that are shown would then say something false.
func (e Evidence) Fewest(q Question) []int {
	from, until, ok := q.window(e.At)
	if !ok || len(e.Stamps) == 0 || !e.spans[0].from.Before(until) {
		return nil
	}
	a := e.Was(q)
	if a.Presence == Present {
		if i := e.crossed(q.Place, from, until); i >= 0 {
			return []int{i}
		}
		if a.Grade == Declared {
			return nil
		}
	}
	first, end := 0, len(e.Stamps)
	for i := range e.spans {
		// Span i lies before stamp i+k, where k is 0 if a span precedes the first stamp.
		s := &e.spans[i]
		k := len(e.Stamps) - len(e.spans) + 1
		if !s.from.After(from) && s.until.After(from) {
			first = max(i+k-1, 0)
		}
		if s.from.Before(until) && !s.until.Before(until) {
			end = min(i+k+1, len(e.Stamps))
		}
	}
	run := make([]int, 0, max(end-first, 0))
	for i := first; i < end; i++ {
		run = append(run, i)
	}
	return run
}
