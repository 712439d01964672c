package shc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/fhir"
	"github.com/pratique/pratique/internal/jcs"
)

// certificate returns what the card says, new for each who asks.
func (c *card) certificate() (*cert.Certificate, error) {
	if c.unread != nil {
		return nil, c.unread
	}
	if out := c.ready.Swap(nil); out != nil {
		return out, nil
	}
	v, err := jcs.Parse(c.raw)
	if err != nil {
		return nil, &Error{StepJSON, err}
	}
	return c.mapped(v)
}

// mapped maps the payload.
func (c *card) mapped(payload jcs.Value) (*cert.Certificate, error) {
	vc := payload.Get("vc")
	subject := vc.Get("credentialSubject")
	// Each has a room of its own: when a text is made of it is not said.
	var sum, id [2 * sha256.Size]byte
	version, _ := subject.Get("fhirVersion").Text()
	out := &cert.Certificate{
		Carrier: cert.Carrier{Format: "shc", Content: c.kind, Version: version, Hash: string(hex.AppendEncode(sum[:0], c.sum[:]))},
		Issuer:  cert.Issuer{Authority: c.issuer, KeyID: string(base64.StdEncoding.AppendEncode(id[:0], []byte(c.keyID)))},
		Signed:  c.signed,
	}
	m := fhir.Mapper{Certificate: out}
	if c.kind != kindFHIR {
		m.Note("vc", fhir.NotMapped)
		return out, nil
	}
	for k := range vc.Members {
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
