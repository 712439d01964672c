package hc1

import (
	"errors"
	"fmt"

	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/trust"
)

// What can be wrong with a code, beside what the packages of its parts say.
var (
	ErrPrefix   = errors.New("the text does not begin with the prefix HC1")
	ErrNewer    = errors.New("the code is of a version that is not known here")
	ErrTooLong  = errors.New("the text is too long for a code")
	ErrTooLarge = errors.New("the payload is too large for a certificate")
	ErrClaims   = errors.New("the payload is not a map of claims")
	ErrClaim    = errors.New("a claim of the wrong type")
	ErrContent  = errors.New("the content is not a map")
)

// ErrWeakKey means that the only keys with the identifier that could have
// signed the code are RSA keys too small, or too large, to prove anything. It
// is a trust.ErrAlgorithm.
var ErrWeakKey = fmt.Errorf("%w: the RSA key has less than 2048 or more than 4096 bits", trust.ErrAlgorithm)

// Step is a step of reading a code. The package doc says what each does.
type Step string

// The steps, in their order.
const (
	StepPrefix  Step = "prefix"
	StepBase45  Step = "base45"
	StepZlib    Step = "zlib"
	StepCBOR    Step = "cbor"
	StepCOSE    Step = "cose"
	StepCWT     Step = "cwt"
	StepPayload Step = "payload"
)

// Error says at which step a code could not be read, and why.
type Error struct {
	Step Step
	Err  error
}

// Error implements error. It repeats nothing of the code.
func (e *Error) Error() string { return "reading HC1 code: " + string(e.Step) + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// causes gives each cause its word in [Error.Code].
var causes = []struct {
	err  error
	word string
}{
	{ErrPrefix, "missing"}, {ErrNewer, "newer"}, {ErrTooLong, "too_long"}, {ErrTooLarge, "too_large"},
	{base45.ErrCharacter, "character"}, {base45.ErrValue, "value"}, {base45.ErrLength, "length"},
	{deflate.ErrHeader, "header"}, {deflate.ErrTruncated, "truncated"}, {deflate.ErrCorrupt, "corrupt"},
	{deflate.ErrChecksum, "checksum"}, {deflate.ErrTooLarge, "too_large"}, {deflate.ErrTrailing, "trailing"},
	{cbor.ErrTruncated, "truncated"}, {cbor.ErrTrailing, "trailing"}, {cbor.ErrMalformed, "malformed"}, {cbor.ErrDepth, "depth"},
	{cbor.ErrSize, "size"}, {cbor.ErrUTF8, "utf8"}, {cbor.ErrKey, "key"}, {cbor.ErrDuplicate, "duplicate"}, {cbor.ErrNoJSON, "number"},
	{cose.ErrTag, "tag"}, {cose.ErrShape, "shape"}, {cose.ErrDetached, "detached"}, {cose.ErrHeader, "header"},
	{ErrClaims, "shape"}, {ErrClaim, "claim"}, {ErrContent, "shape"},
}

// Code returns a stable name of what is wrong, step and cause: prefix_newer,
// base45_character, zlib_checksum, cbor_duplicate, cose_tag, cwt_claim ...
func (e *Error) Code() string {
	for _, c := range causes {
		if errors.Is(e.Err, c.err) {
			return string(e.Step) + "_" + c.word
		}
	}
	return string(e.Step) + "_broken"
}

// stepped makes an Error of the step, or of step cbor where err is one of CBOR.
func stepped(s Step, err error) *Error {
	if _, ok := errors.AsType[*cbor.Error](err); ok {
		s = StepCBOR
	}
	return &Error{s, err}
}
