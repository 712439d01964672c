package verify

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/words"
)

// Answer is a report in a language, in the form that `verify --json` and the
// HTTP API print: the contract with other programs. Fields are only added.
type Answer struct {
	V           int               `json:"v"` // 1
	Input       string            `json:"input"`
	Format      string            `json:"format"`
	Content     string            `json:"content"`
	Verdict     Colour            `json:"verdict"`
	Word        string            `json:"word"`
	Checks      Checks            `json:"checks"`
	Key         Key               `json:"key"`
	Derived     *SaidDerived      `json:"derived,omitempty"`
	Person      *Person           `json:"person,omitempty"`
	Reasons     []SaidReason      `json:"reasons"`
	Obligations []SaidObligation  `json:"obligations"`
	Passport    *SaidMatch        `json:"passport,omitempty"`
	ChangesAt   string            `json:"changes_at,omitempty"`
	ChangesTo   string            `json:"changes_to,omitempty"`
	Data        SaidData          `json:"data"`
	Certificate *cert.Certificate `json:"certificate,omitempty"`
	Payload     json.RawMessage   `json:"payload,omitempty"`
}

// Key names the key of an answer.
type Key struct {
	KeyID   string `json:"kid"` // base64
	Country string `json:"country"`
	Source  string `json:"source"`
	Demo    bool   `json:"demo,omitempty"`
}

// SaidReason is a reason in words. Colour is empty for a line beside the verdict.
type SaidReason struct {
	Code   string         `json:"code"`
	Colour string         `json:"colour,omitempty"`
	Text   string         `json:"text"`
	Next   string         `json:"next,omitempty"`
	By     string         `json:"by,omitempty"`
	Params map[string]any `json:"params,omitempty"`
}

// SaidObligation is an obligation in words.
type SaidObligation struct {
	ID    string `json:"id"`
	What  string `json:"what"`
	By    string `json:"by,omitempty"`
	Where string `json:"where,omitempty"`
	Ends  string `json:"ends,omitempty"`
	// Unsure: whether it applies to this person could not be told.
	Unsure bool `json:"unsure,omitempty"`
}

// SaidData says how old the data of the verifier is.
type SaidData struct {
	Bundle     string `json:"bundle,omitempty"`
	AsOf       string `json:"as_of,omitempty"`
	SoftExpiry string `json:"soft_expiry,omitempty"`
	HardExpiry string `json:"hard_expiry,omitempty"`
}

// In says the report in a language. Input names what was asked about, as the
// caller knows it: a file, a line; never the text of the code.
func (r Report) In(lang, input string) Answer {
	word, _ := words.Say(lang, r.Verdict.String())
	a := Answer{
		V: 1, Input: input, Format: r.Format, Content: r.Content, Verdict: r.Verdict, Word: word, Checks: r.Checks,
		Key:       Key{KeyID: base64.StdEncoding.EncodeToString([]byte(r.KeyID)), Country: r.Country},
		Reasons:   sayAll(lang, r.Reasons),
		ChangesAt: rfc3339(r.ChangesAt), Obligations: sayObligations(lang, r.Obligations),
		Data: SayData(r.Data),
	}
	if !r.ChangesAt.IsZero() {
		a.ChangesTo = r.ChangesTo.String()
	}
	if r.Signed != nil {
		a.Key.Source, a.Key.Demo = r.Signed.Key.Source, r.Signed.Key.Demo
	}
	if p, ok := r.Person(); ok {
		a.Person = &p
	}
	if d, ok := r.DerivedFrom(); ok {
		a.Derived = &SaidDerived{Of: d.Country, By: r.Country, Issuer: d.Issuer, KeyID: d.KeyID, Format: d.Format, Content: d.Content, Hash: d.Hash}
	}
	if r.Match != nil {
		a.Passport = said(lang, *r.Match)
	}
	return a
}

// WithPayload adds what the certificate says, in the neutral form and in its
// own. It adds nothing where the signature did not verify, and not the own form
// of a health link, which is the key to somebody's records.
func (a Answer) WithPayload(r Report) Answer {
	if r.Signed == nil || r.Checks.Signature != Pass {
		return a
	}
	a.Certificate = r.Signed.Certificate
	if r.Content == "link" {
		return a
	}
	if b, err := format.JSON(*r.Signed); err == nil {
		a.Payload = b
	}
	return a
}

func (r Reason) in(lang string) SaidReason {
	params := slices.Clip(r.Params)
	for _, name := range slices.Sorted(maps.Keys(r.Texts)) {
		params = append(params, words.Text(name, r.Texts[name].In(lang)))
	}
	text, next := words.Say(lang, r.Code, params...)
	if r.Code == "ihr_certifies" {
		text = words.Regulations(lang, params...)
	}
	if len(r.Cures) > 0 {
		said := []string{next}
		for _, c := range r.Cures {
			said = append(said, c.in(lang))
		}
		next = strings.TrimSpace(strings.Join(said, " "))
	}
	s := SaidReason{Code: r.Code, Text: text, Next: next, By: rfc3339(r.By)}
	if c, ok := r.Colour(); ok {
		s.Colour = c.String()
	}
	for _, p := range params {
		if s.Params == nil {
			s.Params = make(map[string]any, len(r.Params))
		}
		s.Params[p.Name] = p.Value()
	}
	return s
}

// in says the cure as a sentence.
func (c Cure) in(lang string) string {
	if c.Code == "cure_stated" {
		return c.Text.In(lang)
	}
	kinds := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		kinds[i] = string(k)
	}
	text, _ := words.Say(lang, c.Code, words.Moment("from", c.From), words.Moment("until", c.Until), words.List("kind", kinds...), words.List("kinds", kinds...))
	return text
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
