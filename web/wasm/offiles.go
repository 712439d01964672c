//go:build js && wasm && !desk

package main

import (
	"crypto"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// ofFiles reads the files of a world.
func (k *known) ofFiles(texts, pinned map[string]string, to string) (*verify.World, error) {
	var pins []crypto.PublicKey
	for _, name := range slices.Sorted(maps.Keys(pinned)) {
		keys, err := lists.PinnedKeys([]byte(pinned[name]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		pins = append(pins, keys...)
	}
	var files []bundle.File
	for _, name := range slices.Sorted(maps.Keys(texts)) { // the same world in every run
		files = append(files, bundle.File{Name: name, Data: []byte(texts[name])})
	}
	s, err := bundle.Sort(files, pins...)
	if err != nil {
		return nil, err
	}
	if len(s.Left) > 0 { // whom it withdraws, nobody knows
		return nil, fmt.Errorf("%s: %s", s.Left[0].Entry, s.Left[0].Why)
	}
	c, left := s.Contents(anyTime)
	for _, a := range left { // it counts for nothing
		k.NotProven = append(k.NotProven, a.Entry)
	}
	for _, source := range c.Sources {
		if source.Proof == bundle.NotProven {
			k.NotProven = append(k.NotProven, source.Name)
		}
	}
	return c.World(to)
}

// anyTime is later than every list: one that is not yet in force says nothing of
// the time before it, and there is no clock here.
var anyTime = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)
