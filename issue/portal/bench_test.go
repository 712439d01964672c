package portal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/portal"
	"github.com/pratique/pratique/issue/register"
)

// BenchmarkIssue compares, in one run, what an office issues without a network and with
// a register in memory, with what the service issues over HTTP with a register that is
// durable: many in a request, and one in a request from 32 and 128 clients. An operation is a
// certificate; commits are the transactions of the register, each of them synced.
func BenchmarkIssue(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		ring, err := issuetest.NewRing()
		if err != nil {
			b.Fatal(err)
		}
		office, err := issue.New(issue.Options{Authority: "norland", Register: new(register.Memory), Keys: ring, Now: func() time.Time { return issuetest.Day }, Random: rand.Reader})
		if err != nil {
			b.Fatal(err)
		}
		for n := 0; n < b.N; n += 512 {
			orders := make([]issue.Order, 0, 512)
			for i := n; i < min(n+512, b.N); i++ {
				orders = append(orders, issuetest.Order(fmt.Sprint("k", i), issue.HC1, i))
			}
			_, errs := office.IssueAll(context.Background(), orders)
			for _, err := range errs {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	for _, kind := range []string{"sqlite", "postgres"} {
		open := func(b *testing.B) *service {
			address := storetest.SQLite(b)
			if kind == "postgres" {
				address = storetest.Postgres(b)
			}
			db, err := store.Open(b.Context(), address)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			s := begin(b, db)
			s.signIn("olga").ok("POST", "/v1/laboratories", portal.Laboratory{ID: "laboratory-7", Name: "Laboratory 7", Allow: []portal.Allow{{Kind: cert.KindTest, Day: 10_000_000, Each: 10_000_000, Hours: 72}}}, new(portal.Done))
			return s
		}
		wanted := func(b *testing.B, n int) []byte {
			w := sample(n)
			w.Key = fmt.Sprint("k", n)
			line, err := json.Marshal(w)
			if err != nil {
				b.Fatal(err)
			}
			return append(line, '\n')
		}
		b.Run("many/"+kind, func(b *testing.B) {
			s := open(b)
			s.clients(b, 2, 4096, func(from, to int) {
				var body bytes.Buffer
				for n := from; n < to; n++ {
					body.Write(wanted(b, n))
				}
				s.post(b, "/v1/certificates/many", "application/x-ndjson", "", &body, to-from)
			})
		})
		for _, many := range []int{32, 128} {
			b.Run(fmt.Sprintf("single/%s/%d", kind, many), func(b *testing.B) {
				s := open(b)
				s.clients(b, many, 1, func(n, _ int) {
					s.post(b, "/v1/certificates", "application/json", fmt.Sprint("k", n), bytes.NewReader(wanted(b, n)), 1)
				})
			})
		}
	}
}

// clients ask at once, each for so many at a time, until all are issued; and the
// commits are counted.
func (s *service) clients(b *testing.B, many, each int, ask func(from, to int)) {
	before := s.commits(b)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range many {
		wg.Go(func() {
			for {
				from := int(next.Add(int64(each))) - each
				if from >= b.N {
					return
				}
				ask(from, min(from+each, b.N))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(s.commits(b)-before)/float64(b.N), "commits/op")
}

var benchClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}

// post sends orders and counts the certificates of the answer.
func (s *service) post(b *testing.B, path, media, key string, body io.Reader, want int) {
	r, err := http.NewRequest("POST", s.url+path, body)
	if err != nil {
		b.Error(err)
		return
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("Authorization", "Bearer "+s.key)
	r.Header.Set("Idempotency-Key", key)
	res, err := benchClient.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if n := bytes.Count(text, []byte(`"code":"HC1:`)); err != nil || n != want {
		b.Errorf("%d of %d certificates: %v %.300s", n, want, err, text)
	}
}

// commits are the records of the register's account.
func (s *service) commits(b *testing.B) (n int) {
	for _, err := range s.office.Register.Records(context.Background(), "norland") {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	return n
}
