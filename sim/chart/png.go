package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is how many dots a point of the drawing has.
const scale = 2

// canvas is what a drawing is made into dots on.
type canvas struct {
	*image.RGBA
	faces map[[2]float64]font.Face // by size, and 1 for bold
}

// PNG draws the same picture as [Picture.SVG] in dots.
func (p *Picture) PNG() ([]byte, error) {
	d := p.draw()
	c := canvas{image.NewRGBA(image.Rect(0, 0, int(d.width*scale), int(math.Ceil(d.height*scale)))), map[[2]float64]font.Face{}}
	draw.Draw(c, c.Bounds(), image.White, image.Point{}, draw.Src)
	for i := range d.shapes {
		if err := c.shape(&d.shapes[i]); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, c); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (c *canvas) shape(s *shape) error {
	switch {
	case len(s.points) == 0:
	case s.area:
		c.fill(colourOf(s.colour, s.opacity), s.points)
	case s.radius > 0:
		c.fill(colourOf(s.colour, 1), circle(s.points[0], s.radius))
	case s.text != "":
		return c.say(s)
	default:
		width := s.width
		if width == 0 {
			width = 1
		}
		c.stroke(colourOf(s.colour, 1), width, s.dash, s.points)
	}
	return nil
}

// fill fills an area; what of it lies beside the picture is cut off.
func (c *canvas) fill(colour color.Color, area []point) {
	low, high := area[0], area[0]
	for _, o := range area {
		low = point{min(low.x, o.x), min(low.y, o.y)}
		high = point{max(high.x, o.x), max(high.y, o.y)}
	}
	box := image.Rect(int(math.Floor(low.x*scale)), int(math.Floor(low.y*scale)), int(math.Ceil(high.x*scale))+1, int(math.Ceil(high.y*scale))+1).Intersect(c.Bounds())
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, o := range area {
		x, y := float32(o.x*scale)-float32(box.Min.X), float32(o.y*scale)-float32(box.Min.Y)
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(c, box, image.NewUniform(colour), image.Point{})
}

func circle(o point, radius float64) (area []point) {
	for i := range 24 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 24)
		area = append(area, point{o.x + radius*cos, o.y + radius*sin})
	}
	return area
}

// stroke draws a line as a row of bars, with round joints where it turns.
func (c *canvas) stroke(colour color.Color, width float64, dash string, points []point) {
	for _, piece := range dashed(points, dash) {
		for i := 1; i < len(piece); i++ {
			a, b := piece[i-1], piece[i]
			length := math.Hypot(b.x-a.x, b.y-a.y)
			if length == 0 {
				continue
			}
			dx, dy := (b.y-a.y)/length*width/2, (a.x-b.x)/length*width/2
			c.fill(colour, []point{{a.x + dx, a.y + dy}, {b.x + dx, b.y + dy}, {b.x - dx, b.y - dy}, {a.x - dx, a.y - dy}})
			if i > 1 && width > 1 {
				c.fill(colour, circle(a, width/2))
			}
		}
	}
}

// dashed is a line as the pieces that are drawn of it: of the lengths in a dash
// pattern those of even place.
func dashed(points []point, pattern string) (pieces [][]point) {
	var lengths []float64
	for _, f := range strings.Fields(pattern) {
		if v, err := strconv.ParseFloat(f, 64); err == nil && v > 0 {
			lengths = append(lengths, v)
		}
	}
	if len(lengths) == 0 || len(points) == 0 {
		return [][]point{points}
	}
	piece := []point{points[0]}
	n, left := 0, lengths[0]
	for _, to := range points[1:] {
		from := piece[len(piece)-1]
		for rest := math.Hypot(to.x-from.x, to.y-from.y); rest > left; {
			part := left / rest
			from = point{from.x + (to.x-from.x)*part, from.y + (to.y-from.y)*part}
			rest -= left
			if n%2 == 0 {
				pieces = append(pieces, append(piece, from))
			}
			piece = []point{from}
			n++
			left = lengths[n%len(lengths)]
		}
		left -= math.Hypot(to.x-from.x, to.y-from.y)
		piece = append(piece, to)
	}
	if n%2 == 0 {
		pieces = append(pieces, piece)
	}
	return pieces
}

func (c *canvas) say(s *shape) error {
	face, err := c.face(s)
	if err != nil {
		return err
	}
	colour := s.colour
	if colour == "" {
		colour = "#000"
	}
	d := font.Drawer{Dst: c, Src: image.NewUniform(colourOf(colour, 1)), Face: face}
	x := s.points[0].x * scale
	switch s.anchor {
	case "end":
		x -= float64(d.MeasureString(s.text)) / 64
	case "middle":
		x -= float64(d.MeasureString(s.text)) / 128
	}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(s.points[0].y * scale * 64)}
	d.DrawString(s.text)
	return nil
}

func (c *canvas) face(s *shape) (font.Face, error) {
	size, file, key := s.size, goregular.TTF, [2]float64{s.size, 0}
	if size == 0 {
		size = 12
	}
	if s.bold {
		file, key[1] = gobold.TTF, 1
	}
	if f, ok := c.faces[key]; ok {
		return f, nil
	}
	parsed, err := opentype.Parse(file)
	if err != nil {
		return nil, err
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size * scale, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	c.faces[key] = f
	return f, nil
}

// colourOf reads #rgb and #rrggbb.
func colourOf(text string, opacity float64) color.Color {
	hex := strings.TrimPrefix(text, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	v, _ := strconv.ParseUint(hex, 16, 32)
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), uint8(opacity*255 + 0.5)}
}
