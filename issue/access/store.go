package access

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Store keeps the records of access. Both methods may be called from several
// goroutines and processes.
type Store interface {
	// Do runs f as if no other transaction ran beside it, and returns nil only
	// once what it wrote is safe on the disk. If f fails, nothing was written. It
	// may run f again from nothing.
	Do(ctx context.Context, f func(Tx) error) error
	// View runs f on one state of the records. It writes nothing.
	View(ctx context.Context, f func(Tx) error) error
}

// Tx is a transaction over the records. A record has a kind, an authority and a
// key; all of them are words of this package, without white space.
type Tx interface {
	// Get returns a record, nil if there is none.
	Get(kind, authority, key string) ([]byte, error)
	// Put writes a record, over one that is there. After until it may be purged;
	// the zero time is never.
	Put(kind, authority, key string, value []byte, until time.Time) error
	// Delete takes a record away, if it is there.
	Delete(kind, authority, key string) error
	// Each calls f for each record of a kind and an authority, in the order of
	// their keys.
	Each(kind, authority string, f func(key string, value []byte) error) error
	// Purge takes all records away whose end was before a moment.
	Purge(before time.Time) error
}

// The kinds of records.
const (
	kindLaboratory = "laboratory"
	kindAccount    = "account"
	kindInvitation = "invitation"
	kindAttempt    = "attempt"
	kindSession    = "session"
	kindMachine    = "machine"
)

// get reads a record into v; it reports whether there is one.
func get(tx Tx, kind, authority, key string, v any) (bool, error) {
	b, err := tx.Get(kind, authority, key)
	if err != nil || b == nil {
		return false, err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return false, fmt.Errorf("reading a record of kind %s: it is not one of this program", kind)
	}
	return true, nil
}

func put(tx Tx, kind, authority, key string, v any, until time.Time) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Put(kind, authority, key, b, until)
}

// Memory is a Store that forgets everything at the end of the process. The zero
// Memory is empty.
type Memory struct {
	mu      sync.Mutex
	records map[string]record // by kind, authority and key
}

type record struct {
	value []byte
	until time.Time
}

// Do implements Store.
func (m *Memory) Do(_ context.Context, f func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{m: m, changed: map[string]*record{}}
	if err := f(tx); err != nil {
		return err
	}
	if m.records == nil {
		m.records = map[string]record{}
	}
	for k, r := range tx.changed {
		if r == nil {
			delete(m.records, k)
		} else {
			m.records[k] = *r
		}
	}
	return nil
}

// View implements Store.
func (m *Memory) View(_ context.Context, f func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return f(&memoryTx{m: m, changed: map[string]*record{}})
}

// memoryTx keeps what a transaction changed; nil is a record taken away.
type memoryTx struct {
	m       *Memory
	changed map[string]*record
}

func (t *memoryTx) Get(kind, authority, key string) ([]byte, error) {
	k := join(kind, authority, key)
	if r, ok := t.changed[k]; ok {
		if r == nil {
			return nil, nil
		}
		return slices.Clone(r.value), nil
	}
	return slices.Clone(t.m.records[k].value), nil
}

func (t *memoryTx) Put(kind, authority, key string, value []byte, until time.Time) error {
	t.changed[join(kind, authority, key)] = &record{slices.Clone(value), until}
	return nil
}

func (t *memoryTx) Delete(kind, authority, key string) error {
	t.changed[join(kind, authority, key)] = nil
	return nil
}

func (t *memoryTx) Each(kind, authority string, f func(key string, value []byte) error) error {
	found := map[string][]byte{}
	prefix := join(kind, authority, "")
	for k, r := range t.m.records {
		if _, changed := t.changed[k]; !changed && strings.HasPrefix(k, prefix) {
			found[k[len(prefix):]] = slices.Clone(r.value)
		}
	}
	for k, r := range t.changed {
		if r != nil && strings.HasPrefix(k, prefix) {
			found[k[len(prefix):]] = slices.Clone(r.value)
		}
	}
	return inOrder(found, f)
}

// inOrder calls f for each record, the same way in every database: by bytes.
func inOrder(found map[string][]byte, f func(key string, value []byte) error) error {
	for _, k := range slices.Sorted(maps.Keys(found)) {
		if err := f(k, found[k]); err != nil {
			return err
		}
	}
	return nil
}

func (t *memoryTx) Purge(before time.Time) error {
	for k, r := range t.m.records {
		if !r.until.IsZero() && r.until.Before(before) {
			t.changed[k] = nil
		}
	}
	return nil
}

func join(kind, authority, key string) string { return kind + " " + authority + " " + key }

// each calls f for each record of a kind and an authority.
func each[T any](tx Tx, kind, authority string, f func(key string, v T) error) error {
	return tx.Each(kind, authority, func(key string, b []byte) error {
		var v T
		if err := json.Unmarshal(b, &v); err != nil {
			return fmt.Errorf("reading a record of kind %s: it is not one of this program", kind)
		}
		return f(key, v)
	})
}
