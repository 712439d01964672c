// Package lines answers one question: which named values does a text of settings
// have, line by line?
//
//	text  = header LF *(line LF)
//	line  = [name *(SP value)] ["#" comment]
//
// A name stands once. A text has [MaxText] bytes of UTF-8 and [MaxLines] lines.
// What names and values mean is the caller's: package sim reads its scenarios so,
// and sim/border its settings.
package lines

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a text.
const (
	MaxText  = 64 << 10 // bytes
	MaxLines = 500
)

// Fault says where a text is refused, and why. The zero Fault: it is not.
type Fault struct {
	Line   int // from 1; 0: the text as a whole
	Field  string
	Reason string // empty: nothing is wrong
}

// Read goes through the lines of a text after its header. take gets the values of
// a name and returns why it refuses them, or nothing; reading ends there.
func Read(text []byte, header string, take func(name string, values []string) (reason string)) Fault {
	if len(text) > MaxText {
		return Fault{Reason: "over 64 KiB"}
	}
	if !utf8.Valid(text) {
		return Fault{Reason: "not UTF-8"}
	}
	seen, line := map[string]bool{}, 0
	for l := range bytes.Lines(text) {
		if line++; line > MaxLines {
			return Fault{Line: line, Reason: "over 500 lines"}
		}
		said, _, _ := strings.Cut(string(l), "#")
		words := strings.Fields(said)
		if line == 1 {
			if len(words) != 1 || words[0] != header {
				return Fault{Line: line, Reason: "the first line is not " + header}
			}
			continue
		}
		if len(words) == 0 {
			continue
		}
		name := words[0]
		if seen[name] {
			return Fault{Line: line, Field: name, Reason: "stands twice"}
		}
		seen[name] = true
		if reason := take(name, words[1:]); reason != "" {
			return Fault{Line: line, Field: name, Reason: reason}
		}
	}
	if line == 0 {
		return Fault{Reason: "empty"}
	}
	return Fault{}
}

// Number reads a decimal number between two bounds, or says why it is none. "NaN",
// "Inf" and 0x1p3 are none, and there is no negative zero.
func Number(text string, least, most float64) (v float64, reason string) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsAny(text, "xXpP_") || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, "takes numbers"
	}
	if !(v >= least && v <= most) {
		return 0, Text(v) + " is not between " + Text(least) + " and " + Text(most)
	}
	return v + 0, ""
}

// Text writes a number as [Number] reads it, in the shortest form.
func Text(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
