// Package print answers one question: how does a signed code become paper that
// a person can keep, and a page that everybody can read?
//
//	s, err := print.New(code, certificate, print.Options{Lang: "ar", At: now})
//	pdf, err := s.PDF(print.Fold, fonts)   // or PNG
//	page := s.HTML()
//
// A [Sheet] is what stands on it, in two languages and in no shape: the title,
// the code, who it is about, what it certifies, what the code holds and what not,
// and whom to ask. A [Layout] gives it a shape:
//
//	fold     A4, folded twice, the print outside: the code in front, what it
//	         certifies behind. Four panels, each upright
//	card     85.6 x 54 mm, as bank cards: front and back
//	label    62 x 100 mm, for label printers
//	receipt  80 mm of a roll, 72 mm of them printed, as long as it must be
//
// What does not fit goes on to the next panel, card or label: nothing is made
// smaller, shortened or left out. Cards, labels and receipts do without the
// explanations, which fold and HTML have.
//
// # Languages
//
// Everything stands in two languages: the one that was asked for, and English
// beside it, or French beside English. So a certificate of the International
// Health Regulations is always in English or French too, as their Annex 6 asks.
// Such a certificate has the title and the statement of Annex 6, its columns in
// their order, and places for the signature and the stamp that it asks for on
// paper. A translation that nobody has reviewed says so ([words.Drafts]).
// Dates stand as year-month-day, which is the same in all of them.
//
// # The code
//
// It is drawn in modules of at least [Module] millimetres with its quiet zone, at
// level Q where there is room, else M, else L; what has no room even so is
// refused. Nothing on the sheet is red or green, and no answer stands on it:
// answers grow old.
//
// # Letters
//
// Text is shaped by rules of its script (letters that join, marks, order) with
// the Go fonts, which have Latin, Greek and Cyrillic letters, and with fonts of a
// folder ([ReadFonts]), whichever has them. A letter that no font has is an error
// which names the script ([MissingError]): never a box, never a gap. Fonts whose
// licence bits forbid embedding are passed over.
//
// # The PDF
//
// Text is text: fonts are cut down to the glyphs in use, each with the letters it
// stands for, so that it can be searched, copied and read aloud. It is tagged
// (title, language of each part, headings, tables, a text for the code) in
// reading order, has no scripts, forms or links, and its bytes follow from the
// arguments alone. It is made after PDF 2.0's predecessor ISO 32000-1, PDF/UA-1
// and PDF/A-2 without claiming either, because no validator of them was run.
//
// # The picture
//
// [Sheet.PNG] is the same page in black and white, eight dots a millimetre, as
// receipt and label printers have them: their drivers print it as it is.
//
// Nothing here reads the clock, the network or the disk; fonts come through an
// [fs.FS].
package print

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// MaxText is the longest single text of a certificate that is printed, in
// bytes; no format of ours holds a longer one.
const MaxText = 4096

// The errors that a caller may meet. They hold nothing of the certificate.
var (
	ErrEmpty    = errors.New("the certificate states nothing that could be printed")
	ErrCode     = errors.New("the code has no room in this layout")
	ErrLanguage = errors.New("there is no such language")
	ErrText     = errors.New("a text of the certificate is too long to print")
)

// Standing is what was done about the signature before printing. The zero
// Standing is that nothing was.
type Standing struct {
	Issued  bool      // it was signed here and now
	Checked time.Time // it was verified then; zero: it was not
	Country string    // whose key verified it
}

// Options say how a certificate is printed. The zero Options print it in
// English and French, as one that nobody has verified.
type Options struct {
	Lang    string    // of [words.Languages] or [words.Drafts]; empty: English
	Second  string    // en or fr; empty: English, or French beside English
	At      time.Time // when it is printed; zero is not said, and then the bytes of a PDF hold no moment
	Demo    bool      // the key proves nothing
	Contact string    // whom to ask, and where to appeal, in the issuer's own words
	Standing
}

// Sheet is what stands on the paper.
type Sheet struct {
	langs    [2]string
	at       time.Time
	demo     bool
	draft    bool
	ihr      bool
	code     string
	health   bool // a SMART Health Card, whose symbol has a largest version
	title    said
	about    said // what it is, in a line
	sections []section
}

// said is a text in the two languages of a sheet. What is the same in both, such
// as a name, has only the first, without a language.
type said struct {
	a, b  string
	plain bool // of no language: a name, a number, a date
}

func plainly(s string) said { return said{a: s, plain: true} }

func (s said) empty() bool { return s.a == "" && s.b == "" }

// section is a part of a sheet that begins with a heading.
type section struct {
	id     string
	head   said
	blocks []block
	long   bool // only where there is room for explanations
}

// block is one of a paragraph, a table of rows, the code, or lines to sign on.
type block struct {
	text said
	role role
	rows []row
	sign []said
	long bool // only where there is room for explanations
	fold bool // only where the paper is folded
}

type role uint8

const (
	body    role = iota
	title        // the first heading
	shout        // what nobody may overlook
	warning      // what nobody should
	name         // whom it is about
	figure       // the code
	facts        // rows
	sign         // lines to sign on
	subhead
	short // a paragraph in both languages on one line, if it fits
)

type row struct{ label, value said }

// New makes the sheet of a code and of what it says. The code's text is drawn
// as it is given.
func New(code string, c *cert.Certificate, o Options) (*Sheet, error) {
	if c == nil || len(c.Events) == 0 {
		return nil, ErrEmpty
	}
	langs, err := o.languages()
	if err != nil {
		return nil, err
	}
	s := &Sheet{
		langs: langs, at: o.At, demo: o.Demo, code: code,
		draft: slices.Contains(words.Drafts(), langs[0]),
		ihr:   c.Carrier.Content == "icvp", health: strings.HasPrefix(code, "shc:/"),
	}
	s.title = s.say("print_title")
	if s.ihr {
		s.title = s.say("print_title_ihr")
	}
	face := wallet.Look(wallet.Item{Kind: wallet.KindCertificate, Text: code})
	s.about = said{a: face.Title(langs[0]), b: face.Title(langs[1])}
	s.sections = []section{s.front(c, o), s.what(c), s.holds(c, face.Lesson), s.ask(c, o)}
	return s, s.check()
}

func (o Options) languages() ([2]string, error) {
	known := append(words.Languages(), words.Drafts()...)
	first, second := o.Lang, o.Second
	if first == "" {
		first = known[0]
	}
	if second == "" {
		second = "en"
		if first == "en" {
			second = "fr"
		}
	}
	if !slices.Contains(known, first) || !slices.Contains(words.Languages(), second) || first == second {
		return [2]string{}, ErrLanguage
	}
	return [2]string{first, second}, nil
}

// say says a code of the catalogue in both languages, with what to do.
func (s *Sheet) say(code string, params ...words.Param) said {
	one := func(lang string) string {
		text, next := words.Say(lang, code, params...)
		if next != "" {
			gap := " "
			if lang == "zh" {
				gap = ""
			}
			text += gap + next
		}
		return text
	}
	return said{a: one(s.langs[0]), b: one(s.langs[1])}
}

// check refuses what is too long, and cleans every text.
func (s *Sheet) check() error {
	err := error(nil)
	clean := func(t *said) {
		for _, p := range []*string{&t.a, &t.b} {
			if len(*p) > MaxText {
				err = ErrText
				return
			}
			*p = tidy(*p)
		}
		if t.a == t.b {
			t.b = ""
		}
	}
	clean(&s.title)
	clean(&s.about)
	for i := range s.sections {
		clean(&s.sections[i].head)
		for j := range s.sections[i].blocks {
			b := &s.sections[i].blocks[j]
			clean(&b.text)
			for k := range b.rows {
				clean(&b.rows[k].label)
				clean(&b.rows[k].value)
			}
			for k := range b.sign {
				clean(&b.sign[k])
			}
		}
	}
	return err
}

// tidy makes a text one line of composed letters (NFC), without control
// characters, and without those that would turn the direction of what follows.
func tidy(s string) string {
	keep := closed(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 && !keep:
			return -1
		case unicode.IsControl(r) || unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// closed reports whether every isolate of a text is closed within it, and
// nothing else (Unicode Standard Annex 9, BD8 to BD10).
func closed(s string) bool {
	depth := 0
	for _, r := range s {
		switch {
		case r >= 0x2066 && r <= 0x2068:
			depth++
		case r == 0x2069:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

// MissingError says that no font given has a letter of a text.
type MissingError struct {
	Script  string // in English: "Arabic"
	Package string // the Debian package that has a font of it; empty: unknown
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("drawing the text: no font has the letters of a text in the %s script", e.Script)
}
