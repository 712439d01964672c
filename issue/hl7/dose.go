package hl7

import (
	"strconv"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/vocab"
	"github.com/pratique/pratique/issue/intake"
)

// shot is what the segments say of one dose.
type shot struct {
	orc, rxa Segment
	obx      []Segment
}

// vaccinations reads VXU^V04.
func (r *reader) vaccinations() {
	var d shot
	flush := func() {
		if d.rxa.Name != "" {
			r.dose(d)
		}
		d = shot{}
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
			d.orc = s
		case "RXA":
			if d.rxa.Name != "" {
				flush()
			}
			d.rxa = s
		case "OBX":
			if d.rxa.Name == "" { // about the patient
				r.say(intake.Information, intake.Left, place(s))
				continue
			}
			d.obx = append(d.obx, s)
		case "OBR":
			r.say(intake.Error, intake.Structure, place(s))
		}
	}
	flush()
}

// dose reads one RXA with the observations about it.
func (r *reader) dose(d shot) {
	s := d.rxa
	if r.patient == nil {
		r.say(intake.Error, intake.Structure, place(s))
		return
	}
	e := new(cert.Vaccination)
	it := r.item(place(s), e)
	add := func(severity intake.Severity, c intake.Code, path ...int) {
		it.Findings = append(it.Findings, intake.Finding{Severity: severity, Code: c, Place: place(s, path...)})
	}
	given(s, &it, add)
	var ok bool
	if e.Date, ok = day(s.Field(3)); !ok {
		add(intake.Error, intake.Unreadable, 3)
	}
	vaccine(s, e, add)
	e.Basis = basis(s, add)
	e.Lot = s.Field(15).Repetition(1).String()
	if end, ok := day(s.Field(16)); ok && !end.IsZero() && !e.Date.IsZero() && !end.End().After(e.Date.First()) {
		add(intake.Warning, intake.Order, 16)
	}
	if list := codings(s.Field(17)); len(list) > 0 {
		e.Maker.Source = list[0]
		for _, c := range list {
			if c.System == cert.EUHolder {
				e.Maker.Source = c
			}
		}
	}
	by := s.Field(10)
	e.Clinician = cert.Name{Family: by.Component(2).Sub(1).String(), Given: by.Component(3).String()}.String()
	e.Centre.Name = s.Field(11).Component(4).Sub(1).String()
	if e.Centre.Name == "" {
		e.Centre.Name = s.Field(27).Component(1).String() // 2.7 and later
	}
	for _, o := range d.obx {
		about(o, e, &it)
	}
	it.Finish(r.o, r.places(intake.Places{
		"events.0": place(s), "events.0.date": place(s, 3), "events.0.product": place(s, 5), "events.0.disease": place(s, 5), "events.0.lot": place(s, 15),
		"events.0.clinician": place(s, 10), "events.0.centre": place(s, 11), "events.0.basis": place(s, 9),
	}), r.nameOf(d, e, &it)...)
	r.out.Items = append(r.out.Items, it)
}

// given reads whether the dose was given (table 0322), and whether the message
// adds, corrects or takes back what a register has (table 0323).
func given(s Segment, it *intake.Item, add func(intake.Severity, intake.Code, ...int)) {
	switch s.Field(20).String() {
	case "CP", "":
	default: // refused, not administered, partially
		add(intake.Error, intake.NotGiven, 20)
	}
	switch s.Field(21).String() {
	case "A", "":
	case "U":
		it.Do = intake.Replace
	case "D":
		it.Do = intake.Withdraw
		add(intake.Information, intake.Cancelled, 21)
	default:
		add(intake.Error, intake.UnknownCode, 21)
	}
}

// vaccine reads RXA-5: the code of the CDC, of the European register or of WHO,
// of a kind of vaccine in SNOMED CT or ATC.
func vaccine(s Segment, e *cert.Vaccination, add func(intake.Severity, intake.Code, ...int)) {
	disease := ""
	for _, c := range codings(s.Field(5)) {
		switch c.System {
		case cert.CVX:
			if c.Code == "998" || c.Code == "999" { // none, unknown
				add(intake.Error, intake.NotGiven, 5)
				return
			}
			known := vocab.VaccineOf(c.Code)
			if e.Product.Source.Code == "" {
				e.Product = cert.Coded{Source: c, Mapped: vocab.Product(known.Product)}
			}
			if e.Prophylaxis.Source.Code == "" {
				e.Prophylaxis = cert.Coded{Source: c, Mapped: vocab.Prophylaxis(known.Kind)}
			}
		case cert.EUVaccine, cert.PreQual:
			e.Product = cert.Coded{Source: c}
		case cert.SNOMED, cert.ATC, cert.ICD11:
			e.Prophylaxis = cert.Coded{Source: c}
		default:
			add(intake.Information, intake.UnknownCode, 5)
			continue
		}
		one := vocab.DiseaseOf(c)
		if one == "" {
			one = cert.DiseaseOf(c)
		}
		switch {
		case disease == "":
			disease = one
		case one != "" && one != disease:
			add(intake.Error, intake.Contradiction, 5)
		}
	}
	if disease != "" {
		e.Disease.Mapped = cert.Coding{System: cert.SNOMED, Code: disease}
	} else {
		add(intake.Error, intake.UnknownCode, 5)
	}
}

// basis reads how the sender knows of the dose (CDC's table NIP001 in RXA-9).
func basis(s Segment, add func(intake.Severity, intake.Code, ...int)) cert.Basis {
	for _, v := range s.Field(9).Repetitions {
		switch v.Component(1).String() {
		case "00":
			return cert.Administered
		case "05", "08": // another registry, a public agency
			return cert.Registry
		case "01", "02", "03", "06", "07": // from a paper, of whatever kind
			return cert.Transcribed
		case "04":
			add(intake.Error, intake.Recalled, 9)
			return ""
		}
	}
	return ""
}

// about reads an observation about the dose, by its LOINC code.
func about(o Segment, e *cert.Vaccination, it *intake.Item) {
	add := func(severity intake.Severity, c intake.Code) {
		it.Findings = append(it.Findings, intake.Finding{Severity: severity, Code: c, Place: place(o, 5)})
	}
	number := func() int {
		n, err := strconv.ParseUint(o.Field(5).String(), 10, 8)
		if err != nil {
			add(intake.Error, intake.Unreadable)
		}
		return int(n)
	}
	code := cert.Coding{}
	if list := codings(o.Field(3)); len(list) > 0 && list[0].System == cert.LOINC {
		code = list[0]
	}
	switch code.Code {
	case "30973-2": // dose number in series
		e.Dose = number()
	case "59782-3": // number of doses in primary series
		e.Doses = number()
	case "30980-7": // date vaccine due
		d, ok := day(o.Field(5))
		if e.NextDue = d; !ok {
			add(intake.Warning, intake.Unreadable)
		}
	case "59781-5": // dose validity
		if o.Field(5).String() == "N" {
			add(intake.Error, intake.NotGiven)
		}
	case "75323-6": // condition: the disease that the dose is against
		list := codings(o.Field(5))
		if len(list) == 0 || cert.DiseaseOf(list[0]) == "" {
			add(intake.Warning, intake.UnknownCode)
			return
		}
		if e.Disease.Mapped.Code != cert.DiseaseOf(list[0]) {
			add(intake.Error, intake.Contradiction)
		}
	default:
		add(intake.Information, intake.Left)
	}
}

// nameOf is what the sender calls the dose: the number of its order; or, in
// messages without orders, the patient's number, the vaccine and the day.
func (r *reader) nameOf(d shot, e *cert.Vaccination, it *intake.Item) []string {
	number, by := identifierOf(d.orc.Field(3)), "filler"
	if number == "" {
		number, by = identifierOf(d.orc.Field(2)), "placer"
	}
	if number == "" && r.patient.id != "" {
		number, by = r.patient.id+"|"+e.Date.String(), "patient"
	}
	if number == "" {
		it.Findings = append(it.Findings, intake.Finding{Severity: intake.Error, Code: intake.Missing, Place: place(d.rxa, 3)})
	}
	return []string{"hl7", r.out.Sender, by, number, e.Product.Source.Code + "|" + e.Prophylaxis.Source.Code}
}
