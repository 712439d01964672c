package history_test

import (
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
)

// ordinary is a year as it is kept: 12 journeys with two stamps each, 20 declared
// stays, 3 orders with their releases, 12 days of exposure of which an authority
// signed 4, 5 venues, a check, and the codes signed with P-256.
func ordinary(t testing.TB) (history.File, world, time.Time) {
	w := newWorld(t)
	at := moment("2026-11-22T12:00:00+01:00")
	f := history.File{Checked: []history.Check{{Until: cert.DateOf(at), System: "gaen"}}}
	var last history.Hash
	stamp := func(d history.Direction, t0 time.Time) {
		code := w.stamp(t, history.Stamp{Jurisdiction: "XB", Direction: d, At: t0, Until: at.AddDate(0, 0, 1), Port: "XBABC", Purpose: "business", Category: "visitor", Previous: last}, holder)
		s, err := history.OpenStamp(code, w.keys)
		if err != nil {
			t.Fatal(err)
		}
		last = s.Hash
		f.Stamps = append(f.Stamps, code)
	}
	for i := range 12 {
		out := at.AddDate(0, i-12, 3)
		stamp(history.Entry, out)
		stamp(history.Exit, out.Add(100*time.Hour))
		f.Stays = append(f.Stays, history.Stay{Place: history.Place{In: "XB", Region: "01"}, From: history.Bound{Date: cert.DateOf(out)}, Until: history.Bound{Date: cert.DateOf(out.Add(100 * time.Hour))}})
		if i < 8 {
			f.Stays = append(f.Stays, history.Stay{Place: history.Place{In: "XA", Region: "02"}, From: history.Bound{Date: cert.DateOf(out.Add(110 * time.Hour))}, Until: history.Bound{Date: cert.DateOf(out.AddDate(0, 0, 20))}})
			f.Exposure = append(f.Exposure, history.Exposure{Date: cert.DateOf(at.AddDate(0, 0, -3*i)), Risk: exposure.Low, System: "gaen", Rule: "cwa-2"})
		}
		if i < 4 {
			f.Statements = append(f.Statements, w.statement(t, history.Exposure{Jurisdiction: "XB", Date: cert.DateOf(out), Risk: exposure.High, System: "bluetrace", Rule: "xb-2", Issued: out.AddDate(0, 0, 4), Expires: at.AddDate(0, 0, 1)}, holder))
		}
		if i < 5 {
			f.Venues = append(f.Venues, history.Venue{From: out.Add(-3 * time.Hour), Until: out, Risk: exposure.Low})
		}
		if i < 3 {
			n := history.Notice{Jurisdiction: "XA", Issued: out, Expires: at.AddDate(0, 0, 1), Order: "quarantine", Reason: "contact", Appeal: "+99 555 0100", Until: out.AddDate(0, 0, 10)}
			order := w.notice(t, n, holder)
			o, err := history.OpenNotice(order, w.keys)
			if err != nil {
				t.Fatal(err)
			}
			n.Release, n.Of, n.Issued, n.From, n.Until = true, o.Hash, out.AddDate(0, 0, 5), out.AddDate(0, 0, 5), time.Time{}
			f.Notices = append(f.Notices, order, w.notice(t, n, holder))
		}
	}
	return f, w, at
}

// An ordinary year counts whole, so that the benchmarks measure something.
func TestOrdinaryYear(t *testing.T) {
	f, w, at := ordinary(t)
	h, found := f.Open(w.keys)
	e, more := h.Sift(holder, at)
	a := e.Was(history.Question{Place: history.Place{In: "XC"}, From: at.AddDate(0, 0, -21)})
	if len(found)+len(more) != 0 || len(e.Stamps) != 24 || len(e.Stays) != 20 || len(e.Notices) != 6 || len(e.Exposure) != 12 || len(e.Venues) != 5 || a.Presence != history.Unstated {
		t.Errorf("found %v, %v; %d stamps, %d stays, %d notices, %d days; %s", found, more, len(e.Stamps), len(e.Stays), len(e.Notices), len(e.Exposure), a.Presence)
	}
}

// An ordinary year, from text.
func BenchmarkParse(b *testing.B) {
	f, _, _ := ordinary(b)
	text := f.Bytes()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, found, err := history.Parse(text); err != nil || len(found) > 0 {
			b.Fatal(err, found)
		}
	}
}

// An ordinary year, opened: 34 codes with their signatures.
func BenchmarkOpen(b *testing.B) {
	f, w, _ := ordinary(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, found := f.Open(w.keys); len(found) > 0 {
			b.Fatal(found)
		}
	}
}

// The same codes, read without their signatures.
func BenchmarkOpenWithoutSignatures(b *testing.B) {
	f, _, _ := ordinary(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range f.Stamps {
			if _, err := history.StampSkippingVerification(c); err != nil {
				b.Fatal(err)
			}
		}
		for _, c := range f.Notices {
			if _, err := history.NoticeSkippingVerification(c); err != nil {
				b.Fatal(err)
			}
		}
		for _, c := range f.Statements {
			if _, err := history.ExposureSkippingVerification(c); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// An ordinary year, sifted and asked: everything but the signatures.
func BenchmarkYear(b *testing.B) {
	f, w, at := ordinary(b)
	h, _ := f.Open(w.keys)
	q := history.Question{Place: history.Place{In: "XC"}, From: at.AddDate(0, 0, -21), Transit: 24 * time.Hour, Here: "XA"}
	b.ReportAllocs()
	for b.Loop() {
		e, _ := h.Sift(holder, at)
		if a := e.Was(q); a.Presence == "" {
			b.Fatal(a)
		}
		e.Orders()
		e.Changes()
	}
}

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

// A busy year answers what it should, so that the benchmark measures something.
func TestBusyYear(t *testing.T) {
	h, at := year()
	e, found := h.Sift(holder, at)
	q := history.Question{Place: history.Place{In: "XC"}, From: at.AddDate(0, 0, -21), Transit: 24 * time.Hour, Here: "XA"}
	a := e.Was(q)
	if len(found) != 1 || a.Presence != history.Absent || a.Grade != history.Stamped || len(e.Orders()) != 0 || len(e.Fewest(q)) < 4 {
		t.Errorf("found %v, %s by %s, fewest %v", found, a.Presence, a.Grade, e.Fewest(q))
	}
}

// A busy year, sifted and asked.
func BenchmarkBusyYear(b *testing.B) {
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
func BenchmarkBusyYearWindow(b *testing.B) {
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
