// Package layout answers one question: where does each bit of a QR symbol
// stand?
//
// It holds what the writer and the reader of a symbol must agree on: the
// versions and levels with their blocks ([Version], [Level]), the modules that
// every symbol of a version shares and the order of the others ([Function],
// [Data]), the eight masks ([Mask]), the two small words that name level, mask
// and version ([FormatBits], [VersionBits]), and the field of the error
// correction ([Mul], [Pow], [Inv]).
//
// A module is dark (1) or light (0). Coordinates count from the upper left
// corner: x to the right, y downwards. Source: ISO/IEC 18004:2015, model 2
// symbols; sections, tables and annexes are named where they are used. Micro
// QR, Kanji and ECI are not here.
package layout

// A Level says how much damage a symbol survives. The zero Level is Q, which
// the EU certificate guidelines recommend; the next ones in order, M and L,
// hold more and survive less.
type Level uint8

// The levels, with the share of the codewords that may be wrong (table 8).
const (
	Q Level = iota // about 25 %
	M              // about 15 %
	L              // about 7 %
	H              // about 30 %
)

// String returns the letter of the standard.
func (l Level) String() string {
	if l > H {
		return "?"
	}
	return "QMLH"[l : l+1]
}

// formatCode is the level's two bits in the format information (table 12).
var formatCode = [4]uint32{Q: 3, M: 0, L: 1, H: 2}

// A Version is a size of symbol, 1 to 40.
type Version int

// MaxVersion is the largest size.
const MaxVersion Version = 40

// MaxSize is the side of the largest symbol in modules.
const MaxSize = 177

// Size returns the side in modules.
func (v Version) Size() int { return 17 + 4*int(v) }

// Codewords returns the number of codewords (8 modules each), data and check
// together: all modules but the function patterns, the format and the version.
func (v Version) Codewords() int {
	n := v.Size()
	free := n*n - 3*64 - 2*(n-16) - 31 // finders with their separators, timing, format with the dark module
	if a := len(v.Alignments()); a > 0 {
		onTiming := 2 * (a - 2) // these share five modules with a timing line
		free -= 25*(a*a-3) - 5*onTiming
	}
	if v >= 7 {
		free -= 2 * 18
	}
	return free / 8
}

// Blocks returns how the codewords at level l are cut: count blocks with check
// codewords each. The data codewords are spread over the blocks evenly, the
// last ones holding one more where they do not divide.
func (v Version) Blocks(l Level) (count, check int) {
	return int(blocks[l][v]), int(checks[l][v])
}

// DataCodewords returns how many codewords at level l carry data.
func (v Version) DataCodewords(l Level) int {
	count, check := v.Blocks(l)
	return v.Codewords() - count*check
}

// Alignments returns the rows (and columns) of the centres of the alignment
// patterns (annex E): from 6 to the last but six, in equal even steps counted
// from the end.
func (v Version) Alignments() []int {
	if v < 2 {
		return nil
	}
	intervals := int(v)/7 + 1
	span := v.Size() - 13
	step := (span + 2*intervals - 1) / (2 * intervals) * 2
	if v == 32 {
		step = 26 // the one row of the table that rounds down
	}
	at := make([]int, intervals+1)
	at[0] = 6
	for i := 1; i <= intervals; i++ {
		at[i] = 6 + span - (intervals-i)*step
	}
	return at
}

// CountBits returns the width of the character count of a segment (table 3).
func (v Version) CountBits(m Mode) int {
	class := 0
	if v >= 10 {
		class++
	}
	if v >= 27 {
		class++
	}
	switch m {
	case Numeric:
		return [...]int{10, 12, 14}[class]
	case Alphanumeric:
		return [...]int{9, 11, 13}[class]
	case Byte:
		return [...]int{8, 16, 16}[class]
	default: // Kanji and Hanzi
		return [...]int{8, 10, 12}[class]
	}
}

// A Mode is the four-bit indicator at the head of a segment (table 2).
type Mode uint8

// The modes. The writer uses the three first; a reader meets all of them.
const (
	Numeric      Mode = 1
	Alphanumeric Mode = 2
	Byte         Mode = 4
	Terminator   Mode = 0
	Append       Mode = 3 // structured append: 16 bits follow
	FNC1First    Mode = 5
	ECI          Mode = 7
	Kanji        Mode = 8
	FNC1Second   Mode = 9
	Hanzi        Mode = 13 // GB/T 18284
)

// Alphabet holds the characters of the alphanumeric mode by value (table 5).
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// blocks is the number of error correction blocks of a version (table 9).
var blocks = [4][41]uint8{
	Q: {
		0, 1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
		23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
	},
	M: {
		0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
		17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
	},
	L: {
		0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
		8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
	},
	H: {
		0, 1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
		25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
	},
}

// checks is the number of check codewords in each block (table 9).
var checks = [4][41]uint8{
	Q: {
		0, 13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
		28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
	},
	M: {
		0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
		26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
	},
	L: {
		0, 7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
		28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
	},
	H: {
		0, 17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
		30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
	},
}
