package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust/lists"
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

// deskWorld reads what a desk relies on, for this program and in the form that
// the page's verifier reads. It is the one place that knows how the data lies.
func deskWorld(p *program, base, data string, s *settings) (*verify.World, json.RawMessage, error) {
	r := relied{files: []string{data}}
	for _, name := range s.pins {
		r.pins = append(r.pins, filepath.Join(base, name))
	}
	if s.country == "" {
		country, err := onlyCountry(&r)
		if err != nil {
			return nil, nil, err
		}
		s.country = country
	}
	w, err := r.world(p, nil, s.country)
	if err != nil {
		return nil, nil, err
	}
	out := struct {
		Files      map[string]string `json:"files"`
		Pins       map[string]string `json:"pins,omitempty"`
		AsOf       time.Time         `json:"as_of,omitzero"`
		HardExpiry time.Time         `json:"hard_expiry,omitzero"`
	}{map[string]string{}, map[string]string{}, w.Data.AsOf, w.Data.HardExpiry}
	files, err := filesOf(data)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range files {
		text, err := trustText(name)
		if err != nil {
			return nil, nil, err
		}
		if text != "" {
			rel, _ := filepath.Rel(data, name)
			out.Files[filepath.ToSlash(rel)] = text
		}
	}
	for _, set := range w.Rules {
		out.Files["rules/"+set.ID+"-"+set.Version+".json"] = string(set.Encode())
	}
	for i, l := range w.Withdrawals {
		out.Files[fmt.Sprintf("withdrawals/%d-%s.txt", i+1, l.Country)] = l.String()
	}
	for i, name := range r.pins {
		b, err := readFile(name, 64<<10)
		if err != nil {
			return nil, nil, err
		}
		out.Pins[s.pins[i]] = asText(b)
	}
	text, err := json.Marshal(out)
	return w, text, err
}

// trustText reads a list of keys or recognitions, which the page's verifier
// reads as it is. Rules and withdrawals, for which it returns nothing, are given
// to the page as this program took them.
func trustText(name string) (string, error) {
	b, err := readFile(name, lists.MaxSize)
	if err != nil {
		return "", failure("reading "+quote(name)+": "+cause(err), "nothing is served, because it could be the list that matters")
	}
	if alone, _ := revoke.IsCards(b); alone || revoke.IsCRL(b) {
		return "", nil
	}
	text := strings.TrimPrefix(asText(b), "\uFEFF")
	if strings.HasPrefix(text, "pratique-withdrawals/") || strings.HasPrefix(strings.TrimSpace(text), "{") && strings.Contains(text, `"pratique-rules/`) {
		return "", nil
	}
	return text, nil
}

// asText is a file as text; what is none, such as a certificate in DER, in base64.
func asText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// onlyCountry is the country whose rules lie in the data, if it is one.
func onlyCountry(r *relied) (string, error) {
	const hint = "say it in desk.txt beside the data: first the line " + settingsName + ", then, for example, country CH"
	s, err := r.read()
	if err != nil {
		return "", err
	}
	country := ""
	for _, name := range s.rules {
		f, err := readRules(name)
		if err != nil {
			return "", err
		}
		if err := f.fault(); err != nil {
			return "", err
		}
		switch j := f.set.Jurisdiction; {
		case j == rules.Any:
		case country != "" && j != country:
			return "", failure("rules of several countries lie in the data, and nobody says at whose border this desk is", hint)
		default:
			country = j
		}
	}
	if country == "" {
		return "", failure("nobody says at whose border this desk is", hint)
	}
	return country, nil
}
