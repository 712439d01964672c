package print

import (
	"slices"

	"golang.org/x/text/unicode/bidi"

	"github.com/pratique/pratique/internal/qr"
)

// Module is the least side of a printed module in millimetres.
const Module = 0.4

// Layout is a shape of paper. Measures are in millimetres, letters in points.
type Layout struct {
	Name          string
	width, height float64 // height 0: as long as it must be
	frames        []rect  // of a page, in reading order, as if it read from the left
	dots          float64 // a millimetre, of a picture; modules are whole dots
	modules       []float64
	most          float64 // the widest code with its quiet zone
	split         bool    // every part of the sheet begins a frame
	long          bool    // with the explanations
	beside        bool    // the code stands beside the text of the first frame
	folds         bool
	text, small   float64
	head, large   float64
	shout         float64
}

type rect struct{ x, y, w, h float64 }

// The layouts. Frames leave four millimetres or more to a fold.
var (
	Fold = Layout{Name: "fold", width: 210, height: 297, dots: 10, modules: []float64{0.5, Module}, most: 90, split: true, long: true, folds: true,
		frames: []rect{{10, 10, 88, 131}, {112, 10, 88, 131}, {10, 156, 88, 131}, {112, 156, 88, 131}},
		text:   8, small: 7, head: 11, large: 13, shout: 20}
	Card = Layout{Name: "card", width: 85.6, height: 53.98, dots: 10, modules: []float64{Module}, most: 50, split: true, beside: true,
		frames: []rect{{3, 3, 79.6, 48.5}}, text: 5.8, small: 5.4, head: 7, large: 8, shout: 9}
	Label = Layout{Name: "label", width: 62, height: 100, dots: 8, modules: []float64{0.5}, most: 58,
		frames: []rect{{2, 2, 58, 96}}, text: 7, small: 6.5, head: 8, large: 9, shout: 12}
	Receipt = Layout{Name: "receipt", width: 80, dots: 8, modules: []float64{0.5}, most: 72,
		frames: []rect{{4, 4, 72, 100000}}, text: 8, small: 7.5, head: 9.5, large: 11, shout: 16}
)

// Layouts are all layouts.
func Layouts() []Layout { return []Layout{Fold, Card, Label, Receipt} }

// pages is a sheet with every line in its place.
type pages struct {
	width  float64
	of     []page
	root   *element
	layout Layout
}

type page struct {
	height float64
	texts  []placed
	rules  []rule
	codes  []drawnCode
}

// placed is a line of text: where it begins, on which baseline, from the upper left.
type placed struct {
	x, y, size float64 // millimetres; points
	line       line
	of         []*element // by part; nil: an ornament that is not read
}

type rule struct {
	x0, y0, x1, y1, width float64
	dashed                bool
}

type drawnCode struct {
	x, y, module float64 // of the upper left dark module
	symbol       *qr.Symbol
	of           *element
}

// element is a node of the structure of a document (ISO 32000-1, 14.7).
type element struct {
	tag, lang, alt string
	box            [4]float64 // of a figure, in millimetres from the upper left
	row            bool       // a header cell of its row
	kids           []*element
	marks          []mark
}

// mark is a marked part of a page.
type mark struct{ page, id int }

func (e *element) add(tag, lang string) *element {
	k := &element{tag: tag, lang: lang}
	e.kids = append(e.kids, k)
	return k
}

// composer lays a sheet out.
type composer struct {
	*Sheet
	Layout
	fonts *Fonts
	pages
	frame int // of the page
	rect      // the frame
	y     float64
	fresh bool // nothing stands in the frame
}

// Rightwards scripts begin at the right.
func rtl(lang string) bool { return lang == "ar" }

// symbol makes the picture of the code: as robust as there is room for.
func (s *Sheet) symbol(l Layout) (*qr.Symbol, float64, error) {
	o := qr.Options{}
	if s.health {
		o.MaxVersion = 22 // SMART Health Cards Framework 1.4, "Chunking larger SHCs"
	}
	for _, module := range l.modules {
		for _, o.Level = range []qr.Level{qr.Q, qr.M, qr.L} {
			symbol, err := o.Encode(s.code)
			if err == nil && float64(symbol.Size()+2*qr.Quiet)*module <= l.most {
				return symbol, module, nil
			}
		}
	}
	return nil, 0, ErrCode
}

// compose places everything.
func (s *Sheet) compose(l Layout, f *Fonts) (*pages, error) {
	symbol, module, err := s.symbol(l)
	if err != nil {
		return nil, err
	}
	c := &composer{Sheet: s, Layout: l, fonts: f}
	c.pages = pages{width: l.width, root: &element{tag: "Document", lang: s.langs[0]}, layout: l}
	c.turn()
	for i, x := range s.sections {
		if x.long && !l.long {
			continue
		}
		if i > 0 && l.split && !(x.id == "ask" && !l.long) {
			c.next()
		}
		if err := c.section(x, symbol, module); err != nil {
			return nil, err
		}
	}
	if l.height == 0 {
		last := &c.pages.of[len(c.pages.of)-1]
		last.height = c.y + 4
	}
	return &c.pages, nil
}

// turn begins a page.
func (c *composer) turn() {
	p := page{height: c.Layout.height}
	if c.folds {
		w, h := c.Layout.width, c.Layout.height
		p.rules = []rule{{0, h / 2, 6, h / 2, 0.2, true}, {w - 6, h / 2, w, h / 2, 0.2, true}, {w / 2, 0, w / 2, 6, 0.2, true}, {w / 2, h - 6, w / 2, h, 0.2, true}}
	}
	c.pages.of = append(c.pages.of, p)
	c.frame = -1
	c.next()
}

// next goes to the next frame.
func (c *composer) next() {
	if c.frame++; c.frame == len(c.frames) {
		c.turn()
		return
	}
	c.rect = c.frames[c.frame]
	if rtl(c.langs[0]) {
		c.x = c.Layout.width - c.x - c.w
	}
	c.y, c.fresh = c.rect.y, true
	if c.demo && (len(c.pages.of) > 1 || c.frame > 0) {
		// Each side of what is folded or turned over says it.
		c.flow([]*element{nil}, [][]part{c.parts(c.say("print_demo"), true)}, []rect{{c.x, 0, c.w, 0}}, c.head, rtl(c.langs[0])) // it was shaped before
		c.fresh = true
	}
}

// room goes on to the next frame if there is no room for a height.
func (c *composer) room(height float64) {
	if !c.fresh && c.y+height > c.rect.y+c.rect.h {
		c.next()
	}
}

func (c *composer) page() *page { return &c.pages.of[len(c.pages.of)-1] }

// leading is the height of a line.
func leading(size float64) float64 { return size * 0.3528 * 1.3 }

// turns tells whether a text of no language, such as a name, is read from the
// right: its first letter says so (Unicode Standard Annex 9, P2 and P3).
func turns(text string) bool {
	for _, r := range text {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

// section places a part of the sheet.
func (c *composer) section(x section, symbol *qr.Symbol, module float64) error {
	sect := c.root.add("Sect", "")
	if !x.head.empty() && (!c.beside || c.fresh) {
		if !c.fresh {
			c.y += leading(c.text) / 2
		}
		c.room(leading(c.head) * 3)
		if err := c.joined(sect.add("H2", ""), x.head, c.head, true); err != nil {
			return err
		}
		c.y += leading(c.text) / 4
	}
	blocks := x.blocks
	if c.beside && slices.ContainsFunc(blocks, func(b block) bool { return b.role == figure }) {
		// The code first: the text stands beside it.
		i := slices.IndexFunc(blocks, func(b block) bool { return b.role == figure })
		blocks = slices.Concat(blocks[i:i+1], blocks[:i], blocks[i+1:])
	}
	for _, b := range blocks {
		if b.long && !c.Layout.long || b.fold && !c.folds {
			continue
		}
		if err := c.block(sect, b, symbol, module); err != nil {
			return err
		}
	}
	return nil
}

func (c *composer) block(sect *element, b block, symbol *qr.Symbol, module float64) error {
	switch b.role {
	case title:
		return c.joined(sect.add("H1", ""), b.text, c.large, true)
	case short:
		return c.joined(sect.add("P", ""), b.text, c.small, false)
	case subhead:
		return c.joined(sect.add("H2", ""), b.text, c.head, true)
	case shout:
		if c.beside {
			return c.joined(sect.add("P", ""), b.text, c.shout, true)
		}
		return c.paragraph(sect, b.text, c.shout, true)
	case warning:
		return c.paragraph(sect, b.text, c.text, true)
	case name:
		if b.text.empty() {
			return nil
		}
		return c.joined(sect.add("P", ""), b.text, c.large, true)
	case figure:
		c.code(sect, b.text, symbol, module)
		return nil
	case facts:
		return c.table(sect, b.rows)
	case sign:
		return c.signatures(sect, b.sign)
	}
	return c.paragraph(sect, b.text, c.text, false)
}

// joined places a text in both languages on one line, if it fits.
func (c *composer) joined(e *element, t said, size float64, bold bool) error {
	return c.flow([]*element{e}, [][]part{c.parts(t, bold)}, []rect{{c.x, 0, c.w, 0}}, size, rtl(c.langs[0]))
}

// paragraph places a text in the first language, and below it in the second.
func (c *composer) paragraph(sect *element, t said, size float64, bold bool) error {
	for i, text := range []string{t.a, t.b} {
		if text == "" {
			continue
		}
		e := sect.add("P", c.langs[i])
		s := size
		if (i == 1 || !c.Layout.long) && !bold {
			s = c.small
		}
		if err := c.flow([]*element{e}, [][]part{{{text, c.langs[i], bold}}}, []rect{{c.x, 0, c.w, 0}}, s, rtl(c.langs[i])); err != nil {
			return err
		}
	}
	c.y += leading(c.text) / 3
	return nil
}

// parts are a text in both languages, one after the other.
func (c *composer) parts(t said, bold bool) []part {
	first := c.langs[0]
	if t.plain {
		first = ""
	}
	out := []part{{t.a, first, bold}}
	if t.b != "" {
		out = append(out, part{" / ", "", false}, part{t.b, c.langs[1], bold})
	}
	return out
}

// flow places texts beside each other, each in its column, from the same line on.
// The columns are as if the page read from the left. They stay together, unless
// they are longer than a frame.
func (c *composer) flow(elems []*element, texts [][]part, columns []rect, size float64, right bool) error {
	const point = 25.4 / 72
	high := leading(size)
	columnsOf := make([][]line, len(texts))
	spans := make([][]*element, len(texts))
	most := 0
	for i, parts := range texts {
		s := &setter{fonts: c.fonts, rtl: right, lang: c.langs[0]}
		if parts[0].lang == "" {
			s.rtl = turns(parts[0].text)
		}
		lines, err := s.lines(parts, columns[i].w/(size*point)*unit)
		if err != nil {
			return err
		}
		columnsOf[i] = lines
		spans[i] = spansOf(elems[i], parts)
		most = max(most, len(lines))
	}
	dx := c.x // of the frame in which the columns were given
	c.room(min(float64(most)*high, c.rect.h))
	for n := range most {
		if c.y+high > c.rect.y+c.rect.h {
			c.next()
		}
		for i, lines := range columnsOf {
			if n >= len(lines) {
				continue
			}
			x := columns[i].x + c.x - dx
			if right {
				x += columns[i].w - lines[n].width*size*point/unit
			}
			c.page().texts = append(c.page().texts, placed{x: x, y: c.y + size*point, size: size, line: lines[n], of: spans[i]})
		}
		c.y += high
		c.fresh = false
	}
	return nil
}

// spansOf are the elements of the parts of a text: of one part the text's own.
func spansOf(e *element, parts []part) []*element {
	out := make([]*element, len(parts))
	if e == nil {
		return out
	}
	for i, p := range parts {
		if len(parts) == 1 {
			e.lang = p.lang
			out[i] = e
			continue
		}
		out[i] = e.add("Span", p.lang)
	}
	return out
}

// narrow is the width of a frame in which a row's value stands below its label.
const narrow = 50.0

// table places rows: what, and what it is.
func (c *composer) table(sect *element, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	t := sect.add("Table", "")
	for _, r := range rows {
		tr := t.add("TR", "")
		th, td := tr.add("TH", ""), tr.add("TD", "")
		th.row = true
		const gap = 2.0
		label := rect{x: c.x, w: c.w * 0.42}
		value := rect{x: c.x + label.w + gap, w: c.w - label.w - gap}
		right := rtl(c.langs[0])
		if c.w < narrow {
			if err := c.joined(th, r.label, c.small, false); err != nil {
				return err
			}
			if err := c.joined(td, r.value, c.text, true); err != nil {
				return err
			}
			continue
		}
		if right {
			label.x, value.x = c.x+c.w-label.w, c.x
		}
		if err := c.flow([]*element{th, td}, [][]part{c.parts(r.label, false), c.parts(r.value, true)}, []rect{label, value}, c.text, right); err != nil {
			return err
		}
	}
	c.y += leading(c.text) / 3
	return nil
}

// signatures places lines to sign on, with room above each.
func (c *composer) signatures(sect *element, what []said) error {
	high := 9.0
	if c.beside {
		high = 6
	}
	for _, t := range what {
		c.room(high + 3*leading(c.small))
		c.y += high
		c.page().rules = append(c.page().rules, rule{c.x, c.y, c.x + c.w, c.y, 0.2, false})
		c.y += 0.5
		if err := c.joined(sect.add("P", ""), t, c.small, false); err != nil {
			return err
		}
	}
	c.y += leading(c.text) / 3
	return nil
}

// code places the picture of the code, in the middle, or at the beginning of what
// stands beside it.
func (c *composer) code(sect *element, alt said, symbol *qr.Symbol, module float64) {
	side := float64(symbol.Size()+2*qr.Quiet) * module
	x := c.x + (c.w-side)/2
	if c.beside {
		x = 1
		if rtl(c.langs[0]) {
			x = c.Layout.width - 1 - side
		}
	} else {
		c.room(side)
		// On the dots of a picture: its modules are whole ones.
		c.y = float64(int(c.y*c.dots+1)) / c.dots
	}
	y := c.y
	if c.beside {
		y = (c.Layout.height - side) / 2
	}
	x, y = float64(int(x*c.dots))/c.dots, float64(int(y*c.dots))/c.dots
	e := sect.add("Figure", c.langs[0])
	e.alt = alt.a
	if alt.b != "" {
		e.alt += " / " + alt.b
	}
	e.box = [4]float64{x, y, x + side, y + side}
	quiet := qr.Quiet * module
	c.page().codes = append(c.page().codes, drawnCode{x + quiet, y + quiet, module, symbol, e})
	if !c.beside {
		c.y += side
		c.fresh = false
		return
	}
	c.w -= side
	if !rtl(c.langs[0]) {
		c.x += side
	}
}
