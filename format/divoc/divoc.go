// Package divoc answers one question: what does a DIVOC certificate say, and did
// the key that its issuer is known by sign it?
//
// DIVOC (github.com/egovernments/DIVOC, now part of Sunbird) issued the
// vaccination and test certificates of India, Sri Lanka, the Philippines,
// Indonesia and others: credentials of the W3C (Verifiable Credentials Data
// Model 1.1) in a zip archive in a QR code. [Read] opens one as far as the
// issuer, the name of the key and the date of issue; [Unverified.Verify] tries
// the keys that are bound to that issuer and gives the certificate. Such
// certificates are read and not issued here: the form is out of use, and what it
// signs is less than it seems (below).
//
// # From text to certificate
//
//	text       the archive, as its bytes or as the characters U+0000 to U+00FF
//	           that stand for them (what a scanner makes of a code in byte mode);
//	           or "B64:" and the archive in base64; or the JSON itself. Line ends
//	           around the text are ignored
//	zip        PKWARE APPNOTE 6.3: one member, certificate.json, deflated or
//	           stored, nothing before it, between its parts or after them; with
//	           a data descriptor or without; not encrypted, not ZIP64. Its
//	           lengths and check sum must be right
//	json       strictly: no key twice (package jcs)
//	header     proof.jws: a detached JSON Web Signature, header ".." signature,
//	           whose header is {"alg","b64":false,"crit":["b64"]} and nothing more
//	           (RFC 7797)
//	signature  one proof, of the type RsaSignature2018 with PS256 or
//	           Ed25519Signature2018 with EdDSA, for the purpose assertionMethod
//	claims     type, issuer, issuanceDate, expirationDate, credentialSubject,
//	           evidence, each in the one shape that DIVOC writes
//	context    what was signed is found by JSON-LD (package rdfc), in whose
//	           tables the contexts stand: none is fetched, one that is not there
//	           is refused and named
//	cover      what JSON-LD leaves out was not signed: a certificate with any
//	           such part is refused, as DIVOC's own signer and verifier do; and so
//	           is one with a context of its own, which could mean anything
//	payload    evidence that can be read
//
// The names on the left are the steps of [Error]. Nothing about the person can
// be had from an [Unverified].
//
// # What is signed
//
//	header "." SHA-256(options) SHA-256(document)
//
// header is the first part of the jws in base64url; options the canonical
// N-Quads of the proof without jws, under the context security/v2; document
// those of the credential without its proof. This is what jsonld-signatures 6
// makes. PS256 has a salt of 32 bytes. The recipe verifies public certificates
// of India's production key and of DIVOC's own test of Ed25519.
//
// # What the signature does not tell apart
//
// DIVOC's contexts give several words one meaning: batch, vaccine, manufacturer
// and certificateId are all https://schema.org/id, the three dates all
// https://schema.org/date, dose and totalDoses both
// https://schema.org/doseValue, and of a test the result, too, is a
// https://schema.org/id. Their values can be exchanged and the signature still
// verifies. What is read here is therefore only what no exchange can change:
//
//	date        read if it is not after effectiveStart and effectiveUntil
//	dose        read with totalDoses, if it is not greater
//	vaccine     mapped if all values that could be it tell one product
//	result      read if one of the values that could be it is an outcome;
//	            the time of sampling, if it is not after that of the result
//	            (which must be there)
//	identifier  the value that also ends one of the evidence's addresses
//
// What cannot be read so is listed as "ambiguous" and left empty. Values that
// stand in an array, members that are written as IRIs, and two nodes of one
// name are refused, because a statement could hide in them.
//
// # Keys
//
// The identifier of a key is the text of proof.verificationMethod, which several
// countries never changed from the software's default "did:india". It proves
// nothing: a key is used only if its list binds it to the very issuer that the
// certificate names (trust.Key.Issuer), and a key that is bound to none is never
// used. A key of a certificate or of a DID document elsewhere is not fetched.
// There is no offline way to withdraw one: lists of our own name a certificate
// by the hash of its signature.
//
// # What has no place in the model
//
// An age instead of a date of birth (all of version 1), addresses, a number of
// registration: listed in the certificate's losses by their path, as
//
//	dropped      the model does not hold it
//	not_mapped   a text that no table here has; free text as it is
//	trimmed      the time of day of a date, or spaces around a text
//	unreadable   of another type or form: left empty
//	ambiguous    exchangeable under the signature, see above: left empty
//	guessed      a passport's number read from the subject's identifier, a
//	             disease from the name of the vaccine
//
// The texts "", "-" and "NA" say nothing. A date is read as YYYY-MM-DD, as a moment,
// as 02 Jan 2006, or as DD-MM-YYYY or DD/MM/YYYY where the day is beyond 12,
// so that it cannot be a month.
//
// # Limits
//
// A text has at most [MaxText] bytes, certificate.json [MaxContent], a
// certificate [MaxEvidence] events; packages jcs and rdfc bound the rest.
package divoc

import (
	"strings"

	"github.com/pratique/pratique/cert"
)

// The limits of Read.
const (
	MaxText     = 64 << 10 // bytes
	MaxContent  = 64 << 10 // bytes of certificate.json; public examples have some 2,300
	MaxEvidence = 32       // events
)

// The kinds of content.
const (
	kindVaccination = "vaccination"
	kindTest        = "test"
	kindUnknown     = "unknown"
)

// Unverified is a certificate that was read and whose signature was not
// checked. It can be used from several goroutines. Printing one shows nothing of it.
type Unverified struct {
	credential func() *credential // a function, because package fmt looks behind pointers, and behind this it cannot
}

// Read opens a certificate. The error is an [*Error].
func Read(text string) (*Unverified, error) {
	c, err := open(text)
	if err != nil {
		return nil, err
	}
	return &Unverified{func() *credential { return c }}, nil
}

// Format returns "divoc".
func (u *Unverified) Format() string { return "divoc" }

// Content returns the kind of content: vaccination, test or unknown.
func (u *Unverified) Content() string { return u.credential().kind }

// Country returns "": a certificate names its issuer by an address.
func (u *Unverified) Country() string { return "" }

// Issuer returns the address by which the certificate claims its issuer.
func (u *Unverified) Issuer() string { return u.credential().issuer }

// KeyID returns the text by which the certificate names its key: "did:india".
func (u *Unverified) KeyID() string { return u.credential().keyID }

// Algorithm returns the algorithm that the signature names, "none" if it names
// none, and "unknown" for what cannot be the name of one.
func (u *Unverified) Algorithm() string { return u.credential().algorithm }

// Signed returns the life of the signature, as claimed; most have no end.
func (u *Unverified) Signed() cert.Period { return u.credential().signed }

// String says that this is a certificate, and nothing of what is in it.
func (u *Unverified) String() string { return "DIVOC certificate, not verified" }

// GoString is String.
func (u *Unverified) GoString() string { return u.String() }

// trim removes the line ends around a text, but not from an archive.
func trim(text string) string {
	if strings.HasPrefix(text, magic) {
		return text
	}
	return strings.Trim(text, "\r\n")
}
