package jcs

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Parse reads a text. The error is an [*Error].
func Parse(text string) (Value, error) {
	r := readers.Get().(*Reader)
	defer func() {
		r.Forget()
		readers.Put(r)
	}()
	v, err := r.Parse(text)
	if err != nil {
		return Value{}, err
	}
	return Value{doc: &doc{text, slices.Clone(v.doc.nodes)}}, nil
}

var readers = sync.Pool{New: func() any { return new(Reader) }}

// Reader reads one text after the other in the same memory, for who is done
// with a text when the next one comes. The zero Reader is ready.
type Reader struct {
	doc  doc
	keys []string
}

// Parse is [Parse]. The value, and what it holds, are lost with the next call
// of a method.
func (r *Reader) Parse(text string) (Value, error) {
	if len(text) > 1<<30 {
		return Value{}, &Error{0, ErrSize}
	}
	if !utf8.ValidString(text) {
		return Value{}, &Error{0, ErrUTF8}
	}
	p := parser{text: text, nodes: r.doc.nodes[:cap(r.doc.nodes)], keys: r.keys[:0]}
	p.space()
	err := p.value(0)
	r.doc, r.keys = doc{text, p.nodes[:p.n]}, p.keys
	if err != nil {
		return Value{}, &Error{p.at, err}
	}
	p.space()
	if p.at != len(text) {
		return Value{}, &Error{p.at, ErrTrailing}
	}
	return Value{doc: &r.doc}, nil
}

// Forget keeps the memory, and nothing of the text.
func (r *Reader) Forget() {
	r.doc.text = ""
	clear(r.keys[:cap(r.keys)])
}

type parser struct {
	text  string
	at    int
	nodes []node // of which n are filled
	n     int
	keys  []string // of the objects that are open
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end; a 0 in the text is no JSON either.
func (p *parser) peek() byte {
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

// bad is the error of a byte that cannot stand where it does.
func (p *parser) bad() error {
	if p.at == len(p.text) {
		return ErrTruncated
	}
	return ErrSyntax
}

// begin begins a node and returns its number.
func (p *parser) begin(k Kind) (int, error) {
	n := p.n
	if n >= MaxValues {
		return 0, ErrSize
	}
	if n >= len(p.nodes) {
		p.nodes = append(p.nodes, make([]node, 64+n)...)
	}
	p.nodes[n] = node{start: uint32(p.at), what: uint32(k)}
	p.n = n + 1
	return n, nil
}

func (p *parser) end(n int) {
	p.nodes[n].end = uint32(p.at)
	p.nodes[n].what |= uint32(p.n) << 4
}

func (p *parser) value(depth int) error {
	switch c := p.peek(); {
	case c == '"':
		_, err := p.string()
		return err
	case c == '{', c == '[':
		if depth == MaxDepth {
			return ErrDepth
		}
		if c == '{' {
			return p.object(depth)
		}
		return p.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 'n':
		return p.word("null", Null)
	case c == 't':
		return p.word("true", Bool)
	case c == 'f':
		return p.word("false", Bool)
	}
	return p.bad()
}

func (p *parser) word(w string, k Kind) error {
	n, err := p.begin(k)
	if err != nil {
		return err
	}
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, w) {
		if strings.HasPrefix(w, rest) {
			return ErrTruncated
		}
		return ErrSyntax
	}
	p.at += len(w)
	p.end(n)
	return nil
}

func (p *parser) array(depth int) error {
	n, err := p.begin(Array)
	if err != nil {
		return err
	}
	p.at++
	p.space()
	if p.peek() == ']' {
		p.at++
		p.end(n)
		return nil
	}
	for {
		if err := p.value(depth + 1); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case ']':
			p.at++
			p.end(n)
			return nil
		default:
			return p.bad()
		}
	}
}

func (p *parser) object(depth int) error {
	n, err := p.begin(Object)
	if err != nil {
		return err
	}
	base := len(p.keys)
	p.at++
	p.space()
	if p.peek() == '}' {
		p.at++
		p.end(n)
		return nil
	}
	for {
		if err := p.key(base); err != nil {
			return err
		}
		if err := p.value(depth + 1); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case '}':
			p.at++
			p.end(n)
			p.keys = p.keys[:base]
			return nil
		default:
			return p.bad()
		}
	}
}

// key reads a key, its colon and the space after it. The keys of its object,
// so far, are those from base on.
func (p *parser) key(base int) error {
	if p.peek() != '"' {
		return p.bad()
	}
	n, err := p.string()
	if err != nil {
		return err
	}
	k := p.text[p.nodes[n].start:p.nodes[n].end]
	if p.nodes[n].escaped() {
		k = unescape(k)
	}
	if slices.Contains(p.keys[base:], k) {
		return ErrDuplicate
	}
	if len(p.keys)-base == MaxMembers {
		return ErrSize
	}
	p.keys = append(p.keys, k)
	p.space()
	if p.peek() != ':' {
		return p.bad()
	}
	p.at++
	p.space()
	return nil
}

// string reads a string and returns the number of its node.
func (p *parser) string() (int, error) {
	p.at++
	n, err := p.begin(String)
	if err != nil {
		return 0, err
	}
	for i := pass(p.text, p.at); i < len(p.text); i = pass(p.text, i+1) {
		switch c := p.text[i]; {
		case c == '"':
			p.at = i
			p.end(n)
			p.at++
			return n, nil
		case c == '\\':
			p.nodes[n].what |= 8
			size, err := escape(p.text[i+1:])
			if err != nil {
				p.at = i
				return 0, err
			}
			i += size
		default:
			p.at = i
			return 0, ErrSyntax
		}
	}
	p.at = len(p.text)
	return 0, ErrTruncated
}

// pass returns where, from i on, the first byte is that does not stand in a
// string for itself: a control, a quote or a backslash. It looks at eight at a
// time: of the top bits that are set the lowest is right, which is the first.
func pass(s string, i int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s); i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote, slash := x^'"'*ones, x^'\\'*ones
		if found := ((x-' '*ones)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & tops; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(s) && s[i] >= ' ' && s[i] != '"' && s[i] != '\\' {
		i++
	}
	return i
}

// escape returns the length of the escape that s begins with, after its backslash.
func escape(s string) (int, error) {
	if s == "" {
		return 0, ErrTruncated
	}
	switch s[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1, nil
	case 'u':
		r, n := unit(s[1:])
		switch {
		case n == 0 && len(s) < 5:
			return 0, ErrTruncated
		case n == 0:
			return 0, ErrSyntax
		case r < 0:
			return 0, ErrUTF8
		}
		return 1 + n, nil
	}
	return 0, ErrSyntax
}

// unit reads four hexadecimal digits, or those of a surrogate pair with "\u"
// between. It returns the length, 0 if they are none, and -1 for half a pair.
func unit(s string) (rune, int) {
	r, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if low, ok := hex4(s[6:]); ok {
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, 10
			}
		}
	}
	return -1, 4
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number (RFC 8259 section 6).
func (p *parser) number() error {
	n, err := p.begin(Number)
	if err != nil {
		return err
	}
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	first := p.at
	if !p.digits() {
		return p.bad()
	}
	whole := p.text[first:p.at]
	if len(whole) > 1 && whole[0] == '0' {
		return ErrSyntax
	}
	integer := true
	if p.peek() == '.' {
		integer = false
		p.at++
		if !p.digits() {
			return p.bad()
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		integer = false
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return p.bad()
		}
	}
	p.end(n)
	if !kept(p.text[start:p.at], whole, integer) {
		p.at = start
		return ErrNumber
	}
	return nil
}

func (p *parser) digits() bool {
	start := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at > start
}

// kept reports whether every reader sees the same number.
func kept(literal, whole string, integer bool) bool {
	if integer {
		return len(whole) < 16 || len(whole) == 16 && whole <= "9007199254740991"
	}
	f, err := strconv.ParseFloat(literal, 64)
	if a := math.Abs(f); err != nil || a > maxSafe && a < leastExponent {
		return false
	}
	mantissa := literal
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		mantissa = literal[:i]
	}
	return f != 0 || strings.Trim(mantissa, "-0.") == ""
}
