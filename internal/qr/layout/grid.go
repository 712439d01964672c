package layout

import "iter"

// A Row holds one row of modules: bit x%64 of word x/64 is module x.
type Row [3]uint64

// A Grid holds the modules of a symbol. Modules outside Size are light.
type Grid struct {
	Size int
	Rows [192]Row // 192, not MaxSize: whole 64-bit blocks, so that a grid can be transposed
}

// Dark tells whether a module is dark; those outside the grid are not.
func (g *Grid) Dark(x, y int) bool {
	return uint(x) < uint(g.Size) && uint(y) < uint(g.Size) && g.Rows[y][x>>6]>>(x&63)&1 != 0
}

// Set makes a module dark or light.
func (g *Grid) Set(x, y int, dark bool) {
	bit := uint64(1) << (x & 63)
	if dark {
		g.Rows[y][x>>6] |= bit
	} else {
		g.Rows[y][x>>6] &^= bit
	}
}

// Function returns the modules that carry no data in a version: fixed has a 1
// wherever a module is taken, pattern has the colours of those that are the
// same in all symbols of the version (finders, separators, timing, alignment,
// version, the dark module). The format information is taken but light.
func Function(v Version) (fixed, pattern *Grid) {
	n := v.Size()
	fixed, pattern = &Grid{Size: n}, &Grid{Size: n}
	put := func(x, y int, dark bool) {
		if uint(x) < uint(n) && uint(y) < uint(n) {
			fixed.Set(x, y, true)
			pattern.Set(x, y, dark)
		}
	}
	// square draws nested rings around a centre; dark has a bit per ring.
	square := func(cx, cy, radius int, dark uint) {
		for y := -radius; y <= radius; y++ {
			for x := -radius; x <= radius; x++ {
				put(cx+x, cy+y, dark>>max(x, -x, y, -y)&1 != 0)
			}
		}
	}
	for i := 8; i < n-8; i++ {
		put(i, 6, i%2 == 0)
		put(6, i, i%2 == 0)
	}
	const finder, alignment = 0b01011, 0b101
	square(3, 3, 4, finder)
	square(n-4, 3, 4, finder)
	square(3, n-4, 4, finder)
	at := v.Alignments()
	for i, y := range at {
		for j, x := range at {
			if last := len(at) - 1; (i == 0 && (j == 0 || j == last)) || (i == last && j == 0) {
				continue // a finder is there
			}
			square(x, y, 2, alignment)
		}
	}
	if v >= 7 {
		word := VersionBits(v)
		for i := range 18 {
			put(n-11+i%3, i/3, word>>i&1 != 0)
			put(i/3, n-11+i%3, word>>i&1 != 0)
		}
	}
	for i := range 15 {
		a, b := FormatAt(n, i)
		put(a.X, a.Y, false)
		put(b.X, b.Y, false)
	}
	put(8, n-8, true)
	return fixed, pattern
}

// A Point is the place of a module.
type Point struct{ X, Y int }

// FormatAt returns the two places of bit i of the format information in a
// symbol of n modules (figure 25): around the upper left finder, and along the
// two others.
func FormatAt(n, i int) (a, b Point) {
	switch {
	case i < 6:
		a = Point{8, i}
	case i < 8:
		a = Point{8, i + 1}
	case i == 8:
		a = Point{7, 8}
	default:
		a = Point{14 - i, 8}
	}
	if i < 8 {
		return a, Point{n - 1 - i, 8}
	}
	return a, Point{8, n - 15 + i}
}

// Data yields the modules that fixed leaves free, in the order of the bits of
// the codewords (7.7.3): two columns at a time from the right, up then down,
// stepping over the vertical timing line.
func Data(fixed *Grid) iter.Seq2[int, int] {
	return func(yield func(x, y int) bool) {
		n := fixed.Size
		up := true
		for right := n - 1; right > 0; right -= 2 {
			if right == 6 {
				right--
			}
			for i := range n {
				y := i
				if up {
					y = n - 1 - i
				}
				for x := right; x >= right-1; x-- {
					if !fixed.Dark(x, y) && !yield(x, y) {
						return
					}
				}
			}
			up = !up
		}
	}
}

// Mask tells whether mask m, 0 to 7, turns the module (table 10).
func Mask(m, x, y int) bool {
	switch m {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	default:
		return ((x+y)%2+x*y%3)%2 == 0
	}
}

// FormatBits returns the 15 bits that name the level and the mask (annex C).
// Any two of the 32 words differ in 7 bits or more.
func FormatBits(l Level, mask int) uint32 {
	return bch(formatCode[l]<<3|uint32(mask), 10, 0x537) ^ 0x5412
}

// VersionBits returns the 18 bits that name a version from 7 on (annex D).
// Any two of the 34 words differ in 8 bits or more.
func VersionBits(v Version) uint32 {
	return bch(uint32(v), 12, 0x1F25)
}

// bch appends to word its remainder of the given width under the generator.
func bch(word uint32, width int, generator uint32) uint32 {
	rest := word << width
	for bit := 20; bit >= width; bit-- {
		if rest>>bit&1 != 0 {
			rest ^= generator << (bit - width)
		}
	}
	return word<<width | rest
}
