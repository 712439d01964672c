package mrz_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/mrz"
)

// Names that fit are written as the examples of Doc 9303 show.
func TestNameField(t *testing.T) {
	for _, v := range []struct {
		comment, family, given string
		width                  int
		want                   string
		truncated              bool
	}{
		{"9303-4 a", "ERIKSSON", "ANNA MARIA", 39, "ERIKSSON<<ANNA<MARIA", false},
		{"9303-4 b", "HENG", "DEBORAH MING LO", 39, "HENG<<DEBORAH<MING<LO", false},
		{"9303-4 c", "SMITH-JONES", "SUSIE MARGARET", 39, "SMITH<JONES<<SUSIE<MARGARET", false},
		{"9303-4 d", "O'CONNOR", "ENYA SIOBHAN", 39, "OCONNOR<<ENYA<SIOBHAN", false},
		{"9303-4 e", "VAN DER MUELLEN", "MARTIN", 39, "VAN<DER<MUELLEN<<MARTIN", false},
		{"9303-4 e, Arabic article", "AL-BASRI", "HUDA MUHAMMAD JAWAD", 39, "AL<BASRI<<HUDA<MUHAMMAD<JAWAD", false},
		{"9303-4 f", "ARKFREITH", "", 39, "ARKFREITH", false},
		{"9303-4 f, two components", "SATRIYA SUDARPA", "", 39, "SATRIYA<SUDARPA", false},
		{"a sole given name is the primary identifier", "", "Wayan", 39, "WAYAN", false},
		{"9303-4 4.2.3.2 a", "NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", 39, "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K", true},
		{"9303-4 4.2.3.2 b", "NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", 39, "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU", true},
		{"9303-4 4.2.3.4: fits exactly", "PAPANDROPOULOUS", "JONATHON WARREN TREVOR", 39, "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR", false},
		{"9303-5 4.2.3.3: fits exactly", "PAPANDROPOULOUS", "JONATHON ALEC", 30, "PAPANDROPOULOUS<<JONATHON<ALEC", false},
		{"9303-5 4.2.3.4", "VILARCHAO FERNANDEZ", "JOSE RAMON", 30, "VILARCHAO<FERNANDEZ<<JOSE<RAMO", true},
		{"9303-6 4.2.3.3: fits exactly", "PAPANDROPOULOUS", "JONATHOON ALEC", 31, "PAPANDROPOULOUS<<JONATHOON<ALEC", false},
		{"family name shortened, longest components first", "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO", 39, "BENNELON<WOOLOOM<WARRAND<WARNAMB<<DINGO", true},
		{"a separator would end the field: a letter is taken before", "ABCDEFGHIJKLMNOPQRSTUV", "LONGISH MARIA", 30, "", true},
		{"family name only, too long", "ABCDEFGHIJ KLMNOPQRST UVWXYZABCD", "", 30, "ABCDEFGHIJ<KLMNOPQRST<UVWXYZAB", true},
		{"titles and suffixes are left out", "Dr. Musterfrau", "Erika Jr.", 39, "MUSTERFRAU<<ERIKA", false},
		{"title without a blank", "Dr.Musterfrau", "Prof.Erika", 39, "MUSTERFRAU<<ERIKA", false},
		{"a family name that is a title", "Dr", "Sir", 39, "DR<<SIR", false},
		{"transliterated", "Müller", "Łukasz", 31, "MUELLER<<LUKASZ", false},
		{"nothing", "", "", 30, "", false},
	} {
		t.Run(v.comment, func(t *testing.T) {
			got, truncated := mrz.NameField(v.family, v.given, v.width)
			if len(got) != v.width || truncated != v.truncated {
				t.Errorf("%q (%d characters), truncated %v", got, len(got), truncated)
			}
			if truncated && got[len(got)-1] == '<' {
				t.Errorf("%q: a truncated field ends with a letter", got)
			}
			if v.want != "" && got != v.want+strings.Repeat("<", v.width-len(v.want)) {
				t.Errorf("got %q, want %q", got, v.want)
			}
		})
	}
	for _, width := range []int{0, -1} {
		if got, truncated := mrz.NameField("A", "B", width); got != "" || !truncated {
			t.Errorf("width %d: %q, %v", width, got, truncated)
		}
	}
	if got, truncated := mrz.Fit("A<B<C<D<E<F", "G<H", 12); len(got) != 12 || !truncated {
		t.Errorf("initials only: %q, %v", got, truncated)
	}
}

// Every truncated field keeps the beginning of each component of the family
// name and of the first given name, and matches the name it was made of.
func TestTruncation(t *testing.T) {
	families := []string{"Bennelong Wooloomooloo Warrandyte Warnambool", "Müllerstein-Hohenfels von Wolfratshausen", "Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "Li", "Ivanov"}
	givens := []string{"Dingo Potoroo", "Annabella Josephine Wilhelmine Charlotte", "A B C D E F G H I J K L M N O P Q R S T", "", "Maximiliane"}
	for _, family := range families {
		for _, given := range givens {
			for width := 12; width <= 60; width++ {
				got, truncated := mrz.NameField(family, given, width)
				primary, secondary := mrz.SplitName(got)
				if len(got) != width || given != "" && secondary == "" {
					t.Fatalf("%d %q", width, got)
				}
				if strings.Count(primary, "<") != strings.Count(mrz.Transliterate(family), "<") && given != "" && width >= 20 {
					t.Errorf("%d %q: a component of the family name is lost", width, got)
				}
				r := mrz.Match(mrz.Name{Family: family, Given: given}, mrz.Name{FamilyICAO: primary, GivenICAO: secondary, Truncated: truncated})
				if truncated && r.Class != mrz.Truncated && r.Class != mrz.Same || !truncated && r.Class != mrz.Same {
					t.Errorf("%d %q: %v", width, got, r)
				}
			}
		}
	}
}

func TestSplit(t *testing.T) {
	for in, want := range map[string][2]string{
		"ERIKSSON<<ANNA<MARIA<<<<": {"ERIKSSON", "ANNA<MARIA"},
		"VAN<DER<BERG<<JO":         {"VAN<DER<BERG", "JO"},
		"ARKFREITH<<<<<":           {"ARKFREITH", ""},
		"<<WAYAN<<":                {"", "WAYAN"},
		"A<<<B<<C":                 {"A", "B<C"},
		"":                         {"", ""},
	} {
		if p, s := mrz.SplitName(in); p != want[0] || s != want[1] {
			t.Errorf("%s: %q, %q", in, p, s)
		}
	}
	for in, want := range map[string][2]string{
		"ERIKSSON, ANNA MARIA": {"ERIKSSON", "ANNA MARIA"},
		"von Hagen,Ute, Ina":   {"von Hagen", "Ute, Ina"},
		"ARKFREITH":            {"ARKFREITH", ""},
		"الرازي، محمد":         {"الرازي", "محمد"},
		", Wayan":              {"", "Wayan"},
		"":                     {"", ""},
	} {
		if f, g := mrz.SplitPrinted(in); f != want[0] || g != want[1] {
			t.Errorf("%s: %q, %q", in, f, g)
		}
	}
}

func TestDCC(t *testing.T) {
	long := strings.Repeat("Abcdefghi ", 10)
	for _, v := range []struct{ family, given, fnt, gnt string }{
		{"Musterfrau-Gößinger", "Gabriele", "MUSTERFRAU<GOESSINGER", "GABRIELE"},
		{"Dr. Musterfrau", "Erika", "MUSTERFRAU", "ERIKA"},
		{"d'Červenková Panklová", "Jiřina-Maria Alena", "DCERVENKOVA<PANKLOVA", "JIRINA<MARIA<ALENA"},
		{"", "Wayan", "WAYAN", ""},
		{long, "A", strings.TrimSuffix(strings.Repeat("ABCDEFGHI<", 8), "<"), "A"},
		{"", "", "", ""},
	} {
		if fnt, gnt := mrz.DCC(v.family, v.given); fnt != v.fnt || gnt != v.gnt || len(fnt) > mrz.MaxDCC {
			t.Errorf("%s, %s: %q, %q", v.family, v.given, fnt, gnt)
		}
	}
}

func TestStripTitles(t *testing.T) {
	for in, want := range map[string][]string{
		"Dr. Musterfrau":            {"Musterfrau", "Dr."},
		"Prof. Dr. med. Musterfrau": {"Musterfrau", "Prof.", "Dr.", "med."},
		"Dr.Musterfrau":             {"Musterfrau", "Dr."},
		"Dr.-Ing. Musterfrau":       {"Musterfrau", "Dr.-Ing."},
		"DR MUSTERFRAU":             {"MUSTERFRAU", "DR"},
		"Smith, Jr.":                {"Smith", "Jr."},
		"Smith III":                 {"Smith", "III"},
		"Dr":                        {"Dr"},
		"Dr.":                       {"Dr."},
		"Junior":                    {"Junior"},
		"Ing Sokha":                 {"Ing Sokha"},
		"Ing. Sokha":                {"Sokha", "Ing."},
		"St. John":                  {"St. John"},
		"  Anna   Maria ":           {"  Anna   Maria "},
		"":                          {""},
	} {
		rest, titles := mrz.StripTitles(in)
		if rest != want[0] || !slices.Equal(titles, want[1:]) {
			t.Errorf("%q: %q, %q", in, rest, titles)
		}
	}
}

func FuzzNameField(f *testing.F) {
	f.Add("Eriksson", "Anna Maria", 39)
	f.Add("A-B-C-D", "E F G", 7)
	f.Add("Dr.", "", 30)
	f.Fuzz(func(t *testing.T, family, given string, width int) {
		width = min(width, 100)
		got, truncated := mrz.NameField(family, given, width)
		if len(got) != max(width, 0) {
			t.Errorf("%q: %d characters, want %d", got, len(got), width)
		}
		if strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") != "" {
			t.Errorf("%q", got)
		}
		p, s := mrz.SplitName(got)
		if again, cut := mrz.Fit(p, s, width); !truncated && (again != got || cut) {
			t.Errorf("%q, again %q", got, again)
		}
		mrz.DCC(family, given)
	})
}
