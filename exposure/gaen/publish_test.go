package gaen_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
)

// now is noon of a day.
var now = day.Time().Add(12 * time.Hour)

// key is a key of n days ago, with a number of its own.
func key(n byte, ago int, change ...func(*gaen.Key)) gaen.Key {
	k := gaen.Key{Data: [16]byte{n}, Start: day - 144*gaen.Interval(ago), Period: 144, Report: gaen.ConfirmedTest}
	for _, f := range change {
		f(&k)
	}
	return k
}

func codes(findings []gaen.Finding) string {
	var s []string
	for _, f := range findings {
		s = append(s, f.String())
	}
	return strings.Join(s, ", ")
}

// Of one person's keys the bad are named, each with its reason, and the good stay.
func TestIntake(t *testing.T) {
	good := key(1, 3)
	many := make([]gaen.Key, 31)
	for i := range many {
		many[i] = key(byte(i+1), 0, func(k *gaen.Key) { k.Start, k.Period = day-144*14+gaen.Interval(i)*40, 40 })
	}
	vectors := []struct {
		Comment string
		Intake  gaen.Intake
		Keys    []gaen.Key
		Kept    int
		Want    string
	}{
		{"a fortnight", gaen.Intake{}, []gaen.Key{key(1, 14), key(2, 13), key(3, 2), key(4, 1)}, 4, ""},
		{"a period of 0, and one of 145", gaen.Intake{}, []gaen.Key{key(2, 2, func(k *gaen.Key) { k.Period = 0 }), good, key(3, 1, func(k *gaen.Key) { k.Period = 145 })}, 1, "key 0: wrong_period, key 2: wrong_period"},
		{"no beginning", gaen.Intake{}, []gaen.Key{good, key(2, 0, func(k *gaen.Key) { k.Start = 0 })}, 1, "key 1: wrong_start"},
		{"a beginning that no file holds", gaen.Intake{}, []gaen.Key{good, key(2, 0, func(k *gaen.Key) { k.Start = 1 << 31 })}, 1, "key 1: wrong_start"},
		{"tomorrow's", gaen.Intake{}, []gaen.Key{good, key(2, -1)}, 1, "key 1: future"},
		{"today's can still be used", gaen.Intake{}, []gaen.Key{good, key(2, 0)}, 1, "key 1: alive"},
		{"today's, for a server that holds them back", gaen.Intake{SameDay: true}, []gaen.Key{good, key(2, 0)}, 2, ""},
		{"ended an hour and fifty minutes ago", gaen.Intake{}, []gaen.Key{key(2, 0, func(k *gaen.Key) { k.Period = 61 })}, 0, "key 0: alive"},
		{"ended two hours ago", gaen.Intake{}, []gaen.Key{key(2, 0, func(k *gaen.Key) { k.Period = 60 })}, 1, ""},
		{"sixteen days ago", gaen.Intake{}, []gaen.Key{key(2, 16), good}, 1, "key 0: old"},
		{"two days ago, where that is old", gaen.Intake{MaxAge: 24 * time.Hour}, []gaen.Key{key(2, 2)}, 0, "key 0: old"},
		{"a risk of 9 and one of -1", gaen.Intake{}, []gaen.Key{key(2, 2, func(k *gaen.Key) { k.Risk = 9 }), key(3, 1, func(k *gaen.Key) { k.Risk = -1 })}, 0, "key 0: wrong_risk, key 1: wrong_risk"},
		{"an onset of 15 days", gaen.Intake{}, []gaen.Key{key(2, 2, func(k *gaen.Key) { k.Onset, k.HasOnset = 15, true }), key(3, 1, func(k *gaen.Key) { k.Onset, k.HasOnset = -14, true })}, 1, "key 0: wrong_onset"},
		{"a report that there is not", gaen.Intake{}, []gaen.Key{key(2, 2, func(k *gaen.Key) { k.Report = 6 })}, 0, "key 0: wrong_report"},
		{"the same key twice", gaen.Intake{}, []gaen.Key{good, key(1, 2)}, 1, "key 1: repeated"},
		{"the same key twice, the later of the two first", gaen.Intake{}, []gaen.Key{key(1, 2), good}, 1, "key 0: repeated"},
		{"overlapping by one interval", gaen.Intake{}, []gaen.Key{good, key(2, 2, func(k *gaen.Key) { k.Start-- })}, 1, "key 1: overlapping"},
		{"one inside another", gaen.Intake{}, []gaen.Key{key(2, 3, func(k *gaen.Key) { k.Start, k.Period = k.Start+10, 10 }), good}, 1, "key 0: overlapping"},
		{"three at once, as some phones make them", gaen.Intake{}, []gaen.Key{good, key(2, 3, func(k *gaen.Key) { k.Period = 10 }), key(3, 3, func(k *gaen.Key) { k.Period = 20 })}, 3, ""},
		{"four at once", gaen.Intake{}, []gaen.Key{good, key(2, 3), key(3, 3), key(4, 3), key(5, 2)}, 4, "key 3: too_many"},
		{"two at once where one is allowed", gaen.Intake{AtOnce: 1}, []gaen.Key{good, key(2, 3)}, 1, "key 1: too_many"},
		{"31", gaen.Intake{}, many, 30, "key 30: too_many"},
		{"none", gaen.Intake{}, nil, 0, ""},
	}
	for _, v := range vectors {
		kept, findings := v.Intake.Sift(v.Keys, now)
		if len(kept) != v.Kept || codes(findings) != v.Want {
			t.Errorf("%s: kept %d, found %q, want %d, %q", v.Comment, len(kept), codes(findings), v.Kept, v.Want)
		}
		if !slices.IsSortedFunc(kept, func(a, b gaen.Key) int { return int(a.Start) - int(b.Start) }) {
			t.Errorf("%s: not in the order of their beginnings", v.Comment)
		}
	}
}

var batch = gaen.Batch{From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour), Region: "XA"}

// The bytes of an export do not depend on the order in which keys came, nor on how they came written.
func TestExportsDoNotTellTheOrder(t *testing.T) {
	keys := testKeys(200, day, 3)
	var want []byte
	for i := range 5 {
		rand.New(rand.NewPCG(1, uint64(i))).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		exports, filling, findings, err := batch.Exports(keys, keys[:0], now, random(1))
		if err != nil || len(exports) != 1 || len(filling)+len(findings) != 0 {
			t.Fatalf("%d exports, %d filling, %v, %v", len(exports), len(filling), findings, err)
		}
		bin := exports[0].Append(nil)
		if want == nil {
			want = bin
		}
		if !bytes.Equal(bin, want) {
			t.Error("the order of upload shows")
		}
		e, _, err := gaen.ParseExport(bin)
		if err != nil {
			t.Fatal(err)
		}
		keys = e.Keys // now with the memory of how they were written
	}
}

// No export holds a key that is alive, or one that is none; the others are in it, once.
func TestExportsHoldBack(t *testing.T) {
	keys := []gaen.Key{key(9, 1), key(1, 2), key(2, 0), key(1, 2), key(4, 1, func(k *gaen.Key) { k.Period = 0 }), key(3, -2), key(7, 400)}
	revised := []gaen.Key{key(1, 2, func(k *gaen.Key) { k.Report = gaen.Revoked }), key(2, 0)}
	exports, _, findings, err := batch.Exports(keys, revised, now, nil)
	if err != nil || len(exports) != 1 {
		t.Fatalf("%d exports, %v", len(exports), err)
	}
	if want := "key 2: alive, key 3: repeated, key 4: wrong_period, key 5: future, revised key 1: alive"; codes(findings) != want {
		t.Errorf("found %s\nwant %s", codes(findings), want)
	}
	var got []byte
	for _, k := range exports[0].Keys {
		got = append(got, k.Data[0])
		if now.Before(k.Dead()) {
			t.Errorf("key %d is alive", k.Data[0])
		}
	}
	if !bytes.Equal(got, []byte{1, 7, 9}) || len(exports[0].Revised) != 1 {
		t.Errorf("keys %v, %d revised", got, len(exports[0].Revised))
	}
}

// Small exports are filled, with keys that differ from real ones in nothing but their bytes.
func TestFilling(t *testing.T) {
	keys := []gaen.Key{key(1, 1), key(2, 3, func(k *gaen.Key) { k.Period = 77 })}
	b := batch
	b.Least, b.Jitter = 100, 20
	sizes := map[int]bool{}
	for seed := range 40 {
		exports, filling, _, err := b.Exports(keys, nil, now, random(uint64(seed)))
		if err != nil || len(exports) != 1 {
			t.Fatalf("%d exports, %v", len(exports), err)
		}
		all := exports[0].Keys
		if len(all) < 100 || len(all) > 120 || len(filling) != len(all)-2 {
			t.Fatalf("%d keys, %d of them filling", len(all), len(filling))
		}
		sizes[len(all)] = true
		if !slices.IsSortedFunc(all, func(a, b gaen.Key) int { return bytes.Compare(a.Data[:], b.Data[:]) }) {
			t.Error("the filling stands apart")
		}
		kinds := map[gaen.Key]int{}
		for _, k := range all {
			k.Data = [16]byte{}
			kinds[k]++
		}
		if len(kinds) != 2 || kinds[keyWithout(keys[0])] < 20 || kinds[keyWithout(keys[1])] < 20 {
			t.Errorf("kinds of keys: %v", kinds)
		}
	}
	if len(sizes) < 10 {
		t.Errorf("%d sizes in 40 exports", len(sizes))
	}
	if exports, filling, _, err := b.Exports(nil, nil, now, random(1)); err != nil || len(exports)+len(filling) != 0 {
		t.Errorf("nothing to hide: %d exports, %d filling, %v", len(exports), len(filling), err)
	}
	if _, _, _, err := b.Exports(keys, nil, now, bytes.NewReader(make([]byte, 100))); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("without randomness: %v", err)
	}
}

func keyWithout(k gaen.Key) gaen.Key {
	k.Data = [16]byte{}
	return k
}

// Many keys become several exports that phones can tell apart, each key in one.
func TestSplit(t *testing.T) {
	b := batch
	b.Most = 30
	keys, revised := testKeys(70, day, 4), testKeys(15, day, 5)
	exports, _, _, err := b.Exports(keys, revised, now, nil)
	if err != nil || len(exports) != 3 {
		t.Fatalf("%d exports, %v", len(exports), err)
	}
	ends, seen := map[int64]bool{}, map[[16]byte]bool{}
	for i, e := range exports {
		if n := len(e.Keys) + len(e.Revised); n > 30 || e.Batch != 1 || e.Batches != 1 {
			t.Errorf("export %d: %d keys, batch %d of %d", i, n, e.Batch, e.Batches)
		}
		ends[e.End.Unix()] = true
		for _, k := range append(e.Keys, e.Revised...) {
			seen[k.Data] = true
		}
	}
	if len(ends) != 3 || len(seen) != 85 {
		t.Errorf("%d ends, %d keys", len(ends), len(seen))
	}
}

// A batch that cannot be one is refused.
func TestBadBatch(t *testing.T) {
	for comment, change := range map[string]func(*gaen.Batch){
		"ends before it begins":    func(b *gaen.Batch) { b.Until = b.From },
		"no keys an export":        func(b *gaen.Batch) { b.Most = -1 },
		"more than a reader takes": func(b *gaen.Batch) { b.Most = gaen.MaxKeys + 1 },
		"negative jitter":          func(b *gaen.Batch) { b.Jitter = -1 },
		"filled beyond":            func(b *gaen.Batch) { b.Least, b.Jitter = gaen.MaxKeys, 1 },
		"a long region":            func(b *gaen.Batch) { b.Region = strings.Repeat("x", 257) },
	} {
		b := batch
		change(&b)
		if exports, _, _, err := b.Exports([]gaen.Key{key(1, 1)}, nil, now, random(1)); !errors.Is(err, gaen.ErrExport) || exports != nil {
			t.Errorf("%s: got %d exports, %v", comment, len(exports), err)
		}
	}
}

// What an intake keeps, the next export takes, and nothing else becomes of it.
func FuzzIntake(f *testing.F) {
	f.Add(uint32(day-144), uint8(144), int32(0), int16(0), uint32(day-200), uint8(10))
	f.Add(uint32(day), uint8(1), int32(8), int16(-14), uint32(1), uint8(0))
	f.Fuzz(func(t *testing.T, start uint32, period uint8, risk int32, onset int16, other uint32, otherPeriod uint8) {
		keys := []gaen.Key{{Data: [16]byte{1}, Start: gaen.Interval(start), Period: period, Risk: risk, Onset: onset, HasOnset: true},
			{Data: [16]byte{2}, Start: gaen.Interval(other), Period: otherPeriod}}
		kept, findings := gaen.Intake{}.Sift(keys, now)
		if len(kept)+len(findings) != len(keys) {
			t.Errorf("kept %d, found %v", len(kept), findings)
		}
		if len(kept) == 2 && kept[0].Start != kept[1].Start && kept[0].End() > kept[1].Start {
			t.Errorf("%+v overlap", kept)
		}
		exports, _, again, err := batch.Exports(kept, nil, now, nil)
		if err != nil || len(again) != 0 || len(kept) > 0 && (len(exports) != 1 || len(exports[0].Keys) != len(kept)) {
			t.Fatalf("%d exports, %v, %v", len(exports), again, err)
		}
		if len(exports) == 1 {
			if _, found, err := gaen.ParseExport(exports[0].Append(nil)); err != nil || len(found) != 0 {
				t.Errorf("read again: %v, %v", found, err)
			}
		}
	})
}
