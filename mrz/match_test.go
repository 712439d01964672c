package mrz_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/mrz"
)

// The zero values accept nothing, and classes are ordered from bad to good.
func TestZero(t *testing.T) {
	if r := mrz.Match(mrz.Name{}, mrz.Name{}); r.Class != mrz.Unknown || r.Class != (mrz.Result{}).Class {
		t.Errorf("two empty names: %v", r)
	}
	if !(mrz.Unknown < mrz.Different && mrz.Different < mrz.Swapped && mrz.Swapped < mrz.PartMissing &&
		mrz.PartMissing < mrz.Truncated && mrz.Truncated < mrz.Variant && mrz.Variant < mrz.Same) {
		t.Error("classes are not in order")
	}
	if s := mrz.Class(99).String(); s != "" {
		t.Errorf("class 99: %q", s)
	}
}

// Codes are listed once each.
func TestCodes(t *testing.T) {
	codes := mrz.Codes()
	for i, c := range codes {
		if c == "" || slices.Contains(codes[:i], c) {
			t.Errorf("code %d: %q", i, c)
		}
	}
	if len(codes) < 55 {
		t.Errorf("%d codes", len(codes))
	}
}

// A name that is too long is the same as itself and otherwise unknown.
func TestTooLong(t *testing.T) {
	long := mrz.Name{Family: strings.Repeat("Ana ", mrz.MaxLetters)}
	if r := mrz.Match(long, long); r.Class != mrz.Same {
		t.Errorf("itself: %v", r.Class)
	}
	other := long
	other.Family += "B"
	if r := mrz.Match(long, other); r.Class != mrz.Unknown || r.Reasons[0].Code != mrz.TooLong {
		t.Errorf("another: %v", r.Class)
	}
}

// Explanations say what stands on which side.
func TestReasons(t *testing.T) {
	a := mrz.Name{Family: "Müller", Given: "Jürgen Karl"}
	b := mrz.Name{FamilyICAO: "MULLER", GivenICAO: "JUERGEN"}
	want := []mrz.Reason{
		{Code: mrz.UmlautPlain, Part: mrz.Family, A: "Ü", B: "U"},
		{Code: mrz.UEForUmlaut, Part: mrz.Given, A: "Ü", B: "UE"},
		{Code: mrz.ComponentMissing, Part: mrz.Given, A: "KARL"},
	}
	r := mrz.Match(a, b)
	if r.Class != mrz.PartMissing || !slices.Equal(r.Reasons, want) {
		t.Errorf("got %v", r)
	}
	if s := r.String(); s != "part_missing: umlaut_plain (family: Ü, U); ue_for_u_umlaut (given: Ü, UE); component_missing (given: KARL, nothing)" {
		t.Errorf("for debugging: %s", s)
	}
	if r := mrz.Match(mrz.Name{Family: "Иванов"}, mrz.Name{FamilyICAO: "IVANOV"}); !slices.Equal(r.Reasons, []mrz.Reason{{Code: mrz.Cyrillic, Part: mrz.Family, A: "ИВАНОВ", B: "IVANOV"}}) {
		t.Errorf("the general rule of a script is told once: %v", r)
	}
}

// No two of these persons are Same in any form, direction or script.
func TestNoFalseSame(t *testing.T) {
	families := []string{"Meier", "Meyer", "Maier", "Mayer", "Müller", "Muller", "Möller", "Moller", "Miller", "Strauß", "Straus", "Łuk", "Luka", "Ivanov", "Ivanova", "Ионов", "O'Hara", "Ohar", "Li", "Lí", "Lǐ", "Le", "van Berg", "von Berg", "Muñoz", "Munos", "Ærø", "Årø", "حسن", "حسين", "王", "李"}
	givens := []string{"Anna", "Ana", "Anne", "Hanna", "Jan", "Ján", "Iain", "Юлия", "Юлія", "محمد", "محمود", "Anna Maria", "Maria Anna", "Mario", "A", "Jr", "小明"}
	check := func(texts []string, name func(string) mrz.Name) {
		for i, s := range texts {
			for _, u := range texts[i+1:] {
				if r := mrz.Match(name(s), name(u)); r.Class == mrz.Same {
					t.Errorf("%s and %s: %v", s, u, r)
				}
			}
		}
	}
	check(families, func(s string) mrz.Name { return mrz.Name{Family: s, Given: "Anna"} })
	check(givens, func(s string) mrz.Name { return mrz.Name{Family: "Muster", Given: s} })
	check(families, func(s string) mrz.Name { return mrz.Name{Family: s, FamilyICAO: "X", GivenICAO: "X"} })
	for _, f := range families {
		for _, g := range givens {
			if r := mrz.Match(mrz.Name{Family: f, Given: g}, mrz.Name{Family: g, Given: f}); r.Class == mrz.Same && mrz.Transliterate(f) != mrz.Transliterate(g) {
				t.Errorf("%s and %s exchanged: %v", f, g, r)
			}
		}
	}
}

func TestCompare(t *testing.T) {
	doc, err := mrz.Parse(specimenTD3)
	if err != nil {
		t.Fatal(err)
	}
	person := mrz.Name{Family: "Eriksson", Given: "Anna Maria"}
	for _, v := range []struct {
		comment  string
		doc      mrz.ShortDate
		birth    mrz.Date
		want     mrz.DateMatch
		dayMonth bool
	}{
		{"equal", "740812", mrz.Date{1974, 8, 12}, mrz.DateEqual, false},
		{"the century is not written", "740812", mrz.Date{1874, 8, 12}, mrz.DateEqual, false},
		{"other day", "740812", mrz.Date{1974, 8, 13}, mrz.DateDifferent, false},
		{"day and month exchanged", "740812", mrz.Date{1974, 12, 8}, mrz.DateDifferent, true},
		{"exchanged, but another year", "740812", mrz.Date{1975, 12, 8}, mrz.DateDifferent, false},
		{"certificate with year and month", "740812", mrz.Date{1974, 8, 0}, mrz.DateCompatible, false},
		{"certificate with the year", "740812", mrz.Date{1974, 0, 0}, mrz.DateCompatible, false},
		{"certificate with another year", "740812", mrz.Date{1973, 0, 0}, mrz.DateDifferent, false},
		{"certificate without a date", "740812", mrz.Date{}, mrz.DateUnknown, false},
		{"passport with the year", "74<<<<", mrz.Date{1974, 8, 12}, mrz.DateCompatible, false},
		{"passport without a date", "<<<<<<", mrz.Date{1974, 8, 12}, mrz.DateUnknown, false},
		{"different parts known", "74<<<<", mrz.Date{0, 8, 12}, mrz.DateUnknown, false},
		{"the same parts known", "74<<<<", mrz.Date{1974, 0, 0}, mrz.DateCompatible, false},
		{"born in a year 00", "000101", mrz.Date{2000, 1, 1}, mrz.DateEqual, false},
		{"no document", "", mrz.Date{1974, 8, 12}, mrz.DateUnknown, false},
	} {
		t.Run(v.comment, func(t *testing.T) {
			d := doc
			d.Birth = v.doc
			got := mrz.Compare(d, person, v.birth)
			if got.Birth != v.want || got.DayMonth != v.dayMonth || got.Name.Class != mrz.Same {
				t.Errorf("got %v %v, name %v", got.Birth, got.DayMonth, got.Name)
			}
		})
	}
	if got := mrz.Compare(mrz.Document{}, person, mrz.Date{1974, 8, 12}); got.Birth != mrz.DateUnknown || got.Name.Class != mrz.Unknown {
		t.Errorf("an empty document: %v", got)
	}
}

// Documents that are full to the last character count as truncated.
func TestHolder(t *testing.T) {
	d := mrz.Document{Kind: mrz.TD1, Name: "PAPANDROPOULOUS<<JONATHON<ALEC"}
	want := mrz.Name{FamilyICAO: "PAPANDROPOULOUS", GivenICAO: "JONATHON<ALEC", Truncated: true}
	if got := d.Holder(); got != want {
		t.Errorf("got %+v", got)
	}
	d.Kind = mrz.TD3
	if d.Truncated() {
		t.Error("truncated in a longer field")
	}
	if (mrz.Document{}).Truncated() {
		t.Error("an empty document is truncated")
	}
}

// In the public certificates of the European test data each printed name leads
// to the ICAO form beside it, and a comparison with passport lines succeeds.
func TestPublicNames(t *testing.T) {
	root := os.Getenv("PRATIQUE_VECTORS")
	if root == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	type names struct{ fn, gn, fnt, gnt string }
	seen := map[names]bool{}
	text := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			n := names{text(v, "fn"), text(v, "gn"), text(v, "fnt"), text(v, "gnt")}
			if n.fn+n.gn != "" && n.fnt+n.gnt != "" {
				seen[n] = true
			}
			for _, w := range v {
				walk(w)
			}
		case []any:
			for _, w := range v {
				walk(w)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "dcc", "*", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	deep, err := filepath.Glob(filepath.Join(root, "dcc", "*", "*", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Concat(files, deep) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), &v) == nil {
			walk(v)
		}
	}
	if len(seen) < 40 {
		t.Fatalf("%d names, want at least 40", len(seen))
	}
	for n := range seen {
		if n.fnt == "ik ben ben" { // a test of the parser, not a name
			continue
		}
		printed, lines := mrz.Name{Family: n.fn, Given: n.gn}, mrz.Name{FamilyICAO: n.fnt, GivenICAO: n.gnt}
		if r := mrz.Match(printed, lines); r.Class < mrz.Variant {
			t.Errorf("%+v: %v", n, r)
		}
		both := mrz.Name{Family: n.fn, Given: n.gn, FamilyICAO: n.fnt, GivenICAO: n.gnt}
		if r := mrz.Match(both, lines); r.Class != mrz.Same {
			t.Errorf("%+v with lines: %v", n, r)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("Müller", "Jürgen", "", "", false, "", "", "MUELLER", "JURGEN", false)
	f.Add("Dr. van der Berg-Łuk", "Anna Maria", "DR<<VAN", "A", true, "Иванов", "محمّد", "BERG<VAN<DER", "ANNA<M", false)
	f.Add("王", "", "", "", false, "عبد الله", "الرازي", "", "", false)
	f.Add("ÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅ", "", "", "", false, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", "", "", false)
	f.Add("a b c d e f g h i j k l m n o p", "", "", "", true, "p o n m l k j i h g f e d c b a", "", "", "", true)
	f.Add("اااااااااااااااااااا", "", "", "", false, "", "", "AEIOUAEIOUAEIOUAEIOUAEIOU", "", true)
	f.Fuzz(func(t *testing.T, af, ag, ai, aj string, ac bool, bf, bg, bi, bj string, bc bool) {
		a := mrz.Name{Family: af, Given: ag, FamilyICAO: ai, GivenICAO: aj, Truncated: ac}
		b := mrz.Name{Family: bf, Given: bg, FamilyICAO: bi, GivenICAO: bj, Truncated: bc}
		r, s := mrz.Match(a, b), mrz.Match(b, a)
		if r.Class != s.Class || r.Near != s.Near || len(r.Reasons) != len(s.Reasons) {
			t.Errorf("%+v, %+v: %v, back %v", a, b, r, s)
		}
		if r.Near && r.Class != mrz.Different {
			t.Errorf("near, and %v", r.Class)
		}
		for _, reason := range r.Reasons {
			if !slices.Contains(mrz.Codes(), reason.Code) {
				t.Errorf("unlisted code %q", reason.Code)
			}
		}
		if len(r.Reasons) == 0 && r.Class != mrz.Same {
			t.Errorf("%v without a reason: %+v, %+v", r.Class, a, b)
		}
		if self := mrz.Match(a, a); self.Class != mrz.Same && (self.Class != mrz.Unknown || self.Reasons[0].Code != mrz.NothingToCompare) {
			t.Errorf("%+v itself: %v", a, self)
		}
		if r.String() == "" {
			t.Error("no text")
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, v := range []struct {
		name string
		a, b mrz.Name
	}{
		{"same", mrz.Name{Family: "Mustermann", Given: "Erika", FamilyICAO: "MUSTERMANN", GivenICAO: "ERIKA"}, mrz.Name{FamilyICAO: "MUSTERMANN", GivenICAO: "ERIKA"}},
		{"umlauts", mrz.Name{Family: "Müller", Given: "Jürgen"}, mrz.Name{FamilyICAO: "MULLER", GivenICAO: "JURGEN"}},
		{"cyrillic", mrz.Name{Family: "Григоренко", Given: "Юрій"}, mrz.Name{FamilyICAO: "HRYHORENKO", GivenICAO: "YURII"}},
		{"arabic", mrz.Name{Family: "الرازي", Given: "محمد"}, mrz.Name{FamilyICAO: "AL<RAZI", GivenICAO: "MOHAMMED"}},
		{"truncated", mrz.Name{Family: "Bennelong Wooloomooloo Warrandyte Warnambool", Given: "Dingo Potoroo"}, mrz.Name{FamilyICAO: "BENNELONG<WOOLOOM<WARRAND<WARNAM", GivenICAO: "DINGO", Truncated: true}},
		{"different", mrz.Name{Family: "Mustermann", Given: "Erika", FamilyICAO: "MUSTERMANN", GivenICAO: "ERIKA"}, mrz.Name{FamilyICAO: "VILARCHAO<FERNANDEZ", GivenICAO: "JOSE<RAMON"}},
	} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mrz.Match(v.a, v.b)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mrz.Parse(specimenTD3); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTransliterate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mrz.Transliterate("Musterfrau-Gößinger Юлия")
	}
}
