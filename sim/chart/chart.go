// Package chart answers one question: how does a result look? It draws curves
// with bands, and marks with what they mean beside them, as SVG: text that a
// browser, a word processor and a printer show alike, with a title and a
// description for those who do not see it; and as PNG, at twice the size, for
// what takes only pictures. Colours differ in lightness and curves in their
// dashes, so that a copy in grey says the same.
package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Picture is one chart.
type Picture struct {
	Title  string
	XName  string
	YName  string
	Curves []Curve
	Marks  []Mark
	Notes  []string // lines below the chart: conditions, sources
	MaxX   float64  // the end of the axis; 0: the last point
	MaxY   float64  // the same; 0: over the highest point
}

// Curve is a line of points with rising X. Low and High, if they are there, are
// a band about it, of as many points.
type Curve struct {
	Name      string
	X, Y      []float64
	Low, High []float64
	Dots      bool // the points are measured: show them
}

// Mark is a line from top to bottom at X.
type Mark struct {
	X    float64
	Text string
}

const (
	width  = 760
	left   = 66
	right  = 24
	top    = 48
	height = 330 // of the field of the curves
	line   = 17  // of text
)

var (
	colours = []string{"#0b5394", "#b45f06", "#38761d", "#741b47", "#444444", "#0097a7", "#999999"}
	dashes  = []string{"", "7 4", "2 3", "10 3 2 3", "1 5", "14 4", "4 8"}
)

// drawing is a picture as lines, areas and texts, in points from its upper left
// corner.
type drawing struct {
	width, height float64
	shapes        []shape
}

// shape is one of the four things that a drawing is made of, by what is set: a
// text, a circle, an area, or a line.
type shape struct {
	points  []point
	text    string
	size    float64 // of the text; 0: 12
	bold    bool
	anchor  string // of the text: "", middle or end
	radius  float64
	area    bool
	colour  string
	opacity float64 // of an area; 0: full
	width   float64 // of a line; 0: 1
	dash    string
}

type point struct{ x, y float64 }

func (d *drawing) line(colour string, width float64, dash string, points ...point) {
	d.shapes = append(d.shapes, shape{points: points, colour: colour, width: width, dash: dash})
}

func (d *drawing) say(x, y float64, anchor, colour, text string) {
	d.shapes = append(d.shapes, shape{points: []point{{x, y}}, text: text, anchor: anchor, colour: colour})
}

// draw lays a picture out. Points that are no numbers are left out.
func (p *Picture) draw() *drawing {
	maxX, maxY := p.MaxX, p.MaxY
	for _, c := range p.Curves {
		for i, x := range c.X {
			if p.MaxX == 0 {
				maxX = max(maxX, x)
			}
			if p.MaxY == 0 {
				maxY = max(maxY, c.Y[i])
				if c.High != nil {
					maxY = max(maxY, c.High[i])
				}
			}
		}
	}
	stepX, stepY := step(maxX), step(maxY)
	if p.MaxY == 0 {
		maxY = math.Ceil(maxY/stepY) * stepY
	}
	if !(maxX > 0 && maxY > 0) {
		maxX, maxY = positive(maxX), positive(maxY)
		stepX, stepY = step(maxX), step(maxY)
	}
	at := func(x, y float64) point {
		return point{left + (width-left-right)*min(x/maxX, 1), top + height*(1-min(y/maxY, 1))}
	}
	var notes []string
	for _, n := range p.Notes {
		notes = append(notes, wrap(n, 98)...)
	}
	bottom := top + height + 58.0
	d := &drawing{width: width, height: bottom + line*float64(len(notes)+(len(p.Curves)+1)/2) + 14}
	d.shapes = append(d.shapes, shape{points: []point{{left, 24}}, text: p.Title, size: 15, bold: true})
	for y := 0.0; y <= maxY*1.0001; y += stepY {
		o := at(0, y)
		d.line("#ddd", 0, "", o, point{width - right, o.y})
		d.say(o.x-6, o.y+4, "end", "", tick(y))
	}
	for x := 0.0; x <= maxX*1.0001; x += stepX {
		o := at(x, 0)
		d.line("#444", 0, "", point{o.x, top + height}, point{o.x, top + height + 5})
		d.say(o.x, top+height+18, "middle", "", tick(x))
	}
	d.line("#444", 0, "", point{left, top}, point{left, top + height}, point{width - right, top + height})
	d.say(width-right, top+height+36, "end", "", p.XName)
	d.say(left, top-8, "", "", p.YName)
	for i, c := range p.Curves {
		d.curve(i, c, at)
	}
	for i, m := range p.Marks {
		o := at(m.X, 0)
		anchor, dx := "", 5.0
		if o.x > width*0.62 {
			anchor, dx = "end", -5
		}
		d.line("#a00", 0, "5 3", point{o.x, top}, point{o.x, top + height})
		d.say(o.x+dx, top+14+line*float64(i), anchor, "#a00", m.Text)
	}
	for i, c := range p.Curves {
		x, y := left+float64(i%2)*(width-left-right)/2, bottom+line*float64(i/2)
		d.line(colours[i%len(colours)], 2.5, dashes[i%len(dashes)], point{x, y - 4}, point{x + 28, y - 4})
		d.say(x+35, y, "", "", c.Name)
	}
	y := bottom + line*float64((len(p.Curves)+1)/2)
	for i, n := range notes {
		d.say(left, y+line*float64(i), "", "#333", n)
	}
	return d
}

func positive(v float64) float64 {
	if v > 0 {
		return v
	}
	return 1
}

func (d *drawing) curve(i int, c Curve, at func(x, y float64) point) {
	colour := colours[i%len(colours)]
	if c.High != nil && c.Low != nil {
		var band []point
		for j := range c.X {
			band = append(band, at(c.X[j], c.High[j]))
		}
		for j := len(c.X) - 1; j >= 0; j-- {
			band = append(band, at(c.X[j], c.Low[j]))
		}
		d.shapes = append(d.shapes, shape{points: numbers(band), area: true, colour: colour, opacity: 0.15})
	}
	var points []point
	for j := range c.X {
		points = append(points, at(c.X[j], c.Y[j]))
	}
	points = numbers(points)
	if c.Dots {
		for _, o := range points {
			d.shapes = append(d.shapes, shape{points: []point{o}, radius: 3.5, colour: colour})
		}
	}
	d.line(colour, 2.5, dashes[i%len(dashes)], points...)
}

// numbers leaves out what is none.
func numbers(points []point) []point {
	return slices.DeleteFunc(points, func(o point) bool { return math.IsNaN(o.x) || math.IsNaN(o.y) })
}

// SVG draws a picture as text.
func (p *Picture) SVG() []byte {
	d := p.draw()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" font-family="sans-serif" font-size="12">`+"\n", d.width, d.height, d.width, d.height)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", escape(p.Title), escape(p.describe()))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	for _, s := range d.shapes {
		s.svg(&b)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (s *shape) svg(b *strings.Builder) {
	attribute := func(name, value string) string {
		if value == "" {
			return ""
		}
		return " " + name + `="` + value + `"`
	}
	number := func(v float64, format string) string {
		if v == 0 {
			return ""
		}
		return fmt.Sprintf(format, v)
	}
	var list []string
	for _, o := range s.points {
		list = append(list, fmt.Sprintf("%.1f,%.1f", o.x, o.y))
	}
	points := strings.Join(list, " ")
	switch {
	case s.area:
		fmt.Fprintf(b, `<polygon points="%s" fill="%s" fill-opacity="%.2f"/>`+"\n", points, s.colour, s.opacity)
	case s.radius > 0:
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s"/>`+"\n", s.points[0].x, s.points[0].y, s.radius, s.colour)
	case s.text != "":
		weight := ""
		if s.bold {
			weight = "bold"
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f"%s%s%s%s>%s</text>`+"\n", s.points[0].x, s.points[0].y, attribute("font-size", number(s.size, "%.0f")),
			attribute("font-weight", weight), attribute("fill", s.colour), attribute("text-anchor", s.anchor), escape(s.text))
	case s.width > 0 && len(s.points) > 0:
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%.1f"%s/>`+"\n", points, s.colour, s.width, attribute("stroke-dasharray", s.dash))
	case len(s.points) > 0:
		fmt.Fprintf(b, `<path d="M%s" fill="none" stroke="%s"%s%s/>`+"\n", strings.ReplaceAll(points, " ", "L"), s.colour,
			attribute("stroke-width", number(s.width, "%.1f")), attribute("stroke-dasharray", s.dash))
	}
}

// describe is the picture in words.
func (p *Picture) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s against %s.", p.YName, p.XName)
	for _, c := range p.Curves {
		fmt.Fprintf(&b, " %s:", c.Name)
		stride := max(1, len(c.X)/12)
		for j := 0; j < len(c.X); j += stride {
			fmt.Fprintf(&b, " %s at %s;", tick(c.Y[j]), tick(c.X[j]))
		}
	}
	for _, m := range p.Marks {
		fmt.Fprintf(&b, " At %s: %s.", tick(m.X), m.Text)
	}
	return b.String() + " " + strings.Join(p.Notes, " ")
}

// wrap breaks a text into lines of at most so many letters, between words.
func wrap(text string, most int) []string {
	var lines []string
	row := ""
	for _, w := range strings.Fields(text) {
		if row != "" && utf8.RuneCountInString(row)+1+utf8.RuneCountInString(w) > most {
			lines = append(lines, row)
			row = ""
		}
		row = strings.TrimSpace(row + " " + w)
	}
	return append(lines, row)
}

// step is a round distance between the lines of an axis.
func step(span float64) float64 {
	if !(span > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(span/4)))
	for _, f := range []float64{1, 2, 2.5, 5} {
		if span/(unit*f) <= 8 {
			return unit * f
		}
	}
	return unit * 10
}

func tick(v float64) string {
	s := fmt.Sprintf("%.2f", v)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
