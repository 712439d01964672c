package qr_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
)

// A PNG has one bit a pixel, the size asked for, and shows the modules with
// the quiet zone, at any scale.
func TestPNG(t *testing.T) {
	s := encode(t, qr.Options{}, certificate(598))
	for _, c := range []struct{ asked, scale int }{{0, 4}, {1, 1}, {3, 3}, {4, 4}, {64, 64}, {1000, 64}, {-1, 4}} {
		data := s.PNG(qr.Style{Scale: c.asked})
		if depth, colour := data[24], data[25]; depth != 1 || colour != 0 {
			t.Errorf("scale %d: %d bits of colour type %d", c.asked, depth, colour)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("scale %d: %v", c.asked, err)
		}
		side := c.scale * (s.Size() + 2*qr.Quiet)
		if b := img.Bounds(); b.Dx() != side || b.Dy() != side {
			t.Errorf("scale %d: %v, want %d", c.asked, b, side)
		}
		drawn := s.Image(c.asked)
		for y := range side {
			for x := range side {
				r, _, _, _ := img.At(x, y).RGBA()
				want := s.Dark(x/c.scale-qr.Quiet, y/c.scale-qr.Quiet)
				if (r == 0) != want || drawn.ColorIndexAt(x, y) == 1 != want {
					t.Fatalf("scale %d: pixel %d, %d: dark %v in the PNG, want %v", c.asked, x, y, r == 0, want)
				}
			}
		}
		if !bytes.Equal(data, s.PNG(qr.Style{Scale: c.asked})) {
			t.Errorf("scale %d: not the same bytes twice", c.asked)
		}
		if c.scale <= 4 && len(data) > 2200 {
			t.Errorf("scale %d: %d bytes", c.asked, len(data))
		}
	}
}

// A width on paper is written into the PNG, as pixels a metre.
func TestPNGWidth(t *testing.T) {
	s := encode(t, qr.Options{}, "A") // 21 and 8 modules
	for _, c := range []struct {
		width float64
		want  uint32
	}{{29, 4000}, {58, 2000}, {0, 0}, {-1, 0}, {math.NaN(), 0}, {math.Inf(1), 0}, {1e-300, 0}, {1e300, 0}} {
		data := s.PNG(qr.Style{Scale: 4, Width: c.width})
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		var got uint32
		if i := bytes.Index(data, []byte("pHYs")); i >= 0 {
			got = binary.BigEndian.Uint32(data[i+4:])
			if again := binary.BigEndian.Uint32(data[i+8:]); again != got || data[i+12] != 1 {
				t.Errorf("%v mm: %d and %d, unit %d", c.width, got, again, data[i+12])
			}
		}
		if got != c.want {
			t.Errorf("%v mm: %d pixels a metre, want %d", c.width, got, c.want)
		}
	}
}

// The caption stands below the code, which is read as before; hostile ones do
// no harm.
func TestCaption(t *testing.T) {
	s := encode(t, qr.Options{}, "HC1:DEMO")
	plain, err := png.Decode(bytes.NewReader(s.PNG(qr.Style{Scale: 3})))
	if err != nil {
		t.Fatal(err)
	}
	for _, caption := range []string{
		"DEMO", "Specimen - not valid", "x", " ", "δοκιμή", "\x00\xff<script>&amp;]]>", strings.Repeat("SPECIMEN ", 1000),
	} {
		st := qr.Style{Scale: 3, Caption: caption, Width: 40}
		data := s.PNG(st)
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%.20q: %v", caption, err)
		}
		b := img.Bounds()
		if b.Dx() != plain.Bounds().Dx() || b.Dy() <= plain.Bounds().Dy() {
			t.Errorf("%.20q: %v", caption, b)
		}
		dark := 0
		for y := plain.Bounds().Dy(); y < b.Dy(); y++ {
			for x := range b.Dx() {
				if r, _, _, _ := img.At(x, y).RGBA(); r == 0 {
					dark++
				}
			}
		}
		if latin := strings.ContainsAny(caption, "DSxc"); latin != (dark > 0) {
			t.Errorf("%.20q: %d dark pixels below the code", caption, dark)
		}
		if codes, err := scan.ReadBytes(data, scan.Limits{}); err != nil || codes[0].Text != "HC1:DEMO" {
			t.Errorf("%.20q: the code is not read: %v", caption, err)
		}
		_, text := parseSVG(t, s.SVG(st))
		if want := strings.ToValidUTF8(strings.ReplaceAll(caption, "\x00", " "), " "); text != want {
			t.Errorf("%.20q: the SVG has %.20q", caption, text)
		}
	}
}

// parseSVG returns the path of the dark areas and the text, from well-formed
// XML with nothing in it that could fetch or run anything.
func parseSVG(t *testing.T, data []byte) (path, text string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return path, text
		}
		if err != nil {
			t.Fatalf("SVG: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "svg", "text":
			case "path":
				for _, a := range e.Attr {
					if a.Name.Local == "d" {
						path = a.Value // the dark areas come last
					}
				}
			default:
				t.Fatalf("SVG: element %s", e.Name.Local)
			}
		case xml.CharData:
			text += strings.TrimSuffix(string(e), "\n")
		}
	}
}

// The one path of a SVG encloses exactly the dark modules: a module is dark if
// a ray from its middle crosses the path an odd number of times.
func TestSVG(t *testing.T) {
	for _, text := range []string{"A", certificate(598), random(2000, octets)[:1500]} {
		s := encode(t, qr.Options{Fallback: true}, text)
		data := s.SVG(qr.Style{})
		path, _ := parseSVG(t, data)
		n := s.Size()
		crossings := make([][]int, n) // for each row, the vertical edges' places
		for _, e := range verticals(t, path) {
			for y := min(e.y0, e.y1); y < max(e.y0, e.y1); y++ {
				crossings[y-qr.Quiet] = append(crossings[y-qr.Quiet], e.x-qr.Quiet)
			}
		}
		for y := range n {
			for x := range n {
				left := 0
				for _, c := range crossings[y] {
					if c <= x {
						left++
					}
				}
				if dark := left%2 == 1; dark != s.Dark(x, y) {
					t.Fatalf("module %d, %d: dark %v, want %v", x, y, dark, s.Dark(x, y))
				}
			}
		}
		if !bytes.Equal(data, s.SVG(qr.Style{})) {
			t.Error("not the same bytes twice")
		}
	}
	s := encode(t, qr.Options{}, "A")
	for width, want := range map[float64]string{
		0:           `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"`,
		40:          ` width="40mm" height="40mm" viewBox`,
		-4:          `svg" viewBox`,
		math.Inf(1): `svg" viewBox`,
	} {
		if got := string(s.SVG(qr.Style{Width: width})); !strings.Contains(got, want) {
			t.Errorf("%v mm: got %.100s", width, got)
		}
	}
	if got := string(s.SVG(qr.Style{Width: 29, Caption: "DEMO"})); !strings.Contains(got, `width="29mm" height="38mm" viewBox="0 0 29 38"`) {
		t.Errorf("with a caption: got %.120s", got)
	}
}

type vertical struct{ x, y0, y1 int }

// verticals walks the path: M, h, v and z only.
func verticals(t *testing.T, path string) (edges []vertical) {
	t.Helper()
	number := func() int {
		i := 0
		for i < len(path) && (path[i] == '-' || '0' <= path[i] && path[i] <= '9') {
			i++
		}
		n, err := strconv.Atoi(path[:i])
		if err != nil {
			t.Fatal(err)
		}
		path = strings.TrimPrefix(path[i:], " ")
		return n
	}
	var x, y, x0, y0 int
	for path != "" {
		c := path[0]
		path = path[1:]
		switch c {
		case 'M':
			x = number()
			y = number()
			x0, y0 = x, y
		case 'h':
			x += number()
		case 'v':
			y1 := y + number()
			edges = append(edges, vertical{x, y, y1})
			y = y1
		case 'z':
			if x != x0 || y != y0 {
				t.Fatalf("a loop from %d, %d ends at %d, %d", x0, y0, x, y)
			}
		default:
			t.Fatalf("command %q", c)
		}
	}
	return edges
}

// What a terminal shows are the modules with their quiet zone, dark on light,
// whatever the ground.
func TestTerminal(t *testing.T) {
	s := encode(t, qr.Options{}, certificate(200))
	for _, c := range []struct {
		ground     qr.Ground
		ink        bool // a written half is dark
		head, tail string
	}{
		{qr.Painted, true, "\x1b[38;5;16;48;5;231m", "\x1b[0m"},
		{qr.OnDark, false, "", ""},
		{qr.OnLight, true, "", ""},
	} {
		lines := strings.Split(strings.TrimSuffix(s.Terminal(c.ground), "\n"), "\n")
		side := s.Size() + 2*qr.Quiet
		if len(lines) != (side+1)/2 {
			t.Fatalf("%d lines for %d modules", len(lines), side)
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, c.head) || !strings.HasSuffix(line, c.tail) {
				t.Fatalf("line %q", line)
			}
			cells := []rune(strings.TrimSuffix(strings.TrimPrefix(line, c.head), c.tail))
			if len(cells) != side {
				t.Fatalf("%d columns for %d modules", len(cells), side)
			}
			for x, r := range cells {
				upper := strings.ContainsRune("█▀", r) == c.ink
				lower := strings.ContainsRune("█▄", r) == c.ink
				if upper != s.Dark(x-qr.Quiet, 2*i-qr.Quiet) || lower != s.Dark(x-qr.Quiet, 2*i+1-qr.Quiet) {
					t.Fatalf("ground %d: column %d, line %d: %q", c.ground, x, i, r)
				}
			}
		}
	}
}

// The advice on the size of a print agrees with the guidelines' 35 to 60 mm of
// diagonal for a certificate.
func TestPrintSize(t *testing.T) {
	s := encode(t, qr.Options{}, certificate(598))
	if got := s.MinWidth(); math.Abs(got-33.33) > 0.01 {
		t.Errorf("least width %v mm", got)
	}
	if got := s.Module(50.5); got != 0.5 {
		t.Errorf("module of %v mm", got)
	}
	if diagonal := s.MinWidth() * math.Sqrt2; diagonal < 35 || diagonal > 60 {
		t.Errorf("diagonal %v mm", diagonal)
	}
}

func BenchmarkPicture(b *testing.B) {
	s, err := qr.Encode(certificate(598), qr.Q)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		draw func() int
	}{
		{"PNG", func() int { return len(s.PNG(qr.Style{})) }},
		{"PNG-caption", func() int { return len(s.PNG(qr.Style{Caption: "SPECIMEN"})) }},
		{"SVG", func() int { return len(s.SVG(qr.Style{})) }},
		{"Terminal", func() int { return len(s.Terminal(qr.Painted)) }},
		{"Image", func() int { return len(s.Image(4).Pix) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = c.draw()
			}
			b.ReportMetric(float64(n), "bytes")
		})
	}
}
