// Package intake answers one question: what did an input ask an issuer to
// certify, and what is wrong with it?
//
// Every input of an issuer, a message of a laboratory (issue/hl7, issue/fhir),
// a row of a table (issue/table), the form that a clerk fills in ([Form]),
// becomes a [Message] with [Item]s: one certificate each, with what identifies
// it and with [Finding]s. What cannot be certified has a finding that is an
// error and no certificate: there is no half certificate, and nothing is left
// out silently.
//
// # What identifies a result
//
// Laboratories send things twice, correct them and take them back. So an item
// has two identifiers, both HMAC-SHA-256 in hex under the issuer's own secret
// ([Options.Secret]), so that a register that keeps them keeps nothing of the
// person:
//
//	Result  which result it is: the sender's identifier of it. A correction has
//	        the Result of what it corrects
//	Key     which statement of that result: Result and all that the certificate
//	        says. It is the idempotency key: the same statement sent again has the
//	        same Key and is answered with the same certificate
//
// # What is done with an item
//
//	issue     certify it
//	replace   certify it, and withdraw what was certified of the same Result
//	withdraw  certify nothing, and withdraw what was certified of the same Result
//	nothing   it has an error: certify nothing, change nothing
//
// # Findings
//
// A finding has a severity, a [Code], a place in the input in the input's own
// terms ("OBX[2]-5", "entry.3.resource.status", "column born") and a hint. It
// never repeats what stands at the place.
//
// # What is checked
//
// [Check] has the rules that hold for whatever input: a name, dates that can
// be, a known outcome, a stated disease. It judges what an issuer may state, not
// what a format can hold; the format's own issuer does that.
package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/vocab"
)

// Options are what a reader of inputs needs to know beside the input. The zero
// Options refuse what lacks an offset, and know no moment: nothing is too late.
type Options struct {
	// Now is the moment at which the input came. Zero: dates to come are not found.
	Now time.Time
	// Zone is that of the sender's moments that have no offset. Nil: they are refused.
	Zone *time.Location
	// Country is where an event happened of which the input does not say it.
	Country string
	// Authority certifies the event, where the input does not say who.
	Authority string
	// Exercise takes what is marked as training or as a test, and refuses the rest.
	Exercise bool
	// Secret is the issuer's own, of 32 bytes. Without one, whoever sees an
	// identifier can try whether it is that of a person whom they know.
	Secret []byte
}

// Message is what one input says.
type Message struct {
	Format   string    `json:"format"`           // hl7, fhir, table, form
	Sender   string    `json:"sender,omitempty"` // as it calls itself
	ID       string    `json:"id,omitempty"`     // the sender's, of this message
	Items    []Item    `json:"items"`
	Findings []Finding `json:"findings,omitempty"` // about no item
}

// Action is what an item asks for.
type Action string

// The actions. An item that has an error asks for nothing.
const (
	Issue    Action = "issue"
	Replace  Action = "replace"
	Withdraw Action = "withdraw"
	Nothing  Action = "nothing"
)

// Item is one certificate that is asked for, or taken back.
type Item struct {
	Place       string            `json:"place"` // where it stands in the input
	Do          Action            `json:"do"`
	Result      string            `json:"result,omitempty"`
	Key         string            `json:"key,omitempty"`
	Certificate *cert.Certificate `json:"certificate,omitempty"` // nil where nothing is to be certified
	Findings    []Finding         `json:"findings,omitempty"`
}

// Places are where in the input stands what a path of the neutral form holds:
// "subject.birth_date" in "PID[1]-7". A path that it lacks is where the one
// above it is: "subject.names.0.family" where "subject.names" is.
type Places map[string]string

func (p Places) of(path, otherwise string) string {
	for path != "" {
		if place, ok := p[path]; ok {
			return place
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return otherwise
}

// Finish adds what the options know and the input did not say, checks the item
// and computes its name, and gives it its identifiers. The name of the result
// is what its sender calls it: parts that together no other result of anybody has.
func (it *Item) Finish(o Options, places Places, name ...string) {
	it.Result = identifier(o.Secret, "result", name...)
	if it.Do == Withdraw {
		it.Certificate = nil
		return
	}
	if c := it.Certificate; c != nil && !(HasError(it.Findings) && len(c.Events) == 0) { // which was not read for that error
		c.Losses = nil // they are among the findings
		for _, e := range c.Events {
			s := e.About()
			if s.Country == "" {
				s.Country = o.Country
			}
			if s.Authority == "" {
				s.Authority = o.Authority
			}
		}
		// before what is computed, which a later version may compute otherwise
		if text, err := json.Marshal(c); err == nil {
			it.Key = identifier(o.Secret, "key", it.Result, string(text))
		} else { // such as a moment with an offset of a day
			it.Findings = append(it.Findings, Finding{Error, Unreadable, it.Place})
		}
		holder(c)
		for _, f := range append(Check(c, o.Now), Name(&c.Subject, "", o.Now)...) {
			f.Place = places.of(f.Place, it.Place)
			if !it.said(f.Place) {
				it.Findings = append(it.Findings, f)
			}
		}
	}
	if it.Key == "" || HasError(it.Findings) {
		it.Do, it.Certificate, it.Key = Nothing, nil, ""
	}
}

// holder names who holds the authorisation of a vaccine, as formats want it,
// where the input names nobody or the maker by another code.
func holder(c *cert.Certificate) {
	for _, e := range c.Events {
		if v, ok := e.(*cert.Vaccination); ok && (v.Maker == cert.Coded{} || v.Maker.Source.System == vocab.MVX) {
			v.Maker.Mapped = vocab.HolderOf(v.Product.Code())
		}
	}
}

// said reports whether the reader has found an error at a place, of which what
// the check finds there is only the consequence.
func (it *Item) said(place string) bool {
	for _, f := range it.Findings {
		if f.Severity == Error && f.Place == place {
			return true
		}
	}
	return false
}

// identifier is the keyed hash of parts, none of which can pass for two.
func identifier(secret []byte, of string, parts ...string) string {
	h := hmac.New(sha256.New, secret)
	text, _ := json.Marshal(append([]string{of}, parts...)) // never fails
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// Refused reports whether nothing of the message can be used.
func (m *Message) Refused() bool {
	for _, it := range m.Items {
		if it.Do != Nothing {
			return false
		}
	}
	return true
}

// All yields every finding of the message: its own and its items'.
func (m *Message) All(yield func(Finding) bool) {
	for _, f := range m.Findings {
		if !yield(f) {
			return
		}
	}
	for _, it := range m.Items {
		for _, f := range it.Findings {
			if !yield(f) {
				return
			}
		}
	}
}
