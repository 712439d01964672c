package tracing

import (
	"bytes"
	"fmt"
	"time"

	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/exposure/bridge"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/verify"
)

// publish has Midland publish keys and Anna's phone look for itself.
func (t *teller) publish(given []gaen.Key, at time.Time, heard []gaen.Sighting) (rule string, a exposure.Assessment) {
	kept, _ := gaen.Intake{SameDay: true}.Sift(given, at)
	exports, _, held, err := gaen.Batch{From: at.Add(-time.Hour), Until: at, Region: "XC", Least: 50, Jitter: 10}.Exports(kept, nil, at, t.rand)
	if err != nil || len(exports) != 1 || len(held) != 1 {
		t.fail(fmt.Errorf("one export, and one key held back, were to be made: %d, %d: %v", len(exports), len(held), err))
		return "", a
	}
	first := t.archive(exports[0], at)
	a, err = t.look(heard, first)
	if err != nil {
		t.fail(err)
	}
	t.exports, t.heard, t.published = append(t.exports, first), heard, kept[:1]
	return gaenRule, a
}

// archive signs an export, and everybody gets it.
func (t *teller) archive(e gaen.Export, at time.Time) []byte {
	bin, sig, err := e.Sign(t.rand, t.midland, "903", "v1")
	if err != nil {
		t.fail(err)
		return nil
	}
	file, err := gaen.Pack(bin, sig)
	if err != nil {
		t.fail(err)
	}
	return t.send(at, Midland, Everyone, "an export of keys", file)
}

// look is Anna's phone: it opens the archives, and judges what it heard by the
// rule that Midland published.
func (t *teller) look(heard []gaen.Sighting, archives ...[]byte) (exposure.Assessment, error) {
	seen, err := gaen.NewSeen(heard)
	if err != nil {
		return exposure.Assessment{}, err
	}
	var matches []gaen.Match
	for _, file := range archives {
		e, _, err := gaen.Open(bytes.NewReader(file), int64(len(file)), gaen.PublicKey{ID: "903", Version: "v1", Key: &t.midland.PublicKey})
		if err != nil {
			return exposure.Assessment{}, err
		}
		matches = append(matches, seen.Match(append(e.Keys, e.Revised...), 1)...)
	}
	mapping, rule := gaen.Japan()
	windows, err := gaen.Windows(matches, mapping, t.rand)
	if err != nil {
		return exposure.Assessment{}, err
	}
	return rule.Assess(windows)
}

// wrong: the test after the diagnosis is negative. Sudmark corrects, Midland
// revises, and the day is gone from Anna's phone. (A confirmed test cannot be
// taken back in that protocol, a diagnosis can.)
func (t *teller) wrong() {
	at := asked.Add(26 * time.Hour)
	e := t.find(bridge.KindAttestation)
	a, err := e.Attestation()
	if err != nil {
		t.fail(err)
		return
	}
	got := t.cross(at, Sudmark, Midland, bridge.Envelope{From: "XB", To: "XC", System: "laboratory", Kind: bridge.KindCorrection, Body: bridge.Correction{ID: a.ID, Report: gaen.Revoked}.Bytes()})
	if t.err != nil {
		return
	}
	c, err := got.Correction()
	if err != nil || c.ID != a.ID {
		t.fail(fmt.Errorf("the correction is about another attestation: %w", err))
		return
	}
	var revised []gaen.Key
	for _, k := range t.published {
		k.Report = c.Report
		revised = append(revised, k)
	}
	exports, _, _, err := gaen.Batch{From: at, Until: at.Add(time.Hour), Region: "XC"}.Exports(nil, revised, at.Add(time.Hour), t.rand)
	if err != nil || len(exports) != 1 {
		t.fail(fmt.Errorf("revised keys: %d exports: %w", len(exports), err))
		return
	}
	after, err := t.look(t.heard, append(t.exports, t.archive(exports[0], at.Add(time.Hour)))...)
	if err != nil {
		t.fail(err)
		return
	}
	s := Step{At: at, Title: "Sudmark was wrong",
		Tells: "It was something else: Dai's test is negative. Sudmark takes its attestation back by its number, Midland publishes the keys again as revoked, and every phone looks again."}
	if len(after.Days) == 0 {
		s.Learned = append(s.Learned, "Anna's phone: that there was no exposure on "+dateOf(further).String())
	}
	s.Cannot = append(s.Cannot, "Sudmark does not learn whom this concerns, nor that it concerns anybody")
	t.corrected = len(after.Days) == 0
	t.step(s)
}

// find is the first envelope of a kind that crossed.
func (t *teller) find(kind bridge.Kind) bridge.Envelope {
	for _, m := range t.s.Messages {
		if m.What == "an envelope with "+string(kind) {
			if e, err := bridge.Open(m.Data, &t.known, "XC", m.At.Add(time.Minute)); err == nil {
				return e
			}
		}
	}
	t.fail(fmt.Errorf("no envelope with %s has crossed", kind))
	return bridge.Envelope{}
}

// end is what Anna holds, and the colour that it gives her: of all of it, without
// each of its days, and after the correction.
func (t *teller) end() {
	file := history.File{Statements: t.statements, Exposure: t.own, Checked: t.checked, Stays: []history.Stay{
		stay("XA", begun.AddDate(0, 9, 0), away.Add(-5*time.Hour)),
		stay("XB", away.Add(-2*time.Hour), away.Add(57*time.Hour)),
		stay("XC", further.Add(-2*time.Hour), further.Add(58*time.Hour)),
		stay("XA", further.Add(66*time.Hour), time.Time{}),
	}}
	corrected := file
	corrected.Exposure = nil
	t.files = append(t.files, File{"passport.txt", []byte(passport)}, File{"history.txt", file.Bytes()}, File{"history-corrected.txt", corrected.Bytes()})
	areas, err := t.areas()
	if err != nil {
		t.fail(err)
		return
	}
	t.s.Files = t.files

	set, err := rules.Pack("self-baseline")
	if err != nil {
		t.fail(err)
		return
	}
	if set, err = set.For("XA"); err != nil {
		t.fail(err)
		return
	}
	w := &verify.World{Keys: &t.known, Rules: []*rules.Set{set}, Areas: areas}
	colour := func(f history.File, at time.Time) verify.SelfReport {
		trip := verify.Trip{Legs: []verify.Leg{{Jurisdiction: "XA"}}}
		return verify.Self(w, verify.OpenOwn(w, nil, f, holder, nil), verify.Question{Trip: trip, Purpose: verify.PurposeSelf, At: at, Now: at})
	}
	all := colour(file, asked)
	t.s.Colours = append(t.s.Colours, answer("with all three days", asked, all))
	for i := range file.Statements {
		less := file
		less.Statements = append(append([]string{}, file.Statements[:i]...), file.Statements[i+1:]...)
		t.s.Colours = append(t.s.Colours, answer("without the day in "+[]string{"Norland", "Sudmark"}[i], asked, colour(less, asked)))
	}
	t.s.Colours = append(t.s.Colours, answer("without the day in Midland", asked, colour(corrected, asked)))
	if t.corrected {
		t.s.Colours = append(t.s.Colours, answer("after the correction", asked.Add(30*time.Hour), colour(corrected, asked.Add(30*time.Hour))))
	}
}

func stay(country string, from, until time.Time) history.Stay {
	s := history.Stay{Place: history.Place{In: country, Region: "01"}, From: history.Bound{At: from}}
	if !until.IsZero() {
		s.Until = history.Bound{At: until}
	}
	return s
}

// areas is what each country publishes of its regions for November: nothing
// much, so that the colour is that of the exposures.
func (t *teller) areas() (lists []history.AreaList, err error) {
	for _, country := range []string{"XA", "XB", "XC"} {
		november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		l := history.AreaList{Jurisdiction: country, Published: november, Until: november.AddDate(0, 1, 0), Floor: history.MinFloor, Days: 7,
			Areas: []history.Area{{Region: "01", Population: 812_000, Cases: 640, Level: "low", Name: "Capital"}}}
		file, err := signed.Sign(l.Bytes(), t.offices[country].Signer, t.rand)
		if err != nil {
			return nil, err
		}
		t.files = append(t.files, File{"public/" + country + "-areas.txt", file})
		if l, err = history.OpenAreas(file, &t.known, asked); err != nil {
			return nil, err
		}
		lists = append(lists, l)
	}
	return lists, nil
}

func answer(what string, at time.Time, r verify.SelfReport) Colour {
	c := Colour{What: what, At: at, Is: r.Verdict, Ends: r.GreenAt}
	for _, x := range r.In("en").Reasons {
		c.Why = append(c.Why, x.Text)
	}
	return c
}
