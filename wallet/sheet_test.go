package wallet_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// everything is a wallet of two people, with one of each kind.
func everything(t *testing.T) wallet.File {
	t.Helper()
	f := wallet.File{People: []wallet.Person{{Label: "Anna", Holder: anna}, {Label: "Tom", Holder: tom, Name: "Tom Eriksson"}}}
	all := made().all()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var err error
		if f, _, err = f.Add("Anna", all[name]); err != nil {
			t.Fatal(err)
		}
	}
	f, _, err := f.Add("Anna", declared)
	if err != nil {
		t.Fatal(err)
	}
	if f, _, err = f.Add("Tom", made().vaccination); err != nil {
		t.Fatal(err)
	}
	return f
}

func mustPrint(t *testing.T, f wallet.File, o wallet.Options) wallet.Sheet {
	t.Helper()
	s, err := wallet.Print(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every code stands on its page, clear of the folds and of the others, and is
// large enough to be scanned from paper.
func TestCodesHaveTheirPlaces(t *testing.T) {
	long := everything(t)
	for i := range 40 {
		long.People[0].History.Stamps = append(long.People[0].History.Stamps, made().stamps[i%3]+strings.Repeat("0", i))
	}
	long.People[0].Receipts = append(long.People[0].Receipts, made().receipt+strings.Repeat("x", 700)+"\n", made().receipt+strings.Repeat("x", 2500)+"\n")
	for _, lang := range words.Languages() {
		for _, f := range []wallet.File{everything(t), long, {People: []wallet.Person{{Label: strings.Repeat("W", wallet.MaxLabel)}}}} {
			s := mustPrint(t, f, wallet.Options{Lang: lang, At: moment("2026-12-02T18:00:00+01:00"), Name: true, Document: true})
			if len(s.Left) > 0 {
				t.Errorf("%d are not printed", len(s.Left))
			}
			for _, p := range s.Pages {
				if len(p.Cells) > 20 {
					t.Errorf("%s, page %d: %d codes, more than a picture is read for", p.Label, p.Number, len(p.Cells))
				}
				for i, c := range p.Cells {
					where := fmt.Sprintf("%s, page %d, code %d", p.Label, p.Number, i)
					module := c.Size / float64(c.Symbol.Size()+2*qr.Quiet)
					if module < 0.5 {
						t.Errorf("%s: modules of %.2f mm", where, module)
					}
					high := c.Y + c.Size
					if c.X < 10 || c.Y < 9.9 || c.X+c.Size > wallet.PaperWidth-10 || high > wallet.PaperHeight-20 {
						t.Errorf("%s: off the paper: %.1f %.1f, %.1f wide", where, c.X, c.Y, c.Size)
					}
					if c.Y < wallet.Fold+1 && high > wallet.Fold-1 {
						t.Errorf("%s: on the fold", where)
					}
					if i > 0 && (c.Wide < 30 || c.TextX < c.X+c.Size || c.TextX+c.Wide > wallet.PaperWidth-10) {
						t.Errorf("%s: no room for its text: %.1f, %.1f wide", where, c.TextX, c.Wide)
					}
					if c.Symbol.Version() > 25 && len(c.Text) < 1273 {
						t.Errorf("%s: version %d", where, c.Symbol.Version())
					}
					for _, d := range p.Cells[:i] {
						if math.Abs(c.X-d.X) < max(c.Size, d.Size)-0.01 && c.Y < d.Y+d.Size && d.Y < c.Y+c.Size {
							t.Errorf("%s: over another", where)
						}
					}
				}
			}
		}
	}
}

// A sheet is a way to carry a wallet: what its codes say, added to an empty one,
// is what was there, person by person.
func TestASheetSaysItAll(t *testing.T) {
	f := everything(t)
	s := mustPrint(t, f, wallet.Options{Document: true})
	var back wallet.File
	pages := map[string]int{}
	for _, p := range s.Pages {
		pages[p.Label]++
		if p.Number != pages[p.Label] {
			t.Errorf("%s: page %d is numbered %d", p.Label, pages[p.Label], p.Number)
		}
		for i, c := range p.Cells {
			codes, err := scan.Read(c.Symbol.Image(4))
			if err != nil || len(codes) != 1 || codes[0].Text != c.Text {
				t.Fatalf("%s, page %d, code %d: the picture says something else (%v)", p.Label, p.Number, i, err)
			}
			if (i == 0) != strings.HasPrefix(c.Text, "pratique-wallet/1.0\nperson "+p.Label+"\n") {
				t.Errorf("%s, page %d, code %d: whose page it is stands first, and there alone", p.Label, p.Number, i)
			}
			if back, _, err = back.Add(p.Label, codes[0].Text); err != nil {
				t.Fatal(err)
			}
		}
	}
	for label, n := range pages {
		for _, p := range s.Pages {
			if p.Label == label && p.Of != n {
				t.Errorf("%s: %d pages, of %d", label, n, p.Of)
			}
		}
	}
	if !slices.Equal(held(back), held(f)) {
		t.Errorf("got  %q\nwant %q", held(back), held(f))
	}
}

// What is declared is divided by lines: each code holds a history by itself, all
// of them together the whole, and no symbol is larger than it need be.
func TestADeclaredHistoryIsDividedByLines(t *testing.T) {
	for _, n := range []int{1, 5, 12, 60, 400} {
		text := "pratique-history/1.0\n"
		for i := range n {
			text += fmt.Sprintf("stay X%c/REGION-%02d 2026-%02d-%02dT09:30:00+05:45 2026-%02d-%02dT21:15:00-09:30\n", 'A'+i%26, i%100, 1+i/28%12, 1+i%28, 1+i/28%12, 1+i%28)
		}
		h, found, err := history.Parse([]byte(text))
		if err != nil || len(found) > 0 {
			t.Fatalf("%v, %v", found, err)
		}
		s := mustPrint(t, wallet.File{People: []wallet.Person{{Label: "A", History: h}}}, wallet.Options{})
		var all history.File
		parts := 0
		for _, p := range s.Pages {
			for _, c := range p.Cells[1:] {
				part, found, err := history.Parse([]byte(c.Text))
				if err != nil || len(found) > 0 || len(part.Stays) == 0 {
					t.Fatalf("%d lines: a code that is no history: %v, %v", n, found, err)
				}
				if c.Symbol.Version() > 18 || c.Symbol.Level() == qr.L {
					t.Errorf("%d lines: a symbol of version %d", n, c.Symbol.Version())
				}
				parts++
				all.Stays = append(all.Stays, part.Stays...)
			}
		}
		if string(all.Bytes()) != text {
			t.Errorf("%d lines: %d codes do not give them back", n, parts)
		}
		if least := (len(text) + 679) / 680; parts < least || parts > least+n/60+1 {
			t.Errorf("%d lines: %d codes, at least %d are needed", n, parts, least)
		}
	}
}

// The document stands by itself: nothing is fetched, nothing runs, and who does
// not see the codes hears what they are.
func TestHTML(t *testing.T) {
	f := everything(t)
	f.People[0].Label = `<b onclick="x">"A" & 'B'` + "\u202E\u2067"
	for _, lang := range append(words.Languages(), "ar") {
		s := mustPrint(t, f, wallet.Options{Lang: lang, Name: true})
		text := string(s.HTML())
		for _, bad := range []string{"<script", "<link", "<img", "<iframe", "<object", "<form", "src=", "href=", "url(", "@import", "javascript:", "\u202E", "\u2067", "<b onclick"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %q in the document", lang, bad)
			}
		}
		if rest := strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, ""); strings.Contains(strings.ToLower(rest), "http://") || strings.Contains(rest, "https://") {
			t.Errorf("%s: an address in the document", lang)
		}
		dir := map[bool]string{true: "rtl", false: "ltr"}[lang == "ar"]
		if !strings.Contains(text, fmt.Sprintf(`<html lang=%q dir=%q>`, lang, dir)) || !strings.Contains(text, `content="default-src 'none'; style-src 'unsafe-inline'"`) {
			t.Errorf("%s: language, direction or policy is missing", lang)
		}
		pictures, names := 0, map[string]bool{}
		heard := listen(t, text, func(e xml.StartElement) {
			if e.Name.Local != "svg" {
				return
			}
			pictures++
			role, label := "", ""
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "role":
					role = a.Value
				case "aria-label":
					label = a.Value
				}
			}
			if role != "img" || len(label) < 12 {
				t.Errorf("%s: a picture without a name", lang)
			}
			names[label] = true
		})
		want := 0
		for _, p := range s.Pages {
			want += len(p.Cells)
			for _, c := range p.Cells[1:] {
				for _, l := range append([]string{c.Title}, c.Lines...) {
					if !strings.Contains(heard, strings.Join(strings.Fields(l), " ")) {
						t.Errorf("%s: not to be heard: %s", lang, l)
					}
				}
			}
		}
		if pictures != want || len(names) < want/2 {
			t.Errorf("%s: %d pictures with %d names, want %d", lang, pictures, len(names), want)
		}
	}
}

// listen reads a document as strictly as XML and returns its text.
func listen(t *testing.T, text string, each func(xml.StartElement)) string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	var heard strings.Builder
	depth := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			each(e)
		case xml.EndElement:
			depth--
		case xml.CharData:
			heard.Write(e)
			heard.WriteByte(' ')
		}
	}
	if depth != 0 {
		t.Errorf("%d elements are left open", depth)
	}
	return strings.Join(strings.Fields(heard.String()), " ")
}

// Names and documents are on the sheet only if the person wants it, and no
// answer is.
func TestASheetShowsWhatThePersonWants(t *testing.T) {
	f := everything(t)
	bare := string(mustPrint(t, f, wallet.Options{}).HTML())
	for _, private := range []string{"Eriksson", "L898902C3", "740812"} {
		if strings.Contains(bare, private) {
			t.Errorf("%q is on a sheet that shall not have it", private)
		}
	}
	full := string(mustPrint(t, f, wallet.Options{Name: true}).HTML())
	for _, name := range []string{"Anna Maria Eriksson", "Tom Eriksson"} { // the one of a certificate, the other stated
		if !strings.Contains(full, name) {
			t.Errorf("%q is not on the sheet", name)
		}
	}
	whose := mustPrint(t, f, wallet.Options{Document: true}).Pages[0].Cells[0]
	if !strings.Contains(whose.Text, "document UTO L898902C3 740812\n") {
		t.Error("the document is not in the code")
	}
	if said := strings.Join(whose.Lines, " "); !strings.Contains(said, "the number of your document") || !strings.Contains(said, "your birth date") {
		t.Errorf("of the code with the document is said: %s", said)
	}
	for _, lang := range words.Languages() {
		s := mustPrint(t, f, wallet.Options{Lang: lang})
		for _, colour := range []string{"colour_green", "colour_amber", "colour_red", "colour_grey"} {
			name, _ := words.Say(lang, colour)
			for _, p := range s.Pages {
				for _, c := range p.Cells {
					if slices.Contains(strings.Fields(strings.ToLower(c.Title+" "+strings.Join(c.Lines, " "))), strings.ToLower(name)) {
						t.Errorf("%s: an answer on the sheet: %s", lang, name)
					}
				}
			}
		}
	}
}

func TestPrintChoosesPeopleAndSaysWhatIsLeft(t *testing.T) {
	f := everything(t)
	s := mustPrint(t, f, wallet.Options{People: []string{"Tom"}})
	if len(s.Pages) != 1 || s.Pages[0].Label != "Tom" || strings.Contains(string(s.HTML()), "Anna") {
		t.Errorf("%d pages", len(s.Pages))
	}
	if _, err := wallet.Print(f, wallet.Options{People: []string{"Tim"}}); !errors.Is(err, wallet.ErrPerson) {
		t.Errorf("nobody: %v", err)
	}
	f.People[1].Receipts = []string{made().receipt + strings.Repeat("x", 5000) + "\n"}
	if s := mustPrint(t, f, wallet.Options{}); len(s.Left) != 1 || s.Left[0].Kind != wallet.KindReceipt {
		t.Errorf("left: %d", len(s.Left))
	}
	if s := mustPrint(t, wallet.File{}, wallet.Options{}); len(s.Pages) != 0 || len(s.HTML()) == 0 {
		t.Error("a wallet of nobody")
	}
}

func BenchmarkPrint(b *testing.B) {
	f := wallet.File{}
	for _, text := range made().all() {
		f = must1(f.Add("Anna", text))
	}
	for b.Loop() {
		if s, err := wallet.Print(f, wallet.Options{}); err != nil || len(s.HTML()) == 0 {
			b.Fatal(err)
		}
	}
}
