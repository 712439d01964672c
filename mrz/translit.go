package mrz

// A Language chooses the exceptions of the Cyrillic table of Doc 9303. The
// zero Language has none.
type Language uint8

const (
	AnyLanguage Language = iota
	Belarusian
	Bulgarian
	Macedonian
	Serbian
	Ukrainian
)

var languageStyles = [...]style{0, belarusian, bulgarian, macedonian, serbian, ukrainian}

// Transliterate writes one part of a name (family name, or given names) in the
// letters of the lines: A to Z, and < between components. It takes the first
// recommendation of Doc 9303-3, section 6, of ELOT 743 for Greek. Letters of
// other scripts and everything after [MaxLetters] are left out; [Covered]
// tells. The result of Transliterate is unchanged by Transliterate.
func Transliterate(s string) string {
	return TransliterateIn(AnyLanguage, s)
}

// TransliterateIn is [Transliterate] with the exceptions for a language.
func TransliterateIn(lang Language, s string) string {
	if int(lang) >= len(languageStyles) {
		lang = AnyLanguage
	}
	l := newLattice(fold(s), false)
	return limit(l.render(0, len(l.g), languageStyles[lang]), MaxLetters)
}

// Covered says whether s has letters and Transliterate has a rule for each.
func Covered(s string) bool {
	l := newLattice(fold(s), false)
	return l.covered() && l.render(0, len(l.g), 0) != ""
}

// MaxVariants is the largest number of spellings that [Variants] gives.
const MaxVariants = 10

// Variants gives the acceptable spellings of one part of a name, without
// repetition, the one of [Transliterate] first: each language's exceptions,
// Bulgaria's law, the English-based Cyrillic of many passports, umlauts as one
// letter, UXX and NXX. Each is consistent in itself; [Match] also knows mixtures.
func Variants(s string) []string {
	l := newLattice(fold(s), false)
	styles := [MaxVariants]style{0, plainStyle, xxStyle, otherStyle,
		belarusian, bulgarian, bulgarianLaw, macedonian, serbian, ukrainian}
	var out []string
next:
	for _, s := range styles {
		v := limit(l.render(0, len(l.g), s), MaxLetters)
		for _, o := range out {
			if o == v {
				continue next
			}
		}
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// limit cuts a text to n letters, and a separator that then ends it.
func limit(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	for len(s) > 0 && s[len(s)-1] == '<' {
		s = s[:len(s)-1]
	}
	return s
}
