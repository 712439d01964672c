package mrz

// A Code names one rule by which two names were linked, or one thing that
// keeps them apart. Codes are stable: other packages turn them into sentences.
type Code string

// Rules of spelling. A and B of the [Reason] are the letters on either side.
const (
	DiacriticOmitted  Code = "diacritic_omitted"  // É, E
	AEForUmlaut       Code = "ae_for_a_umlaut"    // Ä, AE
	OEForUmlaut       Code = "oe_for_o_umlaut"    // Ö, OE
	UEForUmlaut       Code = "ue_for_u_umlaut"    // Ü, UE
	UXXForUmlaut      Code = "uxx_for_u_umlaut"   // Ü, UXX
	UmlautPlain       Code = "umlaut_plain"       // Ä, A; Ö, O; Ü, U
	AAForRing         Code = "aa_for_a_ring"      // Å, AA
	RingPlain         Code = "ring_plain"         // Å, A
	OEForStroke       Code = "oe_for_o_stroke"    // Ø, OE
	OStrokePlain      Code = "o_stroke_plain"     // Ø, O
	NXXForTilde       Code = "nxx_for_n_tilde"    // Ñ, NXX
	SSForSharpS       Code = "ss_for_sharp_s"     // ß, SS
	THForThorn        Code = "th_for_thorn"       // Þ, TH
	DForEth           Code = "d_for_eth"          // Ð, D
	DForStroke        Code = "d_for_d_stroke"     // Đ, D
	DJForStroke       Code = "dj_for_d_stroke"    // Đ, DJ
	LForStroke        Code = "l_for_l_stroke"     // Ł, L
	Ligature          Code = "ligature"           // Æ, AE; Œ, OE; Ĳ, IJ
	SpecialLetter     Code = "special_letter"     // any other Latin letter of a national alphabet
	LetterDropped     Code = "letter_dropped"     // Ł, nothing: faulty software
	KSForX            Code = "ks_for_x"           // KS, X
	Numeral           Code = "numeral"            // 2, II; digits are not allowed in the lines
	Cyrillic          Code = "cyrillic"           // Ж, ZH: the general rule of Doc 9303
	CyrillicNational  Code = "cyrillic_national"  // Г, H: an exception of Doc 9303 for one language
	CyrillicPractice  Code = "cyrillic_practice"  // Ю, YU: a national or earlier system
	CyrillicRespelled Code = "cyrillic_respelled" // IU, YU: two systems, the original not at hand
	Greek             Code = "greek"              // Χ, CH: ELOT 743
	GreekPractice     Code = "greek_practice"     // Χ, H
	Arabic            Code = "arabic"             // ش, XSH: Doc 9303
	ArabicPractice    Code = "arabic_practice"    // ش, SH
	ArabicVowels      Code = "arabic_vowels"      // vowels that Arabic script does not write: the consonants agree, no more
	ArabicName        Code = "arabic_name"        // MUHAMMAD, MOHAMED: transcriptions of one Arabic name
	ArticleAl         Code = "article_al"         // AL, EL; AL RAZI, AR RAZI
	SonOf             Code = "son_of"             // BIN, IBN
	Spacing           Code = "spacing"            // ALAN<RICK, ALANRICK
	PrintedDiffers    Code = "printed_differs"    // the printed forms differ where the ICAO forms agree
	ICAODiffers       Code = "icao_differs"       // the ICAO forms differ where a printed form agrees
	ScriptNotCovered  Code = "script_not_covered" // no rule here for the script of one side
	NothingToCompare  Code = "nothing_to_compare" // no part of the name is present in both
	TooLong           Code = "too_long"           // more than MaxLetters in one part
	ComponentsDiffer  Code = "components_differ"  // A and B are the parts
	OneLetterDiffers  Code = "one_letter_differs" // A and B are one typing slip apart
	OrderChanged      Code = "order_changed"      // the same components in another order
	Exchanged         Code = "exchanged"          // family and given name have changed places
	DividedElsewhere  Code = "divided_elsewhere"  // the border of family and given name is elsewhere
	SingleName        Code = "single_name"        // one name only, family name here and given name there
	SingleNameTwice   Code = "single_name_twice"  // one name only, repeated as given name
	Placeholder       Code = "placeholder"        // FNU, LNU: a word for a part that does not exist
	Title             Code = "title"              // DR in one of the names
	SuffixMissing     Code = "suffix_missing"     // JR in one of the names
	SuffixSpelled     Code = "suffix_spelled"     // JR, JUNIOR
	ParticleMissing   Code = "particle_missing"   // VAN DER in one of the names
	ParticleMoved     Code = "particle_moved"     // VAN DER, JR elsewhere in the name
	PatronymicMissing Code = "patronymic_missing" // PETROVICH in one of the names
	BirthName         Code = "birth_name"         // a birth name (NEE, GEB) in one of the names
	ComponentMissing  Code = "component_missing"  // A or B is in one of the names only
	FamilyMissing     Code = "family_missing"     // one of the names has no family name
	GivenMissing      Code = "given_missing"      // one of the names has no given name
	Initial           Code = "initial"            // M, MARIA
	FirstLetterOnly   Code = "first_letter_only"  // a part that is the first letter only: faulty software
	CutOff            Code = "cut_off"            // shortened because the field was full
)

// Codes lists every code, in the order of their declaration.
func Codes() []Code {
	return []Code{
		DiacriticOmitted, AEForUmlaut, OEForUmlaut, UEForUmlaut, UXXForUmlaut, UmlautPlain,
		AAForRing, RingPlain, OEForStroke, OStrokePlain, NXXForTilde, SSForSharpS, THForThorn,
		DForEth, DForStroke, DJForStroke, LForStroke, Ligature, SpecialLetter, LetterDropped,
		KSForX, Numeral, Cyrillic, CyrillicNational, CyrillicPractice, CyrillicRespelled,
		Greek, GreekPractice, Arabic, ArabicPractice, ArabicVowels, ArabicName, ArticleAl,
		SonOf, Spacing, PrintedDiffers, ICAODiffers, ScriptNotCovered, NothingToCompare,
		TooLong, ComponentsDiffer, OneLetterDiffers, OrderChanged, Exchanged,
		DividedElsewhere, SingleName, SingleNameTwice, Placeholder, Title, SuffixMissing, SuffixSpelled,
		ParticleMissing, ParticleMoved, PatronymicMissing, BirthName, ComponentMissing,
		FamilyMissing, GivenMissing, Initial, FirstLetterOnly, CutOff,
	}
}

// A Part says which part of the name a [Reason] speaks of.
type Part string

// The parts of a name.
const (
	Whole  Part = "name"
	Family Part = "family"
	Given  Part = "given"
)

// A Reason is one step of the explanation: the rule, the part of the name, and
// what stands there in the first and in the second name (letters or a whole
// component, empty if there is nothing). It holds personal data.
type Reason struct {
	Code Code
	Part Part
	A, B string
}

// String is for debugging only.
func (r Reason) String() string {
	s := string(r.Code) + " (" + string(r.Part)
	if r.A != "" || r.B != "" {
		s += ": " + quote(r.A) + ", " + quote(r.B)
	}
	return s + ")"
}

func quote(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func (r Reason) flip() Reason {
	r.A, r.B = r.B, r.A
	return r
}
