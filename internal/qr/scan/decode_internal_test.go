package scan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pratique/pratique/internal/qr/layout"
)

// A block is put right with as many wrong codewords as half its check
// codewords, for each kind of block there is, wherever they are.
func TestRepair(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 5))
	seen := map[[2]int]bool{}
	for v := layout.Version(1); v <= layout.MaxVersion; v++ {
		for l := layout.Q; l <= layout.H; l++ {
			count, check := v.Blocks(l)
			n := v.DataCodewords(l)/count + check
			if seen[[2]int{n, check}] {
				continue
			}
			seen[[2]int{n, check}] = true
			block := make([]byte, n)
			for i := range block[:n-check] {
				block[i] = byte(r.Uint32())
			}
			layout.NewGenerator(check).Check(block[n-check:], block[:n-check])
			for errors := range check/2 + 1 {
				damaged := bytes.Clone(block)
				for _, i := range r.Perm(n)[:errors] {
					damaged[i] ^= byte(1 + r.IntN(255))
				}
				if !repair(damaged, check, check/2) || !bytes.Equal(damaged, block) {
					t.Errorf("%d codewords, %d of them check, %d wrong: not put right", n, check, errors)
				}
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d kinds of block", len(seen))
	}
}

// A block with too many errors is refused, or taken for another one by chance:
// with 26 check codewords once in a million million.
func TestRepairRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 7))
	const n, check = 70, 26
	for errors := check/2 + 1; errors <= n; errors++ {
		block := make([]byte, n) // all zeros is a clean block
		for _, i := range r.Perm(n)[:errors] {
			block[i] = byte(1 + r.IntN(255))
		}
		if repair(block, check, check/2) {
			t.Errorf("%d wrong codewords were put right with %d check codewords", errors, check)
		}
	}
}

// The format comes first among those tried with three wrong bits in both
// places, and is among them if one place is painted over, too.
func TestFormats(t *testing.T) {
	const n = 93
	for l := layout.Q; l <= layout.H; l++ {
		for mask := range 8 {
			word := layout.FormatBits(l, mask)
			for _, c := range []struct {
				first, second uint32
				surely        bool
			}{
				{word, word, true},
				{word ^ 0b11, word ^ 0x7000, true},
				{word ^ 0b1001, 0, true},
				{0x7FFF, word ^ 0x4001, true},
				{word ^ 0b111, word ^ 0x5100, true},
				{word ^ 0b111, 0, false},
				{0x7FFF, word ^ 0x0111, false},
			} {
				g := &layout.Grid{Size: n}
				for i := range 15 {
					a, b := layout.FormatAt(n, i)
					g.Set(a.X, a.Y, c.first>>i&1 != 0)
					g.Set(b.X, b.Y, c.second>>i&1 != 0)
				}
				got := slices.Index(formats(g), format{l, mask})
				if got < 0 || c.surely && got > 0 {
					t.Errorf("%v, mask %d, %015b and %015b seen: tried as number %d", l, mask, c.first, c.second, got)
				}
			}
		}
	}
}

// bitsOf makes codewords of pairs of a value and a width.
func bitsOf(pairs ...int) []byte {
	var out []byte
	n := 0
	for i := 0; i < len(pairs); i += 2 {
		for b := pairs[i+1] - 1; b >= 0; b-- {
			if n%8 == 0 {
				out = append(out, 0)
			}
			out[n/8] |= byte(pairs[i]>>b&1) << (7 - n%8)
			n++
		}
	}
	return out
}

// Well-formed contents come out whole, what only says how to take them being
// passed over; malformed ones are refused. Version 1: counts of 10, 9, 8 bits.
func TestContent(t *testing.T) {
	const bad = "refused"
	for _, c := range []struct {
		comment string
		pairs   []int
		want    string
	}{
		{"terminator only", []int{0, 4}, ""},
		{"nothing at all", nil, ""},
		{"one digit", []int{1, 4, 1, 10, 7, 4, 0, 4}, "7"},
		{"two digits", []int{1, 4, 2, 10, 7, 7, 0, 4}, "07"},
		{"three digits", []int{1, 4, 3, 10, 7, 10, 0, 4}, "007"},
		{"ten digits", []int{1, 4, 10, 10, 123, 10, 456, 10, 789, 10, 0, 4, 0, 4}, "1234567890"},
		{"a digit out of range", []int{1, 4, 1, 10, 10, 4, 0, 4}, bad},
		{"two digits out of range", []int{1, 4, 2, 10, 100, 7, 0, 4}, bad},
		{"three digits out of range", []int{1, 4, 3, 10, 1000, 10, 0, 4}, bad},
		{"alphanumeric", []int{2, 4, 3, 9, 17*45 + 12, 11, 44, 6, 0, 4}, "HC:"},
		{"alphanumeric pair out of range", []int{2, 4, 2, 9, 2025, 11, 0, 4}, bad},
		{"alphanumeric single out of range", []int{2, 4, 1, 9, 45, 6, 0, 4}, bad},
		{"bytes", []int{4, 4, 2, 8, 0xFF, 8, 0, 8, 0, 4}, "\xff\x00"},
		{"bytes that are missing", []int{4, 4, 9, 8, 0xFF, 8}, bad},
		{"a count that is missing", []int{4, 4}, bad},
		{"Kanji, the two of the standard's example", []int{8, 4, 2, 8, 0x0D9F, 13, 0x1AAA, 13, 0, 4}, "\x93\x5f\xe4\xaa"},
		{"no terminator", []int{4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"extended channel of one byte", []int{7, 4, 26, 8, 4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"extended channel of two bytes", []int{7, 4, 0x8001, 16, 4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"extended channel of three bytes", []int{7, 4, 0xC00001, 24, 4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"structured append", []int{3, 4, 0x1234, 16, 4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"FNC1 first", []int{5, 4, 4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"FNC1 second", []int{9, 4, 0x41, 8, 4, 4, 1, 8, 'x', 8, 0, 4}, "x"},
		{"an unknown mode", []int{6, 4, 0, 4}, bad},
		{"Hanzi, which is no ISO mode", []int{13, 4, 1, 4, 1, 8, 0, 13}, bad},
		{"two segments", []int{2, 4, 1, 9, 10, 6, 1, 4, 1, 10, 1, 4, 0, 4}, "A1"},
	} {
		got, ok := content(bitsOf(c.pairs...), 1)
		if !ok {
			got = []byte(bad)
		}
		if string(got) != c.want {
			t.Errorf("%s: got %q, want %q", c.comment, got, c.want)
		}
	}
}

// A view from four corners or more maps them where they were seen, also when
// far from the origin and strongly aslant.
func TestNewView(t *testing.T) {
	want := view{3.1, -0.7, 2000, 0.4, 2.9, 1500, 0.004, -0.002}
	var from, to []point
	for i := range 12 {
		p := point{float64(i * 37 % 93), float64(i * 53 % 91)}
		from, to = append(from, p), append(to, want.at(p.x, p.y))
	}
	for _, n := range []int{4, 12} {
		got, ok := newView(from[:n], to[:n])
		if !ok {
			t.Fatalf("%d places: no view", n)
		}
		for i, p := range from {
			if off := got.at(p.x, p.y).minus(to[i]).length(); off > 1e-6 {
				t.Errorf("%d places: place %d is off by %v pixels", n, i, off)
			}
		}
	}
	line := []point{{0, 0}, {1, 1}, {2, 2}, {3, 3}}
	if v, ok := newView(line, line); ok {
		t.Errorf("a line gave the view %v", v)
	}
}

// The budget bounds the work, whatever is asked, and the coarse steps leave
// enough of it to the finer ones.
func TestBudget(t *testing.T) {
	for _, side := range []int{1000, 1200, 2400, 3600} {
		wall := newPlane(side, side)
		for i := range wall.pix {
			x, y := i%side/2%8-3, i/side/2%8-3
			if ring := max(x, -x, y, -y); ring > 1 && ring != 3 {
				wall.pix[i] = 255
			}
		}
		all := budgetOf(wall)
		r := reader{left: all, widest: side}
		r.climb(wall)
		// What is under way when nothing is left is finished.
		if r.left > all/4 || r.left < -budget/16 {
			t.Errorf("%d pixels a side: %d is left of %d", side, r.left, all)
		}
		if len(r.found) != 0 {
			t.Errorf("%d pixels a side: read %d codes", side, len(r.found))
		}
	}
}

// Enlarging and reducing keep what a picture shows.
func TestPlanes(t *testing.T) {
	p := newPlane(40, 30)
	for i := range p.pix {
		p.pix[i] = uint8(3*(i%40) + 4*(i/40))
	}
	for _, k := range []int{2, 3, 4} {
		q := p.larger(k).smaller(k)
		for y := 1; y < p.h-1; y++ {
			for x := 1; x < p.w-1; x++ {
				if a, b := int(p.pix[y*p.w+x]), int(q.pix[y*q.w+x]); max(a-b, b-a) > 2 {
					t.Fatalf("%d times: shade %d became %d", k, a, b)
				}
			}
		}
	}
	for _, c := range []struct {
		x, y float64
		want string
	}{{0.5, 0.5, "0"}, {1, 0.5, "1"}, {1.5, 1.5, "7"}, {-5, -5, "0"}, {99, 99, "233"}} {
		if got := fmt.Sprint(p.at(c.x, c.y)); got != c.want {
			t.Errorf("at %v, %v: %s, want %s", c.x, c.y, got, c.want)
		}
	}
}

// Whatever the pixels, looking comes to an end within the budget, here a small
// one, and what is read is in the picture's bounds.
func FuzzClimb(f *testing.F) {
	code := make([]byte, 58*58)
	fixed, pattern := layout.Function(1)
	for i := range code {
		if x, y := i%58/2-4, i/58/2-4; !pattern.Dark(x, y) && (fixed.Dark(x, y) || (x*y)%3 != 1) {
			code[i] = 255
		}
	}
	f.Add(code, uint16(58))
	wall := make([]byte, 64*64)
	noise := make([]byte, 90*60)
	r := rand.New(rand.NewPCG(6, 6))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for i := range wall {
		x, y := i%64%8-3, i/64%8-3
		if ring := max(x, -x, y, -y); ring > 1 && ring != 3 {
			wall[i] = 255
		}
	}
	f.Add(wall, uint16(64))
	f.Add(noise, uint16(90))
	f.Fuzz(func(t *testing.T, pix []byte, width uint16) {
		w := int(width)
		if w < smallest || len(pix)/w < smallest {
			return
		}
		r := reader{left: budget / 100}
		r.climb(&plane{w, len(pix) / w, pix[:len(pix)/w*w]})
		if r.left < -budget/16 {
			t.Errorf("%d is left of the budget", r.left)
		}
		for _, c := range r.codes() {
			if len(c.Bytes) > 7089 {
				t.Errorf("a code of %d bytes", len(c.Bytes))
			}
		}
	})
}
