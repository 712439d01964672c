package keyserver

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
)

// ID is a temporary exposure key, the 16 bytes.
type ID = [gaen.KeySize]byte

// Record is all that is kept of a key.
type Record struct {
	Data    ID
	Start   gaen.Interval
	Period  uint8
	First   Statement // when it was given
	Revised Statement // since it was revised; At is zero if it never was
	// Regions are those for which it is published.
	Regions  []string
	Traveler bool
	// Local means that a person gave it here; else it is another server's, or fills
	// an export.
	Local bool
}

// Statement is what is said of a key.
type Statement struct {
	At       time.Time // a whole hour, at which it is as if it had been given
	Report   gaen.ReportType
	Risk     int8
	Onset    int8 // days since the onset, if HasOnset
	HasOnset bool
}

// key returns the key as it is published.
func (r *Record) key(s Statement) gaen.Key {
	return gaen.Key{Data: r.Data, Start: r.Start, Period: r.Period, Report: s.Report, Risk: int32(s.Risk), Onset: int16(s.Onset), HasOnset: s.HasOnset}
}

// Store is the door to the database. All methods may be called from several
// goroutines, and by several processes.
type Store interface {
	// Change gives the records that there are of keys to a function, in any order,
	// and stores those that it returns, in the place of what there was: all, or none
	// if it fails. It returns once they are safe against a loss of power. The function may be
	// called several times, also as if there were none: what counts is what it returned last.
	Change(ctx context.Context, keys []ID, change func(have []Record) ([]Record, error)) error
	// Window returns the records of which a statement is from one moment or later
	// and before another, sorted by their keys.
	Window(ctx context.Context, from, until time.Time) ([]Record, error)
	// Settle writes the rows of a window anew in the order of their keys.
	Settle(ctx context.Context, from, until time.Time) error
	// Forget deletes the records whose statements are all of before a moment.
	Forget(ctx context.Context, before time.Time) error
	// Load returns a note of the server's own; nil if there is none.
	Load(ctx context.Context, name string) ([]byte, error)
	// Replace stores a note in the place of old, nil for none, and returns once that is
	// safe. If old is not what is stored it stores nothing and returns [ErrChanged].
	Replace(ctx context.Context, name string, old, data []byte) error
}

// ErrChanged means that somebody else has stored something meanwhile.
var ErrChanged = errors.New("something else was stored meanwhile")

// Memory is a [Store] for tests and exercises, of which nothing stays.
type Memory struct {
	mu      sync.Mutex
	records map[ID]Record
	notes   map[string][]byte
}

// NewMemory returns an empty one.
func NewMemory() *Memory { return &Memory{records: map[ID]Record{}, notes: map[string][]byte{}} }

// Change implements [Store].
func (m *Memory) Change(_ context.Context, keys []ID, change func([]Record) ([]Record, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var have []Record
	for _, k := range keys {
		if r, ok := m.records[k]; ok {
			have = append(have, r)
		}
	}
	changed, err := change(have)
	if err != nil {
		return err
	}
	for _, r := range changed {
		m.records[r.Data] = r
	}
	return nil
}

// Window implements [Store].
func (m *Memory) Window(_ context.Context, from, until time.Time) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Record
	for _, r := range m.records {
		if within(r.First.At, from, until) || within(r.Revised.At, from, until) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Record) int { return bytes.Compare(a.Data[:], b.Data[:]) })
	return out, nil
}

func within(at, from, until time.Time) bool { return !at.Before(from) && at.Before(until) }

// Settle implements [Store]: there is no order here.
func (m *Memory) Settle(context.Context, time.Time, time.Time) error { return nil }

// Forget implements [Store].
func (m *Memory) Forget(_ context.Context, before time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.records, func(_ ID, r Record) bool { return r.First.At.Before(before) && r.Revised.At.Before(before) })
	return nil
}

// Load implements [Store].
func (m *Memory) Load(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.notes[name], nil
}

// Replace implements [Store].
func (m *Memory) Replace(_ context.Context, name string, old, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	have, ok := m.notes[name]
	if ok != (old != nil) || !bytes.Equal(have, old) {
		return ErrChanged
	}
	m.notes[name] = slices.Clone(data)
	if data == nil {
		delete(m.notes, name)
	}
	return nil
}
