package rules

import (
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// remedies lists what would do instead: waiting, a new certificate of the same
// kind, what the author says, and the other kinds that are accepted.
func (s *Set) remedies(c *cert.Certificate, trip Trip, r Result, met Window) []Remedy {
	var out []Remedy
	if !met.From.IsZero() {
		out = append(out, Remedy{Kind: CureWait, Window: met})
	}
	if r.Answer == Referred || r.Answer == NotBegun {
		return out // until then nothing else would do
	}
	if r.Kind == KindHistory && len(r.Outcomes) > 0 {
		return append(out, s.relief(c, trip, r)...)
	}
	w, whole := s.renewal(c, trip, r, s.changes(r), "")
	if whole && len(r.with(Failed)) > 0 {
		out = append(out, Remedy{Kind: CureNewEvidence, Evidence: r.Kind, Window: w})
	}
	for _, o := range r.Outcomes {
		if o.Verdict != Failed {
			continue
		}
		id := o.Rule.Identifier
		cure, authored := s.Cures[id]
		if !authored {
			cure = Cure{Kind: CureNewEvidence, Evidence: r.Kind}
		}
		m := Remedy{Kind: cure.Kind, Evidence: cure.Evidence, Rule: id, Text: cure.Text}
		dated := false
		if m.Kind == CureNewEvidence && m.Evidence == r.Kind {
			m.Window, dated = s.renewal(c, trip, r, cure.With, id)
			if m.Window.From.IsZero() && m.Window.Until.Equal(r.At) {
				m.Window = Window{} // at any time
			}
		}
		if authored || (dated && !whole) {
			out = append(out, m)
		}
	}
	for _, k := range s.Kinds() {
		if (k != r.Kind || len(r.Outcomes) == 0) && len(s.Select(k, r.At)) > 0 {
			out = append(out, Remedy{Kind: CureNewEvidence, Evidence: k})
		}
	}
	return out
}

// changes are all that the authored cures of the failed rules would have
// different in new evidence of the same kind.
func (s *Set) changes(r Result) map[string]string {
	with := map[string]string{}
	for _, o := range r.Outcomes {
		cure := s.Cures[o.Rule.Identifier]
		if o.Verdict == Failed && cure.Evidence == r.Kind {
			for field, code := range cure.With {
				with[field] = code
			}
		}
	}
	return with
}

// datings are the fields that say when evidence that one can go and get came
// about. One cannot go and get a recovery.
var datings = map[cert.Kind]string{
	cert.KindTest:        "sc",
	cert.KindVaccination: "dt",
}

// renewal computes when the sample of a new test must be taken, or a new dose
// be given, so that the rules pass at the moment of r: all of them, or the one
// with the identifier only. The new evidence is like the one at hand, but for
// its date and for what with says. Of several times the last is returned.
func (s *Set) renewal(c *cert.Certificate, trip Trip, r Result, with map[string]string, only string) (Window, bool) {
	field, ok := datings[r.Kind]
	if !ok || len(r.Outcomes) == 0 {
		return Window{}, false
	}
	v := s.look(c, r.Event, s.external(c, trip, r.At))
	v, ok = v.hypothetical(with)
	if !ok {
		return Window{}, false
	}
	first, last := r.At.AddDate(-Horizon, 0, 0), r.At
	windows := []Window{{From: first, Until: last}}
	for _, o := range r.Outcomes {
		if only != "" && o.Rule.Identifier != only {
			continue
		}
		passing, err := o.Rule.windows(v, []string{"payload." + v.array + ".0." + field}, first, last)
		if err != nil {
			return Window{}, false
		}
		windows = meet(windows, passing)
	}
	if len(windows) == 0 {
		return Window{}, false
	}
	w := windows[len(windows)-1]
	if w.From.Equal(first) {
		w.From = time.Time{}
	}
	if r.Kind == cert.KindVaccination {
		return wholeDays(w)
	}
	return w, true
}

// Relief lists what would do for a history that does not meet the set, without
// what waiting does: see [Set.Outlook].
func (s *Set) Relief(c *cert.Certificate, trip Trip, at time.Time) []Remedy {
	r := s.Evaluate(c, trip, at)
	if r.Answer == Met || r.Answer == Referred || r.Kind != KindHistory || len(r.Outcomes) == 0 {
		return nil
	}
	return s.relief(c, trip, r)
}

// relief lists what would do for a history: what the authors of the failed
// rules say, and from when on a new test in which nothing is found would make
// all rules pass, or the one, if nothing else happens. Its sample is taken at
// the moment of asking.
func (s *Set) relief(c *cert.Certificate, trip Trip, r Result) []Remedy {
	var out []Remedy
	v := s.look(c, whole, s.external(c, trip, r.At))
	if w, ok := s.tested(v, r, ""); ok && len(r.with(Failed)) > 0 {
		out = append(out, Remedy{Kind: CureNewEvidence, Evidence: cert.KindTest, Window: w})
	}
	for _, o := range r.Outcomes {
		cure, authored := s.Cures[o.Rule.Identifier]
		if o.Verdict != Failed || !authored {
			continue
		}
		m := Remedy{Kind: cure.Kind, Evidence: cure.Evidence, Rule: o.Rule.Identifier, Text: cure.Text}
		if cure.Evidence == cert.KindTest {
			m.Window, _ = s.tested(v, r, o.Rule.Identifier)
		}
		out = append(out, m)
	}
	return out
}

// tested computes the first time within [Horizon] years in which a test taken
// then makes the rules pass, all of them or the one with the identifier only.
// It is no cure if waiting alone does as early.
func (s *Set) tested(v view, r Result, only string) (Window, bool) {
	w, ok := r.first(v, only, certlogic.Clock, historyPath+"test.negative", historyPath+"test.nucleic")
	if wait, same := r.first(v, only, certlogic.Clock); !ok || (same && !w.From.Before(wait.From)) {
		return Window{}, false
	}
	return w, true
}

// first is the first time from the moment of the result on in which its rules
// pass, if the values at the paths are the moment.
func (r Result) first(v view, only string, paths ...string) (Window, bool) {
	last := r.At.AddDate(Horizon, 0, 0)
	windows := []Window{{From: r.At}}
	for _, o := range r.Outcomes {
		if only != "" && o.Rule.Identifier != only {
			continue
		}
		passing, err := o.Rule.windows(v, paths, r.At, last)
		if err != nil || o.Why == OpenHistory || o.Why == OpenTrip {
			return Window{}, false
		}
		windows = meet(windows, passing)
	}
	if len(windows) == 0 {
		return Window{}, false
	}
	return windows[0], true
}

// hypothetical returns the view with other values in some fields of the judged
// event. The event's array becomes an object with the member "0": paths lead
// through both alike, and only through an object can a value be set. A rule
// that folds the array itself is an error there, and never passes.
func (v view) hypothetical(with map[string]string) (view, bool) {
	e := v.root.At("payload." + v.array + ".0")
	for field, code := range with {
		text, err := certlogic.FromAny(code)
		if err != nil {
			return view{}, false
		}
		var ok bool
		if e, ok = e.With(field, text); !ok {
			return view{}, false
		}
	}
	list, err := certlogic.FromAny(map[string]certlogic.Value{"0": e})
	if err != nil {
		return view{}, false
	}
	var ok bool
	v.root, ok = v.root.With("payload."+v.array, list)
	return v, ok
}

// wholeDays narrows a window to the dates whose first moment is in it, as
// rules read a date. The end is the first moment of the last date.
func wholeDays(w Window) (Window, bool) {
	const day = 24 * time.Hour
	if !w.From.IsZero() {
		w.From = w.From.Add(day - time.Millisecond).UTC().Truncate(day)
	}
	w.Until = w.Until.UTC().Truncate(day)
	return w, !w.Until.Before(w.From)
}
