package shc

import (
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/fhir"
	"github.com/pratique/pratique/internal/jcs"
)

// certificate maps the bundle.
func (c *card) certificate() (*cert.Certificate, error) {
	subject := c.payload.Get("vc").Get("credentialSubject")
	version, _ := subject.Get("fhirVersion").Text()
	out := &cert.Certificate{
		Carrier: cert.Carrier{Format: "shc", Content: c.kind, Version: version, Hash: hex.EncodeToString(c.sum[:])},
		Issuer:  cert.Issuer{Authority: c.issuer, KeyID: base64.StdEncoding.EncodeToString([]byte(c.keyID))},
		Signed:  c.signed,
	}
	m := fhir.Mapper{Certificate: out}
	if c.kind != kindFHIR {
		m.Note("vc", fhir.NotMapped)
		return out, nil
	}
	for k := range c.payload.Get("vc").Members {
		if !slices.Contains([]string{"type", "credentialSubject", "rid", "@context"}, k) {
			m.Note("vc."+k, fhir.Dropped)
		}
	}
	bundle := subject.Get("fhirBundle")
	if fhir.KindOf(bundle) != "Bundle" || bundle.Get("entry").Kind() != jcs.Array {
		return nil, &Error{StepPayload, ErrBundle}
	}
	if err := entries(&m, bundle); err != nil {
		return nil, err
	}
	return out, nil
}

// entries maps the entries of a bundle, the patient first.
func entries(m *fhir.Mapper, bundle jcs.Value) error {
	m.Base = bundle
	patients := 0
	for _, entry := range bundle.Get("entry").Items {
		if r := entry.Get("resource"); fhir.KindOf(r) == "Patient" {
			if patients++; patients > 1 {
				return &Error{StepPayload, ErrPatients}
			}
			m.Patient, _ = entry.Get("fullUrl").Text()
			m.Person(r)
		}
	}
	for _, entry := range bundle.Get("entry").Items {
		switch r := entry.Get("resource"); fhir.KindOf(r) {
		case "Patient":
		case "Immunization":
			m.Vaccination(r)
		case "Observation":
			m.Observation(r)
		default:
			m.Lose(entry, fhir.Dropped)
		}
	}
	return nil
}
