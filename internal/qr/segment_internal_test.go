package qr

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"

	"github.com/pratique/pratique/internal/qr/layout"
)

// No way to cut a text takes fewer bits: all of them are tried on short texts
// whose characters are of all modes.
func TestCutIsShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for _, v := range []layout.Version{1, 10, 27} {
		for range 60 {
			// Long runs of one kind, made of few choices: 8 places of up to 9.
			var pieces []string
			text := ""
			for range 1 + r.IntN(7) {
				piece := []string{"0123456789", "ABCDEFGH:/", "abcdefghij"}[r.IntN(3)][:1+r.IntN(9)]
				pieces = append(pieces, piece)
				text += piece
			}
			got := cut(text, v)
			whole := ""
			for _, s := range got {
				for i := range len(s.text) {
					if !fits(s.mode, s.text[i]) {
						t.Fatalf("%q: %q does not fit mode %d", text, s.text, s.mode)
					}
				}
				whole += s.text
			}
			if whole != text {
				t.Fatalf("%q was cut into %q", text, whole)
			}
			if n, least := bitLength(got, v), shortest(pieces, nil, v); n > least {
				t.Errorf("version %d, %q: %d bits, %d would do", v, text, n, least)
			}
		}
	}
}

// shortest tries all modes for each piece; pieces of one mode that follow each
// other are one segment.
func shortest(pieces []string, done []segment, v layout.Version) int {
	if len(pieces) == 0 {
		return bitLength(done, v)
	}
	least := 1 << 30
	for _, m := range modes {
		if !fits(m, pieces[0][0]) {
			continue
		}
		next := append([]segment(nil), done...)
		if n := len(next); n > 0 && next[n-1].mode == m {
			next[n-1].text += pieces[0]
		} else {
			next = append(next, segment{m, pieces[0]})
		}
		least = min(least, shortest(pieces[1:], next, v))
	}
	return least
}

// The example of the standard's annex I: 01234567 in version 1-M.
func TestStandardsExample(t *testing.T) {
	want := []byte{
		0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
		0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55,
	}
	if got := codewords(1, M, cut("01234567", 1)); !bytes.Equal(got, want) {
		t.Errorf("got  % X\nwant % X", got, want)
	}
}

// Under each of the eight masks, in all versions, another reader reads the
// text; and the penalty is what the rules of the standard give counted module
// by module.
func TestMasks(t *testing.T) {
	for v := layout.Version(1); v <= layout.MaxVersion; v++ {
		text := "HC1:MASKS"[:5]
		fixed, plain := layout.Function(v)
		words := codewords(v, M, cut(text, v))
		s := draw(v, M, words)
		bit := 0
		for x, y := range layout.Data(fixed) {
			if bit < 8*len(words) && words[bit/8]>>(7-bit%8)&1 != 0 {
				plain.Set(x, y, true)
			}
			bit++
		}
		if rest := bit - 8*len(words); rest < 0 || rest > 7 {
			t.Fatalf("version %d: %d modules are left over", v, rest)
		}
		least := 1 << 30
		for m := range 8 {
			g := masked(plain, fixed, M, m)
			matrix, err := gozxing.NewSquareBitMatrix(g.Size)
			if err != nil {
				t.Fatal(err)
			}
			for y := range g.Size {
				for x := range g.Size {
					if g.Dark(x, y) {
						matrix.Set(x, y)
					}
				}
			}
			if r, err := decoder.NewDecoder().DecodeWithoutHint(matrix); err != nil || r.GetText() != text {
				t.Errorf("version %d, mask %d: another reader: %v", v, m, err)
			}
			got, want := penalty(g), slowPenalty(g)
			if got != want {
				t.Errorf("version %d, mask %d: penalty %d, counted %d", v, m, got, want)
			}
			if want < least {
				least = want
			}
		}
		if slowPenalty(&s.grid) != least {
			t.Errorf("version %d: mask %d is not the best", v, s.mask)
		}
	}
}

// slowPenalty counts as the standard describes it.
func slowPenalty(g *layout.Grid) (p int) {
	n := g.Size
	dark := 0
	for y := range n {
		for x := range n {
			if g.Dark(x, y) {
				dark++
			}
			if x+1 < n && y+1 < n && g.Dark(x, y) == g.Dark(x+1, y) && g.Dark(x, y) == g.Dark(x, y+1) && g.Dark(x, y) == g.Dark(x+1, y+1) {
				p += 3
			}
		}
	}
	for _, at := range []func(line, i int) bool{
		func(line, i int) bool { return g.Dark(i, line) },
		func(line, i int) bool { return g.Dark(line, i) },
	} {
		for line := range n {
			run := 0
			for i := range n {
				if i > 0 && at(line, i) == at(line, i-1) {
					run++
				} else {
					run = 1
				}
				if run == 5 {
					p += 3
				} else if run > 5 {
					p++
				}
			}
			for i := 0; i+7 <= n; i++ {
				pattern := true
				for k, want := range []bool{true, false, true, true, true, false, true} {
					pattern = pattern && at(line, i+k) == want
				}
				before, after := true, true
				for k := 1; k <= 4; k++ {
					before = before && !at(line, i-k)
					after = after && !at(line, i+6+k)
				}
				if pattern && (before || after) {
					p += 40
				}
			}
		}
	}
	for percent := 5; ; percent += 5 {
		if off := 2*dark - n*n; max(off, -off)*50 < percent*n*n {
			return p + (percent/5-1)*10
		}
	}
}
