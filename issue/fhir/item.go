package fhir

import (
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
	resource "github.com/pratique/pratique/internal/fhir"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/issue/intake"
)

// draft is an item that is being read from a resource.
type draft struct {
	r      *reader
	v      jcs.Value // the resource
	m      resource.Mapper
	item   intake.Item
	places intake.Places
}

// begin begins an item of a resource about the patient whom a reference names.
func (r *reader) begin(v jcs.Value, subject ...jcs.Value) *draft {
	d := &draft{r: r, v: v, item: intake.Item{Place: r.at(v), Do: intake.Issue, Certificate: new(cert.Certificate)}}
	d.m = resource.Mapper{Certificate: d.item.Certificate, Base: r.root, Zone: r.o.Zone}
	d.places = intake.Places{"events.0": r.at(v)}
	if v.Get("modifierExtension").Kind() != jcs.None {
		d.add(intake.Error, intake.Unsupported, r.at(v, "modifierExtension"))
	}
	var patient jcs.Value
	for _, ref := range subject {
		if ref.Kind() == jcs.None {
			continue
		}
		if patient = r.resolve(ref, v); resource.KindOf(patient) != "Patient" {
			d.add(intake.Error, intake.Unresolved, r.at(ref))
			return d
		}
		break
	}
	if patient.Kind() == jcs.None {
		d.add(intake.Error, intake.Missing, r.at(v, "subject"))
		return d
	}
	d.patient(patient)
	return d
}

func (d *draft) add(s intake.Severity, c intake.Code, at string) {
	d.item.Findings = append(d.item.Findings, intake.Finding{Severity: s, Code: c, Place: at})
}

// patient reads whom the resource is about.
func (d *draft) patient(v jcs.Value) {
	r := d.r
	d.places["subject"], d.places["subject.names"], d.places["subject.birth_date"] = r.at(v), r.at(v, "name"), r.at(v, "birthDate")
	d.m.Else = func(_ cert.Event, key string, v jcs.Value) bool {
		switch key {
		case "name":
			d.names(v)
		case "identifier":
			for _, id := range v.Items {
				if slices.Contains(codes(id.Get("type")), "PPN") {
					d.m.Document(id)
				}
			}
		case "contact":
			d.guardian(v)
		case "modifierExtension":
			d.add(intake.Error, intake.Unsupported, r.at(v))
		case "text", "language", "telecom", "address", "managingOrganization", "generalPractitioner", "maritalStatus", "communication", "photo":
		default:
			return false
		}
		return true
	}
	d.m.Person(v)
	d.m.Else = nil
}

// names reads the names of a patient that are in use.
func (d *draft) names(v jcs.Value) {
	pseudonym := false
	for _, n := range v.Items {
		switch use := text1(n.Get("use")); use {
		case "", "official", "usual":
			d.m.Name(n)
		case "anonymous":
			pseudonym = true
		default: // old, maiden, nickname, temp
			d.add(intake.Information, intake.Left, d.r.at(n))
		}
	}
	if pseudonym && len(d.m.Subject.Names) == 0 {
		d.add(intake.Error, intake.Pseudonym, d.r.at(v))
	}
}

// guardian reads a contact who is a parent or guardian (v3-RoleCode).
func (d *draft) guardian(v jcs.Value) {
	for _, c := range v.Items {
		for _, rel := range c.Get("relationship").Items {
			if !slices.ContainsFunc(codes(rel), func(s string) bool {
				return slices.Contains([]string{"GUARD", "PRN", "MTH", "FTH"}, s)
			}) || d.m.Subject.Guardian != nil {
				continue
			}
			if s := personName(c.Get("name")); s != "" {
				d.m.Subject.Guardian = &cert.Person{Names: []cert.Name{{Full: s}}}
			}
		}
	}
}

// personName is a HumanName on one line.
func personName(v jcs.Value) string {
	if s := text1(v.Get("text")); s != "" {
		return s
	}
	var parts []string
	for _, g := range v.Get("given").Items {
		parts = append(parts, text1(g))
	}
	return strings.TrimSpace(strings.Join(append(parts, text1(v.Get("family"))), " "))
}

// codes are the codes of a CodeableConcept, in whatever systems.
func codes(v jcs.Value) []string {
	var out []string
	for _, c := range v.Get("coding").Items {
		out = append(out, text1(c.Get("code")))
	}
	return out
}

// organization reads who an actor is: an organization, a practitioner of one,
// or a place; or the name that the reference shows.
func (d *draft) organization(ref jcs.Value) (f cert.Facility, person string) {
	v := d.r.resolve(ref, d.v)
	if resource.KindOf(v) == "PractitionerRole" {
		if p := d.r.resolve(v.Get("practitioner"), v); p.Kind() != jcs.None {
			person = personName(p.Get("name").Item(0))
		}
		v = d.r.resolve(v.Get("organization"), v)
	}
	switch resource.KindOf(v) {
	case "Organization", "Location":
		f = cert.Facility{Name: text1(v.Get("name")), ID: text1(v.Get("identifier").Item(0).Get("value"))}
		f.Country = text1(v.Get("address").Get("country")) // of a Location
		if f.Country == "" {
			f.Country = text1(v.Get("address").Item(0).Get("country"))
		}
	case "Practitioner":
		person = personName(v.Get("name").Item(0))
	default:
		f.Name = text1(ref.Get("display"))
		if f.Name == "" && ref.Get("reference").Kind() != jcs.None {
			d.add(intake.Warning, intake.Unresolved, d.r.at(ref))
		}
	}
	return f, person
}

// findings turns what a reader of health cards notes into findings. The moment
// is the member of the resource that says when the event was.
func (d *draft) findings(moments ...string) {
	for _, l := range d.item.Certificate.Losses {
		at := d.r.expression(l.Field)
		switch l.What {
		case resource.Dropped, resource.Trimmed:
			d.add(intake.Information, intake.Left, at)
		case resource.NotMapped:
			d.add(intake.Warning, intake.UnknownCode, at)
		case resource.AssumedUTC:
			d.add(intake.Error, intake.NoOffset, at)
		case resource.Guessed:
			if slices.Contains(moments, at) {
				d.add(intake.Error, intake.Imprecise, at)
			} else {
				d.add(intake.Warning, intake.Guessed, at)
			}
		default: // null, unreadable
			d.add(intake.Error, intake.Unreadable, at)
		}
	}
	d.item.Certificate.Losses = nil
}

// name is what the sender calls a resource: its identifier; or that of its
// report, and the code; or its address, or its id.
func (d *draft) name(report jcs.Value, code string) []string {
	for _, v := range []jcs.Value{d.v, report} {
		if id := v.Get("identifier").Item(0); text1(id.Get("value")) != "" {
			return []string{"identifier", text1(id.Get("system")), text1(id.Get("value")), code}
		}
	}
	for url, v := range d.r.index {
		if v == d.v && strings.HasPrefix(url, "https://") { // a urn:uuid: is of the message, and another when it is sent again
			return []string{"url", url, code}
		}
	}
	if id := text1(d.v.Get("id")); id != "" && d.r.out.Sender != "" {
		return []string{"id", id, code}
	}
	d.add(intake.Error, intake.Missing, d.r.at(d.v, "identifier"))
	return []string{"none"}
}
