// Package filter answers one question: is this key of a known population a
// member of a subset of it? The answer is exact for every key of the population,
// and the filter takes little more than the fewest bits that any such answer
// can take, log2 C(N,R) for R members of N. For a key outside of the population
// the answer means nothing: who asks must know that it is inside.
//
// # Construction
//
// Two tables, after the two-stage filters of CRLite's clubcards (eprint
// 2025/610). The first gives each member k bits that are computed from the key
// itself; another key of the population has them by chance once in 2^k, with
// k = floor(log2((N-R)/R)). The second gives one bit to each key of the
// population that passes the first: 1 to members, 0 to the others. A key is a
// member if it passes the first and has a 1 in the second.
//
// Both are ribbon tables (Dillinger and Walzer, "Ribbon filter", 2021): the bits
// of a key are the sum, modulo 2, of those rows of the table that a band of 64,
// 128 or 256 positions selects; band, place and block are computed from the key.
// To build one is to solve a banded system of equations over GF(2). A table is
// cut into blocks, each as short as the equations allow: the builder tries from
// the shortest on.
//
// Keys are 16 bytes that are evenly distributed, such as a truncated
// cryptographic hash. Nothing depends on secrecy: a builder checks what it made,
// and a population for which no table is found is refused ([ErrUnsolved]).
//
// # Encoding
//
// Little-endian; numbers are unsigned varints in their shortest form.
//
//	kind      0 no member, 1 all are members, 2 two tables
//	k         bits of the first table, 0 to 32 (0: there is no first table)
//	table     twice, or once where k is 0:
//	  band    words of the band: 1, 2 or 4
//	  blocks  how many, then for each its rows divided by 64
//	  rows    for each block, for each 64 rows, k (or 1) words of 8 bytes
//
// What parses encodes to the same bytes. A filter has at most [MaxBytes].
package filter

import (
	"errors"
	"iter"
	"math/bits"
	"slices"
)

// Key is what a filter is asked for.
type Key [16]byte

// Compare orders keys.
func (k Key) Compare(o Key) int { return slices.Compare(k[:], o[:]) }

// Limits of what is built and read.
const (
	MaxBytes   = 64 << 20   // of an encoded filter
	MaxMembers = 40_000_000 // that a filter is built for
)

// Errors.
var (
	ErrCount    = errors.New("the population is not as large as was said")
	ErrTooMany  = errors.New("more members than a filter is built for, or than the population has")
	ErrUnsolved = errors.New("no table was found: keys that are equal, or not evenly distributed")
	ErrFormat   = errors.New("not a filter")
)

type kind uint8

const (
	nobody kind = iota
	everybody
	staged
)

// Filter is a subset of a population. The zero value has no members.
type Filter struct {
	kind          kind
	first, second table
}

// Build makes the filter of the members of a population of n keys. It runs
// through the population twice, and holds only the members and those keys that
// pass the first table: about three times the members. A member that is not of
// the population is no error. Members are sorted in place.
func Build(members []Key, n int, population iter.Seq[Key]) (*Filter, error) {
	slices.SortFunc(members, Key.Compare)
	members = slices.Compact(members)
	switch r := len(members); {
	case r > MaxMembers || r > n:
		return nil, ErrTooMany
	case r == 0:
		return &Filter{}, count(n, population)
	case r == n:
		return &Filter{kind: everybody}, count(n, population)
	}
	f := &Filter{kind: staged}
	if k := columns(len(members), n); k > 0 {
		rows := make([]row, len(members))
		for i, m := range members {
			h := hash(m, saltFirst)
			rows[i] = row{h, h.print(k)}
		}
		var err error
		if f.first, err = solve(rows, k); err != nil {
			return nil, err
		}
	}
	rows := make([]row, 0, 3*len(members))
	for _, m := range members {
		rows = append(rows, row{hash(m, saltSecond), 1})
	}
	seen := 0
	for key := range population {
		seen++
		if !f.passes(key) {
			continue
		}
		if _, is := slices.BinarySearchFunc(members, key, Key.Compare); !is {
			rows = append(rows, row{hash(key, saltSecond), 0})
		}
	}
	if seen != n {
		return nil, ErrCount
	}
	var err error
	if f.second, err = solve(rows, 1); err != nil {
		return nil, err
	}
	return f, f.check(members, population)
}

// check asks for every key of the population.
func (f *Filter) check(members []Key, population iter.Seq[Key]) error {
	for key := range population {
		if !f.passes(key) {
			continue
		}
		if _, is := slices.BinarySearchFunc(members, key, Key.Compare); is != f.Has(key) {
			return ErrUnsolved
		}
	}
	for _, m := range members {
		if !f.Has(m) {
			return ErrUnsolved
		}
	}
	return nil
}

func count(n int, population iter.Seq[Key]) error {
	seen := 0
	for range population {
		seen++
	}
	if seen != n {
		return ErrCount
	}
	return nil
}

// columns is k: another column costs a bit for each member, and spares one for
// each of the others that it stops.
func columns(members, n int) int {
	return max(0, min(bits.Len64(uint64((n-members)/members))-1, maxColumns))
}

// Has says whether a key of the population is a member.
func (f *Filter) Has(key Key) bool {
	switch f.kind {
	case everybody:
		return true
	case staged:
		return f.passes(key) && f.second.has(hash(key, saltSecond), 1)
	}
	return false
}

func (f *Filter) passes(key Key) bool {
	if f.first.columns == 0 {
		return true
	}
	h := hash(key, saltFirst)
	return f.first.has(h, h.print(f.first.columns))
}
