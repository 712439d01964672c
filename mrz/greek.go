package mrz

// greekRule gives the ways to write a Greek letter. Doc 9303 has no Greek
// table; Greek and Cypriot passports follow ELOT 743 (ISO 843 type 2), which
// comes first here. The rest is what older passports and their holders write.
func greekRule(r rune) string {
	switch r {
	case 'Α':
		return "A"
	case 'Β':
		return "V -:B"
	case 'Γ':
		return "G -:GH -:Y"
	case 'Δ':
		return "D -:DH"
	case 'Ε':
		return "E"
	case 'Ζ':
		return "Z"
	case 'Η':
		return "I -:E -:H"
	case 'Θ':
		return "TH"
	case 'Ι':
		return "I -:Y"
	case 'Κ':
		return "K -:C"
	case 'Λ':
		return "L"
	case 'Μ':
		return "M"
	case 'Ν':
		return "N"
	case 'Ξ':
		return "X -:KS"
	case 'Ο':
		return "O"
	case 'Π':
		return "P"
	case 'Ρ':
		return "R -:RH"
	case 'Σ':
		return "S -:SS"
	case 'Τ':
		return "T"
	case 'Υ':
		return "Y -:I -:U"
	case 'Φ':
		return "F -:PH"
	case 'Χ':
		return "CH -:H -:KH -:X"
	case 'Ψ':
		return "PS"
	case 'Ω':
		return "O -:W"
	}
	return ""
}

// greekPair gives the ways to write a digraph, the rule of ELOT 743 first. An
// accent on the first vowel or a diaeresis on the second keeps vowels apart.
func greekPair(a, b glyph, start, end bool, next rune) string {
	stress := a.has(acute) || a.has(grave) || a.has(perispomeni)
	if b.base == 'Υ' && !stress && !b.has(diaeresis) {
		v := "F"
		switch next {
		case 'Α', 'Ε', 'Η', 'Ι', 'Ο', 'Υ', 'Ω', 'Β', 'Γ', 'Δ', 'Ζ', 'Λ', 'Μ', 'Ν', 'Ρ':
			v = "V"
		}
		switch a.base {
		case 'Ο':
			return "OU -:U"
		case 'Α':
			return "A" + v + " -:AU -:AV -:AF"
		case 'Ε':
			return "E" + v + " -:EU -:EV -:EF"
		case 'Η':
			return "I" + v + " -:IF -:IV"
		}
	}
	if b.base == 'Ι' && !stress && !b.has(diaeresis) {
		switch a.base {
		case 'Α':
			return "AI -:E -:AE"
		case 'Ε':
			return "EI -:I"
		case 'Ο':
			return "OI -:I -:OE"
		}
	}
	switch string([]rune{a.base, b.base}) {
	case "ΓΓ":
		return "NG -:GG"
	case "ΓΚ":
		return "GK -:G -:NG -:GG"
	case "ΓΞ":
		return "NX"
	case "ΓΧ":
		return "NCH"
	case "ΓΙ":
		return "GI -:Y -:YI"
	case "ΝΤ":
		return "NT -:D -:ND"
	case "ΜΠ":
		if start || end {
			return "B -:MP"
		}
		return "MP -:B -:MB"
	}
	return ""
}
