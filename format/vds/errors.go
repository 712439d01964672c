package vds

import (
	"errors"

	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
)

// What can be wrong with a seal, beside what the packages of its parts say.
var (
	ErrTooLong     = errors.New("the text is too long for a seal")
	ErrShape       = errors.New("a member is missing or of the wrong type")
	ErrNewer       = errors.New("the seal is of a version that is not known here")
	ErrCertificate = errors.New("not an X.509 certificate")
	ErrSize        = errors.New("the signature has not the length that its algorithm demands")
	ErrDER         = errors.New("the signature is in DER, not r and s of equal width")
	ErrDoses       = errors.New("too many doses")
)

// Step is a step of reading a seal. The package doc says what each does.
type Step string

// The steps, in their order.
const (
	StepJSON        Step = "json"
	StepHeader      Step = "header"
	StepCertificate Step = "certificate"
	StepSignature   Step = "signature"
	StepPayload     Step = "payload"
)

// Error says at which step a seal could not be read, and why.
type Error struct {
	Step Step
	Err  error
}

// Error implements error. It repeats nothing of the seal.
func (e *Error) Error() string {
	return "reading VDS-NC seal: " + string(e.Step) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// causes gives each cause its word in [Error.Code].
var causes = []struct {
	err  error
	word string
}{
	{ErrTooLong, "too_long"}, {ErrShape, "shape"}, {ErrNewer, "newer"}, {ErrCertificate, "malformed"}, {ErrSize, "length"}, {ErrDER, "der"},
	{ErrDoses, "doses"}, {jws.ErrBase64, "base64"},
	{jcs.ErrTruncated, "truncated"}, {jcs.ErrTrailing, "trailing"}, {jcs.ErrSyntax, "malformed"}, {jcs.ErrDepth, "depth"},
	{jcs.ErrSize, "size"}, {jcs.ErrUTF8, "utf8"}, {jcs.ErrDuplicate, "duplicate"}, {jcs.ErrNumber, "number"},
}

// Code returns a stable name of what is wrong, step and cause: json_duplicate,
// json_number, header_newer, certificate_malformed, signature_der ...
func (e *Error) Code() string {
	for _, c := range causes {
		if errors.Is(e.Err, c.err) {
			return string(e.Step) + "_" + c.word
		}
	}
	return string(e.Step) + "_broken"
}
