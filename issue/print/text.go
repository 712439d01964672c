package print

import (
	"slices"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// unit is the size at which text is shaped: a thousandth of the em is one, as in
// a PDF.
const unit = 1000

// part is a stretch of a text in one language; empty: of none.
type part struct {
	text, lang string
	bold       bool
}

// glyph is one drawn shape: where it stands from the beginning of its line, in
// thousandths of the em, and which letters it stands for.
type glyph struct {
	face    *typeface
	id      uint32
	x, y    float64 // of its origin, y upward
	advance float64
	letters string // in the text's order; empty where another glyph of the cluster has them
	shared  string // of a cluster with more glyphs than letters, at its first glyph: its letters
	cluster int    // how many glyphs that one has, at its first glyph
	part    int
}

// line is a line of text, its glyphs in the order in which one reads them.
type line struct {
	glyphs []glyph
	width  float64 // in thousandths of the em
}

// setter shapes text with some fonts, in the direction of a page.
type setter struct {
	fonts   *Fonts
	rtl     bool
	lang    string
	seg     shaping.Segmenter
	shaper  shaping.HarfbuzzShaper
	wrapper shaping.LineWrapper
}

// lines shapes a text and breaks it at a width (in thousandths of the em).
func (s *setter) lines(parts []part, width float64) ([]line, error) {
	var text []rune
	var of []int // the part of each letter
	for i, p := range parts {
		for _, r := range p.text {
			text, of = append(text, r), append(of, i)
		}
	}
	if len(text) == 0 {
		return nil, nil
	}
	faces, err := s.faces(text, s.even(parts), of)
	if err != nil {
		return nil, err
	}
	direction := di.DirectionLTR
	if s.rtl {
		direction = di.DirectionRTL
	}
	whole := shaping.Input{Text: text, RunEnd: len(text), Direction: direction, Size: fixed.I(unit), Language: language.NewLanguage(s.lang)}
	var runs []shaping.Output
	for _, in := range s.seg.Split(whole, oneFace{s.fonts.plain}) {
		for start := in.RunStart; start < in.RunEnd; {
			end := start + 1
			for end < in.RunEnd && faces[end] == faces[start] && of[end] == of[start] {
				end++
			}
			in := in
			in.RunStart, in.RunEnd, in.Face = start, end, faces[start].Face
			if lang := parts[of[start]].lang; lang != "" {
				in.Language = language.NewLanguage(lang)
			}
			out := s.shaper.Shape(in)
			for _, g := range out.Glyphs {
				if g.GlyphID == 0 {
					return nil, missing(text[g.TextIndex() : g.TextIndex()+g.RunesCount()])
				}
			}
			runs = append(runs, out)
			start = end
		}
	}
	wrapped, _ := s.wrapper.WrapParagraphF(shaping.WrapConfig{Direction: direction}, fixed.Int26_6(width*64), text, shaping.NewSliceIterator(runs))
	var lines []line
	for _, w := range wrapped {
		lines = append(lines, assemble(w, text, faces, of))
	}
	return lines, nil
}

// even makes a bold text plain of which the bold font lacks a letter, so that no
// word in it stands out.
func (s *setter) even(parts []part) []part {
	out := slices.Clone(parts)
	for i, p := range out {
		out[i].bold = p.bold && s.fonts.bold.covers(drawn([]rune(p.text)))
	}
	return out
}

// oneFace keeps the segmenter from choosing fonts, which is done by words.
type oneFace struct{ *typeface }

func (o oneFace) ResolveFace(rune) *font.Face { return o.Face }

// faces chooses the font of each letter: one for a whole word if there is one,
// else one for each letter with its marks.
func (s *setter) faces(text []rune, parts []part, of []int) ([]*typeface, error) {
	faces := make([]*typeface, len(text))
	last := s.fonts.plain
	for i := 0; i < len(text); {
		end := i + 1
		for end < len(text) && of[end] == of[i] && unicode.IsSpace(text[end]) == unicode.IsSpace(text[i]) {
			end++
		}
		bold := parts[of[i]].bold
		word := drawn(text[i:end])
		t := (*typeface)(nil)
		if len(word) == 0 || !letters(word) && last.covers(word) && !bold {
			t = last // spaces and signs go with what they stand beside
		} else {
			t = s.fonts.find(word, bold, s.lang)
		}
		if t != nil {
			last = t
			for ; i < end; i++ {
				faces[i] = t
			}
			continue
		}
		for i < end {
			next := i + 1
			for next < end && (unicode.Is(unicode.M, text[next]) || ignorable(text[next])) {
				next++
			}
			cluster := drawn(text[i:next])
			if t = s.fonts.find(cluster, bold, s.lang); t == nil {
				return nil, missing(cluster)
			}
			for ; i < next; i++ {
				faces[i] = t
			}
		}
		last = t
	}
	return faces, nil
}

func letters(word []rune) bool { return slices.ContainsFunc(word, unicode.IsLetter) }

// drawn leaves out what has no shape of its own.
func drawn(text []rune) []rune {
	return slices.DeleteFunc(slices.Clone(text), func(r rune) bool { return ignorable(r) || unicode.IsSpace(r) })
}

// ignorable are the letters that only say how others are written: joiners,
// marks of direction, selectors of variants.
func ignorable(r rune) bool {
	return r == 0xAD || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x206F ||
		r >= 0xFE00 && r <= 0xFE0F || r == 0xFEFF || r >= 0xE0100 && r <= 0xE01EF
}

// assemble places the glyphs of a wrapped line, and puts them in reading order.
func assemble(runs shaping.Line, text []rune, faces []*typeface, of []int) line {
	at := make([]float64, len(runs))
	visual := make([]int, len(runs))
	for i := range runs {
		visual[i] = i
	}
	slices.SortStableFunc(visual, func(a, b int) int { return int(runs[a].VisualIndex - runs[b].VisualIndex) })
	var l line
	for _, i := range visual {
		at[i] = l.width
		l.width += length(runs[i].Advance)
	}
	for i, run := range runs {
		pen := at[i]
		placed := make([]glyph, 0, len(run.Glyphs))
		index := make([]shaping.Glyph, 0, len(run.Glyphs))
		for _, g := range run.Glyphs {
			k := g.TextIndex()
			placed = append(placed, glyph{face: faces[k], id: uint32(g.GlyphID), x: pen + length(g.XOffset), y: length(g.YOffset), advance: length(g.Advance), part: of[k]})
			index = append(index, g)
			pen += length(g.Advance)
		}
		if run.Direction == di.DirectionRTL {
			slices.Reverse(placed)
			slices.Reverse(index)
		}
		for a := 0; a < len(placed); {
			b := a + 1
			for b < len(placed) && index[b].TextIndex() == index[a].TextIndex() {
				b++
			}
			k := index[a].TextIndex()
			letters := text[k:min(len(text), k+index[a].RunesCount())]
			if !slices.ContainsFunc(letters, directs) {
				l.glyphs = append(l.glyphs, share(placed[a:b], letters, run.Direction == di.DirectionRTL)...)
			}
			a = b
		}
	}
	return l
}

// blank is the number of a glyph without a shape or a width.
const blank = 1<<32 - 1

// share gives the glyphs of a cluster its letters, in reading order: one each, the
// last the rest. Where there are fewer letters than glyphs, the first glyph says
// them all. Of a ligature that is read from the right, each further letter gets a
// blank glyph at its left edge: readers that go by places would else turn the
// letters of the ligature round.
func share(glyphs []glyph, letters []rune, right bool) []glyph {
	if len(letters) < len(glyphs) {
		glyphs[0].shared, glyphs[0].cluster = string(letters), len(glyphs)
		return glyphs
	}
	out := make([]glyph, 0, len(letters))
	for i, g := range glyphs {
		g.letters = string(letters[i])
		if i < len(glyphs)-1 {
			out = append(out, g)
			continue
		}
		if rest := letters[i+1:]; right {
			out = append(out, g)
			for n, r := range rest {
				out = append(out, glyph{face: g.face, id: blank, x: g.x - float64(n+1), y: g.y, letters: string(r), part: g.part})
			}
		} else {
			g.letters += string(rest)
			out = append(out, g)
		}
	}
	return out
}

// directs tells the marks that direct the lines of a text and are not part of it.
func directs(r rune) bool {
	return r == 0x200E || r == 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

func length(v fixed.Int26_6) float64 { return float64(v) / 64 }
