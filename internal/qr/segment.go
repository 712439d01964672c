package qr

import (
	"strings"

	"github.com/pratique/pratique/internal/qr/layout"
)

// A segment is a part of the text in one mode.
type segment struct {
	mode layout.Mode
	text string
}

// modes are the modes that cut chooses from. On equal cost the first wins.
var modes = [3]layout.Mode{layout.Byte, layout.Alphanumeric, layout.Numeric}

// sixths is the cost of a character in each of modes, in sixths of a bit:
// three digits take 10 bits, two alphanumeric characters 11.
var sixths = [3]int{48, 33, 20}

const impossible = 1 << 30

// cut returns the segments with the fewest bits in the versions of v's class.
//
// It goes through the text once, keeping for each mode the least cost of what
// has been read, given that a segment of this mode is open (its head paid).
// Only a segment's end rounds its cost up to whole bits; since that is
// monotonous, the least cost before the end is enough, and the result is exact.
func cut(text string, v layout.Version) []segment {
	if text == "" {
		return nil
	}
	var head, cost [3]int
	for m, mode := range modes {
		head[m] = 6 * (4 + v.CountBits(mode))
		cost[m] = head[m]
	}
	from := make([][3]uint8, len(text)) // mode of character i, if the next one has the mode of the index
	for i := range len(text) {
		for m, mode := range modes {
			if fits(mode, text[i]) {
				cost[m] += sixths[m]
			} else {
				cost[m] = impossible
			}
			from[i][m] = uint8(m)
		}
		open := cost
		for next := range modes {
			for m := range modes {
				c := (open[m]+5)/6*6 + head[next]
				if m != next && open[m] < impossible && c < cost[next] {
					cost[next] = c
					from[i][next] = uint8(m)
				}
			}
		}
	}
	return trace(text, from, cost)
}

// trace turns the choices of cut into segments.
func trace(text string, from [][3]uint8, cost [3]int) []segment {
	best := uint8(0)
	for m := range modes {
		if (cost[m]+5)/6 < (cost[best]+5)/6 {
			best = uint8(m)
		}
	}
	of := make([]uint8, len(text))
	for i := len(text) - 1; i >= 0; i-- {
		best = from[i][best]
		of[i] = best
	}
	var segments []segment
	start := 0
	for i := range of {
		if i+1 == len(of) || of[i+1] != of[i] {
			segments = append(segments, segment{modes[of[i]], text[start : i+1]})
			start = i + 1
		}
	}
	return segments
}

func fits(m layout.Mode, c byte) bool {
	switch m {
	case layout.Numeric:
		return '0' <= c && c <= '9'
	case layout.Alphanumeric:
		return strings.IndexByte(layout.Alphabet, c) >= 0
	default:
		return true
	}
}

// bitLength returns the bits of the segments in version v.
func bitLength(segments []segment, v layout.Version) int {
	n := 0
	for _, s := range segments {
		n += 4 + v.CountBits(s.mode)
		switch s.mode {
		case layout.Numeric:
			n += (10*len(s.text) + 2) / 3
		case layout.Alphanumeric:
			n += (11*len(s.text) + 1) / 2
		default:
			n += 8 * len(s.text)
		}
	}
	return n
}

// bitWriter appends numbers bit by bit, the highest first.
type bitWriter struct {
	bytes []byte
	n     int // bits written
}

func (w *bitWriter) write(value uint, width int) {
	for i := width - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.bytes = append(w.bytes, 0)
		}
		w.bytes[w.n/8] |= byte(value>>i&1) << (7 - w.n%8)
		w.n++
	}
}

// segment writes a segment with its head (7.4).
func (w *bitWriter) segment(s segment, v layout.Version) {
	w.write(uint(s.mode), 4)
	w.write(uint(len(s.text)), v.CountBits(s.mode))
	t := s.text
	switch s.mode {
	case layout.Numeric:
		for ; len(t) >= 3; t = t[3:] {
			w.write(uint(t[0]-'0')*100+uint(t[1]-'0')*10+uint(t[2]-'0'), 10)
		}
		switch len(t) {
		case 2:
			w.write(uint(t[0]-'0')*10+uint(t[1]-'0'), 7)
		case 1:
			w.write(uint(t[0]-'0'), 4)
		}
	case layout.Alphanumeric:
		for ; len(t) >= 2; t = t[2:] {
			w.write(alphanumeric(t[0])*45+alphanumeric(t[1]), 11)
		}
		if len(t) == 1 {
			w.write(alphanumeric(t[0]), 6)
		}
	default:
		for i := range len(t) {
			w.write(uint(t[i]), 8)
		}
	}
}

func alphanumeric(c byte) uint { return uint(strings.IndexByte(layout.Alphabet, c)) }

// codewords returns the codewords of a symbol in the order in which they are
// placed: data with its padding, cut into blocks, each followed by its check
// codewords, and all blocks interleaved (7.4.10, 7.5, 7.6).
func codewords(v layout.Version, l Level, segments []segment) []byte {
	room := v.DataCodewords(l)
	var w bitWriter
	for _, s := range segments {
		w.segment(s, v)
	}
	w.write(0, min(4, 8*room-w.n)) // terminator
	w.write(0, -w.n&7)
	data := w.bytes
	for pad := byte(0xEC); len(data) < room; pad ^= 0xEC ^ 0x11 {
		data = append(data, pad)
	}

	count, check := v.Blocks(l)
	short := room / count
	long := count - room%count // the first block that has one data codeword more
	out := make([]byte, v.Codewords())
	generator, rest := layout.NewGenerator(check), make([]byte, check)
	for b := range count {
		n := short
		if b >= long {
			n++
		}
		for i, d := range data[:n] {
			at := i*count + b
			if i == short {
				at -= long
			}
			out[at] = d
		}
		generator.Check(rest, data[:n])
		for i, c := range rest {
			out[room+i*count+b] = c
		}
		data = data[n:]
	}
	return out
}
