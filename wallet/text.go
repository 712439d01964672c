package wallet

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
)

const (
	fileName    = "pratique-wallet"
	historyHead = "pratique-history/1.0\n"
)

// Parse reads a file in clear. What cannot be understood is a finding, and kept.
func Parse(text []byte) (File, []Finding, error) {
	if len(text) > MaxSize {
		return File{}, nil, fmt.Errorf("%w: longer than %d bytes", ErrFile, MaxSize)
	}
	s, err := signed.Parse(text)
	switch {
	case err != nil:
		return File{}, nil, fmt.Errorf("%w: %w", ErrFile, err)
	case len(s.Signatures) > 0:
		return File{}, nil, fmt.Errorf("%w: nobody signs a wallet", ErrFile)
	case s.Name != fileName || s.Major != 1:
		return File{}, nil, fmt.Errorf("%w: it is %s/%d.%d", ErrFile, s.Name, s.Major, s.Minor)
	}
	r := reader{file: File{Minor: s.Minor}}
	for it := range items(string(s.Body())) {
		r.take(it)
	}
	r.finish()
	if r.err != nil {
		return File{}, nil, r.err
	}
	return r.file, r.found, nil
}

// item is a line with those that follow it after a space.
type item struct {
	n    int    // of its first line
	text string // without the last line end
}

// items divides the lines after the first.
func items(body string) func(yield func(item) bool) {
	return func(yield func(item) bool) {
		n, begin, at := 2, 0, 0
		line := 1
		for l := range strings.Lines(body) {
			line++
			if at > begin && l[0] != ' ' {
				if !yield(item{n, body[begin : at-1]}) {
					return
				}
				n, begin = line, at
			}
			at += len(l)
		}
		if at > begin {
			yield(item{n, body[begin : at-1]})
		}
	}
}

// reader builds a file from items.
type reader struct {
	file  File
	found []Finding
	err   error
	now   int            // the person that items belong to, from 1; 0: nobody yet
	lines map[int][]item // by person: what may be lines of a history
	named map[int]bool   // persons with a name line
	held  map[int]bool   // persons with a document line
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) unread(it item, code Code) {
	r.found = append(r.found, Finding{it.n, code})
	if r.now == 0 {
		r.file.Unread = append(r.file.Unread, it.text)
		return
	}
	p := &r.file.People[r.now-1]
	p.Unread = append(p.Unread, it.text)
}

// take reads one item.
func (r *reader) take(it item) {
	line, rest, several := strings.Cut(it.text, "\n")
	if strings.HasPrefix(line, " ") {
		r.fail(fmt.Errorf("%w: line %d begins with a space and goes on with nothing", ErrFile, it.n))
		return
	}
	kind, value, spaced := strings.Cut(line, " ")
	if kind == "person" {
		if several || !spaced || !isLabel(value) {
			r.unread(it, Unreadable)
			return
		}
		r.person(it, value)
		return
	}
	if r.now == 0 {
		r.unread(it, Unplaced)
		return
	}
	p := &r.file.People[r.now-1]
	switch kind {
	case "certificate", "receipt":
		text, ok := readText(value, rest, spaced, several)
		switch {
		case !ok:
			r.unread(it, Unreadable)
		case kind == "receipt":
			p.Receipts = append(p.Receipts, text)
		default:
			p.Certificates = append(p.Certificates, text)
		}
		if len(p.Certificates) > MaxTexts || len(p.Receipts) > MaxTexts {
			r.fail(fmt.Errorf("%w: line %d: a person with more than %d certificates or receipts", ErrFile, it.n, MaxTexts))
		}
	case "name":
		switch {
		case several || !isLabel(value):
			r.unread(it, Unreadable)
		case r.named[r.now]:
			r.unread(it, Twice)
		default:
			r.named[r.now], p.Name = true, value
		}
	case "document":
		h, ok := readHolder(value)
		switch {
		case several || !ok:
			r.unread(it, Unreadable)
		case r.held[r.now]:
			r.unread(it, Twice)
		default:
			r.held[r.now], p.Holder = true, h
		}
	default:
		r.lines[r.now] = append(r.lines[r.now], it)
		if len(r.lines[r.now]) >= history.MaxLines {
			r.fail(fmt.Errorf("%w: line %d: a person with %d lines of history or more", ErrFile, it.n, history.MaxLines))
		}
	}
}

func (r *reader) person(it item, label string) {
	if i, ok := r.file.Find(label); ok {
		r.found = append(r.found, Finding{it.n, Twice})
		r.now = i + 1
		return
	}
	if len(r.file.People) == MaxPeople {
		r.fail(fmt.Errorf("%w: line %d: more than %d people", ErrFile, it.n, MaxPeople))
		return
	}
	if r.lines == nil {
		r.lines, r.named, r.held = map[int][]item{}, map[int]bool{}, map[int]bool{}
	}
	r.file.People = append(r.file.People, Person{Label: label})
	r.now = len(r.file.People)
}

// finish reads the histories, whose grammar is that of package history.
func (r *reader) finish() {
	for i := range r.file.People {
		p := &r.file.People[i]
		text := []byte(historyHead)
		var kept []item
		r.now = i + 1
		for _, it := range r.lines[r.now] {
			if strings.Contains(it.text, "\n") {
				r.unread(it, Unreadable)
				continue
			}
			kept = append(kept, it)
			text = append(append(text, it.text...), '\n')
		}
		h, found, err := history.Parse(text)
		if err != nil {
			r.fail(fmt.Errorf("%w: the history of a person: %w", ErrFile, err))
			return
		}
		p.History = h
		for _, f := range found {
			r.unread(kept[f.Index-2], Unreadable)
		}
	}
	sortFindings(r.found)
}

// readText reads the text of a certificate or receipt.
func readText(value, rest string, spaced, several bool) (string, bool) {
	if spaced {
		return value, !several && value != "" && len(value) <= MaxText
	}
	if !several {
		return "", false
	}
	var b strings.Builder
	for line := range strings.Lines(rest + "\n") {
		b.WriteString(line[1:])
	}
	return b.String(), b.Len() <= MaxText
}

// appendText is the inverse of readText.
func appendText(b []byte, kind, text string) []byte {
	b = append(b, kind...)
	if !strings.Contains(text, "\n") {
		return append(append(append(b, ' '), text...), '\n')
	}
	b = append(b, '\n')
	for line := range strings.Lines(text) {
		b = append(append(b, ' '), line...)
	}
	if b[len(b)-1] != '\n' {
		b = append(b, '\n')
	}
	return b
}

func readHolder(value string) (history.Holder, bool) {
	parts := strings.Split(value, " ")
	if len(parts) != 3 {
		return history.Holder{}, false
	}
	h := history.Holder{Country: parts[0], Number: parts[1]}
	birth, ok := readBirth(parts[2])
	h.Birth = birth
	return h, ok && isHolder(h)
}

// readBirth reads a birth date as documents have it. Any century is right: of
// the year two digits count.
func readBirth(s string) (cert.Date, bool) {
	if len(s) != 6 {
		return cert.Date{}, false
	}
	var n [3]int
	for i := range n {
		part := s[2*i : 2*i+2]
		if part == "<<" {
			continue
		}
		v, err := strconv.ParseUint(part, 10, 8)
		if err != nil || i == 1 && (v < 1 || v > 12) || i == 2 && (v < 1 || v > 31) {
			return cert.Date{}, false
		}
		if n[i] = int(v); i == 0 {
			n[i] += 2000
		}
	}
	return cert.Date{Year: int16(n[0]), Month: int8(n[1]), Day: int8(n[2])}, true
}

// birthText is the inverse of readBirth.
func birthText(d cert.Date) string {
	var b strings.Builder
	for _, n := range [3]int{int(d.Year), int(d.Month), int(d.Day)} {
		if n == 0 {
			b.WriteString("<<")
		} else {
			fmt.Fprintf(&b, "%02d", n%100)
		}
	}
	return b.String()
}

func isHolder(h history.Holder) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return h.Country != "" && len(h.Country) <= 3 && strings.Trim(h.Country, letters) == "" &&
		h.Number != "" && len(h.Number) <= 32 && strings.Trim(h.Number, letters+"0123456789") == ""
}

// isLabel reports whether a text is a label: on one line, and seen as it is.
func isLabel(s string) bool {
	return s != "" && len(s) <= MaxLabel && strings.TrimSpace(s) == s && isLine(s)
}

// isLine reports whether a text is on one line and has no control characters.
func isLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r != '\t' && unicode.IsControl(r) })
}
