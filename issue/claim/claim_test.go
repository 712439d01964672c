package claim_test

import (
	"bytes"
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
	"github.com/pratique/pratique/issue/claim"
)

var start = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)

const certificate = "HC1:A CERTIFICATE OF SOMEBODY"

// desk is claims with a clock that is set.
type desk struct {
	*claim.Claims
	after atomic.Int64
	t     testing.TB
}

func (d *desk) at(after time.Duration) { d.after.Store(int64(after)) }

func newDesk(t testing.TB, s claim.Store, change ...func(*claim.Options)) *desk {
	t.Helper()
	d := &desk{t: t}
	o := claim.Options{Store: s, Secret: bytes.Repeat([]byte{7}, 32), Random: rand.Reader, Now: func() time.Time { return start.Add(time.Duration(d.after.Load())) }}
	for _, c := range change {
		c(&o)
	}
	var err error
	if d.Claims, err = claim.New(o); err != nil {
		t.Fatal(err)
	}
	d.Cheapen()
	return d
}

func generous(o *claim.Options) { o.Limits = claim.Limits{Source: 1 << 30, Total: 1 << 30} }

func (d *desk) give(ref string, terms claim.Terms) claim.Code {
	d.t.Helper()
	c, _, err := d.Make(d.t.Context(), ref, []byte(certificate), terms)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func newWallet(t testing.TB) *claim.Wallet {
	t.Helper()
	w, err := claim.NewWallet(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fetch redeems and opens.
func (d *desk) fetch(w *claim.Wallet, code claim.Code, proof string) (string, error) {
	answer, err := d.Redeem(d.t.Context(), claim.Attempt{Source: "192.0.2.1", Code: code.String(), Proof: proof, Wallet: w.Public()}, nil)
	if err != nil {
		return "", err
	}
	content, err := w.Open(answer)
	return string(content), err
}

func stores(t *testing.T, f func(t *testing.T, open func() claim.Store)) {
	storetest.Stores[claim.Store](t, new(claim.Memory), func(ctx context.Context, db *store.DB) (claim.Store, error) { return claim.NewDatabase(ctx, db) }, f)
}

// Conformance: what every store does.
func TestAStoreKeepsClaims(t *testing.T) {
	stores(t, func(t *testing.T, open func() claim.Store) {
		s, again := open(), open()
		ctx := t.Context()
		name := func(n byte) [16]byte { return [16]byte{n} }
		wallet := func(n byte) [32]byte { return [32]byte{n} }
		hours := func(n float64) time.Time { return start.Add(time.Duration(n * float64(time.Hour))) }
		put := func(comment string, n, ref byte, until, now float64, want error) {
			t.Helper()
			if err := s.Put(ctx, claim.Record{Name: name(n), Ref: name(ref), Until: hours(until), Blob: []byte{n, ref}}, hours(now)); !errors.Is(err, want) {
				t.Errorf("%s: %v", comment, err)
			}
		}
		take := func(comment string, n, w byte, now float64, blob []byte) {
			t.Helper()
			r, err := again.Claim(ctx, name(n), wallet(w), hours(now))
			switch {
			case blob == nil && !errors.Is(err, claim.ErrCode):
				t.Errorf("%s: %v, %v", comment, r, err)
			case blob != nil && (err != nil || !bytes.Equal(r.Blob, blob) || r.Name != name(n)):
				t.Errorf("%s: %v, %v", comment, r, err)
			}
		}
		take("nothing is there", 1, 1, 0, nil)
		put("the first", 1, 10, 2, 0, nil)
		take("after its end", 1, 1, 2, nil)
		take("the last moment", 1, 1, 1.99, []byte{1, 10})
		take("the same wallet again", 1, 1, 1.5, []byte{1, 10})
		take("another wallet", 1, 2, 1.5, nil)
		put("a name that was redeemed", 1, 11, 5, 1, claim.ErrTaken)
		put("a name that was redeemed, of the same", 1, 10, 5, 1, claim.ErrTaken)
		take("is still there after that", 1, 1, 1.5, []byte{1, 10})
		put("the next code of the same", 2, 10, 3, 1, nil)
		take("the code before it is over", 1, 1, 1, nil)
		put("the same once more", 2, 10, 4, 1, nil)
		take("with its new end", 2, 3, 3.5, []byte{2, 10})
		put("a slip", 3, 12, 5, 1, nil)
		put("its name for another certificate", 3, 13, 5, 1, claim.ErrTaken)
		take("is untouched", 3, 4, 2, []byte{3, 12})
		put("a code", 4, 14, 5, 1, nil)
		put("its name for another, when it is over", 4, 15, 9, 6, nil)
		take("is the other's", 4, 5, 6, []byte{4, 15})
		put("to be ended", 5, 16, 9, 6, nil)
		for _, want := range []int{1, 0} {
			if n, err := again.Cancel(ctx, name(16), hours(6)); n != want || err != nil {
				t.Errorf("ended %d, %v", n, err)
			}
		}
		take("ended", 5, 5, 6, nil)
		redeemed, err := s.Redeemed(ctx, name(10))
		if err != nil || len(redeemed) != 2 || redeemed[0].Wallet != wallet(1) || redeemed[1].Wallet != wallet(3) || !redeemed[1].At.Equal(hours(3.5)) {
			t.Errorf("redeemed %+v, %v", redeemed, err)
		}
		if n, err := s.Cancel(ctx, name(15), hours(6.5)); n != 0 || err != nil { // redeemed: its content goes, not its memory
			t.Errorf("ended %d, %v", n, err)
		}
		take("redeemed, then ended", 4, 5, 6.6, nil)

		put("over soon", 6, 17, 7, 6, nil)
		put("good for long", 7, 18, 30, 6, nil)
		if err := s.Purge(ctx, hours(8), hours(1.8), 0); err != nil {
			t.Fatal(err)
		}
		take("over, and gone", 6, 1, 6, nil)
		take("good, and there", 7, 1, 8, []byte{7, 18})
		take("the redeemed content is gone, also for a clock that went back", 2, 3, 3.5, nil)
		if redeemed, err = s.Redeemed(ctx, name(10)); err != nil || len(redeemed) != 2 {
			t.Errorf("after purging the old: %+v, %v", redeemed, err)
		}
		if err := s.Purge(ctx, hours(8), hours(3), 0); err != nil {
			t.Fatal(err)
		}
		if redeemed, err = s.Redeemed(ctx, name(10)); err != nil || len(redeemed) != 1 || redeemed[0].Wallet != wallet(3) {
			t.Errorf("after purging the older: %+v, %v", redeemed, err)
		}
	})
}

func TestAStoreCountsAttempts(t *testing.T) {
	stores(t, func(t *testing.T, open func() claim.Store) {
		s, again := open(), open()
		a := claim.Counter{Who: [16]byte{1}, Window: 5, Most: 3}
		all := claim.Counter{Who: [16]byte{2}, Window: 5, Most: 4}
		other := claim.Counter{Who: [16]byte{3}, Window: 5, Most: 3}
		for i, v := range []struct {
			s        claim.Store
			counters []claim.Counter
			n        int64
			want     bool
		}{
			{s, []claim.Counter{a, all}, 1, true}, {again, []claim.Counter{a, all}, 1, true}, {s, []claim.Counter{a, all}, 1, true},
			{s, []claim.Counter{a, all}, 1, false}, {again, []claim.Counter{a, all}, 1, false}, // a is full, and all has not moved
			{s, []claim.Counter{other, all}, 1, true}, {s, []claim.Counter{other, all}, 1, false}, // all is full, and other has not moved
			{s, []claim.Counter{other, all}, -1, true}, {s, []claim.Counter{other, all}, -1, true}, // none below zero: all at 2
			{s, []claim.Counter{other, all}, 1, true}, {s, []claim.Counter{other, all}, 1, true}, {s, []claim.Counter{other, all}, 1, false},
			{s, []claim.Counter{{Who: a.Who, Window: 6, Most: 3}}, 1, true}, // another window
		} {
			if ok, err := v.s.Count(t.Context(), v.counters, v.n); ok != v.want || err != nil {
				t.Errorf("attempt %d: %v, %v", i, ok, err)
			}
		}
		if err := s.Purge(t.Context(), start, start, 6); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.Count(t.Context(), []claim.Counter{a, all}, 3); !ok || err != nil {
			t.Errorf("after purging: %v, %v", ok, err)
		}
	})
}

// A certificate is fetched by its code, by one wallet, and as often as that needs.
func TestACodeIsRedeemed(t *testing.T) {
	stores(t, func(t *testing.T, open func() claim.Store) {
		d := newDesk(t, open(), generous)
		elsewhere := newDesk(t, open(), generous) // another process
		code, until, err := d.Make(t.Context(), "serial-1", []byte(certificate), claim.Terms{})
		if err != nil || !until.Equal(start.Add(2*time.Hour)) {
			t.Fatalf("until %s, %v", until, err)
		}
		w := newWallet(t)
		for range 2 {
			if got, err := elsewhere.fetch(w, code, ""); err != nil || got != certificate {
				t.Errorf("fetched %q, %v", got, err)
			}
		}
		if _, err := d.fetch(newWallet(t), code, ""); !errors.Is(err, claim.ErrCode) {
			t.Errorf("another wallet: %v", err)
		}
		if all, err := d.Claimed(t.Context(), "serial-1"); err != nil || len(all) != 1 || !all[0].At.Equal(start) {
			t.Errorf("claimed %+v, %v", all, err)
		}
		d.at(2 * time.Hour)
		if _, err := d.fetch(w, code, ""); !errors.Is(err, claim.ErrCode) {
			t.Errorf("after two hours: %v", err)
		}
	})
}

// On a new phone: a new code, which ends the one before.
func TestIssuedAgainOnANewPhone(t *testing.T) {
	d := newDesk(t, new(claim.Memory), generous)
	old, lost := newWallet(t), d.give("serial-1", claim.Terms{})
	first := d.give("serial-1", claim.Terms{})
	if _, err := d.fetch(old, lost, ""); !errors.Is(err, claim.ErrCode) {
		t.Errorf("the slip that was lost: %v", err)
	}
	if _, err := d.fetch(old, first, ""); err != nil {
		t.Fatal(err)
	}
	d.at(time.Minute)
	second, phone := d.give("serial-1", claim.Terms{}), newWallet(t)
	if got, err := d.fetch(phone, second, ""); err != nil || got != certificate {
		t.Errorf("the new phone: %q, %v", got, err)
	}
	if _, err := d.fetch(old, first, ""); !errors.Is(err, claim.ErrCode) {
		t.Errorf("the old phone, with the old code: %v", err)
	}
	if all, err := d.Claimed(t.Context(), "serial-1"); err != nil || len(all) != 2 || all[0].Wallet == all[1].Wallet {
		t.Errorf("claimed %+v, %v", all, err)
	}
	third := d.give("serial-1", claim.Terms{})
	if n, err := d.Cancel(t.Context(), "serial-1"); n != 1 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	if _, err := d.fetch(phone, third, ""); !errors.Is(err, claim.ErrCode) {
		t.Errorf("after it was withdrawn: %v", err)
	}
}

// A slip is given out while the line is down, and filled when it is back.
func TestASlipIsFilledLater(t *testing.T) {
	stores(t, func(t *testing.T, open func() claim.Store) {
		d := newDesk(t, open(), generous)
		slip, err := claim.Draw(rand.Reader) // without any connection
		if err != nil {
			t.Fatal(err)
		}
		w, terms := newWallet(t), claim.Terms{Proof: "1974-08-12"}
		if _, err := d.fetch(w, slip, terms.Proof); !errors.Is(err, claim.ErrCode) {
			t.Errorf("before there is a certificate: %v", err)
		}
		d.at(5 * time.Hour)
		for range 2 { // the line went down again
			until, err := d.Fill(t.Context(), slip, "serial-1", []byte(certificate), terms)
			if err != nil || !until.Equal(start.Add(5*time.Hour+claim.SlipLife)) {
				t.Fatalf("until %s, %v", until, err)
			}
		}
		if _, err := d.Fill(t.Context(), slip, "serial-2", []byte(certificate), terms); !errors.Is(err, claim.ErrTaken) {
			t.Errorf("for somebody else: %v", err)
		}
		d.at(150 * time.Hour)
		for _, proof := range []string{"", "1974-08-13"} {
			if _, err := d.fetch(w, slip, proof); !errors.Is(err, claim.ErrCode) {
				t.Errorf("with the proof %q: %v", proof, err)
			}
		}
		if got, err := d.fetch(w, slip, terms.Proof); err != nil || got != certificate {
			t.Errorf("fetched %q, %v", got, err)
		}
		if _, err := d.Fill(t.Context(), slip, "serial-1", []byte(certificate), terms); !errors.Is(err, claim.ErrTaken) {
			t.Errorf("a slip that was redeemed: %v", err)
		}
	})
}

// watched counts what is asked of a store.
type watched struct {
	claim.Store
	calls []string
}

func (w *watched) Claim(ctx context.Context, name [16]byte, wallet [32]byte, now time.Time) (claim.Record, error) {
	w.calls = append(w.calls, "claim")
	return w.Store.Claim(ctx, name, wallet, now)
}

func (w *watched) Count(ctx context.Context, c []claim.Counter, n int64) (bool, error) {
	w.calls = append(w.calls, fmt.Sprint("count ", n))
	return w.Store.Count(ctx, c, n)
}

// Whatever is wrong with a code, the answer and the work are the same.
func TestAWrongCodeTellsNothing(t *testing.T) {
	s := &watched{Store: new(claim.Memory)}
	d := newDesk(t, s, generous)
	thief := newWallet(t)
	used, expired, proven, locked := d.give("used", claim.Terms{}), d.give("expired", claim.Terms{Life: time.Minute}), d.give("proven", claim.Terms{Proof: "1974-08-12"}), d.give("ended", claim.Terms{})
	if _, err := d.fetch(newWallet(t), used, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Cancel(t.Context(), "ended"); err != nil {
		t.Fatal(err)
	}
	d.at(time.Hour)
	for _, v := range []struct {
		comment string
		code    claim.Code
		proof   string
	}{{"unknown", draw(t), ""}, {"unknown, with a proof", draw(t), "1974-08-12"}, {"used", used, ""}, {"expired", expired, ""}, {"without the proof", proven, ""}, {"with another", proven, "1974-08-13"}, {"ended", locked, ""}} {
		s.calls = nil
		before := d.Stretches()
		_, err := d.fetch(thief, v.code, v.proof)
		if err != claim.ErrCode { // the very value: nothing is wrapped in it
			t.Errorf("%s: %v", v.comment, err)
		}
		if work := fmt.Sprint(d.Stretches()-before, s.calls); work != "1 [count 1 claim]" {
			t.Errorf("%s: the work was %s", v.comment, work)
		}
	}
	s.calls = nil
	before := d.Stretches()
	for comment, a := range map[string]claim.Attempt{
		"mistyped":              {Code: "3333-3334", Wallet: thief.Public()},
		"no key":                {Code: draw(t).String()},
		"half a key":            {Code: draw(t).String(), Wallet: thief.Public()[:33]},
		"a point off the curve": {Code: draw(t).String(), Wallet: append([]byte{4}, make([]byte, 64)...)},
	} {
		if _, err := d.Redeem(t.Context(), a, nil); !errors.Is(err, claim.ErrTyped) && !errors.Is(err, claim.ErrWallet) {
			t.Errorf("%s: %v", comment, err)
		}
	}
	if d.Stretches() != before || s.calls != nil {
		t.Error("what can be seen without asking was asked")
	}
}

// Brute force, counted: whoever guesses is stopped by source and in total, in all
// processes together, whatever they try, and nobody learns anything by it.
func TestGuessingIsStoppedByCount(t *testing.T) {
	stores(t, func(t *testing.T, open func() claim.Store) {
		limits := func(o *claim.Options) { o.Limits = claim.Limits{Source: 5, Total: 160} }
		desks := []*desk{newDesk(t, open(), limits), newDesk(t, open(), limits)}
		right := desks[0].give("serial-1", claim.Terms{})
		before := desks[0].Stretches()
		w := newWallet(t)
		tries, guesses := 2000, make(chan string, 2000)
		for i := range tries {
			guesses <- fmt.Sprintf("198.51.100.%d", i%250)
		}
		close(guesses)
		var wrong, limited atomic.Int64
		var wg sync.WaitGroup
		for n := range 8 {
			d := desks[n%2]
			wg.Go(func() {
				for source := range guesses {
					_, err := d.Redeem(t.Context(), claim.Attempt{Source: source, Code: draw(t).String(), Wallet: w.Public()}, nil)
					var l *claim.Limited
					switch {
					case errors.As(err, &l) && errors.Is(err, claim.ErrLimited):
						limited.Add(1)
						if !l.Until.Equal(start.Add(time.Hour)) {
							t.Errorf("until %s", l.Until)
						}
					case errors.Is(err, claim.ErrCode):
						wrong.Add(1)
					default:
						t.Errorf("a guess: %v", err)
					}
				}
			})
		}
		wg.Wait()
		if wrong.Load() > 160 || wrong.Load() < 8*5 || wrong.Load()+limited.Load() != int64(tries) {
			t.Errorf("%d guesses were tried, %d refused", wrong.Load(), limited.Load())
		}
		if n := desks[0].Stretches() + desks[1].Stretches() - before; int64(n) != wrong.Load() {
			t.Errorf("stretched %d times for %d guesses", n, wrong.Load())
		}
		// From a source that is locked the right code is refused as any other.
		if _, err := desks[1].Redeem(t.Context(), claim.Attempt{Source: "198.51.100.7", Code: right.String(), Wallet: w.Public()}, nil); !errors.Is(err, claim.ErrLimited) {
			t.Errorf("the right code, from a source that is locked: %v", err)
		}
		// When the window is over, it is good.
		desks[1].at(time.Hour)
		if _, err := desks[1].Redeem(t.Context(), claim.Attempt{Source: "198.51.100.7", Code: right.String(), Wallet: w.Public()}, nil); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// Five wrong codes lock a source; right ones do not count, and are no way to forget
// the wrong ones.
func TestASourceIsLocked(t *testing.T) {
	d := newDesk(t, new(claim.Memory))
	w := newWallet(t)
	for i := range 20 { // a shared address, where all type rightly
		if _, err := d.fetch(w, d.give(fmt.Sprint("serial-", i), claim.Terms{}), ""); err != nil {
			t.Fatal(err)
		}
	}
	wrong := 0
	for i := range 12 {
		if _, err := d.fetch(w, draw(t), ""); errors.Is(err, claim.ErrCode) {
			wrong++
		}
		code := d.give(fmt.Sprint("other-", i), claim.Terms{})
		if _, err := d.fetch(w, code, ""); (err == nil) != (wrong < 5) {
			t.Errorf("after %d wrong codes a right one: %v", wrong, err)
		}
	}
	if wrong != 5 {
		t.Errorf("%d wrong codes were tried", wrong)
	}
	if _, err := d.Redeem(t.Context(), claim.Attempt{Source: "192.0.2.77", Code: d.give("x", claim.Terms{}).String(), Wallet: w.Public()}, nil); err != nil {
		t.Errorf("another source: %v", err)
	}
}

// However many wallets come at once, one gets the certificate.
func TestOneWalletGetsIt(t *testing.T) {
	stores(t, func(t *testing.T, open func() claim.Store) {
		desks := []*desk{newDesk(t, open(), generous), newDesk(t, open(), generous)}
		for round := range 5 {
			code := desks[0].give(fmt.Sprint("serial-", round), claim.Terms{})
			var got atomic.Int64
			var wg sync.WaitGroup
			for n := range 8 {
				w := newWallet(t)
				wg.Go(func() {
					switch text, err := desks[n%2].fetch(w, code, ""); {
					case err == nil && text == certificate:
						got.Add(1)
					case !errors.Is(err, claim.ErrCode):
						t.Errorf("%v", err)
					}
				})
			}
			wg.Wait()
			if got.Load() != 1 {
				t.Errorf("%d wallets have it", got.Load())
			}
		}
	})
}

// spy keeps what a store was given.
type spy struct {
	claim.Store
	records []claim.Record
}

func (s *spy) Put(ctx context.Context, r claim.Record, now time.Time) error {
	s.records = append(s.records, r)
	return s.Store.Put(ctx, r, now)
}

// Whoever reads the store has neither the certificate nor its length nor its
// reference, and with another secret not even the name of a code.
func TestTheStoreTellsNothing(t *testing.T) {
	s := &spy{Store: new(claim.Memory)}
	d := newDesk(t, s, generous)
	code := d.give("serial-1", claim.Terms{})
	if _, _, err := d.Make(t.Context(), "serial-2", []byte("short"), claim.Terms{}); err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%s%x", s.records[0].Blob, s.records)
	for _, secret := range []string{certificate, "serial-1", code.String(), strings.ReplaceAll(code.String(), "-", ""), fmt.Sprintf("%x", certificate), fmt.Sprintf("%x", "serial")} {
		if strings.Contains(all, secret) {
			t.Errorf("the store has %q", secret)
		}
	}
	if len(s.records[0].Blob) != len(s.records[1].Blob) {
		t.Error("the lengths tell certificates apart")
	}
	other := newDesk(t, s, generous, func(o *claim.Options) { o.Secret = bytes.Repeat([]byte{8}, 32) })
	if _, err := other.fetch(newWallet(t), code, ""); !errors.Is(err, claim.ErrCode) {
		t.Errorf("an office with another secret: %v", err)
	}
	same := newDesk(t, s, generous)
	if _, err := same.Fill(t.Context(), code, "serial-1", []byte(certificate), claim.Terms{}); err != nil || bytes.Equal(s.records[2].Blob, s.records[0].Blob) {
		t.Errorf("the same twice looks the same: %v", err)
	}
	// A record that was moved under another name does not open.
	moved := s.records[2]
	w := newWallet(t)
	second := d.give("serial-3", claim.Terms{})
	moved.Name, moved.Ref = s.records[3].Name, s.records[3].Ref
	if err := s.Store.Put(t.Context(), moved, start); err != nil {
		t.Fatal(err)
	}
	if got, err := d.fetch(w, second, ""); err == nil || errors.Is(err, claim.ErrCode) {
		t.Errorf("opened %q, %v", got, err)
	}
}

// Nobody on the way reads the answer.
func TestTheAnswerIsForOneWallet(t *testing.T) {
	d := newDesk(t, new(claim.Memory), generous)
	w := newWallet(t)
	code := d.give("serial-1", claim.Terms{})
	answer, err := d.Redeem(t.Context(), claim.Attempt{Code: code.String(), Wallet: w.Public()}, nil)
	if err != nil || bytes.Contains(answer, []byte(certificate)) {
		t.Fatal(err)
	}
	if got, err := newWallet(t).Open(answer); !errors.Is(err, claim.ErrWallet) {
		t.Errorf("another wallet opens %q, %v", got, err)
	}
	answer[len(answer)-1] ^= 1
	if got, err := w.Open(answer); !errors.Is(err, claim.ErrWallet) || got != nil {
		t.Errorf("a changed answer opens: %q, %v", got, err)
	}
	if _, err := w.Open(nil); !errors.Is(err, claim.ErrWallet) {
		t.Errorf("nothing opens: %v", err)
	}
}

func TestTermsThatAreNotSafe(t *testing.T) {
	d := newDesk(t, new(claim.Memory))
	for comment, v := range map[string]struct {
		ref, content string
		terms        claim.Terms
	}{
		"three hours without a proof": {"a", "b", claim.Terms{Life: 3 * time.Hour}},
		"a year":                      {"a", "b", claim.Terms{Life: 365 * 24 * time.Hour, Proof: "x"}},
		"a life below zero":           {"a", "b", claim.Terms{Life: -1}},
		"a long proof":                {"a", "b", claim.Terms{Proof: strings.Repeat("x", 65)}},
		"no reference":                {"", "b", claim.Terms{}},
		"nothing":                     {"a", "", claim.Terms{}},
		"too much":                    {"a", strings.Repeat("x", claim.MaxContent+1), claim.Terms{}},
	} {
		if c, _, err := d.Make(t.Context(), v.ref, []byte(v.content), v.terms); !errors.Is(err, claim.ErrTerms) || c != (claim.Code{}) {
			t.Errorf("%s: %v", comment, err)
		}
	}
	if _, err := d.Fill(t.Context(), claim.Code{}, "a", []byte("b"), claim.Terms{}); !errors.Is(err, claim.ErrTerms) {
		t.Errorf("no code: %v", err)
	}
	whole := []byte(strings.Repeat("x", claim.MaxContent))
	w := newWallet(t)
	code, _, err := d.Make(t.Context(), "a", whole, claim.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := d.fetch(w, code, ""); err != nil || got != string(whole) {
		t.Errorf("the largest: %d bytes, %v", len(got), err)
	}
	if _, err := claim.New(claim.Options{Store: new(claim.Memory), Now: time.Now, Random: rand.Reader, Secret: make([]byte, 31)}); err == nil {
		t.Error("a short secret")
	}
}

// away is a store that does not answer.
type away struct {
	claim.Store
	err error
}

func (a away) Put(context.Context, claim.Record, time.Time) error { return a.err }
func (a away) Claim(context.Context, [16]byte, [32]byte, time.Time) (claim.Record, error) {
	return claim.Record{}, a.err
}
func (a away) Count(context.Context, []claim.Counter, int64) (bool, error) { return true, nil }

// A store that is away is no answer about a code.
func TestAStoreThatIsAwayIsNoAnswer(t *testing.T) {
	gone := errors.New("the database is away")
	d := newDesk(t, away{err: gone})
	if _, err := d.fetch(newWallet(t), draw(t), ""); !errors.Is(err, gone) || errors.Is(err, claim.ErrCode) {
		t.Errorf("%v", err)
	}
	if c, _, err := d.Make(t.Context(), "a", []byte("b"), claim.Terms{}); !errors.Is(err, gone) || c != (claim.Code{}) {
		t.Errorf("a code was given out that nothing stands behind: %v", err)
	}
}

// In whatever order things happen, one certificate has one code that is good, and a
// wallet only ever sees what was put behind the code that it has.
func TestAnyOrder(t *testing.T) {
	d := newDesk(t, new(claim.Memory), generous)
	r := mathrand.New(mathrand.NewPCG(1, 2))
	now := time.Duration(0)
	current := map[string]claim.Code{}
	until := map[string]time.Time{}
	bound := map[string]*claim.Wallet{}
	wallets := []*claim.Wallet{newWallet(t), newWallet(t)}
	codes := map[string][]claim.Code{}
	for range 3000 {
		ref := fmt.Sprint("serial-", r.IntN(4))
		switch r.IntN(6) {
		case 0:
			c, end, err := d.Make(t.Context(), ref, []byte(ref), claim.Terms{})
			if err != nil {
				t.Fatal(err)
			}
			current[ref], until[ref], bound[ref] = c, end, nil
			codes[ref] = append(codes[ref], c)
		case 1:
			now += time.Duration(r.IntN(40)) * time.Minute
			d.at(now)
		case 2:
			if r.IntN(4) == 0 {
				if err := d.Purge(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		default:
			if len(codes[ref]) == 0 {
				continue
			}
			c, w := codes[ref][len(codes[ref])-1-r.IntN(min(2, len(codes[ref])))], wallets[r.IntN(2)]
			good := c == current[ref] && start.Add(now).Before(until[ref]) && (bound[ref] == nil || bound[ref] == w)
			got, err := d.fetch(w, c, "")
			if good != (err == nil) || err == nil && got != ref || err != nil && !errors.Is(err, claim.ErrCode) {
				t.Fatalf("fetched %q, %v; it should be good: %v", got, err, good)
			}
			if good {
				bound[ref] = w
			}
		}
	}
}

func BenchmarkRedeem(b *testing.B) {
	c, err := claim.New(claim.Options{Store: new(claim.Memory), Secret: make([]byte, 32), Now: time.Now, Random: rand.Reader, Limits: claim.Limits{Source: 1 << 30, Total: 1 << 30}})
	if err != nil {
		b.Fatal(err)
	}
	w := newWallet(b)
	for b.Loop() {
		if _, err := c.Redeem(b.Context(), claim.Attempt{Code: draw(b).String(), Wallet: w.Public()}, nil); !errors.Is(err, claim.ErrCode) {
			b.Fatal(err)
		}
	}
}
