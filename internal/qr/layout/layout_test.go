package layout_test

import (
	"math/bits"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"

	"github.com/pratique/pratique/internal/qr/layout"
)

// Sizes, alignment patterns and blocks are those that another program has.
func TestVersions(t *testing.T) {
	others := map[layout.Level]decoder.ErrorCorrectionLevel{
		layout.L: decoder.ErrorCorrectionLevel_L, layout.M: decoder.ErrorCorrectionLevel_M,
		layout.Q: decoder.ErrorCorrectionLevel_Q, layout.H: decoder.ErrorCorrectionLevel_H,
	}
	for v := layout.Version(1); v <= layout.MaxVersion; v++ {
		other, err := decoder.Version_GetVersionForNumber(int(v))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := v.Size(), other.GetDimensionForVersion(); got != want {
			t.Errorf("version %d: size %d, want %d", v, got, want)
		}
		if got, want := v.Codewords(), other.GetTotalCodewords(); got != want {
			t.Errorf("version %d: %d codewords, want %d", v, got, want)
		}
		if got, want := v.Alignments(), other.GetAlignmentPatternCenters(); !slices.Equal(got, want) {
			t.Errorf("version %d: alignment patterns at %v, want %v", v, got, want)
		}
		for l, name := range others {
			count, check := v.Blocks(l)
			want := other.GetECBlocksForLevel(name)
			if count != want.GetNumBlocks() || check != want.GetECCodewordsPerBlock() {
				t.Errorf("%d-%v: %d blocks with %d check codewords", v, l, count, check)
			}
		}
	}
	if layout.MaxVersion.Size() != layout.MaxSize {
		t.Errorf("the largest symbol has %d modules a side", layout.MaxVersion.Size())
	}
}

// All modules are either taken or data, and the data are all codewords and the
// few modules that the standard leaves over.
func TestDataCoversTheRest(t *testing.T) {
	for v := layout.Version(1); v <= layout.MaxVersion; v++ {
		fixed, pattern := layout.Function(v)
		seen := *fixed
		n := 0
		for x, y := range layout.Data(fixed) {
			if seen.Dark(x, y) {
				t.Fatalf("version %d: module %d, %d comes twice or is taken", v, x, y)
			}
			seen.Set(x, y, true)
			n++
		}
		if rest := n - 8*v.Codewords(); rest != [...]int{0, 7, 0, 3, 4, 3, 0}[remainderClass(v)] {
			t.Errorf("version %d: %d modules are left over", v, rest)
		}
		for y := range v.Size() {
			for x := range v.Size() {
				if !seen.Dark(x, y) {
					t.Fatalf("version %d: module %d, %d is nothing", v, x, y)
				}
				if pattern.Dark(x, y) && !fixed.Dark(x, y) {
					t.Fatalf("version %d: module %d, %d has a pattern but is free", v, x, y)
				}
			}
		}
	}
}

// remainderClass groups the versions by their remainder bits (table 1).
func remainderClass(v layout.Version) int {
	for i, last := range []layout.Version{1, 6, 13, 20, 27, 34} {
		if v <= last {
			return i
		}
	}
	return 6
}

// The words that name formats and versions keep the distances that the reader
// relies on.
func TestDistances(t *testing.T) {
	var formats, versions []uint32
	for l := layout.Q; l <= layout.H; l++ {
		for m := range 8 {
			formats = append(formats, layout.FormatBits(l, m))
		}
	}
	for v := layout.Version(7); v <= layout.MaxVersion; v++ {
		versions = append(versions, layout.VersionBits(v))
	}
	for _, c := range []struct {
		name  string
		words []uint32
		least int
	}{{"format", formats, 7}, {"version", versions, 8}} {
		least := 32
		for i, a := range c.words {
			for _, b := range c.words[:i] {
				least = min(least, bits.OnesCount32(a^b))
			}
		}
		if least != c.least {
			t.Errorf("two %s words differ in %d bits, want %d", c.name, least, c.least)
		}
	}
	// The examples of annexes C and D.
	if got := layout.FormatBits(layout.M, 5); got != 0b100000011001110 {
		t.Errorf("M, mask 5: %015b", got)
	}
	if got := layout.VersionBits(7); got != 0b000111110010010100 {
		t.Errorf("version 7: %018b", got)
	}
}

// The field is one: 1 is neutral, every element but 0 has an inverse, and the
// generator reaches all of them.
func TestField(t *testing.T) {
	seen := map[byte]bool{}
	for i := range 255 {
		p := layout.Pow(i)
		seen[p] = true
		if layout.Mul(p, layout.Inv(p)) != 1 || layout.Mul(p, 1) != p || layout.Mul(p, 0) != 0 || layout.Mul(0, p) != 0 {
			t.Errorf("power %d, %#x: wrong products", i, p)
		}
		if layout.Mul(p, 2) != layout.Pow(i+1) {
			t.Errorf("power %d times the generator is not the next", i)
		}
	}
	if len(seen) != 255 || seen[0] {
		t.Errorf("the generator reaches %d elements", len(seen))
	}
}
