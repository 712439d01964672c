package shc

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
)

// What a reader had to do to a field; see the package doc.
const (
	lossDropped    = "dropped"
	lossNotMapped  = "not_mapped"
	lossNull       = "null"
	lossAssumedUTC = "assumed_utc"
	lossGuessed    = "guessed"
	lossTrimmed    = "trimmed"
	lossUnreadable = "unreadable"
)

// certificate maps the bundle.
func (c *card) certificate() (*cert.Certificate, error) {
	subject := c.payload.Get("vc").Get("credentialSubject")
	version, _ := subject.Get("fhirVersion").Text()
	out := &cert.Certificate{
		Carrier: cert.Carrier{Format: "shc", Content: c.kind, Version: version, Hash: hex.EncodeToString(c.sum[:])},
		Issuer:  cert.Issuer{Authority: c.issuer, KeyID: base64.StdEncoding.EncodeToString([]byte(c.keyID))},
		Signed:  c.signed,
	}
	m := mapper{Certificate: out}
	if c.kind != kindFHIR {
		m.note("vc", lossNotMapped)
		return out, nil
	}
	for k := range c.payload.Get("vc").Members {
		if !slices.Contains([]string{"type", "credentialSubject", "rid", "@context"}, k) {
			m.note("vc."+k, lossDropped)
		}
	}
	bundle := subject.Get("fhirBundle")
	if kindOf(bundle) != "Bundle" || bundle.Get("entry").Kind() != jcs.Array {
		return nil, &Error{StepPayload, ErrBundle}
	}
	if err := m.bundle(bundle); err != nil {
		return nil, err
	}
	return out, nil
}

func kindOf(resource jcs.Value) string {
	s, _ := resource.Get("resourceType").Text()
	return s
}

// mapper fills a certificate.
type mapper struct {
	*cert.Certificate
	base    jcs.Value // what the paths of losses begin in: the bundle
	patient string    // how other resources refer to the patient
}

// lose notes what became of a value.
func (m *mapper) lose(v jcs.Value, what string) { m.note(v.Path(m.base), what) }

// loseIn notes what became of a member that may be missing.
func (m *mapper) loseIn(v jcs.Value, key, what string) { m.note(v.Path(m.base)+"."+key, what) }

func (m *mapper) note(field, what string) {
	m.Losses = append(m.Losses, cert.Loss{Field: field, What: what})
}

// bundle maps the entries, the patient first.
func (m *mapper) bundle(bundle jcs.Value) error {
	m.base = bundle
	patients := 0
	for _, entry := range bundle.Get("entry").Items {
		if r := entry.Get("resource"); kindOf(r) == "Patient" {
			if patients++; patients > 1 {
				return &Error{StepPayload, ErrPatients}
			}
			m.patient, _ = entry.Get("fullUrl").Text()
			m.person(r)
		}
	}
	for _, entry := range bundle.Get("entry").Items {
		switch r := entry.Get("resource"); kindOf(r) {
		case "Patient":
		case "Immunization":
			m.vaccination(r)
		case "Observation":
			m.observation(r)
		default:
			m.lose(entry, lossDropped)
		}
	}
	return nil
}

// unread notes that a field is null, or of a type or form that it should not be.
func (m *mapper) unread(v jcs.Value) {
	switch v.Kind() {
	case jcs.None:
	case jcs.Null:
		m.lose(v, lossNull)
	default:
		m.lose(v, lossUnreadable)
	}
}

// exact returns a text as it is.
func (m *mapper) exact(v jcs.Value) string {
	s, ok := v.Text()
	if !ok {
		m.unread(v)
	}
	return s
}

// text returns a text without spaces around it.
func (m *mapper) text(v jcs.Value) string {
	s := m.exact(v)
	if t := strings.TrimSpace(s); len(t) != len(s) {
		m.lose(v, lossTrimmed)
		return t
	}
	return s
}

// person maps the patient.
func (m *mapper) person(r jcs.Value) {
	for k, v := range r.Members {
		switch k {
		case "resourceType", "id", "meta", "active":
		case "name":
			for _, n := range v.Items {
				m.name(n)
			}
		case "birthDate":
			s := m.text(v)
			d, err := cert.ParseDate(s)
			if err != nil {
				m.lose(v, lossUnreadable)
			}
			m.Subject.BirthDate = d
		case "gender":
			switch s := m.text(v); s {
			case "female", "male":
				m.Subject.Sex = cert.Sex(s)
			case "other":
				m.Subject.Sex = cert.Unspecified
			case "unknown", "":
			default:
				m.lose(v, lossNotMapped)
			}
		case "identifier":
			for _, id := range v.Items {
				m.document(id)
			}
		default:
			m.lose(v, lossDropped)
		}
	}
}

// name maps a HumanName.
func (m *mapper) name(v jcs.Value) {
	var n cert.Name
	full := ""
	for k, v := range v.Members {
		switch k {
		case "family":
			n.Family = m.text(v)
		case "given":
			var room [4]string
			given := room[:0]
			for _, g := range v.Items {
				given = append(given, m.text(g))
			}
			n.Given = strings.Join(given, " ")
		case "text":
			full = m.text(v)
		case "use":
			if s, _ := v.Text(); s != "official" && s != "usual" {
				m.lose(v, lossDropped)
			}
		default: // prefix, suffix, period
			m.lose(v, lossDropped)
		}
	}
	if n == (cert.Name{}) {
		n.Full = full
	}
	if n != (cert.Name{}) {
		m.Subject.Names = append(m.Subject.Names, n)
	}
}

// document maps an identifier of the patient that is a passport (HL7 v2 table 0203).
func (m *mapper) document(v jcs.Value) {
	for _, c := range v.Get("type").Get("coding").Items {
		if code, _ := c.Get("code").Text(); code == "PPN" {
			m.Subject.Documents = append(m.Subject.Documents, cert.Document{Type: "passport", Number: m.text(v.Get("value"))})
			return
		}
	}
	m.lose(v, lossDropped)
}

// refers notes a resource that says it is about somebody else than the patient.
func (m *mapper) refers(r jcs.Value, key string) {
	if ref, _ := r.Get(key).Get("reference").Text(); ref != m.patient || ref == "" {
		m.loseIn(r, key, lossGuessed)
	}
}

// identifier maps the first identifier of a resource.
func (m *mapper) identifier(v jcs.Value, s *cert.Statement) {
	for i, id := range v.Items {
		if i == 0 {
			s.ID = m.exact(id.Get("value"))
		} else {
			m.lose(id, lossDropped)
		}
	}
}

// codings appends the codings of a CodeableConcept that have a code.
func (m *mapper) codings(out []cert.Coding, v jcs.Value) []cert.Coding {
	for _, c := range v.Get("coding").Items {
		k := cert.Coding{System: m.text(c.Get("system")), Code: m.text(c.Get("code")), Display: m.text(c.Get("display"))}
		if k.Code != "" {
			out = append(out, k)
		}
	}
	return out
}

// moment parses a dateTime of FHIR: a date that may lack its day or month, or a
// moment with an offset. It returns the loss, if any.
func moment(s string) (time.Time, string) {
	if t, err := time.ParseInLocation(time.RFC3339, s, time.UTC); err == nil {
		return t, ""
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04:05", s, time.UTC); err == nil {
		return t, lossAssumedUTC
	}
	d, err := cert.ParseDate(s)
	if err != nil || d.IsZero() {
		return time.Time{}, lossUnreadable
	}
	return d.First(), lossGuessed
}

func (m *mapper) moment(v jcs.Value) time.Time {
	s := m.text(v)
	if s == "" {
		return time.Time{}
	}
	t, loss := moment(s)
	if loss != "" {
		m.lose(v, loss)
	}
	return t
}

// day returns the date of a dateTime, at the place where it was written.
func (m *mapper) day(v jcs.Value) cert.Date {
	s := m.text(v)
	if d, err := cert.ParseDate(s); err == nil {
		return d
	}
	t, loss := moment(s)
	if loss == lossUnreadable {
		m.lose(v, loss)
		return cert.Date{}
	}
	m.lose(v, lossTrimmed)
	return cert.DateOf(t)
}
