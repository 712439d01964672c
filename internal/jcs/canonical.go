package jcs

import (
	"math"
	"sort"
	"strconv"
	"unicode/utf8"
)

// AppendCanonical appends the value as RFC 8785 prints it: no white space,
// members sorted by the UTF-16 of their keys, strings and numbers as
// ECMAScript's JSON.stringify prints them. The zero Value adds nothing.
func (v Value) AppendCanonical(dst []byte) []byte {
	switch v.Kind() {
	case Null, Bool:
		dst = append(dst, v.Raw()...)
	case Number:
		f, _ := v.Float()
		dst = appendNumber(dst, f)
	case String:
		dst = v.appendString(dst)
	case Array:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.AppendCanonical(dst)
		}
		dst = append(dst, ']')
	case Object:
		dst = v.appendObject(dst)
	}
	return dst
}

type member struct {
	key   string
	value Value
}

// byKey sorts members. It is an interface of package sort because a page need
// not load another sorting function for it.
type byKey []member

func (m byKey) Len() int           { return len(m) }
func (m byKey) Less(i, j int) bool { return compare(m[i].key, m[j].key) < 0 }
func (m byKey) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }

func (v Value) appendObject(dst []byte) []byte {
	var room [16]member
	members := room[:0]
	sorted := true
	for k, m := range v.Members {
		sorted = sorted && (len(members) == 0 || compare(members[len(members)-1].key, k) < 0)
		members = append(members, member{k, m})
	}
	switch {
	case sorted:
	case len(members) <= len(room):
		insert(members)
	default:
		many := make([]member, len(members)) // what is sorted through an interface is on the heap
		copy(many, members)
		sort.Sort(byKey(many))
		members = many
	}
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(Value{m.value.doc, m.value.at - 1}.appendString(dst), ':')
		dst = m.value.AppendCanonical(dst)
	}
	return append(dst, '}')
}

// insert sorts a few members.
func insert(members []member) {
	for i := 1; i < len(members); i++ {
		m, j := members[i], i
		for ; j > 0 && compare(members[j-1].key, m.key) > 0; j-- {
			members[j] = members[j-1]
		}
		members[j] = m
	}
}

// appendString appends a string; one without escapes already is as it must be.
func (v Value) appendString(dst []byte) []byte {
	if v.node().escaped() {
		s, _ := v.Text()
		return AppendString(dst, s)
	}
	dst = append(dst, '"')
	dst = append(dst, v.Raw()...)
	return append(dst, '"')
}

// compare compares two texts by their UTF-16 (RFC 8785 section 3.2.3), which
// differs from their UTF-8 where a character beyond the first 65,536 meets one
// from U+E000 on.
func compare(a, b string) int {
	for i := 0; i < len(a) && i < len(b); {
		if a[i] == b[i] {
			i++
			continue
		}
		for i > 0 && !utf8.RuneStart(a[i]) { // a is equal to b up to here
			i--
		}
		ra, _ := utf8.DecodeRuneInString(a[i:])
		rb, _ := utf8.DecodeRuneInString(b[i:])
		return int(lead(ra)) - int(lead(rb))
	}
	return len(a) - len(b)
}

// lead orders characters as their UTF-16 does. Two that share a first half of
// a pair keep their own order.
func lead(r rune) rune {
	switch {
	case r >= 0x10000:
		return r + 0xD800 - 0x10000
	case r >= 0xE000:
		return r + 0x200000
	}
	return r
}

// AppendString appends a string in quotes, as RFC 8785 section 3.2.2.2 prints
// it. What is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(dst, '"')
}

// leastExponent is the least number that is printed with a positive exponent.
const leastExponent = 1e21

// appendNumber appends a number as ECMAScript's Number::toString prints it
// (ECMA-262 section 6.1.6.1.20): the shortest digits that read back as the same
// number, with an exponent from 10^21 on and below 10^-6.
func appendNumber(dst []byte, f float64) []byte {
	if f == 0 { // also negative zero
		return append(dst, '0')
	}
	if a := math.Abs(f); a >= 1e-6 && a < leastExponent {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes exponents of two digits at least: e-07.
	if e := len(dst) - 4; e > start && dst[e] == 'e' && dst[e+2] == '0' {
		dst[e+2] = dst[e+3]
		dst = dst[:e+3]
	}
	return dst
}
