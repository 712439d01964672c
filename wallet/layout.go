package wallet

import (
	"math"
	"slices"
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
// else, above the fold and below it. What does not fit where it comes in the
// order makes way for the next that does. The first page is given, whose code is
// its first.
func layout(first Page, whose Cell, cells []Cell) []Page {
	top := edge + math.Max(whose.Size, headHeight(first, whose)) + gap
	bottom := PaperHeight - edge - footHeight(first) - gap/2
	halves := [2][2]float64{{top, Fold - foldClear}, {Fold + foldClear, bottom}}
	var pages []Page
	for len(pages) == 0 || len(cells) > 0 {
		p := first
		p.Cells = []Cell{whose}
		for _, half := range halves {
			for y, end := half[0], half[1]; len(cells) > 0; {
				row := pick(cells, end-y)
				if row == nil {
					break
				}
				var placed []Cell
				for _, i := range row {
					placed = append(placed, cells[i])
				}
				high := place(placed, y)
				p.Cells = append(p.Cells, placed...)
				y += high + gap
				for _, i := range slices.Backward(row) {
					cells = slices.Delete(cells, i, i+1)
				}
			}
		}
		if len(p.Cells) == 1 && len(cells) > 0 { // cannot be, see highest; and must not go on for ever
			place(cells[:1], Fold+foldClear)
			p.Cells, cells = append(p.Cells, cells[0]), cells[1:]
		}
		pages = append(pages, p)
	}
	return pages
}

// pick returns the indices of the first codes that make a row no higher than
// there is room; nil if none does.
func pick(cells []Cell, room float64) []int {
	for i, c := range cells {
		row := []int{i}
		if c.Size <= narrowCode {
			for j := i + 1; j < len(cells); j++ {
				if cells[j].Size <= narrowCode {
					row = append(row, j)
					break
				}
			}
		}
		trial := []Cell{c}
		if len(row) > 1 {
			trial = append(trial, cells[row[1]])
		}
		if place(trial, 0) <= room {
			return row
		}
	}
	return nil
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

// highest is what any page has room for below its fold.
const highest = 105

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

// count is how many lines a text takes in a width, at most. The letters are
// those of Arial and its like, rounded up.
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
		return 0.7
	case strings.ContainsRune("mwMW@", r):
		return 0.84
	case strings.ContainsRune("fijlrt.,:;'()| ", r):
		return 0.34
	}
	return 0.56
}
