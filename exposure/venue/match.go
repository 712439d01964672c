package venue

import (
	"cmp"
	"slices"
	"time"

	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
)

// Rule says what German warnings are worth: there the weights of all warnings
// that a visit overlaps add up. The zero Rule finds no risk.
type Rule struct {
	Values [highestLevel + 1]int64 // of a minute at each level, in tenths
	High   int64                   // minutes so weighted from which a visit is high; less is low
}

// Germany returns the rule of Germany's app (cwa-server,
// presence-tracing-parameters: transmission-risk-value-mapping and
// normalized-time-per-check-in-to-risk-level-mapping).
func Germany() Rule {
	return Rule{Values: [highestLevel + 1]int64{3: 6, 4: 8, 5: 10, 6: 12, 7: 14, 8: 16}, High: 10}
}

// Match returns the visits of which warnings warn, in the order of time. The
// order of the diary and of the warnings does not matter.
func (d Diary) Match(warnings []Warning, rule Rule) []history.Venue {
	type place struct {
		system System
		as     string // it is published
	}
	visits := map[place][]*hit{}
	hits := make([]hit, len(d))
	for i := range d {
		hits[i].visit = &d[i]
		p := place{d[i].System, d[i].published()}
		visits[p] = append(visits[p], &hits[i])
	}
	for _, w := range warnings {
		for _, h := range visits[place{w.System, w.place}] {
			h.add(w, &rule)
		}
	}
	var out []history.Venue
	for i := range hits {
		if v, ok := hits[i].venue(&rule); ok {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b history.Venue) int {
		return cmp.Or(a.From.Compare(b.From), a.Until.Compare(b.Until), cmp.Compare(a.Risk, b.Risk))
	})
	return out
}

// hit gathers what warnings say of a visit.
type hit struct {
	visit       *Visit
	from, until time.Time
	risk        exposure.Risk
	weight      int64 // seconds times tenths
}

func (h *hit) add(w Warning, rule *Rule) {
	if w.sealed != nil {
		opened, ok := w.sealed.open(h.visit.Place)
		if !ok {
			return
		}
		w = opened
	}
	from, until := h.visit.overlap(w.From, w.Until)
	if !from.Before(until) {
		return
	}
	if w.System == German {
		weight := int64(until.Sub(from)/time.Second) * rule.Values[w.level]
		if weight == 0 {
			return
		}
		h.weight += weight
	} else if h.risk != exposure.High {
		h.risk = w.Risk
	}
	if h.from.IsZero() || from.Before(h.from) {
		h.from = from
	}
	if until.After(h.until) {
		h.until = until
	}
}

// overlap returns when a visit and an interval both were.
func (v *Visit) overlap(from, until time.Time) (a, b time.Time) {
	end := v.Until
	if end.IsZero() {
		if v.From.Before(from) {
			return until, until
		}
		end = until
	}
	if v.From.After(from) {
		from = v.From
	}
	if end.Before(until) {
		until = end
	}
	return from, until
}

func (h *hit) venue(rule *Rule) (history.Venue, bool) {
	v := history.Venue{From: h.from, Until: h.until, Risk: h.risk}
	if h.weight > 0 {
		v.Risk = exposure.Low
		if h.weight >= rule.High*60*10 {
			v.Risk = exposure.High
		}
	}
	return v, v.Risk != exposure.None
}
