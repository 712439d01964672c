package divoc

import (
	"errors"

	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/rdfc"
)

// What can be wrong with a certificate, beside what the packages of its parts say.
var (
	ErrTooLong   = errors.New("the text is too long for a DIVOC certificate")
	ErrPrefix    = errors.New("neither a zip archive, nor B64:, nor JSON")
	ErrBase64    = errors.New("not base64")
	ErrArchive   = errors.New("not a zip archive, or one with something beside its member")
	ErrMembers   = errors.New("an archive with another number of members than one")
	ErrName      = errors.New("a member of another name than certificate.json")
	ErrEncrypted = errors.New("an encrypted archive")
	ErrMethod    = errors.New("a method of compression other than DEFLATE")
	ErrSize      = errors.New("the member is larger than a certificate")
	ErrChecksum  = errors.New("the lengths or the check sum of the member are wrong")
	ErrProof     = errors.New("not one proof with a key's name for the purpose assertionMethod")
	ErrDetached  = errors.New("the signature's header is not that of a detached signature with b64 false and critical")
	ErrMember    = errors.New("a member of the wrong type, or one too many")
	ErrContext   = errors.New("a context that no certificate of DIVOC has")
	ErrLinked    = errors.New("not JSON-LD that can be read here")
	ErrShape     = errors.New("a part that is not in the one shape that DIVOC writes")
	ErrIssuer    = errors.New("no issuer, or none that is an address")
	ErrTime      = errors.New("no date of issue, or a date that is none")
	ErrUncovered = errors.New("a part that the signature does not cover")
	ErrEvidence  = errors.New("too many events")
)

// Step is a step of reading a certificate. The package doc says what each does.
type Step string

// The steps, in their order.
const (
	StepText      Step = "text"
	StepZip       Step = "zip"
	StepJSON      Step = "json"
	StepSignature Step = "signature"
	StepHeader    Step = "header"
	StepClaims    Step = "claims"
	StepContext   Step = "context"
	StepCover     Step = "cover"
	StepPayload   Step = "payload"
)

// Error says at which step a certificate could not be read, and why.
type Error struct {
	Step Step
	Err  error

	// Context is the address that is not among the bundled contexts, if that is
	// what is wrong.
	Context string
}

// Error implements error. It repeats nothing of the certificate but the address
// of a context.
func (e *Error) Error() string {
	s := "reading DIVOC certificate: " + string(e.Step) + ": " + e.Err.Error()
	if e.Context != "" {
		s += ": " + e.Context
	}
	return s
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// causes gives each cause its word in [Error.Code].
var causes = []struct {
	err  error
	word string
}{
	{ErrTooLong, "too_long"}, {ErrPrefix, "unknown"}, {ErrBase64, "base64"},
	{ErrArchive, "malformed"}, {ErrMembers, "members"}, {ErrName, "name"}, {ErrEncrypted, "encrypted"}, {ErrMethod, "method"},
	{ErrSize, "too_large"}, {ErrChecksum, "checksum"},
	{deflate.ErrTruncated, "truncated"}, {deflate.ErrCorrupt, "corrupt"}, {deflate.ErrTooLarge, "too_large"}, {deflate.ErrTrailing, "trailing"},
	{jws.ErrParts, "parts"}, {jws.ErrBase64, "base64"}, {jws.ErrHeader, "header"},
	{ErrProof, "proof"}, {ErrDetached, "detached"}, {ErrMember, "member"},
	{ErrContext, "unknown"}, {rdfc.ErrContext, "unknown"}, {rdfc.ErrLimit, "limit"}, {ErrLinked, "malformed"},
	{ErrShape, "shape"}, {ErrIssuer, "issuer"}, {ErrTime, "time"}, {ErrUncovered, "dropped"}, {ErrEvidence, "events"},
	{jcs.ErrTruncated, "truncated"}, {jcs.ErrTrailing, "trailing"}, {jcs.ErrSyntax, "malformed"}, {jcs.ErrDepth, "depth"},
	{jcs.ErrSize, "size"}, {jcs.ErrUTF8, "utf8"}, {jcs.ErrDuplicate, "duplicate"}, {jcs.ErrNumber, "number"},
}

// Code returns a stable name of what is wrong, step and cause: zip_members,
// json_duplicate, header_detached, context_unknown ...
func (e *Error) Code() string {
	for _, c := range causes {
		if errors.Is(e.Err, c.err) {
			return string(e.Step) + "_" + c.word
		}
	}
	return string(e.Step) + "_broken"
}
