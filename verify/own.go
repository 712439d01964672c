package verify

import (
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

// Own is what one person holds, each code opened and its signature looked at
// once. What of it counts is another question for every moment: see [Self].
// The zero Own is empty.
type Own struct {
	certificates []held
	aside        []Aside
	history      history.History
	holder       history.Holder
	passport     *mrz.Document
	lines        int // of the history: whether there is one
}

// held is a certificate whose signature verified.
type held struct {
	index  int // among the codes that were given
	format string
	signed trust.Signed
}

// Aside is a thing in a person's file that was set aside, or is marked, and
// why. What is set aside counts for nothing, and against nobody.
type Aside struct {
	Kind    string // certificate, stay, stamp, notice ...
	Index   int    // among the codes, or the items of that kind
	Reasons []Reason
	Kept    bool // marked, and still used
}

// OpenOwn opens what a person holds: the codes of certificates, and their
// history; codes of stamps, notices and exposure statements may stand among
// either. The holder is the document by which stamps and notices are theirs,
// and passport, if given, the one that certificates are compared with.
// It is the slow half: one signature a code.
func OpenOwn(w *World, codes []string, file history.File, holder history.Holder, passport *mrz.Document) Own {
	o := Own{holder: holder, passport: passport}
	for i, text := range codes {
		u, err := format.Read(text)
		if err != nil {
			o.set(i, unreadable(w, len(text), err).Reasons)
			continue
		}
		switch u.Content() {
		case "stamp":
			file.Stamps = append(slices.Clip(file.Stamps), text)
			continue
		case "notice":
			file.Notices = append(slices.Clip(file.Notices), text)
			continue
		case "exposure":
			file.Statements = append(slices.Clip(file.Statements), text)
			continue
		}
		r := Report{Format: u.Format(), Content: u.Content()}
		s, err := u.Verify(w.Keys)
		switch {
		case err != nil:
			notSigned(&r, w, u, err)
			o.set(i, r.Reasons)
		case len(s.Certificate.Events) == 0:
			events(&r, s)
			o.set(i, r.Reasons)
		default:
			o.certificates = append(o.certificates, held{i, u.Format(), s})
		}
	}
	o.lines = len(file.Stays) + len(file.Stamps) + len(file.Notices) + len(file.Exposure) + len(file.Statements) + len(file.Checked) + len(file.Venues) + len(file.Symptoms)
	var found []history.Finding
	o.history, found = file.Open(w.Keys)
	o.aside = append(o.aside, o.findings(found)...)
	o.others()
	return o
}

func (o *Own) set(index int, reasons []Reason) {
	o.aside = append(o.aside, Aside{Kind: "certificate", Index: index, Reasons: reasons})
}

// others sets aside the certificates of somebody else: than the passport, than
// the holder, or than the person of the first certificate.
func (o *Own) others() {
	var first *held
	o.certificates = slices.DeleteFunc(o.certificates, func(h held) bool {
		var r Report
		person := h.signed.Certificate.Subject
		passport(&r, h.signed, o.passport)
		r.Reasons = slices.DeleteFunc(r.Reasons, func(r Reason) bool { _, coloured := r.Colour(); return !coloured })
		if len(r.Reasons) == 0 && !bornAlike(o.holder.Birth, person.BirthDate) {
			r.add("birth_differs")
		}
		if len(r.Reasons) == 0 && first != nil && !samePerson(first.signed.Certificate.Subject, person) {
			r.add("other_person", words.Count("n", first.index+1))
		}
		if len(r.Reasons) > 0 {
			o.set(h.index, r.Reasons)
			return true
		}
		if first == nil {
			first = &h
		}
		return false
	})
}

// bornAlike compares the birth date of a holder, of which a document may have
// told two digits of the year only, with one of a certificate.
func bornAlike(holder, certificate cert.Date) bool {
	if holder.Year > 0 && certificate.Year > 0 {
		holder.Year, certificate.Year = 1+holder.Year%100, 1+certificate.Year%100
	}
	return holder.Compatible(certificate)
}

// findings says what is wrong with a history. Without a document nothing is
// somebody else's: it cannot be told.
func (o *Own) findings(found []history.Finding) []Aside {
	out := make([]Aside, len(found))
	for i, f := range found {
		code, params := f.Reason()
		if f.Code == history.OtherHolder && o.holder.Number == "" {
			code, params = "needs_document", nil
		}
		out[i] = Aside{Kind: string(f.Kind), Index: f.Index, Kept: f.Kept, Reasons: []Reason{{Code: code, Params: params}}}
	}
	return out
}

// Evidence is what of the history counts at a moment, and what is wrong with the
// rest: for a question about where the person was, which a border may ask.
func (o Own) Evidence(at time.Time) (history.Evidence, []Aside) {
	e, found := o.history.Sift(o.holder, at)
	return e, o.findings(found)
}
