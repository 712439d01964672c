package fhir

import (
	"time"

	"github.com/pratique/pratique/cert"
	resource "github.com/pratique/pratique/internal/fhir"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/vocab"
	"github.com/pratique/pratique/issue/intake"
)

// test is an Observation that was read.
type test struct {
	item   intake.Item
	places intake.Places
	name   []string
	code   cert.Coding
	method cert.Method
	says   cert.Result
}

// test reads an Observation, within its report if it has one.
func (r *reader) test(v, report jcs.Value) test {
	d := r.begin(v, v.Get("subject"), report.Get("subject"))
	d.m.Patient = text1(v.Get("subject").Get("reference"))
	out := test{}
	for _, c := range v.Get("code").Get("coding").Items {
		if code := text1(c.Get("code")); text1(c.Get("system")) == cert.LOINC && (out.method == "") {
			out.code, out.method = cert.Coding{System: cert.LOINC, Code: code}, vocab.MethodOf(code)
		}
	}
	if out.method == "" {
		d.add(intake.Error, intake.UnknownCode, r.at(v, "code"))
	}
	d.status(v)
	if report.Kind() != jcs.None && d.item.Do != intake.Withdraw {
		d.status(report)
	}
	out.name = d.name(report, out.code.Code)
	d.places["events.0.result"], d.places["events.0.method"], d.places["events.0.disease"] = r.at(v, "value"), r.at(v, "code"), r.at(v, "code")
	d.places["events.0.sampled_at"], d.places["events.0.reported_at"], d.places["events.0.laboratory"] = r.at(v, "effective"), r.at(v, "issued"), r.at(v, "performer")
	if d.item.Do != intake.Withdraw && !intake.HasError(d.item.Findings) {
		d.observe(report, &out)
	}
	out.item, out.places = d.item, d.places
	return out
}

// status reads whether an observation or report is final, and whether it takes
// an earlier one back.
func (d *draft) status(v jcs.Value) {
	at := d.r.at(v, "status")
	switch text1(v.Get("status")) {
	case "final", "appended":
	case "amended", "corrected":
		d.item.Do = intake.Replace
	case "entered-in-error", "cancelled":
		d.item.Do = intake.Withdraw
		d.add(intake.Information, intake.Cancelled, at)
	case "registered", "preliminary", "partial":
		d.add(intake.Error, intake.Preliminary, at)
	case "":
		d.add(intake.Error, intake.Missing, at)
	default:
		d.add(intake.Error, intake.UnknownCode, at)
	}
}

// observe reads what an Observation says.
func (d *draft) observe(report jcs.Value, out *test) {
	r, v := d.r, d.v
	moments := []string{r.at(v, "effectiveDateTime")}
	var flags []cert.Coding
	var collected time.Time
	var e *cert.Test
	d.m.Else = func(event cert.Event, key string, m jcs.Value) bool {
		e = event.(*cert.Test)
		switch key {
		case "specimen":
			s := r.resolve(m, v)
			collected = d.specimen(s, m, e)
			moments = append(moments, r.at(s, "collection", "collectedDateTime"), r.at(s, "collection", "collectedPeriod", "start"))
		case "performer":
			d.laboratory(m, e)
		case "effectivePeriod":
			e.SampledAt = d.m.Moment(m.Get("start"))
			moments = append(moments, r.at(m, "start"))
		case "effectiveInstant":
			e.SampledAt = d.m.Moment(m)
		case "device":
			d.device(m, e)
		case "interpretation":
			for _, c := range m.Items {
				flags = append(flags, d.m.Codings(nil, c)...)
			}
		case "dataAbsentReason":
			d.add(intake.Error, intake.Inconclusive, r.at(m))
		case "text", "language", "contained", "basedOn", "encounter", "note", "hasMember", "partOf":
		default:
			return false
		}
		return true
	}
	d.m.Observation(v)
	d.m.Else = nil
	if len(d.m.Events) == 0 { // it has no member at all that it must have
		return
	}
	d.report(report, e)
	if !collected.IsZero() {
		e.SampledAt = collected
	}
	if e.SampledAt.IsZero() && report.Kind() != jcs.None {
		e.SampledAt = d.m.Moment(report.Get("effectiveDateTime"))
		moments = append(moments, r.at(report, "effectiveDateTime"))
	}
	d.says(e, flags)
	if a, ok := d.m.Events[0].(*cert.Antibody); ok {
		a.SampledAt, a.Result, a.Outcome, a.Laboratory = e.SampledAt, e.Result, e.Outcome, e.Laboratory
	}
	d.m.Events[0].About().ID = "" // of the result; a certificate has one of its own
	out.says = e.Result
	d.findings(moments...)
}

// report adds what the report says for its observations.
func (d *draft) report(report jcs.Value, e *cert.Test) {
	if e.Laboratory.Name == "" {
		d.laboratory(report.Get("performer"), e)
	}
	if e.ReportedAt.IsZero() {
		e.ReportedAt = d.m.Moment(report.Get("issued"))
	}
}

// says compares the outcome with the flags, which alone may say it.
func (d *draft) says(e *cert.Test, flags []cert.Coding) {
	for _, c := range flags {
		one := vocab.OutcomeOf(c)
		switch {
		case one == "":
		case e.Result == "" && e.Outcome == cert.Coded{}:
			e.Result, e.Outcome = one, cert.Coded{Source: c, Mapped: one.Coding()}
		case one != e.Result:
			d.add(intake.Error, intake.Contradiction, d.r.at(d.v, "interpretation"))
		}
	}
}

// specimen reads what was taken, and when.
func (d *draft) specimen(s, ref jcs.Value, e *cert.Test) time.Time {
	if resource.KindOf(s) != "Specimen" {
		d.add(intake.Warning, intake.Unresolved, d.r.at(ref))
		return time.Time{}
	}
	if text1(s.Get("status")) == "unsatisfactory" {
		d.add(intake.Error, intake.Inconclusive, d.r.at(s, "status"))
	}
	for _, c := range d.m.Codings(nil, s.Get("type")) {
		if c.System == cert.SNOMED && e.Specimen.Source.Code == "" {
			e.Specimen = cert.Coded{Source: c}
		}
	}
	when := s.Get("collection").Get("collectedDateTime")
	if when.Kind() == jcs.None {
		when = s.Get("collection").Get("collectedPeriod").Get("start")
	}
	if when.Kind() != jcs.None {
		d.places["events.0.sampled_at"] = d.r.at(when)
	}
	return d.m.Moment(when)
}

// laboratory reads who did the test: the first organization among them.
func (d *draft) laboratory(performers jcs.Value, e *cert.Test) {
	for _, p := range performers.Items {
		if f, _ := d.organization(p); f.Name != "" && e.Laboratory.Name == "" {
			e.Laboratory = f
		}
	}
}

// device reads which test it was, of the European list.
func (d *draft) device(ref jcs.Value, e *cert.Test) {
	v := d.r.resolve(ref, d.v)
	for _, id := range v.Get("identifier").Items {
		if text1(id.Get("system")) == cert.EUDevice {
			e.Device.Source = cert.Coding{System: cert.EUDevice, Code: text1(id.Get("value"))}
		}
	}
	for _, c := range d.m.Codings(nil, v.Get("type")) {
		if c.System == cert.EUDevice {
			e.Device.Source = c
		}
	}
	if e.Device.Source.Code == "" {
		d.add(intake.Information, intake.UnknownCode, d.r.at(ref))
	}
}

// dose reads an Immunization.
func (r *reader) dose(v jcs.Value) {
	d := r.begin(v, v.Get("patient"))
	d.m.Patient = text1(v.Get("patient").Get("reference"))
	code := ""
	for _, c := range v.Get("vaccineCode").Get("coding").Items {
		if code == "" {
			code = text1(c.Get("code"))
		}
	}
	switch at := r.at(v, "status"); text1(v.Get("status")) {
	case "completed":
	case "entered-in-error":
		d.item.Do = intake.Withdraw
		d.add(intake.Information, intake.Cancelled, at)
	case "not-done":
		d.add(intake.Error, intake.NotGiven, at)
	case "":
		d.add(intake.Error, intake.Missing, at)
	default:
		d.add(intake.Error, intake.UnknownCode, at)
	}
	if weak, _ := v.Get("isSubpotent").Bool(); weak {
		d.add(intake.Error, intake.NotGiven, r.at(v, "isSubpotent"))
	}
	d.places["events.0.date"], d.places["events.0.product"], d.places["events.0.disease"] = r.at(v, "occurrence"), r.at(v, "vaccineCode"), r.at(v, "vaccineCode")
	d.places["events.0.dose"] = r.at(v, "protocolApplied")
	name := d.name(jcs.Value{}, code)
	if d.item.Do != intake.Withdraw && !intake.HasError(d.item.Findings) {
		d.immunize()
	}
	d.item.Finish(r.o, d.places, append([]string{"fhir", r.out.Sender}, name...)...)
	r.out.Items = append(r.out.Items, d.item)
}

// immunize reads what an Immunization says.
func (d *draft) immunize() {
	r, v := d.r, d.v
	var basis cert.Basis
	d.m.Else = func(event cert.Event, key string, m jcs.Value) bool {
		e := event.(*cert.Vaccination)
		switch key {
		case "performer":
			for _, p := range m.Items {
				f, person := d.organization(p.Get("actor"))
				if e.Centre.Name == "" {
					e.Centre = f
				}
				if e.Clinician == "" {
					e.Clinician = person
				}
			}
		case "location":
			if f, _ := d.organization(m); e.Centre.Name == "" {
				e.Centre = f
			}
		case "manufacturer":
			o := r.resolve(m, v)
			if resource.KindOf(o) != "Organization" {
				return false
			}
			id := o.Get("identifier").Item(0)
			e.Maker.Source = cert.Coding{System: text1(id.Get("system")), Code: text1(id.Get("value")), Display: text1(o.Get("name"))}
		case "primarySource":
			if own, _ := m.Bool(); own {
				basis = cert.Administered
			}
		case "reportOrigin":
			basis = d.origin(m)
		case "expirationDate":
			if end, err := cert.ParseDate(text1(m)); err != nil || !e.Date.IsZero() && !end.IsZero() && !end.End().After(e.Date.First()) {
				d.add(intake.Warning, intake.Order, r.at(m))
			}
		case "occurrenceString":
			d.add(intake.Error, intake.Unreadable, r.at(m))
		case "text", "language", "contained", "encounter", "note", "recorded", "site", "route", "doseQuantity", "reasonCode", "programEligibility", "fundingSource":
		default:
			return false
		}
		return true
	}
	d.m.Vaccination(v)
	d.m.Else = nil
	if len(d.m.Events) == 0 {
		return
	}
	e := d.m.Events[0].(*cert.Vaccination)
	e.Basis, e.ID = basis, ""
	d.findings()
}

// origin reads how a dose that the sender did not give is known (HL7's codes of
// the origin of an immunization).
func (d *draft) origin(v jcs.Value) cert.Basis {
	for _, code := range codes(v) {
		switch code {
		case "jurisdiction", "provider":
			return cert.Registry
		case "record", "school":
			return cert.Transcribed
		case "recall":
			d.add(intake.Error, intake.Recalled, d.r.at(v))
			return ""
		}
	}
	d.add(intake.Warning, intake.UnknownCode, d.r.at(v))
	return ""
}
