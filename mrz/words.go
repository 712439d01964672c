package mrz

import "slices"

// A kind says what part a component plays in a name.
type kind uint8

const (
	ordinary kind = iota
	particle      // VAN, DE LA, BIN, AL
	title         // DR
	suffix        // JR
	marker        // NEE: what follows is a birth name
)

// A word is one component of a part of a name.
type word struct {
	from, to int // its glyphs
	text     string
	rec      string
	kind     kind
	first    uint32 // the letters with which it may begin
	arabic   int    // see arabicName
}

// A part is the family name or the given names in one form.
type part struct {
	*lattice
	words []word
	text  string
	rec   string
	cut   bool // may have lost letters and components to a full field
}

var (
	particleWords = []string{"VAN", "VON", "DER", "DEN", "DEM", "DE", "DEL", "DELLA", "DELLE", "DI", "DA", "DO", "DOS", "DAS",
		"DU", "DES", "LA", "LAS", "LOS", "LE", "ZU", "ZUM", "ZUR", "VOM", "AF", "AV", "TEN", "TER", "TE", "Y", "E",
		"BIN", "IBN", "BEN", "BINT", "BINTI", "BINTE", "AL", "EL", "UL", "AR", "AS", "ASH", "AZ", "AN", "AD", "AT"}
	markerWords      = []string{"NEE", "GEB", "GEBORENE", "GEBORENER", "BORN"}
	placeholderWords = []string{"FNU", "LNU", "NFN", "NLN"}
)

// newPart prepares a text for comparison; nil if there is no name in it.
func newPart(text string, icao, cut bool) *part {
	if !icao {
		text = unglueTitle(text)
	}
	g := fold(text)
	if len(g) == 0 {
		return nil
	}
	return partOf(newLattice(g, icao), cut)
}

func partOf(l *lattice, cut bool) *part {
	p := &part{lattice: l, text: l.written(0, len(l.g)), rec: l.render(0, len(l.g), 0), cut: cut}
	for i := 0; i < len(l.g); i++ {
		from := i
		for i < len(l.g) && l.g[i].script != separator {
			i++
		}
		w := word{from: from, to: i, text: l.written(from, i), rec: l.render(from, i, 0), first: l.first(from)}
		w.kind = kindOf(w.rec, len(p.words) == 0)
		w.arabic = arabicName(p.bare(from, i, w.rec))
		p.words = append(p.words, w)
	}
	// A suffix ends a name; elsewhere it is a name.
	for i := range p.words {
		if p.words[i].kind == suffix && i+1 < len(p.words) && p.words[i+1].kind != suffix {
			p.words[i].kind = ordinary
		}
	}
	if !slices.ContainsFunc(p.words, func(w word) bool { return w.kind == ordinary }) {
		for i := range p.words {
			p.words[i].kind = ordinary
		}
	}
	// First letter only: the rest of the part is lost.
	if len(p.words) == 1 && p.letters(0) == 1 {
		p.cut = true
	}
	return p
}

func kindOf(rec string, first bool) kind {
	switch {
	case slices.Contains(titleWords, rec), slices.Contains(dottedTitles, rec):
		return title
	case !first && isSuffix(rec):
		return suffix
	case slices.Contains(particleWords, rec):
		return particle
	case !first && slices.Contains(markerWords, rec):
		return marker
	}
	return ordinary
}

// unglueTitle puts the blank that is missing in Dr.Mustermann.
func unglueTitle(s string) string {
	for i := range len(s) - 1 {
		if s[i] == '.' {
			if s[i+1] != ' ' && s[i+1] != '-' && isTitle(s[:i+1]) {
				return s[:i+1] + " " + s[i+1:]
			}
			break
		}
	}
	return s
}

// letters counts the letters of a word that has nothing else.
func (p *part) letters(i int) int {
	w := p.words[i]
	for _, g := range p.g[w.from:w.to] {
		if g.script == digit || g.script == other {
			return 0
		}
	}
	return w.to - w.from
}

// first gives the letters with which a stretch may begin, as bits; all if it
// may begin with a letter of no script of ours, or with nothing.
func (l *lattice) first(i int) uint32 {
	var set uint32
	for _, e := range l.edges[i] {
		if e.out == "" || e.out[0] < 'A' || e.out[0] > 'Z' {
			return ^uint32(0)
		}
		set |= 1 << (e.out[0] - 'A')
	}
	return set
}

// bare is what the list of Arabic names would have for a component: Arabic
// letters without shadda, or its transliteration.
func (p *part) bare(from, to int, rec string) string {
	if p.g[from].script != arabic {
		return rec
	}
	s := ""
	for _, g := range p.g[from:to] {
		s += g.without(shadda).text()
	}
	return s
}

// placeholder says whether a part only says that there is no such name.
func (p *part) placeholder() bool {
	for _, w := range p.words {
		if !slices.Contains(placeholderWords, w.rec) {
			return false
		}
	}
	return true
}

// A skipped component stands in one of the names only.
type skipped struct {
	text, rec string
	kind      kind
	part      Part
}

// patronymic knows the East Slavic endings.
func patronymic(rec string) bool {
	for _, end := range []string{"OVICH", "EVICH", "OVYCH", "IOVYCH", "YOVYCH", "OVNA", "EVNA", "IVNA", "INICHNA"} {
		if len(rec) > len(end)+2 && rec[len(rec)-len(end):] == end {
			return true
		}
	}
	return false
}

// oneSlip says whether two texts are one typing slip apart: a letter too many,
// too few, wrong, or two neighbours exchanged.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 2 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) == 0 && len(b) == 1 || len(a) == 1 && len(b) == 1 ||
		len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
