package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/words"
)

// Calendar returns what is ahead as a calendar file (RFC 5545): when the colour
// changes by itself, when it is green, and from when on a test would do, in a
// language. It says neither why nor who: a calendar is often shared. A report
// with nothing ahead gives a calendar without events.
func (r SelfReport) Calendar(lang string) []byte {
	var c calendar
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//Pratique//own colour//EN")
	if !r.ChangesAt.IsZero() {
		c.event(r.At, r.ChangesAt, lang, "calendar_change")
	}
	if !r.GreenAt.IsZero() && !r.GreenAt.Equal(r.ChangesAt) {
		c.event(r.At, r.GreenAt, lang, "calendar_change")
	}
	if from := r.testFrom(); from.After(r.At) {
		c.event(r.At, from, lang, "calendar_test")
	}
	c.line("END:VCALENDAR")
	return c.text
}

// testFrom is when a test would do that does not yet.
func (r SelfReport) testFrom() time.Time {
	for _, reason := range r.Reasons {
		for _, c := range reason.Cures {
			if c.Code == "cure_test_from" {
				return c.From
			}
		}
	}
	return time.Time{}
}

type calendar struct{ text []byte }

// event is a quarter of an hour, with a reminder a day before it.
func (c *calendar) event(now, at time.Time, lang, code string) {
	const form = "20060102T150405Z"
	text, next := words.Say(lang, code)
	sum := sha256.Sum256([]byte(code + at.UTC().Format(form)))
	c.line("BEGIN:VEVENT")
	c.line("UID:" + hex.EncodeToString(sum[:12]) + "@pratique")
	c.line("DTSTAMP:" + now.UTC().Format(form))
	c.line("DTSTART:" + at.UTC().Format(form))
	c.line("DURATION:PT15M")
	c.line("SUMMARY:" + escaped(text))
	if next != "" {
		c.line("DESCRIPTION:" + escaped(next))
	}
	c.line("CLASS:PRIVATE")
	c.line("TRANSP:TRANSPARENT")
	c.line("BEGIN:VALARM")
	c.line("ACTION:DISPLAY")
	c.line("DESCRIPTION:" + escaped(text))
	c.line("TRIGGER:-P1D")
	c.line("END:VALARM")
	c.line("END:VEVENT")
}

// line writes a line, folded so that none has more than 75 bytes (RFC 5545,
// section 3.1) and no character is cut.
func (c *calendar) line(s string) {
	for limit := 75; len(s) > limit; limit = 74 {
		n := limit
		for !utf8.RuneStart(s[n]) {
			n--
		}
		c.text = append(append(c.text, s[:n]...), "\r\n "...)
		s = s[n:]
	}
	c.text = append(append(c.text, s...), "\r\n"...)
}

// escaped is a text as a calendar has it (RFC 5545, section 3.3.11).
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
