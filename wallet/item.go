package wallet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/history"
)

// Kind is what a thing in a wallet is.
type Kind string

// The kinds of things.
const (
	KindCertificate Kind = "certificate" // a health certificate of any format
	KindReceipt     Kind = "receipt"     // of a decision at a desk
	KindStamp       Kind = "stamp"       // of a border desk
	KindNotice      Kind = "notice"      // of a health authority
	KindStatement   Kind = "statement"   // of a health authority about a day of exposure
	KindStay        Kind = "stay"        // from here on declared by the person
	KindExposure    Kind = "exposure"
	KindChecked     Kind = "checked"
	KindVenue       Kind = "venue"
	KindSymptom     Kind = "symptom"
	KindUnread      Kind = "unread" // what was not understood
)

// Declared reports whether the kind is a line of a history that the person
// says themselves.
func (k Kind) Declared() bool {
	return slices.Contains([]Kind{KindStay, KindExposure, KindChecked, KindVenue, KindSymptom}, k)
}

// Item is one thing that a person holds.
type Item struct {
	Kind Kind
	Text string // of the code, of the receipt, or the line of the history
}

// ID names the item within its person: the first 8 digits of the SHA-256 of its
// kind and text, in hexadecimal. Where two have the same, more digits tell them
// apart (see [File.Export]).
func (i Item) ID() string { return i.hash()[:8] }

func (i Item) hash() string {
	h := sha256.Sum256([]byte(string(i.Kind) + "\n" + i.Text))
	return hex.EncodeToString(h[:])
}

// Items lists what the person holds, in the order in which a file has it.
func (p Person) Items() []Item {
	var out []Item
	add := func(k Kind, texts []string) {
		for _, t := range texts {
			out = append(out, Item{k, t})
		}
	}
	add(KindCertificate, p.Certificates)
	add(KindReceipt, p.Receipts)
	h := p.History
	add(KindStay, declaredLines(history.File{Stays: h.Stays}))
	add(KindStamp, h.Stamps)
	add(KindNotice, h.Notices)
	add(KindExposure, declaredLines(history.File{Exposure: h.Exposure}))
	add(KindStatement, h.Statements)
	add(KindChecked, declaredLines(history.File{Checked: h.Checked}))
	add(KindVenue, declaredLines(history.File{Venues: h.Venues}))
	add(KindSymptom, declaredLines(history.File{Symptoms: h.Symptoms}))
	add(KindUnread, p.Unread)
	return out
}

// declaredLines are the lines of a history that holds no codes, one each.
func declaredLines(h history.File) []string {
	text := strings.TrimPrefix(string(h.Bytes()), historyHead)
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// keep returns the person with the items alone for which want is true.
func (p Person) keep(want func(Item) bool) Person {
	var kept []Item
	for _, i := range p.Items() {
		if want(i) {
			kept = append(kept, i)
		}
	}
	return p.with(kept)
}

// with returns the person with these items: the inverse of Items.
func (p Person) with(items []Item) Person {
	out := Person{Label: p.Label, Name: p.Name, Holder: p.Holder}
	text := map[Kind][]string{}
	declared := historyHead
	for _, i := range items {
		if i.Kind.Declared() {
			declared += i.Text + "\n"
			continue
		}
		text[i.Kind] = append(text[i.Kind], i.Text)
	}
	// The lines were printed by package history, which reads what it prints.
	if h, _, err := history.Parse([]byte(declared)); err == nil {
		out.History = h
	}
	h := &out.History
	h.Stamps, h.Notices, h.Statements = text[KindStamp], text[KindNotice], text[KindStatement]
	out.Certificates, out.Receipts, out.Unread = text[KindCertificate], text[KindReceipt], text[KindUnread]
	return out
}

// Export returns a file with one person, and of what they hold the items with
// these identifiers alone, or everything if there are none. An identifier is
// the beginning of [Item.ID] or of the whole digest, at least 4 digits. The
// travel document comes along if something is committed to it, or if all is
// exported; the name only if all is.
func (f File) Export(label string, ids ...string) (File, error) {
	i, chosen, err := f.choose(label, ids)
	if err != nil {
		return File{}, err
	}
	p := f.People[i].keep(chosen)
	if len(ids) > 0 {
		h := p.History
		if p.Name = ""; len(h.Stamps)+len(h.Notices)+len(h.Statements) == 0 {
			p.Holder = history.Holder{}
		}
	}
	return File{Minor: f.Minor, People: []Person{p}}, nil
}

// Delete returns the file without a person, or without those items of theirs
// that have these identifiers, and says what is lost: what nobody but who made
// it can make again.
func (f File) Delete(label string, ids ...string) (File, []Item, error) {
	i, chosen, err := f.choose(label, ids)
	if err != nil {
		return File{}, nil, err
	}
	var lost []Item
	for _, it := range f.People[i].Items() {
		if chosen(it) {
			lost = append(lost, it)
		}
	}
	out := f
	out.People = slices.Clone(f.People)
	if len(ids) == 0 {
		out.People = slices.Delete(out.People, i, i+1)
	} else {
		out.People[i] = f.People[i].keep(func(it Item) bool { return !chosen(it) })
	}
	return out, lost, nil
}

// choose finds a person and the items that identifiers name.
func (f File) choose(label string, ids []string) (int, func(Item) bool, error) {
	i, ok := f.Find(label)
	if !ok {
		return 0, nil, ErrPerson
	}
	if len(ids) == 0 {
		return i, func(Item) bool { return true }, nil
	}
	named := map[string]bool{}
	for n, id := range ids {
		var hit string
		for _, it := range f.People[i].Items() {
			if h := it.hash(); len(id) >= 4 && strings.HasPrefix(h, id) {
				if hit != "" && hit != h {
					return 0, nil, fmt.Errorf("identifier %d: %w", n+1, ErrItem)
				}
				hit = h
			}
		}
		if hit == "" {
			return 0, nil, fmt.Errorf("identifier %d: %w", n+1, ErrItem)
		}
		named[hit] = true
	}
	return i, func(it Item) bool { return named[it.hash()] }, nil
}

// bare is a certificate without what reading it leaves out: two texts that
// differ in line ends alone are one.
func bare(text string) string { return strings.Trim(text, "\r\n") }
