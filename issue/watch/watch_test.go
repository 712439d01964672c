package watch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue/watch"
)

// steady is a laboratory after eight weeks of clockwork: two clerks, 40 each, in
// the hours from 8 to 16 of six days, one in ten positive.
func steady() (*watch.Laboratory, time.Time) {
	l := &watch.Laboratory{}
	for day := range 56 {
		if day%7 == 6 {
			continue
		}
		for i := range 80 {
			at := monday.AddDate(0, 0, day).Add(8*time.Hour + time.Duration(i)*6*time.Minute)
			l.Add(ordinary(i, at))
		}
	}
	return l, monday.AddDate(0, 0, 56)
}

func ordinary(i int, at time.Time) watch.Certified {
	c := watch.Certified{At: at, By: []string{"a", "b"}[i%2], Result: watch.IsNegative, Sampled: at.Add(-time.Hour), Age: i % 80, Tag: uint64(i) + 1}
	if i/2%10 == 0 {
		c.Result = watch.IsPositive
	}
	return c
}

// Each kind of alert has a case that raises it, and one below it that does not.
func TestKinds(t *testing.T) {
	day := func(n int, f func(i int) watch.Certified) (out []watch.Certified) {
		for i := range n {
			out = append(out, f(i))
		}
		return out
	}
	l, today := steady()
	for _, v := range []struct {
		comment string
		work    []watch.Certified
		want    watch.Kind
	}{
		{"a day like the others", day(80, func(i int) watch.Certified {
			return ordinary(i, today.Add(8*time.Hour+time.Duration(i)*6*time.Minute))
		}), ""},
		{"a fifth certificate", day(5, func(i int) watch.Certified {
			c := ordinary(i, today.Add(9*time.Hour))
			c.Tag = 1 << 40
			return c
		}), ""},
		{"a sixth certificate", day(6, func(i int) watch.Certified {
			c := ordinary(i, today.Add(9*time.Hour))
			c.Tag = 1 << 40
			return c
		}), watch.Person},
		{"fifteen of a minute", day(15, func(i int) watch.Certified {
			c := ordinary(i, today.Add(9*time.Hour))
			c.Sampled = today
			return c
		}), ""},
		{"sixteen of a minute", day(16, func(i int) watch.Certified {
			c := ordinary(i, today.Add(9*time.Hour))
			c.Sampled = today
			return c
		}), watch.Minute},
		{"two at night", day(2, func(i int) watch.Certified { return ordinary(i, today.Add(2*time.Hour)) }), ""},
		{"three at night", day(3, func(i int) watch.Certified { return ordinary(i, today.Add(2*time.Hour)) }), watch.Hours},
		{"thirty in an hour", day(30, func(i int) watch.Certified {
			return ordinary(i, today.Add(9*time.Hour+time.Duration(i)*time.Minute))
		}), ""},
		{"forty in an hour", day(40, func(i int) watch.Certified {
			return ordinary(i, today.Add(9*time.Hour+time.Duration(i)*time.Minute))
		}), watch.Volume},
		{"a clerk with twice the work", day(80, func(i int) watch.Certified {
			c := ordinary(i, today.Add(8*time.Hour+time.Duration(i)*6*time.Minute))
			c.By = "a"
			return c
		}), watch.Account},
		{"twelve positive of twelve", day(12, func(i int) watch.Certified {
			c := ordinary(i, today.Add(9*time.Hour+time.Duration(i)*time.Minute))
			c.By, c.Result = "new", watch.IsPositive
			return c
		}), watch.Positive}, // at three in ten once in 1.9 million times
	} {
		l := again(t, l)
		var kinds []string
		for _, c := range v.work {
			for _, a := range l.Add(c) {
				kinds = append(kinds, string(a.Kind))
				if strings.Contains(a.String(), "nothing") || a.Seen == 0 || a.Expected <= 0 {
					t.Errorf("%s: %+v says %q", v.comment, a, a)
				}
			}
		}
		if got := strings.Join(kinds, " "); got != string(v.want) {
			t.Errorf("%s: %q, want %q", v.comment, got, v.want)
		}
	}
}

// again is the laboratory as a store gives it back.
func again(t *testing.T, l *watch.Laboratory) *watch.Laboratory {
	t.Helper()
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	out := &watch.Laboratory{}
	if err := json.Unmarshal(b, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func each(t *testing.T, test func(t *testing.T, s watch.Store)) {
	t.Run("memory", func(t *testing.T) { test(t, &watch.Memory{}) })
	storetest.Each(t, func(t *testing.T, db func() *store.DB) {
		s, err := watch.Open(t.Context(), db())
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
	})
}

// What several processes tell of one laboratory is counted once each, and alerts
// stay until somebody has looked at them.
func TestStores(t *testing.T) {
	each(t, func(t *testing.T, s watch.Store) {
		ctx := t.Context()
		key := bytes.Repeat([]byte{7}, 32)
		var all sync.WaitGroup
		for range 3 { // processes
			w, err := watch.New(s, watch.Options{Key: key})
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				for range 2 {
					_, err := w.Add(ctx, "xa-health", "north-7", 8*time.Hour, []watch.Issued{{Certified: watch.Certified{At: monday, By: "a", Age: -1}, Person: "MUSTERMANN<<ERIKA 1964-08-12"}})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w, err := watch.New(s, watch.Options{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		alerts, err := w.Alerts(ctx, "xa-health", monday)
		if err != nil || len(alerts) != 1 || alerts[0].Kind != watch.Person || alerts[0].Seen != 6 || alerts[0].Laboratory != "north-7" || alerts[0].Closed != "" {
			t.Fatalf("%+v, %v", alerts, err)
		}
		for authority, since := range map[string]time.Time{"xb-health": monday, "xa-health": monday.Add(time.Second)} {
			if other, err := w.Alerts(ctx, authority, since); err != nil || len(other) != 0 {
				t.Errorf("%s since %s: %+v, %v", authority, since, other, err)
			}
		}
		if err := w.Close(ctx, "xb-health", alerts[0].ID(), "o1"); !errors.Is(err, watch.ErrUnknown) {
			t.Errorf("closed by another authority: %v", err)
		}
		if err := w.Close(ctx, "xa-health", alerts[0].ID(), ""); err == nil {
			t.Error("closed by nobody")
		}
		if err := w.Close(ctx, "xa-health", alerts[0].ID(), "o1"); err != nil {
			t.Fatal(err)
		}
		if alerts, err = w.Alerts(ctx, "xa-health", monday); err != nil || len(alerts) != 1 || alerts[0].Closed != "o1" {
			t.Errorf("%+v, %v", alerts, err)
		}
		stop := errors.New("stop")
		if err := s.Change(ctx, "xa-health", "north-7", func([]byte) ([]byte, []watch.Alert, error) { return []byte("lost"), nil, stop }); err != stop {
			t.Errorf("got %v", err)
		}
		if _, err := w.Add(ctx, "xa-health", "north-7", 0, nil); err != nil {
			t.Errorf("after what failed: %v", err)
		}
	})
}

// Of a person nothing is kept that is known again: not on the next day, and not
// by somebody with the records who lacks the key.
func TestNobodyIsKnownAgain(t *testing.T) {
	const name = "MUSTERMANN<<ERIKA 1964-08-12"
	kept := func(key byte) string {
		t.Helper()
		m := &watch.Memory{}
		w, err := watch.New(m, watch.Options{Key: bytes.Repeat([]byte{key}, 32), Random: strings.NewReader(strings.Repeat("r", 32) + strings.Repeat("s", 32))})
		if err != nil {
			t.Fatal(err)
		}
		add := func(at time.Time, n int) {
			for range n {
				if _, err := w.Add(context.Background(), "xa-health", "north-7", 0, []watch.Issued{{Certified: watch.Certified{At: at, By: "a"}, Person: name}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		look := func() (l watch.Laboratory) {
			m.Change(context.Background(), "xa-health", "north-7", func(old []byte) ([]byte, []watch.Alert, error) {
				if bytes.Contains(old, []byte("MUSTER")) || bytes.Contains(old, []byte("1964")) {
					t.Error("the name is kept")
				}
				return old, nil, json.Unmarshal(old, &l)
			})
			return l
		}
		add(monday, 2)
		first := look()
		add(monday.Add(24*time.Hour), 1)
		second := look()
		if len(first.Persons) != 1 || len(second.Persons) != 1 || bytes.Equal(first.Secret, second.Secret) {
			t.Fatalf("%v with %x, then %v with %x", first.Persons, first.Secret, second.Persons, second.Secret)
		}
		for tag, n := range first.Persons {
			if n != 2 || second.Persons[tag] != 0 {
				t.Errorf("tag %d: %d, the next day %d", tag, n, second.Persons[tag])
			}
		}
		b, _ := json.Marshal(first.Persons)
		return string(b)
	}
	if kept(1) == kept(2) {
		t.Error("the key is of no matter: who has the records can try names out")
	}
	if _, err := watch.New(&watch.Memory{}, watch.Options{}); err == nil {
		t.Error("without a key")
	}
}

// What many tell at once is written together, and all of it is there when they are
// answered; a store that fails tells each of those who waited.
func TestManyTellAtOnce(t *testing.T) {
	s := &slow{Memory: new(watch.Memory), free: make(chan struct{})}
	w, err := watch.New(s, watch.Options{Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	tell := func(laboratory string, n int) error {
		_, err := w.Add(context.Background(), "norland", laboratory, 0, []watch.Issued{{Certified: watch.Certified{At: day.Add(time.Duration(n) * time.Second), By: "ana", Age: -1}}})
		return err
	}
	var wg sync.WaitGroup
	var failed atomic.Int64
	round := func() {
		for n := range 60 {
			wg.Go(func() {
				if tell([]string{"seven", "eight"}[n%2], n) != nil {
					failed.Add(1)
				}
			})
		}
	}
	round()
	close(s.free)
	wg.Wait()
	if n := s.count(t, "seven") + s.count(t, "eight"); n != 60 || failed.Load() != 0 {
		t.Errorf("%d are kept, %d failed", n, failed.Load())
	}
	if n := s.changes.Load(); n >= 60 {
		t.Errorf("written %d times", n)
	}
	s.fails.Store(true)
	round()
	wg.Wait()
	if n := failed.Load(); n != 60 {
		t.Errorf("%d of 60 were told that nothing is kept", n)
	}
	s.fails.Store(false)
	if err := tell("seven", 61); err != nil || s.count(t, "seven") != 31 {
		t.Errorf("afterwards: %v, %d are kept", err, s.count(t, "seven"))
	}
}

// slow is a store that begins when it is free, and may fail.
type slow struct {
	*watch.Memory
	free    chan struct{}
	changes atomic.Int64
	fails   atomic.Bool
}

func (s *slow) Change(ctx context.Context, authority, laboratory string, f func([]byte) ([]byte, []watch.Alert, error)) error {
	<-s.free
	time.Sleep(time.Millisecond) // others come meanwhile
	s.changes.Add(1)
	if s.fails.Load() {
		return errors.New("no store")
	}
	return s.Memory.Change(ctx, authority, laboratory, f)
}

// count is how many certificates are kept of today.
func (s *slow) count(t *testing.T, laboratory string) (n int) {
	t.Helper()
	err := s.Memory.Change(context.Background(), "norland", laboratory, func(old []byte) ([]byte, []watch.Alert, error) {
		var l watch.Laboratory
		if err := json.Unmarshal(old, &l); err != nil {
			return nil, nil, err
		}
		for _, hour := range l.Today.Hours {
			n += hour
		}
		return old, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
