package hc1

import (
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
)

// icvp maps a vaccination certificate of the International Health Regulations
// (WHO SMART ICVP), in both sets of field names that were published. They are
// told apart by their types: v is the vaccination, or in the later one the
// version, and vx the vaccination.
func (m mapper) icvp(v cbor.Value) {
	top := place{}
	var doc cert.Document
	for k, v := range v.Pairs {
		switch k.Text {
		case "n":
			m.full(&m.Subject, m.text(top, k, v))
		case "dob":
			m.Subject.BirthDate = m.day(top, k, v)
		case "s":
			m.sex(top, k, m.text(top, k, v))
		case "ntl", "nt":
			m.Subject.Nationality = m.text(top, k, v)
		case "nid", "id":
			doc.Number = m.text(top, k, v)
		case "ndt", "dt":
			doc.Type = documentType(m.text(top, k, v))
		case "gn":
			if s := m.text(top, k, v); s != "" {
				m.Subject.Guardian = new(cert.Person)
				m.full(m.Subject.Guardian, s)
			}
		case "v", "vx":
			m.doses(k, v)
		default:
			m.unknown(top, k)
		}
	}
	if doc.Number != "" {
		if doc.Type == "" {
			doc.Type = "identity_card" // the field is that of a national identifier
		}
		m.Subject.Documents = []cert.Document{doc}
	}
}

func (m mapper) full(p *cert.Person, name string) {
	if name != "" {
		p.Names = []cert.Name{{Full: name}}
	}
}

func (m mapper) sex(at place, k cbor.Key, s string) {
	switch strings.ToLower(s) {
	case "f", "female":
		m.Subject.Sex = cert.Female
	case "m", "male":
		m.Subject.Sex = cert.Male
	case "x", "o", "other":
		m.Subject.Sex = cert.Unspecified
	case "", "u", "unknown":
	default:
		m.lose(at.of(k.Text), lossNotMapped)
	}
}

// documentType maps a type of identifier (HL7 v2 table 0203).
func documentType(code string) string {
	switch code {
	case "PPN", "passport":
		return "passport"
	case "NI", "NNxxx", "":
		return "identity_card"
	}
	return "other"
}

// doses maps the vaccination, or the version of the content.
func (m mapper) doses(k cbor.Key, v cbor.Value) {
	switch v.Kind() {
	case cbor.Text:
		m.Carrier.Version = m.text(place{}, k, v)
	case cbor.Map:
		m.Events = append(m.Events, m.dose(place{group: k.Text, n: -1}, v))
	case cbor.Array:
		for i, v := range v.Items {
			m.Events = append(m.Events, m.dose(place{k.Text, i}, v))
		}
	default:
		m.unread(k.Text, v)
	}
}

func (m mapper) dose(at place, v cbor.Value) *cert.Vaccination {
	e := new(cert.Vaccination)
	for k, v := range v.Pairs {
		switch k.Text {
		case "vp":
			m.vaccine(e, m.text(at, k, v))
		case "mp":
			if s := m.text(at, k, v); e.Product.Source.Code == "" && s != "" {
				e.Product.Source.Code = s
			}
		case "tg":
			e.Disease = cert.CodedDisease(cert.Coding{System: systemOfDisease(m.text(at, k, v)), Code: m.exact(at, k, v)})
		case "ma":
			e.Maker.Source.Display = m.text(at, k, v)
		case "mid":
			e.Maker.Source.Code = m.text(at, k, v)
		case "dn":
			e.Dose = m.number(at, k, v)
		case "dt":
			e.Date = m.day(at, k, v)
		case "bo":
			e.Lot = m.text(at, k, v)
		case "vls":
			e.ProtectionFrom = m.day(at, k, v).First()
		case "vle":
			if d := m.day(at, k, v); !d.IsZero() {
				e.ProtectionUntil = d.End().Add(-time.Second)
			}
		case "cn":
			e.Clinician = m.text(at, k, v)
		case "is":
			e.Authority = m.text(at, k, v)
		default:
			m.unknown(at, k)
		}
	}
	m.regulations(at, e)
	return e
}

// vaccine maps vp: a product that WHO has prequalified, or a kind of vaccine.
func (m mapper) vaccine(e *cert.Vaccination, code string) {
	switch {
	case code == "":
	case strings.HasPrefix(code, "XM"):
		e.Prophylaxis.Source = cert.Coding{System: cert.ICD11, Code: code}
	case strings.Trim(code, "0123456789") == "":
		e.Prophylaxis.Source = cert.Coding{System: cert.SNOMED, Code: code}
	default:
		e.Product.Source = cert.Coding{System: cert.PreQual, Code: code}
	}
}

// systemOfDisease tells ICD-11 from SNOMED CT, whose codes are numbers of some length.
func systemOfDisease(code string) string {
	if len(code) > 5 && strings.Trim(code, "0123456789") == "" {
		return cert.SNOMED
	}
	return cert.ICD11
}

// number reads a number of a dose, also one in a text; one in words is not mapped.
func (m mapper) number(at place, k cbor.Key, v cbor.Value) int {
	if s, ok := v.Text(); ok {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > maxCount {
			m.lose(at.of(k.Text), lossNotMapped)
			return 0
		}
		return n
	}
	return m.count(at, k, v)
}

// yellowFeverWait is after how many days the protection begins (International
// Health Regulations, Annex 7).
const yellowFeverWait = 10

// regulations adds what the International Health Regulations say of a vaccine:
// the disease that it is against, and for yellow fever the protection, which
// begins ten days after the dose and lasts for life, whatever the certificate
// says of its end (Annex 7, as amended in 2014).
func (m mapper) regulations(at place, e *cert.Vaccination) {
	if e.Disease == (cert.Coded{}) {
		for _, c := range []cert.Coding{e.Product.Source, e.Prophylaxis.Source} {
			if d := cert.DiseaseOf(c); d != "" {
				e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: d}
			}
		}
	}
	if e.Disease.Code() != cert.YellowFever {
		return
	}
	e.Lifelong = true
	if !e.ProtectionUntil.IsZero() {
		e.ProtectionUntil = time.Time{}
		m.lose(at.of("vle"), lossDropped)
	}
	if !e.Date.Full() {
		return
	}
	begins := e.Date.First().AddDate(0, 0, yellowFeverWait)
	if e.ProtectionFrom.Before(begins) {
		if !e.ProtectionFrom.IsZero() && !cert.DateOf(e.ProtectionFrom).First().Equal(e.Date.First()) {
			m.lose(at.of("vls"), lossDropped)
		}
		e.ProtectionFrom = begins
	}
}
