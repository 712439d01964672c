package keys_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

func requestOf(t testing.TB, k *keys.Key) []byte {
	t.Helper()
	text, err := k.RequestPEM(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The certificate that an authority makes of a request is put into use by
// appending it to the key file.
func TestTheLoopFromRequestToCertificate(t *testing.T) {
	authority := newAuthority(t)
	for _, alg := range []keys.Algorithm{keys.ES256, keys.PS256} {
		k := newKey(t, keys.Options{Country: "XA", Demo: true, Authority: "Laboratory", Algorithm: alg, Uses: []trust.Use{trust.Test, trust.Stamp}})
		r, err := keys.ParseRequest(requestOf(t, k))
		if err != nil {
			t.Fatal(err)
		}
		if r.Country != "XA" || r.Authority != "Laboratory" || !r.Demo || r.Algorithm != alg || !slices.Equal(r.Uses, []trust.Use{trust.Test, trust.Stamp}) {
			t.Errorf("the request says %+v", r)
		}
		made, err := authority.CertifyRequest(r, keys.Options{NotBefore: from, NotAfter: from.AddDate(1, 0, 0)}, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		file, err := k.File()
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.Parse(append(file, made...), "")
		if err != nil {
			t.Fatal(err)
		}
		if p := got.Public(); got.ID() == k.ID() || p.Authority != keys.DemoName || !slices.Equal(p.Uses.Of, r.Uses) || p.Uses.Any ||
			!got.Certificate.NotAfter.Equal(from.AddDate(1, 0, 0)) || got.Country() != "XA" {
			t.Errorf("the key is now %+v", p)
		}
		if err := got.Certificate.CheckSignatureFrom(authority.Certificate); err != nil {
			t.Errorf("not signed by the authority: %v", err)
		}
		issuer, err := pki.Parse(authority.Certificate.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := pki.Parse(got.Certificate.Raw); err != nil || c.SignedBy(issuer) != nil || c.AuthorityKey != issuer.SubjectKey {
			t.Errorf("verifiers do not find the authority: %v", err)
		}
		// The authority grants less than was asked.
		made, err = authority.CertifyRequest(r, keys.Options{Uses: []trust.Use{trust.Test}, NotBefore: from, NotAfter: from.AddDate(1, 0, 0)}, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = keys.Parse(append(file, made...), ""); err != nil || !slices.Equal(got.Public().Uses.Of, []trust.Use{trust.Test}) {
			t.Errorf("granted the test alone: %v", err)
		}
	}
}

func TestWhatAnAuthorityDoesNotCertify(t *testing.T) {
	authority := newAuthority(t)
	demo := newKey(t, keys.Options{Country: "XA", Demo: true})
	whole := keys.Options{NotBefore: from, NotAfter: until}
	for _, v := range []struct {
		comment string
		by, of  *keys.Key
		o       keys.Options
	}{
		{"a key that is no authority", demo, demo, whole},
		{"another country", authority, newKey(t, keys.Options{Country: "XB", Demo: true}), whole},
		{"a real country", authority, newKey(t, keys.Options{Country: "CH"}), whole},
		{"longer than the authority", authority, demo, keys.Options{NotBefore: from, NotAfter: from.AddDate(16, 0, 0)}},
		{"before the authority", authority, demo, keys.Options{NotBefore: from.Add(-time.Hour), NotAfter: until}},
	} {
		r, err := keys.ParseRequest(requestOf(t, v.of))
		if err != nil {
			t.Fatal(err)
		}
		if made, err := v.by.CertifyRequest(r, v.o, rand.Reader); !errors.Is(err, keys.ErrAuthority) || made != nil {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	r, err := keys.ParseRequest(requestOf(t, demo))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authority.CertifyRequest(r, keys.Options{NotBefore: until, NotAfter: from}, rand.Reader); err == nil {
		t.Error("ends before it begins")
	}
	if _, err := authority.CertifyRequest(r, keys.Options{Uses: []trust.Use{"visa"}, NotBefore: from, NotAfter: until}, rand.Reader); !errors.Is(err, keys.ErrUse) {
		t.Error("a use that no certificate carries")
	}
}

func TestABadRequestIsRefused(t *testing.T) {
	good := requestOf(t, newKey(t, keys.Options{Country: "CH"}))
	b, _ := pem.Decode(good)
	forged := bytes.Clone(b.Bytes)
	forged[len(forged)-1] ^= 1
	block := func(kind string, der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	made := func(curve elliptic.Curve, t2 x509.CertificateRequest) []byte {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &t2, k)
		if err != nil {
			t.Fatal(err)
		}
		return block("CERTIFICATE REQUEST", der)
	}
	country := func(c ...string) x509.CertificateRequest {
		return x509.CertificateRequest{Subject: pkix.Name{Country: c}}
	}
	if _, err := keys.ParseRequest(made(elliptic.P256(), country("CH"))); err != nil {
		t.Fatalf("the request that the others differ from: %v", err)
	}
	unknown := country("CH")
	unknown.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 37}, Value: []byte{0x30, 0x04, 0x06, 0x02, 0x2a, 0x03}}}
	broken := country("CH")
	broken.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 37}, Value: []byte{0x30, 0x04}}}
	for comment, text := range map[string][]byte{
		"nothing":               nil,
		"a certificate":         newKey(t, keys.Options{Country: "CH"}).CertificatePEM(),
		"two requests":          append(bytes.Clone(good), good...),
		"longer than allowed":   append(bytes.Clone(good), make([]byte, keys.MaxSize)...),
		"a changed signature":   block("CERTIFICATE REQUEST", forged),
		"no DER":                block("CERTIFICATE REQUEST", []byte("no")),
		"another curve":         made(elliptic.P384(), country("CH")),
		"no country":            made(elliptic.P256(), country()),
		"two countries":         made(elliptic.P256(), country("CH", "LI")),
		"a use nobody knows":    made(elliptic.P256(), unknown),
		"uses that are no list": made(elliptic.P256(), broken),
	} {
		if r, err := keys.ParseRequest(text); err == nil || r != nil {
			t.Errorf("%s: read as %+v, %v", comment, r, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	k := newKey(f, keys.Options{Country: "CH"})
	b, _ := pem.Decode(requestOf(f, k))
	f.Add(b.Bytes)
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := keys.ParseRequest(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
		if (r == nil) == (err == nil) {
			t.Errorf("%v with %v", r, err)
		}
	})
}

// A key says when the next one is due: early enough that what is good for a year
// never outlives its key.
func TestTheNextKeyIsDue(t *testing.T) {
	const day = 24 * time.Hour
	l := newKey(t, keys.Options{Country: "CH"}).Life()
	if !l.From.Equal(from) || !l.Until.Equal(until) || !l.End.Equal(until) {
		t.Fatalf("life %+v", l)
	}
	for _, v := range []struct {
		comment string
		at      time.Time
		good    time.Duration
		want    bool
	}{
		{"before the key", from.Add(-1), day, false},
		{"the first moment", from, day, true},
		{"as long as the key", from, until.Sub(from), true},
		{"a moment longer than the key", from, until.Sub(from) + 1, false},
		{"the last moment for a year", l.Last(365 * day), 365 * day, true},
		{"a moment later", l.Last(365 * day).Add(1), 365 * day, false},
		{"when the key has ended", until, 0, false},
	} {
		if got := l.Covers(v.at, v.at.Add(v.good)); got != v.want {
			t.Errorf("%s: %v", v.comment, got)
		}
	}
	if got := l.Due(365*day, keys.Lead); !got.Equal(until.Add(-425 * day)) {
		t.Errorf("due %s", got)
	}
	// A signer of seals: its certificate outlives its use by ten years, and covers all.
	seal, err := newAuthority(t).Certify(keys.Options{NotBefore: from, NotAfter: until}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if l = seal.Life(); !l.Until.Equal(until) || !l.End.Equal(until.AddDate(10, 0, 0)) || !l.Last(365*day).Equal(until) || l.Signs(until) {
		t.Errorf("of seals: %+v", l)
	}
}
