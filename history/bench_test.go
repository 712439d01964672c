package history_test

import (
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
)

// year is a year of somebody who travels every second week: 104 stamps, a region
// declared for each stay, 6 orders with a release each, and 50 of each of the rest.
func year() (history.History, time.Time) {
	m := newMaker(1)
	at := moment("2026-11-22T12:00:00+01:00")
	var h history.History
	var last history.Hash
	add := func(c string, d history.Direction, t time.Time) {
		s := m.stamp(c, d, t)
		s.Previous, last = last, s.Hash
		h.Stamps = append(h.Stamps, s)
	}
	for i := range 26 {
		out := at.AddDate(-1, 0, 14*i)
		add("XA", history.Exit, out)
		add("XB", history.Entry, out.Add(10*time.Hour))
		add("XB", history.Exit, out.Add(100*time.Hour))
		add("XA", history.Entry, out.Add(110*time.Hour))
		h.Stays = append(h.Stays,
			history.Stay{Place: history.Place{In: "XB", Region: "01"}, From: history.Bound{At: out.Add(10 * time.Hour)}, Until: history.Bound{At: out.Add(100 * time.Hour)}},
			history.Stay{Place: history.Place{In: "XA", Region: "02"}, From: history.Bound{Date: cert.DateOf(out.Add(110 * time.Hour))}, Until: history.Bound{Date: cert.DateOf(out.AddDate(0, 0, 14))}})
	}
	for i := range 6 {
		from := at.AddDate(0, -2*i, -5)
		n := history.Notice{Jurisdiction: "XA", Issued: from, Expires: from.AddDate(1, 0, 0), Order: "isolation", From: from, Until: from.AddDate(0, 0, 10), KeyID: "key", Holder: commitment, Hash: m.stamp("XA", history.Exit, from).Hash}
		r := n
		r.Release, r.Of, r.Hash, r.Issued, r.From, r.Until = true, n.Hash, m.stamp("XA", history.Exit, from).Hash, from.AddDate(0, 0, 3), from.AddDate(0, 0, 3), time.Time{}
		h.Notices = append(h.Notices, n, r)
	}
	for i := range 50 {
		d := at.AddDate(0, 0, -7*i)
		h.Exposure = append(h.Exposure, history.Exposure{Date: cert.DateOf(d), Risk: exposure.Low, System: "gaen", Rule: "cwa-2"})
		h.Venues = append(h.Venues, history.Venue{From: d.Add(-3 * time.Hour), Until: d, Risk: exposure.Low})
		h.Symptoms = append(h.Symptoms, history.Symptom{Date: cert.DateOf(d), Word: "cough"})
	}
	return h, at
}

// A year of history answers what it should, so that the benchmark measures something.
func TestYear(t *testing.T) {
	h, at := year()
	e, found := h.Sift(holder, at)
	q := history.Question{Place: history.Place{In: "XC"}, From: at.AddDate(0, 0, -21), Transit: 24 * time.Hour, Here: "XA"}
	a := e.Was(q)
	if len(found) != 1 || a.Presence != history.Absent || a.Grade != history.Stamped || len(e.Orders()) != 0 || len(e.Fewest(q)) < 4 {
		t.Errorf("found %v, %s by %s, fewest %v", found, a.Presence, a.Grade, e.Fewest(q))
	}
}

// A year of history, sifted and asked: everything but the signatures.
func BenchmarkYear(b *testing.B) {
	h, at := year()
	q := history.Question{Place: history.Place{In: "XC"}, From: at.AddDate(0, 0, -21), Transit: 24 * time.Hour, Here: "XA"}
	b.ReportAllocs()
	for b.Loop() {
		e, _ := h.Sift(holder, at)
		if a := e.Was(q); a.Presence != history.Absent {
			b.Fatal(a)
		}
		e.Orders()
		e.Changes()
	}
}

// The same, asked about the whole year.
func BenchmarkYearWindow(b *testing.B) {
	h, at := year()
	q := history.Question{Place: history.Place{In: "XC"}, From: at.AddDate(-1, 0, 1), Transit: 24 * time.Hour, Here: "XA"}
	b.ReportAllocs()
	for b.Loop() {
		e, _ := h.Sift(holder, at)
		if a := e.Was(q); a.Presence != history.Absent {
			b.Fatal(a)
		}
	}
}

// One stamp, opened and verified.
func BenchmarkOpenStamp(b *testing.B) {
	w := newWorld(b)
	code := w.stamp(b, full(), holder)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := history.OpenStamp(code, w.keys); err != nil {
			b.Fatal(err)
		}
	}
}

// One list of five hundred areas.
func BenchmarkParseAreas(b *testing.B) {
	text := []byte(areas[:len(areas)-len("area 03 20000 0.05 low Süd-Île\n")])
	for i := range 500 {
		text = append(text, "area "+string([]byte{'A' + byte(i/100), '0' + byte(i/10%10), '0' + byte(i%10)})+" 97500 8.25 low Some Name\n"...)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := history.ParseAreas(text); err != nil {
			b.Fatal(err)
		}
	}
}
