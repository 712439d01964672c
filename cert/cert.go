// Package cert answers one question: what does a health certificate say, in
// no format?
//
// A [Certificate] is what is left when the carrier (an HC1 code, a SMART Health
// Card, an ICAO seal) has been opened: who it is about, what was found or done,
// when, where, and who answers for it. Readers fill it, rules ask it, issuers
// begin with it. It is data alone: nothing here verifies, and a Certificate in
// hand does not say that anybody signed it.
//
// # Two lives
//
// The life of the signature ([Certificate.Signed]) and the medical validity of
// what it says (an event's own dates, such as [Recovery.From] or
// [Vaccination.ProtectionUntil]) are different fields and are never derived
// from each other: a yellow-fever dose lasts a lifetime, a signing key two years.
//
// # Codes
//
// A [Coded] value keeps the coding that the source used beside the one it was
// mapped to, and neither is ever overwritten. A code that nobody knows is still
// a code: whether it counts is for the rules to say.
//
// # Dates
//
// A [Date] may lack its day, its month, or everything: issuers print what the
// person's papers say. A moment (time.Time) always has an offset; a source that
// gave none is read as UTC and says so in [Certificate.Losses].
//
// # Losses
//
// What a source said and this model cannot hold, or what a reader had to guess,
// is listed in [Certificate.Losses], so that a conversion is never silent.
//
// # Derived certificates
//
// A country may state under its own key what a foreign certificate states. Such
// a certificate says so ([Certificate.Derived]): it is never taken for an original.
package cert

import "time"

// Certificate is what a health certificate says. The zero Certificate says nothing.
type Certificate struct {
	Carrier Carrier `json:"carrier"`
	Issuer  Issuer  `json:"issuer"`
	Signed  Period  `json:"signed"` // the life of the signature, not of its meaning
	Subject Person  `json:"subject"`
	Events  []Event `json:"events"`
	Links   []Link  `json:"links,omitempty"` // no evidence; see [Link]
	// Derived names the certificate of another issuer that this one was made
	// from; nil: none, it is an original.
	Derived *Derivation `json:"derived,omitempty"`
	Losses  []Loss      `json:"losses,omitempty"`
}

// Carrier names the form in which the certificate came.
type Carrier struct {
	Format  string `json:"format"`            // hc1, shc, vds, divoc
	Content string `json:"content"`           // dcc, icvp, ddcc, ...
	Version string `json:"version,omitempty"` // of the content, as it states it: "1.3.0"
	Hash    string `json:"hash,omitempty"`    // lower-case hex SHA-256 of the bytes that were signed
}

// Issuer is who answers for the certificate, as the certificate itself claims.
// The key that verified it says who really did; see package trust.
type Issuer struct {
	Country   string `json:"country,omitempty"`   // as claimed: ISO 3166-1 code, user-assigned code, or free text of the field
	Authority string `json:"authority,omitempty"` // name of the ministry, agency or laboratory that certifies
	KeyID     string `json:"key_id,omitempty"`    // base64 of the key identifier that the carrier names
}

// Period is a span of time. A zero end is open.
type Period struct {
	Issued time.Time `json:"issued,omitzero"`
	From   time.Time `json:"from,omitzero"`
	Until  time.Time `json:"until,omitzero"`
}

// Loss is something that the source said and this model does not hold, or
// something that a reader had to assume.
type Loss struct {
	Field string `json:"field"` // path in the source: "t.0.dr"
	What  string `json:"what"`  // a code: "dropped", "assumed_utc", "trimmed", "not_mapped", "null", "guessed"
}

// Kind is the kind of an event.
type Kind string

// The kinds of evidence.
const (
	KindTest        Kind = "test"
	KindVaccination Kind = "vaccination"
	KindRecovery    Kind = "recovery"
	KindAntibody    Kind = "antibody"
	KindExemption   Kind = "exemption"
	KindDeclaration Kind = "declaration"
	KindNotice      Kind = "notice"
)

// Event is one thing that the certificate states: a [*Test], [*Vaccination],
// [*Recovery], [*Antibody], [*Exemption], [*Declaration] or [*Notice].
type Event interface {
	// Kind names the kind of evidence.
	Kind() Kind
	// About is what all kinds share.
	About() *Statement
}

// Statement is what every event says beside its own fields.
type Statement struct {
	ID        string `json:"id,omitempty"` // the certificate's own identifier: UVCI, hcid
	Disease   Coded  `json:"disease,omitzero"`
	Country   string `json:"country,omitempty"`   // where it happened
	Authority string `json:"authority,omitempty"` // who certifies it
}

// About returns s itself, so that a type that embeds a Statement has one.
func (s *Statement) About() *Statement { return s }
