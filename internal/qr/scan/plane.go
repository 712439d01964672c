package scan

import (
	"image"
	"image/color"
)

// A plane is a picture in grey, 0 black to 255 white. Positions in it are in
// pixels: pixel (0, 0) is the square from (0, 0) to (1, 1).
type plane struct {
	w, h int
	pix  []uint8
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]uint8, w*h)} }

// grey returns the picture in grey, on white where it is transparent, made
// smaller by a whole factor so that it has at most limit pixels.
func grey(img image.Image, limit int) *plane {
	b := img.Bounds()
	factor := 1
	for b.Dx()/factor*(b.Dy()/factor) > limit {
		factor++
	}
	p := newPlane(b.Dx()/factor, b.Dy()/factor)
	row := make([]uint8, b.Dx())
	sums := make([]uint32, p.w)
	for y := range p.h {
		if factor == 1 {
			greyRow(p.pix[y*p.w:][:p.w], img, b.Min.Y+y)
			continue
		}
		clear(sums)
		for i := range factor {
			greyRow(row, img, b.Min.Y+y*factor+i)
			addRow(sums, row, factor)
		}
		average(p.pix[y*p.w:], sums, factor)
	}
	return p
}

// addRow adds each factor pixels of a row to one sum.
func addRow(sums []uint32, row []uint8, factor int) {
	if factor == 2 {
		for x := range sums {
			sums[x] += uint32(row[2*x]) + uint32(row[2*x+1])
		}
		return
	}
	for x := range sums {
		s := uint32(0)
		for _, v := range row[x*factor:][:factor] {
			s += uint32(v)
		}
		sums[x] += s
	}
}

func average(out []uint8, sums []uint32, factor int) {
	n := uint32(factor * factor)
	for x, s := range sums {
		out[x] = uint8((s + n/2) / n)
	}
}

// greyRow converts one row. The kinds of picture that the decoders of the
// common formats return have a quick way.
func greyRow(out []uint8, img image.Image, y int) {
	b := img.Bounds()
	switch m := img.(type) {
	case *image.Gray:
		copy(out, m.Pix[m.PixOffset(b.Min.X, y):])
	case *image.YCbCr:
		copy(out, m.Y[m.YOffset(b.Min.X, y):])
	case *image.Paletted:
		var shade [256]uint8
		for i, c := range m.Palette[:min(256, len(m.Palette))] {
			shade[i] = shadeOf(c)
		}
		for x, v := range m.Pix[m.PixOffset(b.Min.X, y):][:len(out)] {
			out[x] = shade[v]
		}
	case *image.RGBA: // the colours are multiplied by alpha already
		row := m.Pix[m.PixOffset(b.Min.X, y):][:4*len(out)]
		for x := range out {
			p := row[4*x : 4*x+4 : 4*x+4]
			out[x] = luma(uint32(p[0]), uint32(p[1]), uint32(p[2])) + 255 - p[3]
		}
	case *image.NRGBA:
		row := m.Pix[m.PixOffset(b.Min.X, y):][:4*len(out)]
		for x := range out {
			p := row[4*x : 4*x+4 : 4*x+4]
			v := luma(uint32(p[0]), uint32(p[1]), uint32(p[2]))
			if p[3] != 255 {
				v = uint8((uint32(v)*uint32(p[3]) + 255*(255-uint32(p[3])) + 127) / 255)
			}
			out[x] = v
		}
	case image.RGBA64Image:
		for x := range out {
			c := m.RGBA64At(b.Min.X+x, y)
			out[x] = shade64(uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A))
		}
	default:
		for x := range out {
			out[x] = shadeOf(img.At(b.Min.X+x, y))
		}
	}
}

// luma weighs the colours as JPEG does (Rec. 601).
func luma(r, g, b uint32) uint8 { return uint8((r*306 + g*601 + b*117) >> 10) }

func shadeOf(c color.Color) uint8 { return shade64(c.RGBA()) }

// shade64 returns the shade on white of a colour in 16 bits, multiplied by alpha.
func shade64(r, g, b, a uint32) uint8 {
	return uint8(min(0xFFFF, (r*306+g*601+b*117)>>10+0xFFFF-min(a, 0xFFFF)) >> 8)
}

// at returns the shade at a place, between the four pixels around it. Outside,
// the picture goes on as its edge.
func (p *plane) at(x, y float64) int {
	x = max(0, min(x-0.5, float64(p.w-1)))
	y = max(0, min(y-0.5, float64(p.h-1)))
	xi, yi := int(x), int(y)
	fx, fy := int((x-float64(xi))*16), int((y-float64(yi))*16)
	i, dx, dy := yi*p.w+xi, 0, 0
	if fx > 0 {
		dx = 1
	}
	if fy > 0 {
		dy = p.w
	}
	upper := int(p.pix[i])*(16-fx) + int(p.pix[i+dx])*fx
	lower := int(p.pix[i+dy])*(16-fx) + int(p.pix[i+dy+dx])*fx
	return (upper*(16-fy) + lower*fy) >> 8
}

// within returns the plane reduced by the least whole factor that leaves at
// most limit pixels.
func (p *plane) within(limit int) *plane {
	factor := 1
	for p.w/factor*(p.h/factor) > limit {
		factor++
	}
	if factor == 1 {
		return p
	}
	return p.smaller(factor)
}

// smaller returns the plane reduced by a whole factor.
func (p *plane) smaller(factor int) *plane {
	q := newPlane(p.w/factor, p.h/factor)
	sums := make([]uint32, q.w)
	for y := range q.h {
		clear(sums)
		for i := range factor {
			addRow(sums, p.pix[(y*factor+i)*p.w:][:p.w], factor)
		}
		average(q.pix[y*q.w:], sums, factor)
	}
	return q
}

// larger returns the plane enlarged by a whole factor, shades between pixels
// interpolated.
func (p *plane) larger(factor int) *plane {
	q := newPlane(p.w*factor, p.h*factor)
	step := 1 / float64(factor)
	for y := range q.h {
		for x := range q.w {
			q.pix[y*q.w+x] = uint8(p.at((float64(x)+0.5)*step, (float64(y)+0.5)*step))
		}
	}
	return q
}
