package format

import (
	"errors"
	"strings"

	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
)

// opened returns what a format's Read did, with its error as one of this package.
func opened[U Unverified](u U, err error, text string) (Unverified, error) {
	if err == nil {
		return u, nil
	}
	if e, ok := errors.AsType[*hc1.Error](err); ok {
		return nil, refused("hc1", string(e.Step), e.Code(), err)
	}
	if e, ok := errors.AsType[*shc.Error](err); ok {
		out := refused("shc", string(e.Step), e.Code(), err)
		if out.Code == "code_part" {
			out.count(text)
		}
		return nil, out
	}
	if e, ok := errors.AsType[*vds.Error](err); ok {
		return nil, refused("vds", string(e.Step), e.Code(), err)
	}
	if e, ok := errors.AsType[*divoc.Error](err); ok {
		out := refused("divoc", string(e.Step), e.Code(), err)
		if out.Code == "read_context" {
			out.Host = e.Context
		}
		return nil, out
	}
	return nil, &Error{Code: "read_payload", Err: err}
}

// refused is the error of a step of a format. Most steps have one reason, which
// says what to do; a few causes have their own, because something else is to be done.
func refused(format, step, cause string, err error) *Error {
	e := &Error{Code: "read_" + step, Format: format, Cause: cause, Err: err}
	switch {
	case errors.Is(err, hc1.ErrTooLong), errors.Is(err, shc.ErrTooLong), errors.Is(err, vds.ErrTooLong), errors.Is(err, divoc.ErrTooLong):
		e.Code = "too_long"
	case errors.Is(err, shc.ErrChunk), errors.Is(err, shc.ErrMissing):
		e.Code = "code_part"
	case errors.Is(err, shc.ErrMixed):
		e.Code = "code_mixed"
	case errors.Is(err, shc.ErrSeveral):
		e.Code = "code_several"
	case errors.Is(err, vds.ErrNewer):
		e.Code, e.What = "newer_version", VDS
	}
	return e
}

// Limit is the length of the longest text of a format, in bytes; of one that
// is not known, [MaxLength].
func Limit(format string) int {
	switch format {
	case "hc1":
		return hc1.MaxText
	case "vds":
		return vds.MaxText
	}
	return MaxLength
}

// count says how many parts of a card a text has.
func (e *Error) count(text string) {
	seen := map[int]bool{}
	for line := range strings.Lines(text) {
		if n, of, ok := Part(line); ok {
			seen[n] = true
			e.Number, e.Of = n, of
		}
	}
	if e.Have = len(seen); e.Have > 1 {
		e.Number = 0
	}
}

// Part says which of how many QR codes of a health card a text is: 1 of 1 for
// a card in one. It is false for a text that never comes in parts.
func Part(text string) (number, of int, ok bool) { return shc.Part(text) }

// Codes returns the texts of the codes of a file: the cards of a file of
// several health cards, and else the text itself.
func Codes(text string) []string {
	if Identify(text) == SHC {
		if cards, err := shc.Cards(text); err == nil {
			return cards
		}
	}
	return []string{text}
}
