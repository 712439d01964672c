package certlogic

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errValues = &wrapped{"more than " + strconv.Itoa(MaxValues) + " values", ErrLimit}
	errSize   = &wrapped{"too large", ErrLimit}
	errDepth  = &wrapped{"more than " + strconv.Itoa(MaxDepth) + " levels", ErrLimit}
)

// FromJSON reads a value from JSON (RFC 8259), strictly: no text after it, no
// key twice in an object, no invalid UTF-8, no half of a surrogate pair. It is
// how a data context is made, once for all the rules that look at it.
func FromJSON(json []byte) (Value, error) {
	v, err := read(json, MaxDataSize)
	if err != nil {
		return Value{}, &wrapped{"reading data: " + err.Error(), err}
	}
	return v, nil
}

func read(json []byte, most int) (Value, error) {
	if len(json) > most {
		return Value{}, &wrapped{"more than " + strconv.Itoa(most) + " bytes", ErrLimit}
	}
	r := reader{src: string(json), left: MaxValues}
	r.space()
	v, err := r.value(MaxDepth)
	if err != nil {
		return Value{}, err
	}
	if r.space(); r.pos < len(r.src) {
		return Value{}, r.fault("text after the value")
	}
	return v, nil
}

// reader reads JSON by recursive descent. Items and keys of the arrays and
// objects that are still open stand on two stacks; a closed one takes exactly
// its own from their tops.
type reader struct {
	src   string
	pos   int
	left  int // values that may still come
	items []Value
	keys  []key
}

func (r *reader) fault(why string) error {
	return &wrapped{"byte " + strconv.Itoa(r.pos) + ": " + why, ErrSyntax}
}

func (r *reader) space() {
	for r.pos < len(r.src) {
		switch r.src[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// next skips white space, and takes c if it comes then.
func (r *reader) next(c byte) bool {
	r.space()
	if r.pos < len(r.src) && r.src[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

func (r *reader) word(w string, v Value) (Value, error) {
	if !strings.HasPrefix(r.src[r.pos:], w) {
		return Value{}, r.fault("no JSON value")
	}
	r.pos += len(w)
	return v, nil
}

func (r *reader) value(depth int) (Value, error) {
	if r.left--; r.left < 0 {
		return Value{}, errValues
	}
	if r.pos == len(r.src) {
		return Value{}, r.fault("unexpected end")
	}
	switch c := r.src[r.pos]; c {
	case '{', '[':
		if depth == 0 {
			return Value{}, errDepth
		}
		r.pos++
		if c == '{' {
			return r.object(depth - 1)
		}
		return r.array(depth - 1)
	case '"':
		r.pos++
		s, err := r.text()
		if err != nil {
			return Value{}, err
		}
		return Value{kind: String, s: s}, nil
	case 't':
		return r.word("true", boolean(true))
	case 'f':
		return r.word("false", boolean(false))
	case 'n':
		return r.word("null", Value{})
	}
	return r.number()
}

func (r *reader) array(depth int) (Value, error) {
	base := len(r.items)
	if r.next(']') {
		return array(nil), nil
	}
	for {
		r.space()
		v, err := r.value(depth)
		if err != nil {
			return Value{}, err
		}
		r.items = append(r.items, v)
		if r.next(']') {
			break
		}
		if !r.next(',') {
			return Value{}, r.fault("want , or ]")
		}
	}
	v := array(append([]Value(nil), r.items[base:]...))
	r.items = r.items[:base]
	return v, nil
}

func (r *reader) object(depth int) (Value, error) {
	base, baseKeys := len(r.items), len(r.keys)
	if r.next('}') {
		v, _ := object(nil, nil)
		return v, nil
	}
	for {
		if !r.next('"') {
			return Value{}, r.fault("want a key in quotation marks")
		}
		name, err := r.text()
		if err != nil {
			return Value{}, err
		}
		if !r.next(':') {
			return Value{}, r.fault("want :")
		}
		r.space()
		v, err := r.value(depth)
		if err != nil {
			return Value{}, err
		}
		r.items, r.keys = append(r.items, v), append(r.keys, key{tag(name), name})
		if r.next('}') {
			break
		}
		if !r.next(',') {
			return Value{}, r.fault("want , or }")
		}
	}
	v, ok := object(append([]key(nil), r.keys[baseKeys:]...), append([]Value(nil), r.items[base:]...))
	if !ok {
		return Value{}, r.fault("a key occurs twice in the object that ends here")
	}
	r.items, r.keys = r.items[:base], r.keys[:baseKeys]
	return v, nil
}

// text reads a string after its opening quotation mark. One without escapes
// is a part of the source, not a copy.
func (r *reader) text() (string, error) {
	start := r.pos
	for r.pos < len(r.src) {
		switch c := r.src[r.pos]; {
		case c == '"':
			s := r.src[start:r.pos]
			r.pos++
			if !utf8.ValidString(s) {
				return "", r.fault("a text that is no UTF-8")
			}
			return s, nil
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return "", r.fault("control character in a text")
		}
		r.pos++
	}
	return "", r.fault("unexpected end of a text")
}

func (r *reader) escaped(start int) (string, error) {
	buf := []byte(r.src[start:r.pos])
	for r.pos < len(r.src) {
		c := r.src[r.pos]
		switch {
		case c == '"':
			r.pos++
			if !utf8.Valid(buf) {
				return "", r.fault("a text that is no UTF-8")
			}
			return string(buf), nil
		case c < ' ':
			return "", r.fault("control character in a text")
		case c != '\\':
			buf = append(buf, c)
			r.pos++
		case strings.HasPrefix(r.src[r.pos:], `\u`):
			u, ok := r.unit()
			if ok && utf16.IsSurrogate(u) {
				low, _ := r.unit()
				u = utf16.DecodeRune(u, low)
				ok = u != utf8.RuneError
			}
			if !ok {
				return "", r.fault(`malformed \u escape`)
			}
			buf = utf8.AppendRune(buf, u)
		default:
			i := -1
			if r.pos+1 < len(r.src) {
				i = strings.IndexByte(`"\/bfnrt`, r.src[r.pos+1])
			}
			if i < 0 {
				return "", r.fault("unknown escape")
			}
			buf = append(buf, "\"\\/\b\f\n\r\t"[i])
			r.pos += 2
		}
	}
	return "", r.fault("unexpected end of a text")
}

// unit reads \uXXXX.
func (r *reader) unit() (rune, bool) {
	s := r.src[r.pos:]
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var u rune
	for _, c := range []byte(s[2:6]) {
		i := strings.IndexByte("0123456789abcdef", c|0x20)
		if i < 0 || c < '0' {
			return 0, false
		}
		u = u<<4 | rune(i)
	}
	r.pos += 6
	return u, true
}

// number reads a number: an Int if it is one of 64 bits in value (1, -0, 1.0,
// 1e2), otherwise a Number.
func (r *reader) number() (Value, error) {
	start := r.pos
	r.take("-")
	whole := r.digits()
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return Value{}, r.fault("no JSON value")
	}
	if end := r.pos; r.pos == len(r.src) || strings.IndexByte(".eE", r.src[r.pos]) < 0 {
		if n, err := strconv.ParseInt(r.src[start:end], 10, 64); err == nil {
			return Value{kind: Int, n: n}, nil
		}
		return Value{kind: Number, s: r.src[start:end]}, nil
	}
	fraction, exponent := "", "0"
	if r.take(".") {
		if fraction = r.digits(); fraction == "" {
			return Value{}, r.fault("no digit after the point")
		}
	}
	if r.take("eE") {
		sign := r.pos
		r.take("+-")
		if r.digits() == "" {
			return Value{}, r.fault("no digit in the exponent")
		}
		exponent = r.src[sign:r.pos]
	}
	negative := r.src[start] == '-'
	if n, ok := integral(negative, whole+fraction, exponent, len(fraction)); ok {
		return Value{kind: Int, n: n}, nil
	}
	return Value{kind: Number, s: r.src[start:r.pos]}, nil
}

func (r *reader) take(any string) bool {
	if r.pos < len(r.src) && strings.IndexByte(any, r.src[r.pos]) >= 0 {
		r.pos++
		return true
	}
	return false
}

func (r *reader) digits() string {
	start := r.pos
	for r.pos < len(r.src) && r.src[r.pos]-'0' <= 9 {
		r.pos++
	}
	return r.src[start:r.pos]
}

// integral returns the integer written as digits * 10^(exponent-fraction), if
// it is one of 64 bits.
func integral(negative bool, digits, exponent string, fraction int) (int64, bool) {
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return 0, true
	}
	e, err := strconv.Atoi(exponent)
	if err != nil || e > MaxDataSize || e < -MaxDataSize {
		return 0, false
	}
	for e -= fraction; e < 0; e++ {
		if !strings.HasSuffix(digits, "0") {
			return 0, false
		}
		digits = digits[:len(digits)-1]
	}
	if len(digits)+e > 19 {
		return 0, false
	}
	if digits += strings.Repeat("0", e); negative {
		digits = "-" + digits
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil
}

// MarshalJSON returns v as JSON: keys ascending, no white space, a date-time
// as the text "2021-05-01T10:00:00.000Z".
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// String returns v as JSON, which may hold personal data.
func (v Value) String() string { return string(v.AppendJSON(nil)) }

// AppendJSON appends v as JSON to buf and returns the longer buf.
func (v Value) AppendJSON(buf []byte) []byte {
	switch v.kind {
	case Bool:
		return strconv.AppendBool(buf, v.n != 0)
	case Int:
		return strconv.AppendInt(buf, v.n, 10)
	case String:
		return appendText(buf, v.s)
	case Moment:
		return appendText(buf, formatMoment(v.n))
	case Number:
		return append(buf, v.s...)
	case Array:
		buf = append(buf, '[')
		for i, x := range v.box.items {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = x.AppendJSON(buf)
		}
		return append(buf, ']')
	case Object:
		buf = append(buf, '{')
		for i, x := range v.box.items {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = append(appendText(buf, v.box.keys[i].name), ':')
			buf = x.AppendJSON(buf)
		}
		return append(buf, '}')
	}
	return append(buf, "null"...)
}

// appendText writes a string with the escapes that RFC 8785, section 3.2.2.2,
// asks for, and no others.
func appendText(buf []byte, s string) []byte {
	buf = append(buf, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			buf = append(buf, '\\', c)
		case c >= ' ':
			buf = append(buf, c)
		default:
			if i := strings.IndexByte("\b\t\n\f\r", c); i >= 0 {
				buf = append(buf, '\\', "btnfr"[i])
			} else {
				buf = append(buf, `\u00`...)
				buf = append(buf, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			}
		}
	}
	return append(buf, '"')
}
