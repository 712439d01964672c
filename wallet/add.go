package wallet

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
)

// What a text can be beside an [Item].
const (
	KindHistory Kind = "history" // lines of a history
	KindWallet  Kind = "wallet"  // a wallet, or a part of one
)

// Added says what a text was, and what became of it.
type Added struct {
	Kind      Kind
	New       []Item     // what the wallet did not have
	Known     int        // how many things it had already
	People    []string   // the labels of those who got something
	Conflicts []Conflict // of a wallet, see Merge
}

// ErrText means that a text cannot be kept: it has control characters, is not
// UTF-8, or is too long.
var ErrText = errors.New("not a text that a wallet can keep")

// Recognise says what a scanned text is. The error is a *format.Error, which
// names what it is instead, or what is wrong with it; or that of package
// history, or [ErrFile], for a text that begins as theirs do. It verifies
// nothing: a forged code is recognised as what it pretends to be.
func Recognise(text string) (Kind, error) {
	text = bare(text)
	switch head, _, _ := strings.Cut(text, "/"); head {
	case fileName:
		_, _, err := Parse(lines(text))
		return KindWallet, err
	case "pratique-history":
		_, _, err := history.Parse(lines(text))
		return KindHistory, err
	case "pratique-receipt":
		_, err := signed.Parse(lines(text))
		return KindReceipt, err
	}
	u, err := format.Read(text)
	if err != nil {
		e, ok := errors.AsType[*format.Error](err)
		if ok && (e.Code == "format_unsupported" || e.Code == "format_unpublished" || e.Code == "online_only" || e.Code == "newer_version") {
			return KindCertificate, nil // it is kept, though this build cannot read it
		}
		return "", err
	}
	switch u.Content() {
	case "stamp":
		return KindStamp, nil
	case "notice":
		return KindNotice, nil
	case "exposure":
		return KindStatement, nil
	}
	return KindCertificate, nil
}

// lines is a text of ours as its reader wants it: cameras and keyboards lose
// the last line end, and some systems write two characters for one.
func lines(text string) []byte {
	return []byte(strings.ReplaceAll(bare(text), "\r\n", "\n") + "\n")
}

// oneForm is the text of a certificate in the form in which its QR code has it:
// a health card of a file, or of several codes, is that of one code. So a card
// is there once, however it came, and is what a desk scans. An archive, which is
// no text, becomes one.
func oneForm(text string) string {
	text = strings.ReplaceAll(bare(text), "\r\n", "\n")
	switch format.Identify(text) {
	case format.SHC:
	case format.DIVOC:
		return divoc.Text(text)
	default:
		return text
	}
	var out string
	var err error
	if _, _, digits := shc.Part(firstLine(text)); digits {
		out, err = shc.Join(strings.Split(text, "\n"))
	} else if cards := format.Codes(text); len(cards) == 1 {
		out, err = shc.Numeric(cards[0])
	}
	if err != nil || out == "" {
		return text
	}
	return out
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Add puts a scanned text into the wallet, for the person with the label; who is
// not there yet is made. What a wallet holds goes to its own people, whatever the
// label. The error is one of [Recognise], [ErrPerson] for a label that can be
// none, [ErrText] or [ErrLimit].
func (f File) Add(label, text string) (File, Added, error) {
	kind, err := Recognise(text)
	if err != nil {
		return File{}, Added{}, err
	}
	if kind == KindWallet {
		other, _, err := Parse(lines(text))
		if err != nil {
			return File{}, Added{}, err
		}
		return f.take(other)
	}
	if !isLabel(label) {
		return File{}, Added{}, ErrPerson
	}
	p := Person{Label: label}
	switch kind {
	case KindHistory:
		h, found, err := history.Parse(lines(text))
		if err != nil {
			return File{}, Added{}, err
		}
		p.History = h
		all := strings.Split(string(lines(text)), "\n")
		for _, x := range found {
			line := all[x.Index-1]
			if !isStray(line) {
				return File{}, Added{}, fmt.Errorf("%w: line %d of a history is read as another thing in a wallet", ErrText, x.Index)
			}
			p.Unread = append(p.Unread, line)
		}
	case KindReceipt:
		p = p.with([]Item{{kind, string(lines(text))}})
	default:
		p = p.with([]Item{{kind, oneForm(text)}})
	}
	if _, err := (File{People: []Person{p}}).Bytes(); err != nil {
		return File{}, Added{}, fmt.Errorf("%w: %w", ErrText, err)
	}
	return f.give(p, kind)
}

// isStray reports whether a line that no history knows is one that a wallet does
// not know either, and so is read again as what it is: it does not go on with
// the line before it, and does not begin as the wallet's own lines do.
func isStray(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return !strings.HasPrefix(line, " ") && !slices.Contains([]string{"person", "name", "document", "certificate", "receipt"}, word)
}

// give adds to the person of a label.
func (f File) give(q Person, kind Kind) (File, Added, error) {
	out := f
	out.People = slices.Clone(f.People)
	i, ok := f.Find(q.Label)
	if !ok {
		i, out.People = len(f.People), append(out.People, Person{Label: q.Label})
	}
	added := Added{Kind: kind, People: []string{q.Label}}
	added.New, added.Known = news(out.People[i], q)
	out.People[i] = join(out.People[i], q)
	if _, err := out.Bytes(); err != nil {
		return File{}, Added{}, err
	}
	return out, added, nil
}

// take merges a wallet into the file and says what was new.
func (f File) take(other File) (File, Added, error) {
	out, conflicts, err := Merge(f, other)
	if err != nil {
		return File{}, Added{}, err
	}
	added := Added{Kind: KindWallet, Conflicts: conflicts}
	people := fold(other.People, new([]Conflict))
	twins := pair(out.People, people)
	for i, q := range people {
		p := out.People[twins[i]]
		before := Person{}
		if n, ok := f.Find(p.Label); ok {
			before = f.People[n]
		}
		fresh, known := news(before, q)
		added.New, added.Known, added.People = append(added.New, fresh...), added.Known+known, append(added.People, p.Label)
	}
	return out, added, nil
}
