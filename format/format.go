// Package format answers one question: which health code is this text, and how
// is it opened?
//
// [Read] finds the format by how the text begins and hands it to that format's
// own package: format/hc1, format/shc, format/vds or format/divoc. What comes back is
// [Unverified]: it tells the kind of content, the country and the key that the
// code names, and nothing about the person. The person becomes readable through
// Verify, or through SkipVerification, whose name says what it does.
//
// A health card may come in several QR codes. Read takes their texts as one,
// a line each, in any order; [Part] tells which part a text is. A file of
// several cards is taken apart by [Codes].
//
// A text that is no health code is named for what it is ([Identify]), so that
// somebody who shows a restaurant's menu is told so.
package format

import (
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/shl"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
)

// MaxLength is the longest text that Read looks at, in bytes. The largest QR
// symbol holds 7,089 digits or 4,296 characters; the rest is for health cards
// in several chunks.
const MaxLength = 64 << 10

// Unverified is a health code that was read and not yet checked.
type Unverified interface {
	Format() string      // hc1, shc, vds, divoc
	Content() string     // dcc, icvp, ddcc, link ...
	Country() string     // the issuer that the code claims, as it writes it
	KeyID() string       // the key that the code names, raw bytes
	Algorithm() string   // ES256, PS256 ...
	Signed() cert.Period // the life of the signature, as claimed

	// Verify checks the signature under every key that has the identifier and
	// returns the certificate with the key that signed it. The error is, for
	// errors.Is, one of those of package trust; or an *Error of the format
	// where what was signed cannot be read.
	Verify(keys *trust.Keys) (trust.Signed, error)

	// SkipVerification returns what the code says although nobody checked who says so.
	SkipVerification() (*cert.Certificate, error)
}

// Error says why a text could not be read as a health code.
type Error struct {
	Code   string // a code of package words: "not_health_code", "read_base45" ...
	Format string // hc1, ...; empty where the text is no health code
	What   What   // what it is instead, or which format
	Cause  string // the format's own name of what is wrong: "base45_character"; empty where the code says all
	Err    error  // the cause; nil where there is none beyond the code

	// Of a health card in several codes that is not complete: how many there
	// are, how many of them were given, and which, if that is one.
	Of, Have, Number int

	// Host is where a health link leads.
	Host string
}

func (e *Error) Error() string {
	s := strings.ReplaceAll(e.Code, "_", " ")
	if e.What != "" {
		s += ": " + string(e.What)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Read reads the text of a health code. Line ends around it are ignored; a
// space is a legal character of some codes and is kept.
func Read(text string) (Unverified, error) {
	text = strings.Trim(text, "\r\n")
	what := Identify(text)
	switch {
	case what == Empty:
		return nil, &Error{Code: "empty"}
	case len(text) > MaxLength:
		return nil, &Error{Code: "too_long"}
	case what == HC1:
		u, err := hc1.Read(text)
		return opened(u, err, text)
	case what == SHC:
		u, err := shc.Read(text)
		return opened(u, err, text)
	case what == VDS:
		u, err := vds.Read(text)
		return opened(u, err, text)
	case what == DIVOC:
		u, err := divoc.Read(text)
		return opened(u, err, text)
	case what == HCNext:
		return nil, &Error{Code: "newer_version", What: what}
	case what == HealthLink:
		link, err := shl.Parse(text)
		if err != nil {
			return nil, &Error{Code: "read_link", Format: "link", What: what, Cause: shl.Cause(err), Err: err}
		}
		return nil, &Error{Code: "online_only", Format: "link", What: what, Host: link.About().Host}
	case what == ChinesePass:
		return nil, &Error{Code: "format_unpublished", Format: "national", What: what}
	case unsupported[what] != "":
		return nil, &Error{Code: "format_unsupported", Format: unsupported[what], What: what}
	}
	return nil, &Error{Code: "not_health_code", What: what}
}
