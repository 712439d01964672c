package claim

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Record is a code in the store.
type Record struct {
	Name  [16]byte // of the code
	Ref   [16]byte // of the certificate
	Until time.Time
	Blob  []byte
}

// Redeemed is a claim that a wallet has redeemed.
type Redeemed struct {
	Wallet [32]byte // SHA-256 of its public key
	At     time.Time
}

// Counter counts wrong codes of somebody in a window.
type Counter struct {
	Who    [16]byte
	Window int64
	Most   int64
}

// Store is the door to what several processes share. Its methods may be called
// from several goroutines; what they return is safe by then.
type Store interface {
	// Put keeps a record. Other codes of the same certificate are good no longer,
	// and the contents of those that were redeemed are gone. A record of this name
	// that is of the same certificate and was not redeemed, or that is over, is
	// replaced; any other is [ErrTaken], and then nothing has changed.
	Put(ctx context.Context, r Record, now time.Time) error
	// Claim returns a record that is good at the moment, and binds it to the wallet.
	// There is none, it is over or without content, or it is bound to another
	// wallet: [ErrCode].
	Claim(ctx context.Context, name [16]byte, wallet [32]byte, now time.Time) (Record, error)
	// Cancel ends the codes of a certificate, and returns how many were not redeemed.
	Cancel(ctx context.Context, ref [16]byte, now time.Time) (int, error)
	// Redeemed returns the redeemed claims of a certificate, oldest first.
	Redeemed(ctx context.Context, ref [16]byte) ([]Redeemed, error)
	// Count adds n to all counters and returns true; if one would be above its most,
	// it adds nothing and returns false. None falls below zero.
	Count(ctx context.Context, counters []Counter, n int64) (bool, error)
	// Purge removes records that are over and were not redeemed, the contents of
	// those that were, these themselves if they were redeemed before a moment, and
	// counters of windows before one.
	Purge(ctx context.Context, now, before time.Time, window int64) error
}

// Memory is a store that lasts as long as the program: for tests and exercises.
type Memory struct {
	mu      sync.Mutex
	records map[[16]byte]*kept
	counts  map[Counter]int64 // without Most
}

type kept struct {
	Record
	wallet [32]byte
	at     time.Time // when it was redeemed; zero: not
}

// Put implements [Store].
func (m *Memory) Put(_ context.Context, r Record, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records == nil {
		m.records = map[[16]byte]*kept{}
	}
	if old := m.records[r.Name]; old != nil && (!old.at.IsZero() || old.Ref != r.Ref && old.Until.After(now)) {
		return ErrTaken
	}
	m.end(r.Ref, now)
	r.Blob = slices.Clone(r.Blob)
	m.records[r.Name] = &kept{Record: r}
	return nil
}

// end ends the codes of a certificate. The caller has the lock.
func (m *Memory) end(ref [16]byte, now time.Time) int {
	n := 0
	for name, r := range m.records {
		switch {
		case r.Ref != ref:
		case r.at.IsZero():
			if r.Until.After(now) {
				n++
			}
			delete(m.records, name)
		default:
			r.Blob = nil
			if r.Until.After(now) {
				r.Until = now
			}
		}
	}
	return n
}

// Claim implements [Store].
func (m *Memory) Claim(_ context.Context, name [16]byte, wallet [32]byte, now time.Time) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.records[name]
	if r == nil || !r.Until.After(now) || len(r.Blob) == 0 || !r.at.IsZero() && r.wallet != wallet {
		return Record{}, ErrCode
	}
	if r.at.IsZero() {
		r.wallet, r.at = wallet, now
	}
	out := r.Record
	out.Blob = slices.Clone(r.Blob)
	return out, nil
}

// Cancel implements [Store].
func (m *Memory) Cancel(_ context.Context, ref [16]byte, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.end(ref, now), nil
}

// Redeemed implements [Store].
func (m *Memory) Redeemed(_ context.Context, ref [16]byte) ([]Redeemed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Redeemed
	for _, r := range m.records {
		if r.Ref == ref && !r.at.IsZero() {
			out = append(out, Redeemed{r.wallet, r.at})
		}
	}
	slices.SortFunc(out, func(a, b Redeemed) int { return a.At.Compare(b.At) })
	return out, nil
}

// Count implements [Store].
func (m *Memory) Count(_ context.Context, counters []Counter, n int64) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[Counter]int64{}
	}
	bare := func(c Counter) Counter { return Counter{Who: c.Who, Window: c.Window} }
	for _, c := range counters {
		if n > 0 && m.counts[bare(c)]+n > c.Most {
			return false, nil
		}
	}
	for _, c := range counters {
		m.counts[bare(c)] = max(0, m.counts[bare(c)]+n)
	}
	return true, nil
}

// Purge implements [Store].
func (m *Memory) Purge(_ context.Context, now, before time.Time, window int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, r := range m.records {
		switch {
		case r.Until.After(now):
		case r.at.IsZero() || r.at.Before(before):
			delete(m.records, name)
		default:
			r.Blob = nil
		}
	}
	for c := range m.counts {
		if c.Window < window {
			delete(m.counts, c)
		}
	}
	return nil
}
