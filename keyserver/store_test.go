package keyserver_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/keyserver"
)

// eachStore runs a test on each kind of database.
func eachStore(t *testing.T, test func(t *testing.T, db *store.DB, s keyserver.Store)) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		s, err := keyserver.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		test(t, db, s)
	})
}

// record is one as a store must give it back.
func record(n int, at time.Time) keyserver.Record {
	r := keyserver.Record{Data: data(n), Start: gaen.Interval(2_900_000 + n), Period: uint8(1 + n%144), Regions: []string{"440", "525"}, Traveler: n%2 == 0, Local: n%3 == 0,
		First: keyserver.Statement{At: at, Report: gaen.ClinicalDiagnosis, Risk: int8(n % 9)}}
	if n%5 != 0 {
		r.First.Onset, r.First.HasOnset = int8(n%29-14), true
	}
	return r
}

// The promises of a store, kept by each.
func TestStores(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testStore(t, keyserver.NewMemory()) })
	eachStore(t, func(t *testing.T, _ *store.DB, s keyserver.Store) { testStore(t, s) })
}

func testStore(t *testing.T, s keyserver.Store) {
	ctx := t.Context()
	day := noon.Truncate(24 * time.Hour)
	put := func(rs ...keyserver.Record) {
		t.Helper()
		var ids []keyserver.ID
		for _, r := range rs {
			ids = append(ids, r.Data)
		}
		if err := s.Change(ctx, ids, func([]keyserver.Record) ([]keyserver.Record, error) { return rs, nil }); err != nil {
			t.Fatal(err)
		}
	}
	window := func(from, until int) []keyserver.Record {
		t.Helper()
		rs, err := s.Window(ctx, day.Add(time.Duration(from)*time.Hour), day.Add(time.Duration(until)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return rs
	}
	equal := func(what string, got []keyserver.Record, want ...keyserver.Record) {
		t.Helper()
		slices.SortFunc(want, func(a, b keyserver.Record) int { return slices.Compare(a.Data[:], b.Data[:]) })
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n%v\nwant\n%v", what, got, want)
		}
	}
	a, b, c := record(1, day.Add(1*time.Hour)), record(2, day.Add(2*time.Hour)), record(5, day.Add(3*time.Hour))
	put(c, a, b)
	equal("all", window(0, 24), a, b, c)
	equal("from is within, until is not", window(1, 3), a, b)
	refused := errors.New("refused")
	var last []keyserver.Record
	err := s.Change(ctx, []keyserver.ID{a.Data, b.Data, data(99)}, func(have []keyserver.Record) ([]keyserver.Record, error) {
		last = slices.Clone(have)
		return []keyserver.Record{record(99, day)}, refused
	})
	slices.SortFunc(last, func(x, y keyserver.Record) int { return slices.Compare(x.Data[:], y.Data[:]) })
	equal("what there is", last, a, b)
	if !errors.Is(err, refused) || len(window(0, 24)) != 3 {
		t.Errorf("a change that fails: %v", err)
	}
	// As if there were none, it would store both; there is one, and so it stores none.
	err = s.Change(ctx, []keyserver.ID{data(98), a.Data}, func(have []keyserver.Record) ([]keyserver.Record, error) {
		if len(have) > 0 {
			return nil, refused
		}
		return []keyserver.Record{record(98, day), a}, nil
	})
	if !errors.Is(err, refused) || len(window(0, 24)) != 3 {
		t.Errorf("a change of which one was there: %v", err)
	}
	a.Revised = keyserver.Statement{At: day.Add(30 * time.Hour), Report: gaen.Revoked, Risk: 6, Onset: -3, HasOnset: true}
	a.Regions = []string{"440", "525", "505"}
	put(a)
	equal("revised", window(30, 31), a)
	equal("and where it was", window(1, 2), a)
	if err := s.Settle(ctx, day, day.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	equal("settled", window(0, 48), a, b, c)
	if err := s.Forget(ctx, day.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	equal("what was revised stays, what is of the moment too", window(0, 48), a, c)

	note := func(want string) {
		t.Helper()
		if got, err := s.Load(ctx, "n"); err != nil || string(got) != want || (got == nil) != (want == "") {
			t.Errorf("note %q, %v", got, err)
		}
	}
	note("")
	for _, v := range []struct {
		old, data []byte
		err       error
		then      string
	}{
		{[]byte("x"), []byte("1"), keyserver.ErrChanged, ""},
		{nil, []byte("1"), nil, "1"},
		{nil, []byte("2"), keyserver.ErrChanged, "1"},
		{[]byte("1"), []byte("2"), nil, "2"},
		{[]byte("2"), nil, nil, ""},
	} {
		if err := s.Replace(ctx, "n", v.old, v.data); !errors.Is(err, v.err) {
			t.Errorf("%q in the place of %q: %v", v.data, v.old, err)
		}
		note(v.then)
	}
	testRace(t, s, day)
}

// testRace lets many count in one record, and in one note.
func testRace(t *testing.T, s keyserver.Store, day time.Time) {
	const people = 8
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range people {
		wg.Go(func() {
			err := s.Change(t.Context(), []keyserver.ID{data(7)}, func(have []keyserver.Record) ([]keyserver.Record, error) {
				r := record(7, day)
				if len(have) > 0 {
					r = have[0]
				}
				r.Revised = keyserver.Statement{At: day, Risk: r.Revised.Risk + 1}
				return []keyserver.Record{r}, nil
			})
			if err != nil {
				t.Error(err)
			}
			if err := s.Replace(t.Context(), "race", nil, []byte("mine")); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			} else if !errors.Is(err, keyserver.ErrChanged) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rs, err := s.Window(t.Context(), day, day.Add(time.Hour))
	if err != nil || len(rs) != 1 || rs[0].Revised.Risk != people || won != 1 {
		t.Errorf("%v, %v, %d got the note", rs, err, won)
	}
}

// What was acknowledged to an app is in the database after the power went, at
// whatever moment; what was not is there whole or not at all.
func TestPublishingOutlivesThePower(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	lostAny := false
	for cut := 0; cut < 120; cut += 7 {
		disk := storetest.NewDisk(fmt.Sprint("keyserver", cut))
		open := func() (keyserver.Store, *store.DB) {
			db, err := store.Open(context.Background(), disk.Address())
			if err != nil {
				t.Fatal(err)
			}
			s, err := keyserver.Open(context.Background(), db)
			if err != nil {
				t.Fatal(err)
			}
			return s, db
		}
		s, db := open()
		w := newWorld(t, func(o *keyserver.Options) { o.Store = s })
		disk.CutAfter(cut)
		var safe []int
		for n := 1; n < 40; n += 2 {
			a := w.publish(upload{keys: []map[string]any{w.key(n, 1), w.key(n+1, 2)}})
			if a.Status == 200 {
				safe = append(safe, n, n+1)
			} else if lostAny = true; a.Status != 503 || a.Code != "internal_error" {
				t.Fatalf("%+v", a)
			}
		}
		db.Close()
		disk.Restore(r)
		s, db = open()
		rs, err := s.Window(context.Background(), time.Time{}, noon.AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		have := map[keyserver.ID]bool{}
		for _, r := range rs {
			have[r.Data] = true
		}
		for n := 1; n < 40; n += 2 {
			if slices.Contains(safe, n) && !have[data(n)] || have[data(n)] != have[data(n+1)] {
				t.Errorf("power lost after %d steps: of the request with key %d there is %v and %v", cut, n, have[data(n)], have[data(n+1)])
			}
		}
		db.Close()
		disk.Close()
	}
	if !lostAny {
		t.Error("the power never went")
	}
}
