package act

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/trust/lists"
)

// listed reads a block as package trust/lists does, in a list of its own.
func listed(a Act, block string) (lists.Entry, error) {
	head, err := lists.Text{Jurisdiction: a.By, Issued: a.Issued, Until: a.Issued.Add(time.Second), Demo: lists.TestCode(a.By)}.Bytes()
	if err != nil {
		return lists.Entry{}, err
	}
	t, err := lists.Parse([]byte(string(head) + "\n" + block + "\n"))
	if err != nil {
		return lists.Entry{}, err
	}
	if len(t.Entries) != 1 || t.Entries[0].Other != nil || t.Entries[0].Comment != nil {
		return lists.Entry{}, errors.New("not one statement")
	}
	return t.Entries[0], nil
}

// writeListed writes a statement as package trust/lists does.
func (w *writer) listed(e lists.Entry) string {
	t := lists.Text{Jurisdiction: w.act.By, Issued: w.act.Issued, Until: w.act.Issued.Add(time.Second), Demo: lists.TestCode(w.act.By), Entries: []lists.Entry{e}}
	b, err := t.Bytes()
	if err != nil {
		w.fail(err)
		return ""
	}
	_, block, _ := strings.Cut(string(b), "\n\n")
	return strings.TrimSuffix(block, "\n")
}

func readKey(a Act, r *reader, arg string) Body {
	lines := r.lines
	r.lines = nil
	if r.err != nil {
		return nil
	}
	e, err := listed(a, strings.Join(append([]string{"key " + arg}, lines...), "\n"))
	if err != nil || e.Key == nil {
		r.fail(foreign(lines, err))
		return nil
	}
	return Key{*e.Key}
}

// foreign is the error of a block that package trust/lists does not read: of a
// field that nobody knows, that it may be one of tomorrow.
func foreign(lines []string, err error) error {
	for _, l := range lines {
		if name, _, _ := strings.Cut(strings.TrimPrefix(l, "  "), " "); !known[name] && word(name, 80) {
			return fmt.Errorf("%w: the field %q", ErrNewer, name)
		}
	}
	return fmt.Errorf("%w: %w", ErrFormat, err)
}

func (k Key) write(w *writer) { w.block(w.listed(lists.Entry{Key: &k.Key})) }

// block writes lines that are known to be lines.
func (w *writer) block(block string) { w.b.WriteString(block + "\n") }

func (k Key) until() (time.Time, time.Duration) { return k.NotAfter, LongestKey }

func readRecognition(a Act, r *reader, arg string) Body {
	n := Recognition{ID: r.word(r.one("id"))}
	switch v, ok := r.next("reciprocal"); {
	case ok && v != "yes":
		r.fail(fmt.Errorf("%w: reciprocal yes, or nothing", ErrFormat))
	case ok:
		n.Reciprocal = true
	}
	lines := r.lines
	r.lines = nil
	if r.err != nil {
		return nil
	}
	e, err := listed(a, strings.Join(append([]string{"recognise " + arg}, lines...), "\n"))
	if err != nil || e.Recognition == nil {
		r.fail(foreign(lines, err))
		return nil
	}
	n.Recognition = *e.Recognition
	return n
}

func (n Recognition) write(w *writer) {
	first, rest, _ := strings.Cut(w.listed(lists.Entry{Recognition: &n.Recognition}), "\n")
	w.block(first)
	w.field("id", n.ID)
	if n.Reciprocal {
		w.field("reciprocal", "yes")
	}
	w.block(rest)
}

func (n Recognition) until() (time.Time, time.Duration) { return n.Until, LongestRecognition }

func readLaboratory(a Act, r *reader, arg string) Body {
	return Laboratory{Country: a.By, ID: r.word(arg), Name: r.one("name"), Accreditation: r.one("accreditation"), Diseases: r.words(r.maybe("diseases")),
		Methods: r.words(r.maybe("methods")), From: r.moment(r.maybe("from")), Until: r.moment(r.one("until"))}
}

func (l Laboratory) write(w *writer) {
	w.line("laboratory " + l.ID)
	w.field("name", l.Name)
	w.field("accreditation", l.Accreditation)
	w.field("diseases", strings.Join(l.Diseases, " "))
	w.field("methods", strings.Join(l.Methods, " "))
	w.moment("from", l.From)
	w.moment("until", l.Until)
}

func (l Laboratory) until() (time.Time, time.Duration) { return l.Until, LongestLaboratory }
