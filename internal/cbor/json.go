package cbor

import (
	"encoding/base64"
	"errors"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"
)

// ErrNoJSON means that a value has no JSON: a number that is none or infinite,
// a simple value without a meaning, a moment outside years 0 to 9999, an
// integer of more than 64 bytes.
var ErrNoJSON = errors.New("a value that JSON cannot say")

// AppendJSON appends v as JSON, in the order received. Keys that are integers
// become text; byte strings become base64url without padding (RFC 8949 section
// 6.1); undefined becomes null; tag 1 (a moment in seconds) becomes RFC 3339
// text in UTC, tags 2 and 3 (large integers) become integers, and of every
// other tag only what it is about is written. A float that is a whole number is
// written as one. On error it returns dst as it was.
func (v Value) AppendJSON(dst []byte) ([]byte, error) {
	out, err := v.appendJSON(dst)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (v Value) appendJSON(dst []byte) ([]byte, error) {
	switch v.Kind() {
	case Int:
		return v.appendInt(dst), nil
	case Float:
		f, _ := v.Float()
		return appendFloat(dst, f)
	case Bytes:
		return appendBase64(dst, v.str()), nil
	case Text:
		return appendQuoted(dst, v.str()), nil
	case Bool:
		b, _ := v.Bool()
		return strconv.AppendBool(dst, b), nil
	case Null:
		return append(dst, "null"...), nil
	case Tag:
		return v.appendTagged(dst)
	case Array:
		return v.appendArray(dst)
	case Map:
		return v.appendObject(dst)
	}
	return nil, ErrNoJSON
}

func (v Value) appendArray(dst []byte) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, item := range v.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = item.appendJSON(dst); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func (v Value) appendObject(dst []byte) (_ []byte, err error) {
	dst = append(dst, '{')
	first := true
	for k, item := range v.Pairs {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if k.IsText {
			dst = appendQuoted(dst, k.Text)
		} else {
			dst = append(strconv.AppendInt(append(dst, '"'), k.Int, 10), '"')
		}
		if dst, err = item.appendJSON(append(dst, ':')); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func (v Value) appendInt(dst []byte) []byte {
	h := headAt(v.raw, 0)
	if h.major == majorUint {
		return strconv.AppendUint(dst, h.arg, 10)
	}
	if h.arg == math.MaxUint64 {
		return append(dst, "-18446744073709551616"...) // -1 - (2^64-1)
	}
	return strconv.AppendUint(append(dst, '-'), h.arg+1, 10)
}

func appendFloat(dst []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, ErrNoJSON
	}
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64), nil
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64), nil
}

func appendBase64(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = base64.RawURLEncoding.AppendEncode(dst, []byte(s))
	return append(dst, '"')
}

func (v Value) appendTagged(dst []byte) ([]byte, error) {
	n, inner, _ := v.Tag()
	switch {
	case n == 1 && (inner.Kind() == Int || inner.Kind() == Float):
		t, ok := inner.Seconds()
		if !ok {
			return nil, ErrNoJSON
		}
		return append(t.AppendFormat(append(dst, '"'), time.RFC3339Nano), '"'), nil
	case (n == 2 || n == 3) && inner.Kind() == Bytes:
		b := inner.str()
		if len(b) > 64 {
			return nil, ErrNoJSON
		}
		i := new(big.Int).SetBytes([]byte(b))
		if n == 3 {
			i.Not(i) // -1 - i
		}
		return i.Append(dst, 10), nil
	}
	return inner.appendJSON(dst)
}

// Seconds returns the moment that a number of seconds since 1970-01-01 UTC
// means, whole or not, within the years 0 to 9999.
func (v Value) Seconds() (time.Time, bool) {
	const least, most = -62167219200, 253402300799
	if n, ok := v.Int(); ok {
		return time.Unix(n, 0).UTC(), n >= least && n <= most
	}
	f, ok := v.Float()
	if !ok || !(f >= least && f < most+1) {
		return time.Time{}, false
	}
	whole, frac := math.Modf(f)
	return time.Unix(int64(whole), int64(frac*1e9)).UTC(), true
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends a JSON string. It escapes what RFC 8259 demands and,
// for those who paste JSON into a script, the two line ends of Unicode.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == '\u2028' || r == '\u2029' {
				dst = append(dst, `\u202`...)
				dst = append(dst, hexDigits[r&15])
			} else {
				dst = append(dst, s[i:i+n]...)
			}
			i += n
			continue
		}
		switch {
		case b == '"' || b == '\\':
			dst = append(dst, '\\', b)
		case b < ' ' || b == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		default:
			dst = append(dst, b)
		}
		i++
	}
	return append(dst, '"')
}
