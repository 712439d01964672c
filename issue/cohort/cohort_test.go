package cohort_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue/cohort"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

const day = 24 * time.Hour

var (
	start = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	test  = cohort.Purpose{Format: "hc1", Use: trust.Test}
)

// key makes a key that lives so many days from the start on.
func key(t testing.TB, from, until int, change ...func(*keys.Options)) *keys.Key {
	t.Helper()
	o := keys.Options{Country: "XA", Demo: true, NotBefore: start.Add(time.Duration(from) * day), NotAfter: start.Add(time.Duration(until) * day)}
	for _, c := range change {
		c(&o)
	}
	k, err := keys.New(o, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func uses(u ...trust.Use) func(*keys.Options) { return func(o *keys.Options) { o.Uses = u } }

// clock is one that is set.
type clock struct{ atomic.Int64 }

func (c *clock) now() time.Time        { return start.Add(time.Duration(c.Load())) }
func (c *clock) set(d time.Duration)   { c.Store(int64(d)) }
func (c *clock) since(d time.Duration) { c.Add(int64(d)) }

func newCohort(t testing.TB, o cohort.Options) *cohort.Cohort {
	t.Helper()
	if o.Name == "" {
		o.Name = "norland"
	}
	if o.Store == nil {
		o.Store = new(cohort.Memory)
	}
	if o.Now == nil {
		o.Now = new(clock).now
	}
	c, err := cohort.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func next(t testing.TB, c *cohort.Cohort, p cohort.Purpose, n int) *keys.Key {
	t.Helper()
	k, err := c.Next(t.Context(), p, n)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// stores runs a test on every kind of store.
func stores(t *testing.T, f func(t *testing.T, open func() cohort.Store)) {
	storetest.Stores[cohort.Store](t, new(cohort.Memory), func(ctx context.Context, db *store.DB) (cohort.Store, error) { return cohort.NewDatabase(ctx, db) }, f)
}

// Conformance: what every store does.
func TestAStoreCounts(t *testing.T) {
	stores(t, func(t *testing.T, open func() cohort.Store) {
		s, again := open(), open()
		a, b := [32]byte{1}, [32]byte{2}
		for _, v := range []struct {
			comment       string
			s             cohort.Store
			cohort        string
			key           [32]byte
			n, most       int64
			long, at      time.Duration
			got, used     int64
			beganAt, dead time.Duration
		}{
			{"the first block", s, "one", a, 10, 100, 0, 0, 10, 10, 0, 0},
			{"another process goes on", again, "one", a, 80, 100, 0, time.Hour, 80, 90, 0, 0},
			{"what is left, and no more", s, "one", a, 64, 100, 0, 2 * time.Hour, 10, 100, 0, 0},
			{"nothing is left", again, "one", a, 1, 100, 0, 2 * time.Hour, 0, 100, 0, 0},
			{"a greater number was configured since", again, "one", a, 1, 200, 0, 2 * time.Hour, 1, 101, 0, 0},
			{"a smaller one, which takes nothing back", again, "one", a, 5, 50, 0, 2 * time.Hour, 0, 101, 0, 0},
			{"without end", s, "one", a, 1 << 40, 0, 0, 3 * time.Hour, 1 << 40, 1<<40 + 101, 0, 0},
			{"the key of another cohort", s, "two", a, 7, 100, 0, time.Hour, 7, 7, time.Hour, 0},
			{"another key", s, "one", b, 3, 0, day, day, 3, 3, day, 0},
			{"the last moment of its days", s, "one", b, 3, 0, day, 2*day - time.Microsecond, 3, 6, day, 0},
			{"its days are over", again, "one", b, 3, 0, day, 2 * day, 0, 6, day, 0},
			{"nothing wanted", s, "one", b, 0, 0, day, day, 0, 6, day, 0},
		} {
			got, c, err := v.s.Take(t.Context(), v.cohort, v.key, v.n, v.most, v.long, start.Add(v.at))
			if err != nil || got != v.got || c.Used != v.used || c.Key != v.key || !c.Since.Equal(start.Add(v.beganAt)) {
				t.Errorf("%s: took %d, %+v, %v", v.comment, got, c, err)
			}
		}
		counts, err := again.Counts(t.Context(), "one")
		if err != nil || len(counts) != 2 || counts[0].Key != a || counts[1].Used != 6 || !counts[1].Since.Equal(start.Add(day)) {
			t.Errorf("counts %+v, %v", counts, err)
		}
		if counts, err = s.Counts(t.Context(), "three"); err != nil || len(counts) != 0 {
			t.Errorf("of nobody: %+v, %v", counts, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := s.Take(gone, "one", a, 1, 0, 0, start); err == nil {
			t.Error("counted for a caller that has gone")
		}
	})
}

// However many processes sign at a time, in steps of whatever size: no key signs
// more than its number, keys are used in their order, and while one has a number
// left nobody is refused.
func TestProcessesShareTheNumbers(t *testing.T) {
	stores(t, func(t *testing.T, open func() cohort.Store) {
		const most, processes, workers = 200, 3, 4
		all := []*keys.Key{key(t, 0, 800), key(t, 0, 800), key(t, 0, 800)}
		var mu sync.Mutex
		served := map[[32]byte]int{}
		refused := 0
		var wg sync.WaitGroup
		for p := range processes {
			c := newCohort(t, cohort.Options{Keys: all, Store: open(), Most: most, Block: int64(1 + p*3)})
			for w := range workers {
				r := mathrand.New(mathrand.NewPCG(uint64(p), uint64(w)))
				wg.Go(func() {
					for range 100 {
						n := 1 + r.IntN(3)
						k, err := c.Next(t.Context(), test, n)
						if err != nil {
							n = 1
							k, err = c.Next(t.Context(), test, n)
						}
						mu.Lock()
						switch {
						case errors.Is(err, cohort.ErrEmpty):
							refused++
						case err != nil:
							t.Error(err)
						default:
							served[k.Fingerprint()] += n
						}
						mu.Unlock()
					}
				})
			}
		}
		wg.Wait()
		total := 0
		for i, k := range all {
			n := served[k.Fingerprint()]
			total += n
			if n > most {
				t.Errorf("key %d signed %d, more than %d", i, n, most)
			}
			if i == 0 && n < most-3*7 {
				t.Errorf("the first key signed %d only", n)
			}
		}
		// More was wanted than there is; what no process could use are rests of blocks.
		if refused == 0 || total < 3*most-3*3*7 || total > 3*most {
			t.Errorf("%d signed, %d refused", total, refused)
		}
	})
}

// A process that dies takes its block with it: a key serves fewer, never more.
func TestAProcessThatDiesTakesItsBlock(t *testing.T) {
	m := new(cohort.Memory)
	all := []*keys.Key{key(t, 0, 800)}
	served := 0
	for range 20 { // twenty processes, each of which dies after three
		c := newCohort(t, cohort.Options{Keys: all, Store: m, Most: 100, Block: 6})
		for range 3 {
			if _, err := c.Next(t.Context(), test, 1); err == nil {
				served++
			} else if !errors.Is(err, cohort.ErrEmpty) {
				t.Fatal(err)
			}
		}
	}
	if served != 51 { // 16 blocks of six and one of four, three of each
		t.Errorf("served %d", served)
	}
}

// The next key takes over without a pause, by number or by days.
func TestTheNextTakesOver(t *testing.T) {
	a, b := key(t, 0, 800), key(t, 0, 800)
	c := newCohort(t, cohort.Options{Keys: []*keys.Key{a, b}, Most: 3, Block: 2})
	for i, want := range []*keys.Key{a, a, a, b, b, b} {
		if got := next(t, c, test, 1); got != want {
			t.Errorf("certificate %d by another key", i)
		}
	}
	if _, err := c.Next(t.Context(), test, 1); !errors.Is(err, cohort.ErrEmpty) || !strings.Contains(err.Error(), string(cohort.UsedUp)) {
		t.Errorf("in the end: %v", err)
	}

	at := new(clock)
	c = newCohort(t, cohort.Options{Keys: []*keys.Key{a, b}, Days: 30, Now: at.now})
	for _, v := range []struct {
		at   time.Duration
		want *keys.Key
	}{{0, a}, {30*day - 1, a}, {30 * day, b}, {45 * day, b}, {29 * day, a}, {60*day - 1, b}} { // the fifth: a clock that came back
		at.set(v.at)
		if got := next(t, c, test, 1); got != v.want {
			t.Errorf("after %s another key", v.at)
		}
	}
	at.set(60 * day)
	if _, err := c.Next(t.Context(), test, 1); !errors.Is(err, cohort.ErrEmpty) || !strings.Contains(err.Error(), string(cohort.Served)) {
		t.Errorf("after both: %v", err)
	}
}

// A key that may not sign does not, whatever its place; the error says of each why.
func TestAKeyThatMayNotDoesNot(t *testing.T) {
	authority, err := keys.NewAuthority(keys.Options{Country: "XA", Demo: true, NotBefore: start, NotAfter: start.Add(6000 * day)}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := authority.Certify(keys.Options{NotBefore: start, NotAfter: start.Add(800 * day), Uses: []trust.Use{trust.Test}}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := &keys.Key{Certificate: key(t, 0, 800).Certificate}
	ended, later, stamps, rsa, good := key(t, -30, -1), key(t, 10, 800), key(t, 0, 800, uses(trust.Stamp)),
		key(t, 0, 800, uses(trust.Vaccination), func(o *keys.Options) { o.Algorithm = keys.PS256 }), key(t, 0, 800)
	at := new(clock)
	c := newCohort(t, cohort.Options{Keys: []*keys.Key{public, ended, later, stamps, rsa, sealer, good}, Now: at.now})
	for _, v := range []struct {
		comment string
		p       cohort.Purpose
		at      time.Duration
		want    *keys.Key
	}{
		{"a test", test, 0, good},
		{"a vaccination by RSA, which comes first", cohort.Purpose{Format: "hc1", Use: trust.Vaccination}, 0, rsa},
		{"a card is signed by es256 alone", cohort.Purpose{Format: "shc", Use: trust.Vaccination}, 0, good},
		{"a seal by a sealer alone", cohort.Purpose{Format: "vds", Use: trust.Test}, 0, sealer},
		{"a seal of a kind that nobody may", cohort.Purpose{Format: "vds", Use: trust.Vaccination}, 0, nil},
		{"a stamp", cohort.Purpose{Format: "hc1", Use: trust.Stamp}, 0, stamps},
		{"a use that nobody has", cohort.Purpose{Format: "hc1", Use: "visa"}, 0, nil},
		{"a moment before the later key", test, 10*day - 1, good},
		{"the later key, which is earlier in order", test, 10 * day, later},
		{"before all but the one that has ended", test, -2 * day, ended},
		{"before all", test, -31 * day, nil},
		{"after all", test, 800 * day, nil},
		{"a clock far ahead", test, 100000 * day, nil},
	} {
		at.set(v.at)
		k, err := c.Next(t.Context(), v.p, 1)
		if k != v.want || (err == nil) != (v.want != nil) {
			t.Errorf("%s: %v", v.comment, err)
		}
		var empty *cohort.Empty
		if v.want == nil && (!errors.As(err, &empty) || len(empty.Keys) != 7 || !strings.Contains(err.Error(), "add a key to the cohort")) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	if c.Find(public.Fingerprint()) != public || c.Find([32]byte{}) != nil {
		t.Error("the key that signed once is not found")
	}
	if _, err := cohort.New(cohort.Options{Name: "a", Keys: []*keys.Key{authority}, Store: new(cohort.Memory), Now: at.now}); err == nil {
		t.Error("an authority in a cohort")
	}
	if _, err := cohort.New(cohort.Options{Name: "a", Keys: []*keys.Key{good, good}, Store: new(cohort.Memory), Now: at.now}); err == nil {
		t.Error("a key twice")
	}
}

// A key that outlives what it signs goes first; when none is left that does, one
// that still signs is better than none.
func TestAKeyThatOutlivesGoesFirst(t *testing.T) {
	short, long := key(t, 0, 400), key(t, 0, 800)
	at := new(clock)
	c := newCohort(t, cohort.Options{Keys: []*keys.Key{short, long}, Now: at.now})
	for _, v := range []struct {
		at   time.Duration
		want *keys.Key
	}{{35 * day, short}, {35*day + 1, long}, {435 * day, long}, {435*day + 1, long}, {399 * day, long}} {
		at.set(v.at)
		if got := next(t, c, test, 1); got != v.want {
			t.Errorf("after %s another key", v.at)
		}
	}
	c = newCohort(t, cohort.Options{Keys: []*keys.Key{short}, Now: at.now})
	at.set(399 * day)
	if next(t, c, test, 1) != short {
		t.Error("the last key does not sign its last day")
	}
}

// Whoever only asks counts nothing.
func TestAskingCountsNothing(t *testing.T) {
	m := new(cohort.Memory)
	all := []*keys.Key{key(t, 0, 800), key(t, 0, 800)}
	c := newCohort(t, cohort.Options{Keys: all, Store: m, Most: 16})
	for range 100 {
		if next(t, c, test, 0) != all[0] {
			t.Fatal("another key")
		}
	}
	if counts, _ := m.Counts(t.Context(), "norland"); len(counts) != 0 {
		t.Errorf("counted %+v", counts)
	}
	if next(t, c, test, 16) != all[0] || next(t, c, test, 0) != all[1] {
		t.Error("the first has no number left")
	}
	if _, err := c.Next(t.Context(), test, 17); err == nil || errors.Is(err, cohort.ErrEmpty) {
		t.Errorf("more than a key signs: %v", err)
	}
	other := newCohort(t, cohort.Options{Keys: all, Store: m, Most: 16})
	if next(t, other, test, 0) != all[1] {
		t.Error("another process asks, and does not know")
	}
}

// failing is a store that is away.
type failing struct{ err error }

func (f failing) Take(context.Context, string, [32]byte, int64, int64, time.Duration, time.Time) (int64, cohort.Count, error) {
	return 0, cohort.Count{}, f.err
}
func (f failing) Counts(context.Context, string) ([]cohort.Count, error) { return nil, f.err }

// Without the store nothing is signed that is not counted.
func TestWithoutTheStoreNothingIsSigned(t *testing.T) {
	away := errors.New("the database is away")
	c := newCohort(t, cohort.Options{Keys: []*keys.Key{key(t, 0, 800)}, Store: failing{away}})
	if k, err := c.Next(t.Context(), test, 1); !errors.Is(err, away) || k != nil {
		t.Errorf("%v", err)
	}
	if k, err := c.Next(t.Context(), test, 0); !errors.Is(err, away) || k != nil {
		t.Errorf("asked: %v", err)
	}
	if _, err := c.Forecast(t.Context(), test); !errors.Is(err, away) {
		t.Errorf("forecast: %v", err)
	}
}

// The reminder comes before the keys end: by their life, their days or their number.
func TestTheReminderComesInTime(t *testing.T) {
	two := []*keys.Key{key(t, 0, 800), key(t, 0, 1000)}
	for _, v := range []struct {
		comment string
		o       cohort.Options
		served  int64         // by the first key
		over    time.Duration // so long
		ends    time.Duration // from the start
		left    int64
	}{
		{"by life, less what is good longest", cohort.Options{Keys: two}, 10, day, 635 * day, -1},
		{"by days, one after the other", cohort.Options{Keys: two, Days: 100}, 10, 10 * day, 200 * day, -1},
		{"by number, at the pace of before", cohort.Options{Keys: two, Most: 1000}, 100, 10 * day, 200 * day, 1900},
		{"by number, and nothing is known of a pace", cohort.Options{Keys: two, Most: 1000}, 0, 0, 635 * day, 2000},
		{"a key too short for a year gives way", cohort.Options{Keys: []*keys.Key{key(t, 0, 90)}}, 0, 0, 90 * day, -1},
	} {
		m := new(cohort.Memory)
		at := new(clock)
		v.o.Store, v.o.Now = m, at.now
		c := newCohort(t, v.o)
		if v.served > 0 {
			if _, _, err := m.Take(t.Context(), "norland", v.o.Keys[0].Fingerprint(), v.served, 0, 0, start); err != nil {
				t.Fatal(err)
			}
		}
		at.since(v.over)
		f, err := c.Forecast(t.Context(), test)
		if err != nil || !f.Ends.Equal(start.Add(v.ends)) || f.Left != v.left || f.Now != v.o.Keys[0] || !f.Due.Equal(f.Ends.Add(-keys.Lead)) {
			t.Errorf("%s: %+v, %v; it should end on %s", v.comment, f, err, start.Add(v.ends))
		}
		if f.Overdue(f.Due.Add(-1)) || !f.Overdue(f.Due) || !strings.Contains(f.String(), f.Due.Format(time.DateOnly)) {
			t.Errorf("%s: %s", v.comment, f)
		}
	}
	c := newCohort(t, cohort.Options{Keys: two})
	if f, err := c.Forecast(t.Context(), cohort.Purpose{Format: "hc1", Use: "visa"}); err != nil || f.Now != nil || !f.Overdue(start) || !strings.Contains(f.String(), "no key is left") {
		t.Errorf("%+v, %v", f, err)
	}
}

func BenchmarkNext(b *testing.B) {
	c := newCohort(b, cohort.Options{Keys: []*keys.Key{key(b, 0, 800)}, Most: 1 << 60})
	for b.Loop() {
		if _, err := c.Next(b.Context(), test, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleEmpty() {
	e := &cohort.Empty{Purpose: test, Keys: []cohort.Reason{{KeyID: "\x01\x02\x03\x04\x05\x06\x07\x08", Why: cohort.Ended, When: start}}}
	fmt.Println(e)
	// Output: no key is left that signs this: test in hc1; key 0102030405060708: it has ended (2026-11-01); add a key to the cohort, with a certificate for this use: `pratique key new`, `pratique key csr`
}
