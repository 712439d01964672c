package mrz

import (
	"sort"
	"unicode"
)

// MaxLetters is the longest text that this package looks at: the letters and
// separators of one part of a name, after which the text is cut. The longest
// field of the formats that we read has 80.
const MaxLetters = 128

type script uint8

const (
	separator script = iota
	latin
	cyrillic
	greek
	arabic
	digit
	other // a letter for which there is no rule here
)

// A glyph is one letter, in upper case, with its marks apart. Canonically
// equivalent texts (composed or not) give the same glyphs.
type glyph struct {
	base   rune
	marks  [3]uint16 // in rising order, zeros last
	script script
}

func (g glyph) has(mark uint16) bool {
	return g.marks[0] == mark || g.marks[1] == mark || g.marks[2] == mark
}

func (g glyph) plain() bool { return g.marks[0] == 0 }

// add puts a mark in its place and says whether there was room.
func (g *glyph) add(mark uint16) bool {
	if g.has(mark) {
		return true
	}
	if g.marks[2] != 0 {
		return false
	}
	i := 0
	for g.marks[i] != 0 && g.marks[i] < mark {
		i++
	}
	copy(g.marks[i+1:], g.marks[i:2])
	g.marks[i] = mark
	return true
}

func (g glyph) without(mark uint16) glyph {
	out := glyph{base: g.base, script: g.script}
	for _, m := range g.marks {
		if m != 0 && m != mark {
			out.add(m)
		}
	}
	return out
}

// text is the glyph as a reader would write it.
func (g glyph) text() string {
	r := g.base
	rest := ""
	for _, m := range g.marks {
		if m == 0 {
			break
		}
		if c := compose(r, m); c != 0 && rest == "" {
			r = c
		} else {
			rest += string(rune(m))
		}
	}
	return string(r) + rest
}

// The marks that the tables know.
const (
	grave       = 0x0300
	acute       = 0x0301
	tilde       = 0x0303
	breve       = 0x0306
	diaeresis   = 0x0308
	ringAbove   = 0x030a
	perispomeni = 0x0342
	shadda      = 0x0651
	maddaAbove  = 0x0653
	hamzaAbove  = 0x0654
	hamzaBelow  = 0x0655
)

// fold reads a text as glyphs: punctuation is left out, blanks, hyphens,
// commas and fillers become one separator between letters (Doc 9303-3, 4.6).
func fold(s string) []glyph {
	f := folder{out: make([]glyph, 0, min(len(s), MaxLetters))}
	var buf [8]rune
	for _, r := range s {
		if len(f.out) >= MaxLetters {
			break
		}
		if more := expand(r); more != "" {
			for _, r := range more {
				f.all(canonical(r, buf[:0]))
			}
			continue
		}
		f.all(canonical(r, buf[:0]))
	}
	return f.out[:min(len(f.out), MaxLetters)]
}

// A folder gathers glyphs.
type folder struct {
	out  []glyph
	gap  bool // a separator came, and no glyph since
	lost bool // the last sign was left out, and the marks on it with it
}

func (f *folder) all(rs []rune) {
	for _, r := range rs {
		f.add(r)
	}
}

func (f *folder) add(r rune) {
	switch {
	case r == unicode.ReplacementChar, ignored(r):
	case separates(r):
		f.gap = true
	case unicode.IsMark(r):
		if f.gap || f.lost || len(f.out) == 0 {
			break
		}
		last := &f.out[len(f.out)-1]
		if last.script == other || r > 0xffff || !last.add(uint16(r)) {
			f.put(glyph{base: r, script: other})
		}
	case unicode.IsLetter(r):
		f.put(letter(r))
	case unicode.IsDigit(r):
		f.put(glyph{base: '0' + digitValue(r), script: digit})
	default:
		f.lost = true
	}
}

func (f *folder) put(g glyph) {
	// A separator needs room for a glyph after it.
	if f.gap && len(f.out) > 0 && len(f.out) < MaxLetters-1 {
		f.out = append(f.out, glyph{base: '<'})
	}
	f.gap, f.lost = false, false
	f.out = append(f.out, g)
}

// canonical appends the canonical decomposition of the upper case of r.
func canonical(r rune, out []rune) []rune {
	switch r {
	case 'ı': // a letter of its own, not i
		return append(out, r)
	case 'ß':
		return append(out, 'ẞ')
	}
	if r >= 0xac00 && r <= 0xd7a3 { // Hangul (Unicode, section 3.12)
		n := r - 0xac00
		out = append(out, 0x1100+n/588, 0x1161+n%588/28)
		if n%28 != 0 {
			out = append(out, 0x11a7+n%28)
		}
		return out
	}
	if !unicode.IsMark(r) { // the iota below has an upper case that is a letter
		r = unicode.ToUpper(r)
	}
	base, mark := decompose(r)
	if base == 0 {
		return append(out, r)
	}
	if out = canonical(base, out); mark != 0 {
		out = append(out, rune(mark))
	}
	return out
}

// ignored are the signs that are no letter in any transliteration: short
// vowels, tatweel and other Arabic signs, and modifier letters, which stand
// for apostrophes.
func ignored(r rune) bool {
	switch {
	case r >= 0x02b0 && r <= 0x02ff,
		r == 0x0374,
		r >= 0x0610 && r <= 0x061a,
		r == 0x0640,
		r >= 0x064b && r <= 0x0650,
		r == 0x0652,
		r >= 0x0656 && r <= 0x065f,
		r == 0x0670,
		r >= 0x06d6 && r <= 0x06ed,
		r >= 0xfe00 && r <= 0xfe0f:
		return true
	}
	return false
}

func separates(r rune) bool {
	switch r {
	case '<', '≮', '-', ',', 0x058a, 0x05be, 0x060c, 0x3001, 0xff0c, 0x2212, 0xfe58, 0xfe63, 0xff0d, 0xff1c, '«', '‹':
		return true
	}
	return r >= 0x2010 && r <= 0x2015 || unicode.IsSpace(r)
}

// digitValue uses that the decimal digits of each script stand in one run.
func digitValue(r rune) rune {
	n := rune(0)
	for unicode.IsDigit(r - 1 - n) {
		n++
	}
	return n % 10
}

// letter is the glyph of an upper-case letter without marks.
func letter(r rune) glyph {
	g := glyph{base: r}
	switch {
	case r >= 'A' && r <= 'Z':
		g.script = latin
	case r >= 0x0370 && r <= 0x03ff && greekRule(r) != "":
		g.script = greek
	case r >= 0x0400 && r <= 0x052f && cyrillicRule(r) != "":
		g.script = cyrillic
	case r >= 0x0600 && r <= 0x06ff && arabicRule(g, true) != "":
		g.script = arabic
	default:
		g.script = other
		if _, _, ways := latinRule(r); ways != "" {
			g.script = latin
		}
	}
	return g
}

// expand gives the letters of a ligature or presentation form, which turn up
// in text copied from printed pages.
func expand(r rune) string {
	switch {
	case r >= 0xff21 && r <= 0xff5a:
		return string(r - 0xff21 + 'A')
	case r == 0xfdf2:
		return "الله"
	case r >= 0xfe80 && r <= 0xfef4:
		return string(presented("ء1آ2أ2ؤ2إ2ئ4ا2ب4ة2ت4ث4ج4ح4خ4د2ذ2ر2ز2س4ش4ص4ض4ط4ظ4ع4غ4ف4ق4ك4ل4م4ن4ه4و2ى2ي4", r-0xfe80))
	case r >= 0xfef5 && r <= 0xfefc:
		return "ل" + string([]rune("آأإا")[(r-0xfef5)/2])
	case r >= 0xfb56 && r <= 0xfb59:
		return "پ"
	case r >= 0xfb66 && r <= 0xfb69:
		return "ٹ"
	case r >= 0xfb7a && r <= 0xfb7d:
		return "چ"
	case r >= 0xfb88 && r <= 0xfb95:
		return string(presented("ڈ2ژ2ڑ2ک4گ4", r-0xfb88))
	case r >= 0xfb9e && r <= 0xfb9f:
		return "ں"
	case r >= 0xfba4 && r <= 0xfbb1:
		return string(presented("ۀ2ہ4ھ4ے2ۓ2", r-0xfba4))
	case r >= 0xfbfc && r <= 0xfbff:
		return "ی"
	case r >= 0xfb00 && r <= 0xfb06:
		return [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}[r-0xfb00]
	}
	return ""
}

// presented finds the letter of the n-th form in a list of letters, each
// followed by the number of its forms.
func presented(list string, n rune) rune {
	var letter rune
	for _, r := range list {
		if r < '0' || r > '9' {
			letter = r
			continue
		}
		if n -= r - '0'; n < 0 {
			break
		}
	}
	return letter
}

// decompose is one step of the canonical decomposition of an upper-case
// letter; base is 0 where there is none.
func decompose(r rune) (base rune, mark uint16) {
	if r < 0xc0 || r > 0xffff {
		return 0, 0
	}
	i := sort.Search(len(decompositions), func(i int) bool { return rune(decompositions[i][0]) >= r })
	if i < len(decompositions) && rune(decompositions[i][0]) == r {
		return rune(decompositions[i][1]), decompositions[i][2]
	}
	return 0, 0
}

func compose(base rune, mark uint16) rune {
	for _, d := range decompositions {
		if rune(d[1]) == base && d[2] == mark {
			return rune(d[0])
		}
	}
	return 0
}
