package wallet

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/history"
)

// Bytes prints the file in clear, as [Parse] reads it. The error is [ErrWrite]
// or [ErrLimit]: what could not be read again is not written.
func (f File) Bytes() ([]byte, error) {
	b := []byte(fileName + "/1." + strconv.Itoa(f.Minor) + "\n")
	if f.Minor < 0 || f.Minor > 9999 {
		return nil, fmt.Errorf("%w: the version", ErrWrite)
	}
	if len(f.People) > MaxPeople {
		return nil, fmt.Errorf("%w: %d people", ErrLimit, MaxPeople)
	}
	b, err := appendUnread(b, f.Unread)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, p := range f.People {
		if seen[p.Label] {
			return nil, fmt.Errorf("%w: two people with one label", ErrWrite)
		}
		seen[p.Label] = true
		if b, err = p.appendTo(b); err != nil {
			return nil, fmt.Errorf("person %d: %w", i+1, err)
		}
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrLimit, MaxSize)
	}
	return b, nil
}

func (p Person) appendTo(b []byte) ([]byte, error) {
	if !isLabel(p.Label) || p.Name != "" && !isLabel(p.Name) {
		return nil, fmt.Errorf("%w: the label or the name", ErrWrite)
	}
	b = append(b, "person "+p.Label+"\n"...)
	if p.Name != "" {
		b = append(b, "name "+p.Name+"\n"...)
	}
	if p.Holder != (history.Holder{}) {
		h := plainHolder(p.Holder)
		if !isHolder(h) {
			return nil, fmt.Errorf("%w: the travel document", ErrWrite)
		}
		b = append(b, "document "+h.Country+" "+h.Number+" "+birthText(h.Birth)+"\n"...)
	}
	if len(p.Certificates) > MaxTexts || len(p.Receipts) > MaxTexts {
		return nil, fmt.Errorf("%w: %d certificates or receipts of a person", ErrLimit, MaxTexts)
	}
	for _, c := range p.Certificates {
		if !isText(c) {
			return nil, fmt.Errorf("%w: a certificate", ErrWrite)
		}
		b = appendText(b, "certificate", c)
	}
	for _, r := range p.Receipts {
		if !isText(r) {
			return nil, fmt.Errorf("%w: a receipt", ErrWrite)
		}
		b = appendText(b, "receipt", r)
	}
	h, err := historyLines(p.History)
	if err != nil {
		return nil, err
	}
	if bytes.Count(h, []byte("\n"))+len(p.Unread) >= history.MaxLines {
		return nil, fmt.Errorf("%w: %d lines of history of a person", ErrLimit, history.MaxLines-1)
	}
	return appendUnread(append(b, h...), p.Unread)
}

// historyLines prints a history without its first line, if it can be read again.
func historyLines(h history.File) ([]byte, error) {
	text := h.Bytes()
	again, found, err := history.Parse(text)
	if err != nil || len(found) > 0 || countOf(again) != countOf(h) || !bytes.Equal(again.Bytes(), text) {
		return nil, fmt.Errorf("%w: a line of the history", ErrWrite)
	}
	return text[len(historyHead):], nil
}

func countOf(h history.File) [8]int {
	return [8]int{len(h.Stays), len(h.Stamps), len(h.Notices), len(h.Exposure), len(h.Statements), len(h.Checked), len(h.Venues), len(h.Symptoms)}
}

// appendUnread prints what was not understood, each with the lines after it.
func appendUnread(b []byte, unread []string) ([]byte, error) {
	for _, u := range unread {
		first, rest, several := strings.Cut(u, "\n")
		ok := isLine(first) && !strings.HasPrefix(first, " ") && !strings.HasPrefix(first, "signature ")
		if several {
			for line := range strings.Lines(rest + "\n") {
				ok = ok && line[0] == ' ' && isLine(strings.TrimSuffix(line, "\n"))
			}
		}
		if !ok {
			return nil, fmt.Errorf("%w: a line that was not understood", ErrWrite)
		}
		b = append(append(b, u...), '\n')
	}
	return b, nil
}

// isText reports whether a text can be that of a certificate or receipt.
func isText(s string) bool {
	if s == "" || len(s) > MaxText {
		return false
	}
	for line := range strings.Lines(s) {
		if !isLine(strings.TrimSuffix(line, "\n")) {
			return false
		}
	}
	return true
}

// plainHolder writes the document as the grammar has it: history.Commitment
// takes no notice of what is left out. Two documents are the same if this is.
func plainHolder(h history.Holder) history.Holder {
	if h.Birth.Year != 0 {
		h.Birth.Year = h.Birth.Year%100 + 2000
	}
	plain := strings.NewReplacer(" ", "", "<", "", "-", "")
	h.Country, h.Number = plain.Replace(strings.ToUpper(h.Country)), plain.Replace(strings.ToUpper(h.Number))
	return h
}

func sortFindings(found []Finding) {
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
}
