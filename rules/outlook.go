package rules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// Horizon is how many years an [Outlook] looks ahead.
const Horizon = 10

// Window is a span of time, both ends included. A zero end is not within
// [Horizon] years. The zero Window is none.
type Window struct{ From, Until time.Time }

// Outlook says when the answer changes and what would make it [Met].
type Outlook struct {
	// ChangesAt is the first moment of the next answer, and Then that answer.
	// Zero: none within the Horizon.
	ChangesAt time.Time
	Then      Answer
	// Met is the time, from the moment asked about on, in which this very
	// certificate meets the set: the one that runs, or the next to come.
	Met Window
	// Rules are the same for each rule, in the order of [Result.Outcomes].
	Rules []Window
	// Remedies are what would do instead, where the answer is not Met.
	Remedies []Remedy
	// Partial says that the moments of some rule cannot be computed, and why:
	// the outlook then holds for the others alone, and Met is not stated.
	Partial error
}

// Remedy is something that would make the answer [Met], or a failed rule pass.
type Remedy struct {
	Kind     CureKind
	Evidence cert.Kind // of new evidence
	// Rule is the identifier of the failed rule that it cures; empty: it cures all.
	Rule string
	// Window is when waiting is over, or within which the sample of a new test
	// must be taken or a new dose be given, to be in time for the arrival.
	Window Window
	// Text is the author's word on it; nil where it was computed.
	Text Texts
}

// Outlook computes when the answer to the same question changes, and what
// would make it met. It evaluates the set some dozens of times.
func (s *Set) Outlook(c *cert.Certificate, trip Trip, at time.Time) Outlook {
	r := s.Evaluate(c, trip, at)
	if r.Answer == Lapsed {
		return Outlook{} // for good
	}
	spans, err := s.Timeline(c, trip, r.At, r.At.AddDate(Horizon, 0, 0))
	o := Outlook{Partial: err}
	if len(spans) > 1 {
		o.ChangesAt, o.Then = spans[1].From, spans[1].Answer
	}
	for i, span := range spans {
		if span.Answer == Met {
			o.Met.From = span.From
			if i+1 < len(spans) {
				o.Met.Until = spans[i+1].From.Add(-time.Millisecond)
			}
			break
		}
	}
	if err != nil {
		o.Met = Window{}
	}
	if len(r.Outcomes) > 0 {
		v := s.look(c, r.Event, s.external(c, trip, r.At))
		for _, outcome := range r.Outcomes {
			w, err := outcome.Rule.windows(v, []string{certlogic.Clock}, r.At, r.At.AddDate(Horizon, 0, 0))
			if err != nil || len(w) == 0 {
				w = []Window{{}}
			}
			o.Rules = append(o.Rules, w[0])
		}
	}
	if r.Answer != Met && r.Answer != NotConcerned {
		o.Remedies = s.remedies(c, trip, r, o.Met)
	}
	return o
}

// Span is a time of one answer, until the next span begins.
type Span struct {
	From   time.Time
	Answer Answer
}

// Timeline returns the answer of the set for all moments from and to included,
// exactly: the first span begins at from, and each differs from the one before.
// An error means that the moments of some rule cannot be computed, and that
// changes that it makes may be missing.
func (s *Set) Timeline(c *cert.Certificate, trip Trip, from, to time.Time) ([]Span, error) {
	from = from.Truncate(time.Millisecond)
	if s == nil {
		return []Span{{from, Lapsed}}, nil
	}
	turns, err := s.turns(c, trip, from, to)
	var spans []Span
	for _, t := range turns {
		a := s.Evaluate(c, trip, t).Answer
		if n := len(spans); n == 0 || spans[n-1].Answer != a {
			spans = append(spans, Span{t, a})
		}
	}
	return spans, err
}

// turns are all moments in [from, to] from which on the answer may be another:
// those of the set, of its rules' validity, of the windows of infection and
// isolation, and those that the logic of each rule has.
func (s *Set) turns(c *cert.Certificate, trip Trip, from, to time.Time) ([]time.Time, error) {
	all := []time.Time{from, s.From, s.Until}
	for _, r := range s.Rules {
		all = append(all, r.from, r.to.Add(time.Millisecond))
	}
	var failed error
	external := s.external(c, trip, from)
	for _, e := range c.Events {
		if n, ok := e.(*cert.Notice); ok {
			all = append(all, n.From, n.Until)
		}
		if begins, ends, ok := s.infectious(e); ok {
			all = append(all, begins, ends)
		}
	}
	all = append(all, s.historyTurns(trip)...)
	all = append(all, s.amongTurns(trip, from)...)
	if s.concern != nil {
		changes, err := s.concern.expr.Breakpoints(s.look(c, nothing, external).root, certlogic.Clock, from, to)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("concerns: %w", err))
		}
		for _, ch := range changes {
			all = append(all, ch.At)
		}
	}
	for _, i := range s.judged(c, trip) {
		kind := KindHistory
		if i != whole {
			if kind = c.Events[i].Kind(); !s.accepts(c.Events[i]) {
				continue
			}
		}
		v := s.look(c, i, external)
		for _, r := range s.Rules {
			if r.Type != Acceptance || !r.Applies(kind) || r.barred(v) != "" {
				continue
			}
			changes, err := r.expr.Breakpoints(v.root, certlogic.Clock, from, to)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s %s: %w", r.Identifier, r.Version, err))
			}
			for _, ch := range changes {
				all = append(all, ch.At)
			}
			if i != whole {
				continue
			}
			for _, guess := range s.guesses(r, v.root, trip, from) { // a gap may come to matter when something else ends
				changes, err := r.expr.Breakpoints(guess, certlogic.Clock, from, to)
				if err != nil {
					failed = errors.Join(failed, fmt.Errorf("%s %s: %w", r.Identifier, r.Version, err))
				}
				for _, ch := range changes {
					all = append(all, ch.At)
				}
			}
		}
	}
	all = slices.DeleteFunc(all, func(t time.Time) bool { return t.Before(from) || t.After(to) })
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal), failed
}

// historyTurns are the moments at which a gap falls out of the days on which the
// set looks back, and at which a release counts.
func (s *Set) historyTurns(trip Trip) []time.Time {
	if trip.History == nil {
		return nil
	}
	var out []time.Time
	for _, g := range trip.History.Unknown {
		if s.Looks != nil {
			out = append(out, g.Until.AddDate(0, 0, s.Looks.Days))
		}
	}
	for _, r := range trip.History.Releases {
		out = append(out, r.At)
	}
	return out
}

// windows are the times in [from, to] in which the rule passes, if the values
// at the paths are the moment; the last has no end if it reaches to.
func (r *Rule) windows(v view, paths []string, from, to time.Time) ([]Window, error) {
	if r.barred(v) != "" {
		return nil, nil
	}
	changes, err := r.expr.Breakpoints(v.root, paths[0], from, to, paths[1:]...)
	if err != nil {
		return nil, err
	}
	var out []Window
	for i, ch := range changes {
		if verdict, _, _ := verdict(ch.Value, ch.Err); verdict != Passed {
			continue
		}
		w := Window{From: ch.At}
		if i+1 < len(changes) {
			w.Until = changes[i+1].At.Add(-time.Millisecond)
		}
		out = append(out, w)
	}
	return out, nil
}

// meet returns the times that both lists have. Both are ascending.
func meet(a, b []Window) []Window {
	var out []Window
	for _, x := range a {
		for _, y := range b {
			w := Window{From: later(x.From, y.From), Until: sooner(x.Until, y.Until)}
			if w.Until.IsZero() || !w.Until.Before(w.From) {
				out = append(out, w)
			}
		}
	}
	slices.SortFunc(out, func(x, y Window) int { return cmp.Or(x.From.Compare(y.From), x.Until.Compare(y.Until)) })
	return out
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// sooner returns the earlier of two ends, of which a zero one is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
