package divoc

import (
	"strconv"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
)

// vaccination maps a dose.
func (m *mapper) vaccination(e jcs.Value) {
	v := new(cert.Vaccination)
	m.about(e, &v.Statement, &v.Centre, &v.Clinician)
	m.vaccine(e, v)
	m.when(e, v)
	m.doses(e, v)
	for k, x := range e.Members {
		switch k {
		case "batch":
			v.Lot = m.text(x)
		case "manufacturer":
			if s := m.text(x); s != "" {
				v.Maker.Source = cert.Coding{Display: s}
			}
		case "icd11Code":
			if s := m.text(x); s != "" {
				v.Prophylaxis.Source = cert.Coding{System: cert.ICD11, Code: s, Display: v.Prophylaxis.Source.Display}
			}
		case "prophylaxis":
			v.Prophylaxis.Source.Display = m.text(x)
		case "type", "id", "feedbackUrl", "infoUrl", "certificateId", "vaccine", "date", "dose", "totalDoses", "verifier", "facility":
		default: // effectiveStart, effectiveUntil: a window for the next dose, or the day itself
			m.drop(x)
		}
	}
	m.Events = append(m.Events, v)
}

// vaccine maps the name of the vaccine, and from it what it is against.
func (m *mapper) vaccine(e jcs.Value, v *cert.Vaccination) {
	name, code := e.Get("vaccine"), e.Get("icd11Code")
	s := m.text(name)
	v.Product.Source = cert.Coding{Display: s}
	product, kind := brandOf(m.same)
	if product != "" {
		v.Product.Mapped = cert.Coding{System: cert.EUVaccine, Code: product}
		v.Prophylaxis.Mapped = kindCoding(kind)
	} else if s != "" {
		m.lose(name, lossNotMapped)
	}
	disease := m.disease()
	if disease == "" && product != "" {
		disease = cert.COVID19
		m.lose(name, lossGuessed)
	}
	if disease != "" {
		v.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: disease}
	} else {
		m.lose(code, lossNotMapped)
	}
}

// disease returns the disease that the codes tell together: of all values that
// could be the code, none but one.
func (m *mapper) disease() string {
	found := ""
	for _, s := range m.same {
		if d := cert.DiseaseOf(cert.Coding{System: cert.ICD11, Code: s}); d != "" {
			if found != "" && found != d {
				return ""
			}
			found = d
		}
	}
	return found
}

// when maps the date of the dose, which must be the first of the three.
func (m *mapper) when(e jcs.Value, v *cert.Vaccination) {
	date := m.day(e.Get("date"))
	for _, later := range []string{"effectiveStart", "effectiveUntil"} {
		x := e.Get(later)
		if s, ok := x.Text(); x.Kind() == jcs.None || ok && nothing(strings.TrimSpace(s)) {
			continue
		}
		s, _ := x.Text()
		// A moment in UTC may be of the day before the local date.
		if d, _ := dayOf(strings.TrimSpace(s)); !d.Full() || d.First().Before(date.First().AddDate(0, 0, -1)) {
			m.lose(e.Get("date"), lossAmbiguous)
			return
		}
	}
	v.Date = date
}

// maxCount is the greatest number of a dose believed.
const maxCount = 99

// doses maps the number of the dose, which must not be greater than that of the course.
func (m *mapper) doses(e jcs.Value, v *cert.Vaccination) {
	dose, total := m.count(e.Get("dose")), m.count(e.Get("totalDoses"))
	switch {
	case dose > 0 && dose <= total:
		v.Dose, v.Doses = dose, total
	case dose > 0 || total > 0:
		m.lose(e.Get("dose"), lossAmbiguous)
		m.lose(e.Get("totalDoses"), lossAmbiguous)
	}
}

// count reads a number of doses, written as a number or as text.
func (m *mapper) count(v jcs.Value) int {
	s := m.text(v)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxCount {
		m.lose(v, lossUnreadable)
		return 0
	}
	return n
}

// test maps a test.
func (m *mapper) test(e jcs.Value) {
	t := new(cert.Test)
	m.about(e, &t.Statement, &t.Laboratory, nil)
	t.Laboratory.Country = t.Country
	m.times(e, t)
	m.result(e, t)
	for k, v := range e.Members {
		switch k {
		case "testName":
			t.Name = m.text(v)
		case "testType":
			m.method(v, t)
		case "disease":
			if s := m.text(v); isCOVID19(s) {
				t.Disease = cert.Coded{Source: cert.Coding{Display: s}, Mapped: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}
			} else if s != "" {
				t.Disease.Source = cert.Coding{Display: s}
				m.lose(v, lossNotMapped)
			}
		case "sampleOrigin":
			if s := m.text(v); s != "" {
				t.Specimen.Source = cert.Coding{Display: s}
				m.lose(v, lossNotMapped)
			}
		case "manufacturer":
			if s := m.text(v); s != "" {
				t.Device.Source = cert.Coding{Display: s}
			}
		case "type", "id", "feedbackUrl", "infoUrl", "certificateId", "sampleCollectionTimestamp", "resultTimestamp", "result", "verifier", "facility":
		default: // batch
			m.drop(v)
		}
	}
	m.Events = append(m.Events, t)
}

// times maps the moments of the sample and of the result, in this order.
func (m *mapper) times(e jcs.Value, t *cert.Test) {
	sample, result := e.Get("sampleCollectionTimestamp"), e.Get("resultTimestamp")
	sampled, reported := m.moment(sample), m.moment(result)
	if sampled.IsZero() || reported.IsZero() || sampled.After(reported) {
		m.lose(sample, lossAmbiguous)
		m.lose(result, lossAmbiguous)
		return
	}
	t.SampledAt, t.ReportedAt = sampled, reported
}

// result maps the outcome: of all values that could be it, none but one may be
// an outcome.
func (m *mapper) result(e jcs.Value, t *cert.Test) {
	v := e.Get("result")
	said := m.text(v)
	if said == "" {
		return
	}
	t.Outcome.Source = cert.Coding{Display: said}
	var found cert.Result
	for _, s := range m.same {
		r := outcomes[strings.ToLower(s)]
		if r != "" && found != "" && r != found {
			m.lose(v, lossAmbiguous)
			t.Outcome = cert.Coded{}
			return
		}
		if r != "" {
			found = r
		}
	}
	if outcomes[strings.ToLower(said)] == "" {
		m.lose(v, lossNotMapped)
		return
	}
	t.Result, t.Outcome.Mapped = found, found.Coding()
}

// method maps the kind of test: of all values that could be it, none but one
// may be a kind.
func (m *mapper) method(v jcs.Value, t *cert.Test) {
	said := m.text(v)
	if said == "" {
		return
	}
	t.Type.Source = cert.Coding{Display: said}
	found := methodOf(said)
	for _, s := range m.same {
		if other := methodOf(s); other != "" && other != found {
			m.lose(v, lossAmbiguous)
			t.Type = cert.Coded{}
			return
		}
	}
	if found == "" {
		m.lose(v, lossNotMapped)
		return
	}
	t.Method, t.Type.Mapped = found, methodCoding(found)
}
