package rdfc

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// appendJSON appends a decoded value in the form of RFC 8785: no space, keys in
// the order of their UTF-16 code units, numbers as ECMAScript writes them.
func appendJSON(b []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v), nil
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return nil, fmt.Errorf("%w: number out of range", ErrInvalid)
		}
		return appendNumber(b, f), nil
	case []any:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(b, x); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		b = append(b, '{')
		for i, k := range keysUTF16(v) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, k), ':')
			if b, err = appendJSON(b, v[k]); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	return nil, fmt.Errorf("%w: %T is no JSON value of Decode", ErrInvalid, v)
}

func keysUTF16(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if ascii(a) && ascii(b) {
			return cmp.Compare(a, b)
		}
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	})
	return keys
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// appendString writes a string as RFC 8785 section 3.2.2.2 says.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			if c < 0x20 {
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"')
}

// appendNumber writes a number as Number::toString of ECMAScript (ECMA-262, 6.1.6.1.20).
func appendNumber(b []byte, f float64) []byte {
	switch a := math.Abs(f); {
	case a == 0:
		return append(b, '0')
	case a >= 1e-6 && a < 1e21:
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	digits, exp, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	sign, exp := exp[:1], strings.TrimLeft(exp[1:], "0")
	return append(b, digits+"e"+sign+exp...)
}

// double writes the canonical lexical form of xsd:double that JSON-LD uses
// (JSON-LD 1.1 API, section 8.6): at most 15 digits after the point.
func double(f float64) string {
	if math.IsInf(f, 0) {
		return map[bool]string{true: "INF", false: "-INF"}[f > 0]
	}
	digits, exp, _ := strings.Cut(strconv.FormatFloat(f, 'E', 15, 64), "E")
	digits = strings.TrimRight(digits, "0")
	if strings.HasSuffix(digits, ".") {
		digits += "0"
	}
	n, _ := strconv.Atoi(exp)
	return digits + "E" + strconv.Itoa(n)
}

// number returns the lexical form and the default datatype of a native number
// (JSON-LD 1.1 API, section 7.2.2, steps 9 and 10).
func number(n json.Number, datatype string) (lexical, typ string, err error) {
	f, err := n.Float64()
	if err != nil {
		return "", "", fmt.Errorf("%w: number out of range", ErrInvalid)
	}
	if f != math.Trunc(f) || math.Abs(f) >= 1e21 || datatype == xsdDouble {
		return double(f), cmp.Or(datatype, xsdDouble), nil
	}
	if f == 0 {
		f = 0 // without the sign
	}
	return strconv.FormatFloat(f, 'f', 0, 64), cmp.Or(datatype, xsdInteger), nil
}
