package hl7

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is a field, one of its repetitions, a component or a subcomponent. The
// zero Value is empty.
type Value struct {
	raw string // in UTF-8, with its escapes
	m   *Message
}

// Empty reports whether nothing stands there: nothing at all, or "" (two
// quotation marks), with which a sender says that there is none.
func (v Value) Empty() bool { return v.raw == "" || v.raw == `""` }

// Repetitions yields the repetitions of a field, counted from 1; none of an empty one.
func (v Value) Repetitions(yield func(int, Value) bool) {
	if v.Empty() {
		return
	}
	rest, more := v.raw, true
	for n := 1; more && n <= MaxParts; n++ {
		var one string
		one, rest, more = strings.Cut(rest, string(v.m.sep.repetition))
		if !yield(n, Value{one, v.m}) {
			return
		}
	}
}

// Repetition returns a repetition of a field.
func (v Value) Repetition(n int) Value {
	return v.part(n, func(s separators) byte { return s.repetition })
}

// Component returns a component of a repetition: of a whole field, of its first.
func (v Value) Component(n int) Value {
	return v.Repetition(1).part(n, func(s separators) byte { return s.component })
}

// Sub returns a subcomponent.
func (v Value) Sub(n int) Value { return v.part(n, func(s separators) byte { return s.sub }) }

func (v Value) part(n int, by func(separators) byte) Value {
	if v.m == nil || n < 1 || n > MaxParts {
		return Value{m: v.m}
	}
	rest := v.raw
	for more := true; more; n-- {
		var one string
		if one, rest, more = strings.Cut(rest, string(by(v.m.sep))); n == 1 {
			return Value{one, v.m}
		}
	}
	return Value{m: v.m}
}

// String returns the text of the first subcomponent of the first component of
// the first repetition, without spaces around it; "" also for what [Value.Text] cannot read.
func (v Value) String() string {
	s, _ := v.Text()
	return s
}

// Text returns the text of the first subcomponent, without spaces around it. It
// is not ok if it is longer than [MaxText], or has an escape that is not read.
func (v Value) Text() (text string, ok bool) {
	if v.m == nil || v.Empty() {
		return "", true
	}
	return v.Component(1).Sub(1).whole()
}

// whole is the text of a value that is not divided further.
func (v Value) whole() (string, bool) {
	if len(v.raw) > MaxText {
		return "", false
	}
	if v.Empty() {
		return "", true
	}
	s, ok := v.m.unescape(v.raw)
	return strings.TrimSpace(s), ok
}

// unescape puts what the escapes of a text stand for.
func (m *Message) unescape(s string) (string, bool) {
	sign := string(m.sep.escape)
	head, rest, found := strings.Cut(s, sign)
	if !found {
		return s, true
	}
	out := []byte(head)
	for found {
		var code string
		if code, rest, found = strings.Cut(rest, sign); !found {
			return "", false // an escape that does not end
		}
		what, ok := m.escaped(code)
		if !ok {
			return "", false
		}
		out = append(out, what...)
		head, rest, found = strings.Cut(rest, sign)
		out = append(out, head...)
	}
	return string(out), true
}

// escaped is what one escape stands for.
func (m *Message) escaped(code string) (string, bool) {
	switch code {
	case "F":
		return string(m.sep.field), true
	case "S":
		return string(m.sep.component), true
	case "T":
		return string(m.sep.sub), true
	case "R":
		return string(m.sep.repetition), true
	case "E":
		return string(m.sep.escape), true
	case "P":
		return "#", true
	case "H", "N":
		return "", true
	}
	if strings.HasPrefix(code, ".br") || strings.HasPrefix(code, ".sp") {
		return " ", true
	}
	if hex, ok := strings.CutPrefix(code, "X"); ok {
		return m.hex(hex)
	}
	return "", false
}

// hex is the letters whose bytes are written in hexadecimal digits.
func (m *Message) hex(digits string) (string, bool) {
	if digits == "" || len(digits)%2 != 0 {
		return "", false
	}
	var raw []byte
	for i := 0; i < len(digits); i += 2 {
		b, err := strconv.ParseUint(digits[i:i+2], 16, 8)
		if err != nil {
			return "", false
		}
		raw = append(raw, byte(b))
	}
	s, bad := m.letters.decode(raw)
	if bad != nil || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }) {
		return "", false
	}
	return s, true
}

// escape writes a text so that it is one value of the message.
func (m *Message) escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		code := byte(0)
		switch r {
		case rune(m.sep.field):
			code = 'F'
		case rune(m.sep.component):
			code = 'S'
		case rune(m.sep.sub):
			code = 'T'
		case rune(m.sep.repetition):
			code = 'R'
		case rune(m.sep.escape):
			code = 'E'
		}
		switch {
		case code != 0:
			b.WriteByte(m.sep.escape)
			b.WriteByte(code)
			b.WriteByte(m.sep.escape)
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
