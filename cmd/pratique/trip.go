package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/verify"
)

// journey are the flags that say where a person goes, when and what for.
type journey struct {
	to, from, at, file, purpose string
	via                         []string
	allTold                     bool
}

func (j *journey) flags(f *pflag.FlagSet) {
	f.StringVar(&j.to, "to", "", "the `COUNTRY` of destination, whose rules are asked")
	f.StringVar(&j.from, "from", "", "the `COUNTRY` where the trip begins")
	f.StringSliceVar(&j.via, "via", nil, "a `COUNTRY` on the way; may be repeated")
	f.BoolVar(&j.allTold, "all-told", false, "there is nothing else to tell of the journey: no other place on the way, no other stay that matters")
	f.StringVar(&j.at, "at", "", "the `MOMENT` of arrival, for which is judged; else now")
	f.StringVar(&j.file, "trip", "", "a `FILE` with the whole trip in JSON, instead of these four")
	f.StringVar(&j.purpose, "purpose", "entry", "the `PURPOSE`: entry, transit, exit, venue, or self (of this certificate alone)")
}

var purposes = []string{"entry", "transit", "exit", "venue", "self"}

// maxTrip is the longest file of a trip, in bytes.
const maxTrip = 1 << 20

// question makes of the flags what is asked of every code.
func (j *journey) question(p *program) (verify.Question, error) {
	var q verify.Question
	now := p.now()
	q.Purpose, q.At, q.Now = j.purpose, now, now
	if j.at != "" {
		at, err := moment("--at", j.at)
		if err != nil {
			return q, err
		}
		q.At = at
	}
	if j.file != "" {
		if j.to != "" || j.from != "" || len(j.via) > 0 {
			return q, misuse("--trip stands for --to, --from and --via", "leave them out, or leave out --trip")
		}
		trip, err := readTrip(j.file)
		if err != nil {
			return q, err
		}
		q.Trip = trip
		q.Trip.AllTold = trip.AllTold || j.allTold
		d, _ := trip.Destination()
		switch from := trip.Legs[0]; {
		case j.at != "":
		case j.purpose == "exit" && len(trip.Legs) > 1 && !from.Depart.IsZero():
			q.At = from.Depart
		case !d.Arrive.IsZero():
			q.At = d.Arrive
		}
		return q, nil
	}
	for _, c := range append([]string{j.to, j.from}, j.via...) {
		if c != "" && !isCountry(c) {
			return q, misuse(quote(c)+" is no country", "two capital letters, for example --to CH; XA to XZ are for exercises")
		}
	}
	if j.to == "" {
		if j.from != "" || len(j.via) > 0 {
			return q, misuse("the destination is missing", "name it: --to COUNTRY")
		}
		return q, nil
	}
	q.Trip = verify.Direct(j.from, j.via, j.to, q.At)
	q.Trip.AllTold = j.allTold
	return q, nil
}

func isCountry(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// readTrip reads a trip in JSON; a member that it does not know is an error,
// because it could be the one that matters.
func readTrip(name string) (verify.Trip, error) {
	var t verify.Trip
	text, err := readText(name, maxTrip)
	if err != nil {
		return t, failure("reading the trip "+quote(name)+": "+cause(err), "--trip names a file in JSON; `pratique help verify` shows one")
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return verify.Trip{}, failure("reading the trip "+quote(name)+": "+err.Error(), "`pratique help verify` shows a trip in JSON")
	}
	if len(t.Legs) == 0 || slices.ContainsFunc(t.Legs, func(l verify.Leg) bool { return !isCountry(l.Jurisdiction) }) {
		return verify.Trip{}, failure("reading the trip "+quote(name)+": every leg needs a jurisdiction of two capital letters",
			"`pratique help verify` shows a trip in JSON")
	}
	return t, nil
}

// layouts are how a moment may be written, the first being how it is best.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700",
	"2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07",
}

// moment reads a moment. It has a date, a time and an offset, or it is none: a
// date alone is a day long, and a time without offset is one in every place.
func moment(flag, s string) (time.Time, error) {
	fields := strings.Fields(strings.ToUpper(s))
	text := strings.Join(fields, "")
	if len(fields) > 1 && len(fields[0]) == len("2006-01-02") {
		text = fields[0] + "T" + strings.Join(fields[1:], "")
	}
	text = strings.Replace(text, "UTC", "Z", 1)
	text = strings.Replace(text, "Z+", "+", 1)
	for _, l := range layouts {
		if t, err := time.Parse(l, text); err == nil {
			return t, nil
		}
	}
	form := fmt.Sprintf("for example %s 2026-12-03T14:20:00+08:00, the time of the place of arrival with its offset from UTC", flag)
	if _, err := time.Parse("2006-01-02", text); err == nil {
		return time.Time{}, misuse(flag+" "+quote(s)+" is a day, and a certificate may be good for half of it", "add the time and the offset, "+form)
	}
	for _, l := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if _, err := time.Parse(l, text); err == nil {
			return time.Time{}, misuse(flag+" "+quote(s)+" has no offset from UTC, so it is another moment in every country", "add it, "+form)
		}
	}
	return time.Time{}, misuse(flag+" "+quote(s)+" is no moment", form)
}

// isoMoment writes a moment where no sentence stands around it.
func isoMoment(t time.Time) string {
	if _, offset := t.Zone(); offset == 0 {
		return t.Format("2006-01-02 15:04") + " UTC"
	}
	return t.Format("2006-01-02 15:04 -07:00")
}

// stamp writes a moment, or nothing where there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return isoMoment(t)
}
