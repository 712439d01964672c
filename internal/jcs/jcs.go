// Package jcs answers one question: what does a small JSON text from a stranger
// say, and which bytes stand for it when it is signed?
//
// [Parse] checks a whole text once, with limits, and gives a [Value]: a place
// in that text which can be asked what it holds. Because nothing unchecked can
// become a Value, asking never fails; it only says "not that kind".
// [Value.AppendCanonical] prints the one form that RFC 8785 (JSON
// Canonicalization Scheme) gives every JSON text that says the same.
//
// # What is read
//
// One JSON value (RFC 8259) in UTF-8 and nothing after it but white space,
// within the bounds of I-JSON (RFC 7493), on which RFC 8785 stands.
//
// # What is refused
//
// Two keys of an object that are equal, in whatever escapes; half of a
// surrogate pair; an integer beyond 2^53-1 in size, however it is written, that
// the canonical form would print as an integer (below 10^21) or that is written
// as one, and any number beyond the range of 64 bits of IEEE 754, or so near to
// zero that it would become zero: a reader elsewhere would see another number
// than was written, and so would who signs; and what exceeds [MaxDepth],
// [MaxValues] or [MaxMembers]. The caller bounds the length of the text. What
// is read can be read again from its canonical form.
package jcs

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// The limits of [Parse]. A SMART Health Card has some 80 values, 14 deep; a
// patient summary some 400.
const (
	MaxDepth   = 64    // of arrays and objects within each other
	MaxValues  = 16384 // of all kinds, keys included, in the whole text
	MaxMembers = 256   // in one object
)

// What can be wrong with a text; see [Error].
var (
	ErrTruncated = errors.New("the text ends within a value")
	ErrTrailing  = errors.New("more after the value")
	ErrSyntax    = errors.New("not JSON")
	ErrDepth     = errors.New("nested too deeply")
	ErrSize      = errors.New("too many values")
	ErrUTF8      = errors.New("text that is not Unicode")
	ErrDuplicate = errors.New("an object with two equal keys")
	ErrNumber    = errors.New("a number that not every reader can keep")
)

// Error says what is wrong and where.
type Error struct {
	Offset int // in bytes
	Err    error
}

// Error implements error. It does not repeat the text.
func (e *Error) Error() string {
	return "reading JSON: byte " + strconv.Itoa(e.Offset) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Kind is the kind of a value.
type Kind uint8

// The kinds. None is the kind of the zero Value alone.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Value is a value of a text that was checked. The zero Value is nothing.
type Value struct {
	doc *doc
	at  int32 // in doc.nodes
}

// doc is a text with the places of its values, in the order of the text. A key
// stands before its value.
type doc struct {
	text  string
	nodes []node
}

// node is a value in twelve bytes, because a card has some two hundred.
type node struct {
	start, end uint32 // in the text; of a string, without its quotes
	what       uint32 // kind, 8 for a string with a backslash, and from bit 4 the node after all that is in this one
}

func (n *node) kind() Kind    { return Kind(n.what & 7) }
func (n *node) escaped() bool { return n.what&8 != 0 }
func (n *node) next() int32   { return int32(n.what >> 4) }

func (v Value) node() *node { return &v.doc.nodes[v.at] }

// Kind returns what kind of value v is.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return None
	}
	return v.node().kind()
}

// Raw returns the value as received; a string without its quotes.
func (v Value) Raw() string {
	if v.doc == nil {
		return ""
	}
	n := v.node()
	return v.doc.text[n.start:n.end]
}

// Text returns a string.
func (v Value) Text() (string, bool) {
	if v.Kind() != String {
		return "", false
	}
	if n := v.node(); n.escaped() {
		return unescape(v.doc.text[n.start:n.end]), true
	}
	return v.Raw(), true
}

// Bool returns true or false.
func (v Value) Bool() (value, ok bool) {
	return v.Kind() == Bool && v.Raw() == "true", v.Kind() == Bool
}

// Float returns a number.
func (v Value) Float() (float64, bool) {
	if v.Kind() != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(v.Raw(), 64)
	return f, err == nil
}

// Int returns a number that is an integer up to 2^53-1 in size, however it is written.
func (v Value) Int() (int64, bool) {
	f, ok := v.Float()
	if !ok || f < -maxSafe || f > maxSafe || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}

// maxSafe is the greatest integer that, and below which all, 64 bits of IEEE
// 754 hold exactly (RFC 7493 section 2.2).
const maxSafe = 1<<53 - 1

// Len returns the number of items or members.
func (v Value) Len() int {
	n := 0
	switch v.Kind() {
	case Array:
		for range v.Items {
			n++
		}
	case Object:
		for range v.Members {
			n++
		}
	}
	return n
}

// Items yields the items of an array with their numbers.
func (v Value) Items(yield func(int, Value) bool) {
	if v.Kind() != Array {
		return
	}
	i, end := 0, v.node().next()
	for at := v.at + 1; at < end; at = v.doc.nodes[at].next() {
		if !yield(i, Value{v.doc, at}) {
			return
		}
		i++
	}
}

// Members yields the members of an object in the order of the text.
func (v Value) Members(yield func(string, Value) bool) {
	if v.Kind() != Object {
		return
	}
	end := v.node().next()
	for at := v.at + 1; at < end; at = v.doc.nodes[at+1].next() {
		if !yield(v.doc.key(at), Value{v.doc, at + 1}) {
			return
		}
	}
}

// key returns the key that stands at a node.
func (d *doc) key(at int32) string {
	n := &d.nodes[at]
	if n.escaped() {
		return unescape(d.text[n.start:n.end])
	}
	return d.text[n.start:n.end]
}

// Get returns the member of an object with this key, or the zero Value.
func (v Value) Get(key string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	d := v.doc
	end := v.node().next()
	for at := v.at + 1; at < end; at = d.nodes[at+1].next() {
		if d.key(at) == key {
			return Value{d, at + 1}
		}
	}
	return Value{}
}

// Item returns the item of an array with this number, or the zero Value.
func (v Value) Item(n int) Value {
	for i, item := range v.Items {
		if i == n {
			return item
		}
	}
	return Value{}
}

// Path returns where a value stands in another that it is a part of, its keys
// and numbers with dots between: "entry.2.name". It walks the text to find out;
// the zero Value, and what is no part of from, have no path.
func (v Value) Path(from Value) string {
	if v.doc == nil || v.doc != from.doc || v.at <= from.at || v.at >= from.node().next() {
		return ""
	}
	step, child := "", Value{}
	for i, item := range from.Items {
		if v.at < item.node().next() {
			step, child = strconv.Itoa(i), item
			break
		}
	}
	for k, m := range from.Members {
		if v.at < m.node().next() {
			step, child = k, m
			break
		}
	}
	if rest := v.Path(child); rest != "" {
		return step + "." + rest
	}
	return step
}

// unescape returns the text of a string that was checked.
func unescape(raw string) string {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		i++
		switch c = raw[i]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, n := unit(raw[i+1:])
			i += n
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
