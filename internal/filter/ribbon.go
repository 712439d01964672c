package filter

import (
	"encoding/binary"
	"math/bits"
)

const (
	maxColumns = 32
	maxWords   = 4 // of a band
	perBlock   = 40_000
	saltFirst  = 0x9d8f_62ab_31c4_7e05
	saltSecond = 0x5be0_cd19_137e_2179
)

// table gives each key for which it was solved as many bits as it has columns.
type table struct {
	columns int
	words   int // of the band
	blocks  [][]uint64
}

// hashed is what places a key in a table.
type hashed struct{ a, b uint64 }

// row is the equation of a key.
type row struct {
	hashed
	value uint32
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func hash(key Key, salt uint64) hashed {
	x := binary.LittleEndian.Uint64(key[:8])
	y := binary.LittleEndian.Uint64(key[8:])
	return hashed{
		mix(x^salt, y^0xe703_7ed1_a0b4_28db),
		mix(y^salt, x^0x8ebc_6af0_9c88_c6e3) ^ x,
	}
}

// print is the bits that the key itself says it has.
func (h hashed) print(columns int) uint32 {
	return uint32(mix(h.b^0xa076_1d64_78bd_642f, h.a^0xe220_a839_7b1d_cdaf) >> (64 - columns))
}

// block is the block of a key out of n, and what is left to place it within.
func (h hashed) block(n int) (int, uint64) {
	hi, lo := bits.Mul64(h.a, uint64(n))
	return int(hi), lo
}

// place is the first position of the band of a key; the last one fits as well.
func place(rest uint64, rows, words int) int {
	hi, _ := bits.Mul64(rest, uint64(rows-64*words))
	return int(hi)
}

// band is which positions are summed; the first is always one of them.
func (h hashed) band(words int) (c [maxWords]uint64) {
	s := h.b
	for i := range words {
		s += 0x9e37_79b9_7f4a_7c15
		c[i] = mix(s^0xbf58_476d_1ce4_e5b9, h.a^s)
	}
	c[0] |= 1
	return c
}

// has says whether the key has this value. Most that have not are told by their first columns.
func (t *table) has(h hashed, value uint32) bool {
	n, rest := h.block(len(t.blocks))
	rows := t.blocks[n]
	at := place(rest, len(rows)/t.columns*64, t.words)
	band := h.band(t.words)
	var shifted [maxWords + 1]uint64
	off := uint(at & 63)
	for i := range t.words {
		shifted[i] |= band[i] << off
		shifted[i+1] = band[i] >> (64 - off) // nothing where off is 0
	}
	from := rows[at>>6*t.columns : (at>>6+t.words+1)*t.columns]
	for c := range t.columns {
		var sum uint64
		for i, w := range shifted[:t.words+1] {
			sum ^= from[i*t.columns+c] & w
		}
		if uint32(bits.OnesCount64(sum))&1 != value>>c&1 {
			return false
		}
	}
	return true
}

// solve finds the smallest table that gives each row its value.
func solve(rows []row, columns int) (table, error) {
	best, size := table{}, 0
	for _, words := range [...]int{1, 2, 4} {
		if words < 4 && len(rows) > 20_000 || words == 4 && len(rows) < 2_000 {
			continue
		}
		t, err := solveBand(rows, columns, words)
		if err != nil {
			continue
		}
		if s := t.size(); size == 0 || s < size {
			best, size = t, s
		}
	}
	if size == 0 {
		return table{}, ErrUnsolved
	}
	return best, nil
}

func (t *table) size() (n int) {
	for _, b := range t.blocks {
		n += len(b)
	}
	return n
}

func solveBand(rows []row, columns, words int) (table, error) {
	t := table{columns: columns, words: words, blocks: make([][]uint64, (len(rows)+perBlock-1)/perBlock)}
	parts := make([][]row, len(t.blocks))
	for _, r := range rows {
		n, _ := r.block(len(parts))
		parts[n] = append(parts[n], r)
	}
	for n, part := range parts {
		b, err := solveBlock(part, columns, words, len(parts))
		if err != nil {
			return table{}, err
		}
		t.blocks[n] = b
	}
	return t, nil
}

// solveBlock tries from the shortest table on: as many rows as equations, and then more.
func solveBlock(part []row, columns, words, blocks int) ([]uint64, error) {
	s := system{words: words}
	shortest := max((len(part)+63)/64, words+1)
	longest := shortest*2 + 8*words
	for n := shortest; n <= longest; n += 1 + n/256 {
		if s.eliminate(part, n*64, blocks) {
			return s.substitute(columns), nil
		}
	}
	return nil, ErrUnsolved
}

// system is a banded system of equations in echelon form: the equation at a
// position has its first coefficient there.
type system struct {
	words  int
	bands  [][maxWords]uint64
	values []uint32
}

// eliminate brings the equations to echelon form, or says that they contradict each other.
func (s *system) eliminate(part []row, rows, blocks int) bool {
	if cap(s.bands) < rows {
		s.bands, s.values = make([][maxWords]uint64, rows+rows/8), make([]uint32, rows+rows/8)
	}
	s.bands, s.values = s.bands[:rows], s.values[:rows]
	clear(s.bands)
	clear(s.values)
	for _, r := range part {
		_, rest := r.block(blocks)
		if !s.add(place(rest, rows, s.words), r.band(s.words), r.value) {
			return false
		}
	}
	return true
}

func (s *system) add(at int, band [maxWords]uint64, value uint32) bool {
	for {
		there := &s.bands[at]
		if there[0] == 0 {
			*there, s.values[at] = band, value
			return true
		}
		for i := range band {
			band[i] ^= there[i]
		}
		value ^= s.values[at]
		for band[0] == 0 {
			if band[1]|band[2]|band[3] == 0 {
				return value == 0
			}
			band[0], band[1], band[2], band[3] = band[1], band[2], band[3], 0
			at += 64
		}
		n := uint(bits.TrailingZeros64(band[0]))
		at += int(n)
		for i := range maxWords - 1 {
			band[i] = band[i]>>n | band[i+1]<<(64-n)
		}
		band[maxWords-1] >>= n
	}
}

// substitute solves a system in echelon form from its end. A row that no
// equation asks for is 0.
func (s *system) substitute(columns int) []uint64 {
	out := make([]uint64, len(s.bands)/64*columns)
	window := make([][maxWords]uint64, columns) // for each column, the rows from here on
	for at := len(s.bands) - 1; at >= 0; at-- {
		band, value := &s.bands[at], s.values[at]
		for c := range window {
			w := &window[c]
			for i := maxWords - 1; i > 0; i-- {
				w[i] = w[i]<<1 | w[i-1]>>63
			}
			w[0] <<= 1
			if band[0] == 0 {
				continue
			}
			var sum uint64
			for i := range w {
				sum ^= w[i] & band[i]
			}
			bit := uint64(bits.OnesCount64(sum))&1 ^ uint64(value>>c&1)
			w[0] |= bit
			out[at>>6*columns+c] |= bit << (at & 63)
		}
	}
	return out
}
