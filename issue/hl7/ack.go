package hl7

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/issue/intake"
)

// Outcome is what became of a message.
type Outcome uint8

// The outcomes.
const (
	Accepted Outcome = iota // AA, CA: all of it was used, or kept to be used
	Mistaken                // AE, CE: some of it or all could not be used, and sending it again does not help
	Refused                 // AR, CR: not now, or not here: of another type or version, or we are in trouble
)

// OutcomeOf is the outcome of a message that was read.
func OutcomeOf(m intake.Message) Outcome {
	for _, f := range m.Findings {
		if f.Severity != intake.Error {
			continue
		}
		switch f.Code {
		case intake.Unsupported, intake.Version, intake.Purpose, intake.Reused:
			return Refused
		}
	}
	for f := range m.All {
		if f.Severity == intake.Error {
			return Mistaken
		}
	}
	return Accepted
}

// Enhanced reports whether the sender asks for acknowledgements in the enhanced
// mode: it says so by MSH-15 or MSH-16.
func (m *Message) Enhanced() bool {
	return !m.Header().Field(15).Empty() || !m.Header().Field(16).Empty()
}

// Wants reports whether the sender wants the acknowledgement of acceptance
// (field 15), or of use (field 16), of a message with that outcome (table 0155).
// In the original mode every message has its one acknowledgement, of use.
func (m *Message) Wants(field int, o Outcome) bool {
	if !m.Enhanced() {
		return field == 16
	}
	switch m.Header().Field(field).String() {
	case "AL":
		return true
	case "ER":
		return o != Accepted
	case "SU":
		return o == Accepted
	}
	return false
}

// Answer is what an acknowledgement says beside what it answers.
type Answer struct {
	Outcome  Outcome
	Findings []intake.Finding // errors and warnings have a segment ERR each, up to 50
	ID       string           // of the acknowledgement itself
	At       time.Time
}

// Ack writes the acknowledgement of use: AA, AE or AR.
func (m *Message) Ack(a Answer) []byte { return m.ack("A", a) }

// Accept writes the acknowledgement of acceptance of the enhanced mode: CA, CE or CR.
func (m *Message) Accept(a Answer) []byte { return m.ack("C", a) }

func (m *Message) ack(mode string, a Answer) []byte {
	h := m.Header()
	f, c := string(m.sep.field), string(m.sep.component)
	version := m.Version()
	if !read(version) {
		version = "2.5.1"
	}
	kind := "ACK"
	if event := h.Field(9).Component(2).String(); event != "" && version >= "2.3.1" {
		kind += c + m.escape(event)
		if version >= "2.4" {
			kind += c + "ACK"
		}
	}
	head := []string{
		"MSH", string([]byte{m.sep.component, m.sep.repetition, m.sep.escape, m.sep.sub}), // who received answers who sent
		m.again(h, 5), m.again(h, 6), m.again(h, 3), m.again(h, 4),
		a.At.Format("20060102150405-0700"), "", kind, m.escape(a.ID), m.again(h, 11), version,
	}
	if m.letters.name != "" {
		head = append(head, "", "", "", "", "", m.letters.name)
	}
	out := strings.Join(head, f) + "\r" + "MSA" + f + mode + string("AER"[a.Outcome]) + f + m.again(h, 10) + "\r"
	n := 0
	for _, found := range a.Findings {
		if found.Severity == intake.Information || n == maxErrors {
			continue
		}
		n++
		out += m.problem(found, version) + "\r"
	}
	return m.letters.encode(out)
}

// maxErrors is how many segments ERR an acknowledgement has.
const maxErrors = 50

// again is a field as it was received, to be sent back: the separators are the same.
func (m *Message) again(h Segment, n int) string {
	if v := h.Field(n); len(v.raw) <= MaxText {
		return v.raw
	}
	return ""
}

// problem writes a finding as a segment ERR.
func (m *Message) problem(found intake.Finding, version string) string {
	f, c := string(m.sep.field), string(m.sep.component)
	code := conditions[found.Code]
	if code == "" {
		code = "207"
	}
	coded := code + c + meanings[code] + c + "HL70357"
	segment, number, field, component := location(found.Place)
	if version < "2.5" { // ERR-1 alone: segment, number, field, code
		return "ERR" + f + strings.Join([]string{segment, number, field, strings.ReplaceAll(coded, c, string(m.sep.sub))}, c)
	}
	at := []string{segment, number, field}
	if field != "" {
		at = append(at, "1")
		if component != "" {
			at = append(at, component)
		}
	}
	place := ""
	if segment != "" {
		place = strings.TrimRight(strings.Join(at, c), c)
	}
	severity := "E"
	if found.Severity == intake.Warning {
		severity = "W"
	}
	own := string(found.Code) + c + c + "99PRATIQUE"
	return strings.Join([]string{"ERR", "", place, coded, severity, own, "", "", m.escape(found.Code.Hint())}, f)
}

// conditions are the codes of table 0357 that say what a finding says.
var conditions = map[intake.Code]string{
	intake.Structure: "100", intake.Missing: "101", intake.Unreadable: "102", intake.NoOffset: "102", intake.Imprecise: "102", intake.Size: "102",
	intake.Charset: "102", intake.Formula: "102", intake.UnknownCode: "103", intake.Guessed: "103", intake.Preliminary: "103", intake.NotGiven: "103",
	intake.Recalled: "103", intake.Inconclusive: "103", intake.Unsupported: "200", intake.Purpose: "202", intake.Version: "203",
	intake.Unresolved: "204", intake.Reused: "205",
	intake.Future: "102", intake.Order: "102", intake.Implausible: "102", intake.Contradiction: "102", intake.Several: "102",
	intake.Pseudonym: "102", intake.NotTranslated: "102", intake.OtherPerson: "102",
}

var meanings = map[string]string{
	"100": "Segment sequence error", "101": "Required field missing", "102": "Data type error", "103": "Table value not found",
	"200": "Unsupported message type", "202": "Unsupported processing id", "203": "Unsupported version id", "204": "Unknown key identifier",
	"205": "Duplicate key identifier", "207": "Application internal error",
}

var placed = regexp.MustCompile(`^([A-Z0-9]{3})\[([0-9]+)\](?:-([0-9]+)(?:\.([0-9]+))?)?$`)

// location divides a place of ours.
func location(at string) (segment, number, field, component string) {
	if p := placed.FindStringSubmatch(at); p != nil {
		return p[1], p[2], p[3], p[4]
	}
	return "", "", "", ""
}

// Refusal writes the answer to a text that is no message: what can be answered
// of it, in our own separators. It is nil where there is not even the sender's
// identifier to answer to.
func Refusal(text []byte, err error, id string, at time.Time) []byte {
	line, _, _ := cutLine(string(text[:min(len(text), 4096)]))
	if !strings.HasPrefix(line, "MSH") || len(line) < 9 {
		return nil
	}
	fields := strings.Split(line, line[3:4])
	if len(fields) < 10 {
		return nil
	}
	control := fields[9]
	if control == "" || len(control) > 199 || strings.ContainsFunc(control, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`|^~\&`, r) }) {
		return nil
	}
	code, n := "207", 1
	if e, ok := errors.AsType[*Error](err); ok {
		n = e.Segment
		code = "102"
		if e.Err == ErrSegment || e.Err == ErrSecond {
			code = "100"
		}
	}
	return []byte("MSH|^~\\&|||||" + at.Format("20060102150405-0700") + "||ACK|" + id + "|P|2.5.1\rMSA|AR|" + control +
		"\rERR||MSH^1|" + code + "^" + meanings[code] + "^HL70357|E|" + "||||segment " + strconv.Itoa(n) + " cannot be read\r")
}
