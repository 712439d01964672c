package main

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/trust"
)

func trustMatrixCommand() *command {
	var r relied
	var at, output string
	var soon int
	var asJSON bool
	return &command{
		use:   "matrix FILE|DIR...",
		short: "who recognises whom, what is not returned, what lapses soon",
		long: `Matrix compares the recognitions of several countries with one another: a row for each that recognises, a column for each that is recognised. Below stand the recognitions that are not returned, and those that end soon and are not renewed.

  full     certificates count, of the kinds that are named
  part     only in some formats, for some diseases, methods or laboratories
  soon     ends soon, with nothing after it
  coming   not yet in force
  ended    was, and is not any more`,
		example: `$ pratique trust matrix norland.txt sudmark.txt
$ pratique trust matrix --soon 60 -o matrix.svg lists/`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that a list must be signed with; may be repeated")
			f.StringVar(&at, "at", "", "the `MOMENT` of which it is to speak; else now")
			f.IntVar(&soon, "soon", 30, "how many days before its end a recognition ends soon: `DAYS`")
			f.BoolVar(&asJSON, "json", false, "print JSON")
			f.StringVarP(&output, "output", "o", "", "draw it into this `FILE`, .svg")
		},
		run: func(p *program, args []string) error {
			now := p.now()
			if at != "" {
				var err error
				if now, err = moment("--at", at); err != nil {
					return err
				}
			}
			switch {
			case len(args) == 0:
				return misuse("name the lists of several countries", "`pratique trust matrix FILE...`")
			case soon < 0:
				return misuse("--soon is a number of days", "--soon 30")
			case output != "" && !strings.HasSuffix(strings.ToLower(output), ".svg"):
				return misuse("no picture is made for "+quote(output), "the name must end in .svg")
			}
			r.files = args
			s, err := r.read(p)
			if err != nil {
				return err
			}
			var rs trust.Recognitions
			for _, l := range s.Lists {
				rs = append(rs, l.Recognitions...)
			}
			m := rs.Matrix(now, time.Duration(soon)*24*time.Hour)
			if len(m.Cells) == 0 {
				return failure("nobody in these lists recognises anybody", "`pratique trust recognise` writes down whom a country recognises")
			}
			if output != "" {
				return p.deliver(output, []byte(matrixPicture(m)))
			}
			if asJSON {
				p.out.Write(matrixJSON(m))
				return nil
			}
			matrixText(p, m)
			return nil
		},
	}
}

// word is how a cell stands, for people.
func word(c trust.Cell) string {
	switch {
	case c.Standing == trust.Lapsing:
		return "soon"
	case c.Standing == trust.Lapsed:
		return "ended"
	case c.Standing == trust.Coming:
		return "coming"
	case c.Narrowed:
		return "part"
	}
	return "full"
}

func matrixText(p *program, m trust.Matrix) {
	head := fmt.Sprintf("%-6s", "")
	for _, of := range m.Parties {
		head += fmt.Sprintf(" %-6s", of)
	}
	fmt.Fprintln(p.out, strings.TrimRight(head, " "))
	for _, by := range m.Parties {
		line := fmt.Sprintf("%-6s", by)
		for _, of := range m.Parties {
			cell := "-"
			if c, ok := m.Cell(by, of); ok {
				cell = word(c)
			} else if by == of {
				cell = ""
			}
			line += fmt.Sprintf(" %-6s", cell)
		}
		fmt.Fprintln(p.out, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(p.out)
	for _, c := range m.Unreturned() {
		fmt.Fprintf(p.out, "%-13s %s recognises %s for %s\n", "not returned", c.By, c.Of, usesText(c.Uses))
	}
	for _, c := range m.Lapsing() {
		fmt.Fprintf(p.out, "%-13s %s's recognition of %s, on %s\n", "ends soon", c.By, c.Of, day(c.Until))
	}
}

func matrixJSON(m trust.Matrix) []byte {
	type cell struct {
		By         string         `json:"by"`
		Of         string         `json:"of"`
		Standing   trust.Standing `json:"standing"`
		Uses       []trust.Use    `json:"uses"` // ["*"]: all
		Narrowed   bool           `json:"narrowed"`
		Reciprocal bool           `json:"reciprocal"`
		Until      time.Time      `json:"until"`
	}
	o := struct {
		At      time.Time `json:"at"`
		Parties []string  `json:"parties"`
		Cells   []cell    `json:"cells"`
	}{m.At, m.Parties, nil}
	for _, c := range m.Cells {
		uses := append([]trust.Use{}, c.Uses.Of...)
		if c.Uses.Any {
			uses = []trust.Use{trust.Anyone}
		}
		o.Cells = append(o.Cells, cell{c.By, c.Of, c.Standing, uses, c.Stands() && c.Narrowed, c.Reciprocal, c.Until})
	}
	return jsonLine(o)
}

// matrixPicture draws the matrix. Every cell has its word beside its colour.
func matrixPicture(m trust.Matrix) string {
	const side, left, top = 64, 80, 60
	fill := map[string]string{"full": "#cfe8d5", "part": "#e3efd0", "soon": "#fbe3b5", "coming": "#dde6f3", "ended": "#e6e6e6"}
	n := len(m.Parties)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="14" role="img"><title>Who recognises whom, %s</title>`+"\n",
		left+n*side+20, top+n*side+50, html.EscapeString(day(m.At)))
	for i, p := range m.Parties {
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="%d" y="%d" text-anchor="end">%s</text>`+"\n",
			left+i*side+side/2, top-12, html.EscapeString(p), left-12, top+i*side+side/2+5, html.EscapeString(p))
	}
	for i, by := range m.Parties {
		for j, of := range m.Parties {
			x, y := left+j*side, top+i*side
			c, ok := m.Cell(by, of)
			switch {
			case by == of:
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#888"/>`+"\n", x, y, side, side)
			case !ok:
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#fff" stroke="#999"/>`+"\n", x, y, side, side)
			default:
				w := word(c)
				fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s" stroke="#999"/><text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n",
					x, y, side, side, fill[w], x+side/2, y+side/2, w)
				if c.Stands() && !c.Reciprocal {
					fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" font-size="10">one-sided</text>`+"\n", x+side/2, y+side/2+16)
				}
			}
		}
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="11">rows recognise columns; %s</text>`+"\n</svg>\n", left, top+n*side+24, html.EscapeString(day(m.At)))
	return b.String()
}
