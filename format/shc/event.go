package shc

import (
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
)

// vaccination maps an Immunization.
func (m *mapper) vaccination(r jcs.Value) {
	if s, _ := r.Get("status").Text(); s != "completed" {
		m.loseIn(r, "status", lossDropped)
		return
	}
	if weak, _ := r.Get("isSubpotent").Bool(); weak {
		m.loseIn(r, "isSubpotent", lossDropped)
		return
	}
	e := new(cert.Vaccination)
	e.Authority = m.Issuer.Authority
	m.refers(r, "patient")
	for k, v := range r.Members {
		switch k {
		case "resourceType", "id", "meta", "status", "patient", "isSubpotent":
		case "identifier":
			m.identifier(v, &e.Statement)
		case "vaccineCode":
			m.vaccine(v, e)
		case "occurrenceDateTime":
			e.Date = m.day(v)
		case "lotNumber":
			e.Lot = m.text(v)
		case "manufacturer":
			e.Maker.Source = m.maker(v)
		case "performer":
			for _, p := range v.Items {
				m.centre(p, p.Get("actor").Get("display"), &e.Centre.Name)
			}
		case "protocolApplied":
			m.protocol(v, e)
		default:
			m.lose(v, lossDropped)
		}
	}
	if e.Disease == (cert.Coded{}) {
		m.loseIn(r, "vaccineCode", lossNotMapped)
	}
	m.Events = append(m.Events, e)
}

// vaccine maps a vaccine code: the kind of vaccine and the product.
func (m *mapper) vaccine(v jcs.Value, e *cert.Vaccination) {
	disease := ""
	var room [4]cert.Coding
	for _, c := range m.codings(room[:0], v) {
		if disease == "" {
			disease = diseaseOf(c)
		}
		switch {
		case c.System == cert.SNOMED || c.System == cert.ATC || c.System == cert.ICD11:
			if e.Prophylaxis.Source.Code == "" {
				e.Prophylaxis.Source = c
			}
		case e.Product.Source.Code == "" || e.Product.Source.System == cert.CVX && (c.System == cert.EUVaccine || c.System == systemProduct):
			e.Product.Source = c
		}
	}
	if e.Product.Source.System == cert.CVX {
		known := cvx[e.Product.Source.Code]
		e.Product.Mapped = product(known.product)
		if e.Prophylaxis.Source.Code == "" {
			e.Prophylaxis = cert.Coded{Source: e.Product.Source, Mapped: prophylaxis(known.kind)}
		}
	}
	if e.Product.Source.Code == "" && e.Prophylaxis.Source.Code == "" {
		e.Product.Source.Display = m.text(v.Get("text"))
	}
	if disease != "" && e.Disease == (cert.Coded{}) {
		e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: disease}
	}
}

// maker maps a manufacturer: an identifier, or a name.
func (m *mapper) maker(v jcs.Value) cert.Coding {
	id := v.Get("identifier")
	c := cert.Coding{System: m.text(id.Get("system")), Code: m.text(id.Get("value")),
		Display: m.text(v.Get("display"))}
	if c.Code == "" && c.Display == "" {
		m.lose(v, lossDropped)
	}
	return c
}

// centre maps the name of a performer; the model holds one.
func (m *mapper) centre(performer, v jcs.Value, name *string) {
	if s := m.text(v); s == "" || *name != "" {
		m.lose(performer, lossDropped)
	} else {
		*name = s
	}
}

// protocol maps the numbers of doses, and the disease where it is named.
func (m *mapper) protocol(v jcs.Value, e *cert.Vaccination) {
	for i, p := range v.Items {
		if i > 0 {
			m.lose(v, lossDropped)
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
				if list := m.codings(room[:0], v.Item(0)); len(list) > 0 && v.Len() == 1 {
					e.Disease = cert.Coded{Source: list[0]}
				} else {
					m.lose(v, lossDropped) // the model holds one
				}
			default:
				m.lose(v, lossDropped)
			}
		}
	}
}

// maxCount is the greatest number of doses believed.
const maxCount = 999

func (m *mapper) count(v jcs.Value) int {
	n, ok := v.Int()
	if !ok || n < 1 || n > maxCount {
		m.unread(v)
		return 0
	}
	return int(n)
}

// observation maps an Observation: a test, or an antibody test.
func (m *mapper) observation(r jcs.Value) {
	if s, _ := r.Get("status").Text(); s != "final" && s != "amended" && s != "corrected" {
		m.loseIn(r, "status", lossDropped)
		return
	}
	e := new(cert.Test)
	e.Authority = m.Issuer.Authority
	e.Type, e.Method = m.method(r.Get("code"))
	if e.Method != "" {
		e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: cert.COVID19}
	} else {
		m.loseIn(r, "code", lossNotMapped)
	}
	m.refers(r, "subject")
	value := ""
	for k, v := range r.Members {
		switch k {
		case "resourceType", "id", "meta", "status", "subject", "code", "category":
		case "identifier":
			m.identifier(v, &e.Statement)
		case "effectiveDateTime":
			e.SampledAt = m.moment(v)
		case "issued":
			e.ReportedAt = m.moment(v)
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
			m.lose(v, lossDropped)
		}
	}
	if e.Method != cert.Serology {
		if value != "" {
			m.loseIn(r, "valueQuantity", lossDropped)
		}
		m.Events = append(m.Events, e)
		return
	}
	m.Events = append(m.Events, &cert.Antibody{
		Statement: e.Statement, Type: e.Type, SampledAt: e.SampledAt, Outcome: e.Outcome, Result: e.Result, Value: value, Laboratory: e.Laboratory,
	})
	if !e.ReportedAt.IsZero() {
		m.loseIn(r, "issued", lossDropped)
	}
}

// method maps the code of a test to its family.
func (m *mapper) method(v jcs.Value) (cert.Coded, cert.Method) {
	var room [4]cert.Coding
	list := m.codings(room[:0], v)
	for _, c := range list {
		if c.System != cert.LOINC {
			continue
		}
		switch {
		case slices.Contains(nucleicAcid, c.Code):
			return cert.Coded{Source: c, Mapped: cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}}, cert.NucleicAcid
		case slices.Contains(antigen, c.Code):
			return cert.Coded{Source: c, Mapped: cert.Coding{System: cert.LOINC, Code: cert.CodeAntigenRapid}}, cert.AntigenRapid
		case slices.Contains(serology, c.Code):
			return cert.Coded{Source: c}, cert.Serology
		}
	}
	if len(list) == 0 {
		return cert.Coded{Source: cert.Coding{Display: m.text(v.Get("text"))}}, ""
	}
	return cert.Coded{Source: list[0]}, ""
}

// outcome maps a coded outcome. Codings that contradict each other say nothing.
func (m *mapper) outcome(v jcs.Value) (cert.Coded, cert.Result) {
	var room [4]cert.Coding
	list := m.codings(room[:0], v)
	var out cert.Coded
	var result cert.Result
	for _, c := range list {
		r, ok := outcomes[c.Code]
		if !ok || !slices.Contains(outcomeSystems, c.System) {
			continue
		}
		if result != "" && r != result {
			m.lose(v, lossNotMapped)
			return cert.Coded{Source: list[0]}, ""
		}
		if result == "" {
			out.Source, result = c, r
		}
	}
	if result == "" {
		if len(list) > 0 {
			m.lose(v, lossNotMapped)
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
func (m *mapper) word(v jcs.Value) (cert.Coded, cert.Result) {
	s := m.text(v)
	if s == "" {
		return cert.Coded{}, ""
	}
	r := words[strings.ToLower(s)]
	if r == "" {
		m.lose(v, lossNotMapped)
	} else {
		m.lose(v, lossGuessed)
	}
	return cert.Coded{Source: cert.Coding{Display: s}, Mapped: r.Coding()}, r
}

// quantity returns a value with its unit, as written.
func (m *mapper) quantity(v jcs.Value) string {
	n := v.Get("value")
	if n.Kind() != jcs.Number {
		m.unread(n)
		return ""
	}
	return strings.TrimSpace(m.exact(v.Get("comparator")) + n.Raw() + " " + m.exact(v.Get("unit")))
}
