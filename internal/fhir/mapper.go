// Package fhir answers one question: what does this resource of FHIR R4 say
// of a person, a test or a vaccination?
//
// It is what health cards and laboratories' messages share. A [Mapper] fills
// one certificate, resource by resource, and notes by its path what of a
// resource has no place in it, or had to be assumed, among the certificate's
// losses. Nothing here decides whether that matters: format/shc shows it to who
// verifies, issue/fhir refuses to certify.
//
// Sources: HL7 FHIR 4.0.1 (Patient, Immunization, Observation, datatypes).
package fhir

import (
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
)

// What had to be done to a field; format/shc says when.
const (
	Dropped    = "dropped"
	NotMapped  = "not_mapped"
	Null       = "null"
	AssumedUTC = "assumed_utc"
	Guessed    = "guessed"
	Trimmed    = "trimmed"
	Unreadable = "unreadable"
)

// Mapper fills a certificate.
type Mapper struct {
	*cert.Certificate
	Base    jcs.Value // what the paths of losses begin in: the bundle
	Patient string    // how other resources refer to the patient
	// Zone is that of moments without an offset. Nil: UTC, and it is noted.
	Zone *time.Location
	// Else is asked first about each member of a resource that becomes an
	// event, or the person (then the event is nil), and reports whether it took
	// it. Nil: nobody is asked.
	Else func(e cert.Event, key string, v jcs.Value) bool
}

// KindOf returns the type of a resource.
func KindOf(resource jcs.Value) string {
	s, _ := resource.Get("resourceType").Text()
	return s
}

func (m *Mapper) takes(e cert.Event, key string, v jcs.Value) bool {
	return m.Else != nil && m.Else(e, key, v)
}

// Lose notes what became of a value.
func (m *Mapper) Lose(v jcs.Value, what string) { m.Note(v.Path(m.Base), what) }

// LoseIn notes what became of a member that may be missing.
func (m *Mapper) LoseIn(v jcs.Value, key, what string) { m.Note(v.Path(m.Base)+"."+key, what) }

// Note notes what became of the field at a path.
func (m *Mapper) Note(field, what string) {
	m.Losses = append(m.Losses, cert.Loss{Field: field, What: what})
}

// unread notes that a field is null, or of a type or form that it should not be.
func (m *Mapper) unread(v jcs.Value) {
	switch v.Kind() {
	case jcs.None:
	case jcs.Null:
		m.Lose(v, Null)
	default:
		m.Lose(v, Unreadable)
	}
}

// exact returns a text as it is.
func (m *Mapper) exact(v jcs.Value) string {
	s, ok := v.Text()
	if !ok {
		m.unread(v)
	}
	return s
}

// Text returns a text without spaces around it.
func (m *Mapper) Text(v jcs.Value) string {
	s := m.exact(v)
	if t := strings.TrimSpace(s); len(t) != len(s) {
		m.Lose(v, Trimmed)
		return t
	}
	return s
}

// Person maps the patient.
func (m *Mapper) Person(r jcs.Value) {
	for k, v := range r.Members {
		if m.takes(nil, k, v) {
			continue
		}
		switch k {
		case "resourceType", "id", "meta", "active":
		case "name":
			for _, n := range v.Items {
				m.Name(n)
			}
		case "birthDate":
			s := m.Text(v)
			d, err := cert.ParseDate(s)
			if err != nil {
				m.Lose(v, Unreadable)
			}
			m.Subject.BirthDate = d
		case "gender":
			switch s := m.Text(v); s {
			case "female", "male":
				m.Subject.Sex = cert.Sex(s)
			case "other":
				m.Subject.Sex = cert.Unspecified
			case "unknown", "":
			default:
				m.Lose(v, NotMapped)
			}
		case "identifier":
			for _, id := range v.Items {
				m.Document(id)
			}
		default:
			m.Lose(v, Dropped)
		}
	}
}

// Name maps a HumanName.
func (m *Mapper) Name(v jcs.Value) {
	var n cert.Name
	full := ""
	for k, v := range v.Members {
		switch k {
		case "family":
			n.Family = m.Text(v)
		case "given":
			var room [4]string
			given := room[:0]
			for _, g := range v.Items {
				given = append(given, m.Text(g))
			}
			n.Given = strings.Join(given, " ")
		case "text":
			full = m.Text(v)
		case "use":
			if s, _ := v.Text(); s != "official" && s != "usual" {
				m.Lose(v, Dropped)
			}
		default: // prefix, suffix, period
			m.Lose(v, Dropped)
		}
	}
	if n == (cert.Name{}) {
		n.Full = full
	}
	if n != (cert.Name{}) {
		m.Subject.Names = append(m.Subject.Names, n)
	}
}

// Document maps an identifier of the patient that is a passport (HL7 v2 table 0203).
func (m *Mapper) Document(v jcs.Value) {
	for _, c := range v.Get("type").Get("coding").Items {
		if code, _ := c.Get("code").Text(); code == "PPN" {
			m.Subject.Documents = append(m.Subject.Documents, cert.Document{Type: "passport", Number: m.Text(v.Get("value"))})
			return
		}
	}
	m.Lose(v, Dropped)
}

// refers notes a resource that says it is about somebody else than the patient.
func (m *Mapper) refers(r jcs.Value, key string) {
	if ref, _ := r.Get(key).Get("reference").Text(); ref != m.Patient || ref == "" {
		m.LoseIn(r, key, Guessed)
	}
}

// identifier maps the first identifier of a resource.
func (m *Mapper) identifier(v jcs.Value, s *cert.Statement) {
	for i, id := range v.Items {
		if i == 0 {
			s.ID = m.exact(id.Get("value"))
		} else {
			m.Lose(id, Dropped)
		}
	}
}

// Codings appends the codings of a CodeableConcept that have a code.
func (m *Mapper) Codings(out []cert.Coding, v jcs.Value) []cert.Coding {
	for _, c := range v.Get("coding").Items {
		k := cert.Coding{System: m.Text(c.Get("system")), Code: m.Text(c.Get("code")), Display: m.Text(c.Get("display"))}
		if k.Code != "" {
			out = append(out, k)
		}
	}
	return out
}

// Moment parses a dateTime of FHIR: a date that may lack its day or month, or a
// moment, whose offset is that of the zone where it names none. It returns the
// loss, if any: without a zone, UTC is assumed.
func Moment(s string, zone *time.Location) (time.Time, string) {
	if t, err := time.ParseInLocation(time.RFC3339, s, time.UTC); err == nil {
		return t, ""
	}
	loss, at := "", zone
	if zone == nil {
		loss, at = AssumedUTC, time.UTC
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04:05", s, at); err == nil {
		return t, loss
	}
	d, err := cert.ParseDate(s)
	if err != nil || d.IsZero() {
		return time.Time{}, Unreadable
	}
	return d.First(), Guessed
}

// Moment maps a dateTime to a moment.
func (m *Mapper) Moment(v jcs.Value) time.Time {
	s := m.Text(v)
	if s == "" {
		return time.Time{}
	}
	t, loss := Moment(s, m.Zone)
	if loss != "" {
		m.Lose(v, loss)
	}
	return t
}

// day returns the date of a dateTime, at the place where it was written.
func (m *Mapper) day(v jcs.Value) cert.Date {
	s := m.Text(v)
	if d, err := cert.ParseDate(s); err == nil {
		return d
	}
	t, loss := Moment(s, m.Zone)
	if loss == Unreadable {
		m.Lose(v, loss)
		return cert.Date{}
	}
	m.Lose(v, Trimmed)
	return cert.DateOf(t)
}
