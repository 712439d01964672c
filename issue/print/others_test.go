package print_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/qr/scan"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/words"
)

// What follows needs programs and fonts of others (make deps installs them):
// poppler draws the PDF and reads its text, zbar its code; Noto has the letters.

func others(t *testing.T) *print.Fonts {
	t.Helper()
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not compared with poppler and zbar, nor drawn with the fonts of Debian")
	}
	f, err := print.ReadFonts(os.DirFS("/usr/share/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// run runs a program of others on a PDF in a folder of its own.
func run(t *testing.T, pdf []byte, program string, args ...string) (string, []byte) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.pdf"), pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil || complaint.Len() > 0 {
		t.Fatalf("%s: %v: %s (make deps installs it)", program, err, complaint.String())
	}
	return dir, out
}

// The code is read from the PDF as another program draws it, by our reader and
// by one that is not ours, in every layout.
func TestTheCodeIsReadFromEveryPDF(t *testing.T) {
	fonts := others(t)
	text, said := signed(t, test(), false)
	s := sheet(t, text, said, print.Options{At: now, Demo: true})
	for _, l := range print.Layouts() {
		pdf, err := s.PDF(l, fonts)
		if err != nil {
			t.Fatal(err)
		}
		dir, _ := run(t, pdf, "pdftoppm", "-r", "200", "-gray", "-png", "-f", "1", "-l", "1", "-singlefile", "x.pdf", "page")
		page := filepath.Join(dir, "page.png")
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		codes, err := scan.ReadBytes(data, scan.Limits{})
		if err != nil || len(codes) != 1 || codes[0].Text != text {
			t.Errorf("%s: our reader finds %d codes, %v", l.Name, len(codes), err)
		}
		out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", page).Output()
		if err != nil || strings.TrimRight(string(out), "\n") != text {
			t.Errorf("%s: zbar reads %d bytes, %v", l.Name, len(out), err)
		}
	}
}

// The text of a PDF can be copied and read aloud: names of every script come
// back as they were written, and so do the dates.
func TestTheTextOfAPDFIsText(t *testing.T) {
	fonts := others(t)
	for _, name := range []string{
		"Anna Maria Eriksson", "Nguyễn Văn Hiệp", "Jiří Šťastný", "Γιώργος Παπαδόπουλος", "Јован Ђорђевић",
		"ليلى بنت محمد", "علي الإدريسي", "فاطمة الزهراء لالا", "فرشته \u200cپگاه", "שרה לוי",
		"क्षितिज शर्मा", "श्रीकृष्ण", "অনির্বাণ", "ਗੁਰਪ੍ਰੀਤ", "ஸ்ரீனிவாசன்", "సత్యనారాయణ",
		"สมชาย ใจดี", "กำพล น้ำใส", "አበበ በቀለ", "李明", "やまだ たろう", "김민준", "გიორგი", "Հայկ",
	} {
		text, said := signed(t, test(), false)
		said.Subject.Names = []cert.Name{{Full: name}}
		for _, l := range []print.Layout{print.Card} {
			pdf, err := sheet(t, text, said, print.Options{At: now}).PDF(l, fonts)
			if err != nil {
				t.Errorf("%q: %v", name, err)
				continue
			}
			_, out := run(t, pdf, "pdftotext", "-enc", "UTF-8", "x.pdf", "-")
			got := plain(string(out))
			for _, want := range []string{name, "1964-08-12", "Date of birth", "Laboratory 7"} {
				if !strings.Contains(got, plain(want)) {
					t.Errorf("%s: %q is not in the text of the PDF", l.Name, want)
				}
			}
			if len(pdf) > 100_000 {
				t.Errorf("%s: %q: %d bytes, want fewer than 100000", l.Name, name, len(pdf))
			}
		}
	}
}

// plain leaves out what poppler adds for the direction of a line, and spaces.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFC.String(s))
}

// Every language is drawn, in every layout, of every kind of certificate, under
// the limit of size; and every part of the structure that poppler knows is there.
func TestEveryLanguageIsDrawn(t *testing.T) {
	fonts := others(t)
	for _, yellow := range []bool{false, true} {
		c := test()
		if yellow {
			c = vaccine()
		}
		text, said := signed(t, c, yellow)
		for _, lang := range append(words.Languages(), words.Drafts()...) {
			s := sheet(t, text, said, print.Options{Lang: lang, At: now})
			for _, l := range print.Layouts() {
				pdf, err := s.PDF(l, fonts)
				if err != nil {
					t.Fatalf("%s, %s: %v", lang, l.Name, err)
				}
				if len(pdf) > 100_000 {
					t.Errorf("%s, %s: %d bytes, want fewer than 100000", lang, l.Name, len(pdf))
				}
			}
			pdf, err := s.PDF(print.Fold, fonts)
			if err != nil {
				t.Fatal(err)
			}
			_, out := run(t, pdf, "pdfinfo", "x.pdf")
			for _, want := range []string{"Tagged:          yes", "JavaScript:      no", "Encrypted:       no", "PDF version:     1.7"} {
				if !strings.Contains(string(out), want) {
					t.Errorf("%s: pdfinfo does not say %q", lang, want)
				}
			}
			want, _ := words.Say(lang, "row_born")
			_, out = run(t, pdf, "pdftotext", "-enc", "UTF-8", "x.pdf", "-")
			if !strings.Contains(plain(string(out)), plain(want)) {
				t.Errorf("%s: %q is not in the text", lang, want)
			}
			_, out = run(t, pdf, "pdfinfo", "-struct-text", "x.pdf")
			at := 0
			for _, want := range []string{"Document", "Sect", "H1", "Figure", "Table", "TR", "TH", "TD", "H2"} {
				i := strings.Index(string(out)[at:], want)
				if i < 0 {
					t.Fatalf("%s: %s is not in its place in the structure", lang, want)
				}
				at += i
			}
		}
	}
}
