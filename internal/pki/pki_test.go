package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/pki"
)

func key(t testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var (
	from  = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	until = time.Date(2055, 1, 2, 3, 4, 5, 0, time.UTC)
)

// make makes a certificate as package crypto/x509 does.
func certificate(t testing.TB, k, signer crypto.Signer, change func(*x509.Certificate)) []byte {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(0x8001), Subject: pkix.Name{Country: []string{"xa"}, CommonName: "A signer"}, NotBefore: from, NotAfter: until}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func der(t testing.TB, v any) []byte {
	t.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func extension(t testing.TB, critical bool, v any, id ...int) pkix.Extension {
	b, ok := v.([]byte)
	if !ok {
		b = der(t, v)
	}
	return pkix.Extension{Id: id, Critical: critical, Value: b}
}

func TestWhatACertificateSays(t *testing.T) {
	k := key(t, elliptic.P256())
	u, err := url.Parse("https://health.norland.example/cards")
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.Parse(certificate(t, k, k, func(c *x509.Certificate) {
		c.KeyUsage = x509.KeyUsageDigitalSignature
		c.SubjectKeyId, c.AuthorityKeyId = []byte("own"), []byte("issuer")
		c.URIs, c.DNSNames = []*url.URL{u}, []string{"norland.example"}
		c.ExtraExtensions = []pkix.Extension{
			extension(t, true, []asn1.ObjectIdentifier{{2, 23, 136, 1, 1, 14, 2}}, 2, 5, 29, 37),
			extension(t, false, struct {
				Version int
				Types   []string `asn1:"set"`
			}{0, []string{"NT", "NV"}}, 2, 23, 136, 1, 1, 6, 2),
			extension(t, false, []byte("\x30\x22\x80\x0f20260102030405Z\x81\x0f20270102030405Z"), 2, 5, 29, 16),
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Country != "XA" || c.Holder != "A signer" || !c.From.Equal(from) || !c.Until.Equal(until) || c.Serial != "\x00\x80\x01" || !k.PublicKey.Equal(c.Public) || c.NoKey != nil {
		t.Errorf("%+v", c)
	}
	if c.SubjectKey != "own" || c.AuthorityKey != "issuer" || !reflect.DeepEqual(c.URIs, []string{u.String()}) || !reflect.DeepEqual(c.Purposes, []string{pki.HealthSeal}) ||
		!reflect.DeepEqual(c.Documents, []string{"NT", "NV"}) || !c.UsedFrom.Equal(from) || c.UsedUntil.Year() != 2027 || c.CA || !c.Signs || c.Certifies || c.Critical || c.Odd != nil {
		t.Errorf("%+v", c)
	}
	ca, err := pki.Parse(certificate(t, k, k, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}))
	if err != nil || !ca.Authority() || c.Authority() || !ca.Certifies {
		t.Errorf("%v: %+v", err, ca)
	}
}

// What a strict reader would refuse is read, and said.
func TestOddCertificates(t *testing.T) {
	k := key(t, elliptic.P256())
	for _, v := range []struct {
		comment  string
		ext      []pkix.Extension
		odd      bool
		critical bool
	}{
		{"a critical extension that nobody knows", []pkix.Extension{extension(t, true, 5, 1, 2, 3)}, false, true},
		{"the same, not critical", []pkix.Extension{extension(t, false, 5, 1, 2, 3)}, false, false},
		{"an extension twice", []pkix.Extension{extension(t, false, 5, 1, 2, 3), extension(t, false, 5, 1, 2, 3)}, true, false},
		{"a key usage that is none", []pkix.Extension{extension(t, false, []byte{5, 0}, 2, 5, 29, 15)}, true, false},
		{"an identifier with more after it", []pkix.Extension{extension(t, false, append(der(t, []byte("id")), 5, 0), 2, 5, 29, 14)}, true, false},
		{"an authority's key that is none", []pkix.Extension{extension(t, false, []byte{5, 0}, 2, 5, 29, 35)}, true, false},
		{"a usage period in words", []pkix.Extension{extension(t, false, []byte("\x30\x07\x80\x05today"), 2, 5, 29, 16)}, true, false},
		{"types of documents that are none", []pkix.Extension{extension(t, false, []byte{5, 0}, 2, 23, 136, 1, 1, 6, 2)}, true, false},
		{"names that are none", []pkix.Extension{extension(t, false, []byte{5, 0}, 2, 5, 29, 17)}, true, false},
		{"purposes with more after them", []pkix.Extension{extension(t, false, []byte{0x30, 0, 5, 0}, 2, 5, 29, 37)}, true, false},
	} {
		c, err := pki.Parse(certificate(t, k, k, func(c *x509.Certificate) { c.ExtraExtensions = v.ext }))
		if err != nil || (c.Odd != nil) != v.odd || c.Critical != v.critical {
			t.Errorf("%s: %v, %+v", v.comment, err, c)
		}
	}
}

func TestWhoSignedIt(t *testing.T) {
	wide, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p256, p384, other := key(t, elliptic.P256()), key(t, elliptic.P384()), key(t, elliptic.P256())
	leaf := key(t, elliptic.P256())
	for _, v := range []struct {
		comment string
		signer  crypto.Signer
		alg     x509.SignatureAlgorithm
	}{
		{"ECDSA with SHA-256", p256, x509.ECDSAWithSHA256}, {"ECDSA with SHA-384", p384, x509.ECDSAWithSHA384}, {"ECDSA with SHA-512", p384, x509.ECDSAWithSHA512},
		{"RSA with SHA-256", wide, x509.SHA256WithRSA}, {"RSA with SHA-512", wide, x509.SHA512WithRSA}, {"RSA-PSS with SHA-256", wide, x509.SHA256WithRSAPSS},
	} {
		c, err := pki.Parse(certificate(t, leaf, v.signer, func(c *x509.Certificate) { c.SignatureAlgorithm = v.alg }))
		if err != nil {
			t.Fatalf("%s: %v", v.comment, err)
		}
		if err := c.SignedBy(&pki.Certificate{Public: v.signer.Public()}); err != nil {
			t.Errorf("%s: %v", v.comment, err)
		}
		if err := c.SignedBy(&pki.Certificate{Public: other.Public()}); !errors.Is(err, pki.ErrSignature) {
			t.Errorf("%s, another key: %v", v.comment, err)
		}
		if err := c.SignedBy(&pki.Certificate{}); !errors.Is(err, pki.ErrSignature) {
			t.Errorf("%s, no key: %v", v.comment, err)
		}
	}
	ed := ed25519.NewKeyFromSeed(make([]byte, 32))
	c, err := pki.Parse(certificate(t, leaf, ed, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SignedBy(&pki.Certificate{Public: ed.Public()}); !errors.Is(err, pki.ErrAlgorithm) {
		t.Errorf("Ed25519, which no authority of these lists uses: %v", err)
	}
}

// A key is written in the one form in which it is read again.
func TestKeysRoundTrip(t *testing.T) {
	wide, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []crypto.PublicKey{key(t, elliptic.P256()).Public(), key(t, elliptic.P384()).Public(), key(t, elliptic.P521()).Public(), wide.Public(), ed25519.NewKeyFromSeed(make([]byte, 32)).Public()} {
		b, err := pki.MarshalKey(k)
		if err != nil {
			t.Fatal(err)
		}
		again, err := pki.ParseKey(b)
		if err != nil || !reflect.DeepEqual(again, k) {
			t.Errorf("%T: %v", k, err)
		}
		want, err := x509.MarshalPKIXPublicKey(k)
		if err != nil || string(b) != string(want) {
			t.Errorf("%T: not as package crypto/x509 writes it: %v", k, err)
		}
	}
	if _, err := pki.MarshalKey("no key"); err == nil {
		t.Error("a text is a key")
	}
}

// Where package crypto/x509 reads a revocation list, both read the same.
func TestRevocationLists(t *testing.T) {
	k := key(t, elliptic.P256())
	ca, err := x509.ParseCertificate(certificate(t, k, k, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.SubjectKeyId = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, []byte("ca")
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, entries := range [][]x509.RevocationListEntry{nil, {{SerialNumber: big.NewInt(1), RevocationTime: from, ReasonCode: 4}, {SerialNumber: big.NewInt(0x8001), RevocationTime: until}}} {
		b, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until, RevokedCertificateEntries: entries}, ca, k)
		if err != nil {
			t.Fatal(err)
		}
		l, err := pki.ParseList(b)
		if err != nil || !l.This.Equal(from) || !l.Next.Equal(until) || l.AuthorityKey != "ca" || len(l.Revoked) != len(entries) {
			t.Fatalf("%v: %+v", err, l)
		}
		for i, r := range l.Revoked {
			if new(big.Int).SetBytes([]byte(r.Serial)).Cmp(entries[i].SerialNumber) != 0 || !r.Since.Equal(entries[i].RevocationTime) || r.Reason != entries[i].ReasonCode {
				t.Errorf("entry %d: %+v", i, r)
			}
		}
		a, err := pki.Parse(ca.Raw)
		if err != nil || l.SignedBy(a) != nil {
			t.Errorf("%v: %v", err, l.SignedBy(a))
		}
		b[len(b)-1] ^= 1
		if l, err := pki.ParseList(b); err == nil && l.SignedBy(a) == nil {
			t.Error("a changed list is signed")
		}
	}
	if _, err := pki.ParseList([]byte(strings.Repeat("0", pki.MaxList+1))); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("too long: %v", err)
	}
	if _, err := pki.Parse(make([]byte, pki.MaxCertificate+1)); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("too long: %v", err)
	}
}

// Nothing panics; what package crypto/x509 reads is read here with the same number and life.
func FuzzParse(f *testing.F) {
	k := key(f, elliptic.P256())
	f.Add(certificate(f, k, k, nil))
	f.Add(certificate(f, k, k, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.ExtraExtensions = true, true, []pkix.Extension{extension(f, true, []asn1.ObjectIdentifier{{2, 23, 136, 1, 1, 14, 2}}, 2, 5, 29, 37)}
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := pki.Parse(b)
		if err != nil {
			return
		}
		if (c.Public == nil) == (c.NoKey == nil) {
			t.Fatal("a key, and none")
		}
		theirs, err := x509.ParseCertificate(b)
		if err != nil {
			return
		}
		if !c.From.Equal(theirs.NotBefore) || !c.Until.Equal(theirs.NotAfter) || new(big.Int).SetBytes([]byte(c.Serial)).Cmp(theirs.SerialNumber) != 0 && theirs.SerialNumber.Sign() > 0 {
			t.Fatalf("%+v", c)
		}
		if c.Odd == nil && c.CA != theirs.IsCA {
			t.Fatalf("an authority: %v, package crypto/x509 says %v", c.CA, theirs.IsCA)
		}
	})
}

func FuzzParseList(f *testing.F) {
	k := key(f, elliptic.P256())
	ca, err := x509.ParseCertificate(certificate(f, k, k, func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.SubjectKeyId = true, true, x509.KeyUsageCRLSign, []byte("ca")
	}))
	if err != nil {
		f.Fatal(err)
	}
	b, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until,
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(1), RevocationTime: from, ReasonCode: 4}}}, ca, k)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := pki.ParseList(b)
		if err != nil {
			if l != nil {
				t.Fatal("a list beside the error")
			}
			return
		}
		theirs, err := x509.ParseRevocationList(b)
		if err == nil && (len(theirs.RevokedCertificateEntries) != len(l.Revoked) || !theirs.ThisUpdate.Equal(l.This)) {
			t.Fatalf("%d certificates, package crypto/x509 reads %d", len(l.Revoked), len(theirs.RevokedCertificateEntries))
		}
	})
}
