package access_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/internal/totp"
	"github.com/pratique/pratique/issue/access"
)

// world is an authority in a test: a gate with a clock that stands.
type world struct {
	*access.Gate
	t      *testing.T
	store  access.Store
	mu     sync.Mutex
	now    time.Time
	events []access.Event
}

const passphrase = "correct horse battery"

var began = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func open(t *testing.T, s access.Store) *world {
	w := &world{t: t, store: s, now: began}
	w.Gate = w.another()
	return w
}

// another is the gate of another process.
func (w *world) another() *access.Gate {
	g, err := access.New(w.store, access.Options{
		Key:    bytes.Repeat([]byte{7}, 32),
		Work:   access.Work{Memory: 64, Passes: 1, Lanes: 1},
		Now:    func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now },
		Record: func(e access.Event) { w.mu.Lock(); defer w.mu.Unlock(); w.events = append(w.events, e) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func (w *world) wait(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// person is somebody with an account and its authenticator.
type person struct {
	name     string
	secret   totp.Secret
	recovery []string
	session  string
}

// proof is what the person shows now. The clock goes to the next code first.
func (w *world) proof(p *person) access.Proof {
	w.wait(totp.Period)
	return access.Proof{Authority: "xa-health", Name: p.name, Passphrase: passphrase, Code: p.secret.At(w.now)}
}

// enrol follows an invitation.
func (w *world) enrol(token string) *person {
	w.t.Helper()
	e, err := w.Enrolment(w.t.Context(), token)
	w.must(err)
	k, err := totp.Parse(e.URI)
	w.must(err)
	p := &person{name: e.Name, secret: k.Secret}
	p.recovery, err = w.Enrol(w.t.Context(), token, passphrase, k.Secret.At(w.now))
	w.must(err)
	p.session, err = w.SignIn(w.t.Context(), w.proof(p))
	w.must(err)
	return p
}

// actor is who has the person's session now.
func (w *world) actor(p *person) access.Actor {
	w.t.Helper()
	a, err := w.Session(w.t.Context(), p.session)
	w.must(err)
	return a
}

// officer founds the authority xa-health with laboratories north-7 and south-1.
func (w *world) officer() *person {
	w.t.Helper()
	token, err := w.Found(w.t.Context(), "xa-health", "o1")
	w.must(err)
	o := w.enrol(token)
	for _, id := range []string{"north-7", "south-1"} {
		w.must(w.Set(w.t.Context(), w.actor(o), laboratory(id)))
	}
	return o
}

func laboratory(id string) access.Laboratory {
	return access.Laboratory{Authority: "xa-health", ID: id, Name: "Laboratory", Clock: 8 * time.Hour,
		Limits: map[cert.Kind]access.Limit{cert.KindTest: {Day: 400, Each: 120, Valid: 72 * time.Hour}}}
}

func (w *world) invite(by *person, name string, r access.Role, laboratory string) *person {
	w.t.Helper()
	token, err := w.Invite(w.t.Context(), w.actor(by), access.Person{Authority: "xa-health", Laboratory: laboratory, Name: name, Role: r})
	w.must(err)
	return w.enrol(token)
}

// each runs a test on every store.
func each(t *testing.T, test func(*world)) {
	t.Run("memory", func(t *testing.T) { test(open(t, &access.Memory{})) })
	storetest.Each(t, func(t *testing.T, db func() *store.DB) { test(open(t, sql(t, db()))) })
}

func sql(t *testing.T, db *store.DB) access.Store {
	s, err := access.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What every store promises.
func TestStores(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		stop := errors.New("stop")
		err := w.store.Do(ctx, func(tx access.Tx) error {
			w.must(tx.Put("k", "a", "1", []byte("lost"), time.Time{}))
			return stop
		})
		if err != stop {
			t.Errorf("got %v", err)
		}
		w.must(w.store.Do(ctx, func(tx access.Tx) error {
			if b, err := tx.Get("k", "a", "1"); b != nil || err != nil {
				t.Errorf("what failed is there: %q, %v", b, err)
			}
			for _, k := range []string{"b", "Z", "a", "a.b", "a-b"} {
				w.must(tx.Put("k", "a", k, []byte(k), began.Add(time.Minute)))
			}
			w.must(tx.Put("k", "b", "other authority", []byte("x"), time.Time{}))
			w.must(tx.Put("l", "a", "other kind", []byte("x"), time.Time{}))
			w.must(tx.Put("k", "a", "a", []byte("again"), time.Time{}))
			w.must(tx.Delete("k", "a", "b"))
			w.must(tx.Delete("k", "a", "none"))
			if b, err := tx.Get("k", "a", "a"); string(b) != "again" || err != nil {
				t.Errorf("within the transaction: %q, %v", b, err)
			}
			return nil
		}))
		list := func() (got string) {
			w.must(w.store.View(ctx, func(tx access.Tx) error {
				got = ""
				return tx.Each("k", "a", func(k string, v []byte) error {
					if b, err := tx.Get("k", "a", k); !bytes.Equal(b, v) || err != nil {
						t.Errorf("%q, %v", b, err)
					}
					got += k + "=" + string(v) + " "
					return nil
				})
			}))
			return got
		}
		if got := list(); got != "Z=Z a=again a-b=a-b a.b=a.b " {
			t.Errorf("got %s", got)
		}
		w.must(w.store.Do(ctx, func(tx access.Tx) error { return tx.Purge(began.Add(time.Minute)) }))
		if got := list(); got != "Z=Z a=again a-b=a-b a.b=a.b " {
			t.Errorf("purged too early: %s", got)
		}
		w.must(w.store.Do(ctx, func(tx access.Tx) error { return tx.Purge(began.Add(time.Hour)) }))
		if got := list(); got != "a=again " {
			t.Errorf("after their end: %s", got)
		}
	})
}

// Somebody who is invited signs in with passphrase and code, once per code.
func TestSignIn(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		o := w.officer()
		token, err := w.Invite(ctx, w.actor(o), access.Person{Authority: "xa-health", Laboratory: "north-7", Name: "c1", Role: access.Clerk})
		w.must(err)
		c := w.enrol(token)
		if a := w.actor(c); a.Authority != "xa-health" || a.Laboratory != "north-7" || a.Name != "c1" || a.Role != access.Clerk {
			t.Errorf("%+v", a)
		}
		if _, err := w.Enrol(ctx, token, passphrase, c.secret.At(w.now)); err != access.ErrInvitation {
			t.Errorf("an invitation that was used: %v", err)
		}
		p := w.proof(c)
		if _, err := w.SignIn(ctx, p); err != nil {
			t.Fatal(err)
		}
		if _, err := w.another().SignIn(ctx, p); err != access.ErrSignIn {
			t.Errorf("a code that was used: %v", err)
		}
		good := w.proof(c)
		for comment, bad := range map[string]func(*access.Proof){
			"passphrase":        func(p *access.Proof) { p.Passphrase = "another passphrase" },
			"no passphrase":     func(p *access.Proof) { p.Passphrase = "" },
			"code":              func(p *access.Proof) { p.Code = "000000" },
			"no code":           func(p *access.Proof) { p.Code = "" },
			"name":              func(p *access.Proof) { p.Name = "c2" },
			"nobody's name":     func(p *access.Proof) { p.Name = strings.Repeat("x", 5000) },
			"authority":         func(p *access.Proof) { p.Authority = "xb-health" },
			"no authority":      func(p *access.Proof) { p.Authority = "" },
			"a long passphrase": func(p *access.Proof) { p.Passphrase += strings.Repeat("x", 5000) },
		} {
			p := good
			bad(&p)
			if s, err := w.SignIn(ctx, p); err != access.ErrSignIn || s != "" {
				t.Errorf("%s: %v", comment, err)
			}
			w.must(w.Unlock(ctx, w.actor(o), "c1"))
		}
		if _, err := w.Session(ctx, c.session); err != access.ErrSession {
			t.Errorf("a session after its account was changed: %v", err)
		}
		if c.session, err = w.SignIn(ctx, w.proof(c)); err != nil {
			t.Fatal(err)
		}
		w.must(w.SignOut(ctx, c.session))
		if _, err := w.Session(ctx, c.session); err != access.ErrSession {
			t.Errorf("after its end: %v", err)
		}
		w.must(w.Purge(ctx))
	})
}

// Who guesses must wait, longer each time, and learns nothing from it; also many
// at once are not more than one after the other.
func TestGuessing(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		c := w.invite(w.officer(), "c1", access.Clerk, "north-7")
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if _, err := w.SignIn(ctx, access.Proof{Authority: "xa-health", Name: "c1", Passphrase: "wrong wrong wrong", Code: "123456"}); err != access.ErrSignIn {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		if _, err := w.SignIn(ctx, w.proof(c)); err != access.ErrSignIn {
			t.Errorf("the right one, too early: %v", err)
		}
		w.wait(time.Minute)
		if _, err := w.SignIn(ctx, w.proof(c)); err != nil {
			t.Errorf("the right one, after a minute: %v", err)
		}
		guesses := 0 // that were answered, of one an hour in a month
		for range 30 * 24 {
			w.wait(time.Hour)
			before := len(w.events)
			if _, err := w.SignIn(ctx, access.Proof{Authority: "xa-health", Name: "c1", Passphrase: passphrase, Code: "abcdef"}); err != access.ErrSignIn {
				t.Fatal(err)
			}
			if len(w.events) > before && w.events[len(w.events)-1].What == access.DidLock {
				guesses++
			}
		}
		if guesses < 50 || guesses > 70 {
			t.Errorf("%d guesses in a month, want two a day", guesses)
		}
	})
}

// An account that is not there costs the same work as one that is: the
// passphrase is stretched once, and the records are changed as often.
func TestNobodyLearnsWhoIsThere(t *testing.T) {
	w := open(t, &access.Memory{})
	c := w.invite(w.officer(), "c1", access.Clerk, "north-7")
	counted := &counting{Store: w.store}
	w.store = counted
	g := w.another()
	var first [3]int
	for i, name := range []string{"c1", "nobody", "o.abc", ""} {
		counted.n = [3]int{}
		_, err := g.SignIn(t.Context(), access.Proof{Authority: "xa-health", Name: name, Passphrase: passphrase, Code: "000000"})
		if err != access.ErrSignIn {
			t.Fatal(err)
		}
		if i == 0 {
			first = counted.n
		}
		if counted.n != first {
			t.Errorf("%q: %v transactions, reads and writes, want %v", name, counted.n, first)
		}
	}
	_ = c
}

// counting counts transactions, reads and writes.
type counting struct {
	access.Store
	n [3]int
}

type countingTx struct {
	access.Tx
	c *counting
}

func (c *counting) Do(ctx context.Context, f func(access.Tx) error) error {
	c.n[0]++
	return c.Store.Do(ctx, func(tx access.Tx) error { return f(countingTx{tx, c}) })
}

func (t countingTx) Get(kind, authority, key string) ([]byte, error) {
	t.c.n[1]++
	return t.Tx.Get(kind, authority, key)
}

func (t countingTx) Put(kind, authority, key string, value []byte, until time.Time) error {
	t.c.n[2]++
	return t.Tx.Put(kind, authority, key, value, until)
}

// A recovery code stands for a code of the authenticator, once; new ones void the
// old ones; another passphrase ends all sessions.
func TestRecovery(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		c := w.invite(w.officer(), "c1", access.Clerk, "north-7")
		if len(c.recovery) != 10 {
			t.Fatalf("%d codes", len(c.recovery))
		}
		p := access.Proof{Authority: "xa-health", Name: "c1", Passphrase: passphrase, Code: strings.ToUpper(strings.ReplaceAll(c.recovery[3], "-", " "))}
		if _, err := w.SignIn(ctx, p); err != nil {
			t.Errorf("a recovery code, as somebody types it: %v", err)
		}
		if _, err := w.SignIn(ctx, p); err != access.ErrSignIn {
			t.Errorf("used twice: %v", err)
		}
		next, err := w.NewRecovery(ctx, w.proof(c))
		w.must(err)
		p.Code = c.recovery[4]
		if _, err := w.SignIn(ctx, p); err != access.ErrSignIn {
			t.Errorf("void: %v", err)
		}
		p.Code = next[0]
		session, err := w.SignIn(ctx, p)
		w.must(err)
		if err := w.ChangePassphrase(ctx, w.proof(c), "short"); err != access.ErrPassphrase {
			t.Errorf("a short passphrase: %v", err)
		}
		w.must(w.ChangePassphrase(ctx, w.proof(c), "another passphrase"))
		if _, err := w.Session(ctx, session); err != access.ErrSession {
			t.Errorf("a session of before: %v", err)
		}
		if _, err := w.SignIn(ctx, w.proof(c)); err != access.ErrSignIn {
			t.Errorf("the passphrase of before: %v", err)
		}
		p = w.proof(c)
		p.Passphrase = "another passphrase"
		if _, err := w.SignIn(ctx, p); err != nil {
			t.Errorf("the new passphrase: %v", err)
		}
	})
}

// Sessions end of silence, and at their end however busy they are.
func TestSessionsEnd(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		o := w.officer()
		for range 3 {
			w.wait(14 * time.Minute)
			if _, err := w.Session(ctx, o.session); err != nil {
				t.Fatalf("a session that is used: %v", err)
			}
		}
		w.wait(15 * time.Minute)
		if _, err := w.Session(ctx, o.session); err != access.ErrSession {
			t.Errorf("after silence: %v", err)
		}
		session, err := w.SignIn(ctx, w.proof(o))
		w.must(err)
		n := 0
		for ; n < 2000; n++ {
			w.wait(10 * time.Minute)
			if _, err = w.Session(ctx, session); err != nil {
				break
			}
		}
		if n != 71 { // 72 times ten minutes are twelve hours
			t.Errorf("it lasted %d times ten minutes", n)
		}
		for _, bad := range []string{"", "xa-health~", "~", session + "a", "xb-health" + session[len("xa-health"):], strings.ToUpper(session)} {
			if _, err := w.Session(ctx, bad); err != access.ErrSession {
				t.Errorf("a session %.20q: %v", bad, err)
			}
		}
	})
}

// Passphrases that would be guessed first are refused.
func TestPassphrases(t *testing.T) {
	w := open(t, &access.Memory{})
	token, err := w.Found(t.Context(), "xa-health", "miller")
	w.must(err)
	e, err := w.Enrolment(t.Context(), token)
	w.must(err)
	k, err := totp.Parse(e.URI)
	w.must(err)
	for _, bad := range []string{"", "short", "aaaaaaaaaaaaaaaa", "abababababab", "Miller-2026-x", strings.Repeat("long", 300), "\xff1234567890"} {
		if _, err := w.Enrol(t.Context(), token, bad, k.Secret.At(w.now)); err != access.ErrPassphrase {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	if _, err := w.Enrol(t.Context(), token, passphrase, "000000"); err != access.ErrSignIn {
		t.Errorf("without the authenticator: %v", err)
	}
	w.wait(72 * time.Hour)
	if _, err := w.Enrol(t.Context(), token, passphrase, k.Secret.At(w.now)); err != access.ErrInvitation {
		t.Errorf("three days later: %v", err)
	}
	if e.QR == nil || e.QR.Size() == 0 || e.Secret != k.Secret.String() {
		t.Errorf("%+v", e)
	}
}

// A copy of the records has no secret in it, and is of no use under another key.
func TestRecordsHaveNoSecrets(t *testing.T) {
	w := open(t, &access.Memory{})
	o := w.officer()
	token, err := w.Invite(t.Context(), w.actor(o), access.Person{Authority: "xa-health", Name: "o2", Role: access.Officer})
	w.must(err)
	key, err := w.GiveKey(t.Context(), w.actor(o), machineOf("north-7"))
	w.must(err)
	var dump []byte
	w.must(w.store.View(t.Context(), func(tx access.Tx) error {
		for _, kind := range []string{"laboratory", "account", "invitation", "attempt", "session", "machine"} {
			n := 0
			w.must(tx.Each(kind, "xa-health", func(k string, v []byte) error {
				n++
				dump = append(append(dump, k...), v...)
				return nil
			}))
			if n == 0 && kind != "attempt" {
				t.Errorf("no %s", kind)
			}
		}
		return nil
	}))
	secrets := append([]string{passphrase, o.secret.String(), string(o.secret), o.session, token, key, key[len(key)-52:]}, o.recovery...)
	for _, s := range secrets {
		if bytes.Contains(dump, []byte(s)) || bytes.Contains(dump, []byte(strings.TrimPrefix(s, "xa-health~"))) {
			t.Errorf("the records have a secret in them: %.12s...", s)
		}
	}
	g, err := access.New(w.store, access.Options{Key: bytes.Repeat([]byte{8}, 32), Work: access.Work{Memory: 64, Passes: 1, Lanes: 1}, Now: func() time.Time { return w.now }})
	w.must(err)
	if _, err := g.SignIn(t.Context(), w.proof(o)); err == nil {
		t.Error("another key lets somebody in")
	}
	if _, err := access.New(w.store, access.Options{}); err == nil {
		t.Error("no key at all")
	}
}

// Who was disabled is out at once, and an invitation to what somebody was before
// is void once they are something else.
func TestDisable(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		o := w.officer()
		h := w.invite(o, "h1", access.Head, "north-7")
		c := w.invite(h, "c1", access.Clerk, "north-7")
		again, err := w.Invite(ctx, w.actor(h), access.Person{Authority: "xa-health", Laboratory: "north-7", Name: "c1", Role: access.Confirmer})
		w.must(err)
		w.must(w.Disable(ctx, w.actor(h), "c1"))
		if _, err := w.another().Session(ctx, c.session); err != access.ErrSession {
			t.Errorf("a session of somebody disabled: %v", err)
		}
		if _, err := w.SignIn(ctx, w.proof(c)); err != access.ErrSignIn {
			t.Errorf("somebody disabled: %v", err)
		}
		e, err := w.Enrolment(ctx, again)
		w.must(err)
		k, err := totp.Parse(e.URI)
		w.must(err)
		if _, err := w.Enrol(ctx, again, passphrase, k.Secret.At(w.now)); err != access.ErrInvitation {
			t.Errorf("an invitation from before: %v", err)
		}
		w.must(w.Enable(ctx, w.actor(h), "c1"))
		if c.session, err = w.SignIn(ctx, w.proof(c)); err != nil {
			t.Errorf("enabled again: %v", err)
		}
		d := w.invite(h, "c1", access.Confirmer, "north-7")
		if a := w.actor(d); a.Role != access.Confirmer {
			t.Errorf("%+v", a)
		}
		if _, err := w.SignIn(ctx, w.proof(c)); err != access.ErrSignIn {
			t.Errorf("the authenticator of before: %v", err)
		}
		people, err := w.Look(ctx, w.actor(h))
		w.must(err)
		if len(people) != 1 || people[0].Name != "c1" {
			t.Errorf("a head sees %+v", people)
		}
		did := []string{}
		for _, e := range w.events {
			if e.Whom == "c1" {
				did = append(did, e.What)
			}
		}
		if !slices.Contains(did, access.DidDisable) || !slices.Contains(did, access.DidEnrol) || !slices.Contains(did, access.DidInvite) || !slices.Contains(did, access.DidRefuse) {
			t.Errorf("recorded: %v", did)
		}
	})
}
