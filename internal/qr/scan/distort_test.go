package scan_test

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"github.com/pratique/pratique/internal/qr"
)

// The distortions that the tests lay over a picture. All work on grey
// pictures, and where there is chance, it comes from a seed.

// longText is as long as a certificate and, as one, alphanumeric.
func longText(n int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	r := rand.New(rand.NewPCG(598, uint64(n)))
	b := []byte("HC1:")
	for len(b) < n {
		b = append(b, alphabet[r.IntN(len(alphabet))])
	}
	return string(b)
}

func must(s *qr.Symbol, err error) *qr.Symbol {
	if err != nil {
		panic(err)
	}
	return s
}

// picture returns the symbol's picture, with the quiet zone, at any size.
func picture(s *qr.Symbol, module float64) *image.Gray {
	side := int(math.Round(float64(s.Size()+2*qr.Quiet) * module))
	return warp(grey(s.Image(1)), side, side, func(x, y float64) (float64, float64) { return x / module, y / module })
}

func grey(img image.Image) *image.Gray {
	b := img.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(g, g.Rect, img, b.Min, draw.Src)
	return g
}

// warp returns a picture w by h whose pixel at a place shows what from has at
// the place that back gives, white outside; the mean of nine samples.
func warp(from *image.Gray, w, h int, back func(x, y float64) (float64, float64)) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	fw, fh := from.Rect.Dx(), from.Rect.Dy()
	for y := range h {
		for x := range w {
			sum := 0
			for i := range 9 {
				sx, sy := back(float64(x)+(float64(i%3)+0.5)/3, float64(y)+(float64(i/3)+0.5)/3)
				px, py := int(math.Floor(sx)), int(math.Floor(sy))
				if uint(px) < uint(fw) && uint(py) < uint(fh) {
					sum += int(from.Pix[py*from.Stride+px])
				} else {
					sum += 255
				}
			}
			out.Pix[y*out.Stride+x] = uint8(sum / 9)
		}
	}
	return out
}

func rotate(degrees float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		sin, cos := math.Sincos(degrees * math.Pi / 180)
		w, h := float64(g.Rect.Dx()), float64(g.Rect.Dy())
		nw := math.Abs(w*cos) + math.Abs(h*sin)
		nh := math.Abs(w*sin) + math.Abs(h*cos)
		return warp(g, int(nw), int(nh), func(x, y float64) (float64, float64) {
			x, y = x-nw/2, y-nh/2
			return x*cos + y*sin + w/2, -x*sin + y*cos + h/2
		})
	}
}

// aslant is a picture taken from the side: the far edge is shorter by a share.
func aslant(across, down float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		w, h := float64(g.Rect.Dx()), float64(g.Rect.Dy())
		return warp(g, int(w*2), int(h*2), func(x, y float64) (float64, float64) {
			x, y = x-w, y-h
			k := 1 - across*x/w - down*y/h
			return x/k + w/2, y/k + h/2
		})
	}
}

// bent is a picture of paper that curls.
func bent(amount float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		w, h := float64(g.Rect.Dx()), float64(g.Rect.Dy())
		pad := amount * h
		return warp(g, int(w), int(h+2*pad), func(x, y float64) (float64, float64) {
			return x, y - pad - pad*math.Sin(math.Pi*x/w)
		})
	}
}

func each(g *image.Gray, f func(x, y int, v float64) float64) *image.Gray {
	out := image.NewGray(g.Rect)
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			i := y*g.Stride + x
			out.Pix[i] = uint8(max(0, min(255, math.Round(f(x, y, float64(g.Pix[i]))))))
		}
	}
	return out
}

func noise(deviation float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		r := rand.New(rand.NewPCG(1, 2))
		return each(g, func(_, _ int, v float64) float64 { return v + deviation*r.NormFloat64() })
	}
}

func saltAndPepper(share float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		r := rand.New(rand.NewPCG(3, 4))
		return each(g, func(_, _ int, v float64) float64 {
			if r.Float64() < share {
				return float64(255 * r.IntN(2))
			}
			return v
		})
	}
}

// blur is a Gaussian of a deviation in pixels.
func blur(deviation float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		n := int(math.Ceil(3 * deviation))
		kernel := make([]float64, 2*n+1)
		sum := 0.0
		for i := range kernel {
			kernel[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * deviation * deviation))
			sum += kernel[i]
		}
		pass := func(g *image.Gray, dx, dy int) *image.Gray {
			return each(g, func(x, y int, _ float64) (v float64) {
				for i, k := range kernel {
					px := max(0, min(g.Rect.Dx()-1, x+dx*(i-n)))
					py := max(0, min(g.Rect.Dy()-1, y+dy*(i-n)))
					v += k / sum * float64(g.Pix[py*g.Stride+px])
				}
				return v
			})
		}
		return pass(pass(g, 1, 0), 0, 1)
	}
}

func jpegAt(quality int) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: quality}); err != nil {
			panic(err)
		}
		img, err := jpeg.Decode(&b)
		if err != nil {
			panic(err)
		}
		return grey(img)
	}
}

func invert(g *image.Gray) *image.Gray {
	return each(g, func(_, _ int, v float64) float64 { return 255 - v })
}

func mirror(g *image.Gray) *image.Gray {
	w := g.Rect.Dx()
	return each(g, func(x, y int, _ float64) float64 { return float64(g.Pix[y*g.Stride+w-1-x]) })
}

// contrast maps black and white to two shades.
func contrast(black, white float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		return each(g, func(_, _ int, v float64) float64 { return black + v/255*(white-black) })
	}
}

// gradient is light from one side: the far corner gets a share of it.
func gradient(share float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		far := float64(g.Rect.Dx() + g.Rect.Dy())
		return each(g, func(x, y int, v float64) float64 { return v * (1 - (1-share)*float64(x+y)/far) })
	}
}

// shadow darkens what lies on one side of an oblique line.
func shadow(share float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		return each(g, func(x, y int, v float64) float64 {
			if 2*x+y > g.Rect.Dx()+g.Rect.Dy()/2 {
				return v * share
			}
			return v
		})
	}
}

// cover paints a rectangle, given in shares of the picture.
func cover(x0, y0, x1, y1 float64, shade uint8) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		w, h := float64(g.Rect.Dx()), float64(g.Rect.Dy())
		return each(g, func(x, y int, v float64) float64 {
			if px, py := float64(x)/w, float64(y)/h; x0 <= px && px < x1 && y0 <= py && py < y1 {
				return float64(shade)
			}
			return v
		})
	}
}

// onto lays the picture on a ground of a larger one, in the middle.
func onto(ground func(w, h int) *image.Gray, factor float64) func(*image.Gray) *image.Gray {
	return func(g *image.Gray) *image.Gray {
		w, h := g.Rect.Dx(), g.Rect.Dy()
		out := ground(int(float64(w)*factor), int(float64(h)*factor))
		dx, dy := (out.Rect.Dx()-w)/2, (out.Rect.Dy()-h)/2
		for y := range h {
			copy(out.Pix[(y+dy)*out.Stride+dx:], g.Pix[y*g.Stride:][:w])
		}
		return out
	}
}

// texture is a ground of stripes, dots and grain.
func texture(w, h int) *image.Gray {
	r := rand.New(rand.NewPCG(5, 6))
	return each(image.NewGray(image.Rect(0, 0, w, h)), func(x, y int, _ float64) float64 {
		v := 140 + 60*math.Sin(float64(x)/7) + 50*math.Sin(float64(x+2*y)/11) + 25*r.NormFloat64()
		if (x/9+y/9)%5 == 0 {
			v -= 90
		}
		return v
	})
}

func plainNoise(w, h int) *image.Gray {
	r := rand.New(rand.NewPCG(7, 8))
	return each(image.NewGray(image.Rect(0, 0, w, h)), func(_, _ int, _ float64) float64 { return float64(r.IntN(256)) })
}

func blank(w, h int) *image.Gray {
	return each(image.NewGray(image.Rect(0, 0, w, h)), func(_, _ int, _ float64) float64 { return 255 })
}

// sky is what a photograph without a code may be: soft shades and an edge.
func sky(w, h int) *image.Gray {
	return each(image.NewGray(image.Rect(0, 0, w, h)), func(x, y int, _ float64) float64 {
		v := 220 - 120*float64(y)/float64(h) + 20*math.Sin(float64(x)/40)
		if y > h*2/3+int(20*math.Sin(float64(x)/25)) {
			v /= 3
		}
		return v
	})
}
