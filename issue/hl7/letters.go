package hl7

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// letters is a character set: of one byte each, or UTF-8 where table is nil and
// ascii is not set.
type letters struct {
	name  string // as MSH-18 has it
	ascii bool
	table *charmap.Charmap
}

// lettersOf returns the character set of HL7 table 0211. More than one (with
// which ISO 2022 switches between sets) is not read.
func lettersOf(declared string) (letters, bool) {
	l := letters{name: declared}
	switch strings.TrimSpace(declared) {
	case "", `""`, "ASCII":
		l.ascii = true
	case "8859/1":
		l.table = charmap.ISO8859_1
	case "8859/2":
		l.table = charmap.ISO8859_2
	case "8859/4":
		l.table = charmap.ISO8859_4
	case "8859/5":
		l.table = charmap.ISO8859_5
	case "8859/7":
		l.table = charmap.ISO8859_7
	case "8859/9":
		l.table = charmap.ISO8859_9
	case "8859/15":
		l.table = charmap.ISO8859_15
	case "UNICODE UTF-8", "UNICODE": // the second is what table 0211 had before 2.5, and stands for UTF-8 in the field
	default:
		return letters{}, false
	}
	return l, true
}

// badLetter is a byte that is no letter.
type badLetter struct {
	at  int
	err error
}

// decode returns a text in UTF-8.
func (l letters) decode(b []byte) (string, *badLetter) {
	if l.table == nil {
		for i := 0; i < len(b); {
			if b[i] < utf8.RuneSelf {
				i++
				continue
			}
			r, n := utf8.DecodeRune(b[i:])
			if l.ascii || r == utf8.RuneError {
				return "", &badLetter{i, ErrLetters}
			}
			i += n
		}
		return string(b), nil
	}
	var out strings.Builder
	out.Grow(len(b))
	for i, c := range b {
		r := l.table.DecodeByte(c)
		if r == utf8.RuneError || r >= 0x80 && r < 0xa0 { // no letter, or a control byte
			return "", &badLetter{i, ErrLetters}
		}
		out.WriteRune(r)
	}
	return out.String(), nil
}

// encode is the inverse of decode. A letter that the set lacks becomes a
// question mark, which only an answer of ours can have.
func (l letters) encode(s string) []byte {
	if l.table == nil && !l.ascii {
		return []byte(s)
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := byte(r), r < utf8.RuneSelf
		if !ok && l.table != nil {
			c, ok = l.table.EncodeRune(r)
		}
		if !ok {
			c = '?'
		}
		out = append(out, c)
	}
	return out
}
