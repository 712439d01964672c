package rules

import (
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// Here is the name that stands for the set's own jurisdiction where rules ask
// whether the person was among the places of a value set.
const Here = "here"

// never is how many days ago a person was in a place in which nobody says that they were.
const never = 9999

const amongPath = tripPath + "among."

// amongOf are the names of the value sets by which the paths ask where the person was.
func amongOf(reads []string) []string {
	var out []string
	for _, p := range reads {
		name, ok := strings.CutPrefix(p, amongPath)
		if name, _, _ = strings.Cut(name, "."); ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// places is what rules see of where the person was among the places of each
// value set: as told; or, at worst, as it may have been, if what was not told
// would be the most that it could.
func (s *Set) places(trip Trip, at time.Time, worst bool) map[string]any {
	out := map[string]any{}
	for _, name := range s.among {
		codes := s.ValueSets[name]
		if name == Here {
			codes = []string{s.Jurisdiction}
		}
		out[name] = trip.among(codes, at, worst)
	}
	return out
}

// among sums up where the person was among some places.
func (t Trip) among(codes []string, at time.Time, worst bool) map[string]any {
	arrive := cert.DateOf(t.arrival(at))
	ago, longest, hours := never, 0, 0
	in := func(code string) bool { return slices.Contains(codes, code) }
	if in(t.From) {
		ago = 0
	}
	for _, s := range slices.Concat(t.Entered, t.Stays) {
		if !in(s.In) || s.Until.IsZero() {
			continue
		}
		ago = min(ago, max(0, days(lastDay(s.Until), arrive.First())))
		switch {
		case !s.From.IsZero():
			longest = max(longest, days(s.From.First(), lastDay(s.Until)))
		case worst:
			longest = never
		}
	}
	for _, x := range t.Transits {
		switch {
		case !in(x.In):
		case x.Hours > 0:
			hours = max(hours, x.Hours)
		case worst:
			hours = never
		}
	}
	if worst && !t.AllTold {
		ago, longest, hours = 0, never, never
	}
	return map[string]any{"ago": ago, "days": longest, "hours": hours}
}

// lastDay is the beginning of the last day that a date can be.
func lastDay(d cert.Date) time.Time { return d.End().AddDate(0, 0, -1) }

// days counts the days from one to another.
func days(from, until time.Time) int { return int(until.Sub(from) / (24 * time.Hour)) }

// amongTurns are the moments at which it is one day longer ago that the person
// was somewhere, for each number of days that a rule counts: if the journey does
// not say when it arrives, the arrival is the moment of asking.
func (s *Set) amongTurns(trip Trip, from time.Time) []time.Time {
	if len(s.among) == 0 || !trip.Arrive.IsZero() {
		return nil
	}
	counted := []int{0}
	count := func(r *Rule) {
		if r == nil || len(r.among) == 0 {
			return
		}
		walk(r.Logic, func(v any) {
			if n, ok := v.(float64); ok {
				counted = append(counted, int(n))
			}
		})
	}
	count(s.concern)
	for _, r := range s.Rules {
		count(r)
	}
	var out []time.Time
	for _, stay := range slices.Concat(trip.Entered, trip.Stays) {
		if stay.Until.IsZero() {
			continue
		}
		last := lastDay(stay.Until)
		for _, n := range counted {
			for _, d := range []int{n, n + 1} {
				out = append(out, time.Date(last.Year(), last.Month(), last.Day()+d, 0, 0, 0, 0, from.Location()))
			}
		}
	}
	return out
}

// untold returns the fact of the journey that would turn the outcome of a rule
// that asks where the person was, if what nobody told were the most it could be.
func (s *Set) untold(r *Rule, root certlogic.Value, have Verdict, trip Trip, at time.Time) (string, bool) {
	if len(r.among) == 0 {
		return "", false
	}
	v, err := certlogic.FromAny(s.places(trip, at, true))
	if err != nil {
		return "", false
	}
	guess, ok := root.With(strings.TrimSuffix(amongPath, "."), v)
	if !ok {
		return "", false
	}
	if got, _, _ := verdict(r.expr.Eval(guess)); got == have || got == Open {
		return "", false
	}
	switch {
	case trip.From == "":
		return "trip.from", true
	case slices.ContainsFunc(trip.Transits, func(t Transit) bool { return t.Hours == 0 }):
		return "trip.transits", true
	}
	return "trip.stays", true
}
