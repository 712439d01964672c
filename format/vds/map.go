package vds

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
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

// certificate maps msg.
func (s *seal) certificate() (*cert.Certificate, error) {
	sum := sha256.Sum256(s.signed)
	out := &cert.Certificate{
		Carrier: cert.Carrier{Format: "vds", Content: s.kind, Version: "1", Hash: hex.EncodeToString(sum[:])},
		Issuer:  cert.Issuer{Country: s.country, KeyID: base64.StdEncoding.EncodeToString([]byte(trust.KeyID8(s.signer.DER)))},
	}
	m := mapper{out, s.data.Get("msg")}
	switch s.kind {
	case kindVaccination:
		if err := m.vaccinations(); err != nil {
			return nil, err
		}
	case kindTest:
		m.test()
	default:
		m.note("msg", lossNotMapped)
	}
	return out, nil
}

// mapper fills a certificate from msg, in which the paths of losses begin.
type mapper struct {
	*cert.Certificate
	msg jcs.Value
}

func (m *mapper) lose(v jcs.Value, what string) { m.note(v.Path(m.msg), what) }

func (m *mapper) note(field, what string) {
	m.Losses = append(m.Losses, cert.Loss{Field: field, What: what})
}

// text returns a text without spaces around it.
func (m *mapper) text(v jcs.Value) string {
	s, ok := v.Text()
	switch t := strings.TrimSpace(s); {
	case ok && len(t) != len(s):
		m.lose(v, lossTrimmed)
		return t
	case v.Kind() == jcs.Null:
		m.lose(v, lossNull)
	case !ok && v.Kind() != jcs.None:
		m.lose(v, lossUnreadable)
	}
	return s
}

func (m *mapper) day(v jcs.Value) cert.Date {
	s := m.text(v)
	d, err := cert.ParseDate(s)
	if err != nil {
		m.lose(v, lossUnreadable)
	}
	return d
}

// moment parses a moment of RFC 3339. It returns the loss, if any.
func moment(s string) (time.Time, string) {
	if t, err := time.ParseInLocation(time.RFC3339, s, time.UTC); err == nil {
		return t, ""
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04:05", s, time.UTC); err == nil {
		return t, lossAssumedUTC
	}
	if d, err := cert.ParseDate(s); err == nil && !d.IsZero() {
		return d.First(), lossGuessed
	}
	return time.Time{}, lossUnreadable
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

// person maps pid.
func (m *mapper) person(pid jcs.Value) {
	doc := cert.Document{}
	for k, v := range pid.Members {
		switch k {
		case "n":
			if n := nameOf(m.text(v)); n != (cert.Name{}) {
				m.Subject.Names = []cert.Name{n}
			}
		case "dob":
			m.Subject.BirthDate = m.day(v)
		case "sex":
			switch s := m.text(v); s {
			case "F":
				m.Subject.Sex = cert.Female
			case "M":
				m.Subject.Sex = cert.Male
			case "X", "<":
				m.Subject.Sex = cert.Unspecified
			case "":
			default:
				m.lose(v, lossNotMapped)
			}
		case "dt":
			t := m.text(v)
			if doc.Type = documentTypes[t]; doc.Type == "" && t != "" {
				doc.Type = "other"
				m.lose(v, lossNotMapped)
			}
		case "dn", "i":
			if doc.Number != "" {
				m.lose(v, lossDropped) // a proof has one or the other
				continue
			}
			doc.Number = m.text(v)
		case "ai":
			if n := m.text(v); n != "" {
				m.Subject.Documents = append(m.Subject.Documents, cert.Document{Type: "other", Number: n})
			}
		default:
			m.lose(v, lossDropped)
		}
	}
	if doc.Number != "" { // the travel document is the first
		m.Subject.Documents = append([]cert.Document{doc}, m.Subject.Documents...)
	}
}

// nameOf takes a name apart where two spaces part it once (Doc 9303: the
// primary identifier, then the secondary).
func nameOf(s string) cert.Name {
	family, given, ok := strings.Cut(s, "  ")
	if ok && family != "" && given != "" && !strings.Contains(given, "  ") {
		return cert.Name{Family: family, Given: strings.TrimSpace(given)}
	}
	return cert.Name{Full: s}
}

// vaccinations maps a proof of vaccination: each dose is an event.
func (m *mapper) vaccinations() error {
	var id string
	for k, v := range m.msg.Members {
		switch k {
		case "uvci":
			id = m.text(v)
		case "pid":
			m.person(v)
		case "ve":
			for _, e := range v.Items {
				m.vaccine(e)
				if len(m.Events) > MaxDoses {
					return &Error{StepPayload, ErrDoses}
				}
			}
		default:
			m.lose(v, lossDropped)
		}
	}
	for _, e := range m.Events {
		e.About().ID = id
	}
	return nil
}

// vaccine maps a vaccine and its doses.
func (m *mapper) vaccine(v jcs.Value) {
	var all cert.Vaccination
	var doses jcs.Value
	for k, v := range v.Members {
		switch k {
		case "des":
			if s := m.text(v); s != "" {
				all.Prophylaxis = cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: s}, Mapped: kindCoding(kindOf(s))}
				if cert.DiseaseOf(all.Prophylaxis.Source) == "" {
					m.lose(v, lossNotMapped)
				}
			}
		case "dis":
			if s := m.text(v); s != "" {
				all.Disease = cert.CodedDisease(cert.Coding{System: cert.ICD11, Code: s})
				if all.Disease.Mapped.Code == "" {
					m.lose(v, lossNotMapped)
				}
			}
		case "nam":
			if s := m.text(v); s != "" {
				all.Product = cert.Coded{Source: cert.Coding{Display: s}, Mapped: productOf(s)}
			}
		case "vd":
			doses = v
		default:
			m.lose(v, lossDropped)
		}
	}
	if d := cert.DiseaseOf(all.Prophylaxis.Source); d != "" && all.Disease == (cert.Coded{}) {
		all.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: d}
	}
	for i, d := range doses.Items {
		if i > MaxDoses {
			return // the caller refuses it
		}
		e := all
		m.dose(d, &e)
		m.Events = append(m.Events, &e)
	}
}

// maxCount is the greatest number of a dose believed.
const maxCount = 999

func (m *mapper) dose(v jcs.Value, e *cert.Vaccination) {
	for k, v := range v.Members {
		switch k {
		case "dvc":
			e.Date = m.day(v)
		case "seq":
			n, ok := v.Int()
			if !ok || n < 0 || n > maxCount {
				m.lose(v, lossUnreadable)
				continue
			}
			e.Dose = int(n)
		case "ctr":
			e.Country = lists.Country(m.text(v))
		case "adm":
			e.Centre.Name = m.text(v)
		case "lot":
			e.Lot = m.text(v)
		case "dvn":
			e.NextDue = m.day(v)
		default:
			m.lose(v, lossDropped)
		}
	}
}

// test maps a proof of testing.
func (m *mapper) test() {
	e := new(cert.Test)
	var tr jcs.Value
	for k, v := range m.msg.Members {
		switch k {
		case "utci":
			e.ID = m.text(v)
		case "pid":
			m.person(v)
		case "sp":
			m.provider(v, e)
		case "dat":
			for k, v := range v.Members {
				switch k {
				case "sc":
					e.SampledAt = m.moment(v)
				case "ri":
					e.ReportedAt = m.moment(v)
				default:
					m.lose(v, lossDropped)
				}
			}
		case "tr":
			tr = v
		default: // opt
			m.lose(v, lossDropped)
		}
	}
	antibody := m.result(tr, e)
	e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: cert.COVID19}
	m.note("tr", lossGuessed) // the disease, see the package doc
	if !antibody {
		m.Events = []cert.Event{e}
		return
	}
	m.Events = []cert.Event{&cert.Antibody{
		Statement: e.Statement, Type: e.Type, SampledAt: e.SampledAt, Outcome: e.Outcome, Result: e.Result, Laboratory: e.Laboratory,
	}}
	for _, lost := range []jcs.Value{m.msg.Get("dat").Get("ri"), tr.Get("m")} {
		if lost.Kind() != jcs.None {
			m.lose(lost, lossDropped)
		}
	}
}

// provider maps sp: the laboratory.
func (m *mapper) provider(sp jcs.Value, e *cert.Test) {
	for k, v := range sp.Members {
		switch k {
		case "spn":
			e.Laboratory.Name = m.text(v)
		case "ctr":
			e.Country = lists.Country(m.text(v))
			e.Laboratory.Country = e.Country
		default: // cd: how to reach it
			m.lose(v, lossDropped)
		}
	}
}

// result maps tr. It reports whether the test is for antibodies.
func (m *mapper) result(tr jcs.Value, e *cert.Test) (antibody bool) {
	for k, v := range tr.Members {
		switch k {
		case "tc":
			s := m.text(v)
			e.Type.Source = cert.Coding{Code: s}
			switch s {
			case testPCR, testMolecular:
				e.Method = cert.NucleicAcid
				e.Type.Mapped = cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}
			case testAntigen: // whether it is a rapid one is not said
				e.Method = cert.AntigenRapid
				e.Type.Mapped = cert.Coding{System: cert.LOINC, Code: cert.CodeAntigenRapid}
				m.lose(v, lossGuessed)
			case testAntibody:
				antibody = true
			default:
				m.lose(v, lossNotMapped)
			}
		case "r":
			s := m.text(v)
			e.Result = results[s]
			e.Outcome = cert.Coded{Source: cert.Coding{Code: s}, Mapped: e.Result.Coding()}
			if e.Result == "" {
				m.lose(v, lossNotMapped)
			}
		case "m":
			s := m.text(v)
			e.Specimen.Source = cert.Coding{Code: s}
			if c := specimens[s]; c != "" {
				e.Specimen.Mapped = cert.Coding{System: cert.SNOMED, Code: c}
			} else if s != "" {
				m.lose(v, lossNotMapped)
			}
		default:
			m.lose(v, lossDropped)
		}
	}
	return antibody
}
