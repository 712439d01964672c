package mrz

// cyrillicRule gives the ways to write a Cyrillic letter, in the notation of
// [rule]: the general rule of Doc 9303-3, 6.B first, then its
// exceptions (b Belarusian, g Bulgarian, m Macedonian, s Serbian, u Ukrainian,
// w Ukrainian at the beginning of a word), then practice outside that table:
// n is Bulgaria's law of 2009, o the English-based systems of earlier and
// other passports, - anything else that is met.
//
// Where the table cannot be meant as printed we follow what it means: the row
// of U+0402 shows Ћ, so Ђ and Ћ are both here; GJ is printed at Ғ (U+0492) for
// Ѓ; Г is not H in Serbian, which is accepted and not produced.
func cyrillicRule(r rune) string {
	switch r {
	case 'А', 'Ә':
		return "A"
	case 'Б':
		return "B"
	case 'В':
		return "V -:W"
	case 'Г':
		return "G b:H u:H"
	case 'Ґ':
		return "G"
	case 'Ғ':
		return "G m:GJ -:GH"
	case 'Д':
		return "D"
	case 'Ђ':
		return "D -:DJ"
	case 'Е':
		return "E -:YE -:IE -:JE"
	case 'Є':
		return "IE w:YE -:YE -:JE -:E"
	case 'Ж':
		return "ZH s:Z -:J"
	case 'З':
		return "Z"
	case 'Ѕ':
		return "DZ"
	case 'И':
		return "I u:Y"
	case 'І':
		return "I -:Y"
	case 'Ј':
		return "J"
	case 'К', 'Қ':
		return "K -:C -:Q"
	case 'Л':
		return "L"
	case 'Љ':
		return "LJ"
	case 'М':
		return "M"
	case 'Н', 'Ң':
		return "N"
	case 'Њ':
		return "NJ"
	case 'О', 'Ө':
		return "O"
	case 'П':
		return "P"
	case 'Р':
		return "R"
	case 'С':
		return "S -:SS"
	case 'Т':
		return "T"
	case 'Ћ':
		return "C"
	case 'У':
		return "U -:OU"
	case 'Ұ', 'Ү', 'Ѫ':
		return "U"
	case 'Ф':
		return "F"
	case 'Х', 'Ҳ':
		return "KH s:H m:H n:H -:CH"
	case 'Ц':
		return "TS s:C m:C -:TC"
	case 'Ч', 'Ҷ':
		return "CH s:C -:TCH"
	case 'Џ':
		return "DZ m:DJ"
	case 'Ш':
		return "SH s:S -:CH"
	case 'Щ':
		return "SHCH g:SHT n:SHT -:SCH"
	case 'Ъ':
		return "IE n:A -:0 -:Y"
	case 'Ы':
		return "Y"
	case 'Ь':
		return "0 n:Y"
	case 'Э':
		return "E"
	case 'Ю':
		return "IU w:YU n:YU o:YU -:JU -:U"
	case 'Я':
		return "IA w:YA n:YA o:YA -:JA"
	case 'Ѵ':
		return "Y"
	case 'Һ':
		return "C -:H"
	}
	return ""
}

// cyrillicMarked is cyrillicRule for letters that Unicode takes apart; other
// marks, such as the stress mark, change nothing.
func cyrillicMarked(g glyph) string {
	switch {
	case g.base == 'Е' && g.has(diaeresis):
		return "E b:IO -:YO -:JO -:IO -:O -:YE"
	case g.base == 'И' && g.has(breve):
		return "I w:Y n:Y o:Y -:J"
	case g.base == 'У' && g.has(breve):
		return "U -:W -:V"
	case g.base == 'І' && g.has(diaeresis):
		return "I w:YI -:YI -:JI"
	case g.base == 'Г' && g.has(acute):
		return "GJ -:G -:DJ"
	case g.base == 'К' && g.has(acute):
		return "K m:KJ"
	}
	return cyrillicRule(g.base)
}

// cyrillicPair gives the ways to write two letters together, where they are
// not those of the letters one by one.
func cyrillicPair(a, b glyph, end bool) string {
	switch {
	case (a.base == 'И' && a.plain() || a.base == 'Ы') && b.base == 'И' && b.has(breve) && end:
		return "-:Y -:IY -:II"
	case a.base == 'І' && b.base == 'И' && b.has(breve) && end:
		return "-:Y -:IY"
	case a.base == 'И' && b.base == 'Я' && end:
		return "n:IA"
	case a.base == 'З' && b.base == 'Г':
		return "-:ZGH"
	case a.base == 'К' && b.base == 'С':
		return "-:X"
	case a.base == 'Ь' && (b.base == 'Е' || b.base == 'О'):
		return "-:YE -:IE -:YO"
	}
	return ""
}
