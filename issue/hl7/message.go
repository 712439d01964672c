// Package hl7 answers one question: what does this message of HL7 version 2
// ask an issuer to certify, and what is the answer to its sender?
//
// [Parse] takes a message apart, [Read] makes certificates of it (laboratory
// results, ORU^R01; vaccinations, VXU^V04), [Message.Ack] answers it, and
// [Serve] does all three for the messages that come over a connection in the
// framing of MLLP. Nothing here reads the clock, the network or the disk.
//
// # Messages
//
// A message (HL7 2.5.1, chapter 2; 2.3 to 2.8 are read) is segments, each ended
// by CR; LF and CR LF, which files have, are read too. The first is MSH, which
// declares the separators (MSH-1, MSH-2) and the letters (MSH-18: nothing or
// ASCII, 8859/1, /2, /4, /5, /7, /9, /15, UNICODE UTF-8). A byte that is no
// letter of what was declared is an error: names are not guessed. What is read
// is written again byte by byte ([Message.Bytes]).
//
// Escapes: \F\ \S\ \T\ \R\ \E\ \P\ are the separators, \Xhh..\ bytes in the
// message's letters, \.br\ \.sp\ \H\ \N\ a space or nothing. Others (changes of
// the character set, local ones) make the field unreadable.
//
// # Limits
//
// [MaxMessage], [MaxSegments], [MaxFields], [MaxParts] and [MaxText] bound what is read.
//
// # What becomes of the fields
//
// docs/intake.md has the tables. Sources: HL7 2.5.1 chapters 2, 2.A, 3, 4, 4A, 7;
// CDC's implementation guide for immunization messaging 2.5.1 release 1.5.
package hl7

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
)

// The limits of Parse.
const (
	MaxMessage  = 1 << 20 // bytes
	MaxSegments = 2000    // of a message
	MaxFields   = 256     // of a segment
	MaxParts    = 64      // repetitions of a field, components, subcomponents
	MaxText     = 1000    // bytes of a value that is used
)

// What can be wrong with a message as a whole; see [Error].
var (
	ErrNoMessage   = errors.New("it does not begin with MSH")
	ErrSeparators  = errors.New("the separators are not five different signs")
	ErrCharset     = errors.New("the character set is not one that is read")
	ErrLetters     = errors.New("a byte that is no letter of the declared character set")
	ErrSegment     = errors.New("a segment without a name of three letters")
	ErrSecond      = errors.New("a second message in the same text")
	ErrTooLong     = errors.New("longer than the limit")
	ErrTooMany     = errors.New("more parts than the limit")
	ErrControlByte = errors.New("a control byte within the message")
)

// Error says what is wrong with a message, and where.
type Error struct {
	Segment int // counted from 1
	Err     error
}

// Error implements error. It repeats nothing of the message.
func (e *Error) Error() string {
	return "reading HL7: segment " + strconv.Itoa(e.Segment) + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// separators are the signs that a message divides its parts by.
type separators struct{ field, component, repetition, escape, sub byte }

// Message is a message that was taken apart. It can be used from several goroutines.
type Message struct {
	segments []Segment
	sep      separators
	letters  letters
}

// Segment is one segment. The zero Segment is one that is not there.
type Segment struct {
	Name   string
	Number int // among those of the same name, counted from 1
	fields []string
	end    string // as it was ended: CR, LF, CR LF, or nothing at the end of the text
	m      *Message
}

// Parse takes a message apart.
func Parse(text []byte) (*Message, error) {
	if len(text) > MaxMessage {
		return nil, &Error{1, ErrTooLong}
	}
	m := new(Message)
	if err := m.header(text); err != nil {
		return nil, err
	}
	s, err := m.letters.decode(text)
	if err != nil {
		return nil, &Error{1 + bytes.Count(text[:err.at], []byte{'\r'}), err.err}
	}
	seen := map[string]int{}
	for n := 1; s != ""; n++ {
		line, end, rest := cutLine(s)
		s = rest
		if line == "" && s == "" && n > 1 { // an empty line at the end of a file
			m.segments[len(m.segments)-1].end += end
			break
		}
		seg, err := m.segment(line, end)
		switch {
		case err == nil && n > 1 && seg.Name == "MSH":
			err = ErrSecond
		case n > MaxSegments:
			err = ErrTooMany
		}
		if err != nil {
			return nil, &Error{n, err}
		}
		seen[seg.Name]++
		seg.Number = seen[seg.Name]
		m.segments = append(m.segments, seg)
	}
	return m, nil
}

// header reads what the first segment says about all: the separators and the letters.
func (m *Message) header(text []byte) error {
	if len(text) < 9 || string(text[:3]) != "MSH" {
		return &Error{1, ErrNoMessage}
	}
	m.sep = separators{text[3], text[4], text[5], text[6], text[7]}
	signs := text[3:8]
	end := text[8]
	if end != m.sep.field { // a fifth sign, of truncation (2.7)
		signs = text[3:9]
		if len(text) < 10 || text[9] != m.sep.field {
			return &Error{1, ErrSeparators}
		}
	}
	for i, c := range signs {
		if c <= ' ' || c >= 0x7f || isWord(c) || c == '"' || bytes.IndexByte(signs[:i], c) >= 0 {
			return &Error{1, ErrSeparators}
		}
	}
	first, _, _ := cutLine(string(text))
	fields := strings.SplitN(first, string(m.sep.field), 20)
	declared := ""
	if len(fields) > 17 {
		declared = fields[17]
	}
	var ok bool
	if m.letters, ok = lettersOf(declared); !ok {
		return &Error{1, ErrCharset}
	}
	return nil
}

// segment takes a line apart.
func (m *Message) segment(line, end string) (Segment, error) {
	if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f || r == 0xfeff }) {
		return Segment{}, ErrControlByte
	}
	if strings.Count(line, string(m.sep.field)) >= MaxFields {
		return Segment{}, ErrTooMany
	}
	fields := strings.Split(line, string(m.sep.field))
	name := fields[0]
	if len(name) != 3 || !isWord(name[0]) || !isWord(name[1]) || !isWord(name[2]) {
		return Segment{}, ErrSegment
	}
	return Segment{Name: name, fields: fields, end: end, m: m}, nil
}

func isWord(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// cutLine divides a text at the first end of a segment.
func cutLine(s string) (line, end, rest string) {
	i := strings.IndexAny(s, "\r\n")
	switch {
	case i < 0:
		return s, "", ""
	case strings.HasPrefix(s[i:], "\r\n"):
		return s[:i], s[i : i+2], s[i+2:]
	}
	return s[:i], s[i : i+1], s[i+1:]
}

// Bytes returns the message as it was received.
func (m *Message) Bytes() []byte {
	var b strings.Builder
	for _, s := range m.segments {
		b.WriteString(strings.Join(s.fields, string(m.sep.field)))
		b.WriteString(s.end)
	}
	return m.letters.encode(b.String())
}

// Segments yields the segments in their order.
func (m *Message) Segments(yield func(Segment) bool) {
	for _, s := range m.segments {
		if !yield(s) {
			return
		}
	}
}

// Header is the segment MSH.
func (m *Message) Header() Segment { return m.segments[0] }

// Type is the type of message and its event: "ORU^R01".
func (m *Message) Type() string {
	t := m.Header().Field(9)
	return t.Component(1).String() + "^" + t.Component(2).String()
}

// ID is the sender's identifier of the message (MSH-10).
func (m *Message) ID() string { return m.Header().Field(10).String() }

// Version is the version of the standard that the message names: "2.5.1".
func (m *Message) Version() string { return m.Header().Field(12).Component(1).String() }

// Field returns a field, counted from 1 as the standard counts them: MSH-1 is
// the separator itself, and has no value here.
func (s Segment) Field(n int) Value {
	if s.Name == "MSH" {
		n-- // MSH-2 stands right after the name
	}
	if n < 1 || n >= len(s.fields) {
		return Value{m: s.m}
	}
	return Value{s.fields[n], s.m}
}
