package print

import (
	"encoding/binary"
	"math"

	"github.com/go-text/typesetting/font/opentype"
)

// subset is a font cut down to the glyphs in use, renumbered. A glyph that stands
// for different letters in different places has a number for each: so the
// letters of a text follow from the numbers alone.
type subset struct {
	face   *typeface
	ids    []uint32 // by number - 1; number 0 is that of no glyph
	reads  []string
	number map[key]int
}

type key struct {
	id    uint32
	reads string
}

func (s *subset) of(id uint32, reads string) int {
	k := key{id, reads}
	if n, ok := s.number[k]; ok {
		return n
	}
	s.ids, s.reads = append(s.ids, id), append(s.reads, reads)
	s.number[k] = len(s.ids)
	return len(s.ids)
}

// width is the advance of a glyph in thousandths of the em, as a PDF has it.
func (s *subset) width(n int) int {
	return int(math.Round(s.face.advance(s.ids[n-1]) * unit / float64(s.face.Upem())))
}

func (t *typeface) advance(id uint32) float64 {
	if id == blank {
		return 0
	}
	return float64(t.HorizontalAdvance(opentype.GID(id)))
}

// file writes the subset as a TrueType font, of the outlines as they are drawn:
// so of a font with PostScript outlines, too, whose curves become quadratic ones
// within a five-hundredth of the em (OpenType 1.9: glyf, head, hhea, hmtx, loca, maxp).
func (s *subset) file() []byte {
	upem := s.face.Upem()
	var glyf, hmtx []byte
	loca := binary.BigEndian.AppendUint32(nil, 0)
	hmtx = append(hmtx, 0, 0, 0, 0)
	loca = binary.BigEndian.AppendUint32(loca, 0)
	box := bounds{}
	points, contours := 0, 0
	for _, id := range s.ids {
		o := outlineOf(s.face, id)
		data, b := o.encode()
		box = box.with(b)
		points, contours = max(points, o.points()), max(contours, len(o))
		glyf = append(glyf, data...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(math.Round(s.face.advance(id))))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(b.x0))
	}
	n := uint16(len(s.ids) + 1)
	head := words16(1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0, upem, 0, 0, 0, 0, 0, 0, 0, 0,
		uint16(box.x0), uint16(box.y0), uint16(box.x1), uint16(box.y1), 0, 8, 2, 1, 0)
	hhea := words16(1, 0, uint16(box.y1), uint16(box.y0), 0, upem, 0, 0, uint16(box.x1), 1, 0, 0, 0, 0, 0, 0, 0, n)
	maxp := words16(1, 0, n, uint16(points), uint16(contours), 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)
	if len(glyf) == 0 {
		glyf = make([]byte, 4)
	}
	var tables []opentype.Table
	for _, t := range []struct {
		tag  string
		data []byte
	}{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}} {
		for len(t.data)%4 != 0 {
			t.data = append(t.data, 0)
		}
		tables = append(tables, opentype.Table{Tag: opentype.MustNewTag(t.tag), Content: t.data})
	}
	return opentype.WriteTTF(tables)
}

func words16(values ...uint16) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

type bounds struct{ x0, y0, x1, y1 int16 }

func (b bounds) with(o bounds) bounds {
	return bounds{min(b.x0, o.x0), min(b.y0, o.y0), max(b.x1, o.x1), max(b.y1, o.y1)}
}

// outline is the contours of a glyph in quadratic curves, as TrueType has them.
type outline []contour

type contour []point

type point struct {
	x, y int16
	on   bool // the curve, and not a control point
}

func (o outline) points() int {
	n := 0
	for _, c := range o {
		n += len(c)
	}
	return n
}

// outlineOf takes the outline of a glyph. One without any, such as a space, has none.
func outlineOf(face *typeface, id uint32) outline {
	if id == blank {
		return nil
	}
	data, _ := face.GlyphDataOutline(opentype.GID(id))
	var o outline
	var c contour
	var at opentype.SegmentPoint
	add := func(p opentype.SegmentPoint, on bool) {
		c = append(c, point{int16(math.Round(float64(p.X))), int16(math.Round(float64(p.Y))), on})
	}
	end := func() {
		if n := len(c); n > 1 && c[0].on && c[n-1] == c[0] {
			c = c[:n-1] // contours close by themselves
		}
		if len(c) > 2 {
			o = append(o, c)
		}
		c = nil
	}
	for _, s := range data.Segments {
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			end()
			at = s.Args[0]
			add(at, true)
		case opentype.SegmentOpLineTo:
			at = s.Args[0]
			add(at, true)
		case opentype.SegmentOpQuadTo:
			add(s.Args[0], false)
			at = s.Args[1]
			add(at, true)
		case opentype.SegmentOpCubeTo:
			for _, q := range quadratic(at, s.Args, float64(face.Upem())/500) {
				add(q[0], false)
				add(q[1], true)
			}
			at = s.Args[2]
		}
	}
	end()
	return o
}

// quadratic divides a cubic curve into quadratic ones that are nowhere farther
// from it than a distance: the error of one is at most sqrt(3)/36 of the third
// difference, and falls with the cube of their number.
func quadratic(from opentype.SegmentPoint, c [3]opentype.SegmentPoint, within float64) [][2]opentype.SegmentPoint {
	x := [4]float64{float64(from.X), float64(c[0].X), float64(c[1].X), float64(c[2].X)}
	y := [4]float64{float64(from.Y), float64(c[0].Y), float64(c[1].Y), float64(c[2].Y)}
	third := math.Hypot(x[3]-3*x[2]+3*x[1]-x[0], y[3]-3*y[2]+3*y[1]-y[0])
	n := min(16, max(1, int(math.Ceil(math.Cbrt(math.Sqrt(3)/36*third/within)))))
	at := func(p [4]float64, t float64) float64 {
		u := 1 - t
		return u*u*u*p[0] + 3*u*u*t*p[1] + 3*u*t*t*p[2] + t*t*t*p[3]
	}
	slope := func(p [4]float64, t float64) float64 {
		u := 1 - t
		return 3 * (u*u*(p[1]-p[0]) + 2*u*t*(p[2]-p[1]) + t*t*(p[3]-p[2]))
	}
	out := make([][2]opentype.SegmentPoint, n)
	for i := range n {
		t0, t1 := float64(i)/float64(n), float64(i+1)/float64(n)
		h := t1 - t0
		// The control point that meets the slopes at both ends as well as one can.
		control := func(p [4]float64) float32 {
			return float32((at(p, t0)+at(p, t1))/2 + h/4*(slope(p, t0)-slope(p, t1)))
		}
		out[i] = [2]opentype.SegmentPoint{{X: control(x), Y: control(y)}, {X: float32(at(x, t1)), Y: float32(at(y, t1))}}
	}
	return out
}

// encode writes a simple glyph with words for all coordinates; deflate makes
// them small.
func (o outline) encode() ([]byte, bounds) {
	if len(o) == 0 {
		return nil, bounds{}
	}
	b := bounds{math.MaxInt16, math.MaxInt16, math.MinInt16, math.MinInt16}
	var ends, flags, xs, ys []byte
	last, px, py := -1, int16(0), int16(0)
	for _, c := range o {
		last += len(c)
		ends = binary.BigEndian.AppendUint16(ends, uint16(last))
		for _, p := range c {
			b = b.with(bounds{p.x, p.y, p.x, p.y})
			flag := byte(0)
			if p.on {
				flag = 1
			}
			flags = append(flags, flag)
			xs = binary.BigEndian.AppendUint16(xs, uint16(p.x-px))
			ys = binary.BigEndian.AppendUint16(ys, uint16(p.y-py))
			px, py = p.x, p.y
		}
	}
	out := words16(uint16(len(o)), uint16(b.x0), uint16(b.y0), uint16(b.x1), uint16(b.y1))
	out = append(append(out, ends...), 0, 0) // no instructions
	return append(append(append(out, flags...), xs...), ys...), b
}
