package mrz_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/pratique/pratique/mrz"
)

var languages = map[string]mrz.Language{
	"be": mrz.Belarusian, "bg": mrz.Bulgarian, "mk": mrz.Macedonian, "sr": mrz.Serbian, "uk": mrz.Ukrainian,
}

// Every row of the tables of Doc 9303 is followed, with its alternatives and
// exceptions, for small letters as well.
func TestTables(t *testing.T) {
	text, err := os.ReadFile("testdata/doc9303.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		f := strings.Split(strings.TrimSpace(line), "\t")
		code, err := strconv.ParseUint(f[0], 16, 32)
		if err != nil || string(rune(code)) != f[1] || len(f) < 3 {
			t.Fatalf("bad row %q", line)
		}
		for _, s := range []string{f[1], strings.ToLower(f[1])} {
			want := strings.TrimPrefix(f[2], "0")
			if got := mrz.Transliterate("a" + s + "a"); code != 0x629 && got != "A"+want+"A" {
				t.Errorf("%s %s: got %s, want A%sA", f[0], s, got, want)
			}
			if got := mrz.Transliterate(s); got != want {
				t.Errorf("%s %s: got %s, want %s", f[0], s, got, want)
			}
			variants := mrz.Variants(s)
			for _, alt := range f[3:] {
				lang, out, special := strings.Cut(alt, ":")
				if !special {
					out = lang
				} else if got := mrz.TransliterateIn(languages[strings.TrimSuffix(lang, "^")], s); got != out {
					t.Errorf("%s %s in %s: got %s, want %s", f[0], s, lang, got, out)
				}
				if strings.HasSuffix(lang, "^") {
					if got := mrz.TransliterateIn(mrz.Ukrainian, "ба"+s); got == "BA"+out {
						t.Errorf("%s %s: first-letter rule inside a word: %s", f[0], s, got)
					}
				}
				if !slices.Contains(variants, out) {
					t.Errorf("%s %s: %s is not among the variants %v", f[0], s, out, variants)
				}
			}
		}
	}
	if rows < 180 {
		t.Fatalf("%d rows, want all of the tables", rows)
	}
}

func TestTransliterate(t *testing.T) {
	for _, v := range []struct{ comment, in, want string }{
		{"nothing", "", ""},
		{"blanks and signs only", " - . ' < ", ""},
		{"apostrophe leaves nothing (4.6)", "d'Artagnan", "DARTAGNAN"},
		{"typographic apostrophe", "D’Artagnan", "DARTAGNAN"},
		{"modifier apostrophe", "Oʻktam", "OKTAM"},
		{"hyphen is a filler (4.6)", "Marie-Elise", "MARIE<ELISE"},
		{"dashes of all kinds", "Marie–Elise‐Ann", "MARIE<ELISE<ANN"},
		{"hyphen with blanks is one filler", "Marie - Elise", "MARIE<ELISE"},
		{"comma between components (4.6)", "Anna, Maria", "ANNA<MARIA"},
		{"full stop leaves nothing: the DR<< complaint", "Dr. Musterfrau", "DR<MUSTERFRAU"},
		{"other punctuation leaves nothing", "Ma(ri)a & Jo/e!", "MARIA<JOE"},
		{"lines are left as they are", "VAN<DER<MUELLEN", "VAN<DER<MUELLEN"},
		{"double fillers are one", "<<DR<<MUSTERFRAU<<<", "DR<MUSTERFRAU"},
		{"numeral as component", "Muster 4", "MUSTER<IV"},
		{"Arabic-Indic numeral", "Muster ١٢", "MUSTER<XII"},
		{"digits in a word", "Mu5ter", "MUTER"},
		{"zero and large numbers are nothing", "A 0 4000 B", "A<B"},
		{"fullwidth letters", "Ｍｕｓｔｅｒ", "MUSTER"},
		{"ligature of print", "Griﬃn", "GRIFFIN"},
		{"umlaut with a macron above", "Ǖ", "UE"},
		{"diaeresis on e is no umlaut", "Zoë Noël", "ZOE<NOEL"},
		{"Vietnamese", "Nguyễn Thị Đường", "NGUYEN<THI<DUONG"},
		{"Spanish ordinal", "Mª", "MA"},
		{"Azerbaijani", "Əliyev Rüfət", "ALIYEV<RUEFAT"},
		{"Russian hard and soft sign", "Объезднов Игорь", "OBIEEZDNOV<IGOR"},
		{"Russian й, ё, щ", "Щёголев Андрей", "SHCHEGOLEV<ANDREI"},
		{"soft sign alone is no component", "А Ь Б", "A<B"},
		{"Greek mp, ou", "Μπουρνάζος", "BOURNAZOS"},
		{"Greek mp inside and at the end", "Λάμπρος Κεμπ", "LAMPROS<KEB"},
		{"Greek nt, gk, gg", "Ντόρα Γκίκα Αγγελή", "NTORA<GKIKA<ANGELI"},
		{"Greek gx, gch", "Σφιγξ Μεγχ", "SFINX<MENCH"},
		{"Greek av, af", "Αυγή Αυτιάς", "AVGI<AFTIAS"},
		{"Greek ev, ef, at the end of a word", "Ευάγγελος Ευθύμης Ζευ", "EVANGELOS<EFTHYMIS<ZEF"},
		{"Greek iv", "Ηυλ", "IVL"},
		{"Greek accent on the first vowel divides", "Άυλος Μάιος", "AYLOS<MAIOS"},
		{"Greek diaeresis divides", "Αϋφαντής", "AYFANTIS"},
		{"Greek capitals without accents", "ΠΑΠΑΔΟΠΟΥΛΟΣ", "PAPADOPOULOS"},
		{"Greek final sigma, psi, xi, theta", "Ψαράς Ξένος Θάνος", "PSARAS<XENOS<THANOS"},
		{"Arabic example of B.5.7", "ابو بكر محمد بن زكريا الرازي", "ABW<BKR<MXHMD<BN<ZKRYA<ALRAZY"},
		{"Arabic examples of B.5.9", "جمال عبد الناصر", "JMAL<EBD<ALNAXSSR"},
		{"Arabic teh marbuta at the end of each component", "نعيمة جميلة", "NEYMXAH<JMYLXAH"},
		{"Arabic teh marbuta inside", "جميلةن", "JMYLXTAN"},
		{"Arabic shadda of a single letter (6.C, note 3)", "عبّاس", "EBBAS"},
		{"Arabic shadda of a sequence (6.C, note 3)", "فضّة", "FXDZXDZXAH"},
		{"Arabic vowel marks, shadda after the vowel", "مُحَمَّد", "MXHMMD"},
		{"Arabic tatweel", "محـــمد", "MXHMD"},
		{"Arabic zero-width non-joiner", "علی\u200cرضا", "ELXYARXDZA"},
		{"Arabic presentation forms", "ﻣﺤﻤﺪ", "MXHMD"},
		{"Arabic lam-alef ligature", "ﺳﻼﻡ", "SLAM"},
		{"Persian", "پریچهر گلزار", "PRXYAXCHR<XGGLZAR"},
		{"Urdu", "ٹھاکر", "XXTXDOAXKKR"},
		{"scripts without rules are left out", "王小明", ""},
		{"and only they", "王 Ming", "MING"},
		{"invalid bytes", "M\xffax", "MAX"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			if got := mrz.Transliterate(v.in); got != v.want {
				t.Errorf("%q: got %q, want %q", v.in, got, v.want)
			}
		})
	}
}

// The exceptions for languages, with names.
func TestTransliterateIn(t *testing.T) {
	for _, v := range []struct {
		comment  string
		lang     mrz.Language
		in, want string
	}{
		{"Ukrainian", mrz.Ukrainian, "Юрій Григорович Євген-Яків", "YURII<HRYHOROVYCH<YEVHEN<YAKIV"},
		{"Ukrainian ї, й inside", mrz.Ukrainian, "Їжакевич Михайло", "YIZHAKEVYCH<MYKHAILO"},
		{"Ukrainian apostrophe is no beginning", mrz.Ukrainian, "В'ячеслав", "VIACHESLAV"},
		{"Belarusian", mrz.Belarusian, "Ганчар Алёна Ўладзімір", "HANCHAR<ALIONA<ULADZIMIR"},
		{"Serbian", mrz.Serbian, "Живковић Љубиша Џемал", "ZIVKOVIC<LJUBISA<DZEMAL"},
		{"Serbian г stays g", mrz.Serbian, "Горан Хаџић", "GORAN<HADZIC"},
		{"Macedonian", mrz.Macedonian, "Ќосев Ѓорѓи Џамбазов", "KJOSEV<GJORGJI<DJAMBAZOV"},
		{"Bulgarian", mrz.Bulgarian, "Щерев", "SHTEREV"},
		{"no such language is any language", 99, "Щерев", "SHCHEREV"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			if got := mrz.TransliterateIn(v.lang, v.in); got != v.want {
				t.Errorf("got %q, want %q", got, v.want)
			}
		})
	}
}

// Canonically equivalent texts are one text: composed letters, decomposed
// letters, and marks put on in another order than Unicode's.
func TestNormalisation(t *testing.T) {
	n := 0
	for _, span := range [][2]rune{{0xc0, 0x24f}, {0x1e00, 0x1eff}, {0x370, 0x3ff}, {0x1f00, 0x1fff}, {0x400, 0x52f}, {0x600, 0x6ff}, {0x2126, 0x212b}, {0x900, 0xfff}, {0x3041, 0x30ff}, {0xac00, 0xacff}} {
		for r := span[0]; r <= span[1]; r++ {
			if !unicode.IsLetter(r) {
				continue
			}
			n++
			for _, s := range []string{string(r), "x" + string(r) + "a", "μ" + string(r) + "υ", "б" + string(r) + "е"} {
				nfd := norm.NFD.String(s)
				if a, b := mrz.Transliterate(s), mrz.Transliterate(nfd); a != b {
					t.Errorf("%U: %q composed, %q decomposed", r, a, b)
				}
				if got := mrz.Match(mrz.Name{Family: "Z " + s}, mrz.Name{Family: "Z " + nfd}); got.Class != mrz.Same {
					t.Errorf("%U: composed and decomposed are %v", r, got)
				}
			}
			// A mark makes another letter: never Same as the bare one.
			if d := []rune(norm.NFD.String(string(r))); len(d) > 1 && d[1] != 0x651 {
				if got := mrz.Match(mrz.Name{Family: string(r) + "no"}, mrz.Name{Family: string(d[0]) + "no"}); got.Class == mrz.Same {
					t.Errorf("%U: Same as its base letter", r)
				}
			}
		}
	}
	if n < 1000 {
		t.Fatalf("%d letters, want more than 1000", n)
	}
	forms := 0
	for r := rune(0xfb00); r <= 0xfefc; r++ {
		if r < 0xfe80 && mrz.Transliterate(string(r)) == "" {
			continue // of the other presentation forms we know only some
		}
		forms++
		if a, b := mrz.Transliterate(string(r)), mrz.Transliterate(norm.NFKC.String(string(r))); a != b {
			t.Errorf("presentation form %U: %q, letter %q", r, a, b)
		}
	}
	if forms < 170 {
		t.Errorf("%d presentation forms", forms)
	}
}

func TestCovered(t *testing.T) {
	for s, want := range map[string]bool{"": false, "-": false, "Müller": true, "Иванов": true, "王": false, "王 Ming": false, "محمد": true, "42": true} {
		if got := mrz.Covered(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// Variants are bounded, distinct, begin with the recommendation, and Match
// takes each for the name.
func TestVariants(t *testing.T) {
	for _, v := range []struct {
		in   string
		want []string
	}{
		{"Müller", []string{"MUELLER", "MULLER", "MUXXLLER"}},
		{"Nuñez", []string{"NUNEZ", "NUNXXEZ"}},
		{"Ærø", []string{"AEROE", "AERO"}},
		{"Юлия", []string{"IULIIA", "YULIYA", "YULIA"}},
		{"Ганна", []string{"GANNA", "HANNA"}},
		{"Đoko", []string{"DOKO", "DJOKO"}},
		{"الشيخ", []string{"ALXSHYXKH", "ALSHYKH"}},
		{"Smith", []string{"SMITH"}},
		{"", nil},
		{"王", nil},
	} {
		got := mrz.Variants(v.in)
		if len(got) > mrz.MaxVariants {
			t.Errorf("%s: %d variants", v.in, len(got))
		}
		for _, w := range v.want {
			if !slices.Contains(got, w) {
				t.Errorf("%s: no %s in %v", v.in, w, got)
			}
		}
		if len(v.want) == 0 && len(got) > 0 || len(got) > 0 && got[0] != mrz.Transliterate(v.in) {
			t.Errorf("%s: variants %v", v.in, got)
		}
		for _, s := range got {
			if r := mrz.Match(mrz.Name{Family: v.in}, mrz.Name{FamilyICAO: s}); r.Class < mrz.Variant {
				t.Errorf("%s and its variant %s: %v", v.in, s, r)
			}
		}
	}
}

// A name is the same name composed and decomposed, whatever sign stands in it.
func TestEverySignComposedAndDecomposed(t *testing.T) {
	signs := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if hangul := r >= 0xac00 && r <= 0xd7a3; !hangul && norm.NFD.PropertiesString(string(r)).Decomposition() == nil {
			continue
		}
		signs++
		for _, s := range []string{string(r), "A" + string(r) + "B", "ο" + string(r) + "υ", "Ӓ" + string(r) + "́", string(r) + "̈"} {
			nfc, nfd := norm.NFC.String(s), norm.NFD.String(s)
			if a, b, c := mrz.Transliterate(s), mrz.Transliterate(nfc), mrz.Transliterate(nfd); a != b || b != c {
				t.Errorf("%U in %q: %q, composed %q, decomposed %q", r, s, a, b, c)
			}
		}
	}
	if signs < 13000 {
		t.Errorf("%d signs decompose", signs)
	}
}

func FuzzTransliterate(f *testing.F) {
	for _, s := range []string{"Müller", "Mu\u0308ller", "Dr. d'Artagnan-Łuk", "Щёголев Ь", "Μπουρνάζος Αϋ", "فضّة ﷲ", "王 3 4000", "<<A<<", "i\u0307ı", "\xff\u0301", "ꜳ", "ο΅υ", "A≮B", strings.Repeat("Щ", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := mrz.Transliterate(s)
		if strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") != "" || strings.Contains(got, "<<") ||
			strings.HasPrefix(got, "<") || strings.HasSuffix(got, "<") {
			t.Errorf("%q: %q is not a part of a name field", s, got)
		}
		if len(got) > mrz.MaxLetters {
			t.Errorf("%d letters", len(got))
		}
		if again := mrz.Transliterate(got); again != got {
			t.Errorf("%q: %q, again %q", s, got, again)
		}
		if n := len(mrz.Variants(s)); n > mrz.MaxVariants {
			t.Errorf("%d variants", n)
		}
		if utf := strings.ToValidUTF8(s, ""); len(utf) < 60 && mrz.Transliterate(norm.NFD.String(utf)) != mrz.Transliterate(norm.NFC.String(utf)) {
			t.Errorf("%q: composed and decomposed differ", s)
		}
	})
}
