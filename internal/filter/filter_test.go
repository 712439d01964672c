package filter_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"testing"

	"github.com/pratique/pratique/internal/filter"
)

// person is the key of the n-th certificate of an invented authority.
func person(n int) filter.Key {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	sum := sha256.Sum256(b[:])
	return filter.Key(sum[:16])
}

// population is the first n, without keeping them.
func population(n int) iter.Seq[filter.Key] {
	return func(yield func(filter.Key) bool) {
		for i := range n {
			if !yield(person(i)) {
				return
			}
		}
	}
}

// every step-th of n, step at least 1.
func every(n, step int) (keys []filter.Key) {
	for i := 0; i < n; i += step {
		keys = append(keys, person(i))
	}
	return keys
}

// fewest is log2 C(n, r) in bytes: no exact answer takes less.
func fewest(n, r int) float64 {
	ln := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	return (ln(n) - ln(r) - ln(n-r)) / math.Ln2 / 8
}

func TestEveryKeyOfThePopulationIsAnsweredRightly(t *testing.T) {
	for _, c := range []struct{ n, step int }{
		{1, 1}, {2, 2}, {3, 2}, {10, 3}, {100, 99}, {1000, 1}, {1000, 2}, {1000, 3}, {1000, 500},
		{50_000, 7}, {100_000, 1000}, {200_000, 2}, {200_000, 100_001}, {300_000, 11},
	} {
		t.Run(fmt.Sprintf("%d of %d", (c.n+c.step-1)/c.step, c.n), func(t *testing.T) {
			f, err := filter.Build(every(c.n, c.step), c.n, population(c.n))
			if err != nil {
				t.Fatal(err)
			}
			g, err := filter.Parse(f.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.n {
				if want := i%c.step == 0; f.Has(person(i)) != want || g.Has(person(i)) != want {
					t.Fatalf("key %d: built %v, read %v, want %v", i, f.Has(person(i)), g.Has(person(i)), want)
				}
			}
			if !bytes.Equal(g.Bytes(), f.Bytes()) {
				t.Error("read and written again, the bytes differ")
			}
		})
	}
}

func TestNobodyAndEverybodyTakeOneByte(t *testing.T) {
	for _, members := range [][]filter.Key{nil, every(500, 1)} {
		f, err := filter.Build(members, 500, population(500))
		if err != nil || len(f.Bytes()) != 1 {
			t.Errorf("%d members: %v, %d bytes", len(members), err, len(f.Bytes()))
		}
	}
	if new(filter.Filter).Has(person(1)) {
		t.Error("the zero value has a member")
	}
}

// What is paid above the fewest bits is at most a tenth from some thousand members on.
func TestAFilterIsSmall(t *testing.T) {
	for _, c := range []struct {
		n, step int
		limit   float64
	}{{500_000, 100, 1.12}, {1_000_000, 50, 1.10}, {1_000_000, 500, 1.14}} {
		f, err := filter.Build(every(c.n, c.step), c.n, population(c.n))
		if err != nil {
			t.Fatal(err)
		}
		ratio := float64(len(f.Bytes())) / fewest(c.n, c.n/c.step)
		t.Logf("%d of %d: %d bytes, %.3f times the fewest", c.n/c.step, c.n, len(f.Bytes()), ratio)
		if ratio > c.limit {
			t.Errorf("%d of %d: %.3f times the fewest, want at most %.2f", c.n/c.step, c.n, ratio, c.limit)
		}
	}
}

func TestSameMembersInAnyOrderGiveTheSameBytes(t *testing.T) {
	a := every(20_000, 13)
	b := every(20_000, 13)
	for i := range b {
		j := (i*7919 + 3) % (i + 1)
		b[i], b[j] = b[j], b[i]
	}
	b = append(b, b[5]) // and one twice
	f, err := filter.Build(a, 20_000, population(20_000))
	if err != nil {
		t.Fatal(err)
	}
	g, err := filter.Build(b, 20_000, population(20_000))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.Bytes(), g.Bytes()) {
		t.Error("the bytes differ")
	}
}

func TestWhatIsNotAPopulationIsRefused(t *testing.T) {
	if _, err := filter.Build(every(10, 2), 11, population(10)); !errors.Is(err, filter.ErrCount) {
		t.Errorf("one key less than was said: %v", err)
	}
	if _, err := filter.Build(nil, 9, population(10)); !errors.Is(err, filter.ErrCount) {
		t.Errorf("one key more than was said: %v", err)
	}
	if _, err := filter.Build(every(10, 1), 9, population(9)); !errors.Is(err, filter.ErrTooMany) {
		t.Errorf("more members than people: %v", err)
	}
}

func TestWhatIsNoFilterIsRefused(t *testing.T) {
	f, err := filter.Build(every(5000, 50), 5000, population(5000))
	if err != nil {
		t.Fatal(err)
	}
	good := f.Bytes()
	for n := range good {
		if _, err := filter.Parse(good[:n]); !errors.Is(err, filter.ErrFormat) {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
	for name, data := range map[string][]byte{
		"a byte after its end":       append(bytes.Clone(good), 0),
		"a kind that does not exist": {3},
		"33 columns":                 {2, 33},
		"a band of three words":      {2, 0, 3, 1, 5},
		"no block":                   {2, 0, 1, 0},
		"more blocks than bytes":     {2, 0, 1, 0xff, 0xff, 0x03, 1},
		"a number that is not short": {2, 0, 1, 0x81, 0x00, 2},
		"a block below its band":     append([]byte{2, 0, 1, 1, 1}, make([]byte, 8)...),
		"rows beyond the limit":      {2, 0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f},
	} {
		if _, err := filter.Parse(data); !errors.Is(err, filter.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, step := range []int{1, 2, 40, 1999} {
		made, err := filter.Build(every(2000, step), 2000, population(2000))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(made.Bytes())
	}
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := filter.Parse(data)
		if err != nil {
			return
		}
		got.Has(person(1))
		if !bytes.Equal(got.Bytes(), data) {
			t.Error("read and written again, the bytes differ")
		}
	})
}

// The size that the trust network promises: ten million issued, a hundred
// thousand withdrawn, and a thousand more the day after.
func BenchmarkBuild(b *testing.B) {
	const n, step = 10_000_000, 100
	all := every(n, 1)
	issued := func(yield func(filter.Key) bool) {
		for _, k := range all {
			if !yield(k) {
				return
			}
		}
	}
	for _, c := range []struct {
		name string
		step int
	}{{"100000", step}, {"1000", 10_000}} {
		b.Run(c.name, func(b *testing.B) {
			var f *filter.Filter
			for b.Loop() {
				var err error
				if f, err = filter.Build(every(n, c.step), n, issued); err != nil {
					b.Fatal(err)
				}
			}
			size := len(f.Bytes())
			b.ReportMetric(float64(size), "bytes")
			b.ReportMetric(float64(size)/fewest(n, n/c.step), "of-fewest")
			wrong := 0
			for i, k := range all {
				if f.Has(k) != (i%c.step == 0) {
					wrong++
				}
			}
			b.ReportMetric(float64(wrong), "wrong")
		})
	}
}

func BenchmarkHas(b *testing.B) {
	const n = 1_000_000
	all := every(n, 1)
	f, err := filter.Build(every(n, 100), n, population(n))
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		f.Has(all[i%n])
		i++
	}
}
