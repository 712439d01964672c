package divoc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/trust/lists"
)

// What a reader had to do to a field; see the package doc.
const (
	lossDropped    = "dropped"
	lossNotMapped  = "not_mapped"
	lossNull       = "null"
	lossTrimmed    = "trimmed"
	lossUnreadable = "unreadable"
	lossAmbiguous  = "ambiguous"
	lossGuessed    = "guessed"
)

// certificate maps the document.
func (c *credential) certificate() (*cert.Certificate, error) {
	sum := sha256.Sum256(c.message)
	m := mapper{&cert.Certificate{
		Carrier: cert.Carrier{Format: "divoc", Content: c.kind, Version: c.version, Hash: hex.EncodeToString(sum[:])},
		Issuer:  cert.Issuer{Authority: c.issuer, KeyID: base64.StdEncoding.EncodeToString([]byte(c.keyID))},
		Signed:  c.signed,
	}, c.doc, nil}
	m.person(c.doc.Get("credentialSubject"))
	for _, e := range c.doc.Get("evidence").Items {
		m.event(c.kind, e)
	}
	return m.Certificate, nil
}

// mapper fills a certificate from the document, in which the paths of losses begin.
type mapper struct {
	*cert.Certificate
	doc  jcs.Value
	same []string // of the evidence being mapped: values that the signature does not tell apart
}

func (m *mapper) lose(v jcs.Value, what string) {
	if v.Kind() != jcs.None {
		m.Losses = append(m.Losses, cert.Loss{Field: v.Path(m.doc), What: what})
	}
}

// text returns a text without spaces around it, or a number as it is written;
// "" for what says nothing.
func (m *mapper) text(v jcs.Value) string {
	s, ok := v.Text()
	switch t := strings.TrimSpace(s); {
	case ok && nothing(t):
		return ""
	case ok && len(t) != len(s):
		m.lose(v, lossTrimmed)
		return t
	case v.Kind() == jcs.Number:
		return v.Raw()
	case v.Kind() == jcs.Null:
		m.lose(v, lossNull)
	case !ok:
		m.lose(v, lossUnreadable)
	}
	return s
}

// nothing reports whether a text stands where the issuer knew none.
func nothing(s string) bool { return s == "" || s == "-" || s == "NA" || s == "N/A" }

// drop lists what the model does not hold, if anything was said.
func (m *mapper) drop(v jcs.Value) {
	if s, ok := v.Text(); ok && nothing(strings.TrimSpace(s)) {
		return
	}
	m.lose(v, lossDropped)
}

// person maps the subject.
func (m *mapper) person(subject jcs.Value) {
	for k, v := range subject.Members {
		switch k {
		case "type":
		case "id":
			m.passport(v)
		case "name":
			if s := m.text(v); s != "" {
				m.Subject.Names = []cert.Name{{Full: s}}
			}
		case "dob":
			m.Subject.BirthDate = m.day(v)
		case "gender", "sex":
			m.sex(v)
		case "nationality":
			s := m.text(v)
			if c := lists.Jurisdiction(lists.Country(s)); c != "" && len(s) <= 3 {
				m.Subject.Nationality = c
			} else if s != "" {
				m.lose(v, lossNotMapped)
			}
		default: // age, refId, uhid, address
			m.drop(v)
		}
	}
}

// passport reads a passport's number from the identifier of the subject, as
// India wrote it for travellers: did:Passport:N1234567. Any other is the number
// of a register, and nobody's at a border.
func (m *mapper) passport(v jcs.Value) {
	s, _ := v.Text()
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 || !strings.EqualFold(parts[0], "did") || !strings.EqualFold(parts[1], "passport") || !isNumber(parts[2]) {
		m.drop(v)
		return
	}
	m.Subject.Documents = []cert.Document{{Type: "passport", Number: parts[2]}}
	m.lose(v, lossGuessed)
}

// isNumber reports whether s can be the number of a passport: 5 to 20 letters
// and digits of which one is a digit.
func isNumber(s string) bool {
	return len(s) >= 5 && len(s) <= 20 && strings.ContainsAny(s, "0123456789") &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func (m *mapper) sex(v jcs.Value) {
	switch s := m.text(v); strings.ToLower(s) {
	case "":
	case "female", "f":
		m.Subject.Sex = cert.Female
	case "male", "m":
		m.Subject.Sex = cert.Male
	case "other", "others", "transgender":
		m.Subject.Sex = cert.Unspecified
	default:
		m.lose(v, lossNotMapped)
	}
}

// day reads a date in one of the ways that the field writes them.
func (m *mapper) day(v jcs.Value) cert.Date {
	s := m.text(v)
	d, what := dayOf(s)
	if what != "" {
		m.lose(v, what)
	}
	return d
}

// dayOf reads a date. It returns the loss, if any.
func dayOf(s string) (cert.Date, string) {
	if d, err := cert.ParseDate(s); err == nil {
		return d, ""
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return cert.DateOf(t), lossTrimmed
	}
	if t, err := time.Parse("02 Jan 2006", s); err == nil {
		return cert.DateOf(t), ""
	}
	if t, err := time.Parse("02-01-2006", strings.ReplaceAll(s, "/", "-")); err == nil {
		if t.Day() > 12 || t.Day() == int(t.Month()) {
			return cert.DateOf(t), ""
		}
		return cert.Date{}, lossAmbiguous // the month may stand first
	}
	return cert.Date{}, lossUnreadable
}

// moment reads a moment with an offset.
func (m *mapper) moment(v jcs.Value) time.Time {
	s := m.text(v)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		m.lose(v, lossUnreadable)
		return time.Time{}
	}
	return t
}

// event maps one evidence.
func (m *mapper) event(kind string, e jcs.Value) {
	m.same = alike(e)
	for _, k := range kinds {
		if k.kind != kind {
			continue
		}
		for _, t := range texts(e.Get("type")) {
			switch {
			case t != k.evidence:
			case kind == kindTest:
				m.test(e)
				return
			default:
				m.vaccination(e)
				return
			}
		}
	}
	m.lose(e, lossNotMapped)
}

// about maps what all kinds have.
func (m *mapper) about(e jcs.Value, s *cert.Statement, at *cert.Facility, clinician *string) {
	s.Authority = m.Issuer.Authority
	s.ID = m.identifier(e)
	for k, v := range e.Get("verifier").Members {
		if k == "name" && clinician != nil {
			*clinician = m.text(v)
			continue
		}
		m.drop(v)
	}
	for k, v := range e.Get("facility").Members {
		switch k {
		case "name":
			at.Name = m.text(v)
		case "address":
			m.address(v, s)
		default:
			m.drop(v)
		}
	}
}

// address takes the country from the address of a facility.
func (m *mapper) address(address jcs.Value, s *cert.Statement) {
	for k, v := range address.Members {
		if k != "addressCountry" {
			m.drop(v)
			continue
		}
		if text := m.text(v); text != "" {
			if s.Country = lists.Jurisdiction(lists.Country(text)); s.Country == "" {
				m.lose(v, lossNotMapped)
			}
		}
	}
}

// alike returns the values of the members of an evidence whose values the
// signature does not tell apart: all are https://schema.org/id.
func alike(e jcs.Value) []string {
	out := make([]string, 0, 8)
	for k, v := range e.Members {
		switch k {
		case "certificateId", "batch", "vaccine", "manufacturer", "icd11Code", "testType", "disease", "sampleOrigin", "result":
			if s, ok := v.Text(); ok {
				out = append(out, strings.TrimSpace(s))
			}
		}
	}
	return out
}

// identifier returns the certificate's identifier: the value of those that
// cannot be told apart which also ends an address of the evidence.
func (m *mapper) identifier(e jcs.Value) string {
	found := ""
	for _, where := range []string{"id", "feedbackUrl", "infoUrl"} {
		address, _ := e.Get(where).Text()
		i := strings.LastIndexAny(address, "/?=#")
		if i < 0 {
			continue
		}
		for _, s := range m.same {
			if s == address[i+1:] && !nothing(s) {
				if found != "" && found != s {
					m.lose(e.Get("certificateId"), lossAmbiguous)
					return ""
				}
				found = s
			}
		}
	}
	if found == "" && m.text(e.Get("certificateId")) != "" {
		m.lose(e.Get("certificateId"), lossAmbiguous)
	}
	return found
}
