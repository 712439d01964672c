package shc

import (
	"strconv"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/fhir"
	"github.com/pratique/pratique/internal/jcs"
)

// Issue is a place where content breaks the profile of a health card. It
// repeats nothing of the content.
type Issue struct {
	Path string // in the payload: "vc.credentialSubject.fhirBundle.entry.0.resource.name"
	What string // missing, type, pattern, date, date_time, value, several, no_schema
}

// Schema lists where a payload (trust.Signed.Raw) breaks the profile of a
// health card (SMART Health Cards Framework 1.4.0, sections on the credential
// and on its modelling): the type, the version of FHIR, a collection, its URLs,
// exactly one patient with a name and a birth date, and of each vaccination and
// test the fields that must be there. That a card is not minified is no issue
// here: it is one of its QR code. The code of an [*Error] is given where the
// payload cannot be read.
//
// A card that breaks its profile can be as genuine as any.
func Schema(raw string) []Issue {
	v, err := payload(raw)
	if err != nil {
		return []Issue{{What: err.(*Error).Code()}}
	}
	var c checker
	vc := v.Get("vc")
	found := false
	for _, t := range vc.Get("type").Items {
		s, _ := t.Text()
		found = found || s == typeCard
	}
	if !found {
		return []Issue{{"vc.type", "no_schema"}}
	}
	if id := vc.Get("rid"); id.Kind() != jcs.None && RevocationID(raw) == "" {
		c.add("vc.rid", issuePattern)
	}
	subject, at := vc.Get("credentialSubject"), "vc.credentialSubject."
	version, _ := subject.Get("fhirVersion").Text()
	if !strings.HasPrefix(version, "4.0.") {
		c.add(at+"fhirVersion", "value")
	}
	c.bundle(at+"fhirBundle", subject.Get("fhirBundle"))
	return c.issues
}

// checker collects issues.
type checker struct{ issues []Issue }

func (c *checker) add(path, what string) { c.issues = append(c.issues, Issue{path, what}) }

func (c *checker) bundle(at string, bundle jcs.Value) {
	if fhir.KindOf(bundle) != "Bundle" {
		c.add(at, issueMissing)
		return
	}
	if s, _ := bundle.Get("type").Text(); s != "collection" && s != "document" {
		c.add(at+".type", "value")
	}
	patients := 0
	for i, entry := range bundle.Get("entry").Items {
		at := at + ".entry." + strconv.Itoa(i)
		if url, _ := entry.Get("fullUrl").Text(); url != "resource:"+strconv.Itoa(i) {
			c.add(at+".fullUrl", "value")
		}
		r := entry.Get("resource")
		at += ".resource"
		switch fhir.KindOf(r) {
		case "":
			c.add(at, issueMissing)
		case "Patient":
			patients++
			c.patient(at, r)
		case "Immunization":
			c.need(at, r, "status", "vaccineCode.coding", "patient.reference", "occurrenceDateTime")
			c.dateTime(at+".occurrenceDateTime", r.Get("occurrenceDateTime"))
		case "Observation":
			c.need(at, r, "status", "code.coding", "subject.reference", "effectiveDateTime")
			c.dateTime(at+".effectiveDateTime", r.Get("effectiveDateTime"))
		}
	}
	switch {
	case patients == 0:
		c.add(at+".entry", issueMissing)
	case patients > 1:
		c.add(at+".entry", "several")
	}
}

func (c *checker) patient(at string, r jcs.Value) {
	c.need(at, r, "name", "birthDate")
	for i, n := range r.Get("name").Items {
		if n.Get("family").Kind() == jcs.None && n.Get("given").Kind() == jcs.None && n.Get("text").Kind() == jcs.None {
			c.add(at+".name."+strconv.Itoa(i), issueMissing)
		}
	}
	if s, ok := r.Get("birthDate").Text(); ok {
		if d, err := cert.ParseDate(s); err != nil || d.IsZero() {
			c.add(at+".birthDate", "date")
		}
	}
}

// need checks that members, by their paths, are there and hold something.
func (c *checker) need(at string, r jcs.Value, paths ...string) {
	for _, path := range paths {
		v := r
		for _, k := range strings.Split(path, ".") {
			v = v.Get(k)
		}
		empty := v.Raw() == "" || v.Kind() == jcs.Null || v.Kind() == jcs.Array && v.Len() == 0
		if empty {
			c.add(at+"."+path, issueMissing)
		}
	}
}

func (c *checker) dateTime(at string, v jcs.Value) {
	if v.Kind() == jcs.None {
		return
	}
	s, _ := v.Text()
	if _, loss := fhir.Moment(s, nil); loss != "" && loss != fhir.Guessed {
		c.add(at, "date_time")
	}
}
