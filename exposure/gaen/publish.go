package gaen

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"
)

// What can be wrong with a key that somebody wants published.
const (
	Alive       Code = "alive"        // it can still be used: see Key.Dead
	Future      Code = "future"       // its use has not begun
	Old         Code = "old"          // of a time that is of no interest any more
	Repeated    Code = "repeated"     // the same key stands before
	Overlapping Code = "overlapping"  // its use overlaps that of another, which began at another time
	TooMany     Code = "too_many"     // in all, or with one beginning
	WrongRisk   Code = "wrong_risk"   // level: not 0 to 8
	WrongOnset  Code = "wrong_onset"  // more than 14 days before or after
	WrongReport Code = "wrong_report" // a report type that cannot be published
)

// Intake is what a server accepts of one person. The zero Intake is what
// Google's server accepts when nothing is configured.
type Intake struct {
	Most    int           // keys; 0 is 30
	AtOnce  int           // keys with one beginning; 0 is 3
	MaxAge  time.Duration // since the beginning; 0 is 15 days
	SameDay bool          // take keys that are still alive: for a server that holds them back
}

const (
	defaultMost   = 30
	defaultAtOnce = 3
	defaultMaxAge = 15 * 24 * time.Hour
	maxRisk       = 8
)

// Sift returns which of one person's keys may be published, in the order of
// their beginnings, and what is wrong with the others.
func (in Intake) Sift(keys []Key, at time.Time) ([]Key, []Finding) {
	var findings []Finding
	order := make([]int, 0, len(keys))
	for i, k := range keys {
		if code := in.judge(k, at); code != "" {
			findings = append(findings, Finding{Index: i, Code: code})
			continue
		}
		order = append(order, i)
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &keys[i], &keys[j]
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Period, b.Period), cmp.Compare(i, j))
	})
	seen := map[[KeySize]byte]bool{}
	out := make([]Key, 0, len(order))
	atOnce := 0
	for _, i := range order {
		k := keys[i]
		last := noInterval
		if len(out) > 0 {
			last = out[len(out)-1].Start
		}
		if k.Start != last {
			atOnce = 0
		}
		code := Code("")
		switch {
		case seen[k.Data]:
			code = Repeated
		case k.Start != last && len(out) > 0 && k.Start < out[len(out)-1].End():
			code = Overlapping
		case atOnce == cmp.Or(in.AtOnce, defaultAtOnce), len(out) == cmp.Or(in.Most, defaultMost):
			code = TooMany
		}
		if code != "" {
			findings = append(findings, Finding{Index: i, Code: code})
			continue
		}
		seen[k.Data] = true
		out = append(out, k)
		atOnce++
	}
	slices.SortFunc(findings, func(a, b Finding) int { return cmp.Compare(a.Index, b.Index) })
	return out, findings
}

// judge says what is wrong with a key by itself.
func (in Intake) judge(k Key, at time.Time) Code {
	switch {
	case k.Period < 1 || k.Period > MaxPeriod:
		return WrongPeriod
	case k.Start == 0 || k.Start > maxInterval:
		return WrongStart
	case k.Start > IntervalOf(at):
		return Future
	case at.Sub(k.Start.Time()) > cmp.Or(in.MaxAge, defaultMaxAge):
		return Old
	case !in.SameDay && at.Before(k.Dead()):
		return Alive
	case k.Risk < 0 || k.Risk > maxRisk:
		return WrongRisk
	case k.HasOnset && (k.Onset < -maxOnset || k.Onset > maxOnset):
		return WrongOnset
	case k.Report < 0 || k.Report > Revoked:
		return WrongReport
	}
	return ""
}

// Batch says how keys become exports.
type Batch struct {
	// From and Until are between which moments the keys reached the server, in
	// whole seconds. Of several exports the n-th ends n seconds later, so that
	// phones can tell them apart.
	From, Until time.Time
	Region      string
	// An export of fewer keys than Least is filled with random ones up to that
	// many, and up to Jitter more, so that its size does not tell how many fell ill.
	Least, Jitter int
	Most          int // keys of an export; 0 is 500,000
}

const defaultMostKeys = 500_000

// Exports makes exports of keys. Which keys are in an export depends on nothing
// but the keys: they are sorted by their bytes, which are random, so no order of
// upload and no two keys of a person stay together.
//
// Keys that are alive at the moment, and such as no export can hold, are left out
// with a finding; a key that stands twice is published once. The random keys that
// fill an export are returned too: a server keeps them as it keeps the others, and
// publishes them again where it publishes the others again. They have the
// beginnings, periods and reports of real ones; where there is no real key, there
// is nothing to hide them among, and no export.
func (b Batch) Exports(keys, revised []Key, at time.Time, rand io.Reader) (exports []Export, filling []Key, findings []Finding, err error) {
	most := cmp.Or(b.Most, defaultMostKeys)
	if most < 1 || most > MaxKeys || b.Least < 0 || b.Jitter < 0 || b.Least+b.Jitter > MaxKeys || !b.From.Before(b.Until) || len(b.Region) > maxText {
		return nil, nil, nil, fmt.Errorf("%w: a batch that ends before it begins, or of impossible numbers", ErrExport)
	}
	first := publishable(keys, at, false, &findings)
	again := publishable(revised, at, true, &findings)
	if n := len(first); n > 0 && n < b.Least {
		if filling, err = fill(first, b.Least, b.Jitter, rand); err != nil {
			return nil, nil, nil, err
		}
		first = append(first, filling...)
		slices.SortFunc(first, compareKeys)
	}
	for n := 0; len(first)+len(again) > 0; n++ {
		e := Export{Start: b.From, End: b.Until.Add(time.Duration(n) * time.Second), Region: b.Region, Batch: 1, Batches: 1}
		e.Keys, first = cut(first, most)
		e.Revised, again = cut(again, most-len(e.Keys))
		exports = append(exports, e)
	}
	return exports, filling, findings, nil
}

func cut(keys []Key, n int) (head, rest []Key) {
	n = min(n, len(keys))
	return keys[:n:n], keys[n:]
}

func compareKeys(a, b Key) int { return bytes.Compare(a.Data[:], b.Data[:]) }

// publishable returns the keys that an export may hold, sorted, each once.
func publishable(keys []Key, at time.Time, revised bool, findings *[]Finding) []Key {
	out := make([]Key, 0, len(keys))
	position := make(map[[KeySize]byte]int, len(keys))
	for i, k := range keys {
		code := Intake{MaxAge: 1 << 62}.judge(k, at)
		if _, twice := position[k.Data]; twice && code == "" {
			code = Repeated
		}
		if code != "" {
			*findings = append(*findings, Finding{i, revised, code})
			continue
		}
		position[k.Data] = i
		k.stated = 0 // how it was written before is nobody's business
		out = append(out, k)
	}
	slices.SortFunc(out, compareKeys)
	return out
}

// fill makes random keys that look like those that are there.
func fill(keys []Key, least, jitter int, rand io.Reader) ([]Key, error) {
	more, err := uniform(rand, jitter+1)
	if err != nil {
		return nil, err
	}
	out := make([]Key, least-len(keys)+more)
	for i := range out {
		like, err := uniform(rand, len(keys))
		if err != nil {
			return nil, err
		}
		out[i] = keys[like]
		if _, err := io.ReadFull(rand, out[i].Data[:]); err != nil {
			return nil, fmt.Errorf("filling an export: %w", err)
		}
	}
	return out, nil
}

// uniform returns a random number below n.
func uniform(rand io.Reader, n int) (int, error) {
	for {
		var b [8]byte
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return 0, fmt.Errorf("reading random bytes: %w", err)
		}
		// The last numbers of 64 bits are no whole round of n.
		const all = 1<<64 - 1
		if v := binary.LittleEndian.Uint64(b[:]); v < all-all%uint64(n) {
			return int(v % uint64(n)), nil
		}
	}
}

// shuffle puts items in a random order.
func shuffle[T any](items []T, rand io.Reader) error {
	for i := len(items) - 1; i > 0; i-- {
		j, err := uniform(rand, i+1)
		if err != nil {
			return err
		}
		items[i], items[j] = items[j], items[i]
	}
	return nil
}
