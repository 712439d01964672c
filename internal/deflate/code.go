package deflate

import "math/bits"

// The alphabets of RFC 1951 section 3.2.5.
const (
	endOfBlock  = 256
	maxLength   = 285 // the greatest symbol of a length
	maxDistance = 29  // the greatest symbol of a distance
	maxBits     = 15  // the longest code
)

// span is the values of a symbol: base, and as many more as extra bits say.
type span struct {
	base  uint16
	extra uint8
}

// lengths are the spans of the symbols from 257.
var lengths = [maxLength - endOfBlock]span{
	{3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0}, {11, 1}, {13, 1}, {15, 1}, {17, 1}, {19, 2}, {23, 2}, {27, 2}, {31, 2},
	{35, 3}, {43, 3}, {51, 3}, {59, 3}, {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0},
}

// offsets are the spans of the distance symbols.
var offsets = [maxDistance + 1]span{
	{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 1}, {7, 1}, {9, 2}, {13, 2}, {17, 3}, {25, 3}, {33, 4}, {49, 4}, {65, 5}, {97, 5}, {129, 6}, {193, 6},
	{257, 7}, {385, 7}, {513, 8}, {769, 8}, {1025, 9}, {1537, 9}, {2049, 10}, {3073, 10}, {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12},
	{16385, 13}, {24577, 13},
}

// order is that in which the lengths of the code for lengths are written.
var order = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// The lengths of the codes that need not be written (section 3.2.6), and those codes.
var (
	fixedLiteralLengths, fixedDistanceLengths = fixedLengths()

	fixedLiterals  = built(fixedLiteralLengths[:])
	fixedDistances = built(fixedDistanceLengths[:])
)

func fixedLengths() (literals [288]uint8, distances [32]uint8) {
	for i := range literals {
		switch {
		case i < 144:
			literals[i] = 8
		case i < 256:
			literals[i] = 9
		case i < 280:
			literals[i] = 7
		default:
			literals[i] = 8
		}
	}
	for i := range distances {
		distances[i] = 5
	}
	return literals, distances
}

// The length of the codes that are decoded in one step, and of the longest code
// for a length of a code.
const (
	fastBits   = 9
	lengthBits = 7
)

// code is a Huffman code for decoding. The zero code decodes nothing.
type code struct {
	fast   [1 << fastBits]uint16 // by the next bits: symbol<<6 | length of its code; 0: see below
	count  [maxBits + 1]uint16   // of codes, by length
	symbol [288]uint16           // in order of their codes
}

// none is what decode returns for bits that are no code. No alphabet has it.
const none = 1 << 14

// pack returns an entry of a fast table. Of an entry e the symbol is e>>6, and a
// shift by e&63 takes its code away: there the processor masks by itself.
func pack(symbol uint16, length int) uint16 { return symbol<<6 | uint16(length) }

// built returns the code whose symbols have these lengths.
func built(length []uint8) (c code) {
	var used []entry
	for s, l := range length {
		used = append(used, entry{uint16(s), l})
	}
	c.build(used, fastBits)
	return c
}

// entry is a symbol with the length of its code, which is not 0.
type entry struct {
	symbol uint16
	length uint8
}

// build makes the code of symbols, given in their order, and reports whether
// there is one: neither may two codes begin alike, nor may there be bits that
// are none, but for a code of one symbol or none at all. The fast table is
// filled for the next width bits; codes that are longer stay slow.
func (c *code) build(used []entry, width int) bool {
	clear(c.count[:])
	longest := uint8(0)
	for _, e := range used {
		c.count[e.length&maxBits]++
		longest = max(longest, e.length)
	}
	if longest == 0 {
		clear(c.fast[:1<<width])
		return true
	}
	var next [maxBits + 2]uint16 // where the symbols of a length begin
	left := 1
	for l := 1; l <= int(longest); l++ {
		left = left<<1 - int(c.count[l])
		if left < 0 {
			return false
		}
		next[l+1] = next[l] + c.count[l]
	}
	if left > 0 && !(longest == 1 && c.count[1] == 1) {
		return false
	}
	for _, e := range used {
		at := &next[e.length&maxBits]
		c.symbol[*at] = e.symbol
		*at++
	}
	c.speed(width)
	return true
}

// speed fills the fast table: that for codes of one bit more is the one for
// those of one less, twice, with room for the new ones.
func (c *code) speed(width int) {
	c.fast[0] = 0
	value, at := uint16(0), 0
	for l := 1; l <= width; l++ {
		copy(c.fast[1<<(l-1):1<<l], c.fast[:1<<(l-1)])
		for range c.count[l] {
			c.fast[bits.Reverse16(value)>>(16-l)] = pack(c.symbol[at], l)
			value++
			at++
		}
		value <<= 1
	}
}

// decode takes a code from r, which was filled, and returns its symbol.
func (c *code) decode(r *reader) int {
	if e := c.fast[r.bits%(1<<fastBits)]; e != 0 {
		r.take(uint(e & 63))
		return int(e >> 6)
	}
	return c.slow(r)
}

// slow decodes a code bit by bit: those of a length are consecutive numbers.
func (c *code) slow(r *reader) int {
	value, first, at := 0, 0, 0
	for l := 1; l <= maxBits; l++ {
		value |= int(r.take(1))
		n := int(c.count[l])
		if value-first < n {
			return int(c.symbol[at+value-first])
		}
		at += n
		first = (first + n) << 1
		value <<= 1
	}
	return none
}
