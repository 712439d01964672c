// Package cohort answers one question: which key signs now?
//
// A [Cohort] is the keys of an authority in the order in which they shall sign. A
// key serves a number of certificates, or of days from its first one; then the
// next takes over, without a pause, for all processes that share the [Store]. A
// key that is lost takes with it no more than its cohort, and tells nobody who
// looks at a code when and where it was made more closely than that.
//
// # Which key
//
// The first in order that
//
//   - has its secret here,
//   - may sign the use, in the format: seals (vds) are signed by certified signers
//     of seals and by no other key, cards (shc) by es256 alone,
//   - is within its life ([keys.Life]),
//   - outlives what it signs ([Options.Good]),
//   - has not served its number ([Options.Most]), nor its days ([Options.Days]).
//
// Where no key outlives what it would sign, one that is within its life is taken
// all the same: what it signs must then be good for less. Nothing else gives way;
// when no key is left the error is an [*Empty], which says of each key why not,
// and what to do.
//
// Nothing is decided for good but the numbers: a clock that jumps ahead passes
// keys over, and one that comes back finds them again.
//
// # Several processes
//
// A process takes numbers in blocks ([Options.Block]) and hands them out of its
// memory, so that the store is asked once for many certificates. A process that
// ends takes the rest of its block with it: a key may serve fewer than its
// number, never more. The days of a key begin with the first block that anybody
// takes of it.
package cohort

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

// ErrEmpty means that no key is left. The error is an [*Empty].
var ErrEmpty = errors.New("no key is left that signs this")

// Count is what a key has served.
type Count struct {
	Key   [32]byte // SHA-256 of its certificate
	Used  int64
	Since time.Time // of its first block
}

// Store counts, for all processes that share it. Its methods may be called from
// several goroutines.
type Store interface {
	// Take adds to what a key has served: n, or as much of it as is left up to
	// most (zero: without end), and nothing once the key has served for so long
	// (zero: without end). It returns how much it added, and the count after it.
	// When it returns, the sum is safe.
	Take(ctx context.Context, cohort string, key [32]byte, n, most int64, long time.Duration, now time.Time) (int64, Count, error)
	// Counts returns the counts of all keys of which something was taken.
	Counts(ctx context.Context, cohort string) ([]Count, error)
}

// Options say how keys take turns.
type Options struct {
	Name  string      // of the cohort in the store: the authority's
	Keys  []*keys.Key // in order; those without a signer sign no more, and are found
	Store Store
	Now   func() time.Time
	// Most is how many certificates a key signs. Zero: as many as there are.
	Most int64
	// Days is for how many days a key signs from its first certificate on. Zero:
	// for its life.
	Days int
	// Good is for how long certificates are good, at most. Zero: 365 days.
	Good time.Duration
	// Lead is how long before the last key ends the next is due. Zero: [keys.Lead].
	Lead time.Duration
	// Block is how many numbers a process takes at a time. Zero: 256, and never
	// more than a sixteenth of Most.
	Block int64
}

// Purpose is what a key is wanted for.
type Purpose struct {
	Format string // "vds", "shc", or any other
	Use    trust.Use
}

// Cohort hands out keys. Its methods may be called from several goroutines.
type Cohort struct {
	o     Options
	slots []*slot
	lock  chan struct{} // held by one: it guards the slots' numbers
}

// slot is a key with what this process has taken of it.
type slot struct {
	key   *keys.Key
	id    [32]byte
	life  keys.Life
	uses  trust.Uses
	seals bool

	left  int64 // of the block in hand
	count Count // as the store last told
	known bool  // that it has told
	empty bool  // the store has no more of it
}

// New makes a cohort.
func New(o Options) (*Cohort, error) {
	switch {
	case o.Name == "" || len(o.Name) > 64:
		return nil, errors.New("making cohort: its name has 1 to 64 bytes")
	case len(o.Keys) == 0:
		return nil, errors.New("making cohort: there is no key")
	case o.Store == nil || o.Now == nil:
		return nil, errors.New("making cohort: a store and a clock are needed")
	case o.Most < 0 || o.Days < 0 || o.Good < 0 || o.Lead < 0 || o.Block < 0:
		return nil, errors.New("making cohort: a number below zero")
	}
	if o.Good == 0 {
		o.Good = 365 * 24 * time.Hour
	}
	if o.Lead == 0 {
		o.Lead = keys.Lead
	}
	if o.Block == 0 {
		o.Block = 256
		if o.Most > 0 {
			o.Block = max(1, min(o.Block, o.Most/16))
		}
	}
	c := &Cohort{o: o, lock: make(chan struct{}, 1)}
	for _, k := range o.Keys {
		s, err := newSlot(k)
		if err != nil {
			return nil, fmt.Errorf("making cohort: %w", err)
		}
		if c.slot(s.id) != nil {
			return nil, errors.New("making cohort: a key stands twice")
		}
		c.slots = append(c.slots, s)
	}
	return c, nil
}

func newSlot(k *keys.Key) (*slot, error) {
	if k == nil || k.Certificate == nil {
		return nil, keys.ErrNoCertificate
	}
	if k.Authority() {
		return nil, errors.New("the key of an authority signs no certificates of health")
	}
	s := &slot{key: k, id: k.Fingerprint(), life: k.Life(), uses: k.Public().Uses}
	if uses, ok := vds.SignerUses(k.Certificate.Raw); ok {
		s.uses, s.seals = trust.Uses{Of: uses}, true
	}
	return s, nil
}

func (c *Cohort) slot(id [32]byte) *slot {
	if i := slices.IndexFunc(c.slots, func(s *slot) bool { return s.id == id }); i >= 0 {
		return c.slots[i]
	}
	return nil
}

// Find returns the key whose certificate has a SHA-256, whatever its state; nil
// if there is none.
func (c *Cohort) Find(id [32]byte) *keys.Key {
	if s := c.slot(id); s != nil {
		return s.key
	}
	return nil
}

// Next returns the key that signs the next n certificates of a purpose, and
// counts them. With n zero nothing is counted, and the store is not asked if it
// was before: it is for those who want to know which key comes.
func (c *Cohort) Next(ctx context.Context, p Purpose, n int) (*keys.Key, error) {
	if n < 0 || c.o.Most > 0 && int64(n) > c.o.Most {
		return nil, fmt.Errorf("taking a key: %d certificates at once are more than one key signs", n)
	}
	select {
	case c.lock <- struct{}{}:
		defer func() { <-c.lock }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := c.o.Now()
	if n == 0 {
		if err := c.learn(ctx); err != nil {
			return nil, err
		}
	}
	for _, strict := range []bool{true, false} {
		for _, s := range c.slots {
			if why := c.unfit(s, p, now); why != "" && (strict || why != Outlived) {
				continue
			}
			ok, err := c.take(ctx, s, int64(n), now)
			if err != nil {
				return nil, fmt.Errorf("taking a key: %w", err)
			}
			if ok {
				return s.key, nil
			}
		}
	}
	return nil, fmt.Errorf("taking a key: %w", c.emptyFor(p, n, now))
}

// take takes n numbers of a key. The caller has the lock.
func (c *Cohort) take(ctx context.Context, s *slot, n int64, now time.Time) (bool, error) {
	if s.left < n {
		if s.empty {
			return false, nil
		}
		// As much as is missing, in whole blocks.
		want := (n - s.left + c.o.Block - 1) / c.o.Block * c.o.Block
		got, count, err := c.o.Store.Take(ctx, c.o.Name, s.id, want, c.o.Most, c.long(), now)
		if err != nil {
			return false, err
		}
		s.left += got
		s.told(count)
		s.empty = c.o.Most > 0 && count.Used >= c.o.Most
	}
	if s.left < n || c.over(s, now) {
		return false, nil
	}
	s.left -= n
	return true, nil
}

func (s *slot) told(count Count) { s.count, s.known = count, true }

func (c *Cohort) long() time.Duration { return time.Duration(c.o.Days) * 24 * time.Hour }

// over reports whether a key has served its days.
func (c *Cohort) over(s *slot, now time.Time) bool {
	return c.o.Days > 0 && !s.count.Since.IsZero() && now.Sub(s.count.Since) >= c.long()
}

// spent reports whether a key has no numbers left, for this process.
func (c *Cohort) spent(s *slot) bool {
	return c.o.Most > 0 && s.left == 0 && (s.empty || s.count.Used >= c.o.Most)
}

// learn asks the store once what was served. The caller has the lock.
func (c *Cohort) learn(ctx context.Context) error {
	if !slices.ContainsFunc(c.slots, func(s *slot) bool { return !s.known }) {
		return nil
	}
	counts, err := c.o.Store.Counts(ctx, c.o.Name)
	if err != nil {
		return fmt.Errorf("reading counts: %w", err)
	}
	for _, s := range c.slots {
		i := slices.IndexFunc(counts, func(n Count) bool { return n.Key == s.id })
		if i >= 0 {
			s.told(counts[i])
		} else {
			s.told(Count{Key: s.id})
		}
	}
	return nil
}

// Why says why a key does not sign.
type Why string

// The reasons.
const (
	NoSecret Why = "its secret is not here"
	WrongUse Why = "it may not sign this"
	NotYet   Why = "it is not yet valid"
	Ended    Why = "it has ended"
	Served   Why = "it has served its days"
	UsedUp   Why = "it has signed as many as it may"
	Outlived Why = "what it signs would outlive it"
	TooFew   Why = "it has fewer left than are wanted at once"
)

// unfit says why a key does not sign for a purpose; empty if it does.
func (c *Cohort) unfit(s *slot, p Purpose, now time.Time) Why {
	switch {
	case s.key.Signer == nil:
		return NoSecret
	case !s.may(p):
		return WrongUse
	case now.Before(s.life.From):
		return NotYet
	case !s.life.Signs(now):
		return Ended
	case c.over(s, now):
		return Served
	case c.spent(s):
		return UsedUp
	case !s.life.Covers(now, now.Add(c.o.Good)):
		return Outlived
	}
	return ""
}

func (s *slot) may(p Purpose) bool {
	return s.seals == (p.Format == "vds") && (p.Format != "shc" || s.key.Algorithm() == keys.ES256) && s.uses.Allows(p.Use)
}

// Empty says that no key is left, and why none signs. No secret stands in it.
type Empty struct {
	Purpose Purpose
	Keys    []Reason
}

// Reason is why a key does not sign.
type Reason struct {
	KeyID string // 8 raw bytes, as HC1 has them
	Why   Why
	When  time.Time // of NotYet: from when on it does; of Ended: since when it does not
}

// Error says what is the matter with each key, and what to do.
func (e *Empty) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s in %s", ErrEmpty, e.Purpose.Use, e.Purpose.Format)
	for _, r := range e.Keys {
		fmt.Fprintf(&b, "; key %x: %s", r.KeyID, r.Why)
		if !r.When.IsZero() {
			b.WriteString(" (" + r.When.UTC().Format(time.DateOnly) + ")")
		}
	}
	b.WriteString("; add a key to the cohort, with a certificate for this use: `pratique key new`, `pratique key csr`")
	return b.String()
}

// Is makes it an [ErrEmpty].
func (e *Empty) Is(target error) bool { return target == ErrEmpty }

func (c *Cohort) emptyFor(p Purpose, n int, now time.Time) *Empty {
	e := &Empty{Purpose: p}
	for _, s := range c.slots {
		r := Reason{KeyID: s.key.ID(), Why: c.unfit(s, p, now)}
		switch r.Why {
		case NotYet:
			r.When = s.life.From
		case Ended:
			r.When = s.life.Until
		case "", Outlived: // fit, but for the number
			r.Why = TooFew
		}
		e.Keys = append(e.Keys, r)
	}
	return e
}
