// Package chart answers one question: how does a result look? It draws curves
// with bands, and marks with what they mean beside them, as SVG: text that a
// browser, a word processor and a printer show alike, with a title and a
// description for those who do not see it. Colours differ in lightness and
// curves in their dashes, so that a copy in grey says the same.
package chart

import (
	"fmt"
	"math"
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

// SVG draws a picture. Points that are no numbers are left out.
func (p *Picture) SVG() []byte {
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
	if maxX <= 0 || maxY <= 0 {
		maxX, maxY, stepX, stepY = max(maxX, 1), max(maxY, 1), step(max(maxX, 1)), step(max(maxY, 1))
	}
	at := func(x, y float64) (float64, float64) {
		return left + (width-left-right)*min(x/maxX, 1), top + height*(1-min(y/maxY, 1))
	}
	var notes []string
	for _, n := range p.Notes {
		notes = append(notes, wrap(n, 98)...)
	}
	bottom := top + height + 58.0
	total := bottom + line*float64(len(notes)+(len(p.Curves)+1)/2) + 14
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" width="%d" height="%.0f" role="img" font-family="sans-serif" font-size="12">`+"\n", width, total, width, total)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", escape(p.Title), escape(p.describe()))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="%d" y="24" font-size="15" font-weight="bold">%s</text>`+"\n", left, escape(p.Title))
	for y := 0.0; y <= maxY*1.0001; y += stepY {
		x0, yy := at(0, y)
		fmt.Fprintf(&b, `<path d="M%.1f %.1fH%d" stroke="#ddd"/><text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", x0, yy, width-right, x0-6, yy+4, tick(y))
	}
	for x := 0.0; x <= maxX*1.0001; x += stepX {
		xx, _ := at(x, 0)
		fmt.Fprintf(&b, `<path d="M%.1f %dv5" stroke="#444"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", xx, top+height, xx, top+height+18, tick(x))
	}
	fmt.Fprintf(&b, `<path d="M%d %dV%dH%d" fill="none" stroke="#444"/>`+"\n", left, top, top+height, width-right)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", width-right, top+height+36, escape(p.XName))
	fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", left, top-8, escape(p.YName))
	for i, c := range p.Curves {
		p.curve(&b, i, c, at)
	}
	for i, m := range p.Marks {
		x, _ := at(m.X, 0)
		anchor, dx := "start", 5.0
		if x > width*0.62 {
			anchor, dx = "end", -5
		}
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#a00" stroke-dasharray="5 3"/><text x="%.1f" y="%d" fill="#a00" text-anchor="%s">%s</text>`+"\n", x, top, top+height, x+dx, top+14+line*i, anchor, escape(m.Text))
	}
	for i, c := range p.Curves {
		x, y := left+float64(i%2)*(width-left-right)/2, bottom+line*float64(i/2)
		fmt.Fprintf(&b, `<path d="M%.0f %.1fh28" stroke="%s" stroke-width="2.5"%s/><text x="%.0f" y="%.1f">%s</text>`+"\n", x, y-4, colours[i%len(colours)], dashed(i), x+35, y, escape(c.Name))
	}
	y := bottom + line*float64((len(p.Curves)+1)/2)
	for i, n := range notes {
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" fill="#333">%s</text>`+"\n", left, y+line*float64(i), escape(n))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (p *Picture) curve(b *strings.Builder, i int, c Curve, at func(x, y float64) (float64, float64)) {
	colour := colours[i%len(colours)]
	if c.High != nil && c.Low != nil {
		var d strings.Builder
		for j := range c.X {
			x, y := at(c.X[j], c.High[j])
			fmt.Fprintf(&d, "%.1f,%.1f ", x, y)
		}
		for j := len(c.X) - 1; j >= 0; j-- {
			x, y := at(c.X[j], c.Low[j])
			fmt.Fprintf(&d, "%.1f,%.1f ", x, y)
		}
		fmt.Fprintf(b, `<polygon points="%s" fill="%s" fill-opacity="0.15"/>`+"\n", strings.TrimSpace(d.String()), colour)
	}
	var d strings.Builder
	for j := range c.X {
		x, y := at(c.X[j], c.Y[j])
		if math.IsNaN(x) || math.IsNaN(y) {
			continue
		}
		fmt.Fprintf(&d, "%.1f,%.1f ", x, y)
		if c.Dots {
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`+"\n", x, y, colour)
		}
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5"%s/>`+"\n", strings.TrimSpace(d.String()), colour, dashed(i))
}

// dashed is the attribute of a curve's dashes; the first has none.
func dashed(i int) string {
	if d := dashes[i%len(dashes)]; d != "" {
		return ` stroke-dasharray="` + d + `"`
	}
	return ""
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
