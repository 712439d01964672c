// Package shc answers one question: what does a SMART Health Card say, and did
// the key that it names sign it?
//
// A card (SMART Health Cards Framework 1.4.0) is a JSON Web Signature over a
// deflated FHIR bundle. [Read] opens one as far as the key, the issuer and the
// life of the signature; [Unverified.Verify] tries the keys of a list and gives
// the certificate; [Issuer.Issue] makes a card.
//
// # From text to certificate
//
//	text       one of: a compact JWS; "shc:/" and the JWS in digits; the texts of
//	           a card in several QR codes ("shc:/2/3/...", out of use since 2022
//	           and still printed), a line each, in any order; a file
//	           {"verifiableCredential":[JWS]} with one card. Line ends around the
//	           text are ignored, no other white space. Of a file with several
//	           cards, [Cards] gives each
//	numeric    two digits a character, its ASCII value less 45
//	jws        three parts of strict base64url; a signature of 64 bytes (one in
//	           DER is named signature_der)
//	header     alg and zip; zip must be DEF: a card whose header does not say that
//	           its payload is compressed is refused, compressed or not (public
//	           vectors no_jws_header_zip, no_deflate)
//	deflate    RFC 1951 without a zlib header (vector invalid_deflate), nothing
//	           after it
//	json       strictly: no key twice, no number that readers could differ on
//	           (package jcs)
//	claims     iss, a URL of https; nbf and exp, seconds since 1970, whole or with
//	           a fraction, not beyond the year 9999 (vector nbf_milliseconds)
//	payload    vc.credentialSubject.fhirBundle
//
// The names on the left are the steps of [Error]. Nothing about the person can
// be had from an [Unverified].
//
// # Limits
//
// A text has at most [MaxText] bytes, what is in it at most [MaxContent] when
// inflated, a card at most [MaxChunks] QR codes, a file at most [MaxCards]
// cards, and package jcs bounds the values.
//
// # Keys
//
// The identifier of a key is the 32 bytes of its thumbprint (RFC 7638), as
// trust/lists reads it from a key set. Every key with the identifier is tried
// that may sign for the issuer which the card names (trust.Key.Issuer).
// Verify says trust.ErrAlgorithm (not ES256, or none named), trust.ErrCritical,
// trust.ErrNoKeyID, trust.ErrUnknownKey or trust.ErrSignature. No key in a
// header (jwk, x5c, jku) is ever used. A card names its issuer by a URL and no
// country: Country is empty, and the key's list says who answers for it.
//
// # What bundles in the field look like
//
// Every Immunization whose status is completed, and that is not said to be
// subpotent, is a vaccination; every Observation whose status is final, amended
// or corrected is a test, or an antibody test where its code says so. Resources
// of other kinds and states are passed over. What has no place, and what had to
// be assumed, is listed in the certificate's losses by its path in the bundle
// ("entry.3.resource.status"):
//
//	dropped      a resource or field that the model does not hold, or whose
//	             status says that it does not count
//	not_mapped   a code that no table here has
//	null         a field that is null, as FHIR allows nowhere
//	assumed_utc  a moment without an offset: read as UTC
//	guessed      a moment without a time of day: read as the beginning of its
//	             day, month or year in UTC, the earliest that it can mean; an
//	             outcome read from words; events whose patient is not the
//	             bundle's by reference, though it has only one
//	trimmed      the time of day of a vaccination, or spaces around a text
//	unreadable   a field of another type or form: left empty
//
// A bundle about several patients is refused: nobody may bear another's result.
package shc

import (
	"strings"

	"github.com/pratique/pratique/cert"
)

// The limits of Read, Join and Cards.
const (
	MaxText    = 64 << 10  // bytes of a text
	MaxContent = 128 << 10 // bytes of a payload, inflated; the longest public example has 6,741
	MaxChunks  = 64        // QR codes of one card
	MaxCards   = 64        // cards of one file
)

// Unverified is a card that was read and whose signature was not checked. It
// can be used from several goroutines. Printing one shows nothing of it.
type Unverified struct {
	card func() *card // a function, because package fmt looks behind pointers, and behind this it cannot
}

// Read opens a card. The error is an [*Error].
func Read(text string) (*Unverified, error) {
	c, err := open(strings.Trim(text, "\r\n"))
	if err != nil {
		return nil, err
	}
	return &Unverified{func() *card { return c }}, nil
}

// Format returns "shc".
func (u *Unverified) Format() string { return "shc" }

// Content returns "fhir" for a health card, and "unknown" for a credential of
// another type.
func (u *Unverified) Content() string { return u.card().kind }

// Country returns "": a card names its issuer by a URL.
func (u *Unverified) Country() string { return "" }

// Issuer returns the URL by which the card claims its issuer.
func (u *Unverified) Issuer() string { return u.card().issuer }

// KeyID returns the identifier of the key that the card names, raw bytes. It is
// empty if the card names none.
func (u *Unverified) KeyID() string { return u.card().keyID }

// Algorithm returns the algorithm that the card names, "none" if it names none,
// and "unknown" for what cannot be the name of one.
func (u *Unverified) Algorithm() string { return u.card().algorithm }

// Signed returns the life of the signature, as claimed. A card is issued when
// it begins to be valid.
func (u *Unverified) Signed() cert.Period { return u.card().signed }

// String says that this is a card, and nothing of what is in it.
func (u *Unverified) String() string { return "SMART Health Card, not verified" }

// GoString is String.
func (u *Unverified) GoString() string { return u.String() }
