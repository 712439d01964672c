package wallet

import (
	"math"
	"strings"
	"unicode"
)

// The print, in millimetres: a line of the title (9 points) and of the rest (8).
const (
	titleLine = 4.0
	textLine  = 3.5
	titleEm   = 9 * 25.4 / 72
	textEm    = 8 * 25.4 / 72
)

// layout places codes on pages: rows of two where both are narrow and of one
// else, none across the fold. The first page is given, whose code is its first.
func layout(first Page, whose Cell, cells []Cell) []Page {
	top := edge + math.Max(whose.Size, headHeight(first, whose)) + gap
	bottom := PaperHeight - edge - footHeight(first) - gap/2
	var pages []Page
	page := func() *Page {
		p := first
		p.Cells = []Cell{whose}
		pages = append(pages, p)
		return &pages[len(pages)-1]
	}
	p, y := page(), top
	for len(cells) > 0 {
		n := row(cells)
		high := place(cells[:n], 0)
		if y < Fold+foldClear && y+high > Fold-foldClear {
			y = Fold + foldClear
		}
		if y+high > bottom && y > top {
			p, y = page(), top
			continue
		}
		place(cells[:n], y)
		p.Cells = append(p.Cells, cells[:n]...)
		y += high + gap
		cells = cells[n:]
	}
	return pages
}

// row is how many of the first codes stand beside each other. Where a narrow one
// is followed by wide ones, the next narrow one is brought forward.
func row(cells []Cell) int {
	if cells[0].Size > narrowCode {
		return 1
	}
	for i := 1; i < len(cells); i++ {
		if next := cells[i]; next.Size <= narrowCode {
			copy(cells[2:i+1], cells[1:i])
			cells[1] = next
			return 2
		}
	}
	return 1
}

// place sets the places of the codes of a row and returns its height.
func place(row []Cell, y float64) float64 {
	wide := PaperWidth - 2*margin
	if row[0].Size <= narrowCode {
		wide = (wide - gap) / 2
	}
	high := 0.0
	for i := range row {
		c := &row[i]
		c.X, c.Y = margin+float64(i)*(wide+gap), y
		c.TextX, c.Wide = c.X+c.Size+1, wide-c.Size-1
		high = math.Max(high, math.Max(c.Size, c.textHeight()))
	}
	return math.Min(high, highest)
}

// highest is the most that fits between a fold and the foot of a page.
const highest = 120

// textHeight is how high the text beside a code is at most.
func (c Cell) textHeight() float64 {
	return 2 + float64(count(c.Title, c.Wide, titleEm))*titleLine + linesHeight(c.Lines, c.Wide)
}

// headHeight is how high the head of a page is at most.
func headHeight(p Page, whose Cell) float64 {
	wide := PaperWidth - 2*margin - whose.Size - gap
	high := float64(count(p.Label, wide, 2*textEm)) * 2 * textLine
	if p.Name != "" {
		high += float64(count(p.Name, wide, titleEm)) * titleLine
	}
	return high + linesHeight(p.Head, wide)
}

// footHeight is how high the foot is at most, with the number of the page.
func footHeight(p Page) float64 {
	return linesHeight(p.Foot, PaperWidth-2*margin) + titleLine
}

func linesHeight(lines []string, wide float64) float64 {
	high := 0.0
	for _, l := range lines {
		high += float64(count(l, wide, textEm)) * textLine
	}
	return high
}

// count is how many lines a text takes in a width, at most: letters of print
// are narrower than is assumed here.
func count(text string, wide, em float64) int {
	lines, used := 1, 0.0
	for _, word := range strings.Fields(text) {
		w := 0.3 * em // the space before it
		for _, r := range word {
			w += em * letter(r)
		}
		if used > 0 && used+w > wide {
			lines, used = lines+1, 0
		}
		for used += w; used > wide; used -= wide {
			lines++
		}
	}
	return lines
}

// letter is the width of a letter in ems, rather more than less.
func letter(r rune) float64 {
	switch {
	case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
		return 1
	case unicode.IsUpper(r):
		return 0.72
	case strings.ContainsRune("mwMW@", r):
		return 0.85
	}
	return 0.56
}
