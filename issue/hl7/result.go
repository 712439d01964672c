package hl7

import (
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/vocab"
	"github.com/pratique/pratique/issue/intake"
)

// order is what the segments say of one order of a laboratory test.
type order struct {
	orc, obr Segment
	obx, spm []Segment
}

// results reads ORU^R01.
func (r *reader) results() {
	var o order
	flush := func() {
		if o.obr.Name != "" {
			r.order(o)
		}
		o = order{}
	}
	for s := range r.m.Segments {
		switch s.Name {
		case "PID":
			flush()
			r.patient = r.person(s)
		case "NK1":
			if r.patient != nil {
				r.patient.guardian(s)
			}
		case "ORC":
			flush()
			o.orc = s
		case "OBR":
			if o.obr.Name != "" {
				flush()
			}
			o.obr = s
		case "OBX":
			switch {
			case o.obr.Name == "" || len(o.spm) > 0: // about the patient, or about the specimen
				r.say(intake.Information, intake.Left, place(s))
			default:
				o.obx = append(o.obx, s)
			}
		case "SPM":
			o.spm = append(o.spm, s)
		case "RXA":
			r.say(intake.Error, intake.Structure, place(s))
		}
	}
	flush()
}

// order reads the results of an order.
func (r *reader) order(o order) {
	if r.patient == nil {
		r.say(intake.Error, intake.Structure, place(o.obr))
		return
	}
	var found []result
	var claims []intake.Claim
	for _, s := range o.obx {
		list := codings(s.Field(3))
		var code cert.Coding
		for _, c := range list {
			if c.System == cert.LOINC && vocab.MethodOf(c.Code) != "" {
				code = c
				break
			}
		}
		if code == (cert.Coding{}) {
			r.say(intake.Warning, intake.UnknownCode, place(s, 3))
			continue
		}
		f := r.result(o, s, code)
		found = append(found, f)
		claims = append(claims, intake.Claim{Code: code.Code, Method: f.method, Says: f.says, Place: f.Place, Usable: f.Do != intake.Withdraw && !intake.HasError(f.Findings)})
	}
	for i, finding := range intake.Reduce(claims) {
		switch f := found[i]; {
		case finding == nil:
			r.finish(o, f)
		case finding.Severity == intake.Error:
			f.Findings = append(f.Findings, *finding)
			r.finish(o, f)
		default:
			r.out.Findings = append(r.out.Findings, *finding)
		}
	}
}

// result is one OBX that has a test which is known.
type result struct {
	intake.Item
	obx    Segment
	code   cert.Coding
	method cert.Method
	says   cert.Result
	places intake.Places
}

// result reads one OBX.
func (r *reader) result(o order, s Segment, code cert.Coding) result {
	method := vocab.MethodOf(code.Code)
	e := &cert.Test{
		Type: cert.Coded{Source: code, Mapped: vocab.Family(method)}, Method: method, Laboratory: r.laboratory(s),
	}
	e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: cert.COVID19}
	it := r.item(place(s), e)
	f := result{Item: it, obx: s, code: code, method: method, places: r.places(intake.Places{
		"events.0": place(s), "events.0.result": place(s, 5), "events.0.method": place(s, 3), "events.0.disease": place(s, 3),
		"events.0.sampled_at": place(o.obr, 7), "events.0.reported_at": place(o.obr, 22), "events.0.laboratory": place(s, 23),
	})}
	f.status(o, s)
	r.sampled(&f, o, e)
	if t, how := moment(o.obr.Field(22), r.o.Zone); how >= floating && (how == exact || r.o.Zone != nil) {
		e.ReportedAt = t
	} else if how != nothing {
		f.add(intake.Warning, intake.Imprecise, place(o.obr, 22))
	}
	f.specimen(o, e)
	e.Outcome, e.Result = f.outcome(s)
	if d := codings(s.Field(17)); method == cert.AntigenRapid && len(d) > 0 && d[0].System == cert.EUDevice {
		e.Device = cert.Coded{Source: d[0]}
	}
	f.says = e.Result
	if method == cert.Serology {
		f.Certificate.Events[0] = &cert.Antibody{
			Statement: e.Statement, Type: cert.Coded{Source: code}, SampledAt: e.SampledAt, Outcome: e.Outcome, Result: e.Result, Value: quantity(s), Laboratory: e.Laboratory,
		}
	}
	return f
}

func (f *result) add(s intake.Severity, c intake.Code, at string) {
	f.Findings = append(f.Findings, intake.Finding{Severity: s, Code: c, Place: at})
}

// status reads whether the result is final (tables 0085 and 0123), and whether
// it takes an earlier one back.
func (f *result) status(o order, s Segment) {
	at, status := place(s, 11), s.Field(11).String()
	if status == "" {
		at, status = place(o.obr, 25), o.obr.Field(25).String()
	}
	if o.obr.Field(25).String() == "X" || o.orc.Field(1).String() == "OC" || o.orc.Field(1).String() == "CR" || o.orc.Field(1).String() == "CA" {
		status = "X"
	}
	switch status {
	case "F":
	case "C":
		f.Do = intake.Replace
	case "D", "W", "X":
		f.Do = intake.Withdraw
		f.add(intake.Information, intake.Cancelled, at)
	case "":
		f.add(intake.Error, intake.Missing, at)
	default:
		f.add(intake.Error, intake.Preliminary, at)
	}
}

// sampled reads when the specimen was taken: SPM-17, OBR-7 or OBX-14.
func (r *reader) sampled(f *result, o order, e *cert.Test) {
	at, v := place(o.obr, 7), o.obr.Field(7)
	if len(o.spm) > 0 && !o.spm[0].Field(17).Empty() {
		at, v = place(o.spm[0], 17), o.spm[0].Field(17)
	} else if v.Empty() {
		at, v = place(f.obx, 14), f.obx.Field(14)
	}
	t, how := moment(v, r.o.Zone)
	switch how {
	case nothing:
		return // which the check finds
	case wrong:
		f.add(intake.Error, intake.Unreadable, at)
	case coarse:
		f.add(intake.Error, intake.Imprecise, at)
	case floating:
		f.add(intake.Error, intake.NoOffset, at)
	}
	e.SampledAt, f.places["events.0.sampled_at"] = t, at
}

// specimen reads what was taken: SPM-4, or OBR-15 of older versions.
func (f *result) specimen(o order, e *cert.Test) {
	v, at := o.obr.Field(15), place(o.obr, 15)
	if len(o.spm) > 0 {
		v, at = o.spm[0].Field(4), place(o.spm[0], 4)
	}
	if len(o.spm) > 1 {
		f.add(intake.Error, intake.Several, place(o.spm[1]))
	}
	for _, c := range codings(v) {
		if c.System == cert.SNOMED {
			e.Specimen = cert.Coded{Source: c}
			return
		}
	}
	if !v.Empty() {
		f.add(intake.Information, intake.UnknownCode, at)
	}
}

// laboratory reads who did the test: OBX-23, OBX-15, or the sender.
func (r *reader) laboratory(s Segment) cert.Facility {
	by := s.Field(23)
	f := cert.Facility{Name: by.Component(1).String(), ID: by.Component(10).String(), Country: s.Field(24).Component(6).String()}
	if f.ID == "" {
		f.ID = by.Component(3).String()
	}
	if f.Name == "" {
		f.Name, f.ID = s.Field(15).Component(2).String(), s.Field(15).Component(1).String()
	}
	if f.Name == "" {
		f.Name, f.ID = r.m.Header().Field(4).String(), ""
	}
	return f
}

// outcome reads what was found: a code or a word in OBX-5, beside the flags in OBX-8.
func (f *result) outcome(s Segment) (cert.Coded, cert.Result) {
	var out cert.Coded
	var says cert.Result
	switch s.Field(2).String() {
	case "CE", "CWE", "CNE", "CF":
		for _, c := range codings(s.Field(5)) {
			switch one := vocab.OutcomeOf(c); {
			case out == cert.Coded{}:
				out.Source, says = c, one
			case one != "" && says == "":
				out.Source, says = c, one
			case one != "" && one != says:
				f.add(intake.Error, intake.Contradiction, place(s, 5))
			}
		}
	case "ST", "TX", "FT", "ID", "IS":
		word, ok := s.Field(5).Text()
		if !ok {
			f.add(intake.Error, intake.Unreadable, place(s, 5))
		}
		out.Source.Display = word
		if says = vocab.OutcomeOfWord(word); says != "" {
			f.add(intake.Warning, intake.Guessed, place(s, 5))
		}
		if word != "" && says == "" && ok {
			f.add(intake.Error, intake.UnknownCode, place(s, 5))
		}
	case "NM", "SN": // the flags alone say what it means
	case "":
		f.add(intake.Error, intake.Missing, place(s, 2))
	default:
		f.add(intake.Error, intake.Unsupported, place(s, 2))
	}
	for _, flag := range s.Field(8).Repetitions {
		one := vocab.OutcomeOf(cert.Coding{System: vocab.Interpretation, Code: flag.String()})
		switch {
		case one == "":
		case says == "" && (out == cert.Coded{}):
			says = one
			out.Source = cert.Coding{System: vocab.Interpretation, Code: flag.String()}
		case one != says:
			f.add(intake.Error, intake.Contradiction, place(s, 8))
		}
	}
	if mapped := says.Coding(); mapped.Code != out.Source.Code {
		out.Mapped = mapped
	}
	return out, says
}

// quantity is a value with its unit (NM, SN), as written.
func quantity(s Segment) string {
	v, unit := s.Field(5), s.Field(6).String()
	switch s.Field(2).String() {
	case "NM":
		return strings.TrimSpace(v.String() + " " + unit)
	case "SN": // comparator, number, separator, number
		n := v.Component(1).String() + v.Component(2).String() + v.Component(3).String() + v.Component(4).String()
		return strings.TrimSpace(n + " " + unit)
	}
	return ""
}

// finish names the result as its sender does: the order's number, the test, and
// the number of the observation in it.
func (r *reader) finish(o order, f result) {
	number := identifierOf(o.obr.Field(3), o.orc.Field(3))
	by := "filler"
	if number == "" {
		number, by = identifierOf(o.obr.Field(2), o.orc.Field(2)), "placer"
	}
	if number == "" {
		f.add(intake.Error, intake.Missing, place(o.obr, 3))
	}
	f.Finish(r.o, f.places, "hl7", r.out.Sender, by, number, f.code.Code, f.obx.Field(4).String())
	r.out.Items = append(r.out.Items, f.Item)
}

// identifierOf is the first of the fields (EI) that has an identifier, whole.
func identifierOf(fields ...Value) string {
	for _, v := range fields {
		if v.String() != "" {
			return strings.Join([]string{v.Component(1).String(), v.Component(2).String(), v.Component(3).String()}, "|")
		}
	}
	return ""
}
