package shc

import (
	"errors"

	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
)

// What can be wrong with a card, beside what the packages of its parts say.
var (
	ErrTooLong  = errors.New("the text is too long for a card")
	ErrPrefix   = errors.New("the text is neither shc:/ nor a JSON Web Signature nor a file of cards")
	ErrSpace    = errors.New("white space in or around the text")
	ErrDigits   = errors.New("something else than digits")
	ErrOdd      = errors.New("an odd number of digits")
	ErrPair     = errors.New("two digits that stand for no character")
	ErrChunk    = errors.New("one part of a card in several QR codes")
	ErrMixed    = errors.New("parts of different cards")
	ErrMissing  = errors.New("a part is missing")
	ErrFile     = errors.New("not a file of cards")
	ErrSeveral  = errors.New("a file with several cards")
	ErrZip      = errors.New("the header does not say that the payload is compressed")
	ErrMember   = errors.New("a header member of the wrong type")
	ErrSize     = errors.New("the signature has not 64 bytes")
	ErrDER      = errors.New("the signature is in DER, which no JSON Web Signature is")
	ErrZlib     = errors.New("a zlib header before the compressed payload")
	ErrClaims   = errors.New("the payload is not an object of claims")
	ErrIssuer   = errors.New("iss is missing or no URL of https")
	ErrTime     = errors.New("nbf or exp is missing or no time in seconds")
	ErrBundle   = errors.New("no FHIR bundle in the payload")
	ErrPatients = errors.New("a bundle about several patients")
)

// Step is a step of reading a card. The package doc says what each does.
type Step string

// The steps, in their order.
const (
	StepText      Step = "text"
	StepNumeric   Step = "numeric"
	StepJWS       Step = "jws"
	StepHeader    Step = "header"
	StepSignature Step = "signature"
	StepDeflate   Step = "deflate"
	StepJSON      Step = "json"
	StepClaims    Step = "claims"
	StepPayload   Step = "payload"
)

// Error says at which step a card could not be read, and why.
type Error struct {
	Step Step
	Err  error
}

// Error implements error. It repeats nothing of the card.
func (e *Error) Error() string {
	return "reading SMART Health Card: " + string(e.Step) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// causes gives each cause its word in [Error.Code].
var causes = []struct {
	err  error
	word string
}{
	{ErrTooLong, "too_long"}, {ErrPrefix, "unknown"}, {ErrSpace, "space"}, {ErrDigits, "character"}, {ErrOdd, "length"}, {ErrPair, "value"},
	{ErrChunk, "part"}, {ErrMixed, "mixed"}, {ErrMissing, "missing"}, {ErrFile, "file"}, {ErrSeveral, "several"},
	{ErrZip, "zip"}, {ErrMember, "member"}, {ErrSize, "length"}, {ErrDER, "der"},
	{ErrZlib, "zlib"}, {deflate.ErrTruncated, "truncated"}, {deflate.ErrCorrupt, "corrupt"}, {deflate.ErrTooLarge, "too_large"}, {deflate.ErrTrailing, "trailing"},
	{ErrClaims, "shape"}, {ErrIssuer, "issuer"}, {ErrTime, "time"}, {ErrBundle, "bundle"}, {ErrPatients, "patients"},
	{jws.ErrParts, "parts"}, {jws.ErrBase64, "base64"}, {jws.ErrHeader, "header"},
	{jcs.ErrTruncated, "truncated"}, {jcs.ErrTrailing, "trailing"}, {jcs.ErrSyntax, "malformed"}, {jcs.ErrDepth, "depth"},
	{jcs.ErrSize, "size"}, {jcs.ErrUTF8, "utf8"}, {jcs.ErrDuplicate, "duplicate"}, {jcs.ErrNumber, "number"},
}

// Code returns a stable name of what is wrong, step and cause: text_part,
// numeric_value, header_zip, signature_der, deflate_zlib, json_duplicate,
// claims_time ...
func (e *Error) Code() string {
	for _, c := range causes {
		if errors.Is(e.Err, c.err) {
			return string(e.Step) + "_" + c.word
		}
	}
	return string(e.Step) + "_broken"
}
