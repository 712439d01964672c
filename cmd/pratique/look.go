package main

import (
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// look is what standard output can show. The zero look is a file or a pipe:
// no colours, lines of 80.
type look struct {
	terminal bool
	colour   bool
	width    int // of lines of text
	columns  int // of the terminal, however wide
}

// plainWidth is the width of lines where there is no terminal, and widest the
// most that is comfortable to read where there is a wide one.
const (
	plainWidth = 80
	widest     = 96
)

func lookOf(f *os.File, env func(string) string) look {
	l := look{terminal: term.IsTerminal(int(f.Fd())), width: plainWidth}
	if w, _, err := term.GetSize(int(f.Fd())); l.terminal && err == nil && w > 20 {
		l.width, l.columns = min(w, widest), w
	}
	l.colour = l.terminal && env("TERM") != "dumb" && colours(f)
	if env("CLICOLOR_FORCE") != "" && env("CLICOLOR_FORCE") != "0" {
		l.colour = true
	}
	if env("NO_COLOR") != "" {
		l.colour = false
	}
	return l
}

// language is the first language of the environment that the catalogue has.
func language(env func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			lang, _, _ := strings.Cut(v, "_")
			if slices.Contains(words.Languages(), lang) {
				return lang
			}
			break
		}
	}
	return words.Languages()[0]
}

// The styles, by their sequences (ECMA-48). Ground colours are those of the
// cube of 256, which themes leave alone: the same green everywhere.
const (
	bold    = "1"
	faint   = "2"
	onGreen = "1;38;5;231;48;5;28"
	onAmber = "1;38;5;16;48;5;214"
	onRed   = "1;38;5;231;48;5;160"
	onGrey  = "1;38;5;231;48;5;240"
)

func (l look) style(style, text string) string {
	if !l.colour || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// shape says a colour to those who see none: it differs in form, and the word
// stands beside it.
func shape(c verify.Colour) string {
	switch c {
	case verify.Green:
		return "✓"
	case verify.Amber:
		return "!"
	case verify.Red:
		return "✕"
	}
	return "?"
}

// badge is the answer at a glance: shape and word on the ground of the colour.
func (l look) badge(c verify.Colour, word string) string {
	ground := onGrey
	switch c {
	case verify.Green:
		ground = onGreen
	case verify.Amber:
		ground = onAmber
	case verify.Red:
		ground = onRed
	}
	return l.style(ground, " "+shape(c)+" "+word+" ")
}

// tick is the shape of a check.
func tick(s verify.Status) string {
	switch s {
	case verify.Pass:
		return "✓"
	case verify.Fail:
		return "✕"
	}
	return "?"
}

// wrap breaks text into lines no wider than the look, each after indent, the
// first after head instead, which is as wide.
func (l look) wrap(head, indent, text string) string {
	var b strings.Builder
	line, room := head, l.width-utf8.RuneCountInString(indent)
	used := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > room {
			b.WriteString(line + "\n")
			line, used = indent, 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += n
	}
	b.WriteString(line + "\n")
	return b.String()
}

// printable makes a text from outside fit for a terminal: control characters,
// which could move the cursor or change colours, and characters that turn the
// direction of writing become a replacement sign.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError {
			return '�'
		}
		return r
	}, s)
}
