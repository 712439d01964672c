package issue_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/audit"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/register"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

// clock is one that can be set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type world struct {
	*issue.Office
	ring  *issuetest.Ring
	clock *clock
	book  *register.Memory
}

func open(t testing.TB, change ...func(*issue.Options)) world {
	t.Helper()
	ring, err := issuetest.NewRing()
	if err != nil {
		t.Fatal(err)
	}
	w := world{ring: ring, clock: &clock{at: issuetest.Day.Add(300 * time.Millisecond)}, book: &register.Memory{}}
	o := issue.Options{Authority: "norland", URL: "https://health.norland.example", Register: w.book, Keys: ring, Now: w.clock.now, Random: rand.Reader}
	for _, f := range change {
		f(&o)
	}
	if w.Office, err = issue.New(o); err != nil {
		t.Fatal(err)
	}
	return w
}

// verified reads and verifies a text, as a stranger would.
func (w world) verified(t testing.TB, text string) trust.Signed {
	t.Helper()
	u, err := format.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := u.Verify(w.ring.Trusted())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w world) issued(t testing.TB, order issue.Order) issue.Issued {
	t.Helper()
	got, err := w.Issue(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// What is issued verifies, and reproduces all by which the register knows it.
func TestACertificateReproducesItsEntry(t *testing.T) {
	w := open(t)
	for _, f := range issue.Formats {
		t.Run(f, func(t *testing.T) {
			got := w.issued(t, issuetest.Order(f, f, 1))
			s := w.verified(t, got.Text)
			e, _, err := w.book.Find(t.Context(), "norland", issue.SerialOf(s))
			if err != nil {
				t.Fatalf("serial %q: %v", issue.SerialOf(s), err)
			}
			if hex.EncodeToString(e.Leaf[:]) != s.Certificate.Carrier.Hash {
				t.Errorf("leaf %x, the certificate's %s", e.Leaf, s.Certificate.Carrier.Hash)
			}
			if string(e.Signature) != string(s.Signature) {
				t.Errorf("signature %x, the certificate's %x", e.Signature, s.Signature)
			}
			if have, want := fmt.Sprint(e.Handles()), fmt.Sprint(revoke.Handles(s)); have != want {
				t.Errorf("handles %s, the certificate's %s", have, want)
			}
			if e.Signer != sha256.Sum256(signer(t, w, f).Certificate.Raw) || e.Laboratory != "laboratory-7" || e.Clerk != "ana" || e.Format != f || e.Country != "XA" {
				t.Errorf("entry %+v", e)
			}
			if w, err := w.Status(t.Context(), issue.SerialOf(s), revoke.Handles(s)[0]); err != nil || w != (issue.Withdrawal{}) {
				t.Errorf("status: %v, %v", w, err)
			}
		})
	}
}

func signer(t testing.TB, w world, f string) *keys.Key {
	t.Helper()
	k, err := w.Signer(t.Context(), f, cert.KindTest)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The register has no word of the person.
func TestTheRegisterHasNoPersonalData(t *testing.T) {
	w := open(t)
	var all []byte
	for _, f := range issue.Formats {
		order := issuetest.Order("order-of-Eriksson-"+f, f, 0)
		got := w.issued(t, order)
		all = got.Entry.Append(all)
	}
	var account bytes.Buffer
	if _, err := w.Account(t.Context(), &account); err != nil {
		t.Fatal(err)
	}
	kept := strings.ToUpper(string(all) + account.String())
	for _, word := range []string{"ERIKSSON", "ANNA", "1974", "L898902C3", "NOT_DETECTED", "260415000"} {
		if strings.Contains(kept, word) {
			t.Errorf("the register says %s", word)
		}
	}
	if !strings.Contains(kept, "LABORATORY-7") {
		t.Error("nothing was looked through")
	}
}

// An order with a key that was used gives the same certificate again: later, by
// another process, when another cohort signs and the old key is destroyed. Another
// order with the key is refused.
func TestARetryGivesTheSameCertificate(t *testing.T) {
	for _, f := range issue.Formats {
		t.Run(f, func(t *testing.T) {
			w := open(t)
			first := w.issued(t, issuetest.Order("one", f, 1))
			w.clock.add(30 * time.Minute)
			if err := w.ring.Turn(); err != nil {
				t.Fatal(err)
			}
			other := open(t, func(o *issue.Options) { o.Register, o.Keys, o.Now = w.book, w.ring, w.clock.now })
			for n, office := range []world{w, other} {
				again := office.issued(t, issuetest.Order("one", f, 1))
				if again.Text != first.Text || !again.Again || again.Entry.Serial != first.Entry.Serial {
					t.Errorf("office %d: another certificate: %v", n, again.Entry)
				}
			}
			late := issuetest.Order("one", f, 1)
			late.Permit = issue.Permit{} // the clerk has left
			if again := w.issued(t, late); again.Text != first.Text {
				t.Error("another certificate when the permit has ended")
			}
			if _, err := w.Issue(t.Context(), issuetest.Order("one", f, 2)); !errors.Is(err, issue.ErrConflict) {
				t.Errorf("another person: %v", err)
			}
			if n := len(entries(t, w)); n != 1 {
				t.Errorf("%d entries", n)
			}
			// Of another laboratory it is another order.
			strange := issuetest.Order("one", f, 1)
			strange.Laboratory = "laboratory-8"
			if got := w.issued(t, strange); got.Again || got.Text == first.Text {
				t.Error("two laboratories meet")
			}
		})
	}
}

func entries(t testing.TB, w world) []issue.Standing {
	t.Helper()
	var out []issue.Standing
	for s, err := range w.Register.Entries(t.Context(), w.Authority, issue.Which{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// Many at once, with retries among them, get one certificate for each key.
func TestManyAtOnce(t *testing.T) {
	w := open(t)
	const people, askers = 40, 8
	texts := make([][people]string, askers)
	var wg sync.WaitGroup
	for a := range askers {
		wg.Go(func() {
			for p := range people {
				got, err := w.Issue(t.Context(), issuetest.Order(fmt.Sprint(p), issue.HC1, p))
				if err != nil {
					t.Error(err)
				}
				texts[a][p] = got.Text
			}
		})
	}
	wg.Wait()
	for a := range askers {
		if texts[a] != texts[0] {
			t.Errorf("asker %d has other certificates", a)
		}
	}
	if n := len(entries(t, w)); n != people {
		t.Errorf("%d entries of %d people", n, people)
	}
	if _, err := w.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A batch answers for each order by itself.
func TestABatchAnswersForEach(t *testing.T) {
	w := open(t, func(o *issue.Options) { o.Batch = 3 })
	var orders []issue.Order
	for n := range 10 {
		orders = append(orders, issuetest.Order(fmt.Sprint(n), issue.HC1, n))
	}
	orders[2].Certificate.Events[0].(*cert.Test).SampledAt = issuetest.Day.Add(time.Hour)
	orders[5] = orders[4]                         // the same again
	orders[7] = orders[6]                         // its key
	orders[7].Certificate = orders[8].Certificate // for another
	got, errs := w.IssueAll(t.Context(), orders)
	for n := range orders {
		var r *issue.Refusal
		switch {
		case n == 2:
			if !errors.As(errs[n], &r) || r.Field != "events.0.sampled_at" || r.What != "future" {
				t.Errorf("order %d: %v", n, errs[n])
			}
		case n == 7:
			if !errors.Is(errs[n], issue.ErrConflict) {
				t.Errorf("order %d: %v", n, errs[n])
			}
		case errs[n] != nil:
			t.Errorf("order %d: %v", n, errs[n])
		}
		if (errs[n] != nil) != (got[n].Text == "") {
			t.Errorf("order %d: half an answer", n)
		}
	}
	if got[5].Text != got[4].Text {
		t.Error("the same order twice in a batch has two certificates")
	}
	if n := len(entries(t, w)); n != 7 {
		t.Errorf("%d entries", n)
	}
}

// What would make a certificate wrong is refused, with the field and without what
// it says; nothing is written.
func TestRefused(t *testing.T) {
	test := func(o *issue.Order) *cert.Test { return o.Certificate.Events[0].(*cert.Test) }
	for _, v := range []struct {
		comment, format, field string
		change                 func(o *issue.Order)
	}{
		{"a sample of tomorrow", "hc1", "events.0.sampled_at", func(o *issue.Order) { test(o).SampledAt = issuetest.Day.Add(time.Minute) }},
		{"reported before it was taken", "hc1", "events.0.reported_at", func(o *issue.Order) { test(o).ReportedAt = issuetest.Day.AddDate(0, 0, -2) }},
		{"born tomorrow", "hc1", "subject.birth_date", func(o *issue.Order) { o.Certificate.Subject.BirthDate = cert.DateOf(issuetest.Day.AddDate(0, 0, 2)) }},
		{"no name", "hc1", "subject.names.0", func(o *issue.Order) { o.Certificate.Subject.Names = nil }},
		{"a name that is empty", "hc1", "subject.names.0", func(o *issue.Order) { o.Certificate.Subject.Names = make([]cert.Name, 1) }},
		{"a name with a line end", "hc1", "subject.names.0", func(o *issue.Order) { o.Certificate.Subject.Names[0].Family = "Eriksson\nAdmin" }},
		{"no event", "hc1", "certificate", func(o *issue.Order) { o.Certificate.Events = nil }},
		{"an event that is nil", "hc1", "certificate", func(o *issue.Order) { o.Certificate.Events = []cert.Event{nil} }},
		{"two events", "hc1", "events", func(o *issue.Order) { o.Certificate.Events = append(o.Certificate.Events, o.Certificate.Events[0]) }},
		{"an order of isolation", "hc1", "certificate", func(o *issue.Order) { o.Certificate.Events = []cert.Event{&cert.Notice{}} }},
		{"a kind that is not permitted", "hc1", "certificate", func(o *issue.Order) { o.Permit.Kinds = []cert.Kind{cert.KindVaccination} }},
		{"a longer life than permitted", "hc1", "until", func(o *issue.Order) { o.Until, o.Permit.Life = issuetest.Day.AddDate(0, 0, 2), 24*time.Hour }},
		{"an end before the beginning", "hc1", "until", func(o *issue.Order) { o.Until = issuetest.Day.Add(-time.Hour) }},
		{"no life is permitted", "hc1", "until", func(o *issue.Order) { o.Permit.Life = 0 }},
		{"an end of a seal", "vds", "until", func(o *issue.Order) { o.Until = issuetest.Day.AddDate(0, 0, 1) }},
		{"an identifier of its own", "hc1", "events.0.id", func(o *issue.Order) { test(o).ID = "URN:UVCI:01:XA:MINE" }},
		{"derived from another", "hc1", "derived", func(o *issue.Order) { o.Certificate.Derived = &cert.Derivation{Country: "XB"} }},
		{"no laboratory", "hc1", "laboratory", func(o *issue.Order) { o.Laboratory = "" }},
		{"a laboratory of two lines", "hc1", "laboratory", func(o *issue.Order) { o.Laboratory = "a\nb" }},
		{"no clerk", "hc1", "clerk", func(o *issue.Order) { o.Clerk = "" }},
		{"no key", "hc1", "key", func(o *issue.Order) { o.Key = "" }},
		{"a long key", "hc1", "key", func(o *issue.Order) { o.Key = strings.Repeat("x", 129) }},
		{"another format", "divoc", "format", func(o *issue.Order) {}},
		{"a test as yellow card", "icvp", "certificate", func(o *issue.Order) { o.Certificate.Events = []cert.Event{issuetest.Event("hc1")} }},
		{"neither certificate nor hash", "hc1", "certificate", func(o *issue.Order) { o.Certificate = nil }},
		{"both", "hc1", "certificate", func(o *issue.Order) { o.Blind = &issue.Blind{} }},
		{"another country", "hc1", "issuer.country", func(o *issue.Order) { o.Certificate.Issuer.Country = "XB" }},
	} {
		t.Run(v.comment, func(t *testing.T) {
			w := open(t)
			order := issuetest.Order("one", v.format, 1)
			v.change(&order)
			got, err := w.Issue(t.Context(), order)
			var r *issue.Refusal
			if !errors.As(err, &r) || r.Field != v.field || got.Text != "" {
				t.Fatalf("got %v, %v; want a refusal of %s", got, err, v.field)
			}
			if strings.Contains(err.Error(), "Eriksson") || r.Do == "" || r.What == "" {
				t.Errorf("it says %q", err)
			}
			if len(entries(t, w)) != 0 {
				t.Error("it was written")
			}
		})
	}
	// The zero Permit permits nothing.
	w := open(t)
	order := issuetest.Order("one", "hc1", 1)
	order.Permit = issue.Permit{}
	if _, err := w.Issue(t.Context(), order); err == nil {
		t.Error("the zero permit permits")
	}
}

// An order is not changed by serving it.
func TestAnOrderIsNotChanged(t *testing.T) {
	w := open(t)
	for _, f := range issue.Formats {
		order := issuetest.Order(f, f, 1)
		before, err := json.Marshal(order.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		w.issued(t, order)
		if after, _ := json.Marshal(order.Certificate); !bytes.Equal(before, after) {
			t.Errorf("%s: it was changed", f)
		}
	}
}

// A page that builds the certificate itself gets a signature for its hash alone,
// which makes a certificate that verifies and is in the register like any other.
func TestThePageBuildsAndTheOfficeSigns(t *testing.T) {
	for _, f := range issue.Formats {
		t.Run(f, func(t *testing.T) {
			w := open(t)
			kind := issuetest.Event(f).Kind()
			// The page: key and serial, then the hash of what it will sign.
			k, err := w.Signer(t.Context(), f, kind)
			if err != nil {
				t.Fatal(err)
			}
			public := &keys.Key{Certificate: k.Certificate}
			serial, err := issue.NewSerial(f, "XA", rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			terms := issue.Terms{Format: f, Serial: serial, Issued: issuetest.Day, URL: "https://health.norland.example"}
			if f == issue.HC1 {
				terms.Until = issuetest.Day.AddDate(0, 0, 10)
			}
			draft, err := issue.NewDraft(issuetest.Order("", f, 1).Certificate, terms, public)
			if err != nil {
				t.Fatal(err)
			}
			order := issue.Order{Laboratory: "laboratory-7", Clerk: "ana", Permit: issuetest.All(), Key: "one", Format: f, Until: terms.Until,
				Blind: &issue.Blind{Kind: kind, Serial: serial, Signer: k.Fingerprint(), Leaf: draft.Leaf, Issued: issuetest.Day}}
			got := w.issued(t, order)
			if got.Text != "" || got.Certificate != nil {
				t.Error("the office made a certificate of a hash")
			}
			text, err := draft.Finish(got.Entry.Signature)
			if err != nil {
				t.Fatal(err)
			}
			s := w.verified(t, text)
			if _, err := w.Status(t.Context(), issue.SerialOf(s), revoke.Handles(s)[0]); err != nil {
				t.Error(err)
			}
			again := w.issued(t, order)
			if !again.Again || string(again.Entry.Signature) != string(got.Entry.Signature) {
				t.Error("a retry has another signature")
			}
			// Also when the moment is long past, another key signs, and the clerk may not
			// issue any more.
			w.clock.add(time.Hour)
			if err := w.ring.Turn(); err != nil {
				t.Fatal(err)
			}
			late := order
			late.Permit = issue.Permit{}
			if again := w.issued(t, late); !again.Again || string(again.Entry.Signature) != string(got.Entry.Signature) {
				t.Error("a late retry has another signature")
			}
			late.Key = "two"
			if _, err := w.Issue(t.Context(), late); err == nil {
				t.Error("a late order is served")
			}
			changed := order
			blind := *order.Blind
			blind.Leaf[0]++
			changed.Blind = &blind
			if _, err := w.Issue(t.Context(), changed); err == nil {
				t.Error("another hash is signed")
			}
			if _, err := draft.Finish(make([]byte, 64)); err == nil {
				t.Error("a wrong signature is taken")
			}
		})
	}
}

// A page may not choose when, by which key, or a serial that says something.
func TestWhatAPageMayNotChoose(t *testing.T) {
	w := open(t)
	k := signer(t, w, "hc1")
	serial, err := issue.NewSerial("hc1", "XA", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for comment, change := range map[string]func(b *issue.Blind, o *issue.Order){
		"a moment of the past":     func(b *issue.Blind, _ *issue.Order) { b.Issued = issuetest.Day.Add(-time.Hour) },
		"a moment of the future":   func(b *issue.Blind, _ *issue.Order) { b.Issued = issuetest.Day.Add(time.Minute) },
		"a part of a second":       func(b *issue.Blind, _ *issue.Order) { b.Issued = issuetest.Day.Add(time.Millisecond) },
		"another key":              func(b *issue.Blind, _ *issue.Order) { b.Signer[0]++ },
		"a serial with a name":     func(b *issue.Blind, _ *issue.Order) { b.Serial = "URN:UVCI:01:XA:ERIKSSON#A" },
		"no serial":                func(b *issue.Blind, _ *issue.Order) { b.Serial = "" },
		"no end":                   func(_ *issue.Blind, o *issue.Order) { o.Until = time.Time{} },
		"an end after the key's":   func(_ *issue.Blind, o *issue.Order) { o.Until, o.Permit.Life = issuetest.Day.AddDate(5, 0, 0), 1<<62 },
		"a kind not permitted":     func(b *issue.Blind, _ *issue.Order) { b.Kind = cert.KindNotice },
		"a serial of another land": func(b *issue.Blind, _ *issue.Order) { b.Serial = strings.Replace(b.Serial, ":XA:", ":XB:", 1) },
	} {
		b := &issue.Blind{Kind: cert.KindTest, Serial: serial, Signer: k.Fingerprint(), Leaf: [32]byte{1}, Issued: issuetest.Day}
		o := issue.Order{Laboratory: "l", Clerk: "c", Permit: issuetest.All(), Key: comment, Format: "hc1", Until: issuetest.Day.AddDate(0, 0, 1), Blind: b}
		change(b, &o)
		var r *issue.Refusal
		if _, err := w.Issue(t.Context(), o); !errors.As(err, &r) {
			t.Errorf("%s: %v", comment, err)
		}
	}
	if len(entries(t, w)) != 0 {
		t.Error("something was written")
	}
}

// device is a signer in hardware.
type device struct {
	crypto.Signer
	sign func(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (d device) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return d.sign(rand, digest, opts)
}

// A key that fails, quietly or not, hands out nothing and writes nothing; with it
// mended the same order is served.
func TestAKeyThatFails(t *testing.T) {
	for comment, sign := range map[string]func(k crypto.Signer) func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error){
		"an error": func(crypto.Signer) func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errors.New("session lost") }
		},
		"rubbish": func(crypto.Signer) func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return []byte{0x30, 0}, nil }
		},
		"a signature of something else": func(k crypto.Signer) func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			return func(r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) {
				return k.Sign(r, bytes.Repeat([]byte{1}, 32), o)
			}
		},
	} {
		t.Run(comment, func(t *testing.T) {
			w := open(t)
			good := signer(t, w, "hc1")
			w.ring.Use(&keys.Key{Signer: device{good.Signer, sign(good.Signer)}, Certificate: good.Certificate})
			order := issuetest.Order("one", "hc1", 1)
			if got, err := w.Issue(t.Context(), order); !errors.Is(err, issue.ErrSigner) || got.Text != "" {
				t.Errorf("got %v, %v", got, err)
			}
			if len(entries(t, w)) != 0 {
				t.Error("it was written")
			}
			w.ring.Use(good)
			w.verified(t, w.issued(t, order).Text)
		})
	}
	w := open(t)
	w.ring.Broken = true
	if _, err := w.Issue(t.Context(), issuetest.Order("one", "hc1", 1)); !errors.Is(err, issue.ErrSigner) {
		t.Errorf("no key: %v", err)
	}
}

// RSA signs too: its signature is another each time, and a retry gives the kept one.
func TestRSA(t *testing.T) {
	w := open(t)
	k, err := keys.New(keys.Options{Country: "XA", Demo: true, Algorithm: keys.PS256, NotBefore: issuetest.Day.AddDate(0, 0, -1), NotAfter: issuetest.Day.AddDate(2, 0, 0)}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.ring.Use(k)
	for _, f := range []string{"hc1", "icvp"} {
		got := w.issued(t, issuetest.Order(f, f, 1))
		s := w.verified(t, got.Text)
		again := w.issued(t, issuetest.Order(f, f, 1))
		if again.Text != got.Text || fmt.Sprint(got.Entry.Handles()) != fmt.Sprint(revoke.Handles(s)) || issue.SerialOf(s) != got.Entry.Serial {
			t.Errorf("%s: not the same again", f)
		}
	}
}

// broken is a register that fails before or after it has written.
type broken struct {
	issue.Registry
	mu    sync.Mutex
	after bool
	fail  bool
}

func (b *broken) File(ctx context.Context, authority string, at time.Time, f []issue.Filing) ([]error, error) {
	b.mu.Lock()
	fail, after := b.fail, b.after
	b.mu.Unlock()
	if !fail {
		return b.Registry.File(ctx, authority, at, f)
	}
	if after {
		if _, err := b.Registry.File(ctx, authority, at, f); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("connection lost")
}

// When the register does not answer nothing is handed out, and the same order with
// the same key then gives one certificate, whether it had been written or not.
func TestARegisterThatDoesNotAnswer(t *testing.T) {
	for _, after := range []bool{false, true} {
		b := &broken{Registry: &register.Memory{}, after: after, fail: true}
		w := open(t, func(o *issue.Options) { o.Register = b })
		order := issuetest.Order("one", "hc1", 1)
		if got, err := w.Issue(t.Context(), order); !errors.Is(err, issue.ErrNotKnown) || got.Text != "" {
			t.Fatalf("written %v: got %v, %v", after, got, err)
		}
		b.fail = false
		got := w.issued(t, order)
		if got.Again != after || len(entries(t, w)) != 1 {
			t.Errorf("written %v: again %v, %d entries", after, got.Again, len(entries(t, w)))
		}
		w.verified(t, got.Text)
	}
}

// A sender who goes away takes nothing with it: what was begun is written.
func TestASenderWhoGoesAway(t *testing.T) {
	w := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Issue(ctx, issuetest.Order("one", "hc1", 1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(entries(t, w)) != 0 {
		t.Error("it was written")
	}
}

// few gives the same random bytes for the first serials.
type few struct {
	mu sync.Mutex
	n  int
}

func (f *few) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n++; f.n <= 4 {
		clear(p)
		return len(p), nil
	}
	return rand.Read(p)
}

// No serial is given twice, even where chance gives it twice.
func TestASerialThatIsThereIsDrawnAgain(t *testing.T) {
	for _, f := range []string{"hc1", "shc", "vds"} {
		w := open(t, func(o *issue.Options) { o.Random = new(few) })
		a, b := w.issued(t, issuetest.Order("a", f, 1)), w.issued(t, issuetest.Order("b", f, 2))
		if a.Entry.Serial == b.Entry.Serial || len(entries(t, w)) != 2 {
			t.Errorf("%s: twice %s", f, a.Entry.Serial)
		}
	}
}

// A sealed copy is opened by its identity and nobody else, and goes when its time
// is over.
func TestCopies(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, func(o *issue.Options) { o.Copies = &issue.Copies{To: id.Recipient(), Keep: time.Hour} })
	got := w.issued(t, issuetest.Order("one", "hc1", 1))
	sealed, err := w.book.Copy(t.Context(), "norland", got.Entry.Serial)
	if err != nil || bytes.Contains(sealed, []byte("Eriksson")) {
		t.Fatalf("%v", err)
	}
	c, err := issue.OpenCopy(sealed, id)
	if err != nil || c.Subject.Name() != got.Certificate.Subject.Name() {
		t.Errorf("got %v, %v", c, err)
	}
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := issue.OpenCopy(sealed, stranger); err == nil {
		t.Error("a stranger opens it")
	}
	if n, err := w.book.Expire(t.Context(), "norland", issuetest.Day.Add(59*time.Minute)); n != 0 || err != nil {
		t.Errorf("removed early: %d, %v", n, err)
	}
	if n, err := w.book.Expire(t.Context(), "norland", issuetest.Day.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if _, err := w.book.Copy(t.Context(), "norland", got.Entry.Serial); !errors.Is(err, issue.ErrNoEntry) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := w.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// The account is one that anybody can check, with a head of earlier.
func TestTheAccount(t *testing.T) {
	w := open(t)
	w.issued(t, issuetest.Order("one", "hc1", 1))
	kept, err := w.Check(t.Context())
	if err != nil || kept.N != 1 {
		t.Fatalf("%v, %v", kept, err)
	}
	w.issued(t, issuetest.Order("two", "vds", 1))
	var text bytes.Buffer
	head, err := w.Account(t.Context(), &text)
	if err != nil {
		t.Fatal(err)
	}
	office, got, err := audit.Check(&text, kept)
	if err != nil || got != head || office != "norland" || head.N != 2 {
		t.Errorf("%s, %v, %v", office, got, err)
	}
	kept.Hash[0]++
	if _, err := w.Check(t.Context(), kept); !errors.Is(err, audit.ErrChanged) {
		t.Errorf("another head: %v", err)
	}
}
