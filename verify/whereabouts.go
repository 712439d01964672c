package verify

import (
	"slices"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/words"
)

// journey is how long a time between two stays may be of which nothing is said:
// it is taken for the way from one to the other.
const journey = 24 * time.Hour

// maxGaps is how many gaps a report names.
const maxGaps = 5

// gap is a time of which it is not known where the person was, or what a list
// says of the place.
type gap struct {
	from, until time.Time
	lacks       history.Lacks // empty: nothing is said of the time, or not enough
	place       history.Place
}

func (g gap) reason(place *time.Location) Reason {
	from, until := words.Moment("from", at(g.from, place)), words.Moment("until", at(g.until, place))
	if g.lacks == "" {
		return Reason{Code: "gap_stay", Params: []words.Param{from, until}}
	}
	return Reason{Code: "gap_" + string(g.lacks), Params: []words.Param{from, until, words.Place("in", g.place.In), words.Text("region", g.place.Region)}}
}

// looksBack is how many days the sets look back on where a person was.
func looksBack(sets []*rules.Set) int {
	days := 0
	for _, s := range sets {
		if s.Looks != nil {
			days = max(days, s.Looks.Days)
		}
	}
	return days
}

// known is the history as rules may know it.
func known(w *World, e history.Evidence, days int, here Leg) (*rules.History, []gap) {
	h := &rules.History{}
	var gaps []gap
	if days > 0 {
		gaps = whereabouts(h, w, e, e.At.AddDate(0, 0, -days), here)
	}
	for _, g := range gaps {
		h.Unknown = append(h.Unknown, rules.Gap{From: g.from, Until: g.until, Place: g.lacks == ""})
	}
	for _, x := range e.Exposure {
		h.Exposure = append(h.Exposure, rules.RiskDay{Day: x.Date, Risk: string(x.Risk)})
	}
	for _, c := range e.Checked {
		if h.Checked.IsZero() || c.Until.First().After(h.Checked.First()) {
			h.Checked = c.Until
		}
	}
	for _, v := range e.Venues {
		h.Warnings = append(h.Warnings, rules.Warning{Until: v.Until, Risk: string(v.Risk)})
	}
	for _, s := range e.Symptoms {
		h.Symptoms = append(h.Symptoms, s.Date)
	}
	for _, n := range e.Orders() {
		h.Orders = append(h.Orders, rules.Order{Of: n.Order, Until: e.Ends(n)})
	}
	for _, n := range e.Notices {
		if n.Release {
			h.Releases = append(h.Releases, rules.Release{At: n.From, Disease: n.Disease})
		}
	}
	return h, gaps
}

// whereabouts are the places of a window with what was published of them, and
// the gaps since a moment, neighbours of one kind put together.
func whereabouts(h *rules.History, w *World, e history.Evidence, since time.Time, here Leg) []gap {
	// How long a gap is shows only in a window that begins a journey earlier.
	q := history.Question{From: since.Add(-journey), Until: e.At, Here: here.Jurisdiction, Transit: journey}
	var gaps []gap
	open := func(g gap) {
		for i := range gaps {
			if have := &gaps[i]; have.until.Equal(g.from) && have.lacks == g.lacks && have.place == g.place {
				have.until = g.until
				return
			}
		}
		gaps = append(gaps, g)
	}
	for _, p := range e.Cover(q) {
		proved := p.Grade == history.Stamped
		doubtful := !p.Sure && !proved && p.Grade != history.Transit
		if doubtful {
			open(gap{from: p.From, until: p.Until})
		}
		for _, l := range p.Local(w.Areas) {
			s := rules.Presence{In: l.Place.In, Region: l.Place.Region, Until: l.Until, Proved: proved}
			if l.Lacks == "" {
				s.Level, s.Cases = l.Area.Level, (l.Area.Cases+99)/100
			} else if !doubtful {
				open(gap{from: l.From, until: l.Until, lacks: l.Lacks, place: l.Place})
			}
			h.Stays = presence(h.Stays, s)
		}
	}
	return slices.DeleteFunc(gaps, func(g gap) bool { return !g.until.After(since) || g.lacks == "" && g.until.Sub(g.from) <= journey })
}

// presence adds a stay; of stays that say the same the last one counts.
func presence(list []rules.Presence, s rules.Presence) []rules.Presence {
	for i := range list {
		have := list[i]
		if have.Until = s.Until; have == s {
			if s.Until.After(list[i].Until) {
				list[i].Until = s.Until
			}
			return list
		}
	}
	return append(list, s)
}
