package scan_test

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
)

// pageOf lays symbols on a page of A4 at 200 dpi, 4 pixels a module, in columns
// with lines of letters beside them, as a sheet of a wallet has them.
func pageOf(columns int, symbols []*qr.Symbol) *image.Gray {
	page := blank(1654, 2339)
	r := rand.New(rand.NewPCG(8, 15))
	width := (1654 - 120) / columns
	x, y, row := 60, 150, 0
	for i, s := range symbols {
		g := picture(s, 4)
		if i%columns == 0 {
			x, y, row = 60, y+row, 0
		}
		for j := range g.Rect.Dy() {
			copy(page.Pix[(y+j)*page.Stride+x:], g.Pix[j*g.Stride:][:g.Rect.Dx()])
		}
		letters(page, r, x+g.Rect.Dx()+10, y+20, x+width-20, y+g.Rect.Dy()-20)
		row = max(row, g.Rect.Dy()+20)
		x += width
	}
	return page
}

// letters fills a rectangle with lines of strokes as thick as those of print.
func letters(page *image.Gray, r *rand.Rand, x0, y0, x1, y1 int) {
	for y := y0; y+18 < y1; y += 30 {
		for x := x0; x+12 < x1; x += 15 {
			if r.IntN(6) == 0 {
				continue
			}
			for range 3 {
				dx, dy, along := r.IntN(9), r.IntN(14), 4+r.IntN(14)
				for k := range along {
					px, py := x+dx, y+dy+k
					if r.IntN(2) == 0 && k > 0 {
						px, py = x+dx+k, y+dy
					}
					for w := range 3 {
						if px+w < x1 && py < y1 {
							page.Pix[py*page.Stride+px+w] = 20
						}
					}
				}
			}
		}
	}
}

// photographed is a picture of a page from nearby, on a dark table: turned,
// aslant, at a scale.
func photographed(scale, degrees, across, down float64) step {
	return func(g *image.Gray) *image.Gray {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		w, h := float64(g.Rect.Dx()), float64(g.Rect.Dy())
		ow, oh := w*scale*1.3, h*scale*1.2
		out := image.NewGray(image.Rect(0, 0, int(ow), int(oh)))
		return each(out, func(i, j int, _ float64) float64 {
			x, y := (float64(i)+0.5-ow/2)/scale, (float64(j)+0.5-oh/2)/scale
			k := 1 - across*x/w - down*y/h
			x, y = x/k, y/k
			x, y = cos*x+sin*y+w/2-0.5, cos*y-sin*x+h/2-0.5
			px, py := int(math.Floor(x)), int(math.Floor(y))
			if px < 0 || py < 0 || px+1 >= g.Rect.Dx() || py+1 >= g.Rect.Dy() {
				return 90
			}
			fx, fy := x-float64(px), y-float64(py)
			row, next := g.Pix[py*g.Stride+px:], g.Pix[(py+1)*g.Stride+px:]
			upper := float64(row[0])*(1-fx) + float64(row[1])*fx
			lower := float64(next[0])*(1-fx) + float64(next[1])*fx
			return upper*(1-fy) + lower*fy
		})
	}
}

// All codes of a page are read, from a scan of it and from a photograph in which
// a module is as small as three pixels.
func TestReadPage(t *testing.T) {
	for _, s := range []struct {
		name    string
		columns int
		level   qr.Level
		lengths []int
	}{
		{"ten certificates", 2, qr.M, []int{598, 590, 580, 570, 560, 595, 585, 575, 565, 555}},
		{"eight at level Q", 2, qr.Q, []int{598, 590, 580, 570, 560, 595, 585, 575}},
		{"four certificates and eight stamps", 2, qr.M, []int{598, 590, 330, 331, 332, 333, 334, 335, 336, 337, 580, 585}},
		{"eighteen stamps", 3, qr.M, []int{330, 331, 332, 333, 334, 335, 336, 337, 338, 339, 340, 341, 342, 343, 344, 345, 346, 347}},
		{"four of version 18 to 26", 1, qr.M, []int{900, 1500, 598, 600}},
	} {
		var symbols []*qr.Symbol
		var want []string
		for _, n := range s.lengths {
			symbols = append(symbols, must(qr.Encode(longText(n), s.level)))
			want = append(want, longText(n))
		}
		slices.Sort(want)
		page := pageOf(s.columns, symbols)
		for _, d := range []struct {
			name  string
			steps []step
		}{
			{"as it is", nil},
			{"photographed from the side, JPEG 70", []step{photographed(1, 2, 0.05, 0.05), noise(8), jpegAt(70)}},
			{"photographed from afar", []step{photographed(0.8, -4, 0.1, 0.05), noise(8), jpegAt(70)}},
			{"photographed in bad light, not sharp", []step{photographed(1, 2, 0.05, 0.1), blur(0.8), gradient(0.5), noise(8), jpegAt(70)}},
			{"photographed with 13 megapixels", []step{photographed(1.5, 15, 0.1, 0.1), gradient(0.5), noise(12), jpegAt(70)}},
		} {
			t.Run(s.name+"/"+d.name, func(t *testing.T) {
				codes, err := scan.Read(apply(page, d.steps))
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, c := range codes {
					got = append(got, c.Text)
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("read %d codes of %d", len(got), len(want))
				}
			})
		}
	}
}
