//go:build js && wasm

package main

import (
	"cmp"
	"crypto"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
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
	HardExpiry   time.Time     `json:"hard_expiry,omitzero"`
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

// newWorld reads the files of a world, each by what it begins with.
func newWorld(text []byte) (*verify.World, known, error) {
	var in struct {
		Files      map[string]string `json:"files"`
		Pins       map[string]string `json:"pins"`
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
	w := &verify.World{Keys: new(trust.Keys), Data: verify.Data{Name: in.Name, Digest: in.Digest, AsOf: in.AsOf, HardExpiry: in.HardExpiry}}
	switch in.KeyPolicy {
	case "", "issued":
	case "now":
		w.KeyPolicy = trust.ValidNow
	default:
		return nil, k, fmt.Errorf("unknown key policy")
	}
	var pins []crypto.PublicKey
	for _, name := range slices.Sorted(maps.Keys(in.Pins)) {
		keys, err := lists.PinnedKeys([]byte(in.Pins[name]))
		if err != nil {
			return nil, k, fmt.Errorf("%s: %w", name, err)
		}
		pins = append(pins, keys...)
	}
	var keys []lists.List
	for _, name := range slices.Sorted(maps.Keys(in.Files)) { // the same world in every run
		if err := add(w, &k, name, in.Files[name], pins, &keys); err != nil {
			return nil, k, fmt.Errorf("%s: %w", name, err)
		}
	}
	lists.Locate(keys) // of a directory that says in another file where its issuers are
	for _, l := range keys {
		for _, key := range l.Keys {
			w.Keys.Add(key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Files)) {
		if text := strings.TrimPrefix(in.Files[name], "\uFEFF"); strings.HasPrefix(text, areasHead) {
			l, err := history.OpenAreas([]byte(text), w.Keys, anyTime)
			if err != nil {
				k.NotProven = append(k.NotProven, name) // it counts for nothing
				continue
			}
			w.Areas = append(w.Areas, l)
		}
	}
	k.of(w)
	return w, k, nil
}

// anyTime is later than every list: one that is not yet in force says nothing of
// the time before it, and there is no clock here.
var anyTime = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)

// areasHead begins a list of areas (package history).
const areasHead = "pratique-areas/"

func add(w *verify.World, k *known, name, text string, pins []crypto.PublicKey, keys *[]lists.List) error {
	text = strings.TrimPrefix(text, "\uFEFF")
	switch {
	case strings.HasPrefix(text, areasHead):
		return nil // once all keys are known
	case strings.HasPrefix(text, "pratique-withdrawals/"):
		l, err := revoke.Parse(text)
		if err != nil {
			return err
		}
		w.Withdrawals = append(w.Withdrawals, l)
	case strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") && strings.Contains(text, `"`+rules.Format+`"`):
		s, err := rules.Parse([]byte(text))
		if err != nil {
			return err
		}
		w.Rules = append(w.Rules, s)
	default:
		alone, within := revoke.IsCards([]byte(text))
		if alone || within {
			ls, left, err := revoke.ReadCards([]byte(text))
			if err != nil {
				return err
			}
			if len(left) > 0 { // whom it withdraws, nobody knows
				return fmt.Errorf("%s: %s", left[0].Entry, left[0].Why)
			}
			w.Withdrawals = append(w.Withdrawals, ls...)
		}
		if alone {
			return nil
		}
		l, err := lists.Read(name, []byte(text), pins...)
		if err != nil {
			return err
		}
		*keys = append(*keys, l)
		w.Recognitions = append(w.Recognitions, l.Recognitions...)
		for _, odd := range l.Problems {
			if odd.Code == lists.NotProven {
				k.NotProven = append(k.NotProven, name)
			}
		}
	}
	return nil
}

// of fills in what a world knows.
func (k *known) of(w *verify.World) {
	k.Keys, k.AsOf, k.HardExpiry, k.Recognitions = w.Keys.Len(), w.Data.AsOf, w.Data.HardExpiry, len(w.Recognitions)
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
