package scan

import (
	"math/bits"

	"github.com/pratique/pratique/internal/qr/layout"
)

// decode reads a symbol from its modules: seen as it is, and mirrored, which
// exchanges rows and columns.
func decode(g *layout.Grid, t *target) (content []byte, ok bool) {
	if content, ok = decodeUpright(g, t); ok {
		return content, true
	}
	turned := &layout.Grid{Size: g.Size}
	for y := range g.Size {
		for x := range g.Size {
			if g.Dark(x, y) {
				turned.Set(y, x, true)
			}
		}
	}
	return decodeUpright(turned, t)
}

func decodeUpright(g *layout.Grid, t *target) ([]byte, bool) {
	for _, f := range formats(g) {
		words := make([]byte, t.version.Codewords())
		bit := 0
		for x, y := range layout.Data(t.fixed) {
			if bit < 8*len(words) && g.Dark(x, y) != layout.Mask(f.mask, x, y) {
				words[bit/8] |= 0x80 >> (bit % 8)
			}
			bit++
		}
		if data, ok := correct(words, t.version, f.level); ok {
			return content(data, t.version)
		}
	}
	return nil, false
}

type format struct {
	level layout.Level
	mask  int
}

// formats returns the formats that the symbol may name, twice: those of which
// one of the words seen differs in three bits or less, the nearest first. As
// any two words differ in seven, three wrong bits are certainly put right; but
// one of the places may be painted over and seem to name another format, which
// the error correction of the data then tells.
func formats(g *layout.Grid) (near []format) {
	var seen [2]uint32
	for i := range 15 {
		a, b := layout.FormatAt(g.Size, i)
		for j, p := range [2]layout.Point{a, b} {
			if g.Dark(p.X, p.Y) {
				seen[j] |= 1 << i
			}
		}
	}
	for off := range 4 {
		for l := layout.Q; l <= layout.H; l++ {
			for m := range 8 {
				word := layout.FormatBits(l, m)
				if min(bits.OnesCount32(word^seen[0]), bits.OnesCount32(word^seen[1])) == off {
					near = append(near, format{l, m})
				}
			}
		}
	}
	return near[:min(len(near), 3)]
}

// correct returns the data codewords in order, put right in all blocks.
// Of the smallest symbols some check codewords are kept to tell a symbol with
// more errors than can be corrected from another one (table 9, note b).
func correct(words []byte, v layout.Version, l layout.Level) ([]byte, bool) {
	count, check := v.Blocks(l)
	room := v.DataCodewords(l)
	short, long := room/count, count-room%count // see the writer
	data := make([]byte, 0, room)
	most := check / 2
	if (v == 1 && l == layout.L) || (v == 1 && l == layout.M) || (v == 2 && l == layout.L) {
		most--
	}
	b := make([]byte, 0, 256)
	for n := range count {
		b = b[:0]
		for i := range short {
			b = append(b, words[i*count+n])
		}
		if n >= long {
			b = append(b, words[short*count+n-long])
		}
		have := len(b)
		for i := range check {
			b = append(b, words[room+i*count+n])
		}
		if !repair(b, check, most) {
			return nil, false
		}
		data = append(data, b[:have]...)
	}
	return data, true
}

// repair corrects a block of a Reed-Solomon code in place, if no more than most
// codewords are wrong; most is at most check/2. Codeword i of n is the
// coefficient of x^(n-1-i).
func repair(block []byte, check, most int) bool {
	syndromes, clean := syndromesOf(block, check)
	if clean {
		return true
	}
	locator, errors := berlekampMassey(syndromes)
	if errors > most {
		return false
	}
	// The evaluator is syndromes times locator, to the power of check.
	evaluator := make([]byte, check)
	for i := range evaluator {
		for j := 0; j <= min(i, errors); j++ {
			evaluator[i] ^= layout.Mul(locator[j], syndromes[i-j])
		}
	}
	found := 0
	for i := range block {
		power := len(block) - 1 - i
		inverse := layout.Pow(255 - power)
		if value(locator[:errors+1], inverse) != 0 {
			continue
		}
		// Forney: with the first root at power 0, the error is
		// X · evaluator(1/X) / locator'(1/X).
		slope := byte(0)
		for j := 1; j <= errors; j += 2 {
			slope ^= layout.Mul(locator[j], layout.Pow((255-power)*(j-1)))
		}
		if slope == 0 {
			return false
		}
		block[i] ^= layout.Mul(layout.Pow(power), layout.Mul(value(evaluator, inverse), layout.Inv(slope)))
		found++
	}
	if found != errors {
		return false
	}
	_, clean = syndromesOf(block, check)
	return clean
}

// syndromesOf returns the block's values at the roots; all 0 if it is clean.
func syndromesOf(block []byte, check int) (s []byte, clean bool) {
	s = make([]byte, check)
	clean = true
	for i := range s {
		root, v := layout.Pow(i), byte(0)
		for _, b := range block {
			v = layout.Mul(v, root) ^ b
		}
		s[i] = v
		clean = clean && v == 0
	}
	return s, clean
}

// value returns a polynomial's value, its coefficients from the lowest.
func value(poly []byte, x byte) (v byte) {
	for i := len(poly) - 1; i >= 0; i-- {
		v = layout.Mul(v, x) ^ poly[i]
	}
	return v
}

// berlekampMassey returns the shortest recurrence of the syndromes: the error
// locator, and its length, which is the number of errors.
func berlekampMassey(s []byte) (locator []byte, length int) {
	n := len(s) + 1
	locator, last := make([]byte, n), make([]byte, n)
	locator[0], last[0] = 1, 1
	shift, scale := 1, byte(1)
	for i := range s {
		d := s[i]
		for j := 1; j <= length; j++ {
			d ^= layout.Mul(locator[j], s[i-j])
		}
		if d == 0 {
			shift++
			continue
		}
		k := layout.Mul(d, layout.Inv(scale))
		before := append([]byte(nil), locator...)
		for j := 0; j+shift < n; j++ {
			locator[j+shift] ^= layout.Mul(k, last[j])
		}
		if 2*length <= i {
			length = i + 1 - length
			last, scale, shift = before, d, 1
		} else {
			shift++
		}
	}
	return locator, length
}
