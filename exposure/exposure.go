// Package exposure answers one question: on which days was this person near
// somebody infectious, and how much, as their own device reckons?
//
// It holds what remains when a tracking system has been evaluated: an
// [Assessment], one [Day] for each day with a risk. How a system gets there is
// for its own package (exposure/gaen). Nothing here knows a contact, a place or
// a time of day, and nothing finer than a day leaves this package: the day and
// the rule that judged it is what systems of different kinds can all state, and
// what a history holds (package history).
//
// # What it is worth
//
// An assessment is what a device says of itself. Nobody signed it (a health
// authority that keeps contacts can sign a day: package history), a person can
// leave it out, and no verifier may take the absence of one for the absence of a
// risk. A rule may ask more of somebody who shows a high day (a test), and owes
// them an end to it.
package exposure

import (
	"cmp"
	"slices"

	"github.com/pratique/pratique/cert"
)

// Risk is the risk of a day, or of all days. The empty Risk is none: nothing
// reached the lowest level that the configuration knows.
type Risk string

// The levels that the public rules distinguish, and none of them.
const (
	None Risk = ""
	Low  Risk = "low"
	High Risk = "high"
)

// Day is one day with a risk.
type Day struct {
	Date cert.Date `json:"date"` // of UTC, as the systems count
	Risk Risk      `json:"risk"`
	// Minutes is what was weighed and summed, as the rule rounds it.
	Minutes float64 `json:"minutes"`
	// Low and High are the least numbers of distinct encounters at each level.
	Low  int `json:"low_encounters,omitempty"`
	High int `json:"high_encounters,omitempty"`
}

// Assessment is what a device reckons. The zero Assessment has no day: it says
// that nothing was recorded, not that nothing happened.
type Assessment struct {
	Days []Day `json:"days"` // the most recent first, each date once
	// Ignored counts records that the rule cannot judge: of a report type or an
	// infectiousness that it does not know.
	Ignored int `json:"ignored,omitempty"`
}

// Sort puts the days in their order.
func (a *Assessment) Sort() {
	slices.SortFunc(a.Days, func(x, y Day) int { return compare(y.Date, x.Date) })
}

func compare(a, b cert.Date) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// Overall returns High if any day is high, and Low else: the public rule has no
// lower answer, for a device cannot know that there was no risk at all.
func (a Assessment) Overall() Risk {
	if a.Count(High) > 0 {
		return High
	}
	return Low
}

// MostRecent returns the latest date with the risk, or the zero Date.
func (a Assessment) MostRecent(r Risk) cert.Date {
	var last cert.Date
	for _, d := range a.Days {
		if d.Risk == r && compare(d.Date, last) > 0 {
			last = d.Date
		}
	}
	return last
}

// Count returns the number of days with the risk.
func (a Assessment) Count(r Risk) int {
	n := 0
	for _, d := range a.Days {
		if d.Risk == r {
			n++
		}
	}
	return n
}

// Encounters returns the least number of distinct encounters at a level, on
// days with a risk of any level.
func (a Assessment) Encounters(r Risk) int {
	n := 0
	for _, d := range a.Days {
		switch r {
		case Low:
			n += d.Low
		case High:
			n += d.High
		}
	}
	return n
}
