package lists

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// Bytes writes the text. It fails if the text states something that its form
// cannot say or would say differently: a recognition by another jurisdiction, a
// line feed in a name, a moment with a part of a second, a demo key in a list
// that is not marked so. The source of a key is not written.
func (t Text) Bytes() ([]byte, error) {
	w := new(textWriter)
	fmt.Fprintf(&w.b, "%s/1.%d\n", textName, t.Minor)
	w.comment(t.Comment)
	w.field("", "jurisdiction", t.Jurisdiction)
	w.field("", "authority", t.Authority)
	w.moment("", "issued", t.Issued)
	w.moment("", "until", t.Until)
	if t.Demo {
		w.b.WriteString("demo\n")
	}
	w.note("", t.Note)
	for _, e := range t.Entries {
		w.b.WriteByte('\n')
		w.comment(e.Comment)
		switch {
		case e.Key != nil && e.Key.Demo && !t.Demo && !TestCode(e.Key.Country):
			w.fail(errors.New("a demo key in a list that is none of a demo"))
		case e.Key != nil:
			w.key(*e.Key)
		case e.Recognition != nil && e.Recognition.By != t.Jurisdiction:
			w.fail(errors.New("a recognition by another jurisdiction than the list's own"))
		case e.Recognition != nil:
			w.recognition(*e.Recognition)
		default:
			for _, l := range e.Other {
				w.line(l)
			}
		}
	}
	if w.err == nil {
		_, w.err = Parse(w.b.Bytes())
	}
	if w.err != nil {
		return nil, fmt.Errorf("writing list: %w", w.err)
	}
	return w.b.Bytes(), nil
}

// textWriter writes lines and keeps the first error.
type textWriter struct {
	b   bytes.Buffer
	err error
}

func (w *textWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// line writes a line, which must be one.
func (w *textWriter) line(s string) {
	if s == "" || strings.Contains(s, "\n") {
		w.fail(errors.New("an empty line, or a line feed within one"))
	}
	w.b.WriteString(s + "\n")
}

func (w *textWriter) comment(lines []string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, "#") {
			w.fail(errors.New("a comment that does not begin with #"))
		}
		w.line(l)
	}
}

// field writes a field, if it has a value.
func (w *textWriter) field(indent, name, value string) {
	if value != "" {
		w.line(indent + name + " " + value)
	}
}

func (w *textWriter) note(indent, note string) {
	if note == "" {
		return
	}
	for l := range strings.SplitSeq(note, "\n") {
		w.line(indent + "note " + l)
	}
}

func (w *textWriter) moment(indent, name string, t time.Time) {
	if t.IsZero() {
		return
	}
	s := t.Format(time.RFC3339)
	if again, err := time.Parse(time.RFC3339, s); err != nil || !again.Equal(t) {
		w.fail(errors.New("a moment that is not of whole seconds"))
	}
	w.field(indent, name, s)
}

func (w *textWriter) list(name string, words []string) {
	if slices.ContainsFunc(words, func(s string) bool { return s == "" || strings.Contains(s, " ") }) {
		w.fail(errors.New("a word that is none"))
	}
	w.field("  ", name, strings.Join(words, " "))
}

func (w *textWriter) uses(u trust.Uses) {
	var words []string
	if u.Any {
		words = append(words, "any")
	}
	for _, use := range u.Of {
		switch {
		case use == "any":
			w.fail(errors.New(`a use of the name "any"`))
		case u.Any && (trust.Uses{Any: true}).Allows(use): // said already
		default:
			words = append(words, string(use))
		}
	}
	w.list("uses", words)
}

func (w *textWriter) key(k trust.Key) {
	from, until := k.NotBefore, k.NotAfter
	name, der, err := "spki", k.DER, error(nil)
	if der == nil {
		der, err = pki.MarshalKey(k.Public)
	} else {
		name = "certificate"
		var c *pki.Certificate
		if c, err = pki.Parse(der); err == nil && from.Equal(c.From) {
			from = time.Time{}
		}
		if err == nil && until.Equal(c.Until) {
			until = time.Time{}
		}
	}
	if err != nil {
		w.fail(err)
	}
	w.field("", "key", k.Country+" "+base64ID(k.ID))
	w.field("  ", "authority", k.Authority)
	w.field("  ", "issuer", k.Issuer)
	w.uses(k.Uses)
	w.list("domains", k.Domains)
	w.moment("  ", "from", from)
	w.moment("  ", "until", until)
	w.field("  ", name, base64.StdEncoding.EncodeToString(der))
}

func (w *textWriter) recognition(r trust.Recognition) {
	w.field("", "recognise", r.Of)
	w.uses(r.Uses)
	w.list("formats", r.Formats)
	w.list("diseases", r.Diseases)
	w.list("methods", r.Methods)
	for _, l := range r.Laboratories {
		w.line("  laboratory " + l)
	}
	w.moment("  ", "from", r.From)
	w.moment("  ", "until", r.Until)
	w.note("  ", r.Note)
}
