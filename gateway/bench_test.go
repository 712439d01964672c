package gateway_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pratique/pratique/gateway"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
)

// BenchmarkUploads hands a thousand acts of two countries to a gateway with three
// witnesses while it publishes, as its service does: acts a minute, and how long an
// act waits from its upload until everybody can see it, at most.
func BenchmarkUploads(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			address := storetest.SQLite(b)
			if kind == "postgres" {
				address = storetest.Postgres(b)
			}
			db, err := store.Open(b.Context(), address)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			const n = 1000
			var rate, worst float64
			for run := 0; b.Loop(); run++ {
				w := newWorld(b)
				if _, err := resetTables(db); err != nil {
					b.Fatal(err)
				}
				_, disk := folder(b)
				g := open(b, w.options(db, disk))
				submit(b, g, w.act("root", admission("XA")))
				submit(b, g, w.act("root", admission("XB")))
				step(b, g)
				var acts [][]byte
				for i := range n / 2 {
					acts = append(acts, w.act("XA", signingKey("XA", i)), w.act("XB", signingKey("XB", i)))
				}
				ctx, cancel := context.WithCancel(b.Context())
				done := make(chan struct{})
				go func() {
					defer close(done)
					for ctx.Err() == nil {
						_, _ = g.Step(ctx)
						time.Sleep(50 * time.Millisecond)
					}
				}()
				type upload struct {
					hash gateway.Hash
					at   time.Time
				}
				uploads := make(chan upload, n)
				seen := make(chan time.Duration)
				go func() { // acts are shown in their order
					late := time.Duration(0)
					for u := range uploads {
						for st := (gateway.Standing{}); st.Stage != gateway.Shown; time.Sleep(5 * time.Millisecond) {
							if st, err = g.Standing(ctx, u.hash); err != nil {
								b.Error(err)
								return
							}
						}
						late = max(late, time.Since(u.at))
					}
					seen <- late
				}()
				began := time.Now()
				for _, a := range acts {
					h, _ := submit(b, g, a)
					uploads <- upload{h, time.Now()}
				}
				rate = n / time.Since(began).Minutes()
				close(uploads)
				worst = (<-seen).Seconds()
				cancel()
				<-done
			}
			b.ReportMetric(rate, "acts/min")
			b.ReportMetric(worst, "s-until-seen")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// resetTables empties the database for another run.
func resetTables(db *store.DB) (int64, error) {
	var n int64
	ctx := context.Background()
	version, err := db.Version(ctx, "gateway")
	if err != nil || version == 0 {
		return 0, err
	}
	err = db.Do(ctx, func(tx *store.Tx) error {
		for _, table := range []string{"gateway_logs", "gateway_files", "gateway_acts", "gateway_contents"} {
			deleted, err := tx.Exec(ctx, fmt.Sprint("DELETE FROM ", table))
			if err != nil {
				return err
			}
			n += deleted
		}
		return nil
	})
	return n, err
}
