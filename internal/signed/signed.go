// Package signed answers one question: who signed this text, byte for byte?
//
// Every signed file of the project (trust list, bundle, act, rule pack,
// receipt) is one text: a line that names its kind and version, a body, and a
// list of signatures. [Open] gives the text and says which of the given keys
// signed it; [Parse] reads one that nobody need have signed, such as a list
// that a ministry wrote by hand, and verifies nothing.
//
// # Grammar
//
//	file      = text *signature
//	text      = version *line
//	version   = name "/" number "." number LF   ; at most 64 bytes
//	name      = lower *(lower / digit / "-")
//	number    = "0" / nonzero *3digit
//	line      = *char LF                        ; does not begin with "signature "
//	char      = any Unicode character but controls (Cc), of which TAB is allowed
//	signature = "signature " algorithm SP key SP bytes LF
//	algorithm = lower *31(lower / digit / "-")
//	key       = 64 lower-case hexadecimal digits
//	bytes     = base64 with padding (RFC 4648, section 4, strict), 1 to 65536 bytes
//
// The text is UTF-8 without byte-order mark and ends its lines with LF alone.
// What parses is written again with the same bytes.
//
// # What is signed
//
// Each signature covers the whole text as it stands: from the first byte, the
// version line included, to the LF before the first signature line. So a text
// of one kind never passes for another, and a second signer neither covers nor
// disturbs the first. The list of signatures itself is not covered: who holds
// the file can drop one or add one, so ask for the keys that you need.
//
// # Algorithms and keys
//
//	ed25519   RFC 8032, pure, over the text; 64 bytes
//	es256     ECDSA with P-256 over the SHA-256 of the text; r and s, 32 bytes each
//
// A signature of another algorithm may stand in the list; it never counts as
// verified, so that a future algorithm can stand beside today's. The key
// identifier is the SHA-256 of the SubjectPublicKeyInfo in DER (RFC 5280,
// section 4.1), in full:
//
//	openssl pkey -pubin -in key.pem -outform DER | sha256sum
//
// The same key and algorithm may sign once. ECDSA signatures can be changed
// into others that verify: the text, not the file, has an identity.
//
// # Limits
//
// 64 MiB, 16 signatures.
package signed

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a file.
const (
	MaxSize       = 64 << 20 // bytes
	MaxSignatures = 16
	MaxSignature  = 64 << 10 // bytes of one signature
)

var (
	// ErrFormat means that the file breaks the grammar.
	ErrFormat = errors.New("not a signed text")
	// ErrUnsigned means that the file bears no signature.
	ErrUnsigned = errors.New("not signed")
	// ErrUnknownSigner means that none of the signatures is by a given key.
	ErrUnknownSigner = errors.New("signed by none of the given keys")
	// ErrSignature means that a signature names a given key and does not verify
	// under it: the text was changed, or the signature made up.
	ErrSignature = errors.New("the signature of a given key does not verify")
)

// File is a text with its signatures. What it holds is verified only as far as
// [Open] or [File.Verify] says.
type File struct {
	Name         string // kind: "pratique-trust"
	Major, Minor int    // version
	Text         []byte // all that is signed: the version line and the body
	Signatures   []Signature
}

// Signature is one line of the list.
type Signature struct {
	Algorithm string // "ed25519", "es256", or one that this build does not know
	KeyID     string // lower-case hex SHA-256 of the signer's SubjectPublicKeyInfo
	Bytes     []byte
}

const lead = "signature "

// Parse reads a file and verifies nothing.
func Parse(data []byte) (File, error) {
	f, err := parse(data)
	if err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return f, nil
}

func parse(data []byte) (File, error) {
	if len(data) > MaxSize {
		return File{}, fmt.Errorf("longer than %d bytes", MaxSize)
	}
	f := File{Text: data}
	if i := bytes.Index(data, []byte("\n"+lead)); i >= 0 {
		f.Text = data[:i+1]
	}
	if err := checkText(f.Text); err != nil {
		return File{}, err
	}
	var err error
	if f.Name, f.Major, f.Minor, err = version(f.Text); err != nil {
		return File{}, err
	}
	for line := range bytes.Lines(data[len(f.Text):]) {
		s, err := parseSignature(string(line))
		if err != nil {
			return File{}, err
		}
		if err := f.add(s); err != nil {
			return File{}, err
		}
	}
	return f, nil
}

// checkText refuses what the grammar does, and says on which line.
func checkText(text []byte) error {
	if bytes.HasPrefix(text, []byte("\uFEFF")) {
		return errors.New("line 1: byte-order mark: save the file as UTF-8 without it")
	}
	if len(text) == 0 || text[len(text)-1] != '\n' {
		return errors.New("the last line does not end with a line feed")
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if bytes.HasPrefix(line, []byte(lead)) { // only the first can
			return errors.New("line 1: a signature where the version is expected")
		}
		for i := 0; i < len(line)-1; {
			r, size := utf8.DecodeRune(line[i:])
			switch i += size; {
			case r == utf8.RuneError && size == 1:
				return fmt.Errorf("line %d: not UTF-8", n)
			case r == '\r':
				return fmt.Errorf("line %d: carriage return: save the file with line ends of LF alone", n)
			case r != '\t' && unicode.IsControl(r):
				return fmt.Errorf("line %d: control character", n)
			}
		}
	}
	return nil
}

// version reads the first line.
func version(text []byte) (name string, major, minor int, err error) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	name, rest, ok := strings.Cut(string(line), "/")
	a, b, dot := strings.Cut(rest, ".")
	major, okMajor := number(a)
	minor, okMinor := number(b)
	if !ok || !dot || !okMajor || !okMinor || len(line) >= 64 || !word(name) {
		return "", 0, 0, errors.New("line 1: not a version such as pratique-trust/1.0")
	}
	return name, major, minor, nil
}

func number(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && len(s) <= 4 && strconv.Itoa(n) == s && n >= 0
}

func word(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (i == 0 || (c < '0' || c > '9') && c != '-') {
			return false
		}
	}
	return s != ""
}

func parseSignature(line string) (Signature, error) {
	rest, ok := strings.CutPrefix(line, lead)
	if !ok {
		return Signature{}, errors.New("something follows the signatures")
	}
	rest, ended := strings.CutSuffix(rest, "\n")
	f := strings.Split(rest, " ")
	if !ended || len(f) != 3 || !word(f[0]) || len(f[0]) > 32 || !isKeyID(f[1]) {
		return Signature{}, errors.New("a signature line is not of the form: signature algorithm key bytes")
	}
	if base64.StdEncoding.DecodedLen(len(f[2])) > MaxSignature+2 {
		return Signature{}, errors.New("a signature is too long")
	}
	b, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || len(b) == 0 || len(b) > MaxSignature || base64.StdEncoding.EncodeToString(b) != f[2] {
		return Signature{}, errors.New("the bytes of a signature are not base64")
	}
	return Signature{f[0], f[1], b}, nil
}

func isKeyID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}

// add appends a signature, if the list allows it.
func (f *File) add(s Signature) error {
	if slices.ContainsFunc(f.Signatures, func(o Signature) bool { return o.Algorithm == s.Algorithm && o.KeyID == s.KeyID }) {
		return errors.New("a key signs twice")
	}
	if len(f.Signatures) == MaxSignatures {
		return fmt.Errorf("more than %d signatures", MaxSignatures)
	}
	f.Signatures = append(slices.Clip(f.Signatures), s)
	return nil
}

// Body returns the text after its version line.
func (f File) Body() []byte {
	_, body, _ := bytes.Cut(f.Text, []byte("\n"))
	return body
}

// Bytes returns the file: what [Parse] read, byte for byte.
func (f File) Bytes() []byte {
	b := slices.Clip(f.Text)
	for _, s := range f.Signatures {
		b = append(b, lead+s.Algorithm+" "+s.KeyID+" "...)
		b = append(base64.StdEncoding.AppendEncode(b, s.Bytes), '\n')
	}
	return b
}
