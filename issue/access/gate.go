package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"time"
)

// What callers branch on.
var (
	// ErrForbidden means that the actor may not do this, or not there.
	ErrForbidden = errors.New("this role may not do that here")
	// ErrSame means that what takes two people was asked by one.
	ErrSame = errors.New("this takes a second person: nobody confirms their own work")
	// ErrSignIn means that somebody did not prove who they are. It does not say
	// what was wrong, nor whether there is such an account.
	ErrSignIn = errors.New("name, passphrase or code is wrong, the code was used before, or there were too many attempts: wait and try again")
	// ErrSession means that a session is not there any more: sign in again.
	ErrSession = errors.New("no session: sign in")
	// ErrCredential means that a machine's key or certificate is not one of ours,
	// or has ended.
	ErrCredential = errors.New("not a key or certificate that may be used here now")
	// ErrInvitation means that an invitation was used, has ended or is none.
	ErrInvitation = errors.New("this invitation was used, has ended or is none: ask for another one")
	// ErrUnknown means that there is no such laboratory, account or machine.
	ErrUnknown = errors.New("no such laboratory, account or machine here")
	// ErrName means that a name is not of the form of names.
	ErrName = errors.New("a name is up to 32 small letters, digits, dots and hyphens, and begins with a letter")
)

// Options are the knobs of a [Gate]. All but Key may be zero.
type Options struct {
	// Key seals what must be read again (the secrets of authenticators) and is
	// mixed into all that is compared. 32 random bytes, the same in all processes
	// that share the records, kept apart from their backups.
	Key []byte
	// Title names the authority in authenticators. Empty means Pratique.
	Title string
	// Idle is how long a session may be silent. Zero means 15 minutes.
	Idle time.Duration
	// Longest is how long a session may last. Zero means 12 hours.
	Longest time.Duration
	// Work is spent on each passphrase. Zero means RFC 9106's second choice.
	Work Work
	// Parallel is how many passphrases are stretched at once, each in Work.Memory.
	// Zero means 2.
	Parallel int
	// Record is told what has happened, for the audit log. Nil means nobody is.
	Record func(Event)
	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
	// Random is the source of secrets. Nil means [crypto/rand.Reader].
	Random io.Reader
}

// Event is something that happened at the gate. It names accounts by their
// names, which are those of work, and nobody else.
type Event struct {
	At                    time.Time
	Authority, Laboratory string
	By                    string // account, machine, or empty
	What                  string // one of the constants
	Whom                  string // account, machine or laboratory that it was done to
}

// What can happen.
const (
	DidSignIn     = "sign_in"
	DidSignOut    = "sign_out"
	DidRefuse     = "refused" // an attempt to sign in to an account that is there
	DidLock       = "locked"  // the last of them that is answered for a while
	DidRecover    = "recovery_code"
	DidInvite     = "invite"
	DidEnrol      = "enrol"
	DidPassphrase = "passphrase"
	DidDisable    = "disable"
	DidUnlock     = "unlock"
	DidEndorse    = "provider" // an OpenID provider vouched for somebody
	DidKey        = "machine"
	DidRevoke     = "machine_revoked"
	DidLimits     = "laboratory"
	DidStop       = "stop"
	DidLift       = "lift"
)

// Gate answers who may do what. Its methods may be called from several goroutines.
type Gate struct {
	s     Store
	o     Options
	aead  cipher.AEAD
	slots chan struct{}
}

// New makes a gate on records.
func New(s Store, o Options) (*Gate, error) {
	if len(o.Key) != 32 {
		return nil, errors.New("opening access: the key is not 32 bytes")
	}
	defaults(&o)
	if _, err := parseStretched((stretched{o.Work, make([]byte, saltLength), make([]byte, tagLength)}).String()); err != nil {
		return nil, errors.New("opening access: the work for a passphrase is out of range")
	}
	g := &Gate{s: s, o: o, slots: make(chan struct{}, o.Parallel)}
	block, err := aes.NewCipher(g.mac("seal", ""))
	if err != nil {
		return nil, err
	}
	g.aead, err = cipher.NewGCM(block)
	return g, err
}

func defaults(o *Options) {
	if o.Title == "" {
		o.Title = "Pratique"
	}
	if o.Idle == 0 {
		o.Idle = 15 * time.Minute
	}
	if o.Longest == 0 {
		o.Longest = 12 * time.Hour
	}
	if o.Work == (Work{}) {
		o.Work = Work{Memory: 64 << 10, Passes: 3, Lanes: 4}
	}
	if o.Parallel <= 0 {
		o.Parallel = 2
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
}

// mac is a keyed hash, for one purpose, of words that have no zero in them.
func (g *Gate) mac(purpose string, words ...string) []byte {
	m := hmac.New(sha256.New, g.o.Key)
	io.WriteString(m, purpose)
	for _, w := range words {
		m.Write([]byte{0})
		io.WriteString(m, w)
	}
	return m.Sum(nil)
}

// seal encrypts something for a place, and opens it nowhere else.
func (g *Gate) seal(plain []byte, place string) ([]byte, error) {
	nonce := make([]byte, g.aead.NonceSize())
	if _, err := io.ReadFull(g.o.Random, nonce); err != nil {
		return nil, err
	}
	return g.aead.Seal(nonce, nonce, plain, []byte(place)), nil
}

func (g *Gate) open(sealed []byte, place string) ([]byte, error) {
	n := g.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("a sealed record is torn")
	}
	plain, err := g.aead.Open(nil, sealed[:n], sealed[n:], []byte(place))
	if err != nil {
		return nil, errors.New("a sealed record was not sealed with this key, or for another place")
	}
	return plain, nil
}

func (g *Gate) record(a Actor, what, whom string) {
	if g.o.Record != nil {
		g.o.Record(Event{g.o.Now(), a.Authority, a.Laboratory, a.Name, what, whom})
	}
}

// May returns nil if the actor may do this in this laboratory of its authority
// (empty: the authority as a whole), and the laboratory as it is now. It is the
// only judge of permissions: every request asks it, and a laboratory that was
// stopped by any process is refused from then on by all.
//
// Its errors are [ErrForbidden], [ErrUnknown] and [*StoppedError], or the
// store's.
func (g *Gate) May(ctx context.Context, a Actor, p Permission, laboratory string) (Laboratory, error) {
	var l Laboratory
	err := g.s.View(ctx, func(tx Tx) (err error) {
		l, err = May(tx, a, p, laboratory)
		return err
	})
	return l, err
}

// May is [Gate.May] within somebody's transaction, so that nothing is issued by
// a laboratory after the transaction that stopped it.
func May(tx Tx, a Actor, p Permission, laboratory string) (Laboratory, error) {
	if !a.reaches(p, laboratory) {
		return Laboratory{}, ErrForbidden
	}
	if laboratory == "" {
		return Laboratory{}, nil
	}
	var l Laboratory
	found, err := get(tx, kindLaboratory, a.Authority, laboratory, &l)
	switch {
	case err != nil:
		return Laboratory{}, err
	case !found:
		return Laboratory{}, ErrUnknown
	case l.Stopped != nil && a.Laboratory != "":
		return Laboratory{}, &StoppedError{*l.Stopped}
	}
	return l, nil
}

// Set makes a laboratory, or gives it another name, clock and limits. That it
// was stopped stays.
func (g *Gate) Set(ctx context.Context, by Actor, l Laboratory) error {
	if l.Authority != by.Authority || !by.reaches(Laboratories, l.ID) {
		return ErrForbidden
	}
	if _, err := ParseLaboratory(l.String()); err != nil {
		return err
	}
	err := g.s.Do(ctx, func(tx Tx) error {
		var old Laboratory
		if _, err := get(tx, kindLaboratory, l.Authority, l.ID, &old); err != nil {
			return err
		}
		l.Stopped = old.Stopped
		return put(tx, kindLaboratory, l.Authority, l.ID, l, time.Time{})
	})
	if err == nil {
		g.record(by, DidLimits, l.ID)
	}
	return err
}

// List returns the laboratories of the actor's authority that it may count, in
// the order of their names.
func (g *Gate) List(ctx context.Context, by Actor) ([]Laboratory, error) {
	var out []Laboratory
	err := g.s.View(ctx, func(tx Tx) error {
		out = nil
		return each(tx, kindLaboratory, by.Authority, func(_ string, l Laboratory) error {
			if by.reaches(Counts, l.ID) {
				out = append(out, l)
			}
			return nil
		})
	})
	return out, err
}

// Purge takes away what has ended: sessions, invitations, attempts. Somebody
// calls it from time to time.
func (g *Gate) Purge(ctx context.Context) error {
	return g.s.Do(ctx, func(tx Tx) error { return tx.Purge(g.o.Now()) })
}
