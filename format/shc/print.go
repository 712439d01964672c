package shc

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/vocab"
)

// printer turns a certificate into JSON without white space. The first field
// that cannot be printed is kept in err.
type printer struct {
	cert *cert.Certificate
	out  []byte
	err  error
}

// separate prints the comma between members or items.
func (p *printer) separate() {
	if n := len(p.out); n > 0 && strings.IndexByte("{[:", p.out[n-1]) < 0 {
		p.out = append(p.out, ',')
	}
}

func (p *printer) open(c byte) *printer {
	p.separate()
	p.out = append(p.out, c)
	return p
}

func (p *printer) close(c byte) *printer {
	p.out = append(p.out, c)
	return p
}

func (p *printer) key(k string) *printer {
	p.string(k)
	p.out = append(p.out, ':')
	return p
}

func (p *printer) string(s string) {
	p.separate()
	p.out = jcs.AppendString(p.out, s)
}

// text prints a member, or nothing where there is no text.
func (p *printer) text(key, s string) {
	if s != "" {
		p.key(key).string(s)
	}
}

// spelled prints what a person or an office wrote.
func (p *printer) spelled(key, field, s string) {
	if !utf8.ValidString(s) {
		p.refuse(field, issuePattern, "give it in UTF-8")
	}
	p.text(key, strings.TrimSpace(s))
}

func (p *printer) refuse(field, what, do string) {
	if p.err == nil {
		p.err = &FieldError{field, what, do}
	}
}

func (p *printer) bundle() {
	p.open('{')
	p.text("resourceType", "Bundle")
	p.text("type", "collection")
	p.key("entry").open('[')
	p.entry(0, "Patient")
	p.patient()
	p.close('}').close('}')
	for n, e := range p.cert.Events {
		field := "events." + strconv.Itoa(n)
		switch e := e.(type) {
		case *cert.Vaccination:
			p.entry(n+1, "Immunization")
			p.vaccination(field, e)
		case *cert.Test:
			p.entry(n+1, "Observation")
			p.test(field, e)
		case *cert.Antibody:
			p.entry(n+1, "Observation")
			p.antibody(field, e)
		default:
			p.refuse(field, issueType, "a card states tests and vaccinations; use another format")
			continue
		}
		p.close('}').close('}')
	}
	p.close(']').close('}')
}

// entry opens an entry and its resource.
func (p *printer) entry(n int, kind string) {
	p.open('{')
	p.text("fullUrl", "resource:"+strconv.Itoa(n))
	p.key("resource").open('{')
	p.text("resourceType", kind)
}

func (p *printer) patient() {
	s := p.cert.Subject
	if len(s.Names) == 0 {
		p.refuse("subject.names", issueMissing, "give a name")
	}
	p.key("name").open('[')
	for n, name := range s.Names {
		field := "subject.names." + strconv.Itoa(n)
		p.open('{')
		p.spelled("family", field+".family", name.Family)
		if given := strings.Fields(name.Given); len(given) > 0 {
			p.key("given").open('[')
			for _, g := range given {
				p.string(g)
			}
			p.close(']')
		}
		if name.Family == "" && name.Given == "" {
			p.spelled("text", field+".full", name.String())
		}
		p.close('}')
	}
	p.close(']')
	if s.BirthDate.IsZero() {
		p.refuse("subject.birth_date", issueMissing, "give at least the year of birth")
	}
	p.text("birthDate", s.BirthDate.String())
}

// concept prints a CodeableConcept of codings that have a code.
func (p *printer) concept(key string, codings ...cert.Coding) {
	p.key(key).open('{')
	p.key("coding").open('[')
	for _, c := range codings {
		if c.Code == "" {
			continue
		}
		p.open('{')
		p.text("system", c.System)
		p.text("code", c.Code)
		p.close('}')
	}
	p.close(']').close('}')
}

func (p *printer) patientReference(key string) {
	p.key(key).open('{')
	p.text("reference", "resource:0")
	p.close('}')
}

// vaccination prints an Immunization. The vaccine code is in CVX, which
// verifiers of cards know, where there is one.
func (p *printer) vaccination(field string, e *cert.Vaccination) {
	p.text("status", "completed")
	p.identifier(e.ID)
	codings := vaccineCodings(e)
	if len(codings) == 0 {
		p.refuse(field+".product", issueMissing, "give the product, or the kind of vaccine, by a code")
	}
	p.concept("vaccineCode", codings...)
	p.patientReference("patient")
	if e.Date.IsZero() {
		p.refuse(field+".date", issueMissing, "give the day of the vaccination")
	}
	p.text("occurrenceDateTime", e.Date.String())
	if maker := cmp.Or(e.Maker.Source, e.Maker.Mapped); maker.Code != "" {
		p.key("manufacturer").open('{')
		p.key("identifier").open('{')
		p.text("system", maker.System)
		p.text("value", maker.Code)
		p.close('}').close('}')
	}
	p.spelled("lotNumber", field+".lot", e.Lot)
	if e.Centre.Name != "" {
		p.key("performer").open('[').open('{')
		p.key("actor").open('{')
		p.spelled("display", field+".centre.name", e.Centre.Name)
		p.close('}').close('}').close(']')
	}
	p.protocol(field, e, codings)
}

// vaccineCodings returns the codings of a vaccine: CVX, the product, the kind.
func vaccineCodings(e *cert.Vaccination) []cert.Coding {
	var out []cert.Coding
	add := func(c cert.Coding) {
		for _, have := range out {
			if have.System == c.System && have.Code == c.Code {
				return
			}
		}
		if c.Code != "" {
			out = append(out, c)
		}
	}
	if e.Product.Source.System == cert.CVX {
		add(e.Product.Source)
	} else if c := vocab.CVXOf(e.Product.Code()); c != "" {
		add(cert.Coding{System: cert.CVX, Code: c})
	}
	add(e.Product.Source)
	add(e.Prophylaxis.Source)
	return out
}

// protocol prints the numbers of doses, and the disease where the codes of the
// vaccine do not tell it.
func (p *printer) protocol(field string, e *cert.Vaccination, codings []cert.Coding) {
	told := false
	for _, c := range codings {
		d := vocab.DiseaseOf(c)
		told = told || d != "" && (d == e.Disease.Code() || e.Disease.Code() == "")
	}
	if told && e.Dose <= 0 && e.Doses <= 0 {
		return
	}
	p.key("protocolApplied").open('[').open('{')
	if !told {
		if e.Disease.Code() == "" {
			p.refuse(field+".disease", issueMissing, "give the disease as SNOMED CT codes it")
		}
		p.key("targetDisease").open('[').open('{')
		p.key("coding").open('[').open('{')
		d := cmp.Or(e.Disease.Source, e.Disease.Mapped)
		p.text("system", d.System)
		p.text("code", d.Code)
		p.close('}').close(']').close('}').close(']')
	}
	p.positive("doseNumberPositiveInt", e.Dose)
	p.positive("seriesDosesPositiveInt", e.Doses)
	p.close('}').close(']')
}

func (p *printer) positive(key string, n int) {
	if n > 0 {
		p.key(key)
		p.out = strconv.AppendInt(p.out, int64(n), 10)
	}
}

func (p *printer) identifier(id string) {
	if id != "" {
		p.key("identifier").open('[').open('{')
		p.text("value", id)
		p.close('}').close(']')
	}
}

// test prints an Observation.
func (p *printer) test(field string, e *cert.Test) {
	code := e.Type.Source
	switch {
	case code.System == cert.LOINC && code.Code != cert.CodeNucleicAcid && code.Code != cert.CodeAntigenRapid:
	case e.Method == cert.NucleicAcid || code.Code == cert.CodeNucleicAcid:
		code = cert.Coding{System: cert.LOINC, Code: vocab.NucleicAcid}
	case e.Method == cert.AntigenRapid || code.Code == cert.CodeAntigenRapid:
		code = cert.Coding{System: cert.LOINC, Code: vocab.Antigen}
	}
	if e.Disease.Code() != cert.COVID19 {
		p.refuse(field+".disease", issueType, "cards have a profile for tests for COVID-19 alone; use another format")
	}
	p.observation(field, &e.Statement, code, e.SampledAt, e.Outcome, e.Result, e.Laboratory.Name)
	if !e.ReportedAt.IsZero() {
		p.text("issued", e.ReportedAt.Format(time.RFC3339))
	}
}

// antibody prints an Observation.
func (p *printer) antibody(field string, e *cert.Antibody) {
	p.observation(field, &e.Statement, e.Type.Source, e.SampledAt, e.Outcome, e.Result, e.Laboratory.Name)
}

func (p *printer) observation(field string, s *cert.Statement, code cert.Coding, at time.Time, outcome cert.Coded, result cert.Result, laboratory string) {
	p.text("status", "final")
	p.identifier(s.ID)
	if code.Code == "" {
		p.refuse(field+".type", issueMissing, "give the type of test as LOINC codes it, or its method")
	}
	p.concept("code", code)
	p.patientReference("subject")
	if at.IsZero() {
		p.refuse(field+".sampled_at", issueMissing, "give the moment when the sample was taken")
	}
	p.text("effectiveDateTime", at.Format(time.RFC3339))
	value := cmp.Or(outcome.Source, result.Coding())
	if !vocab.Says(value.Code, result) {
		value = result.Coding()
	}
	if value.Code == "" {
		p.refuse(field+".outcome", issueMissing, "give the outcome as SNOMED CT codes it, or the result")
	}
	p.concept("valueCodeableConcept", value)
	if laboratory != "" {
		p.key("performer").open('[').open('{')
		p.spelled("display", field+".laboratory.name", laboratory)
		p.close('}').close(']')
	}
}
