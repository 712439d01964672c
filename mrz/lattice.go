package mrz

import "strings"

// A style is a set of ways to write a name as a whole, so that the variants of
// a name are each consistent in themselves.
type style uint16

const (
	belarusian style = 1 << iota
	bulgarian
	macedonian
	serbian
	ukrainian
	ukrainianFirst // at the beginning of a word; always with ukrainian
	bulgarianLaw
	otherStyle
	plainStyle // Ä is A; ش is SH, without the escape letter
	xxStyle    // Ü is UXX, Ñ is NXX
)

// What a step costs in the search for the simplest explanation.
const (
	alternative = 1       // an accepted way to write a letter that is at hand
	joined      = 4       // a separator left out
	guessed     = 64      // a guess at a letter that is not at hand
	unwritten   = 1 << 12 // a vowel that Arabic script leaves out
	impossible  = 1 << 24

	maxGuesses = 3
)

// An edge writes the glyphs from its place up to the place to as out.
type edge struct {
	to    int
	out   string
	code  Code
	cost  int32
	style style
}

// A lattice holds all the ways to write one part of a name: at every place the
// edges that leave it, the recommended one first. The acceptable spellings of
// the part are the texts along its paths.
type lattice struct {
	g     []glyph
	edges [][]edge
	icao  bool // the text was in the letters of the lines already
}

func newLattice(g []glyph, icao bool) *lattice {
	l := &lattice{g: g, icao: icao, edges: make([][]edge, len(g))}
	for p := range g {
		l.edges[p] = l.leaving(p)
	}
	return l
}

func (l *lattice) startsWord(p int) bool {
	return p == 0 || l.g[p-1].script == separator
}

func (l *lattice) endsWord(p int) bool {
	return p == len(l.g) || p < len(l.g) && l.g[p].script == separator
}

// ahead gives up to n plain Latin letters from place p, fewer at a word's end.
func (l *lattice) ahead(p, n int) string {
	var b [8]byte
	i := 0
	for p >= 0 && i < n && p+i < len(l.g) && l.g[p+i].base < 0x80 && l.g[p+i].script == latin && l.g[p+i].plain() {
		b[i] = byte(l.g[p+i].base)
		i++
	}
	return string(b[:i])
}

func (l *lattice) leaving(p int) []edge {
	g := l.g[p]
	var out []edge
	switch g.script {
	case separator:
		return []edge{{to: p + 1, out: "<"}, {to: p + 1, code: Spacing, cost: joined}}
	case digit:
		return l.numeral(p)
	case latin:
		if out = special(g.base, p+1); out == nil {
			out = latinMarked(g)
			if g.plain() {
				out = append(out, l.respelled(p)...)
				out = append(out, l.articles(p)...)
			}
		}
	case cyrillic:
		if p+1 < len(l.g) {
			out = rule(cyrillicPair(g, l.g[p+1], l.endsWord(p+2)), p+2, Cyrillic, "")
		}
		out = append(rule(cyrillicMarked(g), p+1, Cyrillic, ""), out...)
	case greek:
		out = l.greek(p)
	case arabic:
		out = l.arabic(p)
	default:
		// It can equal itself, but it is no letter of the lines.
		out = []edge{{out: string(g.base)}}
	}
	first := l.startsWord(p)
	kept := out[:0]
	for _, e := range out {
		if e.to == 0 {
			e.to = p + 1
		}
		if e.style&ukrainianFirst == 0 || first {
			kept = append(kept, e)
		}
	}
	return kept
}

// rule reads the notation of the tables: outputs divided by blanks, the
// recommended one first and bare, the others with the letter of their style
// and a colon; 0 is the empty output. The others have a code of their own, in
// Cyrillic that of their style.
func rule(s string, to int, code, other Code) []edge {
	var out []edge
	for f := range strings.FieldsSeq(s) {
		e := edge{to: to, out: f, code: code}
		if kind, text, ok := strings.Cut(f, ":"); ok {
			e.out, e.cost = text, alternative
			switch kind {
			case "b":
				e.style = belarusian
			case "g":
				e.style = bulgarian
			case "m":
				e.style = macedonian
			case "s":
				e.style = serbian
			case "u":
				e.style = ukrainian
			case "w":
				e.style = ukrainian | ukrainianFirst
			case "n":
				e.style = bulgarianLaw
			case "o":
				e.style = otherStyle
			case "p":
				e.style = plainStyle
			}
			if e.code = other; other == "" {
				e.code = cyrillicCode(e.style)
			}
		}
		if e.out == "0" {
			e.out = ""
		}
		out = append(out, e)
	}
	return out
}

func cyrillicCode(s style) Code {
	if s&(belarusian|bulgarian|macedonian|serbian|ukrainian) != 0 {
		return CyrillicNational
	}
	return CyrillicPractice
}

func (l *lattice) greek(p int) []edge {
	single := rule(greekRule(l.g[p].base), p+1, Greek, GreekPractice)
	if p+1 >= len(l.g) || l.g[p+1].script != greek {
		return single
	}
	var next rune
	if p+2 < len(l.g) {
		next = l.g[p+2].base
	}
	pair := rule(greekPair(l.g[p], l.g[p+1], l.startsWord(p), l.endsWord(p+2), next), p+2, Greek, GreekPractice)
	if len(pair) == 0 {
		return single
	}
	for i := range single { // letter by letter is then no longer the rule
		single[i].cost = alternative
		single[i].code = GreekPractice
	}
	return append(pair, single...)
}

func (l *lattice) arabic(p int) []edge {
	g := l.g[p]
	out := rule(arabicRule(g, l.endsWord(p+1)), p+1, Arabic, ArabicPractice)
	if g.has(shadda) && len(out) > 0 {
		out[0].out += out[0].out
	}
	// Doubling is often written on one side only (Doc 9303-3, B.5.5.11).
	for _, e := range out[:len(out):len(out)] {
		if n := len(e.out); n > 0 && n <= 3 {
			e.out += e.out
			if g.has(shadda) && e.cost == 0 {
				e.out = e.out[:n/2]
			}
			e.cost, e.code, e.style = alternative, ArabicPractice, 0
			out = append(out, e)
		}
	}
	if l.startsWord(p) && g.base == 'ا' && p+2 < len(l.g) && l.g[p+1].base == 'ل' {
		out = append(out, rule(arabicArticle(l.g[p+2].base), p+2, Arabic, ArabicPractice)...)
	}
	return out
}

// numeral writes a component of digits in Roman numerals, as Doc 9303-3, 3.4
// wants them, and leaves out digits that stand elsewhere.
func (l *lattice) numeral(p int) []edge {
	n, q := 0, p
	for q < len(l.g) && l.g[q].script == digit && n < 4000 {
		n = n*10 + int(l.g[q].base-'0')
		q++
	}
	if l.startsWord(p) && l.endsWord(q) && n > 0 && n < 4000 {
		return []edge{{to: q, out: roman(n), code: Numeral}}
	}
	return []edge{{to: p + 1, code: Numeral}}
}

func roman(n int) string {
	var b strings.Builder
	values := [...]int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	letters := [...]string{"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"}
	for i, v := range values {
		for ; n >= v; n -= v {
			b.WriteString(letters[i])
		}
	}
	return b.String()
}

// render writes the glyphs from place i up to place j in one style, with the
// recommended way wherever the style has none of its own.
func (l *lattice) render(i, j int, s style) string {
	b := make([]byte, 0, j-i+8)
	for i < j {
		e := l.edges[i][0]
		for _, f := range l.edges[i][1:] {
			if f.style&s != 0 && f.to <= j {
				e = f
				break
			}
		}
		switch {
		case e.out == "<":
			if len(b) > 0 && b[len(b)-1] != '<' {
				b = append(b, '<')
			}
		case e.out != "" && e.out[0] < 0x80:
			b = append(b, e.out...)
		}
		i = e.to
	}
	for len(b) > 0 && b[len(b)-1] == '<' {
		b = b[:len(b)-1]
	}
	return string(b)
}

// covered says whether every letter has a rule.
func (l *lattice) covered() bool {
	for _, g := range l.g {
		if g.script == other {
			return false
		}
	}
	return true
}
