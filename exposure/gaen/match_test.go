package gaen_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/pratique/pratique/exposure/gaen"
)

// heard is a sighting of the i-th identifier of a key, so many seconds after
// the beginning of its ten minutes.
func heard(k gaen.Key, i int, seconds int) gaen.Sighting {
	id := naiveIdentifiers(&k)[i]
	return gaen.Sighting{ID: id, At: uint32(int64(k.Start+gaen.Interval(i))*600 + int64(seconds)), RSSI: -60,
		Metadata: k.Seal(id, gaen.Sender{Major: 1, Power: -10}.Metadata())}
}

func seenOf(t testing.TB, s ...gaen.Sighting) *gaen.Seen {
	t.Helper()
	seen, err := gaen.NewSeen(s)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// An identifier counts two hours before and after its time, to the second, and
// only for as long as an honest phone sends it.
func TestMatchWhen(t *testing.T) {
	k := key(1, 2)
	const hours = 2 * 60 * 60
	vectors := []struct {
		Comment string
		Heard   []gaen.Sighting
		Want    int
	}{
		{"in its own ten minutes", []gaen.Sighting{heard(k, 70, 0), heard(k, 70, 599)}, 2},
		{"two hours early", []gaen.Sighting{heard(k, 70, -hours)}, 1},
		{"a second more than two hours early", []gaen.Sighting{heard(k, 70, -hours-1)}, 0},
		{"two hours late, less a second", []gaen.Sighting{heard(k, 70, 600+hours-1)}, 1},
		{"two hours late", []gaen.Sighting{heard(k, 70, 600+hours)}, 0},
		{"the first of the key, in the day before", []gaen.Sighting{heard(k, 0, -hours)}, 1},
		{"the last of the key, in the day after", []gaen.Sighting{heard(k, 143, 600+hours-1)}, 1},
		{"twenty minutes after the first time", []gaen.Sighting{heard(k, 70, 0), heard(k, 70, 1200)}, 2},
		{"a second later it is a replay", []gaen.Sighting{heard(k, 70, 0), heard(k, 70, 1201)}, 1},
		{"what came too early does not begin the twenty minutes", []gaen.Sighting{heard(k, 70, -hours-1), heard(k, 70, 0), heard(k, 70, 1200)}, 2},
		{"each identifier has its own twenty minutes", []gaen.Sighting{heard(k, 70, 0), heard(k, 71, 300), heard(k, 72, 300)}, 3},
		{"an identifier that begins alike", []gaen.Sighting{func() gaen.Sighting { s := heard(k, 70, 0); s.ID[15] ^= 1; return s }()}, 0},
		{"nothing", nil, 0},
	}
	for _, v := range vectors {
		got := seenOf(t, v.Heard...).Match([]gaen.Key{key(2, 2), k, key(3, 2)}, 1)
		n := 0
		for _, m := range got {
			n += len(m.Sightings)
			if m.Key != k {
				t.Errorf("%s: another key matched", v.Comment)
			}
		}
		if n != v.Want || n == 0 && len(got) != 0 {
			t.Errorf("%s: %d sightings, want %d", v.Comment, n, v.Want)
		}
	}
}

// A key that was used for less than a day matches in that time alone.
func TestMatchPeriod(t *testing.T) {
	long := key(1, 2)
	short := long
	short.Period = 71
	seen := seenOf(t, heard(long, 70, 0), heard(long, 71, 0))
	for _, v := range []struct {
		key  gaen.Key
		want int
	}{{long, 2}, {short, 1}} {
		got := seen.Match([]gaen.Key{v.key}, 1)
		if len(got) != 1 || len(got[0].Sightings) != v.want {
			t.Errorf("a period of %d: %+v", v.key.Period, got)
		}
	}
	long.Period = 255
	if got := seen.Match([]gaen.Key{long}, 1); len(got) != 1 || len(got[0].Sightings) != 2 {
		t.Errorf("a period that no parser lets through: %+v", got)
	}
}

// Against all sightings and keys at random, in any number of goroutines, the
// answer is that of the specification read aloud.
func TestMatchAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	keys := testKeys(5000, day, 11) // more than one goroutine takes at once
	for i := range keys {
		if r.IntN(10) == 0 {
			keys[i].Period = uint8(1 + r.IntN(144))
		}
	}
	var sightings []gaen.Sighting
	for range 300 {
		k := keys[r.IntN(len(keys))]
		i := r.IntN(int(k.Period))
		for range 1 + r.IntN(3) {
			sightings = append(sightings, heard(k, i, r.IntN(20_000)-10_000))
		}
	}
	for range 2000 {
		var s gaen.Sighting
		random(r.Uint64()).Read(s.ID[:])
		s.At = uint32(int64(day)*600 - r.Int64N(15*86400))
		sightings = append(sightings, s)
	}
	r.Shuffle(len(sightings), func(i, j int) { sightings[i], sightings[j] = sightings[j], sightings[i] })
	want := naiveMatch(keys, sightings)
	if len(want) < 100 {
		t.Fatalf("%d matches to compare with", len(want))
	}
	seen := seenOf(t, sightings...)
	for _, workers := range []int{-1, 0, 1, 2, 7} {
		got := map[[16]byte]map[gaen.Sighting]bool{}
		last := -1
		position := map[[16]byte]int{}
		for i, k := range keys {
			position[k.Data] = i
		}
		for _, m := range seen.Match(keys, workers) {
			got[m.Key.Data] = map[gaen.Sighting]bool{}
			for i, s := range m.Sightings {
				got[m.Key.Data][s] = true
				if i > 0 && s.At < m.Sightings[i-1].At {
					t.Error("sightings are not in the order of time")
				}
			}
			if position[m.Key.Data] <= last {
				t.Error("matches are not in the order of keys")
			}
			last = position[m.Key.Data]
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers: %d matches, want %d", workers, len(got), len(want))
		}
	}
}

// naiveMatch compares every identifier with a map of sightings.
func naiveMatch(keys []gaen.Key, sightings []gaen.Sighting) map[[16]byte]map[gaen.Sighting]bool {
	by := map[gaen.Identifier][]gaen.Sighting{}
	for _, s := range sightings {
		by[s.ID] = append(by[s.ID], s)
	}
	out := map[[16]byte]map[gaen.Sighting]bool{}
	for _, k := range keys {
		for i, id := range naiveIdentifiers(&k) {
			from, until := int64(k.Start+gaen.Interval(i))*600-7200, int64(k.Start+gaen.Interval(i)+1)*600+7200
			first := int64(1 << 62)
			for _, s := range by[id] {
				if at := int64(s.At); at >= from && at < until {
					first = min(first, at)
				}
			}
			for _, s := range by[id] {
				if at := int64(s.At); at >= from && at < until && at <= first+1200 {
					if out[k.Data] == nil {
						out[k.Data] = map[gaen.Sighting]bool{}
					}
					out[k.Data][s] = true
				}
			}
		}
	}
	return out
}

// A set is bounded, and does not change with the slice it was made of.
func TestSeen(t *testing.T) {
	if _, err := gaen.NewSeen(make([]gaen.Sighting, gaen.MaxSightings+1)); !errors.Is(err, gaen.ErrSightings) {
		t.Errorf("too many: %v", err)
	}
	k := key(1, 2)
	s := []gaen.Sighting{heard(k, 5, 0)}
	seen := seenOf(t, s...)
	s[0] = gaen.Sighting{}
	if got := seen.Match([]gaen.Key{k}, 1); len(got) != 1 || seen.Len() != 1 {
		t.Errorf("got %d matches of %d", len(got), seen.Len())
	}
	if got := seenOf(t).Match([]gaen.Key{k}, 1); got != nil {
		t.Errorf("nothing heard: %v", got)
	}
}

// Sightings of impossible times, all at once: the set stays small and answers.
func TestSeenOfOddTimes(t *testing.T) {
	k := key(1, 2)
	odd := []gaen.Sighting{heard(k, 5, 0), {At: 0}, {At: 1<<32 - 1}, {ID: gaen.Identifier{1}, At: 5}}
	if got := seenOf(t, odd...).Match([]gaen.Key{{Start: 1, Period: 144}, k, {Start: 1<<32 - 1, Period: 144}}, 1); len(got) != 1 || got[0].Key != k {
		t.Errorf("got %+v", got)
	}
}

// Whatever key and time, the answer is that of the specification read aloud.
func FuzzMatch(f *testing.F) {
	f.Add(uint32(day), uint8(144), uint8(70), int32(0), int32(1200))
	f.Add(uint32(1), uint8(1), uint8(0), int32(-7200), int32(7800))
	f.Fuzz(func(t *testing.T, start uint32, period, i uint8, first, second int32) {
		k := gaen.Key{Data: [16]byte{7}, Start: gaen.Interval(start % (1<<32/600 - 200)), Period: max(period%145, 1)}
		sightings := []gaen.Sighting{heard(k, int(i)%int(k.Period), int(first)), heard(k, int(i)%int(k.Period), int(second))}
		want := naiveMatch([]gaen.Key{k}, sightings)
		got := map[[16]byte]map[gaen.Sighting]bool{}
		for _, m := range seenOf(t, sightings...).Match([]gaen.Key{k}, 1) {
			got[m.Key.Data] = map[gaen.Sighting]bool{}
			for _, s := range m.Sightings {
				got[m.Key.Data][s] = true
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
