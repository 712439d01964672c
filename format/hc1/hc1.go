// Package hc1 answers one question: what does a health code that begins with
// "HC1:" say, and did the key that it names sign it?
//
// HC1 is the carrier of the EU Digital COVID Certificate and of WHO's GDHCN
// (electronic health certificate specification, hcert 1.0.5). [Read] opens a
// code as far as the key, the issuer and the kind of content;
// [Unverified.Verify] tries the keys of a list and gives the certificate;
// [Issuer.Issue] makes a code.
//
// # From text to certificate
//
//	prefix    "HC1:", exactly; line ends around the text are ignored, and a
//	          space is a character of base45
//	base45    RFC 9285, strictly (package base45)
//	zlib      RFC 1950 with its checksum, nothing after it; content that is not
//	          compressed is refused (public vectors Z1, Z2)
//	cbor      RFC 8949, with limits (package cbor)
//	cose      COSE_Sign1, bare or in tags 18, 61(18) (package cose)
//	cwt       claims 1 issuer, 4 expiry, 5 not before, 6 issued, -260 content;
//	          others are ignored. Times are whole or fractional seconds, or
//	          dates in tag 0; absent or null ones are open
//	payload   claim -260 is a map: 1 European certificate ("dcc"), -6 vaccination
//	          certificate of the IHR ("icvp"), 3 and 4 WHO core data sets
//	          ("ddcc"), 5 health link ("link"). Ours, for development and not
//	          registered anywhere: -7 border stamp ("stamp"), -8 notice of a
//	          health authority ("notice"), -9 exposure statement ("exposure");
//	          package history reads them. A payload without -260 whose own keys
//	          are those of a core data set is "ddcc" too; old certificates of
//	          WHO and Singapore are written so. Everything else is "unknown"
//
// The names on the left are the steps of [Error]. Before the signature is
// checked, nothing is asked of the payload but whether it is CBOR, and its
// claims (hcert section 6.3); and nothing about the person can be had from an
// [Unverified].
//
// # Limits
//
// A text has at most [MaxText] bytes, what is in it at most [MaxContent] when
// inflated, and package cbor bounds its items. Reading a certificate takes a few
// microseconds and some two kilobytes; no text takes more than some
// milliseconds and 256 kilobytes.
//
// # Keys
//
// Every key with the identifier that the code names is tried. Verify says
// trust.ErrAlgorithm (unknown to this build), trust.ErrCritical, trust.ErrNoKeyID,
// trust.ErrUnknownKey or trust.ErrSignature. A certificate signed with an RSA
// key of less than 2048 bits (three in the public data) may be genuine, and its
// signature proves nothing: [ErrWeakKey], which is a trust.ErrAlgorithm, so
// that nobody is called a forger for the state of their ministry's keys.
//
// # What certificates in the field look like
//
// The content is read tolerantly, because a person must not suffer for the
// programme that printed their certificate. What had to be tolerated is listed
// in the certificate's losses, by the path of the field ("t.0.sc"):
//
//	null         a field or group is null: read as absent
//	trimmed      spaces around a text, or a time of day after a date, taken off
//	assumed_utc  a moment without a zone: read as UTC
//	guessed      a moment without a time of day: read as its beginning in UTC;
//	             a date with XX or 00 in place of what is unknown
//	unreadable   a field of another type, or no date: left empty
//	dropped      a field that the schema does not have
//	not_mapped   content of a kind that this package does not map yet
//
// Names are kept as received, in whatever Unicode normal form. A certificate
// that has several groups or entries gives several events; that its schema
// allows one alone is for [Schema] to say.
//
// # Content of the World Health Organization
//
// A vaccination certificate of the International Health Regulations (yellow
// card) comes in two sets of field names, told apart by their types: v is the
// vaccination, or in the later draft the version, and vx the vaccination. For
// yellow fever, protection begins ten days after the dose and lasts for life,
// whatever the certificate says (Annex 7 of the Regulations, as amended in 2014):
// an earlier beginning or an end is dropped, and is among the losses.
//
// A core data set is written in groups or in none, like this or like_this, with
// codes alone or with their systems. It has no recovery.
//
// A health link stands as a text, a list of texts, a map with u, or a list of
// such maps (package shl). The certificate tells where it leads, and not its key.
//
// # Derived certificates
//
// A certificate that its issuer made from one of another country says so beside
// the content: claim -260 has the key -10 too, which is ours and registered
// nowhere. It is a map: co, the country of the original; is, its issuer in
// words; fm and ct, its format and content; h, the SHA-256 of the bytes that
// were signed (of HC1 the Sig_structure), in 32 bytes; kid, the identifier of
// its key; au, of a seal the authority of its signer; iat and exp, its life; w,
// what it may be withdrawn by: byte strings of 17, the scheme (1 signature, 2
// identifier, 3 country and identifier, 4 rid, 5 signer) and 16 bytes of a
// handle (package revoke). Other readers skip it. Here a map that cannot be
// read gives a [cert.Derivation] that names nothing, never an original.
package hc1

import (
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
)

// The limits of Read, in bytes.
const (
	// MaxText is the length of the longest text read. A QR symbol holds 4,296
	// characters of base45.
	MaxText = 16 << 10
	// MaxContent is the length of the longest content, inflated. The longest in
	// the public data has 960.
	MaxContent = 64 << 10
)

const prefix = "HC1:"

// Unverified is a code that was read and whose signature was not checked. It
// can be used from several goroutines. Printing one shows nothing of it.
type Unverified struct {
	code func() *code // a function, because package fmt looks behind pointers, and behind this it cannot
}

// opened returns the code; of the zero Unverified, one that says nothing.
func (u *Unverified) opened() *code {
	if u.code == nil {
		return &code{claims: claims{kind: kindUnknown}}
	}
	return u.code()
}

// code is an opened code. Its strings are pieces of one text.
type code struct {
	message cose.Message
	claims
}

// Read opens a code. The error is an [*Error].
func Read(text string) (*Unverified, error) {
	text = strings.Trim(text, "\r\n")
	if err := checkPrefix(text); err != nil {
		return nil, &Error{StepPrefix, err}
	}
	content, err := unpack(text[len(prefix):])
	if err != nil {
		return nil, err
	}
	c := new(code)
	if c.message, err = cose.Parse(content); err != nil {
		return nil, stepped(StepCOSE, err)
	}
	payload, err := cbor.Read(c.message.Payload)
	if err != nil {
		return nil, &Error{StepCBOR, err}
	}
	if c.claims, err = readClaims(payload); err != nil {
		return nil, &Error{StepCWT, err}
	}
	return &Unverified{func() *code { return c }}, nil
}

func checkPrefix(text string) error {
	switch {
	case len(text) > MaxText:
		return ErrTooLong
	case strings.HasPrefix(text, prefix):
		return nil
	case len(text) >= 4 && text[:2] == "HC" && text[3] == ':' && (text[2] >= '2' && text[2] <= '9' || text[2] >= 'A' && text[2] <= 'Z'):
		return ErrNewer
	}
	return ErrPrefix
}

// Format returns "hc1".
func (u *Unverified) Format() string { return "hc1" }

// Content returns the kind of content: dcc, icvp, ddcc, link, stamp,
// notice, exposure or unknown.
func (u *Unverified) Content() string { return u.opened().kind }

// Country returns the issuer that the code claims, as it writes it: a country
// code in most, and free text in some. It may be empty.
func (u *Unverified) Country() string { return u.opened().country }

// KeyID returns the identifier of the key that the code names, raw bytes. It
// is empty if the code names none.
func (u *Unverified) KeyID() string { return u.opened().message.KeyID }

// Algorithm returns the algorithm that the code names: ES256, ES384, ES512,
// PS256, PS384, PS512, EdDSA; "alg -999" for one that is not known here; none.
func (u *Unverified) Algorithm() string { return u.opened().message.Alg.String() }

// Signed returns the life of the signature, as claimed.
func (u *Unverified) Signed() cert.Period { return u.opened().signed }

// String says that this is a code, and nothing of what is in it.
func (u *Unverified) String() string { return "HC1 code, not verified" }

// GoString is String.
func (u *Unverified) GoString() string { return u.String() }
