package watch

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// ErrUnknown means that there is no such alert.
var ErrUnknown = errors.New("no such alert here")

// Store keeps what laboratories did, and alerts. All methods may be called from
// several goroutines and processes.
type Store interface {
	// Change replaces what is kept of a laboratory by what f makes of it, and keeps
	// the alerts that f returns; nil is what nothing was kept of. Nothing else
	// changes it meanwhile; f may be called again.
	Change(ctx context.Context, authority, laboratory string, f func(old []byte) (state []byte, alerts []Alert, err error)) error
	// Alerts returns those of an authority since a moment, the oldest first.
	Alerts(ctx context.Context, authority string, since time.Time) ([]Alert, error)
	// Close notes who has looked at an alert, or returns ErrUnknown.
	Close(ctx context.Context, authority, id, by string) error
}

// Options are the knobs of a [Watch].
type Options struct {
	Key    []byte    // 32 bytes, mixed into tags of persons; the same in all processes
	Random io.Reader // nil means [crypto/rand.Reader]
}

// Watch keeps watch over the laboratories of a store.
type Watch struct {
	s Store
	o Options

	mu     sync.Mutex
	groups map[string]*group // by authority and laboratory: those that wait to be written
	turns  map[string]*sync.Mutex
}

// group are certificates of a laboratory that are written together.
type group struct {
	issued []Issued
	done   chan struct{}
	err    error
}

// New makes a watch.
func New(s Store, o Options) (*Watch, error) {
	if len(o.Key) != 32 {
		return nil, errors.New("opening the watch: the key is not 32 bytes")
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return &Watch{s: s, o: o, groups: map[string]*group{}, turns: map[string]*sync.Mutex{}}, nil
}

// Issued is a certificate with who it is for, as far as the watch must be told.
type Issued struct {
	Certified        // Tag is set by the watch
	Person    string // name and date of birth in one form; empty: not known. Not kept
}

// Add tells of certificates that a laboratory has issued; when it returns, they are
// kept. What comes of one laboratory while something of it is being written is
// written together, in the order of its moments. The clock of a laboratory is east
// of UTC. The alerts, which are also kept, are returned to one of those for whom they
// were written.
func (w *Watch) Add(ctx context.Context, authority, laboratory string, clock time.Duration, issued []Issued) ([]Alert, error) {
	who := authority + "\x00" + laboratory
	w.mu.Lock()
	g := w.groups[who]
	if g != nil { // somebody waits for their turn, and takes these along
		g.issued = append(g.issued, issued...)
		w.mu.Unlock()
		select {
		case <-g.done:
			return nil, g.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	g = &group{issued: slices.Clone(issued), done: make(chan struct{})}
	w.groups[who] = g
	turn := w.turns[who]
	if turn == nil {
		turn = new(sync.Mutex)
		w.turns[who] = turn
	}
	w.mu.Unlock()
	turn.Lock()
	defer turn.Unlock()
	w.mu.Lock()
	delete(w.groups, who)
	w.mu.Unlock()
	defer close(g.done)
	slices.SortStableFunc(g.issued, func(a, b Issued) int { return a.At.Compare(b.At) })
	var alerts []Alert
	alerts, g.err = w.write(context.WithoutCancel(ctx), authority, laboratory, clock, g.issued) // others wait for it
	return alerts, g.err
}

// write changes what is kept of a laboratory.
func (w *Watch) write(ctx context.Context, authority, laboratory string, clock time.Duration, issued []Issued) ([]Alert, error) {
	var alerts []Alert
	err := w.s.Change(ctx, authority, laboratory, func(old []byte) ([]byte, []Alert, error) {
		var l Laboratory
		if old != nil {
			if err := json.Unmarshal(old, &l); err != nil {
				return nil, nil, fmt.Errorf("watching %s: what is kept of it cannot be read", laboratory)
			}
		}
		l.Clock = clock
		alerts = nil
		for _, c := range issued {
			tag, err := w.tag(&l, c)
			if err != nil {
				return nil, nil, err
			}
			c.Tag = tag
			for _, a := range l.Add(c.Certified) {
				a.Authority, a.Laboratory = authority, laboratory
				alerts = append(alerts, a)
			}
		}
		state, err := json.Marshal(l)
		return state, alerts, err
	})
	if err != nil {
		return nil, err
	}
	return alerts, nil
}

// tag is the mark of a person for this day at this laboratory.
func (w *Watch) tag(l *Laboratory, c Issued) (uint64, error) {
	if c.Person == "" {
		return 0, nil
	}
	l.at(c.At)
	if l.Secret == nil {
		secret := make([]byte, 32)
		if _, err := io.ReadFull(w.o.Random, secret); err != nil {
			return 0, err
		}
		l.Secret = secret
	}
	m := hmac.New(sha256.New, w.o.Key)
	m.Write(l.Secret)
	io.WriteString(m, c.Person)
	return binary.BigEndian.Uint64(m.Sum(nil)) | 1, nil // zero is nobody
}

// Alerts returns the alerts of an authority since a moment, the oldest first.
func (w *Watch) Alerts(ctx context.Context, authority string, since time.Time) ([]Alert, error) {
	return w.s.Alerts(ctx, authority, since)
}

// Close notes that somebody has looked at an alert.
func (w *Watch) Close(ctx context.Context, authority, id, by string) error {
	if by == "" {
		return errors.New("closing an alert: want who has looked at it")
	}
	return w.s.Close(ctx, authority, id, by)
}
