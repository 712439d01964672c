package keys_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

func newAuthority(t *testing.T) *keys.Key {
	t.Helper()
	k, err := keys.NewAuthority(keys.Options{Country: "XA", Demo: true, NotBefore: from, NotAfter: from.AddDate(15, 0, 0)}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// What a certified signer seals, whoever trusts the authority verifies.
func TestASignerOfSealsIsCertified(t *testing.T) {
	authority := newAuthority(t)
	signer, err := authority.Certify(keys.Options{NotBefore: from, NotAfter: until}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file, err := signer.File()
	if err != nil {
		t.Fatal(err)
	}
	if signer, err = keys.Parse(file, ""); err != nil {
		t.Fatal(err)
	}
	uses, ok := vds.SignerUses(signer.Certificate.Raw)
	if !ok || !signer.Demo() || signer.Country() != "XA" || signer.Authority() || !authority.Authority() || !signer.Certificate.NotAfter.Equal(until.AddDate(10, 0, 0)) {
		t.Errorf("signer of %s, uses %v, until %s", signer.Country(), uses, signer.Certificate.NotAfter)
	}
	k := signer.Public()
	k.Uses = trust.Uses{Of: uses}
	at := from.AddDate(0, 1, 0)
	c := &cert.Certificate{
		Signed: cert.Period{Issued: at}, Subject: cert.Person{Names: []cert.Name{{Family: "Doe"}}, BirthDate: cert.Date{Year: 1979, Month: 4, Day: 14}},
		Events: []cert.Event{&cert.Test{
			Statement: cert.Statement{ID: "T1", Country: "XAA", Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
			Method:    cert.NucleicAcid, SampledAt: at.Add(-time.Hour), ReportedAt: at, Result: cert.NotDetected, Laboratory: cert.Facility{Name: "Lab"},
		}},
	}
	i := vds.Issuer{Signer: signer.Signer, Key: k, Country: "XAA"}
	text, err := i.Issue(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	u, err := vds.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	csca, err := lists.Authority(authority.Certificate.Raw)
	if err != nil {
		t.Fatal(err)
	}
	var trusted trust.Keys
	trusted.Add(csca)
	s, err := u.Verify(&trusted)
	if err != nil || !s.Key.Uses.Allows(trust.Test) || !s.Key.Demo || s.Key.Country != "XA" {
		t.Errorf("%+v, %v", s.Key, err)
	}
	// After the private key's usage period nothing is sealed.
	c.Signed.Issued = until.AddDate(0, 0, 1)
	if _, err := i.Issue(c, rand.Reader); err == nil {
		t.Error("sealed after the end of the key's usage")
	}
}

func TestWhatAnAuthorityCannotCertify(t *testing.T) {
	authority := newAuthority(t)
	for _, v := range []struct {
		comment string
		by      *keys.Key
		o       keys.Options
		want    error
	}{
		{"a key that is no authority", newKey(t, keys.Options{Country: "XA", Demo: true}), keys.Options{NotBefore: from, NotAfter: until}, keys.ErrAuthority},
		{"before the authority", authority, keys.Options{NotBefore: from.AddDate(0, 0, -1), NotAfter: until}, keys.ErrAuthority},
		{"beyond the authority", authority, keys.Options{NotBefore: from, NotAfter: from.AddDate(16, 0, 0)}, keys.ErrAuthority},
		{"recoveries", authority, keys.Options{NotBefore: from, NotAfter: until, Uses: []trust.Use{trust.Recovery}}, keys.ErrUse},
	} {
		if k, err := v.by.Certify(v.o, rand.Reader); !errors.Is(err, v.want) || k != nil {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
	if _, err := authority.Certify(keys.Options{NotBefore: until, NotAfter: from}, rand.Reader); err == nil {
		t.Error("certified for no time")
	}
	if _, err := keys.NewAuthority(keys.Options{Country: "CH", Demo: true, NotBefore: from, NotAfter: until}, rand.Reader); !errors.Is(err, keys.ErrInvented) {
		t.Error("a demo authority of a real country")
	}
	// A signer's certificate ends with its authority's.
	late, err := authority.Certify(keys.Options{NotBefore: from, NotAfter: from.AddDate(14, 0, 0), Uses: []trust.Use{trust.Vaccination}}, rand.Reader)
	if err != nil || !late.Certificate.NotAfter.Equal(authority.Certificate.NotAfter) {
		t.Error(err)
	}
}
