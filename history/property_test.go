package history_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
)

// maker makes histories at random. Its stamps were not signed: their key
// identifier says that they were.
type maker struct {
	*rand.Rand
	at time.Time
}

func newMaker(seed uint64) maker {
	return maker{rand.New(rand.NewPCG(seed, 3)), moment("2026-11-22T12:00:00+01:00")}
}

func (m maker) country() string { return []string{"XA", "XB", "XC"}[m.IntN(3)] }

func (m maker) moment() time.Time {
	return m.at.Add(-time.Duration(m.IntN(20*24*60)) * time.Minute).In(time.FixedZone("", (m.IntN(26)-12)*3600))
}

func (m maker) stamp(country string, d history.Direction, at time.Time) history.Stamp {
	s := history.Stamp{Jurisdiction: country, Direction: d, At: at, Until: at.AddDate(1, 0, 0), KeyID: "key", Holder: commitment}
	for i := range s.Hash {
		s.Hash[i] = byte(m.Uint32())
	}
	return s
}

var commitment = func() history.Commitment {
	c, err := holder.Commit(bytes.NewReader(make([]byte, 16)))
	if err != nil {
		panic(err)
	}
	return c
}()

// stamps are those of a journey, some of which were lost, or are as no journey is.
func (m maker) stamps() []history.Stamp {
	var out []history.Stamp
	var last history.Hash
	for at := m.at.Add(-time.Duration(m.IntN(20*24)) * time.Hour); at.Before(m.at); {
		c := m.country()
		for _, d := range []history.Direction{history.Entry, history.Exit} {
			s := m.stamp(c, d, at)
			if m.IntN(3) > 0 {
				s.Previous = last
			}
			if last = s.Hash; m.IntN(8) > 0 {
				out = append(out, s)
			}
			at = at.Add(time.Duration(1+m.IntN(100)) * time.Hour)
		}
	}
	if m.IntN(3) == 0 {
		out = append(out, m.stamp(m.country(), []history.Direction{history.Entry, history.Exit}[m.IntN(2)], m.moment()))
	}
	return out
}

func (m maker) bound(at time.Time) history.Bound {
	if m.IntN(2) == 0 {
		return history.Bound{Date: cert.DateOf(at)}
	}
	return history.Bound{At: at}
}

func (m maker) stays() []history.Stay {
	var out []history.Stay
	for range m.IntN(5) {
		from := m.moment()
		s := history.Stay{Place: history.Place{In: m.country(), Region: []string{"", "01", "02"}[m.IntN(3)]}, From: m.bound(from)}
		if m.IntN(3) > 0 {
			s.Until = m.bound(from.Add(time.Duration(m.IntN(200)) * time.Hour))
		}
		out = append(out, s)
	}
	return out
}

func (m maker) history() history.History {
	h := history.History{Stays: m.stays(), Stamps: m.stamps()}
	for range m.IntN(4) {
		from := m.moment()
		n := history.Notice{Jurisdiction: m.country(), Issued: from, Expires: from.AddDate(1, 0, 0), Order: "isolation", Reason: "r", Appeal: "a", From: from, Until: from.AddDate(0, 0, 1+m.IntN(10)), KeyID: "key", Holder: commitment}
		n.Hash = m.stamp("XA", history.Entry, from).Hash
		h.Notices = append(h.Notices, n)
		if m.IntN(2) == 0 {
			r := n
			r.Release, r.Of, r.Hash, r.Until = true, n.Hash, m.stamp("XA", history.Entry, from).Hash, time.Time{}
			r.Issued = m.moment()
			r.From = r.Issued
			h.Notices = append(h.Notices, r)
		}
	}
	for range m.IntN(4) {
		h.Exposure = append(h.Exposure, history.Exposure{Date: cert.DateOf(m.moment()), Risk: []exposure.Risk{exposure.Low, exposure.High}[m.IntN(2)], System: "gaen", Rule: "r"})
		h.Statements = append(h.Statements, m.statement())
		h.Checked = append(h.Checked, history.Check{Until: cert.DateOf(m.moment()), System: []string{"gaen", "bluetrace"}[m.IntN(2)]})
		h.Symptoms = append(h.Symptoms, history.Symptom{Date: cert.DateOf(m.moment()), Word: "fever"})
		h.Venues = append(h.Venues, history.Venue{From: m.moment(), Until: m.at, Risk: exposure.Low})
	}
	return h
}

// statement is one of a few about few days, so that they meet.
func (m maker) statement() history.Exposure {
	day := m.at.AddDate(0, 0, -1-m.IntN(3))
	made := day.Add(time.Duration(m.IntN(24*4)) * 15 * time.Minute)
	return history.Exposure{Date: cert.DateOf(day), Risk: []exposure.Risk{exposure.None, exposure.Low, exposure.High}[m.IntN(3)], System: "bluetrace", Rule: []string{"a", "b"}[m.IntN(2)],
		Jurisdiction: m.country(), Issued: made, Expires: made.AddDate(1, 0, 0), KeyID: "key", Holder: commitment, Hash: m.stamp("XA", history.Entry, made).Hash}
}

func (m maker) question() history.Question {
	return history.Question{Place: history.Place{In: m.country(), Region: []string{"", "", "01"}[m.IntN(3)]}, From: m.moment(), Transit: time.Duration(m.IntN(72)) * time.Hour,
		Here: []string{"", "XA", "XB", "XC"}[m.IntN(4)]}
}

func shuffle[T any](m maker, s []T) []T {
	out := slices.Clone(s)
	m.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// codes counts what was found, without which item it was.
func codes(found []history.Finding) string {
	n := map[string]int{}
	for _, f := range found {
		n[fmt.Sprint(f.Kind, f.Code, f.Kept)]++
	}
	return fmt.Sprint(n)
}

// The order of what a history holds never matters: not to the evidence, not to an answer.
func TestOrderNeverMatters(t *testing.T) {
	presences := map[history.Presence]int{}
	for seed := range uint64(2000) {
		m := newMaker(seed)
		h, q := m.history(), m.question()
		e, found := h.Sift(holder, m.at)
		a := e.Was(q)
		presences[a.Presence]++
		for range 3 {
			g := history.History{Stays: shuffle(m, h.Stays), Stamps: shuffle(m, h.Stamps), Notices: shuffle(m, h.Notices),
				Exposure: shuffle(m, h.Exposure), Statements: shuffle(m, h.Statements), Checked: shuffle(m, h.Checked), Venues: shuffle(m, h.Venues), Symptoms: shuffle(m, h.Symptoms)}
			e2, found2 := g.Sift(holder, m.at)
			if codes(found) != codes(found2) {
				t.Fatalf("seed %d: %v, and %v", seed, found, found2)
			}
			for _, pair := range [][2]any{{e.Stays, e2.Stays}, {e.Stamps, e2.Stamps}, {e.Notices, e2.Notices}, {e.Exposure, e2.Exposure}, {e.Checked, e2.Checked}, {e.Venues, e2.Venues},
				{e.Symptoms, e2.Symptoms}, {e.Orders(), e2.Orders()}, {e.Changes(), e2.Changes()}, {a, e2.Was(q)}, {e.Fewest(q), e2.Fewest(q)}} {
				if !reflect.DeepEqual(pair[0], pair[1]) {
					t.Fatalf("seed %d: %+v, and %+v", seed, pair[0], pair[1])
				}
			}
		}
	}
	for _, p := range []history.Presence{history.Absent, history.Present, history.Possible, history.Unstated} {
		if presences[p] < 20 {
			t.Errorf("%d of 2000 are %s: the test does not test it", presences[p], p)
		}
	}
}

// Nothing vanishes: of each kind, what counts and what is refused are all that there was.
func TestNothingVanishes(t *testing.T) {
	refused := 0
	for seed := range uint64(2000) {
		m := newMaker(seed)
		h := m.history()
		e, found := h.Sift(holder, m.at)
		left := map[history.Kind]int{
			history.KindStay: len(h.Stays) - len(e.Stays), history.KindStamp: len(h.Stamps) - len(e.Stamps), history.KindNotice: len(h.Notices) - len(e.Notices),
			history.KindExposure: len(h.Exposure), history.KindStatement: len(h.Statements), history.KindChecked: len(h.Checked) - len(e.Checked),
			history.KindVenue: len(h.Venues) - len(e.Venues), history.KindSymptom: len(h.Symptoms) - len(e.Symptoms),
		}
		for _, x := range e.Exposure {
			if x.Signed() {
				left[history.KindStatement]--
			} else {
				left[history.KindExposure]--
			}
		}
		for _, f := range found {
			if !f.Kept || f.Code == history.TakesBack {
				left[f.Kind]--
				refused++
			}
		}
		for k, n := range left {
			if n != 0 {
				t.Fatalf("seed %d: %d of kind %s are neither counted nor refused: %v", seed, n, k, found)
			}
		}
	}
	if refused < 200 {
		t.Errorf("%d refused of 2000 histories: the test does not test it", refused)
	}
}

// The parts of a window are its whole: in order, without a gap, each with something new to say.
func TestPartsCoverTheWindow(t *testing.T) {
	for seed := range uint64(2000) {
		m := newMaker(seed)
		e, _ := m.history().Sift(holder, m.at)
		q := m.question()
		parts := e.Cover(q)
		at := q.From
		for i, p := range parts {
			if !p.From.Equal(at) || !p.From.Before(p.Until) || p.Grade == history.Stamped && (len(p.Places) == 0 || p.Places[0].In != p.Places[len(p.Places)-1].In) || p.Sure && len(p.Places) == 0 {
				t.Fatalf("seed %d: part %d of %+v", seed, i, parts)
			}
			if i > 0 && parts[i-1].Grade == p.Grade && parts[i-1].Sure == p.Sure && slices.Equal(parts[i-1].Places, p.Places) {
				t.Fatalf("seed %d: parts %d and %d say the same", seed, i-1, i)
			}
			at = p.Until
		}
		if len(parts) > 0 && !at.Equal(m.at) {
			t.Fatalf("seed %d: the parts end at %s", seed, at)
		}
	}
}

// Declared stays never make a proof, and never unmake one.
func TestDeclaredNeverProves(t *testing.T) {
	proved := 0
	for seed := range uint64(2000) {
		m := newMaker(seed)
		h, q := m.history(), m.question()
		q.Place.Region = ""
		with, _ := h.Sift(holder, m.at)
		h.Stays = nil
		without, _ := h.Sift(holder, m.at)
		a, b := with.Was(q), without.Was(q)
		if (a.Presence == history.Absent && a.Grade == history.Stamped) != (b.Presence == history.Absent && b.Grade == history.Stamped) {
			t.Fatalf("seed %d: %s by %s, without declared stays %s by %s", seed, a.Presence, a.Grade, b.Presence, b.Grade)
		}
		if a.Presence == history.Absent && a.Grade == history.Stamped {
			proved++
		}
	}
	if proved < 20 {
		t.Errorf("%d of 2000 are proved: the test does not test it", proved)
	}
}

// The fewest stamps get the same answer, and where they prove it, one less does
// not, or would prove it by a lie.
func TestFewest(t *testing.T) {
	proved, spared := 0, 0
	for seed := range uint64(4000) {
		m := newMaker(seed)
		h, q := m.history(), m.question()
		e, _ := h.Sift(holder, m.at)
		want := e.Was(q)
		fewest := e.Fewest(q)
		ask := func(leaveOut int) history.Answer {
			few := history.History{Stays: e.Stays}
			for i, f := range fewest {
				if i != leaveOut {
					few.Stamps = append(few.Stamps, *e.Stamps[f])
				}
			}
			e, _ := few.Sift(holder, m.at)
			return e.Was(q)
		}
		if got := ask(-1); got.Presence != want.Presence || got.Grade != want.Grade {
			t.Fatalf("seed %d: %s by %s from %v, %s by %s from all", seed, got.Presence, got.Grade, fewest, want.Presence, want.Grade)
		}
		if want.Grade != history.Stamped {
			continue
		}
		proved++
		if len(fewest) < len(e.Stamps) {
			spared++
		}
		for i := range fewest {
			if got := ask(i); got.Presence == want.Presence && got.Grade == want.Grade && !hides(e, fewest, i, q) {
				t.Errorf("seed %d: %v prove it without %d", seed, fewest, fewest[i])
			}
		}
	}
	if proved < 100 || spared < 50 {
		t.Errorf("%d proved, %d with less than all: the test does not test it", proved, spared)
	}
}

// hides reports whether what is left says something false of who stands at a
// desk: that they never left its country, or that they enter it only now.
func hides(e history.Evidence, fewest []int, i int, q history.Question) bool {
	return i == len(fewest)-1 && e.Stamps[fewest[i]].Jurisdiction == q.Here
}

// inOrder reports whether the lines of a file stand by kind.
func inOrder(text []byte) bool {
	last := 0
	for line := range strings.Lines(string(text)) {
		kind, rest, _ := strings.Cut(line, " ")
		if kind == "exposure" && strings.HasPrefix(rest, "HC1:") {
			kind = "signed"
		}
		n := slices.Index([]string{"stay", "stamp", "notice", "exposure", "signed", "checked", "venue", "symptom"}, kind)
		if n >= 0 && n < last {
			return false
		}
		last = max(n, last)
	}
	return true
}

// A file is printed as it was read.
func FuzzParse(f *testing.F) {
	f.Add([]byte("pratique-history/1.0\nstay XA 2026-11-01 2026-11-05\nstay XB/01 2026-11-05T10:00:00+01:00 -\nstamp HC1:6BF +70790\nnotice HC1:\nexposure 2026-11-03 high gaen cwa-2\nexposure HC1:NCF\nchecked 2026-11-20 gaen\n" +
		"venue 2026-11-03T10:00:00Z 2026-11-03T13:00:00-09:30 low\nsymptom 2026-11-03 fever\n"))
	f.Add([]byte("pratique-history/1.7\nsymptom 2026-11-03 fever\nnew line\nstay QQ 2026-11-01 2026-10-01\n"))
	f.Add([]byte("pratique-history/1.0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, wrong, err := history.Parse(text)
		if err != nil {
			return
		}
		printed := a.Bytes()
		if len(wrong) == 0 && bytes.HasPrefix(text, []byte("pratique-history/1.0\n")) && inOrder(text) && !bytes.Equal(printed, text) {
			t.Fatalf("%q\nwas printed as %q", text, printed)
		}
		b, found, err := history.Parse(printed)
		if err != nil || len(found) > 0 || !reflect.DeepEqual(a, b) {
			t.Fatalf("%q\nwas printed as %q: %v, %v", text, printed, found, err)
		}
		h, _ := a.Open(nil)
		e, _ := h.Sift(holder, moment("2026-11-22T12:00:00+01:00"))
		for _, here := range []string{"", "XA"} {
			q := history.Question{Place: history.Place{In: "XA", Region: "01"}, From: moment("2026-10-01T00:00:00Z"), Transit: time.Hour, Here: here}
			e.Was(q)
			e.Fewest(q)
		}
	})
}
