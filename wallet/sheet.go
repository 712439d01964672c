package wallet

import (
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/words"
)

// The paper, in millimetres: A4, upright.
const (
	PaperWidth  = 210.0
	PaperHeight = 297.0
	Fold        = PaperHeight / 2 // to A5
	margin      = 14.0            // at the sides
	edge        = 10.0            // above and below
	foldClear   = 1.5             // on either side of a fold there is no code
	gap         = 4.0
)

// Module is the side of a printed module in millimetres: four dots of a printer
// with 200 dots an inch. It is half as much again as qr.MinModule: a sheet is
// folded, carried about, and photographed as a whole.
const Module = 4 * 25.4 / 200

// The widest codes, with their quiet zone: of two beside each other, and of one
// alone, which is a symbol of version 25. What needs a larger one gets it, at
// level L.
const (
	narrowCode = 50.0
	wideCode   = (17+4*25+2*qr.Quiet)*Module + 0.01
)

// maxDeclared is the largest symbol for a part of a history: two of them stand
// beside each other.
const maxDeclared = 18

// Options say what a sheet shows. The zero Options print everybody, without names.
type Options struct {
	People   []string  // labels; none: all
	Lang     string    // of package words; empty: the first
	At       time.Time // when it is printed; zero is not said
	Name     bool      // print the name, where it is stated or a certificate has it
	Document bool      // put the travel document into the code that says whose sheet it is
}

// Sheet is a printable document: for each person the pages with all their
// codes, each with what it is and who learns what from it. There is no answer on
// it, green or other: answers grow old.
//
// The codes are those of the certificates, stamps, notices, statements and
// receipts; then what the person declares, as one or more texts of package
// history, which together say it all; and on each page a small part of a wallet
// with the label, so that reading the pictures of a sheet ([File.Add]) gives
// each person their own again. What the wallet did not understand is not printed.
//
// Codes are at level Q where two of them still stand beside each other so, else
// M, and their modules are [Module] millimetres wide. None lies on a fold.
type Sheet struct {
	Lang  string
	Title string
	Pages []Page
	Left  []Item // what no QR code can hold, and so is not on the sheet
}

// Page is one page of one person.
type Page struct {
	Label      string
	Name       string // empty: not printed
	Number, Of int    // of the person's
	Head, Foot []string
	Cells      []Cell // the first says whose page it is
}

// Cell is a code on a page, with what is written beside it. Places are in
// millimetres from the corner where lines begin and end.
type Cell struct {
	X, Y, Size  float64 // with the quiet zone
	TextX, Wide float64 // where the text begins, and how wide it is
	Text        string
	Title       string
	Lines       []string
	Symbol      *qr.Symbol
}

// Print makes the sheet of a wallet.
func Print(f File, o Options) (Sheet, error) {
	if o.Lang == "" {
		o.Lang = words.Languages()[0]
	}
	people := f.People
	if len(o.People) > 0 {
		people = nil
		for _, label := range o.People {
			i, ok := f.Find(label)
			if !ok {
				return Sheet{}, ErrPerson
			}
			people = append(people, f.People[i])
		}
	}
	s := Sheet{Lang: o.Lang}
	var labels []string
	for _, p := range people {
		labels = append(labels, p.Label)
		pages, left, err := o.pages(p)
		if err != nil {
			return Sheet{}, err
		}
		s.Pages, s.Left = append(s.Pages, pages...), append(s.Left, left...)
	}
	s.Title = o.say("sheet_title", words.Text("label", strings.Join(labels, ", ")))
	return s, nil
}

func (o Options) say(code string, params ...words.Param) string {
	text, _ := words.Say(o.Lang, code, params...)
	return text
}

// pages lays out the codes of one person.
func (o Options) pages(p Person) ([]Page, []Item, error) {
	cells, left, err := o.cells(p)
	if err != nil {
		return nil, nil, err
	}
	first := Page{Label: p.Label}
	if o.Name {
		first.Name = nameOf(p)
	}
	top := Person{Label: p.Label}
	if o.Document {
		top.Holder = p.Holder
	}
	whose, err := o.whose(top)
	if err != nil {
		return nil, nil, err
	}
	if !o.At.IsZero() {
		first.Head = append(first.Head, o.say("sheet_made", words.Moment("at", o.At)))
	}
	first.Head = append(first.Head, strings.Join(append([]string{whose.Title}, whose.Lines...), ". "))
	first.Foot = []string{o.say("sheet_how"), o.say("sheet_no_verdict")}
	pages := layout(first, whose, cells)
	for i := range pages {
		pages[i].Number, pages[i].Of = i+1, len(pages)
	}
	return pages, left, nil
}

// whose is the code at the head of a page.
func (o Options) whose(p Person) (Cell, error) {
	text, err := File{People: []Person{p}}.Bytes()
	if err != nil {
		return Cell{}, err
	}
	c, ok := fit(string(text))
	if !ok {
		return Cell{}, fmt.Errorf("%w: a label on a sheet", ErrLimit)
	}
	l := Lesson{Reads: []string{"reads_label"}}
	l.add(p.Holder != (history.Holder{}), "reads_document")
	l.add(p.Holder.Birth != (cert.Date{}), "reads_birth")
	c.Title, c.Lines = o.say("face_person"), l.Say(o.Lang)
	c.X, c.Y = PaperWidth-margin-c.Size, edge
	return c, nil
}

// nameOf is the name to print: what the person stated, or a certificate says.
func nameOf(p Person) string {
	if p.Name != "" {
		return p.Name
	}
	for _, c := range p.Certificates {
		if name := nameIn(c); name != "" {
			return name
		}
	}
	return ""
}

// cells makes the codes of what a person holds, in the order of the sheet.
func (o Options) cells(p Person) (cells []Cell, left []Item, err error) {
	var declared []Item
	for _, i := range p.Items() {
		if i.Kind == KindUnread {
			continue
		}
		if i.Kind.Declared() {
			declared = append(declared, i)
			continue
		}
		c, ok := fit(bareOf(i))
		if !ok {
			left = append(left, i)
			continue
		}
		face := Look(i)
		c.Title = face.Title(o.Lang)
		if country := words.Country(o.Lang, face.Country); face.Country != "" && !strings.Contains(c.Title, country) {
			c.Lines = append(c.Lines, o.say("sheet_from", words.Place("country", face.Country)))
		}
		switch {
		case face.Until.IsZero():
		case face.Code == "face_order":
			c.Lines = append(c.Lines, o.say("sheet_order_until", words.Moment("at", face.Until)))
		default:
			c.Lines = append(c.Lines, o.say("sheet_until", words.Text("at", face.Until.UTC().Format(time.DateOnly))))
		}
		if face.IHR {
			c.Lines = append(c.Lines, words.Regulations(o.Lang, face.Params[0]))
		}
		c.Lines = append(c.Lines, face.Lesson.Say(o.Lang)...)
		cells = append(cells, c)
	}
	texts, groups := split(declared)
	for n, text := range texts {
		c, ok := fit(text)
		if !ok {
			return nil, nil, fmt.Errorf("%w: a line of the history on a sheet", ErrLimit)
		}
		c.Title = o.say("face_history", words.Count("part", n+1), words.Count("of", len(texts)), words.Count("n", len(groups[n])))
		c.Lines = declaredLesson(groups[n]).Say(o.Lang)
		cells = append(cells, c)
	}
	return cells, left, nil
}

// bareOf is the text of an item as its code has it. A receipt is signed with its
// last line end.
func bareOf(i Item) string {
	if i.Kind == KindReceipt {
		return i.Text
	}
	return bare(i.Text)
}

// split divides declared lines into texts of package history that fit two
// beside each other.
func split(declared []Item) (texts []string, groups [][]Item) {
	text := historyHead
	var group []Item
	close := func() {
		if len(group) > 0 {
			texts, groups = append(texts, text), append(groups, group)
		}
		text, group = historyHead, nil
	}
	for _, i := range declared {
		longer := text + i.Text + "\n"
		if _, err := (qr.Options{Level: qr.M, MaxVersion: maxDeclared}).Encode(longer); err != nil {
			close()
			longer = text + i.Text + "\n"
		}
		text, group = longer, append(group, i)
	}
	close()
	return texts, groups
}

// fit makes the symbol of a text: at level Q or M where two stand beside each
// other; else as one alone; at last as large as it must be.
func fit(text string) (Cell, bool) {
	size := func(s *qr.Symbol) float64 { return float64(s.Size()+2*qr.Quiet) * Module }
	for _, most := range []float64{narrowCode, wideCode, PaperWidth} {
		for _, level := range []qr.Level{qr.Q, qr.M, qr.L} {
			if most == narrowCode && level == qr.L || most == PaperWidth && level != qr.L {
				continue
			}
			s, err := qr.Encode(text, level)
			if err == nil && size(s) <= most {
				return Cell{Text: text, Symbol: s, Size: size(s)}, true
			}
		}
	}
	return Cell{}, false
}
