package qr

import (
	"math/bits"

	"github.com/pratique/pratique/internal/qr/layout"
)

// draw places the codewords in a symbol and gives it the mask with the least
// penalty, the first of equals.
func draw(v layout.Version, l Level, codewords []byte) *Symbol {
	fixed, plain := layout.Function(v)
	bit := 0
	for x, y := range layout.Data(fixed) {
		// The few modules after the last codeword stay light.
		if bit < 8*len(codewords) && codewords[bit/8]>>(7-bit%8)&1 != 0 {
			plain.Set(x, y, true)
		}
		bit++
	}
	best := &Symbol{version: v, level: l}
	least := -1
	for m := range 8 {
		g := masked(plain, fixed, l, m)
		if p := penalty(g); least < 0 || p < least {
			best.grid, best.mask, least = *g, m, p
		}
	}
	return best
}

// masked returns the grid with a mask laid over what is not fixed, and the
// format information that names it.
func masked(plain, fixed *layout.Grid, l Level, mask int) *layout.Grid {
	g := *plain
	var rows [12]layout.Row // every mask repeats after 12 rows and 12 columns
	for y := range rows {
		rows[y] = maskRow(mask, y)
	}
	inside := first(g.Size)
	for y := range g.Size {
		for w, m := range rows[y%12] {
			g.Rows[y][w] ^= m & inside[w] &^ fixed.Rows[y][w]
		}
	}
	word := layout.FormatBits(l, mask)
	for i := range 15 {
		a, b := layout.FormatAt(g.Size, i)
		g.Set(a.X, a.Y, word>>i&1 != 0)
		g.Set(b.X, b.Y, word>>i&1 != 0)
	}
	return &g
}

// maskRow returns row y of a mask.
func maskRow(mask, y int) (r layout.Row) {
	var twelve uint64
	for x := range 12 {
		if layout.Mask(mask, x, y) {
			twelve |= 1 << x
		}
	}
	for w := range r {
		turn := 64 * w % 12
		t := (twelve>>turn | twelve<<(12-turn)) & 0xFFF
		r[w] = t | t<<12 | t<<24 | t<<36 | t<<48 | t<<60
	}
	return r
}

// first returns a row whose first n modules are dark.
func first(n int) (r layout.Row) {
	for w := range r {
		if have := n - 64*w; have >= 64 {
			r[w] = ^uint64(0)
		} else if have > 0 {
			r[w] = 1<<have - 1
		}
	}
	return r
}

// penalty rates a symbol; less is better to read (7.8.3.1, table 11).
func penalty(g *layout.Grid) int {
	p := lines(g) + lines(transposed(g)) + squares(g)
	dark := 0
	for _, row := range g.Rows {
		for _, w := range row {
			dark += bits.OnesCount64(w)
		}
	}
	// 10 for each whole 5 % that the share of dark modules is off one half.
	all := g.Size * g.Size
	off := 2*dark - all
	return p + max(off, -off)*10/all*10
}

// lines rates the columns, 64 at a time: for each run of 5 or more modules of
// one colour its length less 2, and 40 for each 1:1:3:1:1 dark-light pattern
// with four light modules above or below, the quiet zone counting as light.
func lines(g *layout.Grid) (p int) {
	inside := first(g.Size)
	var c [layout.MaxSize + 2*Quiet]uint64 // one word of each row, between two quiet zones
	for w, in := range inside {
		for y := range g.Size {
			c[Quiet+y] = g.Rows[y][w]
		}
		c := c[:g.Size+2*Quiet]
		clear(c[Quiet+g.Size:])
		before := uint64(0)
		for y := Quiet; y+4 < Quiet+g.Size; y++ {
			// A run of length k has k-4 places where five are the same.
			five := in &^ ((c[y] ^ c[y+1]) | (c[y] ^ c[y+2]) | (c[y] ^ c[y+3]) | (c[y] ^ c[y+4]))
			p += bits.OnesCount64(five) + 2*bits.OnesCount64(five&^before)
			before = five
		}
		for y := Quiet; y+6 < Quiet+g.Size; y++ {
			finder := c[y] &^ c[y+1] & c[y+2] & c[y+3] & c[y+4] &^ c[y+5] & c[y+6]
			if finder != 0 {
				above := c[y-1] | c[y-2] | c[y-3] | c[y-4]
				below := c[y+7] | c[y+8] | c[y+9] | c[y+10]
				p += 40 * bits.OnesCount64(finder&^(above&below))
			}
		}
	}
	return p
}

// squares rates the 2 by 2 squares of one colour: 3 each.
func squares(g *layout.Grid) (p int) {
	inside := first(g.Size - 1)
	for y := range g.Size - 1 {
		a, b := &g.Rows[y], &g.Rows[y+1]
		for w, in := range inside {
			a0, b0 := a[w], b[w]
			a1, b1 := a0>>1, b0>>1
			if w < 2 {
				a1 |= a[w+1] << 63
				b1 |= b[w+1] << 63
			}
			p += 3 * bits.OnesCount64(in&^((a0^b0)|(a0^a1)|(b0^b1)))
		}
	}
	return p
}

// transposed returns the grid with rows and columns exchanged, block by block
// of 64 by 64 modules.
func transposed(g *layout.Grid) *layout.Grid {
	t := &layout.Grid{Size: g.Size}
	blocks := (g.Size + 63) / 64
	for by := range blocks {
		for bx := range blocks {
			var b [64]uint64
			for i := range b {
				b[i] = g.Rows[64*by+i][bx]
			}
			// Exchange the off-diagonal quarters, then those of each quarter.
			low := uint64(1)<<32 - 1 // the columns of the left halves
			for half := 32; half > 0; half /= 2 {
				for i := 0; i < 64; i = (i + half + 1) &^ half {
					swap := (b[i]>>half ^ b[i+half]) & low
					b[i] ^= swap << half
					b[i+half] ^= swap
				}
				low ^= low << (half / 2)
			}
			for i := range b {
				t.Rows[64*bx+i][by] = b[i]
			}
		}
	}
	return t
}
