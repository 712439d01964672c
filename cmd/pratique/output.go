package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/issue/print"
)

// caption stands under every code that a demo key signed.
const caption = "DEMO - NOT VALID"

// made is a code that was made here: its text, and how it is drawn.
type made struct {
	text   string
	file   string // as a text file has it
	card   []byte // as a .smart-health-card file has it, of a SMART Health Card
	level  qr.Level
	demo   bool
	paper            // on which it is laid out
	issued time.Time // when; zero: it is no certificate and stands on no paper
}

// cardFile is how the name of a file of SMART Health Cards ends.
const cardFile = ".smart-health-card"

// badOutput refuses the names of files of which no kind is known, among them
// the kinds that are made of one format alone.
func badOutput(output []string, more ...string) error {
	kinds := append([]string{".png", ".svg", ".txt"}, more...)
	for _, out := range output {
		if out != "-" && !slices.Contains(kinds, strings.ToLower(filepath.Ext(out))) {
			to := "; to print, take .svg"
			if slices.Contains(more, ".pdf") {
				to = "; to print, take .pdf or .html"
			}
			return misuse("no picture is made for "+quote(out), "the name must end in .png, .svg or .txt"+to)
		}
	}
	return nil
}

// write writes a code to every file that was asked for, and returns its symbol
// and how wide it is to be printed, in millimetres.
func (p *program) write(c made, output []string) (*qr.Symbol, float64, error) {
	symbol, err := qr.Options{Level: c.level, Fallback: true}.Encode(c.text)
	if err != nil {
		return nil, 0, failure(err.Error(), "shorten the texts that stand in it")
	}
	style := qr.Style{Scale: 8, Width: math.Ceil(symbol.MinWidth())}
	if c.demo {
		style.Caption = caption
	}
	laid, err := c.laid(output)
	if err != nil {
		return nil, 0, err
	}
	for _, out := range output {
		var data []byte
		switch strings.ToLower(filepath.Ext(out)) {
		case ".png":
			data = symbol.PNG(style)
		case ".svg":
			data = symbol.SVG(style)
		case cardFile:
			data = c.card
		case ".pdf", ".html":
			data = laid[out]
		default:
			data = []byte(c.file)
		}
		if err := p.deliver(out, data); err != nil {
			return nil, 0, err
		}
	}
	return symbol, style.Width, nil
}

// laid lays a code out for the files that want it, before any is written.
func (c made) laid(output []string) (map[string][]byte, error) {
	if !c.paper.wants(output) {
		return nil, nil
	}
	page, err := c.paper.open()
	if err != nil {
		return nil, err
	}
	sheet, err := page.sheet(c.text, nil, print.Options{At: c.issued, Demo: c.demo, Standing: print.Standing{Issued: true}})
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, out := range output {
		if kind := strings.ToLower(filepath.Ext(out)); slices.Contains(paperKinds, kind) {
			if files[out], err = page.file(sheet, kind); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// show draws a code on a terminal, and prints its text elsewhere, or where the
// terminal is too narrow for it: a code that is broken over lines is none.
func (p *program) show(c made) error {
	if !p.look.terminal {
		p.out.WriteString(c.file)
		return nil
	}
	wide := p.look
	wide.width = max(wide.width, wide.columns)
	if s, err := qr.Encode(c.text, qr.L); err == nil && s.Size()+2*qr.Quiet > wide.width {
		p.out.WriteString(c.file)
		p.warn("this window is too narrow to draw the code: write it to a file, .png or .svg")
		return nil
	}
	picture, err := drawn(c.text, wide)
	if err != nil {
		return err
	}
	p.out.WriteString(picture)
	if c.demo {
		p.out.WriteString(caption + "\n")
	}
	return nil
}
