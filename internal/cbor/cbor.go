// Package cbor answers one question: what does a small CBOR text (RFC 8949)
// from a stranger say?
//
// [Read] checks a whole text once, with limits, and gives a [Value]: a place in
// that text which can be asked what it holds. Because nothing unchecked can
// become a Value, asking never fails; it only says "not that kind". Strings are
// pieces of the text that was read, so reading copies nothing.
//
// # What is read
//
// One item and nothing after it: integers of 64 bits, byte and text strings,
// arrays, maps, tags, floats of 16, 32 and 64 bits, false, true, null,
// undefined and other simple values. Lengths may be longer than they need to be
// and may be indefinite: issuers send both. (What is read therefore need not be
// what [AppendMap] and its kin would print; the bytes that were signed are kept
// by who verifies them, never printed again.)
//
// # What is refused
//
// Text that is not UTF-8; a map key that is neither an integer of 64 bits
// (signed) nor a text string of definite length; two keys of a map that are
// equal, in whatever encoding, or that would be equal as JSON (4 and "4");
// everything that RFC 8949 calls not well-formed; and what exceeds [MaxDepth],
// [MaxItems] or [MaxPairs]. The caller bounds the length of the text.
package cbor

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// The limits of [Read]. A European certificate has some 45 items, 6 deep.
const (
	MaxDepth = 32   // of arrays, maps and tags within each other
	MaxItems = 4096 // of all kinds, in the whole text
	MaxPairs = 256  // in one map
)

// What can be wrong with a text; see [Error].
var (
	ErrTruncated = errors.New("the text ends within an item")
	ErrTrailing  = errors.New("bytes after the item")
	ErrMalformed = errors.New("not well-formed")
	ErrDepth     = errors.New("nested too deeply")
	ErrSize      = errors.New("too many items")
	ErrUTF8      = errors.New("text that is not UTF-8")
	ErrKey       = errors.New("a map key that is neither integer nor text")
	ErrDuplicate = errors.New("a map with two equal keys")
)

// Error says what is wrong and where.
type Error struct {
	Offset int // of the item, in bytes
	Err    error
}

// Error implements error. It does not repeat the text.
func (e *Error) Error() string {
	return "reading CBOR: byte " + strconv.Itoa(e.Offset) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Kind is the kind of an item.
type Kind uint8

// The kinds. None is the kind of the zero Value alone.
const (
	None Kind = iota
	Int       // of 64 bits, signed or unsigned
	Bytes
	Text
	Array
	Map
	Tag
	Bool
	Null // null or undefined
	Float
	Simple // a simple value without a meaning here
)

// Value is an item of a text that was checked. The zero Value is nothing.
type Value struct{ raw string }

// Key is a key of a map: Text if IsText, else Int.
type Key struct {
	Text   string
	Int    int64
	IsText bool
}

// Raw returns the item as received.
func (v Value) Raw() string { return v.raw }

// Kind returns what kind of item v is.
func (v Value) Kind() Kind {
	if v.raw == "" {
		return None
	}
	switch b := v.raw[0]; b >> 5 {
	case majorUint, majorNegative:
		return Int
	case majorBytes:
		return Bytes
	case majorText:
		return Text
	case majorArray:
		return Array
	case majorMap:
		return Map
	case majorTag:
		return Tag
	default:
		switch b & 31 {
		case 20, 21:
			return Bool
		case 22, 23:
			return Null
		case 25, 26, 27:
			return Float
		}
		return Simple
	}
}

// Int returns an integer that 64 bits with a sign can hold.
func (v Value) Int() (int64, bool) {
	if v.Kind() != Int {
		return 0, false
	}
	h := headAt(v.raw, 0)
	return h.int()
}

// Float returns a floating-point number of any width.
func (v Value) Float() (float64, bool) {
	if v.Kind() != Float {
		return 0, false
	}
	switch h := headAt(v.raw, 0); h.info {
	case 25:
		return half(uint16(h.arg)), true
	case 26:
		return float64(math.Float32frombits(uint32(h.arg))), true
	default:
		return math.Float64frombits(h.arg), true
	}
}

// half widens a float of 16 bits (RFC 8949 appendix D).
func half(b uint16) float64 {
	exp, frac := int(b>>10&31), float64(b&1023)
	var f float64
	switch exp {
	case 0:
		f = math.Ldexp(frac, -24)
	case 31:
		f = math.Inf(1)
		if frac != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(frac+1024, exp-25)
	}
	if b&0x8000 != 0 {
		return -f
	}
	return f
}

// Bool returns a truth value.
func (v Value) Bool() (value, ok bool) {
	return v.raw == "\xf5", v.Kind() == Bool
}

// Null reports whether v is null or undefined.
func (v Value) Null() bool { return v.Kind() == Null }

// Text returns a text string. One that came in chunks is joined.
func (v Value) Text() (string, bool) {
	if v.raw == "" || v.raw[0]>>5 != majorText {
		return "", false
	}
	if v.raw[0] < shortText+24 { // as most are
		return v.raw[1:], true
	}
	return v.str(), true
}

// Bytes returns a byte string. One that came in chunks is joined.
func (v Value) Bytes() (string, bool) {
	if v.Kind() != Bytes {
		return "", false
	}
	return v.str(), true
}

func (v Value) str() string {
	h := headAt(v.raw, 0)
	if !h.indefinite() {
		return v.raw[h.next:]
	}
	var b strings.Builder
	for i := h.next; v.raw[i] != breakByte; {
		c := headAt(v.raw, i)
		i = c.next + int(c.arg)
		b.WriteString(v.raw[c.next:i])
	}
	return b.String()
}

// Tag returns the number of a tag and what it is about.
func (v Value) Tag() (uint64, Value, bool) {
	if v.Kind() != Tag {
		return 0, Value{}, false
	}
	h := headAt(v.raw, 0)
	return h.arg, Value{v.raw[h.next:]}, true
}

// Items gives the items of an array, in order, for range. Of anything else it
// gives nothing.
func (v Value) Items(yield func(int, Value) bool) {
	if v.Kind() != Array {
		return
	}
	h := headAt(v.raw, 0)
	for i, n := h.next, 0; h.more(v.raw, i, n); n++ {
		end := h.end(v.raw, i, n)
		if !yield(n, Value{v.raw[i:end]}) {
			return
		}
		i = end
	}
}

// Pairs gives the pairs of a map, in order, for range. Of anything else it
// gives nothing.
func (v Value) Pairs(yield func(Key, Value) bool) {
	if v.Kind() != Map {
		return
	}
	h := headAt(v.raw, 0)
	for i, n := h.next, 0; h.more(v.raw, i, n); n++ {
		k, at := keyAt(v.raw, i)
		end := h.end(v.raw, at, n)
		if !yield(k, Value{v.raw[at:end]}) {
			return
		}
		i = end
	}
}

// keyAt reads the key at i and returns where it ends.
func keyAt(s string, i int) (Key, int) {
	if b := s[i]; b-shortText < 24 { // as most are
		end := i + 1 + int(b-shortText)
		return Key{Text: s[i+1 : end], IsText: true}, end
	}
	h := headAt(s, i)
	if h.major == majorText {
		end := h.next + int(h.arg)
		return Key{Text: s[h.next:end], IsText: true}, end
	}
	n, _ := h.int()
	return Key{Int: n}, h.next
}
