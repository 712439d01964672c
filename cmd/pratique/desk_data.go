package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/verify"
)

type ruleSet = *rules.Set

// settings are what desk.txt says.
type settings struct {
	desk, country, region, key string
	keyNamed                   bool
	appeal, pins               []string
	sentences                  []desk.Sentence
}

const settingsName = "pratique-desk/1.0"

// fixedSentences are those that every desk has: why a person without a code was
// let through, or not.
func fixedSentences() []desk.Sentence {
	return []desk.Sentence{
		{Code: "infant", Text: "An infant below the age from which a certificate is asked."},
		{Code: "exemption_letter", Text: "A letter of exemption was seen."},
		{Code: "paper_card", Text: "A paper card was seen, such as the yellow one of the International Health Regulations."},
		{Code: "dead_phone", Text: "The telephone with the certificate does not work; other evidence was seen."},
	}
}

// readSettings reads desk.txt in a folder; where there is none, the usual ones hold.
func readSettings(base string) (settings, error) {
	s := settings{desk: "desk", key: "desk.key"}
	text, err := readText(filepath.Join(base, "desk.txt"), 64<<10)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, failure("reading desk.txt: "+cause(err), "`pratique help desk` shows what stands in it")
	}
	for i, line := range strings.Split(strings.TrimRight(text, "\r\n"), "\n") {
		line = strings.TrimSpace(line)
		if i == 0 && line != settingsName {
			return s, failure("desk.txt does not begin with "+settingsName, "`pratique help desk` shows what stands in it")
		}
		if i == 0 || line == "" || line[0] == '#' {
			continue
		}
		if why := s.take(line); why != "" {
			return s, failure(fmt.Sprintf("desk.txt, line %d: %s", i+1, why), "`pratique help desk` shows what stands in it")
		}
	}
	return s, nil
}

// take takes a line, or says what is wrong with it.
func (s *settings) take(line string) string {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case rest == "":
		return word + " needs a value"
	case word == "desk":
		if strings.Trim(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" || len(rest) > 32 {
			return "a desk is named by up to 32 letters, digits and ._-"
		}
		s.desk = rest
	case word == "country":
		if !isCountry(rest) {
			return "a country is two capital letters"
		}
		s.country = rest
	case word == "region":
		s.region = rest
	case word == "key":
		s.key, s.keyNamed = rest, true
	case word == "pin":
		s.pins = append(s.pins, rest)
	case word == "appeal":
		s.appeal = append(s.appeal, rest)
	case word == "sentence":
		code, text, _ := strings.Cut(rest, " ")
		if text == "" || len(code) > 32 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return "a sentence has a code of small letters and _, and a text"
		}
		s.sentences = append(s.sentences, desk.Sentence{Code: code, Text: text})
	default:
		return "there is no " + quote(word)
	}
	return ""
}

// deskData is what a desk relies on: for this program, and in the form in which
// the page's verifier reads it.
type deskData struct {
	world  *verify.World
	text   json.RawMessage
	bundle *bundle.Bundle // nil: a folder
}

// pageWorld is what the page's verifier is given: a bundle, which this program
// has verified or made of the files of a folder. See command web/wasm.
type pageWorld struct {
	Bundle     []byte    `json:"bundle"`
	To         string    `json:"to,omitempty"`
	Program    string    `json:"program,omitempty"`
	AsOf       time.Time `json:"as_of,omitzero"`
	HardExpiry time.Time `json:"hard_expiry,omitzero"`
}

// folderData reads a folder.
func folderData(p *program, base, data string, s *settings) (deskData, error) {
	r := relied{files: []string{data}, pins: s.pinned(base)}
	read, err := r.read(p)
	if err != nil {
		return deskData{}, err
	}
	c, left := p.contents(read)
	for _, k := range left {
		p.warn("%s was left out: %s", k.Entry, k.Why)
	}
	if err := s.settle(c); err != nil {
		return deskData{}, err
	}
	w, err := c.World(s.country)
	if err != nil {
		return deskData{}, failure(err.Error(), "look at the country in desk.txt")
	}
	w.Data = read.Data()
	if w.Keys.Len() == 0 {
		p.warn("no key was found in %s: no signer can be checked", quote(data))
	}
	for i := range c.Sources {
		if rel, err := filepath.Rel(data, c.Sources[i].Name); err == nil {
			c.Sources[i].Name = filepath.ToSlash(rel)
		}
	}
	file, err := bundle.Build(bundle.Manifest{Jurisdiction: s.country, Name: "local"}, c, nil)
	if err != nil {
		return deskData{}, failure(err.Error(), "look at the files in "+quote(data))
	}
	text, err := json.Marshal(pageWorld{Bundle: file, To: s.country, AsOf: w.Data.AsOf, HardExpiry: w.Data.HardExpiry})
	return deskData{world: w, text: text}, err
}

// bundleData makes of a bundle what a desk relies on.
func bundleData(b *bundle.Bundle, s *settings) (deskData, error) {
	if err := s.settle(b.Contents); err != nil {
		return deskData{}, err
	}
	w, err := b.World(s.country, builtFrom().Version)
	if err != nil {
		return deskData{}, failure(err.Error(), "ask its publisher for a new copy")
	}
	text, err := json.Marshal(pageWorld{Bundle: b.Bytes(), To: s.country, Program: builtFrom().Version})
	return deskData{w, text, b}, err
}

// pinned are the pins of desk.txt: files beside it, or fingerprints.
func (s *settings) pinned(base string) []string {
	var pins []string
	for _, name := range s.pins {
		if asFingerprint(name) == "" && !filepath.IsAbs(name) {
			name = filepath.Join(base, name)
		}
		pins = append(pins, name)
	}
	return pins
}

// settle finds the country of the desk, where desk.txt does not say it: that
// whose rules lie in the data, if it is one.
func (s *settings) settle(c bundle.Contents) error {
	const hint = "say it in desk.txt beside the data: first the line " + settingsName + ", then, for example, country CH"
	if s.country != "" {
		return nil
	}
	country := ""
	for _, set := range c.Rules {
		switch j := set.Jurisdiction; {
		case j == rules.Any:
		case country != "" && j != country:
			return failure("rules of several countries lie in the data, and nobody says at whose border this desk is", hint)
		default:
			country = j
		}
	}
	if country == "" {
		return failure("nobody says at whose border this desk is", hint)
	}
	s.country = country
	return nil
}
