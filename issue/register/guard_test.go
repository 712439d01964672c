package register_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/register"
)

// A laboratory files nothing more once somebody has been told that it is stopped,
// however many are filing for it at that moment; what it had filed is still
// answered as filed.
func TestNothingIsFiledAfterALaboratoryWasStopped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		ctx := context.Background()
		db := open()
		records, err := access.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		officer := access.Actor{Authority: "norland", Name: "olga", Role: access.Officer}
		gate, err := access.New(records, access.Options{Key: make([]byte, 32), Now: func() time.Time { return issuetest.Day }})
		if err != nil {
			t.Fatal(err)
		}
		if err := gate.Set(ctx, officer, access.Laboratory{Authority: "norland", ID: "laboratory-7", Name: "Seven"}); err != nil {
			t.Fatal(err)
		}
		in(t, db)
		var wg sync.WaitGroup
		begun := make(chan bool, 2)
		for w := range 2 {
			r := in(t, open()).Guarded(access.Guard)
			wg.Go(func() {
				for n := w * 100_000; ; n++ {
					answers, err := r.File(ctx, "norland", issuetest.Day, []issue.Filing{filing(n)})
					if err != nil {
						t.Error(err)
						return
					}
					if stopped, ok := errors.AsType[*access.StoppedError](answers[0]); ok {
						if stopped.Stop.By != "olga" {
							t.Errorf("stopped by %q", stopped.Stop.By)
						}
						return
					}
					if answers[0] != nil {
						t.Error(answers[0])
						return
					}
					if n%100_000 == 5 {
						begun <- true
					}
				}
			})
		}
		<-begun
		if _, err := gate.Stop(ctx, officer, access.Stopping{Laboratory: "laboratory-7", Reason: access.Stolen}); err != nil {
			t.Fatal(err)
		}
		after := issued(t, in(t, db))
		wg.Wait()
		r := in(t, db).Guarded(access.Guard)
		if n := issued(t, r); n != after || n < 5 {
			t.Errorf("%d were filed when it was stopped, %d in the end", after, n)
		}
		answers, err := r.File(ctx, "norland", issuetest.Day, []issue.Filing{filing(0), filing(999_999)})
		if err != nil || !errors.Is(answers[0], issue.ErrRequested) || answers[1] == nil {
			t.Errorf("a retry and a new one: %v %v", answers, err)
		}
		other := filing(888_888)
		other.Laboratory = "never-made"
		if answers, err := r.File(ctx, "norland", issuetest.Day, []issue.Filing{other}); err != nil || !errors.Is(answers[0], access.ErrUnknown) {
			t.Errorf("a laboratory that is not there: %v %v", answers, err)
		}
	})
}

func issued(t *testing.T, r *register.SQL) (n int) {
	t.Helper()
	c, err := r.Counts(context.Background(), "norland")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range c.Days {
		n += d.Issued
	}
	return n
}
