package mrz

import "strings"

// latinRule gives the ways to write a Latin letter that has no decomposition,
// in the notation of [rule]: the recommendation of Doc 9303-3, 6.A first; ""
// for letters unknown here. Letters after Ŧ are not in that table, but in
// national alphabets and names.
func latinRule(r rune) (code, other Code, ways string) {
	switch r {
	case 'Æ':
		return Ligature, Ligature, "AE -:A"
	case 'Œ':
		return Ligature, Ligature, "OE -:O"
	case 'Ĳ':
		return Ligature, Ligature, "IJ -:Y"
	case 'ẞ':
		return SSForSharpS, SSForSharpS, "SS -:S -:SZ"
	case 'Ø':
		return OEForStroke, OStrokePlain, "OE p:O"
	case 'Þ':
		return THForThorn, THForThorn, "TH -:T"
	case 'Ð':
		return DForEth, DForEth, "D -:DH"
	case 'Đ':
		return DForStroke, DJForStroke, "D o:DJ"
	case 'Ł':
		return LForStroke, "", "L"
	}
	return SpecialLetter, SpecialLetter, specialRule(r)
}

func specialRule(r rune) string {
	switch r {
	case 'Ħ':
		return "H"
	case 'Ŧ':
		return "T"
	case 'Ŋ':
		return "N -:NG"
	case 'ı':
		return "I"
	case 'ĸ', 'Ƙ':
		return "K"
	case 'ŉ', 'Ɲ':
		return "N"
	case 'Ə':
		return "A -:E -:AE"
	case 'Ɓ':
		return "B"
	case 'Ɗ':
		return "D"
	case 'Ɛ':
		return "E"
	case 'Ɔ', 'º':
		return "O"
	case 'Ǥ':
		return "G"
	case 'Ƴ':
		return "Y"
	case 'ª':
		return "A"
	case 'Ŀ':
		return "L"
	case 'Ǆ', 'Ǳ':
		return "DZ"
	case 'Ǉ':
		return "LJ"
	case 'Ǌ':
		return "NJ"
	}
	return ""
}

// special gives the edges of a letter of latinRule. Software that only takes
// marks off loses such letters.
func special(r rune, to int) []edge {
	code, other, ways := latinRule(r)
	if ways == "" {
		return nil
	}
	return append(rule(ways, to, code, other), edge{to: to, code: LetterDropped, cost: alternative})
}

// latinMarked gives the ways to write A to Z with marks.
func latinMarked(g glyph) []edge {
	one := string(g.base)
	switch {
	case g.plain():
		return []edge{{out: one}}
	case g.base == 'A' && g.has(diaeresis):
		return []edge{{out: "AE", code: AEForUmlaut}, {out: "A", code: UmlautPlain, cost: alternative, style: plainStyle}}
	case g.base == 'O' && g.has(diaeresis):
		return []edge{{out: "OE", code: OEForUmlaut}, {out: "O", code: UmlautPlain, cost: alternative, style: plainStyle}}
	case g.base == 'U' && g.has(diaeresis):
		return []edge{{out: "UE", code: UEForUmlaut},
			{out: "UXX", code: UXXForUmlaut, cost: alternative, style: xxStyle},
			{out: "U", code: UmlautPlain, cost: alternative, style: plainStyle}}
	case g.base == 'A' && g.has(ringAbove):
		return []edge{{out: "AA", code: AAForRing}, {out: "A", code: RingPlain, cost: alternative, style: plainStyle}}
	case g.base == 'N' && g.has(tilde):
		return []edge{{out: one, code: DiacriticOmitted}, {out: "NXX", code: NXXForTilde, cost: alternative, style: xxStyle}}
	}
	return []edge{{out: one, code: DiacriticOmitted}}
}

// respelled gives what plain Latin letters from place p on may stand for, when
// the original is not at hand: MUELLER and MULLER can both be written for
// Müller, IULIIA and YULIYA for Юлия. These guesses are few and narrow, cost
// much, and at most [maxGuesses] of them link two names.
func (l *lattice) respelled(p int) []edge {
	w := l.ahead(p, 3)
	if w == "" {
		return nil
	}
	var out []edge
	guess := func(n int, to string, code Code) {
		out = append(out, edge{to: p + n, out: to, code: code, cost: guessed})
	}
	start := l.startsWord(p)
	starts := func(s string) bool { return len(w) >= len(s) && w[:len(s)] == s }
	switch {
	case starts("AE") && l.umlautAt(p):
		guess(2, "A", AEForUmlaut)
	case starts("OE") && l.umlautAt(p):
		guess(2, "O", OEForUmlaut)
	case starts("UE") && l.umlautAt(p):
		guess(2, "U", UEForUmlaut)
		guess(2, "UXX", UXXForUmlaut)
	case w == "UXX":
		guess(3, "U", UXXForUmlaut)
	case w == "NXX":
		guess(3, "N", NXXForTilde)
	case starts("KS"):
		guess(2, "X", KSForX)
	case start && starts("IU"):
		guess(2, "YU", CyrillicRespelled)
	case start && starts("IE"):
		guess(2, "YE", CyrillicRespelled)
	case (w == "IIA" || w == "IYA") && l.endsWord(p+3):
		guess(3, "IA", CyrillicRespelled)
	case starts("IA") && !l.endsWord(p+2):
		guess(2, "YA", CyrillicRespelled)
	case len(w) == 2 && l.endsWord(p+2):
		switch w {
		case "II", "IY", "YI", "YY":
			guess(2, "Y", CyrillicRespelled)
		case "AI", "EI", "OI", "UI":
			guess(2, w[:1]+"Y", CyrillicRespelled)
		}
	}
	if l.abd(p) {
		for _, v := range "AEU" {
			if v != l.g[p].base {
				guess(1, string(v), ArticleAl)
			}
		}
	}
	return out
}

// umlautAt says whether a vowel and the E after it may be an umlaut. Not in
// QUE, not after a vowel (SAUER), not at the end (JOE), and not in the many
// names in -AEL, -OEL, -UEL and their feminine forms.
func (l *lattice) umlautAt(p int) bool {
	if before := l.ahead(p-1, 1); before != "" && vowelOrQ(before[0]) {
		return false
	}
	if l.endsWord(p + 2) {
		return false
	}
	if after := l.ahead(p+2, 1); after == "" || vowelOrQ(after[0]) {
		return false
	}
	for _, rest := range []string{"L", "LA", "LE", "LLA", "LLE"} {
		if l.ahead(p+2, len(rest)) == rest && l.endsWord(p+2+len(rest)) {
			return false
		}
	}
	return true
}

func vowelOrQ(c byte) bool { return isVowel(c) || c == 'Q' }

func isVowel(c byte) bool {
	return c == 'A' || c == 'E' || c == 'I' || c == 'O' || c == 'U'
}

// abd says whether the vowel at p is that of the article in ABDULRAHMAN, ABDEL
// RAHMAN, ABD AL RAHMAN.
func (l *lattice) abd(p int) bool {
	if !isVowel(byte(l.g[p].base)) || l.ahead(p+1, 1) != "L" {
		return false
	}
	q := p - 3
	if p > 0 && l.g[p-1].script == separator {
		q--
	}
	return q >= 0 && l.startsWord(q) && l.ahead(q, 3) == "ABD"
}

// articles gives the ways to write a Latin component that is an Arabic article
// or the word for son, if another component follows.
func (l *lattice) articles(p int) []edge {
	if !l.startsWord(p) {
		return nil
	}
	n := 0
	for p+n < len(l.g) && l.g[p+n].script == latin && l.g[p+n].plain() && n < 4 {
		n++
	}
	if n < 2 || n > 3 || p+n+1 >= len(l.g) || l.g[p+n].script != separator {
		return nil
	}
	var out []edge
	word := l.ahead(p, n)
	add := func(to string, code Code) {
		if to != word {
			out = append(out, edge{to: p + n, out: to, code: code, cost: guessed})
		}
	}
	next := l.ahead(p+n+1, 2)
	switch word {
	case "BIN", "IBN", "BEN":
		for _, s := range []string{"BIN", "IBN", "BEN"} {
			add(s, SonOf)
		}
		return out
	case "AL", "EL", "UL":
		if next != "" && strings.Contains("TDRZSN", next[:1]) {
			add("A"+next[:1], ArticleAl)
		}
	default:
		// AR RAZI, ASH SHAMI: the assimilated consonant stands again after it.
		if len(next) < 2 || word[0] != 'A' && word[0] != 'E' || word[1:] != next[:n-1] || isVowel(word[1]) {
			return nil
		}
	}
	for _, s := range []string{"AL", "EL", "UL"} {
		add(s, ArticleAl)
	}
	return out
}
