package print

import (
	"os"
	"testing"
)

// Letters are shaped by the rules of their script, which their text alone does
// not show: they join, change their order, or become one.
func TestScriptsAreShaped(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not drawn with the fonts of Debian")
	}
	fonts, err := ReadFonts(os.DirFS("/usr/share/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	shape := func(text string) (glyphs []glyph, nominal []uint32) {
		lines, err := (&setter{fonts: fonts, lang: "en"}).lines([]part{{text, "", false}}, 1e6)
		if err != nil || len(lines) != 1 {
			t.Fatalf("%q: %d lines, %v", text, len(lines), err)
		}
		for _, r := range text {
			id, _ := lines[0].glyphs[0].face.NominalGlyph(r)
			nominal = append(nominal, uint32(id))
		}
		return lines[0].glyphs, nominal
	}

	// Arabic: every letter of a joined word has another form than alone.
	glyphs, nominal := shape("محمد")
	for i, g := range glyphs {
		if g.id == nominal[i] {
			t.Errorf("letter %d of the Arabic word stands alone", i)
		}
		if i > 0 && g.x >= glyphs[i-1].x {
			t.Errorf("letter %d of the Arabic word does not stand to the left of the one before", i)
		}
	}
	// Lam and alef become one shape, and both letters are in the text.
	glyphs, _ = shape("لا")
	if len(glyphs) != 2 || glyphs[0].letters != "ل" || glyphs[1].letters != "ا" || glyphs[1].id != blank {
		t.Errorf("lam and alef are %d glyphs", len(glyphs))
	}
	// Devanagari: the sign of the short i stands before the consonant that it follows.
	glyphs, nominal = shape("कि")
	if len(glyphs) != 2 || glyphs[0].id == nominal[0] || glyphs[1].id != nominal[0] || glyphs[0].letters+glyphs[1].letters != "कि" {
		t.Errorf("the sign of the short i does not stand before its consonant: %+v", glyphs)
	}
	// Three letters become one conjunct.
	if glyphs, _ = shape("क्ष"); len(glyphs) != 1 || glyphs[0].letters != "क्ष" {
		t.Errorf("the conjunct has %d glyphs", len(glyphs))
	}
	// Thai: the tone mark has no width of its own.
	if glyphs, _ = shape("ที่"); len(glyphs) != 3 || glyphs[1].advance != 0 || glyphs[2].advance != 0 {
		t.Errorf("Thai marks take up room: %+v", glyphs)
	}
}
