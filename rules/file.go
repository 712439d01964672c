package rules

import (
	"encoding/json"
	"time"

	"github.com/pratique/pratique/cert"
)

// Format is the first member of every rule set file.
const Format = "pratique-rules/1.0"

// Any is the jurisdiction of a template: a set that [Set.For] makes into one of a country.
const Any = "*"

// templateCountry is the country of the rules in a template (user-assigned in ISO 3166-1).
const templateCountry = "ZZ"

// File is the content of a rule set file: what an author writes. [New] makes a
// [Set] of it. The package doc has the grammar.
type File struct {
	Format       string              `json:"format"`
	ID           string              `json:"id"`
	Version      string              `json:"version"`
	Jurisdiction string              `json:"jurisdiction"`
	Region       string              `json:"region,omitempty"`
	Purpose      string              `json:"purpose"`
	Title        Texts               `json:"title"`
	LegalBasis   Basis               `json:"legal_basis"`
	From         time.Time           `json:"from"`
	Until        time.Time           `json:"until"`
	Appeal       Contact             `json:"appeal"`
	Accepts      []Accept            `json:"accepts"`
	Concerns     *Concern            `json:"concerns,omitempty"`
	Looks        *Looks              `json:"looks,omitempty"`
	Refuse       []Refusal           `json:"refuse,omitempty"`
	Missing      []Refusal           `json:"missing,omitempty"`
	Infection    *Infection          `json:"infection,omitempty"`
	Obligations  []Obligation        `json:"obligations,omitempty"`
	ValueSets    map[string][]string `json:"value_sets,omitempty"`
	Cures        map[string]Cure     `json:"cures,omitempty"`
	Rules        []*Rule             `json:"rules"`
	Tests        []Case              `json:"tests,omitempty"`
}

// Texts is one text in several languages, by language code. English is always there.
type Texts map[string]string

// In returns the text in a language, or in English where it lacks that one.
func (t Texts) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t["en"]
}

// Basis is the law that a set of rules applies.
type Basis struct {
	Text Texts  `json:"text"`
	URL  string `json:"url,omitempty"`
}

// Contact is where a person who is refused can ask for a second look. It has a
// name and at least one way to reach it.
type Contact struct {
	Name  string `json:"name"`
	URL   string `json:"url,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Accept is a kind of evidence that counts, if all rules that apply to it pass.
type Accept struct {
	Kind     cert.Kind `json:"kind"`
	Diseases []string  `json:"diseases,omitempty"` // disease codes; empty: whatever the rules say
}

// Concern says of whom a set asks something. Whoever it does not concern needs
// no evidence.
type Concern struct {
	If   json.RawMessage `json:"if"` // CertLogic, of the journey and the age
	Text Texts           `json:"text"`
}

// Looks says how far back a set looks on where a person was: what is not known
// of these days leaves a rule open that turns on it.
type Looks struct {
	Days int `json:"days"`
}

// Refusal marks a rule whose failure refuses rather than asking for more, or
// says that evidence is missing.
type Refusal struct {
	Rule   string `json:"rule"`
	Reason Texts  `json:"reason"`
}

// Infection says for how long a positive test for present infection refers its
// holder to the health service.
type Infection struct {
	Hours    int      `json:"hours"` // after the sample was taken
	Diseases []string `json:"diseases"`
	Advice   Texts    `json:"advice"`
}

// Obligation is what a person has to do after entry.
type Obligation struct {
	ID    string          `json:"id"`
	What  Texts           `json:"what"`
	By    *By             `json:"by,omitempty"`
	Where Texts           `json:"where,omitempty"`
	Ends  Texts           `json:"ends,omitempty"` // what ends it
	When  json.RawMessage `json:"when,omitempty"` // a condition in CertLogic; none: always
}

// By is a term: hours after arrival, or a moment. One of the two is set.
type By struct {
	Hours int       `json:"hours,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// CureKind is what kind of thing would turn a failed rule into a passed one.
type CureKind string

// The kinds of cures.
const (
	CureWait        CureKind = "wait"         // the same certificate, later
	CureNewEvidence CureKind = "new_evidence" // another certificate
	CureOther       CureKind = "other"        // as the text says
)

// Cure is what an author says would do where a rule fails.
type Cure struct {
	Kind     CureKind          `json:"kind"`
	Evidence cert.Kind         `json:"evidence,omitempty"` // of new evidence
	With     map[string]string `json:"with,omitempty"`     // what must be different in it: field of the payload's entry -> code
	Text     Texts             `json:"text"`
}
