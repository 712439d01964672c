package register_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/register"
)

// nowhere is a register that keeps nothing: what an office costs without one.
type nowhere struct{ issue.Registry }

func (nowhere) File(_ context.Context, _ string, _ time.Time, f []issue.Filing) ([]error, error) {
	return make([]error, len(f)), nil
}

// counting counts the transactions of a register.
type counting struct {
	issue.Registry
	n atomic.Int64
}

func (c *counting) File(ctx context.Context, authority string, at time.Time, f []issue.Filing) ([]error, error) {
	c.n.Add(1)
	return c.Registry.File(ctx, authority, at, f)
}

// BenchmarkIssue issues in batches of 512, of two senders at once, and one by one
// from many senders, with each kind of register. It reports certificates a second
// and for each transaction; ratios are those of the lines of one run.
func BenchmarkIssue(b *testing.B) {
	kinds := []struct {
		name string
		open func(b *testing.B) issue.Registry
	}{
		{"none", func(*testing.B) issue.Registry { return nowhere{} }},
		{"memory", func(*testing.B) issue.Registry { return new(register.Memory) }},
		{"sqlite", func(b *testing.B) issue.Registry { return at(b, storetest.SQLite(b)) }},
		{"postgres", func(b *testing.B) issue.Registry { return at(b, storetest.Postgres(b)) }},
	}
	for _, k := range kinds {
		b.Run("batch/"+k.name, func(b *testing.B) { benchmark(b, k.open(b), 512, 2) })
	}
	for _, k := range kinds {
		b.Run("single/"+k.name, func(b *testing.B) { benchmark(b, k.open(b), 1, 64) })
	}
}

func at(b *testing.B, address string) issue.Registry {
	db, err := store.Open(context.Background(), address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return in(b, db)
}

func benchmark(b *testing.B, r issue.Registry, batch, senders int) {
	ring, err := issuetest.NewRing()
	if err != nil {
		b.Fatal(err)
	}
	counted := &counting{Registry: r}
	o, err := issue.New(issue.Options{Authority: "norland", Register: counted, Keys: ring, Now: func() time.Time { return issuetest.Day }, Random: rand.Reader})
	if err != nil {
		b.Fatal(err)
	}
	var sender atomic.Int64
	b.SetParallelism(max(senders/2, 1))
	b.ResetTimer()
	begun := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		me, n := sender.Add(1), 0
		orders := make([]issue.Order, 0, batch)
		flush := func() {
			_, errs := o.IssueAll(context.Background(), orders)
			for _, err := range errs {
				if err != nil {
					b.Error(err)
					return
				}
			}
			orders = orders[:0]
		}
		for pb.Next() {
			order := issuetest.Order(fmt.Sprint(me, "-", n), issue.HC1, n)
			order.Laboratory = fmt.Sprint("laboratory-", n%50)
			n++
			if orders = append(orders, order); len(orders) == batch {
				flush()
			}
		}
		flush()
	})
	b.ReportMetric(float64(b.N)/time.Since(begun).Seconds(), "certificates/s")
	b.ReportMetric(float64(b.N)/float64(max(counted.n.Load(), 1)), "certificates/transaction")
}
