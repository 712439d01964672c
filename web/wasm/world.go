//go:build js && wasm

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// verifier keeps the last world, and the text that it was made of.
type verifier struct {
	world *verify.World
	of    []byte
}

// known says what a world knows, for a page that offers a choice.
type known struct {
	Keys         int           `json:"keys"`
	AsOf         time.Time     `json:"as_of,omitzero"`
	SoftExpiry   time.Time     `json:"soft_expiry,omitzero"`
	HardExpiry   time.Time     `json:"hard_expiry,omitzero"`
	Bundle       string        `json:"bundle,omitempty"`
	Rules        []knownRules  `json:"rules"`
	Issuers      []string      `json:"issuers"` // jurisdictions that a key is known of
	Withdrawals  []knownBlocks `json:"withdrawals"`
	Demo         bool          `json:"demo"` // a key for exercises is among the keys
	NotProven    []string      `json:"not_proven"`
	Recognitions int           `json:"recognitions"`
}

type knownRules struct {
	ID           string      `json:"id"`
	Version      string      `json:"version"`
	Jurisdiction string      `json:"jurisdiction"`
	Region       string      `json:"region,omitempty"`
	Purpose      string      `json:"purpose"`
	From         time.Time   `json:"from"`
	Until        time.Time   `json:"until"`
	Title        rules.Texts `json:"title"`
}

type knownBlocks struct {
	Country string    `json:"country"`
	AsOf    time.Time `json:"as_of"`
	Until   time.Time `json:"until"`
}

// load keeps a world until the next one.
func (v *verifier) load(text string) (any, error) {
	w, k, err := newWorld([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("reading world: %w", err)
	}
	v.world, v.of = w, []byte(text)
	return k, nil
}

// newWorld reads a bundle, or the files of a world, each by what it begins with.
func newWorld(text []byte) (*verify.World, known, error) {
	var in struct {
		Bundle     []byte            `json:"bundle"`
		Files      map[string]string `json:"files"`
		Pins       map[string]string `json:"pins"`
		To         string            `json:"to"`
		Program    string            `json:"program"`
		KeyPolicy  string            `json:"key_policy"`
		Name       string            `json:"name"`
		Digest     string            `json:"digest"`
		AsOf       time.Time         `json:"as_of"`
		HardExpiry time.Time         `json:"hard_expiry"`
	}
	k := known{Rules: []knownRules{}, Issuers: []string{}, Withdrawals: []knownBlocks{}, NotProven: []string{}}
	if err := strictly(text, &in); err != nil {
		return nil, k, err
	}
	data := verify.Data{Name: in.Name, Digest: in.Digest, AsOf: in.AsOf, HardExpiry: in.HardExpiry}
	var w *verify.World
	var err error
	if in.Bundle != nil {
		w, err = k.ofBundle(in.Bundle, in.To, in.Program, data)
	} else {
		w, err = k.ofFiles(in.Files, in.Pins, in.To)
		if err == nil {
			w.Data = data
		}
	}
	if err != nil {
		return nil, k, err
	}
	switch in.KeyPolicy {
	case "", "issued":
	case "now":
		w.KeyPolicy = trust.ValidNow
	default:
		return nil, k, fmt.Errorf("unknown key policy")
	}
	k.of(w)
	return w, k, nil
}

// ofBundle opens a bundle. Whoever gives the page to a browser has verified it:
// the page has no way of its own to know who may sign. One that nobody signed is
// as old as it is said to be.
func (k *known) ofBundle(data []byte, to, program string, said verify.Data) (*verify.World, error) {
	u, err := bundle.Parse(data)
	if err != nil {
		return nil, err
	}
	b, err := u.SkipVerification()
	if err != nil {
		return nil, err
	}
	for _, s := range b.Sources {
		if s.Proof == bundle.NotProven {
			k.NotProven = append(k.NotProven, s.Name)
		}
	}
	w, err := b.World(to, program)
	if err == nil && b.AsOf.IsZero() {
		w.Data = said
	}
	return w, err
}

// of fills in what a world knows.
func (k *known) of(w *verify.World) {
	k.Keys, k.AsOf, k.SoftExpiry, k.HardExpiry, k.Recognitions = w.Keys.Len(), w.Data.AsOf, w.Data.SoftExpiry, w.Data.HardExpiry, len(w.Recognitions)
	k.Bundle = w.Data.Name
	issuers := map[string]bool{}
	for _, key := range w.Keys.All() {
		issuers[key.Country] = true
		k.Demo = k.Demo || key.Demo
	}
	k.Issuers = append(k.Issuers, slices.Sorted(maps.Keys(issuers))...)
	for _, s := range w.Rules {
		k.Rules = append(k.Rules, knownRules{s.ID, s.Version, s.Jurisdiction, s.Region, s.Purpose, s.From, s.Until, s.Title})
	}
	slices.SortStableFunc(k.Rules, func(a, b knownRules) int {
		return cmp.Or(cmp.Compare(a.Jurisdiction, b.Jurisdiction), cmp.Compare(a.ID, b.ID))
	})
	for _, l := range w.Withdrawals {
		k.Withdrawals = append(k.Withdrawals, knownBlocks{l.Country, l.AsOf, l.Until})
	}
}
