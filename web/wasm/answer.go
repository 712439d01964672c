//go:build js && wasm

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// question is what a page asks.
type question struct {
	Text    string          `json:"text"`
	World   json.RawMessage `json:"world"`
	To      string          `json:"to"`
	From    string          `json:"from"`
	Via     []string        `json:"via"`
	At      time.Time       `json:"at"`
	Now     time.Time       `json:"now"`
	Purpose string          `json:"purpose"`
	MRZ     string          `json:"mrz"`
	Lang    string          `json:"lang"`
	Input   string          `json:"input"`
	Payload bool            `json:"payload"`
}

// verifier keeps the last world, and the text that it was made of.
type verifier struct {
	world *verify.World
	of    []byte
}

func (v *verifier) verify(options string) (any, error) {
	q := question{Lang: "en", Input: "code"}
	if err := strictly([]byte(options), &q); err != nil {
		return nil, fmt.Errorf("reading options: %w", err)
	}
	if v.world == nil || !bytes.Equal(v.of, q.World) {
		w, err := newWorld(q.World)
		if err != nil {
			return nil, fmt.Errorf("reading world: %w", err)
		}
		v.world, v.of = w, q.World
	}
	ask := verify.Question{Purpose: q.Purpose, At: q.At, Now: q.Now}
	if q.To != "" {
		ask.Trip = verify.Direct(q.From, q.Via, q.To, q.At)
	}
	if q.MRZ != "" {
		d, err := mrz.Parse(q.MRZ)
		if err != nil {
			return nil, fmt.Errorf("reading passport lines: %w", err)
		}
		ask.Passport = &d
	}
	r := verify.Check(v.world, q.Text, ask)
	a := r.In(q.Lang, q.Input)
	if q.Payload {
		a = a.WithPayload(r)
	}
	return a, nil
}

// newWorld reads the files of a world, each by what it begins with.
func newWorld(text []byte) (*verify.World, error) {
	var in struct {
		Files      map[string]string `json:"files"`
		KeyPolicy  string            `json:"key_policy"`
		AsOf       time.Time         `json:"as_of"`
		HardExpiry time.Time         `json:"hard_expiry"`
	}
	if len(text) > 0 {
		if err := strictly(text, &in); err != nil {
			return nil, err
		}
	}
	w := &verify.World{Keys: new(trust.Keys), Data: verify.Data{AsOf: in.AsOf, HardExpiry: in.HardExpiry}}
	switch in.KeyPolicy {
	case "", "issued":
	case "now":
		w.KeyPolicy = trust.ValidNow
	default:
		return nil, fmt.Errorf("unknown key policy")
	}
	for _, name := range slices.Sorted(maps.Keys(in.Files)) { // the same world in every run
		if err := add(w, name, in.Files[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return w, nil
}

func add(w *verify.World, name, text string) error {
	switch {
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
		l, err := lists.Read(name, []byte(text))
		if err != nil {
			return err
		}
		for _, k := range l.Keys {
			w.Keys.Add(k)
		}
		w.Recognitions = append(w.Recognitions, l.Recognitions...)
	}
	return nil
}

// strictly decodes JSON; a member that is not known is an error, because it
// could be the one that matters.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func read(text string) (any, error) { return verify.SkipVerification(text).In("en", "code"), nil }
