// Package fhir answers one question: what does this JSON of FHIR R4 ask an
// issuer to certify, and what is the answer to its sender?
//
// [Read] takes a Bundle (collection, transaction, batch, message or document),
// or a single Observation, DiagnosticReport or Immunization with what it
// contains, and makes certificates of it: one for each test or antibody test,
// and each dose. [Outcome] answers with an OperationOutcome.
//
// The resources are read as format/shc reads them (internal/fhir), and what
// messages have beside health cards is read here: references, contained
// resources, specimens, organizations, reports, statuses. What a health card's
// reader notes as a loss is a finding here, and an error where it would have to
// guess: a moment without an offset, a date where the time of day counts, a
// modifier extension.
//
// # References
//
// A reference is resolved within the document alone: "#id" in the resource that
// contains it; the fullUrl of an entry; "Type/id" of an entry. Nothing is
// fetched. A resource about a patient who is not there is refused.
//
// # Limits
//
// A text has at most [MaxText] bytes; package jcs bounds depth, values and
// members, and refuses a member that stands twice.
//
// docs/intake.md has the tables of fields. Sources: HL7 FHIR 4.0.1.
package fhir

import (
	"errors"
	"fmt"
	"strings"

	resource "github.com/pratique/pratique/internal/fhir"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/issue/intake"
)

// MaxText is the longest text that is read, in bytes.
const MaxText = 1 << 20

// What can be wrong with a text as a whole; or a [jcs.Error].
var (
	ErrTooLong  = errors.New("longer than the limit")
	ErrResource = errors.New("not a resource of FHIR that is read")
)

// Read makes certificates of a text. What cannot be used is among the findings,
// by the FHIRPath expression of its place: "Bundle.entry[2].resource.status".
func Read(text []byte, o intake.Options) (intake.Message, error) {
	if len(text) > MaxText {
		return intake.Message{}, fmt.Errorf("reading FHIR: %w", ErrTooLong)
	}
	root, err := jcs.Parse(string(text))
	if err != nil {
		return intake.Message{}, fmt.Errorf("reading FHIR: %w", err)
	}
	r := &reader{o: o, root: root, index: map[string]jcs.Value{}, reports: map[jcs.Value]jcs.Value{}, out: intake.Message{Format: "fhir"}}
	switch kind := resource.KindOf(root); kind {
	case "Bundle":
		if !r.bundle() {
			return r.out, nil
		}
	case "Observation", "DiagnosticReport", "Immunization":
		r.out.ID = text1(root.Get("id"))
		r.resources = append(r.resources, root)
		for _, c := range root.Get("contained").Items {
			r.resources = append(r.resources, c)
		}
	default:
		return intake.Message{}, fmt.Errorf("reading FHIR: %w", ErrResource)
	}
	if !r.purpose() {
		return r.out, nil
	}
	r.read()
	return r.out, nil
}

func text1(v jcs.Value) string {
	s, _ := v.Text()
	return s
}

// reader fills a message with what resources say.
type reader struct {
	o         intake.Options
	root      jcs.Value
	resources []jcs.Value
	index     map[string]jcs.Value    // by fullUrl, and by type and identifier
	reports   map[jcs.Value]jcs.Value // of an observation
	patients  []jcs.Value
	out       intake.Message
}

func (r *reader) say(s intake.Severity, c intake.Code, at string) {
	r.out.Findings = append(r.out.Findings, intake.Finding{Severity: s, Code: c, Place: at})
}

// at is the FHIRPath expression of a value, or of a member of it that may be missing.
func (r *reader) at(v jcs.Value, members ...string) string {
	path := v.Path(r.root)
	for _, m := range members {
		if path != "" {
			path += "."
		}
		path += m
	}
	return r.expression(path)
}

// expression turns "entry.0.resource" into "Bundle.entry[0].resource".
func (r *reader) expression(path string) string {
	var b strings.Builder
	b.WriteString(resource.KindOf(r.root))
	for part := range strings.SplitSeq(path, ".") {
		switch {
		case part == "":
		case part[0] >= '0' && part[0] <= '9':
			b.WriteString("[" + part + "]")
		default:
			b.WriteString("." + part)
		}
	}
	return b.String()
}

// bundle lists the resources of a bundle.
func (r *reader) bundle() bool {
	switch text1(r.root.Get("type")) {
	case "collection", "transaction", "batch", "message", "document":
	default:
		r.say(intake.Error, intake.Unsupported, r.at(r.root, "type"))
		return false
	}
	r.out.ID = text1(r.root.Get("identifier").Get("value"))
	if r.out.ID == "" {
		r.out.ID = text1(r.root.Get("id"))
	}
	for _, e := range r.root.Get("entry").Items {
		v := e.Get("resource")
		if text1(e.Get("request").Get("method")) == "DELETE" {
			r.say(intake.Error, intake.Unsupported, r.at(e, "request", "method"))
			continue
		}
		r.resources = append(r.resources, v)
		for _, name := range []string{text1(e.Get("fullUrl")), resource.KindOf(v) + "/" + text1(v.Get("id"))} {
			if name == "" || strings.HasSuffix(name, "/") {
				continue
			}
			if _, twice := r.index[name]; twice {
				r.say(intake.Error, intake.Twice, r.at(e))
				return false
			}
			r.index[name] = v
		}
		if resource.KindOf(v) == "MessageHeader" {
			r.out.Sender = text1(v.Get("source").Get("endpoint"))
		}
	}
	return true
}

// purpose refuses what is marked as a test (v3-ActReason HTEST), or in an
// exercise what is not.
func (r *reader) purpose() bool {
	marked, at := false, r.at(r.root, "meta", "tag")
	for _, v := range append([]jcs.Value{r.root}, r.resources...) {
		for _, tag := range v.Get("meta").Get("tag").Items {
			if text1(tag.Get("code")) == "HTEST" {
				marked, at = true, r.at(tag)
			}
		}
	}
	if marked != r.o.Exercise {
		r.say(intake.Error, intake.Purpose, at)
		return false
	}
	return true
}

// resolve returns the resource that a reference in another refers to.
func (r *reader) resolve(ref, from jcs.Value) jcs.Value {
	name := text1(ref.Get("reference"))
	if id, ok := strings.CutPrefix(name, "#"); ok {
		for _, c := range from.Get("contained").Items {
			if text1(c.Get("id")) == id && id != "" {
				return c
			}
		}
		return jcs.Value{}
	}
	name, _, _ = strings.Cut(name, "/_history/")
	return r.index[name]
}

// beside are the types of resources that others refer to, or that say nothing of a result.
var beside = []string{
	"Patient", "Specimen", "Organization", "Practitioner", "PractitionerRole", "Location", "Device", "MessageHeader", "Composition", "ServiceRequest", "Encounter", "Provenance",
}

// read reads every resource that asks for a certificate.
func (r *reader) read() {
	for _, v := range r.resources {
		switch resource.KindOf(v) {
		case "Patient":
			r.patients = append(r.patients, v)
		case "DiagnosticReport":
			for _, ref := range v.Get("result").Items {
				if o := r.resolve(ref, v); o.Kind() != jcs.None {
					r.reports[o] = v
				} else {
					r.say(intake.Error, intake.Unresolved, r.at(ref))
				}
			}
		}
	}
	groups := map[jcs.Value][]test{} // by report
	var order []jcs.Value
	for _, v := range r.resources {
		switch kind := resource.KindOf(v); kind {
		case "Observation":
			if v.Get("hasMember").Len() > 0 && v.Get("valueCodeableConcept").Kind() == jcs.None {
				r.say(intake.Information, intake.Left, r.at(v))
				continue
			}
			report := r.reports[v]
			if _, known := groups[report]; !known {
				order = append(order, report)
			}
			groups[report] = append(groups[report], r.test(v, report))
		case "Immunization":
			r.dose(v)
		case "DiagnosticReport":
			if v.Get("result").Len() == 0 {
				r.say(intake.Error, intake.Missing, r.at(v, "result"))
			}
		default:
			if !isBeside(kind) {
				r.say(intake.Information, intake.Left, r.at(v))
			}
		}
	}
	for _, report := range order {
		r.group(groups[report], report.Kind() != jcs.None)
	}
	if len(r.out.Items) == 0 && !intake.HasError(r.out.Findings) {
		r.say(intake.Error, intake.Missing, r.at(r.root))
	}
}

func isBeside(kind string) bool {
	for _, k := range beside {
		if k == kind {
			return true
		}
	}
	return false
}

// group finishes the tests of one report, of which several may say the same;
// tests without a report are each by itself.
func (r *reader) group(tests []test, reported bool) {
	claims := make([]intake.Claim, len(tests))
	for i, t := range tests {
		claims[i] = intake.Claim{Code: t.code.Code, Method: t.method, Says: t.says, Place: t.item.Place, Usable: reported && t.item.Do != intake.Withdraw && !intake.HasError(t.item.Findings)}
	}
	for i, f := range intake.Reduce(claims) {
		t := tests[i]
		if f != nil && f.Severity != intake.Error {
			r.out.Findings = append(r.out.Findings, *f)
			continue
		}
		if f != nil {
			t.item.Findings = append(t.item.Findings, *f)
		}
		t.item.Finish(r.o, t.places, append([]string{"fhir", r.out.Sender}, t.name...)...)
		r.out.Items = append(r.out.Items, t.item)
	}
}
