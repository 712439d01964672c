// Package claim answers one question: how does a certificate get from the office
// into somebody's wallet by eight characters, and into nobody else's?
//
// [Claims.Make] gives out a code for a certificate; whoever types it into a wallet
// gets the certificate ([Claims.Redeem]), once, within two hours. [Draw] makes a
// code before there is a certificate, where the line is down: the person goes
// home with the slip, and [Claims.Fill] puts the certificate behind it later.
//
// # Code
//
// Eight characters of 23 that nobody takes for another when they are read, written
// or said (no 0 O Q, 1 I L, 2 Z, 5 S, 8 B, V), in two groups: K7RM-4XWA. The last
// is a check: any one wrong character, and any two that changed places, are found
// where the code is typed, without asking anybody ([Parse]).
//
// That leaves 23^7, or 3.4 thousand million codes: guessing is stopped by counting.
//
// # What is stored
//
// The code is stretched (argon2id, 19 MiB, two passes, salted by the office's own
// secret, which is not in the store) into a name and a key. Under the name stands
// the certificate, padded to whole kilobytes and encrypted with the key
// (AES-256-GCM). Who has the store alone can neither open nor find anything, nor
// tell which certificate was claimed; who has the secret as well would have to try
// half of all codes, at a stretching each, while they are good.
//
// A code may ask for something else that the person knows, such as a date of birth
// ([Terms.Proof]): it is stretched with the code, and is stored nowhere. A code
// that is good for longer than two hours must have one.
//
// # Guessing
//
// Of each attempt the source is counted, and the total, before anything is
// stretched, in every process at once ([Limits]); what succeeds is not counted in
// the end. A source that gave too many wrong codes is locked out until the window
// ends, for right ones too, and so is everybody on the same eighth of all sources
// when the total is reached. An unknown code, a wrong proof, a code that was used
// and one that is over are one error, [ErrCode], after the same work: one
// stretching, one question to the store.
//
// A guess hits with the probability codes that are good now / 23^7. With the usual
// limits and ten thousand such codes, whoever guesses without pause, from eighty
// sources an hour, hits one of them ten times a year; where a date of birth is the
// proof, once in some thousand years. So an office with many codes asks for one,
// and can then raise the total, by which else a few could lock out many.
//
// # One wallet
//
// A wallet makes a key on P-256 and sends its public part. The certificate is
// encrypted to it (HPKE, RFC 9180, base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
// AES-256-GCM; info is [Info]), so that nobody on the way reads it; [Wallet] is that
// side. The code is bound to the first such key: that wallet, and no other, may ask
// again while the code is good, and so loses nothing when the answer is lost on the
// way. A person with a new phone gets a new code from the office, for the same
// certificate: Make with the same reference ends the codes before it.
// [Claims.Claimed] tells the office how often, and by how many wallets, a
// certificate was fetched. Before a certificate leaves the office is asked whether it
// was withdrawn in between.
package claim

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"
)

// What callers tell people apart by.
var (
	// ErrTyped means that this is no code: mistyped, most likely. Nobody was asked.
	ErrTyped = errors.New("the code is mistyped: compare each character")
	// ErrCode means that there is nothing behind this code, for this proof and this
	// wallet: unknown, not there yet, used, over. It never says which.
	ErrCode = errors.New("there is nothing to fetch with this code, now and for this wallet")
	// ErrLimited means that there were too many wrong codes. The error is a [*Limited].
	ErrLimited = errors.New("too many wrong codes")
	// ErrWallet means that what a wallet sent is no key, or does not open the answer.
	ErrWallet = errors.New("the key of the wallet")
	// ErrTaken means that a slip's code stands for another certificate already.
	ErrTaken = errors.New("this code is taken: give the person another slip")
	// ErrWithdrawn means that the certificate behind a right code is withdrawn since.
	ErrWithdrawn = errors.New("this certificate is withdrawn: ask the office for the one in its place")
	// ErrTerms means that a code was asked for that would not be safe.
	ErrTerms = errors.New("a code cannot be given out on these terms")
)

// Limited says when a source may try again. It wraps [ErrLimited].
type Limited struct{ Until time.Time }

func (l *Limited) Error() string {
	return ErrLimited.Error() + ": try again after " + l.Until.UTC().Format(time.RFC3339)
}

// Unwrap returns [ErrLimited].
func (l *Limited) Unwrap() error { return ErrLimited }

// The lives of codes.
const (
	Life     = 2 * time.Hour       // of a code; without a proof, at most
	SlipLife = 7 * 24 * time.Hour  // of one with a proof, unless the terms say otherwise
	MaxLife  = 31 * 24 * time.Hour // of any
)

// The longest that is taken, in bytes.
const (
	MaxContent = 64 << 10
	MaxProof   = 64
	MaxRef     = 256
	MinSecret  = 32
)

// Limits are how many wrong codes are borne. Zero fields have the usual values.
type Limits struct {
	Window time.Duration // one hour
	Source int           // wrong codes of a source in a window: 5
	Total  int           // of all, rounded down to eights, at least 8: 400
}

// Options are what claims work with.
type Options struct {
	Store  Store
	Secret []byte // at least [MinSecret] random bytes, the same in all processes, kept apart from the store
	Now    func() time.Time
	Random io.Reader
	Limits Limits
	// Keep is for how long it is remembered that a certificate was claimed. Zero: 90 days.
	Keep time.Duration
	// Parallel is how many codes are stretched at a time, with 19 MiB each. Zero:
	// as many as there are processors.
	Parallel int
}

// Claims gives out codes and what is behind them. Its methods may be called from
// several goroutines.
type Claims struct {
	o         Options
	stretches chan struct{}
	slow      func(secret, salt []byte) []byte
}

// New makes claims.
func New(o Options) (*Claims, error) {
	switch {
	case o.Store == nil || o.Now == nil || o.Random == nil:
		return nil, errors.New("making claims: a store, a clock and a source of randomness are needed")
	case len(o.Secret) < MinSecret:
		return nil, fmt.Errorf("making claims: the secret has %d bytes or more", MinSecret)
	case o.Limits.Window < 0 || o.Limits.Window > 0 && o.Limits.Window < time.Second || o.Limits.Source < 0 || o.Limits.Total < 0 || o.Keep < 0 || o.Parallel < 0:
		return nil, errors.New("making claims: a number below zero, or a window below a second")
	}
	l := &o.Limits
	if l.Window == 0 {
		l.Window = time.Hour
	}
	if l.Source == 0 {
		l.Source = 5
	}
	if l.Total == 0 {
		l.Total = 400
	}
	if o.Keep == 0 {
		o.Keep = 90 * 24 * time.Hour
	}
	if o.Parallel == 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	return &Claims{o: o, stretches: make(chan struct{}, o.Parallel), slow: slow}, nil
}

// Terms are what a code is given out on.
type Terms struct {
	// Life is for how long the code is good. Zero: [Life], or [SlipLife] with a proof.
	Life time.Duration
	// Proof is what else must be said to redeem it, in the one form in which it is
	// asked for; a date of birth as 1974-08-12. Empty: nothing.
	Proof string
}

func (t Terms) life() (time.Duration, error) {
	switch {
	case len(t.Proof) > MaxProof:
		return 0, fmt.Errorf("%w: the proof is longer than %d bytes", ErrTerms, MaxProof)
	case t.Life < 0 || t.Life > MaxLife:
		return 0, fmt.Errorf("%w: a code is good for %d days at most", ErrTerms, MaxLife/(24*time.Hour))
	case t.Proof == "" && t.Life > Life:
		return 0, fmt.Errorf("%w: a code that is good for more than two hours needs a proof", ErrTerms)
	case t.Life > 0:
		return t.Life, nil
	case t.Proof != "":
		return SlipLife, nil
	}
	return Life, nil
}

// Make gives out a code for a certificate, and says until when it is good. The
// reference, such as the serial, is by what the office knows the certificate; the
// codes that were given out for it before are no longer good.
func (c *Claims) Make(ctx context.Context, ref string, content []byte, t Terms) (Code, time.Time, error) {
	for range 8 { // a code may be one that was given out: once in many thousand
		code, err := Draw(c.o.Random)
		if err != nil {
			return Code{}, time.Time{}, err
		}
		until, err := c.Fill(ctx, code, ref, content, t)
		if err == nil {
			return code, until, nil
		}
		if !errors.Is(err, ErrTaken) {
			return Code{}, time.Time{}, err
		}
	}
	return Code{}, time.Time{}, fmt.Errorf("drawing a code: %w", ErrTaken)
}

// Fill puts a certificate behind a code that was given out before it was there: a
// slip. The same may be done again, with the same result.
func (c *Claims) Fill(ctx context.Context, code Code, ref string, content []byte, t Terms) (time.Time, error) {
	life, err := t.life()
	switch {
	case err != nil:
		return time.Time{}, err
	case ref == "" || len(ref) > MaxRef:
		return time.Time{}, fmt.Errorf("%w: a reference has 1 to %d bytes", ErrTerms, MaxRef)
	case len(content) == 0 || len(content) > MaxContent:
		return time.Time{}, fmt.Errorf("%w: what is claimed has 1 to %d bytes", ErrTerms, MaxContent)
	case code == Code{}:
		return time.Time{}, fmt.Errorf("%w: no code", ErrTerms)
	}
	name, key, err := c.stretch(ctx, code, t.Proof)
	if err != nil {
		return time.Time{}, err
	}
	blob, err := seal(name, key, content, c.o.Random)
	if err != nil {
		return time.Time{}, err
	}
	now := c.o.Now()
	until := now.Add(life)
	if err := c.o.Store.Put(ctx, Record{Name: name, Ref: c.hide("ref", ref), Until: until, Blob: blob}, now); err != nil {
		return time.Time{}, fmt.Errorf("storing a claim: %w", err)
	}
	return until, nil
}

// Attempt is what somebody sends who wants a certificate.
type Attempt struct {
	// Source is where it comes from, as far as one can be told from another: an
	// address, of which an IPv6 one counts by its first 64 bits. It is stored in no
	// form that can be read.
	Source string
	Code   string
	Proof  string
	Wallet []byte // its public key: [Wallet.Public]
}

// Redeem answers an attempt with the certificate, encrypted to the wallet. The
// errors are [ErrTyped], [ErrWallet], [ErrLimited], [ErrCode], and whatever the
// store says when it fails.
//
// Good is asked about the certificate before it leaves, and says [ErrWithdrawn] or
// what else is against it; nil asks nobody. Whoever has the code is told so, and
// counts as having fetched it.
func (c *Claims) Redeem(ctx context.Context, a Attempt, good func(context.Context, []byte) error) ([]byte, error) {
	code, err := Parse(a.Code)
	if err != nil {
		return nil, err
	}
	wallet, err := parseWallet(a.Wallet)
	if err != nil {
		return nil, err
	}
	if len(a.Proof) > MaxProof {
		return nil, ErrCode
	}
	counters := c.counters(a.Source)
	if err := c.enter(ctx, counters); err != nil {
		return nil, err
	}
	name, key, err := c.stretch(ctx, code, a.Proof)
	if err != nil {
		return nil, err
	}
	r, err := c.o.Store.Claim(ctx, name, sha256.Sum256(a.Wallet), c.o.Now())
	if errors.Is(err, ErrCode) {
		return nil, ErrCode
	}
	if err != nil {
		return nil, fmt.Errorf("redeeming a claim: %w", err)
	}
	content, err := unseal(name, key, r.Blob)
	if err != nil {
		return nil, fmt.Errorf("redeeming a claim: %w", err)
	}
	// If this fails, the source has one wrong code more than it gave: no reason to
	// keep the certificate from the person.
	_, _ = c.o.Store.Count(ctx, counters, -1)
	if good != nil {
		if err := good(ctx, content); err != nil {
			return nil, fmt.Errorf("redeeming a claim: %w", err)
		}
	}
	return wallet.seal(content)
}

// shards is into how many parts the total is counted, so that not every attempt
// of a country waits for one row.
const shards = 8

// counters are what an attempt of a source counts into, in the window of now.
func (c *Claims) counters(source string) []Counter {
	window := c.o.Now().UnixMicro() / c.o.Limits.Window.Microseconds()
	who := c.hide("source", source)
	total := [16]byte{'t', 'o', 't', 'a', 'l', who[0] % shards}
	return []Counter{
		{Who: who, Window: window, Most: int64(c.o.Limits.Source)},
		{Who: total, Window: window, Most: int64(max(1, c.o.Limits.Total/shards))},
	}
}

// enter counts an attempt before it is looked at, so that many at once are not more.
func (c *Claims) enter(ctx context.Context, counters []Counter) error {
	ok, err := c.o.Store.Count(ctx, counters, 1)
	if err != nil {
		return fmt.Errorf("counting an attempt: %w", err)
	}
	if !ok {
		end := (counters[0].Window + 1) * c.o.Limits.Window.Microseconds()
		return &Limited{Until: time.UnixMicro(end).UTC()}
	}
	return nil
}

// hide is what stands for a text in the store.
func (c *Claims) hide(kind, text string) [16]byte {
	h := hmac.New(sha256.New, c.o.Secret)
	io.WriteString(h, "pratique claim "+kind+"\x00"+text)
	return [16]byte(h.Sum(nil))
}

// Cancel ends the codes of a certificate that were not redeemed yet, and says how
// many there were: when it is withdrawn, or the slip was lost.
func (c *Claims) Cancel(ctx context.Context, ref string) (int, error) {
	n, err := c.o.Store.Cancel(ctx, c.hide("ref", ref), c.o.Now())
	if err != nil {
		return 0, fmt.Errorf("ending claims: %w", err)
	}
	return n, nil
}

// Claimed returns the claims of a certificate that a wallet has redeemed, oldest
// first, as long as they are remembered.
func (c *Claims) Claimed(ctx context.Context, ref string) ([]Redeemed, error) {
	out, err := c.o.Store.Redeemed(ctx, c.hide("ref", ref))
	if err != nil {
		return nil, fmt.Errorf("reading claims: %w", err)
	}
	return out, nil
}

// Purge removes what is over: codes and their contents, counts of attempts, and
// what is remembered no longer. It is to be called every few minutes.
func (c *Claims) Purge(ctx context.Context) error {
	now := c.o.Now()
	window := now.UnixMicro() / c.o.Limits.Window.Microseconds()
	if err := c.o.Store.Purge(ctx, now, now.Add(-c.o.Keep), window); err != nil {
		return fmt.Errorf("removing claims: %w", err)
	}
	return nil
}
