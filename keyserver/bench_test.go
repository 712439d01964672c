package keyserver_test

import (
	"bytes"
	"crypto/rand"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/keyserver"
)

// What a server takes, beside what the same database stores: requests of
// fourteen keys from eight apps at once, and transactions of fourteen plain rows
// from eight clients. of-inserts is the former's rate as a part of the latter's, in
// one run.
func BenchmarkPublish(b *testing.B) {
	b.Run("memory", func(b *testing.B) { benchmarkPublish(b, keyserver.NewMemory(), nil) })
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), address(b))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			kept, err := keyserver.Open(b.Context(), db)
			if err != nil {
				b.Fatal(err)
			}
			benchmarkPublish(b, kept, db)
		})
	}
}

const (
	benchmarkApps     = 8
	benchmarkRequests = 40 // of each, an iteration
)

func benchmarkPublish(b *testing.B, kept keyserver.Store, db *store.DB) {
	w := newWorld(b, func(o *keyserver.Options) { o.Store = kept })
	h := w.s.Handler()
	n, published := 0, 0
	var publishing, inserting time.Duration
	for b.Loop() {
		b.StopTimer()
		var bodies [benchmarkApps][][]byte
		for app := range bodies {
			for range benchmarkRequests {
				var keys []map[string]any
				for day := range 14 {
					n++
					keys = append(keys, w.key(n, 1+day))
				}
				bodies[app] = append(bodies[app], w.request(upload{keys: keys}))
			}
		}
		b.StartTimer()
		publishing += each(func(app int) {
			for _, body := range bodies[app] {
				r := httptest.NewRequest("POST", "/v1/publish", bytes.NewReader(body))
				r.Header.Set("Content-Type", "application/json")
				rec := httptest.NewRecorder()
				if h.ServeHTTP(rec, r); rec.Code != 200 {
					b.Errorf("%d %s", rec.Code, rec.Body)
					return
				}
			}
		})
		published += benchmarkApps * benchmarkRequests
		b.StopTimer()
		if db != nil {
			first := n
			n += 14 * benchmarkApps * benchmarkRequests
			inserting += each(func(app int) {
				for i := range benchmarkRequests {
					if err := insertPlain(b, db, first+14*(app*benchmarkRequests+i)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(published)/publishing.Seconds(), "publish/s")
	if db != nil {
		b.ReportMetric(float64(published)/inserting.Seconds(), "insert/s")
		b.ReportMetric(inserting.Seconds()/publishing.Seconds(), "of-inserts")
	}
}

// each runs a function for each app at once, and says how long that took.
func each(do func(app int)) time.Duration {
	var wg sync.WaitGroup
	began := time.Now()
	for app := range benchmarkApps {
		wg.Go(func() { do(app) })
	}
	wg.Wait()
	return time.Since(began)
}

// insertPlain writes fourteen rows of the server's table and nothing else.
func insertPlain(b *testing.B, db *store.DB, first int) error {
	return db.Do(b.Context(), func(tx *store.Tx) error {
		var args []any
		for i := range 14 {
			d := data(-1 - first - i)
			args = append(args, d[:], int64(2_900_000+i), int64(144), noon.UnixMicro(), int64(1), int64(2), int64(3), nil, int64(0), int64(0), nil, "440", false, true)
		}
		_, err := tx.Insert(b.Context(), "INSERT INTO keyserver_keys (data, begins, period, given, report, risk, onset, revised, report2, risk2, onset2, regions, traveler, local)", 14, args, "")
		return err
	})
}

// BenchmarkBatch reads, verifies and judges a batch of a country, as large as
// there are, with its signature.
func BenchmarkBatch(b *testing.B) {
	de := newCountry(b, "XB")
	all := make([]efgs.Key, efgs.MaxKeys)
	for i := range all {
		all[i] = efgs.FromKey(gaen.Key{Data: data(i), Start: gaen.IntervalOf(noon.Truncate(24*time.Hour).AddDate(0, 0, -3)), Period: 144, Report: gaen.ConfirmedTest}, "XB", []string{"XA", "XC"})
	}
	body := efgs.AppendBatch(nil, all)
	cms, err := (&keys.Key{Signer: de.key, Certificate: de.signing}).SignCMS(efgs.Signed(all), true, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		read, found, err := efgs.ParseBatch(body)
		if err != nil || len(found) > 0 {
			b.Fatal(err, found)
		}
		if _, err := keyserver.VerifyDetached(cms, efgs.Signed(read)); err != nil {
			b.Fatal(err)
		}
		if found := efgs.Check(read, "XB", noon); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
