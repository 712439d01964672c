package fhir

import (
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/vocab"
)

// Vaccination maps an Immunization.
func (m *Mapper) Vaccination(r jcs.Value) {
	if s, _ := r.Get("status").Text(); s != "completed" {
		m.LoseIn(r, "status", Dropped)
		return
	}
	if weak, _ := r.Get("isSubpotent").Bool(); weak {
		m.LoseIn(r, "isSubpotent", Dropped)
		return
	}
	e := new(cert.Vaccination)
	e.Authority = m.Issuer.Authority
	m.refers(r, "patient")
	for k, v := range r.Members {
		if m.takes(e, k, v) {
			continue
		}
		switch k {
		case "resourceType", "id", "meta", "status", "patient", "isSubpotent":
		case "identifier":
			m.identifier(v, &e.Statement)
		case "vaccineCode":
			m.vaccine(v, e)
		case "occurrenceDateTime":
			e.Date = m.day(v)
		case "lotNumber":
			e.Lot = m.Text(v)
		case "manufacturer":
			e.Maker.Source = m.maker(v)
		case "performer":
			for _, p := range v.Items {
				m.centre(p, p.Get("actor").Get("display"), &e.Centre.Name)
			}
		case "protocolApplied":
			m.protocol(v, e)
		default:
			m.Lose(v, Dropped)
		}
	}
	if e.Disease == (cert.Coded{}) {
		m.LoseIn(r, "vaccineCode", NotMapped)
	}
	m.Events = append(m.Events, e)
}

// vaccine maps a vaccine code: the kind of vaccine and the product.
func (m *Mapper) vaccine(v jcs.Value, e *cert.Vaccination) {
	disease := ""
	var room [4]cert.Coding
	for _, c := range m.Codings(room[:0], v) {
		if disease == "" {
			disease = vocab.DiseaseOf(c)
		}
		switch {
		case c.System == cert.SNOMED || c.System == cert.ATC || c.System == cert.ICD11:
			if e.Prophylaxis.Source.Code == "" {
				e.Prophylaxis.Source = c
			}
		case e.Product.Source.Code == "" || e.Product.Source.System == cert.CVX && (c.System == cert.EUVaccine || c.System == vocab.SystemProduct):
			e.Product.Source = c
		}
	}
	if e.Product.Source.System == cert.CVX {
		known := vocab.VaccineOf(e.Product.Source.Code)
		e.Product.Mapped = vocab.Product(known.Product)
		if e.Prophylaxis.Source.Code == "" {
			e.Prophylaxis = cert.Coded{Source: e.Product.Source, Mapped: vocab.Prophylaxis(known.Kind)}
		}
	}
	if e.Product.Source.Code == "" && e.Prophylaxis.Source.Code == "" {
		e.Product.Source.Display = m.Text(v.Get("text"))
	}
	if disease != "" && e.Disease == (cert.Coded{}) {
		e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: disease}
	}
}

// maker maps a manufacturer: an identifier, or a name.
func (m *Mapper) maker(v jcs.Value) cert.Coding {
	id := v.Get("identifier")
	c := cert.Coding{System: m.Text(id.Get("system")), Code: m.Text(id.Get("value")),
		Display: m.Text(v.Get("display"))}
	if c.Code == "" && c.Display == "" {
		m.Lose(v, Dropped)
	}
	return c
}

// centre maps the name of a performer; the model holds one.
func (m *Mapper) centre(performer, v jcs.Value, name *string) {
	if s := m.Text(v); s == "" || *name != "" {
		m.Lose(performer, Dropped)
	} else {
		*name = s
	}
}

// protocol maps the numbers of doses, and the disease where it is named.
func (m *Mapper) protocol(v jcs.Value, e *cert.Vaccination) {
	for i, p := range v.Items {
		if i > 0 {
			m.Lose(v, Dropped)
			continue
		}
		for k, v := range p.Members {
			switch k {
			case "doseNumberPositiveInt":
				e.Dose = m.count(v)
			case "seriesDosesPositiveInt":
				e.Doses = m.count(v)
			case "targetDisease":
				var room [4]cert.Coding
				if list := m.Codings(room[:0], v.Item(0)); len(list) > 0 && v.Len() == 1 {
					e.Disease = cert.Coded{Source: list[0]}
				} else {
					m.Lose(v, Dropped) // the model holds one
				}
			default:
				m.Lose(v, Dropped)
			}
		}
	}
}

// maxCount is the greatest number of doses believed.
const maxCount = 999

func (m *Mapper) count(v jcs.Value) int {
	n, ok := v.Int()
	if !ok || n < 1 || n > maxCount {
		m.unread(v)
		return 0
	}
	return int(n)
}

// Observation maps an Observation: a test, or an antibody test.
func (m *Mapper) Observation(r jcs.Value) {
	if s, _ := r.Get("status").Text(); s != "final" && s != "amended" && s != "corrected" {
		m.LoseIn(r, "status", Dropped)
		return
	}
	e := new(cert.Test)
	e.Authority = m.Issuer.Authority
	e.Type, e.Method = m.method(r.Get("code"))
	if e.Method != "" {
		e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: cert.COVID19}
	} else {
		m.LoseIn(r, "code", NotMapped)
	}
	m.refers(r, "subject")
	value := ""
	for k, v := range r.Members {
		if m.takes(e, k, v) {
			continue
		}
		switch k {
		case "resourceType", "id", "meta", "status", "subject", "code", "category":
		case "identifier":
			m.identifier(v, &e.Statement)
		case "effectiveDateTime":
			e.SampledAt = m.Moment(v)
		case "issued":
			e.ReportedAt = m.Moment(v)
		case "performer":
			for _, p := range v.Items {
				m.centre(p, p.Get("display"), &e.Laboratory.Name)
			}
		case "valueCodeableConcept":
			e.Outcome, e.Result = m.outcome(v)
		case "valueString":
			e.Outcome, e.Result = m.word(v)
		case "valueQuantity":
			value = m.quantity(v)
		default:
			m.Lose(v, Dropped)
		}
	}
	if e.Method != cert.Serology {
		if value != "" {
			m.LoseIn(r, "valueQuantity", Dropped)
		}
		m.Events = append(m.Events, e)
		return
	}
	m.Events = append(m.Events, &cert.Antibody{
		Statement: e.Statement, Type: e.Type, SampledAt: e.SampledAt, Outcome: e.Outcome, Result: e.Result, Value: value, Laboratory: e.Laboratory,
	})
	if !e.ReportedAt.IsZero() {
		m.LoseIn(r, "issued", Dropped)
	}
}

// method maps the code of a test to its family.
func (m *Mapper) method(v jcs.Value) (cert.Coded, cert.Method) {
	var room [4]cert.Coding
	list := m.Codings(room[:0], v)
	for _, c := range list {
		if c.System != cert.LOINC {
			continue
		}
		if method := vocab.MethodOf(c.Code); method != "" {
			return cert.Coded{Source: c, Mapped: vocab.Family(method)}, method
		}
	}
	if len(list) == 0 {
		return cert.Coded{Source: cert.Coding{Display: m.Text(v.Get("text"))}}, ""
	}
	return cert.Coded{Source: list[0]}, ""
}

// outcome maps a coded outcome. Codings that contradict each other say nothing.
func (m *Mapper) outcome(v jcs.Value) (cert.Coded, cert.Result) {
	var room [4]cert.Coding
	list := m.Codings(room[:0], v)
	var out cert.Coded
	var result cert.Result
	for _, c := range list {
		r := vocab.OutcomeOf(c)
		if r == "" {
			continue
		}
		if result != "" && r != result {
			m.Lose(v, NotMapped)
			return cert.Coded{Source: list[0]}, ""
		}
		if result == "" {
			out.Source, result = c, r
		}
	}
	if result == "" {
		if len(list) > 0 {
			m.Lose(v, NotMapped)
			return cert.Coded{Source: list[0]}, ""
		}
		return m.word(v.Get("text"))
	}
	if mapped := result.Coding(); mapped.Code != out.Source.Code {
		out.Mapped = mapped
	}
	return out, result
}

// word maps an outcome in words.
func (m *Mapper) word(v jcs.Value) (cert.Coded, cert.Result) {
	s := m.Text(v)
	if s == "" {
		return cert.Coded{}, ""
	}
	r := vocab.OutcomeOfWord(s)
	if r == "" {
		m.Lose(v, NotMapped)
	} else {
		m.Lose(v, Guessed)
	}
	return cert.Coded{Source: cert.Coding{Display: s}, Mapped: r.Coding()}, r
}

// quantity returns a value with its unit, as written.
func (m *Mapper) quantity(v jcs.Value) string {
	n := v.Get("value")
	if n.Kind() != jcs.Number {
		m.unread(n)
		return ""
	}
	return strings.TrimSpace(m.exact(v.Get("comparator")) + n.Raw() + " " + m.exact(v.Get("unit")))
}
