package rules

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// The limits of a rule set file.
const (
	MaxSize        = 1 << 20 // bytes
	MaxRules       = 500
	MaxObligations = 50
	MaxTests       = 1000
	MaxCodes       = 50_000 // in all value sets together
	MaxText        = 2000   // bytes of one text
	maxValues      = 200_000
	maxDepth       = 100
)

// ErrNewer means that a file is of a later format than this build reads: what
// it says cannot be known, and a later build is needed.
var ErrNewer = errors.New("the rules are in a later format than this program reads")

// Set is a set of rules that one jurisdiction asks of a certificate for one
// purpose: a [File] that was checked and compiled. It never changes, and all
// its methods may be called from several goroutines. Do not change its fields.
// The zero Set, and a nil one, is in force at no moment.
type Set struct {
	File

	valueSets   certlogic.Value
	conditions  []condition // of the obligations
	concern     *Rule       // of whom the set asks, as a rule; nil: of everybody
	among       []string    // the value sets of places by which rules ask where the person was
	readsEvents bool        // a rule or a condition reads the events of a payload
}

// condition is when an obligation applies. Without an expression it always does.
type condition struct {
	expr  *certlogic.Expr
	facts facts
}

// Parse reads a rule set file and makes it ready.
func Parse(data []byte) (*Set, error) {
	f, err := Decode(data)
	if err != nil {
		return nil, err
	}
	return New(f)
}

// Decode reads a rule set file strictly, and does not judge what it says:
// that is for [New], which refuses, and [Check], which lists.
func Decode(data []byte) (File, error) {
	v, err := strictly(data)
	if err != nil {
		return File{}, fmt.Errorf("reading rule set: %w", err)
	}
	if err := notNewer(data); err != nil {
		return File{}, fmt.Errorf("reading rule set: %w", err)
	}
	var f File
	if err := decode(data, v, &f); err != nil {
		return File{}, fmt.Errorf("reading rule set: %w", err)
	}
	return f, nil
}

// notNewer refuses a file of a later format before its members are looked at.
func notNewer(data []byte) error {
	var head struct {
		Format string `json:"format"`
	}
	_ = json.Unmarshal(data, &head) // what else is wrong is found below
	v, ok := strings.CutPrefix(head.Format, "pratique-rules/")
	have, ok2 := parseVersion(v + ".0")
	if ok && ok2 && (version{1, 0, 0}).less(have) {
		return ErrNewer
	}
	return nil
}

// New makes a set of a file's content. It refuses the first of the mistakes
// that [Check] calls errors of form.
func New(f File) (*Set, error) {
	s, findings := build(f)
	if len(findings) > 0 {
		return nil, fmt.Errorf("making rule set: %s: %s", findings[0].At, findings[0].Detail)
	}
	return s, nil
}

// Encode returns the set as a file in canonical form: members in the order of
// the grammar, no white space, empty members left out, value sets, texts and
// cures ascending by key, moments as RFC 3339, logic as [certlogic.Expr]
// writes it. What was parsed and is encoded parses to an equal set and encodes
// to the same bytes.
func (s *Set) Encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&s.File); err != nil {
		panic("rules: " + err.Error()) // nothing in a checked File can fail
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Digest is the SHA-256 of the canonical form, in hexadecimal: the name by
// which a receipt cites the very rules that were applied.
func (s *Set) Digest() string {
	h := sha256.Sum256(s.Encode())
	return hex.EncodeToString(h[:])
}

// For returns the set that a template is for a jurisdiction: its rules are of
// that country, their identifiers too. A set of that jurisdiction is returned
// as it is.
func (s *Set) For(country string) (*Set, error) {
	switch {
	case s.Jurisdiction == country && country != Any:
		return s, nil
	case s.Jurisdiction != Any:
		return nil, fmt.Errorf("making %s for %s: it is the set of %s, not a template", s.ID, short(country), s.Jurisdiction)
	case !isCountry(country) || country == templateCountry:
		return nil, fmt.Errorf("making %s for %q: want two capital letters, other than %s", s.ID, short(country), templateCountry)
	}
	rename := func(id string) string { return id[:3] + country + id[5:] }
	t := *s
	t.Jurisdiction = country
	t.Rules = make([]*Rule, len(s.Rules))
	for i, r := range s.Rules {
		c := *r
		c.Identifier, c.Country = rename(c.Identifier), country
		t.Rules[i] = &c
	}
	t.Refuse, t.Missing = slices.Clone(s.Refuse), slices.Clone(s.Missing)
	for _, list := range [][]Refusal{t.Refuse, t.Missing} {
		for i := range list {
			list[i].Rule = rename(list[i].Rule)
		}
	}
	t.Cures = make(map[string]Cure, len(s.Cures))
	for id, c := range s.Cures {
		t.Cures[rename(id)] = c
	}
	t.Tests = slices.Clone(s.Tests)
	for i := range t.Tests {
		t.Tests[i].Want = t.Tests[i].Want.renamed(rename)
	}
	return &t, nil
}

// Kinds are the kinds of evidence that the set accepts, each once, in its order.
func (s *Set) Kinds() []cert.Kind {
	var out []cert.Kind
	for _, a := range s.Accepts {
		if !slices.Contains(out, a.Kind) {
			out = append(out, a.Kind)
		}
	}
	return out
}

// versions returns the rules of an identifier.
func (s *Set) versions(id string) []*Rule {
	var out []*Rule
	for _, r := range s.Rules {
		if r.Identifier == id {
			out = append(out, r)
		}
	}
	return out
}

func parseLogic(raw json.RawMessage) (*certlogic.Expr, error) {
	e, err := certlogic.Parse(raw)
	if err != nil {
		return nil, err
	}
	if issues := e.Issues(); len(issues) > 0 {
		return nil, fmt.Errorf("%s: %s", cmp.Or(issues[0].At, "/"), issues[0].Message)
	}
	return e, nil
}
