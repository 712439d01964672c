package register_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/audit"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/register"
)

// every runs a test on each kind of register. What open returns is one register,
// in the hands of one more process.
func every(t *testing.T, test func(t *testing.T, open func() issue.Registry)) {
	storetest.Stores[issue.Registry](t, new(register.Memory), func(ctx context.Context, db *store.DB) (issue.Registry, error) { return register.Open(ctx, db) }, test)
}

func in(t testing.TB, db *store.DB) *register.SQL {
	t.Helper()
	r, err := register.Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// filing is one with numbers of its own.
func filing(n int) issue.Filing {
	e := issue.Entry{Serial: fmt.Sprintf("SERIAL%08d", n), Country: "XA", Format: "hc1", Kind: cert.KindTest, Laboratory: "laboratory-7", Clerk: "ana",
		Signer: sha256.Sum256([]byte("key")), Signature: make([]byte, 64), Issued: issuetest.Day, Until: issuetest.Day.AddDate(1, 0, 0)}
	e.Request = sha256.Sum256(binary.BigEndian.AppendUint64([]byte("request"), uint64(n)))
	e.Leaf = sha256.Sum256(binary.BigEndian.AppendUint64([]byte("leaf"), uint64(n)))
	binary.BigEndian.PutUint64(e.Signature, uint64(n)+1)
	return issue.Filing{Entry: e, ClerkLimit: 1 << 40, LabLimit: 1 << 40}
}

func filings(from, to int) (out []issue.Filing) {
	for n := from; n < to; n++ {
		out = append(out, filing(n))
	}
	return out
}

func filed(t testing.TB, r issue.Registry, authority string, f ...issue.Filing) []error {
	t.Helper()
	answers, err := r.File(context.Background(), authority, issuetest.Day, f)
	if err != nil || len(answers) != len(f) {
		t.Fatalf("%d answers for %d filings, %v", len(answers), len(f), err)
	}
	return answers
}

func all(t testing.TB, r issue.Registry, authority string, which issue.Which) (out []issue.Standing) {
	t.Helper()
	for s, err := range r.Entries(context.Background(), authority, which) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// checked looks whether a register is what its account says.
func checked(t testing.TB, r issue.Registry, authority string, kept ...audit.Head) audit.Head {
	t.Helper()
	o, err := issue.New(issue.Options{Authority: authority, Register: r, Keys: new(issuetest.Ring), Now: time.Now, Random: strings.NewReader("")})
	if err != nil {
		t.Fatal(err)
	}
	head, err := o.Check(context.Background(), kept...)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// What was written is read again, all of it, by serial, by request and in a row.
func TestWhatWasWrittenIsThere(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		f := filing(1)
		for _, err := range filed(t, open(), "norland", f) {
			if err != nil {
				t.Fatal(err)
			}
		}
		f.Batch = 1
		want := fmt.Sprintf("%+v", f.Entry)
		r := open()
		e, w, err := r.Find(t.Context(), "norland", f.Serial)
		if got := fmt.Sprintf("%+v", e); err != nil || got != want || w != (issue.Withdrawal{}) {
			t.Errorf("found %s, %v, %v; want %s", got, w, err, want)
		}
		e, err = r.Requested(t.Context(), "norland", f.Request)
		if got := fmt.Sprintf("%+v", e); err != nil || got != want {
			t.Errorf("requested %s, %v; want %s", got, err, want)
		}
		for _, s := range all(t, r, "norland", issue.Which{}) {
			if got := fmt.Sprintf("%+v", s.Entry); got != want {
				t.Errorf("entry %s; want %s", got, want)
			}
		}
		if head := checked(t, r, "norland"); head.N != 1 {
			t.Errorf("%d records", head.N)
		}
	})
}

// What is not there is ErrNoEntry, and another authority has nothing of it.
func TestAuthoritiesAreApart(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		r := open()
		filed(t, r, "norland", filing(1))
		f := filing(1)
		for comment, ask := range map[string]func() error{
			"serial":            func() error { _, _, err := r.Find(t.Context(), "norland", "SERIAL"); return err },
			"request":           func() error { _, err := r.Requested(t.Context(), "norland", [32]byte{}); return err },
			"serial of others":  func() error { _, _, err := r.Find(t.Context(), "sudmark", f.Serial); return err },
			"request of others": func() error { _, err := r.Requested(t.Context(), "sudmark", f.Request); return err },
			"copy":              func() error { _, err := r.Copy(t.Context(), "norland", f.Serial); return err },
		} {
			if err := ask(); !errors.Is(err, issue.ErrNoEntry) {
				t.Errorf("%s: %v", comment, err)
			}
		}
		// The same serial and request are its own.
		if err := filed(t, r, "sudmark", filing(1))[0]; err != nil {
			t.Error(err)
		}
		if n := len(all(t, r, "sudmark", issue.Which{})); n != 1 {
			t.Errorf("%d entries", n)
		}
		checked(t, r, "norland")
		checked(t, r, "sudmark")
	})
}

// A request or a serial is taken once, within a batch and between them; the others
// of the batch are written.
func TestOnce(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		r := open()
		filed(t, r, "norland", filings(0, 3)...)
		sameSerial, sameRequest := filing(10), filing(11)
		sameSerial.Serial, sameRequest.Request = filing(1).Serial, filing(2).Request
		twiceSerial, twiceRequest := filing(12), filing(13)
		twiceSerial.Serial, twiceRequest.Request = filing(5).Serial, filing(6).Request
		batch := []issue.Filing{filing(5), filing(1), sameSerial, sameRequest, filing(6), twiceSerial, twiceRequest, filing(6), filing(7)}
		want := []error{nil, issue.ErrRequested, issue.ErrSerial, issue.ErrRequested, nil, issue.ErrSerial, issue.ErrRequested, issue.ErrRequested, nil}
		for i, err := range filed(t, r, "norland", batch...) {
			if !errors.Is(err, want[i]) || (err == nil) != (want[i] == nil) {
				t.Errorf("filing %d: %v, want %v", i, err, want[i])
			}
		}
		if n := len(all(t, r, "norland", issue.Which{})); n != 6 {
			t.Errorf("%d entries", n)
		}
		c, err := r.Counts(t.Context(), "norland")
		if err != nil || len(c.Days) != 1 || c.Days[0].Issued != 6 {
			t.Errorf("counted %v, %v", c, err)
		}
		// One of which nothing is new leaves no record.
		filed(t, r, "norland", batch...)
		if head := checked(t, r, "norland"); head.N != 2 {
			t.Errorf("%d records", head.N)
		}
	})
}

// Limits hold for each clerk and for the laboratory, by kind, on each day; what was
// written before is no new one, though the limit be reached.
func TestLimits(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		r := open()
		n := 0
		next := func(change ...func(f *issue.Filing)) issue.Filing {
			n++
			f := filing(n)
			f.ClerkLimit, f.LabLimit = 2, 3
			for _, c := range change {
				c(&f)
			}
			return f
		}
		bob := func(f *issue.Filing) { f.Clerk = "bob" }
		dose := func(f *issue.Filing) { f.Kind = cert.KindVaccination }
		tomorrow := func(f *issue.Filing) { f.Issued = issuetest.Day.AddDate(0, 0, 1) }
		other := func(f *issue.Filing) { f.Laboratory = "laboratory-8" }
		first := next()
		for i, c := range []struct {
			filing issue.Filing
			want   error
		}{
			{first, nil},
			{next(), nil},
			{next(), issue.ErrLimit}, // of the clerk
			{first, issue.ErrRequested},
			{next(dose), nil},
			{next(bob), nil},
			{next(bob), issue.ErrLimit}, // of the laboratory
			{next(dose, bob), nil},      // of another kind
			{next(other, bob), nil},
			{next(tomorrow), nil},
			{next(func(f *issue.Filing) { f.ClerkLimit = 0 }), issue.ErrLimit},
		} {
			if err := filed(t, r, "norland", c.filing)[0]; !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("filing %d: %v, want %v", i, err, c.want)
			}
		}
		// In one batch: a retry takes nobody's place.
		again, second, third := next(other), next(other), next(other)
		filed(t, r, "norland", again)
		got := filed(t, r, "norland", again, second, third)
		if !errors.Is(got[0], issue.ErrRequested) || got[1] != nil || !errors.Is(got[2], issue.ErrLimit) {
			t.Errorf("batch: %v", got)
		}
		checked(t, r, "norland")
	})
}

// Several processes that write at once share serials, requests and limits.
func TestSeveralProcesses(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		const processes, batches, each, limit = 4, 8, 10, 150
		open()
		var mu sync.Mutex
		took := map[string]int{}
		limited := 0
		var wg sync.WaitGroup
		for p := range processes {
			r := open()
			wg.Go(func() {
				for b := range batches {
					// Half of a batch is everybody's, half is this process's own.
					var fs []issue.Filing
					for i := range each {
						n := b*each + i
						if i%2 == 1 {
							n += (p + 1) * 1000
						}
						f := filing(n)
						f.ClerkLimit, f.LabLimit = limit, limit
						fs = append(fs, f)
					}
					answers, err := r.File(context.Background(), "norland", issuetest.Day, fs)
					if err != nil {
						t.Errorf("process %d: %v", p, err)
						return
					}
					mu.Lock()
					for i, err := range answers {
						switch {
						case err == nil:
							took[fs[i].Serial]++
						case errors.Is(err, issue.ErrLimit):
							limited++
						}
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for s, n := range took {
			if n != 1 {
				t.Errorf("%s was taken %d times", s, n)
			}
		}
		// 40 of everybody and 40 of each are 200: more than the limit.
		if there := len(all(t, open(), "norland", issue.Which{})); there != limit || len(took) != limit || limited == 0 {
			t.Errorf("%d entries, %d taken, limit %d, %d were too many", there, len(took), limit, limited)
		}
		checked(t, open(), "norland")
	})
}

func proposal(id string, change func(p *issue.Proposal)) issue.Proposal {
	p := issue.Proposal{ID: id, Reason: issue.InError, By: "ana", At: issuetest.Day}
	change(&p)
	return p
}

// Certificates are withdrawn by serial, by laboratory and time, and by key, after
// a second person's word, once.
func TestWithdrawals(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		r := open()
		var fs []issue.Filing
		for n := range 30 {
			f := filing(n)
			f.Issued = issuetest.Day.Add(time.Duration(n) * time.Hour)
			if n%2 == 1 {
				f.Laboratory = "laboratory-8"
			}
			if n >= 20 {
				f.Signer = sha256.Sum256([]byte("later key"))
			}
			fs = append(fs, f)
		}
		filed(t, r, "norland", fs...)
		for _, c := range []struct {
			p    issue.Proposal
			want int
		}{
			{proposal("serials", func(p *issue.Proposal) {
				p.Serials = []string{fs[0].Serial, fs[1].Serial, fs[1].Serial, "UNKNOWN"}
			}), 2},
			{proposal("again", func(p *issue.Proposal) { p.Serials, p.Reason = []string{fs[1].Serial, fs[2].Serial}, issue.Holder }), 1},
			{proposal("span", func(p *issue.Proposal) {
				p.Laboratory, p.Reason = "laboratory-8", issue.Fraud
				p.Since, p.Before = fs[3].Issued, fs[9].Issued
			}), 3}, // 3, 5, 7
			{proposal("key", func(p *issue.Proposal) { p.Signer, p.Reason = fs[20].Signer, issue.KeyLost }), 10},
			{proposal("nothing", func(p *issue.Proposal) { p.Laboratory = "laboratory-9" }), 0},
		} {
			if err := r.Propose(t.Context(), "norland", c.p); err != nil {
				t.Fatalf("%s: %v", c.p.ID, err)
			}
			if err := r.Propose(t.Context(), "norland", c.p); err != nil {
				t.Errorf("%s: proposed again: %v", c.p.ID, err)
			}
			before := len(all(t, r, "norland", issue.Which{Withdrawn: true}))
			if _, err := r.Confirm(t.Context(), "norland", c.p.ID, "ana", issuetest.Day); !errors.Is(err, issue.ErrSamePerson) {
				t.Errorf("%s: confirmed by who proposed it: %v", c.p.ID, err)
			}
			if n := len(all(t, r, "norland", issue.Which{Withdrawn: true})); n != before {
				t.Errorf("%s: %d withdrawn by one person", c.p.ID, n-before)
			}
			for range 2 {
				if n, err := r.Confirm(t.Context(), "norland", c.p.ID, "bob", issuetest.Day.AddDate(0, 0, 3)); n != c.want || err != nil {
					t.Errorf("%s: %d withdrawn, %v; want %d", c.p.ID, n, err, c.want)
				}
			}
		}
		_, w, err := r.Find(t.Context(), "norland", fs[1].Serial)
		if want := (issue.Withdrawal{Reason: issue.InError, Since: issuetest.Day.AddDate(0, 0, 3), Proposal: "serials"}); err != nil || w != want {
			t.Errorf("%v, %v; want %v", w, err, want)
		}
		c, err := r.Counts(t.Context(), "norland")
		if got, want := fmt.Sprint(c.Withdrawn), "map[error:2 fraud:3 holder:1 key-lost:10]"; got != want || err != nil {
			t.Errorf("counts %s, %v; want %s", got, err, want)
		}
		if len(c.Days) != 4 || c.Days[0] != (issue.DayCount{Day: "2026-11-23", Laboratory: "laboratory-7", Kind: cert.KindTest, Issued: 8}) {
			t.Errorf("days %v", c.Days)
		}
		if _, err := r.Confirm(t.Context(), "norland", "unknown", "bob", issuetest.Day); !errors.Is(err, issue.ErrNoProposal) {
			t.Errorf("unknown: %v", err)
		}
		other := proposal("key", func(p *issue.Proposal) { p.Serials = []string{"X"} })
		if err := r.Propose(t.Context(), "norland", other); !errors.Is(err, issue.ErrProposed) {
			t.Errorf("another of the name: %v", err)
		}
		checked(t, r, "norland")
	})
}

// Entries are selected by all that is asked, in an order that stays, over pages.
func TestWhich(t *testing.T) {
	every(t, func(t *testing.T, open func() issue.Registry) {
		r := open()
		const n = 2500
		fs := filings(0, n)
		for i := range fs {
			fs[i].Issued = issuetest.Day.Add(time.Duration(i) * time.Second)
			if i%5 == 0 {
				fs[i].Laboratory = "laboratory-8"
			}
		}
		for part := range slices.Chunk(fs, 500) {
			filed(t, r, "norland", part...)
		}
		for _, c := range []struct {
			comment string
			which   issue.Which
			want    int
		}{
			{"all", issue.Which{}, n},
			{"a laboratory", issue.Which{Laboratory: "laboratory-8"}, n / 5},
			{"since", issue.Which{Since: fs[2000].Issued}, 500},
			{"before", issue.Which{Before: fs[2000].Issued}, 2000},
			{"a batch", issue.Which{Batch: 2}, 500},
			{"a batch's laboratory", issue.Which{Batch: 2, Laboratory: "laboratory-8"}, 100},
			{"a key", issue.Which{Signer: fs[0].Signer}, n},
			{"another key", issue.Which{Signer: [32]byte{1}}, 0},
			{"withdrawn", issue.Which{Withdrawn: true}, 0},
		} {
			got := all(t, r, "norland", c.which)
			if len(got) != c.want {
				t.Errorf("%s: %d, want %d", c.comment, len(got), c.want)
			}
			if again := all(t, r, "norland", c.which); fmt.Sprint(got) != fmt.Sprint(again) {
				t.Errorf("%s: another order", c.comment)
			}
			for _, s := range got {
				if !c.which.Has(s) {
					t.Fatalf("%s: %v", c.comment, s)
				}
			}
		}
	})
}

// Who changes the register behind its account is found out.
func TestChangesAreSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		r := in(t, db)
		filed(t, r, "norland", filings(0, 5)...)
		if err := r.Propose(t.Context(), "norland", proposal("p", func(p *issue.Proposal) { p.Serials = []string{filing(1).Serial, filing(2).Serial} })); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Confirm(t.Context(), "norland", "p", "bob", issuetest.Day); err != nil {
			t.Fatal(err)
		}
		head := checked(t, r, "norland")
		o, err := issue.New(issue.Options{Authority: "norland", Register: r, Keys: new(issuetest.Ring), Now: time.Now, Random: strings.NewReader("")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.Check(t.Context(), audit.Head{N: head.N + 1}); !errors.Is(err, audit.ErrChanged) {
			t.Errorf("a shorter account: %v", err)
		}
		for _, c := range []struct{ do, undo string }{
			{"UPDATE issue_entry SET clerk = 'bob' WHERE serial = 'SERIAL00000003'", "UPDATE issue_entry SET clerk = 'ana'"},
			{"UPDATE issue_entry SET issued = issued + 1000000 WHERE serial = 'SERIAL00000003'", "UPDATE issue_entry SET issued = issued - 1000000 WHERE serial = 'SERIAL00000003'"},
			{"UPDATE issue_entry SET batch = 2 WHERE serial = 'SERIAL00000003'", "UPDATE issue_entry SET batch = 1"},
			{"UPDATE issue_withdrawn SET reason = 'holder' WHERE serial = 'SERIAL00000001'", "UPDATE issue_withdrawn SET reason = 'error'"},
			{"UPDATE issue_withdrawn SET proposal = 'q' WHERE serial = 'SERIAL00000001'", "UPDATE issue_withdrawn SET proposal = 'p'"},
			{"INSERT INTO issue_withdrawn SELECT authority, 'SERIAL00000004', reason, since, proposal FROM issue_withdrawn WHERE serial = 'SERIAL00000001'", "DELETE FROM issue_withdrawn WHERE serial = 'SERIAL00000004'"},
			{"UPDATE issue_record SET many = 4 WHERE n = 1", "UPDATE issue_record SET many = 5 WHERE n = 1"},
			{"UPDATE issue_record SET who = 'bob' WHERE n = 2", "UPDATE issue_record SET who = 'ana' WHERE n = 2"},
			{"UPDATE issue_record SET n = 9 WHERE n = 2", "UPDATE issue_record SET n = 2 WHERE n = 9"},
			{"DELETE FROM issue_withdrawn WHERE serial = 'SERIAL00000002'", ""},
		} {
			change(t, db, c.do)
			if _, err := o.Check(t.Context(), head); !errors.Is(err, audit.ErrChanged) {
				t.Errorf("%s: %v", c.do, err)
			}
			if c.undo != "" {
				change(t, db, c.undo)
				checked(t, r, "norland", head)
			}
		}
	})
}

func change(t *testing.T, db *store.DB, query string) {
	t.Helper()
	err := db.Do(t.Context(), func(tx *store.Tx) error {
		n, err := tx.Exec(t.Context(), query)
		if err == nil && n == 0 {
			return errors.New("nothing was changed")
		}
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
