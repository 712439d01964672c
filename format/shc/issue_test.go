package shc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/trust"
)

func issue(t testing.TB, c *cert.Certificate) string {
	t.Helper()
	text, err := demo(t).Issue(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What a card can carry survives issue and read.
func TestRoundTrip(t *testing.T) {
	in := person(aDose(), aTest(), &cert.Antibody{
		Statement: cert.Statement{Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
		Type:      cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: "94762-2"}}, SampledAt: issuedAt, Result: cert.Detected,
	}, &cert.Vaccination{
		Statement: cert.Statement{Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: "14189004"}}},
		Product:   cert.Coded{Source: cert.Coding{System: cert.CVX, Code: "03"}}, Date: cert.Date{Year: 1999},
	})
	in.Signed.Until = issuedAt.Add(time.Hour + 250*time.Millisecond)
	numeric, err := shc.Numeric(issue(t, in))
	if err != nil {
		t.Fatal(err)
	}
	s := verify(t, numeric)
	c := s.Certificate
	if !reflect.DeepEqual(c.Subject, in.Subject) || c.Signed != (cert.Period{Issued: issuedAt, From: issuedAt, Until: in.Signed.Until}) {
		t.Errorf("%+v %+v", c.Subject, c.Signed)
	}
	a, b := aDose(), c.Events[0].(*cert.Vaccination)
	if b.ID != a.ID || b.Disease.Code() != cert.COVID19 || b.Product != a.Product || b.Maker != a.Maker || b.Lot != a.Lot || b.Date != a.Date ||
		b.Dose != a.Dose || b.Doses != a.Doses || b.Centre != a.Centre {
		t.Errorf("dose became %+v", b)
	}
	x, y := aTest(), c.Events[1].(*cert.Test)
	if y.Disease.Code() != cert.COVID19 || y.Type.Code() != x.Type.Code() || y.Method != x.Method || !y.SampledAt.Equal(x.SampledAt) ||
		y.SampledAt.Format(time.RFC3339) != x.SampledAt.Format(time.RFC3339) || !y.ReportedAt.Equal(x.ReportedAt) ||
		y.Outcome.Code() != x.Outcome.Code() || y.Result != x.Result || y.Laboratory != x.Laboratory {
		t.Errorf("test became %+v", y)
	}
	if e := c.Events[2].(*cert.Antibody); e.Result != cert.Detected || e.Type.Code() != "94762-2" {
		t.Errorf("antibody test became %+v", e)
	}
	if e := c.Events[3].(*cert.Vaccination); e.Disease.Code() != "14189004" || e.Product.Code() != "03" || e.Date.String() != "1999" {
		t.Errorf("measles became %+v", e)
	}
	if len(c.Losses) != 0 || len(shc.Schema(s.Raw)) != 0 {
		t.Errorf("losses %v, issues %v", c.Losses, shc.Schema(s.Raw))
	}
}

// A card is minified: no identifier, text or display but what the model has, no
// white space, relative URLs.
func TestMinified(t *testing.T) {
	s := verify(t, issue(t, person(aDose())))
	for _, bad := range []string{`"id"`, `"meta"`, `"text"`, "\n", ": ", "urn:uuid", `"gender"`} {
		if strings.Contains(string(s.Raw), bad) {
			t.Errorf("the payload has %s", bad)
		}
	}
	if !strings.HasPrefix(string(s.Raw), `{"iss":"https://health.example/issuer","nbf":1622548800,"vc":{"type":["https://smarthealth.cards#health-card"],`) {
		t.Errorf("begins %.120s", s.Raw)
	}
}

// The key set that an issuer publishes is one that verifiers read.
func TestKeySet(t *testing.T) {
	set, err := shc.KeySet(demoKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	u, err := shc.Read(issue(t, person(aTest())))
	if err != nil {
		t.Fatal(err)
	}
	s, err := u.Verify(publicKeys(t, string(set)))
	if err != nil || s.Key.ID != demo(t).Key.ID || len(s.Signature) != 64 {
		t.Errorf("%v", err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shc.KeySet(p384.Public()); err == nil {
		t.Error("a key on P-384 is in a key set")
	}
}

// RFC 7638 has an example of an RSA key alone; this is the first key of the
// framework's examples.
func TestThumbprint(t *testing.T) {
	keys := publicKeys(t, `{"keys":[{"kty":"EC","kid":"3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s","use":"sig","alg":"ES256","crv":"P-256","x":"11XvRWy1I2S0EyJlyf_bWfw_TQ5CJJNLw78bHXNxcgw","y":"eZXwxvO1hvCY0KucrPfKo7yAyMT6Ajc3N7OkAB6VYy8"}]}`)
	for _, k := range keys.All() {
		if id, err := shc.Thumbprint(k.Public); err != nil || id != k.ID {
			t.Errorf("%v: %x", err, id)
		}
	}
}

// An identifier for withdrawal is in the card, or keeps it from being made.
func TestRevocationID(t *testing.T) {
	i := demo(t)
	for id, ok := range map[string]bool{"": true, "MKyCxh7p6uQ": true, "_-": true, strings.Repeat("a", 24): true, strings.Repeat("a", 25): false, "a.1": false, "ä": false} {
		i.RevocationID = func(*cert.Certificate) string { return id }
		text, err := i.Issue(person(aDose()), rand.Reader)
		if (err == nil) != ok {
			t.Errorf("%q: %v", id, err)
		}
		if err == nil && shc.RevocationID(verify(t, text).Raw) != id {
			t.Errorf("%q is not in the card", id)
		}
	}
}

// A card is not made of what it cannot say, and the reason names the field and
// nothing of the person.
func TestIssueRefuses(t *testing.T) {
	change := func(f func(c *cert.Certificate)) *cert.Certificate {
		c := person(aDose())
		f(c)
		return c
	}
	for _, v := range []struct {
		comment string
		cert    *cert.Certificate
		want    string
	}{
		{"no events", person(), "events missing"},
		{"a recovery", person(&cert.Recovery{}), "events.0 type"},
		{"no name", change(func(c *cert.Certificate) { c.Subject.Names = nil }), "subject.names missing"},
		{"a name not in UTF-8", change(func(c *cert.Certificate) { c.Subject.Names[0].Family = "\xff" }), "subject.names.0.family pattern"},
		{"no birth date", change(func(c *cert.Certificate) { c.Subject.BirthDate = cert.Date{} }), "subject.birth_date missing"},
		{"not issued", change(func(c *cert.Certificate) { c.Signed.Issued = time.Time{} }), "signed.issued missing"},
		{"expired before", change(func(c *cert.Certificate) { c.Signed.Until = issuedAt }), "signed.until conflict"},
		{"valid later", change(func(c *cert.Certificate) { c.Signed.From = issuedAt.Add(1) }), "signed.from conflict"},
		{"no product", change(func(c *cert.Certificate) { c.Events[0].(*cert.Vaccination).Product = cert.Coded{} }), "events.0.product missing"},
		{"no day", change(func(c *cert.Certificate) { c.Events[0].(*cert.Vaccination).Date = cert.Date{} }), "events.0.date missing"},
		{"a test for something else", person(&cert.Test{Method: cert.NucleicAcid}), "events.0.disease type"},
		{"no outcome", person(func() *cert.Test { e := aTest(); e.Outcome, e.Result = cert.Coded{}, ""; return e }()), "events.0.outcome missing"},
		{"no sample", person(func() *cert.Test { e := aTest(); e.SampledAt = time.Time{}; return e }()), "events.0.sampled_at missing"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			text, err := demo(t).Issue(v.cert, rand.Reader)
			e, ok := errors.AsType[*shc.FieldError](err)
			if !ok || e.Field+" "+e.What != v.want || text != "" || strings.Contains(err.Error(), "Secret") {
				t.Errorf("got %v, want %s", err, v.want)
			}
		})
	}
}

// Only a key that may sign the certificate does.
func TestIssueRefusesKeys(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		comment string
		change  func(i *shc.Issuer)
		want    string
	}{
		{"no signer", func(i *shc.Issuer) { i.Signer = nil }, "key missing"},
		{"another curve", func(i *shc.Issuer) { i.Signer = p384 }, "key type"},
		{"another key", func(i *shc.Issuer) { i.Signer = crypto.Signer(other) }, "key conflict"},
		{"another identifier", func(i *shc.Issuer) { i.Key.ID = "12345678" }, "key.id conflict"},
		{"no URL", func(i *shc.Issuer) { i.URL = "" }, "url pattern"},
		{"a slash at the end", func(i *shc.Issuer) { i.URL += "/" }, "url pattern"},
		{"another use", func(i *shc.Issuer) { i.Key.Uses = trust.Uses{Of: []trust.Use{trust.Test}} }, "key.uses conflict"},
		{"no use", func(i *shc.Issuer) { i.Key.Uses = trust.Uses{} }, "key.uses conflict"},
		{"a key that has ended", func(i *shc.Issuer) { i.Key.NotAfter = issuedAt.Add(-1) }, "signed.issued conflict"},
	} {
		i := demo(t)
		v.change(&i)
		_, err := i.Issue(person(aDose()), rand.Reader)
		if e, ok := errors.AsType[*shc.FieldError](err); !ok || e.Field+" "+e.What != v.want {
			t.Errorf("%s: got %v, want %s", v.comment, err, v.want)
		}
	}
}
