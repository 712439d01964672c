package hc1

import (
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
)

// ddcc maps a core data set of WHO's digital documentation of COVID-19
// certificates (DDCC:VS, DDCC:TR). Its fields are written like this or
// like_this, in groups (certificate, vaccination, test) or in none, with codes
// alone or with their systems: all of these are read.
func (m mapper) ddcc(path string, v cbor.Value) {
	d := core{mapper: m}
	d.isTest = hasTest(v, 0)
	d.read(v, "")
	switch {
	case d.isTest && (!d.test.SampledAt.IsZero() || d.test.Outcome != (cert.Coded{})):
		d.test.Statement = d.statement
		m.Events = append(m.Events, &d.test)
	case !d.isTest && (!d.dose.Date.IsZero() || d.dose.Prophylaxis != (cert.Coded{}) || d.dose.Product != (cert.Coded{})):
		d.dose.Statement = d.statement
		if d.dose.Disease == (cert.Coded{}) {
			if known := cert.DiseaseOf(d.dose.Prophylaxis.Source); known != "" {
				d.dose.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: known}
			}
		}
		m.Events = append(m.Events, &d.dose)
	default: // neither what happened nor when
		m.lose(path, lossNotMapped)
	}
}

// core is a core data set that is being read.
type core struct {
	mapper
	isTest    bool
	statement cert.Statement
	dose      cert.Vaccination
	test      cert.Test
}

// plainName is a field's name without its style.
func plainName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// hasTest reports whether a data set is about a test.
func hasTest(v cbor.Value, depth int) bool {
	for k, v := range v.Pairs {
		switch plainName(k.Text) {
		case "test", "pathogen", "result":
			return true
		case "vaccination", "certificate":
			if depth == 0 && hasTest(v, 1) {
				return true
			}
		}
	}
	return false
}

// read maps the fields of a group; the names of groups do not come again within one.
func (d *core) read(v cbor.Value, group string) {
	at := place{group: group, n: -1}
	for k, v := range v.Pairs {
		switch name := plainName(k.Text); {
		case group == "" && (name == "certificate" || name == "vaccination" || name == "test") && v.Kind() == cbor.Map:
			d.read(v, k.Text)
		case d.about(name, at, k, v):
		case d.isTest && d.tested(name, at, k, v):
		case !d.isTest && d.dosed(name, at, k, v):
		default:
			d.unknown(at, k)
		}
	}
}

// about maps a field about the person or the certificate.
func (d *core) about(name string, at place, k cbor.Key, v cbor.Value) bool {
	switch name {
	case "name":
		d.full(&d.Subject, d.text(at, k, v))
	case "birthdate":
		d.Subject.BirthDate = d.day(at, k, v)
	case "sex":
		d.sex(at, k, d.coding(at, k, v).Code)
	case "identifier":
		if n := d.text(at, k, v); n != "" {
			d.Subject.Documents = []cert.Document{{Type: "other", Number: n}}
		}
	case "hcid":
		d.statement.ID = d.exact(at, k, v)
	case "issuer", "pha":
		d.statement.Authority = d.coding(at, k, v).Code
	case "version":
		d.Carrier.Version = d.text(at, k, v)
	case "period":
		for k, v := range v.Pairs {
			switch k.Text {
			case "start":
				d.Signed.From = d.day(place{group: "period", n: -1}, k, v).First()
			case "end":
				d.Signed.Until = lastMoment(d.day(place{group: "period", n: -1}, k, v))
			}
		}
	case "validuntil":
		d.Signed.Until = lastMoment(d.day(at, k, v))
	case "country":
		d.statement.Country = d.coding(at, k, v).Code
	case "disease", "pathogen":
		d.statement.Disease = cert.CodedDisease(d.coding(at, k, v))
		d.dose.Disease = d.statement.Disease
	default:
		return false
	}
	return true
}

// lastMoment is the last second of a day.
func lastMoment(d cert.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.End().Add(-time.Second)
}

// dosed maps a field about a dose.
func (d *core) dosed(name string, at place, k cbor.Key, v cbor.Value) bool {
	e := &d.dose
	switch name {
	case "vaccine":
		e.Prophylaxis.Source = d.coding(at, k, v)
	case "brand":
		e.Product.Source = d.coding(at, k, v)
	case "maholder":
		e.Maker.Source = d.coding(at, k, v)
	case "manufacturer":
		if c := d.coding(at, k, v); e.Maker == (cert.Coded{}) {
			e.Maker.Source = c
		}
	case "lot":
		e.Lot = d.text(at, k, v)
	case "date":
		e.Date = d.day(at, k, v)
	case "validfrom":
		if at.group == "" {
			d.Signed.From = d.day(at, k, v).First() // of the certificate
		} else {
			e.ProtectionFrom = d.day(at, k, v).First()
		}
	case "vaccinevalid":
		e.ProtectionFrom = d.day(at, k, v).First()
	case "dose":
		e.Dose = d.number(at, k, v)
	case "totaldoses":
		e.Doses = d.number(at, k, v)
	case "duedate", "nextdose":
		e.NextDue = d.day(at, k, v)
	case "centre":
		e.Centre.Name = d.coding(at, k, v).Code
	case "practitioner", "hw":
		e.Clinician = d.coding(at, k, v).Code
	default:
		return false
	}
	return true
}

// tested maps a field about a test.
func (d *core) tested(name string, at place, k cbor.Key, v cbor.Value) bool {
	e := &d.test
	switch name {
	case "type":
		e.Type.Source = d.coding(at, k, v)
		e.Method = cert.MethodOf(e.Type.Source.Code)
	case "date":
		e.SampledAt = d.moment(at, k, v)
	case "brand":
		e.Name = d.coding(at, k, v).Code
	case "manufacturer":
		e.Device.Source = d.coding(at, k, v)
	case "origin":
		e.Specimen.Source = d.coding(at, k, v)
	case "result":
		e.Outcome.Source = d.coding(at, k, v)
		e.Result = cert.ResultOf(e.Outcome.Source.Code)
	case "centre":
		e.Laboratory.Name = d.coding(at, k, v).Code
	case "validfrom":
		d.Signed.From = d.day(at, k, v).First()
	default:
		return false
	}
	return true
}

// coding reads a code with its system and display, or alone.
func (d *core) coding(at place, k cbor.Key, v cbor.Value) cert.Coding {
	if v.Kind() != cbor.Map {
		return cert.Coding{Code: d.text(at, k, v)}
	}
	var c cert.Coding
	in := place{group: at.of(k.Text), n: -1}
	for k, v := range v.Pairs {
		switch k.Text {
		case "code", "value":
			c.Code = d.text(in, k, v)
		case "system":
			c.System = d.text(in, k, v)
		case "display":
			c.Display = d.text(in, k, v)
		default:
			d.unknown(in, k)
		}
	}
	return c
}
