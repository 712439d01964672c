package verify

import (
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

// Status is the outcome of one check. The zero Status is Unknown.
type Status uint8

// The outcomes.
const (
	Unknown Status = iota
	Pass
	Fail
)

// String returns pass, fail or unknown.
func (s Status) String() string {
	switch s {
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	}
	return "unknown"
}

// and is the status of two checks that must both pass.
func (s Status) and(t Status) Status {
	switch {
	case s == Fail || t == Fail:
		return Fail
	case s == Unknown || t == Unknown:
		return Unknown
	}
	return Pass
}

// MarshalText implements [encoding.TextMarshaler].
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Checks are the lines of an answer. The first five say whether the
// certificate is authentic; the last two whether the destination accepts it.
type Checks struct {
	Signature  Status `json:"signature"`
	KeyUse     Status `json:"key_use"`
	InForce    Status `json:"in_force"`
	Schema     Status `json:"schema"`
	Unrevoked  Status `json:"unrevoked"`
	Recognised Status `json:"recognised"`
	Rules      Status `json:"rules"`
}

// Reason is one thing that the answer rests on, or a line beside it.
type Reason struct {
	Code   string
	Params []words.Param
	Texts  map[string]rules.Texts // parameters that the publisher of a rule wrote, by language
	Rule   string                 // identifier of the rule that it is about, if one
	Cures  []Cure                 // what would make it green, where that can be computed
	By     time.Time              // until when the next step must be done; zero: no such time

	set string // of rules that gave it; empty: none
}

// Colour returns the colour that the reason gives; false for a line beside the verdict.
func (r Reason) Colour() (Colour, bool) { return ColourOf(r.Code) }

// Cure is a computed next step: evidence of a kind, dated within a window, or
// waiting until a moment.
type Cure struct {
	Code        string // cure_wait, cure_new_test, cure_new_evidence, cure_by, cure_other_kind, cure_stated
	Kinds       []cert.Kind
	From, Until time.Time
	Text        rules.Texts // of cure_stated: what the publisher of the rules says
}

// asking is what one set of rules said.
type asking struct {
	set         string
	status      Status
	obligations []Obligation
}

// Obligation is what a person owes after entry.
type Obligation struct {
	ID    string
	What  rules.Texts // by language
	By    time.Time
	Where rules.Texts
	Ends  rules.Texts // how it ends, in words
	// Unsure says that it could not be told whether the obligation applies to
	// this person: the officer knows, or asks.
	Unsure bool
}

// Person is what an officer may see: the name, to hold against a passport, and the birth date.
type Person struct {
	Name      string    `json:"name"`
	BirthDate cert.Date `json:"birth_date,omitzero"`
}

// Report is the answer to one code. The zero Report is grey.
type Report struct {
	Format  string // hc1, ...; empty where the text is no health code
	Content string
	Verdict Colour
	Checks  Checks
	KeyID   string // raw bytes, as the code names it
	Country string // that answers for the key; before verification, what the code claims

	Reasons     []Reason // those that gave the verdict first, then lines beside it
	Obligations []Obligation
	ChangesAt   time.Time // when the verdict changes by itself; zero: not, or not known
	ChangesTo   Colour    // to what, where ChangesAt is not zero
	Data        Data

	place *time.Location // of arrival: moments are told there
	sets  []asking       // what the sets of rules said, in their order

	// Signed is set only where the signature verifies: there is no way to a
	// person through a code that nobody signed.
	Signed *trust.Signed
	// Match compares the certificate with a passport, where one was given.
	Match *mrz.Comparison
}

// Person returns whom the certificate is about, only where the signature verified.
func (r Report) Person() (Person, bool) {
	if r.Signed == nil || r.Checks.Signature != Pass || r.Signed.Certificate == nil {
		return Person{}, false
	}
	p := r.Signed.Certificate.Subject
	return Person{Name: p.Name().String(), BirthDate: p.BirthDate}, true
}

// moment is a parameter that is told at the place of arrival.
func (r *Report) moment(name string, t time.Time) words.Param {
	return words.Moment(name, at(t, r.place))
}

// at tells a moment at a place, and none as none.
func at(t time.Time, place *time.Location) time.Time {
	if t.IsZero() || place == nil {
		return t
	}
	return t.In(place)
}

// add puts a reason on the report and lets it colour the verdict.
func (r *Report) add(code string, params ...words.Param) *Reason {
	r.Reasons = append(r.Reasons, Reason{Code: code, Params: params})
	return &r.Reasons[len(r.Reasons)-1]
}
