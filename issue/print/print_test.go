package print_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"html"
	"image/png"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/qr/scan"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func code(c cert.Coding) cert.Coded { return cert.Coded{Source: c} }

// test is a person's test, vaccine their vaccination.
func test() *cert.Certificate {
	name := cert.Name{Family: "Eriksson", Given: "Anna Maria", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}
	return &cert.Certificate{
		Subject: cert.Person{Names: []cert.Name{name}, BirthDate: cert.Date{Year: 1964, Month: 8, Day: 12}},
		Signed:  cert.Period{Issued: now.Add(-time.Hour), Until: now.AddDate(1, 0, 0)},
		Events: []cert.Event{&cert.Test{
			Statement: cert.Statement{ID: "URN:UVCI:01:XA:ABCDEFGH#7", Disease: code(cert.Coding{System: cert.SNOMED, Code: cert.COVID19}), Country: "XA", Authority: "Norland Institute of Health"},
			Type:      code(cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}), Method: cert.NucleicAcid,
			SampledAt: now.Add(-30 * time.Hour), Outcome: code(cert.NotDetected.Coding()), Result: cert.NotDetected, Laboratory: cert.Facility{Name: "Laboratory 7"},
		}},
	}
}

func vaccine() *cert.Certificate {
	c := test()
	c.Subject.Sex, c.Subject.Nationality = cert.Female, "XA"
	c.Signed.Until = time.Time{}
	c.Events = []cert.Event{&cert.Vaccination{
		Statement: cert.Statement{Disease: code(cert.Coding{System: cert.SNOMED, Code: cert.YellowFever}), Country: "XA", Authority: "Norland Institute of Health"},
		Product:   code(cert.Coding{System: cert.PreQual, Code: "YellowFeverProductd2c75a15ed309658b3968519ddb31690"}),
		Lot:       "YF-2217", Date: cert.Date{Year: 2026, Month: 6, Day: 15}, Clinician: "Dr. B. Lind",
	}}
	return c
}

// signed makes a code, and reads what it says.
func signed(t testing.TB, c *cert.Certificate, yellow bool) (string, *cert.Certificate) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := hc1.Issuer{Signer: k, Key: trust.Key{ID: "12345678", Public: &k.PublicKey, Country: "XA", Uses: trust.Uses{Any: true}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0)}}
	make := issuer.Issue
	if yellow {
		make = issuer.IssueICVP
	}
	text, err := make(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	u, err := format.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	said, err := u.SkipVerification()
	if err != nil {
		t.Fatal(err)
	}
	return text, said
}

// own are the program's own fonts.
func own(t testing.TB) *print.Fonts {
	t.Helper()
	f, err := print.ReadFonts(nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sheet(t testing.TB, text string, c *cert.Certificate, o print.Options) *print.Sheet {
	t.Helper()
	s, err := print.New(text, c, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The code of every layout is read from its picture, as it was given.
func TestTheCodeIsReadFromEveryPicture(t *testing.T) {
	text, said := signed(t, vaccine(), true)
	s := sheet(t, text, said, print.Options{At: now, Standing: print.Standing{Issued: true}})
	for _, l := range print.Layouts() {
		data, err := s.PNG(l, own(t))
		if err != nil {
			t.Fatalf("%s: %v", l.Name, err)
		}
		codes, err := scan.ReadBytes(data, scan.Limits{})
		if err != nil || len(codes) != 1 || codes[0].Text != text {
			t.Errorf("%s: %d codes, %v", l.Name, len(codes), err)
		}
	}
}

// A module is at least 0.4 mm, on whole dots of the picture, with a quiet zone of four.
func TestModulesAreLargeEnough(t *testing.T) {
	text, said := signed(t, test(), false)
	s := sheet(t, text, said, print.Options{})
	for _, l := range print.Layouts() {
		data, err := s.PNG(l, own(t))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		dots := 10.0
		if l.Name == "label" || l.Name == "receipt" {
			dots = 8
		}
		dark := func(x, y int) bool { r, _, _, _ := img.At(x, y).RGBA(); return r == 0 }
		// A row through the middle of the upper left finder: 1:1:3:1:1 modules.
		found := 0.0
		for y := range img.Bounds().Dy() {
			var runs []int
			last, n := false, 0
			for x := range img.Bounds().Dx() {
				if dark(x, y) == last {
					n++
					continue
				}
				runs, last, n = append(runs, n), dark(x, y), 1
			}
			for i := 1; i+5 < len(runs); i += 2 {
				if r := runs[i:]; r[0] >= 3 && r[0] == r[1] && r[2] == 3*r[0] && r[3] == r[0] && r[4] == r[0] && runs[i-1] >= 4*r[0] {
					found = float64(r[0]) / dots
				}
			}
		}
		if found < print.Module-1e-9 {
			t.Errorf("%s: a module of %.3f mm with its quiet zone, want %.1f or more", l.Name, found, print.Module)
		}
	}
}

// The same arguments give the same bytes, and fonts that were used before do not
// change them.
func TestBytesFollowFromTheArguments(t *testing.T) {
	text, said := signed(t, vaccine(), true)
	fonts := own(t)
	for _, l := range print.Layouts() {
		one, err := sheet(t, text, said, print.Options{Lang: "ru", At: now}).PDF(l, fonts)
		if err != nil {
			t.Fatal(err)
		}
		two, err := sheet(t, text, said, print.Options{Lang: "ru", At: now}).PDF(l, own(t))
		if err != nil || !bytes.Equal(one, two) {
			t.Errorf("%s: two papers of one certificate differ (%v)", l.Name, err)
		}
		if len(one) > 100_000 {
			t.Errorf("%s: %d bytes, want fewer than 100000", l.Name, len(one))
		}
		later, _ := sheet(t, text, said, print.Options{Lang: "ru", At: now.Add(time.Hour)}).PDF(l, own(t))
		if bytes.Equal(one, later) {
			t.Errorf("%s: the moment of printing is not in it", l.Name)
		}
	}
}

// A PDF says its title and language, has a structure with a text for the code,
// and nothing that runs, leads anywhere, or names the person outside the page.
func TestPDFIsTaggedAndInert(t *testing.T) {
	text, said := signed(t, test(), false)
	data, err := sheet(t, text, said, print.Options{Lang: "fr", At: now}).PDF(print.Fold, own(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"%PDF-1.7", "/Lang(fr)", "/MarkInfo<</Marked true>>", "/S/Figure", "/Alt", "/S/H1", "/S/H2", "/S/TH", "/S/TD", "/Lang(en)",
		"/DisplayDocTitle true", "/PrintScaling/None", "Certificat de sant", "<dc:language>", "2026-11-24T08:00:00Z", "/ToUnicode"} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("it lacks %q", want)
		}
	}
	for _, never := range []string{"/JavaScript", "/JS", "/URI", "/OpenAction", "/AA", "/EmbeddedFile", "/Encrypt", "Eriksson", "ERIKSSON"} {
		if bytes.Contains(data, []byte(never)) {
			t.Errorf("it has %q", never)
		}
	}
}

// No letter is left out: what no font has is an error that names the script and
// the package, and says nothing of whose name it was.
func TestMissingLettersAreNamed(t *testing.T) {
	for _, v := range []struct{ name, script, pack string }{
		{"ليلى بنت محمد", "Arabic", "fonts-noto-core"},
		{"क्षितिज शर्मा", "Devanagari", "fonts-noto-core"},
		{"สมชาย ใจดี", "Thai", "fonts-noto-core"},
		{"አበበ በቀለ", "Ethiopic (Amharic)", "fonts-noto-core"},
		{"李明", "Chinese", "fonts-noto-cjk"},
		{"やまだ", "Japanese", "fonts-noto-cjk"},
		{"김민준", "Korean", "fonts-noto-cjk"},
		{"Nguyễn", "Latin", "fonts-noto-core"},           // of which the program's own font has not every letter
		{"Anna 李", "Chinese", "fonts-noto-cjk"},          // one letter is enough
		{"Anna \U00016A00", "Bamu", ""},                  // of Cameroon
		{"Anna \U0001F600", "symbols'", ""},              // a picture
		{"Anna\u0315\u0358", "Latin", "fonts-noto-core"}, // marks that no letter has
		{"\u1F04\u0342", "Greek", "fonts-noto-core"},     // a mark that the font lacks
		{"Anna \u202E\u2066moraM", "", ""},               // directions are taken out, and nothing is missing
		{"Јован Ђорђевић", "", ""},                       // Serbian
		{"Γιώργος Παπαδόπουλος", "", ""},                 // Greek
		{"Çağrı Öztürk-Łukasiewicz þ ß", "", ""},         // Latin
	} {
		text, said := signed(t, test(), false)
		said.Subject.Names = []cert.Name{{Full: v.name}}
		s := sheet(t, text, said, print.Options{})
		for _, l := range print.Layouts() {
			_, err := s.PDF(l, own(t))
			if v.script == "" {
				if err != nil {
					t.Errorf("%q: %v", v.name, err)
				}
				continue
			}
			missing, ok := errors.AsType[*print.MissingError](err)
			if !ok || missing.Package != v.pack || v.script != "symbols'" && missing.Script != v.script {
				t.Errorf("%q: %v, want %s of %s", v.name, err, v.script, v.pack)
			} else if strings.Contains(err.Error(), v.name) {
				t.Errorf("%q stands in the error", v.name)
			}
		}
	}
}

// The paper of the International Health Regulations has its title, its statement
// and its columns in their order, in English or French, whatever its language is.
func TestTheRegulationsAreSaidInEnglishOrFrench(t *testing.T) {
	text, said := signed(t, vaccine(), true)
	for _, lang := range append(words.Languages(), words.Drafts()...) {
		page := html.UnescapeString(whole(t, text, said, print.Options{Lang: lang}))
		english := strings.Contains(page, "International Certificate of Vaccination or Prophylaxis") && strings.Contains(page, "in accordance with the International Health Regulations")
		french := strings.Contains(page, "Certificat international de vaccination ou de prophylaxie") && strings.Contains(page, "conformément au Règlement sanitaire international")
		if !english && !french {
			t.Errorf("%s: the statement of the Regulations is missing", lang)
		}
		order := []string{"row_disease", "row_product", "row_date", "row_clinician", "row_lot", "row_from", "row_until"}
		at := 0
		for _, label := range order {
			want, _ := words.Say(lang, label)
			i := strings.Index(page[at:], want)
			if i < 0 {
				t.Fatalf("%s: %s is missing, or before its place", lang, label)
			}
			at += i
		}
		for _, label := range []string{"print_sign_clinician", "print_sign_stamp", "value_life"} {
			if want, _ := words.Say(lang, label); !strings.Contains(page, want) {
				t.Errorf("%s: %s is missing", lang, label)
			}
		}
	}
}

func whole(t testing.TB, text string, c *cert.Certificate, o print.Options) string {
	t.Helper()
	data, err := sheet(t, text, c, o).HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The page is whole without a network, says the language and direction of each
// part, has headings in order, tables with headers, a name for the picture, and
// the code's text.
func TestHTMLIsAccessibleAndInert(t *testing.T) {
	text, said := signed(t, test(), false)
	said.Subject.Names[0].Family, said.Subject.Names[0].Given = `<b>"Eriksson"</b>`, "Anna & Maria"
	for _, lang := range append(words.Languages(), words.Drafts()...) {
		page := whole(t, text, said, print.Options{Lang: lang, At: now, Contact: "<appeals@health.norland.example>"})
		dir := "ltr"
		if lang == "ar" {
			dir = "rtl"
		}
		for _, want := range []string{"<html lang=\"" + lang + "\" dir=\"" + dir + "\">", "<title>", "<h1>", "<h2>", "<th scope=\"row\">", "role=\"img\" aria-label=\"",
			"default-src 'none'", "@media print", "&lt;b&gt;", "Anna &amp; Maria", "&lt;appeals@health.norland.example&gt;", "1964-08-12"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: it lacks %q", lang, want)
			}
		}
		if strings.Count(page, "<h1>") != 1 || strings.Index(page, "<h1>") > strings.Index(page, "<h2>") {
			t.Errorf("%s: headings are not in order", lang)
		}
		if !strings.Contains(html.UnescapeString(page), ">"+text+"<") {
			t.Errorf("%s: the text of the code is missing", lang)
		}
		// One ground, one ink, their lines: no colour has a meaning.
		if bad := regexp.MustCompile(`<script|<link|<img|src=|href=|url\(|@import|<b>`).FindString(page); bad != "" {
			t.Errorf("%s: it has %q", lang, bad)
		}
		for _, colour := range regexp.MustCompile(`#[0-9a-f]{3,6}\b`).FindAllString(page[:strings.Index(page, "</style>")], -1) {
			if !slices.Contains([]string{"#fff", "#000", "#777"}, colour) {
				t.Errorf("%s: it has the colour %s", lang, colour)
			}
		}
	}
}

// What nobody verified says so, what was verified says when, what was signed here
// and now says neither; and a demo says that it is one. Drafts say that they are.
func TestThePaperSaysHowItStands(t *testing.T) {
	text, said := signed(t, test(), false)
	for _, v := range []struct {
		o           print.Options
		has, hasNot []string
	}{
		{print.Options{}, []string{"NOT VERIFIED", "NON VÉRIFIÉ"}, []string{"The signature was checked", "DEMO"}},
		{print.Options{Standing: print.Standing{Issued: true}}, []string{"Signed on 2026-11-24", "Signed until 2027-11-24"}, []string{"NOT VERIFIED", "The signature was checked", "not been reviewed"}},
		{print.Options{Standing: print.Standing{Checked: now, Country: "CH"}}, []string{"The signature was checked on 24 Nov 2026", "Switzerland"}, []string{"NOT VERIFIED"}},
		{print.Options{Demo: true}, []string{"DEMO - not valid", "DÉMO - non valable"}, nil},
		{print.Options{Lang: "es"}, []string{"NO VERIFICADO", "NOT VERIFIED", "has not been reviewed yet"}, nil},
		{print.Options{Lang: "ar", Second: "fr"}, []string{"NON VÉRIFIÉ"}, []string{"NOT VERIFIED"}},
	} {
		page := whole(t, text, said, v.o)
		for _, want := range v.has {
			if !strings.Contains(page, want) {
				t.Errorf("%+v: it lacks %q", v.o, want)
			}
		}
		for _, never := range v.hasNot {
			if strings.Contains(page, never) {
				t.Errorf("%+v: it has %q", v.o, never)
			}
		}
	}
}

// What cannot be printed is refused.
func TestRefusals(t *testing.T) {
	text, said := signed(t, test(), false)
	if _, err := print.New(text, &cert.Certificate{}, print.Options{}); !errors.Is(err, print.ErrEmpty) {
		t.Errorf("a certificate that says nothing: %v", err)
	}
	for _, o := range []print.Options{{Lang: "de"}, {Lang: "fr", Second: "fr"}, {Second: "ar"}} {
		if _, err := print.New(text, said, o); !errors.Is(err, print.ErrLanguage) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	long := *said
	long.Subject.Names = []cert.Name{{Full: strings.Repeat("a", print.MaxText+1)}}
	if _, err := print.New(text, &long, print.Options{}); !errors.Is(err, print.ErrText) {
		t.Errorf("a name of %d bytes: %v", print.MaxText+1, err)
	}
	for _, v := range []struct {
		length int
		layout print.Layout
		fits   bool
	}{{2000, print.Card, false}, {2000, print.Fold, true}, {7000, print.Receipt, false}} {
		s := sheet(t, "HC1:"+strings.Repeat("A", v.length), said, print.Options{})
		if _, err := s.PDF(v.layout, own(t)); errors.Is(err, print.ErrCode) == v.fits {
			t.Errorf("a code of %d characters, %s: %v", v.length, v.layout.Name, err)
		}
	}
	if _, err := print.ReadFonts(os.DirFS(t.TempDir())); !errors.Is(err, print.ErrFonts) {
		t.Errorf("a folder without fonts: %v", err)
	}
}

// Long texts go on to the next page: the PDF has every one of them.
func TestNothingIsLeftOut(t *testing.T) {
	text, said := signed(t, test(), false)
	for range 30 {
		said.Events = append(said.Events, said.Events[0])
	}
	s := sheet(t, text, said, print.Options{})
	pages := regexp.MustCompile(`/Type/Page/`)
	for _, l := range print.Layouts() {
		data, err := s.PDF(l, own(t))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(pages.FindAll(data, -1)); (n > 3) == (l.Name == "receipt") {
			t.Errorf("%s: %d pages", l.Name, n)
		}
		if n := bytes.Count(data, []byte("/S/TR/")); n < 31*8 {
			t.Errorf("%s: %d rows, want those of 31 tests", l.Name, n)
		}
	}
}

// Before it is issued a person is told what will stand in it, and what they may
// refuse, in every language.
func TestNotice(t *testing.T) {
	for _, lang := range append(words.Languages(), words.Drafts()...) {
		for _, kind := range []cert.Kind{cert.KindTest, cert.KindVaccination, cert.KindRecovery} {
			got := print.Notice(lang, kind)
			if len(got) != 7 {
				t.Errorf("%s, %s: %d sentences", lang, kind, len(got))
			}
			for _, s := range got {
				if s == "" || strings.Contains(s, "_") || strings.Contains(s, "{") {
					t.Errorf("%s, %s: %q", lang, kind, s)
				}
			}
		}
	}
	if got := strings.Join(print.Notice("en", cert.KindTest), "\n"); !strings.Contains(got, "your name") || !strings.Contains(got, "its result") || !strings.Contains(got, "not at all") {
		t.Errorf("the notice of a test says\n%s", got)
	}
}

// Whatever a name is: paper, or an error that says why not.
func FuzzName(f *testing.F) {
	for _, name := range []string{"Anna Maria Eriksson", "ليلى", "李明", "e\u0301", "\u0301", "\u202E\u2067", "a\u200Db", "\xff", "ﬁ\u00AD", "\u25CC\u0300", strings.Repeat("W", 300), "\u2028", "()\\<>", "A\u0300\u0301\u0302\u0303"} {
		f.Add(name)
	}
	text, said := signed(f, test(), false)
	fonts := own(f)
	f.Fuzz(func(t *testing.T, name string) {
		c := *said
		c.Subject.Names = []cert.Name{{Full: name}}
		s, err := print.New(text, &c, print.Options{At: now})
		if err != nil {
			if !errors.Is(err, print.ErrText) {
				t.Fatal(err)
			}
			return
		}
		pdf, err := s.PDF(print.Card, fonts)
		if err != nil {
			if _, ok := errors.AsType[*print.MissingError](err); !ok {
				t.Fatal(err)
			}
			return
		}
		if !bytes.HasSuffix(pdf, []byte("%%EOF\n")) {
			t.Fatal("the PDF has no end")
		}
		if _, err := s.HTML(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkPDF(b *testing.B) {
	text, said := signed(b, test(), false)
	fonts := own(b)
	for b.Loop() {
		if _, err := sheet(b, text, said, print.Options{}).PDF(print.Fold, fonts); err != nil {
			b.Fatal(err)
		}
	}
}
