package scan

import (
	"unicode/utf8"

	"github.com/pratique/pratique/internal/qr/layout"
)

// bitReader takes numbers out of the data codewords, the highest bit first.
type bitReader struct {
	data []byte
	at   int // bits taken
	over bool
}

func (r *bitReader) take(n int) (v int) {
	if r.at+n > 8*len(r.data) {
		r.over = true
		return 0
	}
	for range n {
		v = v<<1 | int(r.data[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return v
}

// content returns the bytes that the segments hold; false if they are not
// well-formed. What only says how to take them (structured append, FNC1,
// extended channel) is passed over, Kanji are given in Shift JIS.
func content(data []byte, v layout.Version) ([]byte, bool) {
	r := bitReader{data: data}
	out := []byte{}
	for r.at+4 <= 8*len(data) {
		mode := layout.Mode(r.take(4))
		n := 0
		switch mode {
		case layout.Numeric, layout.Alphanumeric, layout.Byte, layout.Kanji:
			n = r.take(v.CountBits(mode))
		}
		switch mode {
		case layout.Terminator:
			return out, true
		case layout.Numeric:
			out = numeric(&r, out, n)
		case layout.Alphanumeric:
			out = alphanumeric(&r, out, n)
		case layout.Byte:
			for range n {
				out = append(out, byte(r.take(8)))
			}
		case layout.Kanji:
			for range n {
				c := r.take(13)
				c = c/0xC0<<8 | c%0xC0
				if c < 0x1F00 {
					c += 0x8140
				} else {
					c += 0xC140
				}
				out = append(out, byte(c>>8), byte(c))
			}
		case layout.Append:
			r.take(16)
		case layout.FNC1First:
		case layout.FNC1Second:
			r.take(8)
		case layout.ECI:
			switch first := r.take(8); {
			case first&0xC0 == 0x80:
				r.take(8)
			case first&0xE0 == 0xC0:
				r.take(16)
			}
		default:
			return nil, false
		}
		if r.over {
			return nil, false
		}
	}
	return out, true // a full symbol needs no terminator
}

// numeric takes n digits, three in 10 bits. A group out of range is a
// misreading, and so is one of the other mode below: over becomes true.
func numeric(r *bitReader, out []byte, n int) []byte {
	for n > 0 && !r.over {
		digits, limit := min(n, 3), 10
		for range digits - 1 {
			limit *= 10
		}
		v := r.take(3*digits + 1)
		r.over = r.over || v >= limit
		for unit := limit / 10; unit > 0; unit /= 10 {
			out = append(out, byte('0'+v/unit%10))
		}
		n -= digits
	}
	return out
}

func alphanumeric(r *bitReader, out []byte, n int) []byte {
	const size = len(layout.Alphabet)
	for ; n > 1 && !r.over; n -= 2 {
		v := r.take(11)
		if v >= size*size {
			r.over = true
			break
		}
		out = append(out, layout.Alphabet[v/size], layout.Alphabet[v%size])
	}
	if n == 1 && !r.over {
		v := r.take(6)
		if v >= size {
			r.over = true
			return out
		}
		out = append(out, layout.Alphabet[v])
	}
	return out
}

// text returns bytes as a text: as UTF-8 if they are, else as ISO 8859-1, the
// standard's default.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
