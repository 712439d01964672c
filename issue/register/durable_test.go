package register_test

import (
	"bufio"
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/register"
)

// runs is how often something dies in a test: PRATIQUE_RUNS, else a few times.
func runs(t *testing.T, few int) int {
	text := os.Getenv("PRATIQUE_RUNS")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		t.Fatal("PRATIQUE_RUNS is no number")
	}
	return n
}

func office(r issue.Registry) (*issue.Office, error) {
	ring, err := issuetest.NewRing()
	if err != nil {
		return nil, err
	}
	return issue.New(issue.Options{Authority: "norland", Register: r, Keys: ring, Now: func() time.Time { return issuetest.Day }, Random: crand.Reader})
}

// handed is what people have in their hands: the leaf and the serial of each order.
type handed struct {
	mu sync.Mutex
	of map[string]string
}

func (h *handed) put(t testing.TB, key, what string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = map[string]string{}
	}
	if have, ok := h.of[key]; ok && have != what {
		t.Errorf("order %s has two certificates: %s and %s", key, have, what)
	}
	h.of[key] = what
}

func line(i issue.Issued) string { return fmt.Sprintf("%s %x", i.Entry.Serial, i.Entry.Leaf) }

// whole looks whether the register has all that was handed out, once, and is what
// its account says.
func (h *handed) whole(t testing.TB, r issue.Registry) int {
	t.Helper()
	there := map[string]bool{}
	requests := map[[32]byte]bool{}
	n := 0
	for _, s := range all(t, r, "norland", issue.Which{}) {
		n++
		there[s.Serial+" "+hex.EncodeToString(s.Leaf[:])] = true
		if requests[s.Request] {
			t.Error("an order has two entries")
		}
		requests[s.Request] = true
	}
	if len(there) != n {
		t.Errorf("%d serials of %d entries", len(there), n)
	}
	for key, what := range h.of {
		if !there[what] {
			t.Errorf("order %s was handed out and is not in the register", key)
		}
	}
	checked(t, r, "norland")
	c, err := r.Counts(context.Background(), "norland")
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, d := range c.Days {
		counted += d.Issued
	}
	if counted != n {
		t.Errorf("%d entries were counted as %d", n, counted)
	}
	return n
}

// bulk issues the orders of these numbers, some at a time, until one fails, and
// tells of each that was handed out.
func bulk(ctx context.Context, o *issue.Office, from, to int, tell func(key string, i issue.Issued)) error {
	const writers, batch = 3, 5
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for w := range writers {
		wg.Go(func() {
			for at := from + w*batch; at < to; at += writers * batch {
				var orders []issue.Order
				for n := at; n < min(at+batch, to); n++ {
					orders = append(orders, issuetest.Order(fmt.Sprint(n), issue.HC1, n))
				}
				got, errs := o.IssueAll(ctx, orders)
				mu.Lock()
				for i, err := range errs {
					if err == nil {
						tell(orders[i].Key, got[i])
					} else if got[i].Text != "" {
						failed = errors.New("an error and a certificate")
					} else if failed == nil {
						failed = err
					}
				}
				stop := failed != nil
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	wg.Wait()
	return failed
}

// The power goes at any moment while certificates are issued in bulk: what was
// handed out is in the register, and the run goes on to its end when it is back.
func TestThePowerGoes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	cut := 0
	for run := range runs(t, 15) {
		disk := storetest.NewDisk(fmt.Sprint("issue-", run))
		var h handed
		const orders = 60
		for life := 0; ; life++ {
			if life < 5 {
				disk.CutAfter(r.IntN(400))
			}
			err := issueOn(t, disk.Address(), &h, orders)
			if err == nil {
				break
			}
			if life >= 5 {
				t.Fatalf("run %d: with power: %v", run, err)
			}
			cut++
			disk.Restore(r)
		}
		disk.CutAfter(-1)
		db, err := store.Open(t.Context(), disk.Address())
		if err != nil {
			t.Fatal(err)
		}
		if n := h.whole(t, in(t, db)); n != orders || len(h.of) != orders {
			t.Errorf("run %d: %d entries, %d handed out, of %d orders", run, n, len(h.of), orders)
		}
		db.Close()
		disk.Close()
	}
	if cut < 15 {
		t.Errorf("the power went %d times", cut)
	}
}

func issueOn(t testing.TB, address string, h *handed, orders int) error {
	db, err := store.Open(context.Background(), address)
	if err != nil {
		return err
	}
	defer db.Close()
	reg, err := register.Open(context.Background(), db)
	if err != nil {
		return err
	}
	o, err := office(reg)
	if err != nil {
		return err
	}
	return bulk(context.Background(), o, 0, orders, func(key string, i issue.Issued) { h.put(t, key, line(i)) })
}

// A full disk gives errors and no certificates; with room again the same orders
// are served, and what was handed out before is there.
func TestAFullDisk(t *testing.T) {
	disk := storetest.NewDisk("issue-full")
	defer disk.Close()
	db, err := store.Open(t.Context(), disk.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	reg := in(t, db)
	room := func(pages int64) { // of 4096 bytes, beside those that are used
		t.Helper()
		err := db.View(t.Context(), func(tx *store.Tx) error {
			var n int64
			if err := tx.QueryRow(t.Context(), "PRAGMA page_count").Scan(&n); err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", n+pages)).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	o, err := office(reg)
	if err != nil {
		t.Fatal(err)
	}
	var h handed
	tell := func(key string, i issue.Issued) { h.put(t, key, line(i)) }
	room(20)
	err = bulk(t.Context(), o, 0, 400, tell)
	if !errors.Is(err, issue.ErrNotKnown) || !strings.Contains(err.Error(), "full") {
		t.Fatalf("%d were handed out, %v", len(h.of), err)
	}
	if n := h.whole(t, reg); n == 0 || n == 400 {
		t.Errorf("%d entries on a full disk", n)
	}
	room(1 << 20)
	if err := bulk(t.Context(), o, 0, 400, tell); err != nil {
		t.Fatal(err)
	}
	if n := h.whole(t, reg); n != 400 || len(h.of) != 400 {
		t.Errorf("%d entries, %d handed out", n, len(h.of))
	}
}

// The database server is killed and comes back while certificates are issued:
// nothing that was handed out is lost, and senders who ask again get theirs.
func TestTheDatabaseIsKilled(t *testing.T) {
	storetest.Postgres(t) // skips where there is none
	server, err := storetest.NewServer(storetest.Folder(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Kill()
	db, err := store.Open(t.Context(), server.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	reg := in(t, db)
	o, err := office(reg)
	if err != nil {
		t.Fatal(err)
	}
	var h handed
	const each = 600
	killed := 0
	for run := range runs(t, 4) {
		done := make(chan error, 1)
		tell := func(key string, i issue.Issued) { h.put(t, key, line(i)) }
		from, to := run*each, (run+1)*each
		go func() { done <- bulk(context.Background(), o, from, to, tell) }()
		select {
		case err = <-done:
		case <-time.After(time.Duration(rand.IntN(150)) * time.Millisecond):
			server.Kill()
			err = <-done
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
		}
		if err != nil {
			killed++
		}
		for tries := 0; err != nil; tries++ {
			if tries == 20 {
				t.Fatalf("run %d: with the database back: %v", run, err)
			}
			time.Sleep(50 * time.Millisecond)
			err = bulk(t.Context(), o, from, to, tell)
		}
		if n := h.whole(t, reg); n != to || len(h.of) != to {
			t.Errorf("run %d: %d entries, %d handed out, want %d", run, n, len(h.of), to)
		}
	}
	if killed == 0 {
		t.Error("the server was never killed in time")
	}
	t.Logf("the server was killed %d times while it wrote", killed)
}

// childAddress names the database of a child process of TestKilled.
const childAddress = "PRATIQUE_ISSUE_CHILD"

func TestMain(m *testing.M) {
	if address := os.Getenv(childAddress); address != "" {
		if err := child(address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const childOrders = 300

// child issues, and says of each certificate that it hands it out.
func child(address string) error {
	db, err := store.Open(context.Background(), address)
	if err != nil {
		return err
	}
	reg, err := register.Open(context.Background(), db)
	if err != nil {
		return err
	}
	o, err := office(reg)
	if err != nil {
		return err
	}
	return bulk(context.Background(), o, 0, childOrders, func(key string, i issue.Issued) {
		fmt.Println(key, line(i)) // unbuffered: it is in the hands of the parent
	})
}

// Issuing processes, two at a time, are killed at random moments (kill -9) and
// begun again, until all orders are served: each order has one certificate, and
// what was handed out is in the register.
func TestKilled(t *testing.T) {
	for _, c := range []struct {
		name    string
		address func(t testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(c.name, func(t *testing.T) {
			want := runs(t, 6)
			for killed, run := 0, 0; killed < want; run++ {
				address := c.address(t)
				var h handed
				// They live the longer, the more have died: also where a process needs
				// long to begin, some get to the end.
				for ended, longest := 0, 400*time.Millisecond; ended < 2; longest += longest / 4 {
					var wg sync.WaitGroup
					var mu sync.Mutex
					for range 2 {
						wg.Go(func() {
							dead, err := live(t, address, longest, &h)
							mu.Lock()
							defer mu.Unlock()
							switch {
							case dead:
								killed++
							case err != nil:
								t.Error(err)
								ended = 2
							default:
								ended++
							}
						})
					}
					wg.Wait()
					if t.Failed() {
						return
					}
				}
				db, err := store.Open(t.Context(), address)
				if err != nil {
					t.Fatal(err)
				}
				if n := h.whole(t, in(t, db)); n != childOrders || len(h.of) != childOrders {
					t.Errorf("run %d: %d entries, %d handed out, of %d orders", run, n, len(h.of), childOrders)
				}
				db.Close()
			}
		})
	}
}

// live lets a process issue for a random time and then kills it, or finds that it
// has ended.
func live(t testing.TB, address string, longest time.Duration, h *handed) (killed bool, err error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childAddress+"="+address)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	timer := time.AfterFunc(20*time.Millisecond+rand.N(longest), func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	for s := bufio.NewScanner(out); s.Scan(); {
		// The last line may be cut; a serial and a leaf have their lengths.
		if key, what, ok := strings.Cut(s.Text(), " "); ok && len(what) == len("URN:UVCI:01:XA:#C")+26+1+64 {
			h.put(t, key, what)
		}
	}
	err = cmd.Wait()
	if e, ok := errors.AsType[*exec.ExitError](err); ok && !e.Exited() {
		return true, nil
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, said.String())
	}
	return false, err
}

// Several processes that begin at once on a new database make its tables once.
func TestSeveralBegin(t *testing.T) {
	for _, c := range []struct {
		name    string
		address func(t testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		t.Run(c.name, func(t *testing.T) {
			address := c.address(t)
			var wg sync.WaitGroup
			for n := range 4 {
				wg.Go(func() {
					db, err := store.Open(context.Background(), address)
					if err != nil {
						t.Error(err)
						return
					}
					defer db.Close()
					r, err := register.Open(context.Background(), db)
					if err != nil {
						t.Error(err)
						return
					}
					if answers, err := r.File(context.Background(), "norland", issuetest.Day, []issue.Filing{filing(n)}); err != nil || answers[0] != nil {
						t.Error(answers, err)
					}
				})
			}
			wg.Wait()
		})
	}
}
