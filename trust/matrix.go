package trust

import (
	"cmp"
	"slices"
	"time"
)

// Matrix is who recognises whom at a moment.
type Matrix struct {
	At      time.Time
	Parties []string // in order: all that recognise or are recognised
	Cells   []Cell   // in order of By, then Of; where there is a statement
}

// Cell is all that one jurisdiction says of the certificates of another.
type Cell struct {
	By, Of      string
	Uses        Uses // of the statements in force
	Narrowed    bool // every one of them narrows to formats, diseases, methods or laboratories
	Until       time.Time
	Standing    Standing
	Reciprocal  bool // the other recognises something in return
	Recognition []Recognition
}

// Standing is how a recognition stands at a moment.
type Standing string

// How a recognition stands.
const (
	InForce Standing = "in_force"
	Lapsing Standing = "lapsing" // in force, and ends soon with nothing after it
	Lapsed  Standing = "lapsed"
	Coming  Standing = "coming" // not yet in force
)

// Matrix compares the statements of all with one another. A recognition of
// [Anyone] counts for every party that is named. What ends within soon, and is
// not renewed by another statement, is lapsing.
func (rs Recognitions) Matrix(at time.Time, soon time.Duration) Matrix {
	m := Matrix{At: at}
	for _, r := range rs {
		for _, p := range []string{r.By, r.Of} {
			if p != Anyone && p != "" && !slices.Contains(m.Parties, p) {
				m.Parties = append(m.Parties, p)
			}
		}
	}
	slices.Sort(m.Parties)
	for _, by := range m.Parties {
		for _, of := range m.Parties {
			if c, ok := rs.cell(by, of, at, soon); ok && by != of {
				m.Cells = append(m.Cells, c)
			}
		}
	}
	for i, c := range m.Cells {
		if back, ok := m.Cell(c.Of, c.By); ok {
			m.Cells[i].Reciprocal = back.Stands()
		}
	}
	return m
}

// Stands reports whether something is recognised now.
func (c Cell) Stands() bool { return c.Standing == InForce || c.Standing == Lapsing }

// Cell returns what by says of of; false if nothing.
func (m Matrix) Cell(by, of string) (Cell, bool) {
	i, ok := slices.BinarySearchFunc(m.Cells, Cell{By: by, Of: of}, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Of, b.Of))
	})
	if !ok {
		return Cell{}, false
	}
	return m.Cells[i], true
}

// Unreturned are the pairs of which one recognises the other and gets nothing back.
func (m Matrix) Unreturned() []Cell {
	var out []Cell
	for _, c := range m.Cells {
		if c.Stands() && !c.Reciprocal {
			out = append(out, c)
		}
	}
	return out
}

// Lapsing are the recognitions that end soon, the first to end first.
func (m Matrix) Lapsing() []Cell {
	var out []Cell
	for _, c := range m.Cells {
		if c.Standing == Lapsing {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Cell) int { return a.Until.Compare(b.Until) })
	return out
}

func (rs Recognitions) cell(by, of string, at time.Time, soon time.Duration) (Cell, bool) {
	c := Cell{By: by, Of: of, Narrowed: true}
	rank := []Standing{"", Lapsed, Coming, Lapsing, InForce}
	for _, r := range rs {
		if r.By != by || r.Of != of && r.Of != Anyone {
			continue
		}
		c.Recognition = append(c.Recognition, r)
		var s Standing
		switch {
		case !at.Before(r.Until):
			s = Lapsed
		case !r.From.IsZero() && at.Before(r.From):
			s = Coming
		case r.Until.Sub(at) <= soon && !rs.renewed(r):
			s = Lapsing
		default:
			s = InForce
		}
		if s == InForce || s == Lapsing {
			c.Uses.Any = c.Uses.Any || r.Uses.Any
			c.Uses.Of = union(c.Uses.Of, r.Uses.Of)
			c.Narrowed = c.Narrowed && len(r.Formats)+len(r.Diseases)+len(r.Methods)+len(r.Laboratories) > 0
		}
		switch now, was := slices.Index(rank, s), slices.Index(rank, c.Standing); {
		case c.Standing == Lapsing && s == InForce: // one of several lapses: that is what one must know
		case s == Lapsing && c.Standing == InForce, now > was:
			c.Standing, c.Until = s, r.Until
		case now == was && r.Until.Before(c.Until) && s != Lapsed, now == was && s == Lapsed && r.Until.After(c.Until):
			c.Until = r.Until
		}
	}
	return c, len(c.Recognition) > 0
}

// renewed reports whether another statement of the same kind goes on where r ends.
func (rs Recognitions) renewed(r Recognition) bool {
	return slices.ContainsFunc(rs, func(o Recognition) bool {
		if o.By != r.By || o.Of != r.Of && o.Of != Anyone || !o.Until.After(r.Until) || o.From.After(r.Until) {
			return false
		}
		return o.Uses.Any || !r.Uses.Any && !slices.ContainsFunc(r.Uses.Of, func(u Use) bool { return !o.Uses.Allows(u) })
	})
}
