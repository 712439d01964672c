package history

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/words"
)

// Place is a jurisdiction, or a region of one.
type Place struct {
	In     string // ISO 3166-1 alpha-2 or user-assigned
	Region string // as area lists have it; empty: the whole, or not stated
}

// String returns the form that a file has: XA, or XA/01.
func (p Place) String() string {
	if p.Region == "" {
		return p.In
	}
	return p.In + "/" + p.Region
}

// within reports whether who is in p is in q.
func (p Place) within(q Place) bool { return p.In == q.In && (q.Region == "" || p.Region == q.Region) }

// meets reports whether who is in p may be in q.
func (p Place) meets(q Place) bool { return p.within(q) || q.within(p) }

// Bound is the beginning or end of a stay: a moment, or a day of which no more
// is known. The zero Bound is none.
type Bound struct {
	Date cert.Date // in full; else zero
	At   time.Time // with an offset
}

// IsZero reports whether there is no bound.
func (b Bound) IsZero() bool { return b.Date.IsZero() && b.At.IsZero() }

// earliest and latest are the moments between which the bound lies, where days
// are those of the place.
func (b Bound) earliest(place *time.Location) time.Time {
	if b.At.IsZero() {
		return midnight(b.Date, 0, place)
	}
	return b.At
}

func (b Bound) latest(place *time.Location) time.Time {
	if b.At.IsZero() {
		return midnight(b.Date, 1, place).Add(-time.Second)
	}
	return b.At
}

// midnight is the beginning of the day after a date, or of a date.
func midnight(d cert.Date, after int, place *time.Location) time.Time {
	return time.Date(int(d.Year), time.Month(d.Month), int(d.Day)+after, 0, 0, 0, 0, place)
}

// Stay is a time spent in a place, as the person declares it.
type Stay struct {
	Place Place
	From  Bound
	Until Bound // zero: still there
}

// stay is a declared stay with the moments that it can mean.
type stay struct {
	place        Place
	first, from  time.Time // it began in [first, from]
	until, last  time.Time // it ended in [until, last)
	index        int       // of the item
	still        bool      // at the moment of the verdict
	doubt        bool      // it overlaps another
	endsInFuture bool
}

// read gives a stay its moments, seen from a moment and its place. It returns
// what is wrong with it.
func (s Stay) read(at time.Time) (stay, Code) {
	place := at.Location()
	if !isCountry(s.Place.In) {
		return stay{}, UnknownJurisdiction
	}
	if s.Place.Region != "" && !isRegion(s.Place.Region) {
		return stay{}, UnknownCode
	}
	if s.From.IsZero() {
		return stay{}, Reversed
	}
	out := stay{place: s.Place, first: s.From.earliest(place), from: s.From.latest(place), until: at, last: at, still: s.Until.IsZero()}
	if !s.Until.IsZero() {
		out.until, out.last = s.Until.earliest(place), s.Until.latest(place)
		if s.Until.At.IsZero() {
			out.last = out.last.Add(time.Second)
		}
	}
	switch {
	case out.first.After(at):
		return stay{}, Future
	case !s.Until.IsZero() && !out.first.Before(out.last):
		return stay{}, Reversed
	}
	out.endsInFuture = out.until.After(at)
	return out, ""
}

// clashes reports whether s and another stay, which began at from at the latest
// and ended at until at the earliest, cannot both be true: neither can have ended
// before the other began.
func (s *stay) clashes(p Place, from, until time.Time) bool {
	return s.until.After(from) && until.After(s.from) && !s.place.meets(p)
}

// overlaps reports whether two declared stays cannot both be true. Nobody is
// still in two places, though the one may have begun at any time of today.
func (s *stay) overlaps(o *stay) bool {
	return s.clashes(o.place, o.from, o.until) || s.still && o.still && !s.place.meets(o.place)
}

// isCountry reports whether a code is one of ISO 3166-1 alpha-2, or a
// user-assigned one that is in use: XA to XZ.
func isCountry(s string) bool {
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return false
	}
	return s[0] == 'X' || words.Country("en", s) != s
}

// isRegion reports whether s has the form of a region's code.
func isRegion(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 10
}

// isWord reports whether s has the form of a word.
func isWord(s string) bool {
	return s != "" && len(s) <= maxWord && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == ""
}

// isLine reports whether s fits on a line: UTF-8 without control characters, and
// no space at either end.
func isLine(s string) bool {
	return utf8.ValidString(s) && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}

// isYear reports whether a calendar of this package has the moment.
func isYear(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 2999 }
