package table

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/issue/intake"
)

// Errors writes the rows that could not be used, with the columns row and
// error before theirs, in UTF-8 with the separator of the table. Corrected, it
// is a table that can be read.
type Errors struct {
	w    *bufio.Writer
	head []string // of the table, without what was added before
	skip []int    // the columns that were added before
	c    byte
	Tell func(Row) // also told of each row, if not nil
}

// NewErrors begins with the head of the table.
func NewErrors(w io.Writer, t *Reader) *Errors {
	e := &Errors{w: bufio.NewWriter(w), c: t.Comma}
	for i, name := range t.head {
		if slices.Contains(added, name) {
			e.skip = append(e.skip, i)
		} else {
			e.head = append(e.head, name)
		}
	}
	e.line(append(slices.Clone(added), e.head...))
	return e
}

// Write writes a row with the errors that it has.
func (e *Errors) Write(r Row) {
	if e.Tell != nil {
		e.Tell(r)
	}
	var why []string
	for _, f := range r.Item.Findings {
		if f.Severity == intake.Error {
			why = append(why, f.Place+": "+string(f.Code)+" ("+f.Code.Hint()+")")
		}
	}
	out := []string{strconv.Itoa(r.Number), strings.Join(why, "; ")}
	if r.values == nil { // which could not be taken apart
		out = append(out, strings.ToValidUTF8(r.raw, "\ufffd"))
	}
	for i, v := range r.values {
		if !slices.Contains(e.skip, i) {
			out = append(out, v)
		}
	}
	e.line(out)
}

// Flush writes what is left, and returns the first error of all writing.
func (e *Errors) Flush() error { return e.w.Flush() }

func (e *Errors) line(values []string) {
	for i, v := range values {
		if i > 0 {
			e.w.WriteByte(e.c)
		}
		if v = Defuse(v); strings.ContainsAny(v, "\",;\t\r\n") {
			v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		e.w.WriteString(v)
	}
	e.w.WriteString("\r\n")
}

// Defuse returns a value that no spreadsheet computes.
func Defuse(s string) string {
	if t := strings.TrimLeft(s, " \u00a0"); t != "" && strings.ContainsRune("=+-@\t\r", rune(t[0])) {
		return "'" + s
	}
	return s
}

// Counts say how far a table is, and what became of its rows.
type Counts struct {
	Rows, Used, Refused int
}

// every is how often progress is reported, in rows.
const every = 1000

// Run reads a table to its end. Each row that can be used is given to do, which
// returns once it is durable; what can not be used is written to errs. An error
// of do that is a *[Refusal] refuses that row alone; any other ends the run,
// which can be begun again with the same table: rows that were done have the
// same keys. Both do and progress may be nil.
func Run(t *Reader, errs *Errors, do func(Row) error, progress func(Counts)) (Counts, error) {
	var n Counts
	for {
		row, err := t.Next()
		if err == io.EOF {
			return n, errs.Flush()
		}
		if err != nil {
			return n, err
		}
		n.Rows++
		if row.Item.Do != intake.Nothing && do != nil {
			err := do(row)
			if refused, ok := err.(*Refusal); ok {
				row.Item.Do = intake.Nothing
				row.fail(refused.Code, refused.Place)
			} else if err != nil {
				return n, err
			}
		}
		if row.Item.Do == intake.Nothing {
			n.Refused++
			errs.Write(row)
		} else {
			n.Used++
		}
		if progress != nil && n.Rows%every == 0 {
			progress(n)
		}
	}
}

// Refusal is an error about one row.
type Refusal struct {
	Code  intake.Code
	Place string
}

// Error implements error.
func (r *Refusal) Error() string { return r.Place + ": " + string(r.Code) }
