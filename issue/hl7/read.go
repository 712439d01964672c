package hl7

import (
	"strconv"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/intake"
)

// Read makes certificates of a message: of ORU^R01 one for each result, of
// VXU^V04 one for each dose. What cannot be used is among the findings, by its
// place: "OBX[2]-5" is field 5 of the second segment OBX of the message.
func Read(m *Message, o intake.Options) intake.Message {
	h := m.Header()
	r := &reader{m: m, o: o, out: &intake.Message{Format: "hl7", Sender: sender(h), ID: m.ID()}}
	if zone := r.zoneOf(h.Field(7)); zone != nil {
		r.o.Zone = zone // MSH-7: its offset holds for the whole message
	}
	if !r.header(h) {
		return *r.out
	}
	switch m.Type() {
	case "ORU^R01":
		r.results()
	case "VXU^V04":
		r.vaccinations()
	}
	if len(r.out.Items) == 0 && !intake.HasError(r.out.Findings) {
		r.say(intake.Error, intake.Missing, map[string]string{"ORU^R01": "OBX[1]", "VXU^V04": "RXA[1]"}[m.Type()])
	}
	return *r.out
}

// sender is what the sender calls itself: facility and application.
func sender(h Segment) string {
	return strings.Trim(h.Field(4).String()+"|"+h.Field(3).String(), "|")
}

// reader fills a message with what segments say.
type reader struct {
	m   *Message
	o   intake.Options
	out *intake.Message

	patient *patient // of the segments that come
}

// patient is what the segments PID and NK1 say.
type patient struct {
	person   cert.Person
	findings []intake.Finding
	places   intake.Places
	id       string // the sender's
}

func (r *reader) say(s intake.Severity, c intake.Code, at string) {
	r.out.Findings = append(r.out.Findings, intake.Finding{Severity: s, Code: c, Place: at})
}

// place names a field, or a component of it: "PID[1]-5.1".
func place(s Segment, path ...int) string {
	if len(path) == 0 {
		return s.Name + "[" + strconv.Itoa(max(s.Number, 1)) + "]"
	}
	at := place(s) + "-" + strconv.Itoa(path[0])
	for _, n := range path[1:] {
		at += "." + strconv.Itoa(n)
	}
	return at
}

// header checks what the message says of itself.
func (r *reader) header(h Segment) bool {
	t := r.m.Type()
	switch version := r.m.Version(); {
	case t != "ORU^R01" && t != "VXU^V04":
		r.say(intake.Error, intake.Unsupported, place(h, 9))
	case r.m.ID() == "":
		r.say(intake.Error, intake.Missing, place(h, 10))
	case !read(version):
		r.say(intake.Error, intake.Version, place(h, 12))
	case (h.Field(11).String() == "P") == r.o.Exercise:
		r.say(intake.Error, intake.Purpose, place(h, 11))
	default:
		return true
	}
	return false
}

// versions are those whose segments are read (HL7 table 0104).
var versions = []string{"2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2"}

func read(version string) bool {
	for _, v := range versions {
		if v == version {
			return true
		}
	}
	return false
}

// person reads the segment PID.
func (r *reader) person(s Segment) *patient {
	p := &patient{places: intake.Places{"subject": place(s), "subject.names": place(s, 5), "subject.birth_date": place(s, 7)}}
	say := func(severity intake.Severity, c intake.Code, path ...int) {
		p.findings = append(p.findings, intake.Finding{Severity: severity, Code: c, Place: place(s, path...)})
	}
	for n, id := range s.Field(3).Repetitions {
		switch number, ok := id.Component(1).Text(); {
		case !ok:
			say(intake.Warning, intake.Unreadable, 3)
		case id.Component(5).String() == "PPN":
			p.person.Documents = append(p.person.Documents, cert.Document{Type: "passport", Number: number, Country: id.Component(4).String()})
		case n == 1:
			p.id = number
		}
	}
	p.names(s.Field(5), say)
	if d, ok := day(s.Field(7)); ok {
		p.person.BirthDate = d
	} else {
		say(intake.Error, intake.Unreadable, 7)
	}
	switch s.Field(8).String() { // table 0001
	case "F":
		p.person.Sex = cert.Female
	case "M":
		p.person.Sex = cert.Male
	case "O", "A", "N", "X":
		p.person.Sex = cert.Unspecified
	case "U", "":
	default:
		say(intake.Warning, intake.UnknownCode, 8)
	}
	if n := s.Field(26).String(); len(n) == 2 || len(n) == 3 {
		p.person.Nationality = n
	} else if n != "" {
		say(intake.Warning, intake.UnknownCode, 26)
	}
	return p
}

// names reads the names of a person (XPN): the legal ones, or those of no stated type.
func (p *patient) names(v Value, say func(intake.Severity, intake.Code, ...int)) {
	pseudonym := false
	for _, x := range v.Repetitions {
		switch x.Component(7).String() { // table 0200
		case "", "L", "D", "U", "C", "R", "I":
		case "S":
			pseudonym = true
			continue
		default:
			say(intake.Information, intake.Left, 5)
			continue
		}
		var n cert.Name
		family, ok1 := x.Component(1).Text()
		given, ok2 := x.Component(2).Text()
		more, ok3 := x.Component(3).Text()
		if !ok1 || !ok2 || !ok3 {
			say(intake.Error, intake.Unreadable, 5)
			continue
		}
		n.Family, n.Given = family, strings.TrimSpace(given+" "+more)
		if n != (cert.Name{}) {
			p.person.Names = append(p.person.Names, n)
		}
	}
	if pseudonym && len(p.person.Names) == 0 {
		say(intake.Error, intake.Pseudonym, 5)
	}
}

// guardian reads the segment NK1 of a parent or guardian (table 0063).
func (p *patient) guardian(s Segment) {
	switch s.Field(3).String() {
	case "GRD", "PAR", "MTH", "FTH":
	default:
		return
	}
	name := s.Field(2)
	n := cert.Name{Family: name.Component(1).String(), Given: name.Component(2).String()}
	if p.person.Guardian == nil && n != (cert.Name{}) {
		p.person.Guardian = &cert.Person{Names: []cert.Name{n}}
	}
}

// item begins an item about the patient.
func (r *reader) item(at string, e cert.Event) intake.Item {
	person := r.patient.person
	person.Names = append([]cert.Name(nil), person.Names...)
	return intake.Item{
		Place: at, Do: intake.Issue, Certificate: &cert.Certificate{Subject: person, Events: []cert.Event{e}},
		Findings: append([]intake.Finding(nil), r.patient.findings...),
	}
}

// places are the patient's and those of an event.
func (r *reader) places(more intake.Places) intake.Places {
	for k, v := range r.patient.places {
		more[k] = v
	}
	return more
}
