//go:build js && wasm

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/words"
)

// sentence is an entry of the catalogue.
type sentence struct {
	Text string `json:"text"`
	Next string `json:"next,omitempty"`
}

// say gives entries of the catalogue that have no parameters, and names of
// jurisdictions; of all with "*".
func say(options string) (any, error) {
	var in struct {
		Lang   string   `json:"lang"`
		Codes  []string `json:"codes"`
		Places []string `json:"places"`
	}
	if err := strictly([]byte(options), &in); err != nil {
		return nil, fmt.Errorf("reading options: %w", err)
	}
	out := struct {
		Said   map[string]sentence `json:"said"`
		Places map[string]string   `json:"places"`
	}{map[string]sentence{}, map[string]string{}}
	for _, c := range in.Codes {
		text, next := words.Say(in.Lang, c)
		out.Said[c] = sentence{text, next}
	}
	if slices.Equal(in.Places, []string{"*"}) {
		in.Places = words.Countries()
	}
	for _, c := range in.Places {
		out.Places[c] = words.Country(in.Lang, c)
	}
	return out, nil
}

// learn takes the sentences of a draft, of which the program has none.
func learn(options string) (any, error) {
	var in struct {
		Lang string `json:"lang"`
		Text string `json:"text"`
	}
	if err := strictly([]byte(options), &in); err != nil {
		return nil, fmt.Errorf("reading options: %w", err)
	}
	return struct{}{}, words.Learn(in.Lang, in.Text)
}

// choose says what texts are, and which of them are health codes: on a sheet
// there may be a web address beside one.
func choose(options string) (any, error) {
	var in struct {
		Texts []string `json:"texts"`
	}
	if err := strictly([]byte(options), &in); err != nil {
		return nil, fmt.Errorf("reading options: %w", err)
	}
	out := struct {
		Kinds  []string `json:"kinds"`
		Health []int    `json:"health"` // places in the list
	}{[]string{}, []int{}}
	for i, t := range in.Texts {
		kind := format.Identify(t)
		out.Kinds = append(out.Kinds, string(kind))
		if kind.Health() {
			out.Health = append(out.Health, i)
		}
	}
	return out, nil
}

// healthKinds are those of which an answer can say more than what they are not.
var healthKinds = []format.What{format.HC1, format.HCNext, format.SHC, format.VDS, format.DIVOC, format.HealthLink, format.NZPass, format.National}

// symbol draws a text as a QR symbol: its side in modules, without quiet zone,
// and a path of SVG that has its dark modules.
func symbol(options string) (any, error) {
	var in struct {
		Text  string `json:"text"`
		Level string `json:"level"`
	}
	if err := strictly([]byte(options), &in); err != nil {
		return nil, fmt.Errorf("reading options: %w", err)
	}
	level, ok := map[string]qr.Level{"": qr.M, "L": qr.L, "M": qr.M, "Q": qr.Q, "H": qr.H}[in.Level]
	if !ok {
		return nil, fmt.Errorf("no such level")
	}
	s, err := qr.Options{Level: level, Fallback: true}.Encode(in.Text)
	if err != nil {
		return nil, err
	}
	return struct {
		Size int    `json:"size"`
		Path string `json:"path"`
	}{s.Size(), modules(s)}, nil
}

// modules are the dark modules of a symbol as a path of SVG.
func modules(s *qr.Symbol) string {
	var path strings.Builder
	for y := range s.Size() {
		for x := 0; x < s.Size(); x++ {
			run := 0
			for s.Dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	return path.String()
}
