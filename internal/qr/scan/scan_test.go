package scan_test

import (
	"errors"
	"fmt"
	"image"
	"testing"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
)

// symbols are what the pictures show: certificates at both levels in use, and
// the smallest and the largest that are ever seen.
var symbols = []struct {
	name string
	*qr.Symbol
	text string
}{
	{"certificate-Q", must(qr.Encode(longText(598), qr.Q)), longText(598)}, // version 19
	{"certificate-M", must(qr.Encode(longText(598), qr.M)), longText(598)}, // version 15
	{"small-M", must(qr.Encode(longText(30), qr.M)), longText(30)},         // version 2
	{"large-L", must(qr.Encode(longText(4000), qr.L)), longText(4000)},     // version 39
}

type step = func(*image.Gray) *image.Gray

// distortions are what a picture must survive; module is its scale in pixels.
var distortions = []struct {
	name   string
	module float64
	steps  []step
}{
	{"as it is", 4, nil},
	{"one pixel a module", 1, nil},
	{"2 pixels a module", 2, nil},
	{"2.4 pixels a module", 2.4, nil},
	{"2.4 pixels a module, rotated 13", 2.4, []step{rotate(13)}},
	{"30 pixels a module", 30, nil},
	{"rotated 7", 4, []step{rotate(7)}},
	{"rotated 12", 4, []step{rotate(12)}},
	{"rotated 28, 3 pixels a module", 3, []step{rotate(28)}},
	{"rotated 45", 4, []step{rotate(45)}},
	{"rotated 90", 4, []step{rotate(90)}},
	{"rotated 180", 4, []step{rotate(180)}},
	{"mirrored", 4, []step{mirror}},
	{"mirrored, rotated 200", 4, []step{mirror, rotate(200)}},
	{"aslant, far edge 0.8 of the near one", 4, []step{aslant(0.2, 0.1)}},
	{"aslant, far edge 0.5 of the near one", 5, []step{aslant(0.1, 0.6)}},
	{"aslant over the corner, rotated 20", 6, []step{aslant(0.3, -0.3), rotate(20)}},
	{"paper bent by 2 % of its width", 4, []step{bent(0.02)}},
	{"noise of 30 shades", 4, []step{noise(30)}},
	{"noise of 60 shades", 6, []step{noise(60)}},
	{"specks on 5 %", 4, []step{saltAndPepper(0.05)}},
	{"specks on 20 %", 6, []step{saltAndPepper(0.2)}},
	{"blurred by half a module", 4, []step{blur(2)}},
	{"JPEG 40", 4, []step{jpegAt(40)}},
	{"JPEG 15, 3 pixels a module", 3, []step{jpegAt(15)}},
	{"inverted", 4, []step{invert}},
	{"inverted, rotated 30, noise", 5, []step{invert, rotate(30), noise(20)}},
	{"light falling to a fifth", 4, []step{gradient(0.2)}},
	{"shadow with an edge", 4, []step{shadow(0.4)}},
	{"low contrast", 4, []step{contrast(110, 140)}},
	{"low contrast with noise", 5, []step{contrast(110, 140), noise(6)}},
	{"textured ground", 4, []step{rotate(15), onto(texture, 2)}},
	{"small in a large picture", 3, []step{onto(sky, 5)}},
	{"dark last corner", 4, []step{cover(0.8, 0.8, 1, 1, 0)}},
	{"light edge", 4, []step{cover(0.92, 0.25, 1, 0.75, 255)}},
	{"blot in the middle", 4, []step{cover(0.42, 0.42, 0.58, 0.58, 128)}},
	{"all at once", 5, []step{aslant(0.2, 0.1), rotate(8), gradient(0.4), blur(1), noise(15), jpegAt(45)}},
}

func apply(g *image.Gray, steps []step) *image.Gray {
	for _, f := range steps {
		g = f(g)
	}
	return g
}

// What the camera does to a picture does not change what is read.
func TestReadDistorted(t *testing.T) {
	for _, s := range symbols {
		for _, d := range distortions {
			name := fmt.Sprintf("%s/%s", s.name, d.name)
			t.Run(name, func(t *testing.T) {
				codes, err := scan.Read(apply(picture(s.Symbol, d.module), d.steps))
				if err != nil {
					t.Fatal(err)
				}
				if len(codes) != 1 || codes[0].Text != s.text || string(codes[0].Bytes) != s.text {
					t.Errorf("read %d codes, not the one drawn", len(codes))
				}
			})
		}
	}
}

// Where one finder pattern is hidden, the two others show the way.
func TestReadHiddenFinder(t *testing.T) {
	for _, s := range symbols[:2] {
		for _, degrees := range []float64{0, 90, 180, 200} {
			g := apply(picture(s.Symbol, 4), []step{cover(0, 0, 0.075, 0.2, 128), rotate(degrees)})
			codes, err := scan.Read(g)
			if err != nil || codes[0].Text != s.text {
				t.Errorf("%s, turned by %v: %v", s.name, degrees, err)
			}
		}
	}
}

// Several codes of a page come in reading order, each once, whatever their
// sizes, also if some are inverted or turned.
func TestReadSeveral(t *testing.T) {
	var want []string
	page := blank(1300, 1700)
	place := func(x, y int, text string, module float64, steps ...step) {
		g := apply(picture(must(qr.Encode(text, qr.M)), module), steps)
		for i := range g.Rect.Dy() {
			copy(page.Pix[(y+i)*page.Stride+x:], g.Pix[i*g.Stride:][:g.Rect.Dx()])
		}
		want = append(want, text)
	}
	place(40, 60, "first line, left", 4)
	place(320, 40, "first line, middle", 5, rotate(90))
	place(640, 90, "first line, right", 3)
	place(900, 40, "first line, inverted", 4, invert)
	place(40, 420, longText(598), 4)
	place(500, 420, longText(300), 5)
	place(200, 900, "third line, turned", 6, rotate(30))
	place(700, 900, "third line, twice", 4)
	place(950, 900, "third line, twice", 4)
	want = want[:len(want)-1]
	place(60, 1300, "https://example.org/?last=line", 4)
	codes, err := scan.Read(page)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range codes {
		got = append(got, c.Text)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read %d of %d codes:\n%q\nwant\n%q", len(got), len(want), got, want)
	}
}

// A page of codes of one size, as issuers of batches print them, is a lattice
// in which finder patterns of different codes stand as those of one.
func TestReadLattice(t *testing.T) {
	page := blank(1800, 1400)
	var want []string
	for i := range 12 {
		text := longText(200)[:150+i]
		g := picture(must(qr.Encode(text, qr.Q)), 5)
		for y := range g.Rect.Dy() {
			copy(page.Pix[(30+i/4*(g.Rect.Dy()+10)+y)*page.Stride+30+i%4*(g.Rect.Dx()+10):], g.Pix[y*g.Stride:][:g.Rect.Dx()])
		}
		want = append(want, text)
	}
	codes, err := scan.Read(rotate(3)(page))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range codes {
		if i < len(want) && c.Text != want[i] {
			t.Errorf("code %d is another one", i)
		}
	}
	if len(codes) != len(want) {
		t.Errorf("read %d codes of %d", len(codes), len(want))
	}
}

// negatives have no code.
var negatives = []struct {
	name string
	img  *image.Gray
}{
	{"blank", blank(800, 600)},
	{"black", image.NewGray(image.Rect(0, 0, 800, 600))},
	{"noise", plainNoise(1200, 900)},
	{"sky", sky(1600, 1200)},
	{"texture", texture(1200, 900)},
	{"one pixel", blank(1, 1)},
	{"a line", blank(5000, 1)},
	{"a narrow strip", plainNoise(20, 5000)},
	{"half a code", apply(picture(symbols[0].Symbol, 4), []step{cover(0, 0.5, 1, 1, 255)})},
	{"half a code, cut aslant", apply(picture(symbols[1].Symbol, 4), []step{rotate(45), cover(0.5, 0, 1, 1, 255)})},
	{"finder patterns all over", finderWall(2000, 1500)},
}

// finderWall is made to be expensive: finder patterns as close as they fit.
func finderWall(w, h int) *image.Gray {
	return each(blank(w, h), func(x, y int, _ float64) float64 {
		x, y = x/2%8-3, y/2%8-3
		if ring := max(x, -x, y, -y); ring <= 1 || ring == 3 {
			return 0
		}
		return 255
	})
}

// Where there is no code, none is read.
func TestReadNone(t *testing.T) {
	for _, n := range negatives {
		t.Run(n.name, func(t *testing.T) {
			codes, err := scan.Read(n.img)
			if !errors.Is(err, scan.ErrNone) || codes != nil {
				t.Errorf("got %d codes, %v", len(codes), err)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	cert := symbols[0].Symbol
	for _, c := range []struct {
		name   string
		module float64
		steps  []step
	}{
		{"clean", 4, nil},
		{"rotated", 4, []step{rotate(12)}},
		{"noisy", 4, []step{noise(60)}},
		{"aslant", 5, []step{aslant(0.4, 0.1)}},
		{"bent", 5, []step{bent(0.05)}},
		{"photo", 5, []step{aslant(0.2, 0.1), rotate(8), gradient(0.4), blur(1), noise(15), jpegAt(45), onto(sky, 3)}},
	} {
		g := apply(picture(cert, c.module), c.steps)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := scan.Read(g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	large := plainNoise(5000, 4000)
	for _, n := range append(negatives, struct {
		name string
		img  *image.Gray
	}{"large noise", large}) {
		b.Run("none/"+n.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := scan.Read(n.img); err == nil {
					b.Fatal("read something")
				}
			}
		})
	}
}
