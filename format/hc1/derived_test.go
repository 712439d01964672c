package hc1_test

import (
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/trust"
)

func aDerivation() *cert.Derivation {
	at := time.Date(2021, 6, 1, 0, 0, 0, 0, time.UTC)
	return &cert.Derivation{
		Country: "XB", Issuer: "https://health.sudmark.example", KeyID: "MTIzNDU2Nzg=", Signer: "AAEC", Format: "shc", Content: "card",
		Hash: strings.Repeat("0a", 32), Issued: at, Until: at.AddDate(9, 0, 0),
		Marks: []string{"by-rid 00112233445566778899aabbccddeeff", "by-signature 00112233445566778899aabbccddeef0"},
	}
}

func endorser() hc1.Issuer {
	i := demo()
	i.Key.Uses = trust.Uses{Of: []trust.Use{trust.Derived}}
	return i
}

// What a certificate was derived from comes back as it was stated, in both kinds of content.
func TestADerivationIsReadAgain(t *testing.T) {
	for name, c := range map[string]*cert.Certificate{"test": testCertificate(), "vaccination": vaccinationCertificate(), "recovery": recoveryCertificate()} {
		c.Derived = aDerivation()
		s := verify(t, issue(t, endorser(), c))
		if got := s.Certificate; got.Derived == nil || !reflect.DeepEqual(got.Derived, c.Derived) || len(got.Losses) != 0 {
			t.Errorf("%s: %+v, losses %v", name, got.Derived, got.Losses)
		}
		if issues := hc1.Schema(s.Raw); issues != nil {
			t.Errorf("%s: %v", name, issues)
		}
	}
}

// A derived certificate is made by a key for such alone, and no longer than its original.
func TestWhatMayNotBeDerived(t *testing.T) {
	for _, v := range []struct {
		comment string
		issuer  hc1.Issuer
		change  func(c *cert.Certificate)
		field   string
	}{
		{"a key for originals", demo(), func(*cert.Certificate) {}, "key.uses"},
		{"an original by a key for derived ones", endorser(), func(c *cert.Certificate) { c.Derived = nil }, "key.uses"},
		{"from one's own", endorser(), func(c *cert.Certificate) { c.Derived.Country = "XA" }, "derived.country"},
		{"longer than the original", endorser(), func(c *cert.Certificate) { c.Derived.Until = c.Signed.Until.Add(-time.Second) }, "signed.until"},
		{"from nothing", endorser(), func(c *cert.Certificate) { c.Derived = &cert.Derivation{} }, "derived"},
		{"a hash that is none", endorser(), func(c *cert.Certificate) { c.Derived.Hash = strings.Repeat("x", 64) }, "derived"},
		{"no format", endorser(), func(c *cert.Certificate) { c.Derived.Format = "" }, "derived"},
		{"a mark that is none", endorser(), func(c *cert.Certificate) { c.Derived.Marks = []string{"by-uci"} }, "derived"},
		{"more marks than are read", endorser(), func(c *cert.Certificate) {
			for len(c.Derived.Marks) < 17 {
				c.Derived.Marks = append(c.Derived.Marks, c.Derived.Marks[0])
			}
		}, "derived"},
	} {
		c := vaccinationCertificate()
		c.Derived = aDerivation()
		v.change(c)
		_, err := v.issuer.Issue(c, rand.Reader)
		if e, ok := errors.AsType[*hc1.FieldError](err); !ok || e.Field != v.field {
			t.Errorf("%s: %v, want %s", v.comment, err, v.field)
		}
	}
	c := vaccinationCertificate()
	c.Derived = aDerivation()
	c.Derived.Until = c.Signed.Until
	if _, err := endorser().Issue(c, rand.Reader); err != nil {
		t.Errorf("as long as the original: %v", err)
	}
}

// A test that another format codes by the very kit is coded by its method, which
// is all that the European value set has.
func TestATestOfAnotherFormatIsCodedByItsMethod(t *testing.T) {
	c := testCertificate()
	e := c.Events[0].(*cert.Test)
	e.Type = cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "94500-6"}, Mapped: cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}}
	e.Method = cert.NucleicAcid
	got := verify(t, issue(t, demo(), c)).Certificate.Events[0].(*cert.Test)
	if got.Type.Source.Code != cert.CodeNucleicAcid || got.Method != cert.NucleicAcid {
		t.Errorf("%+v, %s", got.Type, got.Method)
	}
}
