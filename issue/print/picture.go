package print

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"

	"github.com/pratique/pratique/internal/qr"
)

// MaxPicture is the longest picture that is made, in dots.
const MaxPicture = 30000

// PNG lays the sheet out and draws it in black and white, eight dots a
// millimetre for labels and receipts, ten for the others; several pages stand
// below each other, a line between them.
func (s *Sheet) PNG(l Layout, f *Fonts) ([]byte, error) {
	p, err := s.compose(l, f)
	if err != nil {
		return nil, err
	}
	dots := func(mm float64) int { return int(math.Round(mm * l.dots)) }
	height := 0
	for _, page := range p.of {
		height += dots(page.height)
	}
	if height > MaxPicture {
		return nil, ErrText
	}
	img := image.NewPaletted(image.Rect(0, 0, dots(p.width), height), color.Palette{color.White, color.Black})
	top := 0
	for i, page := range p.of {
		d := drawing{img: img, top: top, dots: l.dots}
		if i > 0 {
			d.bar(0, 0, p.width, 1/l.dots)
		}
		for _, r := range page.rules {
			d.bar(r.x0, r.y0, max(r.x1, r.x0+r.width), max(r.y1, r.y0+r.width))
		}
		for _, c := range page.codes {
			d.code(c)
		}
		for _, t := range page.texts {
			d.text(t)
		}
		top += dots(page.height)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		return nil, err
	}
	return sized(b.Bytes(), l.dots*1000), nil
}

// drawing is a page on a picture.
type drawing struct {
	img  *image.Paletted
	top  int
	dots float64
}

func (d drawing) at(mm float64) int { return int(math.Round(mm * d.dots)) }

// bar draws a black rectangle.
func (d drawing) bar(x0, y0, x1, y1 float64) {
	r := image.Rect(d.at(x0), d.top+d.at(y0), d.at(x1), d.top+d.at(y1)).Intersect(d.img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			d.img.SetColorIndex(x, y, 1)
		}
	}
}

func (d drawing) code(c drawnCode) {
	n := d.at(c.module) // modules are whole dots
	x0, y0 := d.at(c.x), d.top+d.at(c.y)
	small := c.symbol.Image(1)
	for y := range c.symbol.Size() * n {
		for x := range c.symbol.Size() * n {
			if small.ColorIndexAt(x/n+qr.Quiet, y/n+qr.Quiet) == 1 {
				d.img.SetColorIndex(x0+x, y0+y, 1)
			}
		}
	}
}

// text draws the outlines of a line: a dot is black of which half is covered.
func (d drawing) text(t placed) {
	em := t.size * 25.4 / 72 / unit * d.dots
	for _, g := range t.line.glyphs {
		if g.id == blank {
			continue
		}
		scale := float32(em * unit / float64(g.face.Upem()))
		x0 := float32(t.x*d.dots + g.x*em)
		y0 := float32(t.y*d.dots - g.y*em)
		outline, _ := g.face.GlyphDataOutline(opentype.GID(g.id))
		if len(outline.Segments) == 0 {
			continue
		}
		box := [4]float32{math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32}
		for _, s := range outline.Segments {
			for _, p := range s.ArgsSlice() {
				x, y := x0+p.X*scale, y0-p.Y*scale
				box = [4]float32{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
			}
		}
		left, high := int(math.Floor(float64(box[0]))), int(math.Floor(float64(box[1])))
		w, h := int(box[2])-left+2, int(box[3])-high+2
		if w <= 0 || h <= 0 || w > 4096 || h > 4096 {
			continue
		}
		r := vector.NewRasterizer(w, h)
		pt := func(p opentype.SegmentPoint) (float32, float32) {
			return x0 + p.X*scale - float32(left), y0 - p.Y*scale - float32(high)
		}
		for i, s := range outline.Segments {
			ax, ay := pt(s.Args[0])
			bx, by := pt(s.Args[1])
			cx, cy := pt(s.Args[2])
			switch s.Op {
			case opentype.SegmentOpMoveTo:
				if i > 0 {
					r.ClosePath()
				}
				r.MoveTo(ax, ay)
			case opentype.SegmentOpLineTo:
				r.LineTo(ax, ay)
			case opentype.SegmentOpQuadTo:
				r.QuadTo(ax, ay, bx, by)
			case opentype.SegmentOpCubeTo:
				r.CubeTo(ax, ay, bx, by, cx, cy)
			}
		}
		r.ClosePath()
		mask := image.NewAlpha(image.Rect(0, 0, w, h))
		r.Draw(mask, mask.Rect, image.Opaque, image.Point{})
		for y := range h {
			for x := range w {
				if mask.AlphaAt(x, y).A >= 110 {
					if p := image.Pt(left+x, d.top+high+y); p.In(d.img.Rect) {
						d.img.SetColorIndex(p.X, p.Y, 1)
					}
				}
			}
		}
	}
}

// sized puts into a PNG how large it is on paper (ISO/IEC 15948, pHYs): its first
// chunk, IHDR, has 25 bytes and begins after eight.
func sized(data []byte, perMetre float64) []byte {
	const head = 8 + 25
	n := uint32(math.Round(perMetre))
	chunk := binary.BigEndian.AppendUint32([]byte("pHYs"), n)
	chunk = append(binary.BigEndian.AppendUint32(chunk, n), 1)
	out := append([]byte{}, data[:head]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, data[head:]...)
}
