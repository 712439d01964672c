// Package table answers one question: what does this table of a laboratory ask
// an issuer to certify, row by row, and which rows could not be used?
//
// [NewReader] reads the head of a table, [Reader.Next] one row after the other,
// in as much memory for ten million rows as for ten. [Errors] writes the rows
// that could not be used with the reason, as a table that can be corrected and
// given again. [Run] does all of it.
//
// # The table
//
// CSV (RFC 4180), stricter: a row is a line, also where a quoted value would
// have line ends, so that a quotation mark that is missing spoils its own row
// and no other. The separator is that of the head: a comma, a semicolon or a
// tab. The head names the columns of [Columns], in any order; an unknown or
// repeated one is refused, and kind is needed. The columns row and error, which
// [Errors] adds, are passed over. Empty lines are, too.
//
// # Letters
//
// UTF-8, with or without a byte order mark, and UTF-16, known by its mark or
// its null bytes, are read. A head that is not UTF-8 is most likely
// Windows-1252, or one of its many kin: which one, nobody can tell, and a wrong
// guess writes a wrong name. It is refused with that said ([ErrLetters]), and
// read where [Options.Charset] says so. A row that is not UTF-8 is refused
// alone.
//
// # Formulas
//
// A value that a spreadsheet would compute (it begins with =, +, -, @, a tab,
// or one of them behind an apostrophe) is refused: nothing that is certified
// begins so. In what is written out, such a value is preceded by an apostrophe.
//
// # Identifiers
//
// The column key is the sender's own name of the result: a row under the same
// key that says something else replaces what was certified. Without a key, a
// row is what it says: the same row again is the same certificate.
package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/pratique/pratique/issue/intake"
)

// The limits of a table. There is none on the number of rows.
const (
	MaxRow   = 32 << 10 // bytes of a row
	MaxValue = 1000     // bytes of a value
)

// What can be wrong with a table as a whole.
var (
	ErrEmpty     = errors.New("an empty table")
	ErrLetters   = errors.New("not UTF-8: it looks like Windows-1252 or its kin")
	ErrCharset   = errors.New("a character set that is not read")
	ErrHead      = errors.New("no head: the first line must name the columns")
	ErrColumn    = errors.New("an unknown column")
	ErrTwice     = errors.New("a column that stands twice")
	ErrNoKind    = errors.New("no column kind")
	ErrSeparator = errors.New("no comma, semicolon or tab between columns")
)

// Columns are the columns of the template: those of the form ([intake.Form]),
// the lines of a passport, and the sender's name of the result.
var Columns = []string{
	"key", "kind", "family", "given", "mrz", "family_icao", "given_icao", "born", "sex", "nationality", "passport", "guardian",
	"disease", "country", "authority", "id",
	"method", "name", "device", "sampled", "reported", "result", "laboratory",
	"prophylaxis", "product", "maker", "lot", "centre", "clinician", "basis", "dose", "doses", "date", "protects_until",
	"first_positive", "from", "until",
}

// added are the columns that [Errors] adds.
var added = []string{"row", "error"}

// Template is the head of a table with all columns, and nothing under it.
func Template() string { return strings.Join(Columns, ",") + "\r\n" }

// Options are what a reader needs to know beside the table.
type Options struct {
	intake.Options
	// Charset is "utf-8", "utf-16" or "windows-1252". Empty: it is recognised.
	Charset string
}

// Reader reads a table.
type Reader struct {
	o       Options
	in      *bufio.Reader
	Charset string // as recognised or given
	Comma   byte
	head    []string
	line    int
	row     []string // reused
}

// Row is one row. It is good until the next is read.
type Row struct {
	Number int // the line of the table, counted from 1, which the head is
	Item   intake.Item
	values []string
	raw    string
}

// NewReader reads the head of a table.
func NewReader(r io.Reader, o Options) (*Reader, error) {
	t := &Reader{o: o}
	if err := t.letters(bufio.NewReaderSize(r, MaxRow)); err != nil {
		return nil, err
	}
	head, long, err := t.next()
	switch {
	case err == io.EOF:
		return nil, ErrEmpty
	case err != nil:
		return nil, err
	case long:
		return nil, ErrHead
	case !utf8.ValidString(head):
		return nil, ErrLetters
	}
	return t, t.columns(head)
}

// letters recognises the character set.
func (t *Reader) letters(in *bufio.Reader) error {
	start, err := in.Peek(MaxRow)
	if err != nil && err != io.EOF {
		return err
	}
	t.Charset = t.o.Charset
	utf16 := func(order unicode.Endianness) io.Reader {
		return unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(in)
	}
	decoded := io.Reader(in)
	bom := bytes.HasPrefix(start, []byte("\xef\xbb\xbf"))
	little := bytes.HasPrefix(start, []byte("\xff\xfe")) || len(start) > 1 && start[1] == 0
	big := bytes.HasPrefix(start, []byte("\xfe\xff")) || len(start) > 1 && start[0] == 0
	if t.Charset == "" {
		switch {
		case little, big:
			t.Charset = "utf-16"
		case bom || utf8.Valid(whole(start)):
			t.Charset = "utf-8"
		default:
			t.Charset = "windows-1252"
			return ErrLetters
		}
	}
	switch t.Charset {
	case "utf-8":
		if bom {
			in.Discard(3)
		}
	case "utf-16":
		decoded = utf16(unicode.LittleEndian)
		if big {
			decoded = utf16(unicode.BigEndian)
		}
	case "windows-1252":
		decoded = charmap.Windows1252.NewDecoder().Reader(in)
	default:
		return ErrCharset
	}
	t.in = bufio.NewReaderSize(decoded, MaxRow)
	return nil
}

// whole leaves out a letter that was cut at the end.
func whole(b []byte) []byte {
	for i := 1; i <= 3 && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// next returns the next line, without its end. A long one is cut.
func (t *Reader) next() (line string, long bool, err error) {
	b, err := t.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		long = true
		line = string(b[:256])
		for err == bufio.ErrBufferFull {
			_, err = t.in.ReadSlice('\n')
		}
	} else {
		line = strings.TrimRight(string(b), "\r\n")
	}
	if err == io.EOF && len(b) > 0 {
		err = nil
	}
	if err == nil {
		t.line++
	}
	return line, long, err
}

// columns reads the head.
func (t *Reader) columns(head string) error {
	best := 0
	for _, comma := range []byte{',', ';', '\t'} {
		names, _ := split(nil, head, comma)
		n := 0
		for i, name := range names {
			names[i] = strings.ToLower(strings.TrimSpace(name))
			if slices.Contains(Columns, names[i]) {
				n++
			}
		}
		if n > best {
			best, t.Comma, t.head = n, comma, names
		}
	}
	switch {
	case best == 0:
		return ErrHead
	case len(t.head) == 1:
		return ErrSeparator
	}
	for i, name := range t.head {
		switch {
		case slices.Contains(t.head[:i], name):
			return ErrTwice
		case !slices.Contains(Columns, name) && !slices.Contains(added, name):
			return ErrColumn
		}
	}
	if !slices.Contains(t.head, "kind") {
		return ErrNoKind
	}
	return nil
}

// split takes a line apart. It reports whether its quotation marks are in order.
func split(out []string, line string, comma byte) ([]string, bool) {
	for {
		if !strings.HasPrefix(line, `"`) {
			value, rest, more := strings.Cut(line, string(comma))
			out = append(out, value)
			if strings.Contains(value, `"`) {
				return out, false
			}
			if !more {
				return out, true
			}
			line = rest
			continue
		}
		var value strings.Builder
		line = line[1:]
		for {
			part, rest, found := strings.Cut(line, `"`)
			if !found {
				return out, false
			}
			value.WriteString(part)
			line = rest
			if !strings.HasPrefix(line, `"`) {
				break
			}
			value.WriteByte('"')
			line = line[1:]
		}
		out = append(out, value.String())
		switch {
		case line == "":
			return out, true
		case line[0] != comma:
			return out, false
		}
		line = line[1:]
	}
}

// Next reads the next row; [io.EOF] after the last. What is wrong with a row is
// among the findings of its item; an error is of the reading itself.
func (t *Reader) Next() (Row, error) {
	for {
		line, long, err := t.next()
		if err != nil {
			return Row{}, err
		}
		if line == "" {
			continue
		}
		row := Row{Number: t.line, raw: line, Item: intake.Item{Place: "row", Do: intake.Nothing}}
		values, ok := split(t.row[:0], line, t.Comma)
		t.row = values
		switch {
		case long:
			row.fail(intake.Size, "row")
		case !utf8.ValidString(line) || strings.ContainsRune(line, utf8.RuneError):
			row.fail(intake.Charset, "row")
		case !ok || len(values) != len(t.head):
			row.fail(intake.Structure, "row")
		default:
			row.values = slices.Clone(values) // rows are kept, to be answered together
			t.read(&row)
		}
		return row, nil
	}
}

func (r *Row) fail(c intake.Code, at string) {
	r.Item.Findings = append(r.Item.Findings, intake.Finding{Severity: intake.Error, Code: c, Place: at})
}

// formula reports whether a spreadsheet would compute a value.
func formula(s string) bool {
	s = strings.TrimLeft(s, " \u00a0")
	s = strings.TrimPrefix(s, "'")
	return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0]))
}

// read makes an item of the values of a row.
func (t *Reader) read(row *Row) {
	var f intake.Form
	key, lines := "", ""
	for i, name := range t.head {
		value := strings.TrimSpace(row.values[i])
		at := "column " + name
		switch {
		case value == "" || slices.Contains(added, name):
		case formula(row.values[i]):
			row.fail(intake.Formula, at)
		case len(value) > MaxValue:
			row.fail(intake.Size, at)
		case name == "key":
			key = value
		case name == "mrz":
			lines = value
		default:
			if _, ok := f.Set(name, value); !ok {
				row.fail(intake.Unreadable, at)
			}
		}
	}
	if intake.HasError(row.Item.Findings) {
		return
	}
	c, err := f.Certificate()
	if e, ok := errors.AsType[*intake.FieldError](err); ok {
		row.fail(intake.UnknownCode, "column "+e.Field)
		return
	}
	if lines != "" {
		for _, found := range intake.Name(&c.Subject, lines, t.o.Now) {
			row.fail(found.Code, "column mrz")
		}
	}
	row.Item.Do, row.Item.Certificate = intake.Issue, c
	name := []string{"table", "key", key}
	if key == "" {
		text, _ := json.Marshal(f) // dates with an offset of a day fail again in Finish
		name = []string{"table", "row", string(text), lines}
	} else {
		row.Item.Do = intake.Replace
	}
	row.Item.Finish(t.o.Options, places, name...)
}

// places are the columns of what a neutral certificate holds.
var places = intake.Places{
	"subject": "column family", "subject.names": "column family", "subject.birth_date": "column born",
	"subject.names.0.given": "column given", "subject.names.0.family_icao": "column family_icao", "subject.names.0.given_icao": "column given_icao",
	"events.0.disease": "column disease", "events.0.authority": "column authority", "events.0.method": "column method", "events.0.sampled_at": "column sampled",
	"events.0.reported_at": "column reported", "events.0.result": "column result", "events.0.laboratory": "column laboratory",
	"events.0.date": "column date", "events.0.product": "column product", "events.0.dose": "column dose", "events.0.basis": "column basis",
	"events.0.lot": "column lot", "events.0.centre": "column centre", "events.0.clinician": "column clinician",
	"events.0.first_positive": "column first_positive", "events.0.until": "column until",
}
