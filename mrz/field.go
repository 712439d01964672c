package mrz

import (
	"slices"
	"strings"
	"unicode"
)

// MaxDCC is the length of the fields fnt and gnt of an EU digital COVID
// certificate (schema 1.3.3, maxLength).
const MaxDCC = 80

// NameField writes a name as the name field of lines with that width (30 in
// TD1, 31 in TD2 and MRV-B, 39 in TD3 and MRV-A; see [Kind.NameWidth]), filled
// up with <. Titles and suffixes are left out ([StripTitles]), as Doc 9303-3,
// 4.6 wants; a State for which they are part of the name uses [Fit].
func NameField(family, given string, width int) (field string, truncated bool) {
	family, _ = StripTitles(family)
	given, _ = StripTitles(given)
	return Fit(Transliterate(family), Transliterate(given), width)
}

// Fit is NameField for a name in the letters of the lines. Too long a name is
// truncated: the components of the primary identifier are shortened, the
// longest first, until there is room for up to five letters of the secondary
// identifier; this then fills the field. The last character is a letter, as a
// sign of truncation, but for names of nothing but initials.
func Fit(primary, secondary string, width int) (field string, truncated bool) {
	if width <= 0 {
		return "", primary != "" || secondary != ""
	}
	p, s := components(primary), components(secondary)
	if len(p) == 0 { // a name of one part is the primary identifier
		p, s = s, nil
	}
	full := join(p, s)
	if len(full) <= width {
		return full + fill(width-len(full)), false
	}
	if len(s) > 0 {
		room := width - 2 - min(len(s[0]), 5)
		shorten(p, room)
	}
	cut := truncate(p, s, width)
	return cut + fill(width-len(cut)), true
}

func fill(n int) string { return strings.Repeat("<", max(n, 0)) }

func components(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '<' })
}

func join(p, s []string) string {
	if len(s) == 0 {
		return strings.Join(p, "<")
	}
	return strings.Join(p, "<") + "<<" + strings.Join(s, "<")
}

// shorten takes letters from the longest components, the last of them first,
// until all fit in room.
func shorten(p []string, room int) {
	for len(strings.Join(p, "<")) > room && shortenOne(p) {
	}
}

func shortenOne(lists ...[]string) bool {
	var longest *string
	for _, list := range lists {
		for i := range list {
			if longest == nil || len(list[i]) >= len(*longest) {
				longest = &list[i]
			}
		}
	}
	if longest == nil || len(*longest) < 2 {
		return false
	}
	*longest = (*longest)[:len(*longest)-1]
	return true
}

// truncate cuts at the end of the field; if a separator would stand there, a
// letter is taken from the longest component before it.
func truncate(p, s []string, width int) string {
	for {
		full := join(p, s)
		if len(full) <= width {
			return full
		}
		if full[width-1] != '<' {
			return full[:width]
		}
		if !shortenOne(p, s) {
			return strings.TrimRight(full[:width], "<")
		}
	}
}

// SplitName divides a name field at its first double filler. Components stay
// divided by <.
func SplitName(field string) (primary, secondary string) {
	primary, secondary, _ = strings.Cut(strings.TrimRight(field, "<"), "<<")
	return strings.Join(components(primary), "<"), strings.Join(components(secondary), "<")
}

// SplitPrinted divides a name as passports print it on one line, with a comma
// between the family name and the given names.
func SplitPrinted(s string) (family, given string) {
	i := strings.IndexFunc(s, func(r rune) bool { return r == ',' || r == 0x060c || r == 0x3001 || r == 0xff0c })
	if i < 0 {
		return strings.TrimSpace(s), ""
	}
	_, given, _ = strings.Cut(s[i:], string([]rune(s[i:])[0]))
	return strings.TrimSpace(s[:i]), strings.TrimSpace(given)
}

// DCC gives the fields fnt and gnt of an EU certificate for the printed family
// and given name: transliterated, titles left out, at most [MaxDCC] letters. A
// name of one part goes to fnt, which that schema wants most.
func DCC(family, given string) (fnt, gnt string) {
	family, _ = StripTitles(family)
	given, _ = StripTitles(given)
	fnt, gnt = limit(Transliterate(family), MaxDCC), limit(Transliterate(given), MaxDCC)
	if fnt == "" {
		return gnt, ""
	}
	return fnt, gnt
}

// StripTitles takes academic and courtesy titles from the head of a part of a
// name, and suffixes (Jr., III) from its end, unless nothing would be left.
// The titles are a short list; words that are also names need their full stop.
func StripTitles(s string) (rest string, titles []string) {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	for len(words) > 1 && isTitle(words[0]) {
		titles = append(titles, words[0])
		words = words[1:]
	}
	for len(words) > 1 && isSuffix(Transliterate(words[len(words)-1])) {
		titles = append(titles, words[len(words)-1])
		words = words[:len(words)-1]
	}
	if len(words) == 1 { // Dr.Mustermann, without a blank
		if head, tail, ok := strings.Cut(words[0], "."); ok && isTitle(head+".") && Transliterate(tail) != "" {
			titles = append(titles, head+".")
			words[0] = tail
		}
	}
	if len(titles) == 0 {
		return s, nil
	}
	return strings.Join(words, " "), titles
}

func isTitle(word string) bool {
	bare, dotted := strings.CutSuffix(word, ".")
	bare = Transliterate(bare)
	return slices.Contains(titleWords, bare) || dotted && slices.Contains(dottedTitles, bare)
}

var (
	titleWords   = []string{"DR", "DRS", "PROF", "SIR", "MR", "MRS"}
	dottedTitles = []string{"ING", "DIPL", "DIPL<ING", "DR<ING", "DRMED", "MAG", "MS", "HC", "MED", "PHD", "MGR", "RNDR", "MUDR", "JUDR", "LIC", "DDR"}
	suffixWords  = []string{"JR", "SR", "JNR", "SNR", "JUNIOR", "SENIOR", "II", "III", "IV"}
)

// isSuffix is about a component in the letters of the lines.
func isSuffix(c string) bool { return slices.Contains(suffixWords, c) }
