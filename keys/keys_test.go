package keys_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

var (
	from  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	until = time.Date(2028, 11, 1, 0, 0, 0, 0, time.UTC)
)

func newKey(t testing.TB, o keys.Options) *keys.Key {
	t.Helper()
	o.NotBefore, o.NotAfter = from, until
	k, err := keys.New(o, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAKeyComesBackFromItsFile(t *testing.T) {
	for _, v := range []struct {
		comment string
		o       keys.Options
		want    keys.Algorithm
	}{
		{"the default is P-256", keys.Options{Country: "CH"}, keys.ES256},
		{"RSA", keys.Options{Country: "CH", Algorithm: keys.PS256}, keys.PS256},
		{"a demo key", keys.Options{Country: "XA", Demo: true}, keys.ES256},
	} {
		k := newKey(t, v.o)
		file, err := k.File()
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.Parse(append([]byte("a comment\n"), file...), "")
		if err != nil {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if got.ID() != k.ID() || got.Algorithm() != v.want || got.Country() != v.o.Country || got.Demo() != v.o.Demo {
			t.Errorf("%s: %x %s %s %v is not the key that was written", v.comment, got.ID(), got.Algorithm(), got.Country(), got.Demo())
		}
		if again, _ := got.File(); !bytes.Equal(again, file) {
			t.Errorf("%s: the file read and written again differs", v.comment)
		}
	}
}

func TestTheIdentifierIsThatOfTheCertificate(t *testing.T) {
	k := newKey(t, keys.Options{Country: "CH"})
	b, _ := pem.Decode(k.CertificatePEM())
	h := sha256.Sum256(b.Bytes)
	if k.ID() != string(h[:8]) || k.Fingerprint() != h {
		t.Errorf("identifier %x, fingerprint %x of %x", k.ID(), k.Fingerprint(), h)
	}
}

func TestASealedKeyOpensWithItsPassphraseOnly(t *testing.T) {
	k := newKey(t, keys.Options{Country: "CH"})
	keys.LowerWork()
	file, err := k.Seal("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !keys.Sealed(file) || bytes.Contains(file, []byte("PRIVATE KEY")) {
		t.Fatal("the sealed file is not sealed")
	}
	if got, err := keys.Parse(file, "correct horse"); err != nil || got.ID() != k.ID() {
		t.Errorf("the right passphrase: %v", err)
	}
	if _, err := keys.Parse(file, "wrong horse"); !errors.Is(err, keys.ErrPassphrase) {
		t.Errorf("a wrong passphrase: %v", err)
	}
	if _, err := keys.Parse(file, ""); !errors.Is(err, keys.ErrSealed) {
		t.Errorf("no passphrase: %v", err)
	}
	file[len(file)/2] ^= 1
	if _, err := keys.Parse(file, "correct horse"); err == nil {
		t.Error("a damaged sealed file was opened")
	}
	if _, err := k.Seal(""); err == nil {
		t.Error("sealed with no passphrase")
	}
}

func TestDemoAndProductionCannotBeConfused(t *testing.T) {
	for _, v := range []struct {
		comment, country, authority string
		demo                        bool
	}{
		{"a demo key of a real country", "CH", "", true},
		{"a production key of an invented country", "XA", "Ministry", false},
		{"the last of the range", "XZ", "", false},
		{"a production key of ZZ", "ZZ", "", false},
		{"a production key of QM", "QM", "", false},
		{"a demo key of QM, which verifiers would not take for one", "QM", "", true},
		{"a demo key of Kosovo, whose code is a user's and in earnest", "XK", "", true},
		{"a production key whose authority claims to be a demo", "CH", "Demo Lab", false},
	} {
		_, err := keys.New(keys.Options{Country: v.country, Authority: v.authority, Demo: v.demo, NotBefore: from, NotAfter: until}, rand.Reader)
		if !errors.Is(err, keys.ErrInvented) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	if newKey(t, keys.Options{Country: "XK"}).Demo() {
		t.Error("a key of Kosovo counts as a demo key")
	}
	k := newKey(t, keys.Options{Country: "XZ", Demo: true, Authority: "Ministry"})
	if !k.Demo() || !k.Public().Demo {
		t.Error("a demo key does not say so")
	}
}

func TestOptionsThatMakeNoSenseAreRefused(t *testing.T) {
	for comment, o := range map[string]keys.Options{
		"small letters":                 {Country: "ch", NotBefore: from, NotAfter: until},
		"no country":                    {NotBefore: from, NotAfter: until},
		"no end":                        {Country: "CH", NotBefore: from},
		"an end before the beginning":   {Country: "CH", NotBefore: until, NotAfter: from},
		"a use without identifier":      {Country: "CH", NotBefore: from, NotAfter: until, Uses: []trust.Use{"visa"}},
		"an unknown algorithm":          {Country: "CH", NotBefore: from, NotAfter: until, Algorithm: "md5"},
		"an authority that is too long": {Country: "CH", NotBefore: from, NotAfter: until, Authority: strings.Repeat("a", 65)},
	} {
		if _, err := keys.New(o, rand.Reader); err == nil {
			t.Errorf("%s: made", comment)
		}
	}
}

func TestDemoKeysOfOneNameAreOneKey(t *testing.T) {
	o := keys.Options{Country: "XA", NotBefore: from, NotAfter: until}
	a, err := keys.NewDemo("laboratory", o)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := keys.NewDemo("laboratory", o)
	c, _ := keys.NewDemo("border", o)
	if a.ID() != b.ID() || a.ID() == c.ID() || !a.Demo() {
		t.Errorf("identifiers %x %x %x, demo %v", a.ID(), b.ID(), c.ID(), a.Demo())
	}
	o.Country = "CH"
	if _, err := keys.NewDemo("laboratory", o); !errors.Is(err, keys.ErrInvented) {
		t.Errorf("a demo key of a real country: %v", err)
	}
}

func TestUsesStandInCertificateAndRequest(t *testing.T) {
	k := newKey(t, keys.Options{Country: "CH", Authority: "Office", Uses: []trust.Use{trust.Recovery}})
	if got := k.Certificate.UnknownExtKeyUsage; len(got) != 1 || got[0].String() != "1.3.6.1.4.1.1847.2021.1.3" {
		t.Errorf("extended key usage %v", got)
	}
	text, err := k.RequestPEM(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := pem.Decode(text)
	r, err := x509.ParseCertificateRequest(b.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.CheckSignature(); err != nil || r.Subject.String() != k.Certificate.Subject.String() || len(r.Extensions) != 2 {
		t.Errorf("request %s with %d extensions: %v", r.Subject, len(r.Extensions), err)
	}
}

// What a key may sign beside certificates stands in its certificate too, and a
// key of certificates is no key of a border desk.
func TestTheUsesOfOffices(t *testing.T) {
	uses := []trust.Use{trust.Stamp, trust.Notice, trust.Receipt, "areas", "exposure"}
	k := newKey(t, keys.Options{Country: "XB", Demo: true, Uses: uses})
	if got := k.Public().Uses; got.Any || !slices.Equal(got.Of, uses) {
		t.Errorf("uses %+v, want %v", got, uses)
	}
	text, err := k.RequestPEM(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := pem.Decode(text)
	if r, err := x509.ParseCertificateRequest(b.Bytes); err != nil || len(r.Extensions) != 2 {
		t.Errorf("the request does not have them: %v", err)
	}
	for _, u := range uses {
		if newKey(t, keys.Options{Country: "CH"}).Public().Uses.Allows(u) {
			t.Errorf("a key of health certificates may sign %s", u)
		}
		if k.Public().Uses.Allows(trust.Test) {
			t.Error("a key of a border desk may sign tests")
		}
	}
}

// A national authority certifies the key; its certificate is appended to the file.
func TestTheLastCertificateOfTheKeyCounts(t *testing.T) {
	k, other := newKey(t, keys.Options{Country: "CH"}), newKey(t, keys.Options{Country: "CH"})
	template := *k.Certificate
	template.SerialNumber.SetInt64(7)
	der, err := x509.CreateCertificate(rand.Reader, &template, other.Certificate, k.Signer.Public(), other.Signer)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := k.File()
	file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	got, err := keys.Parse(append(file, other.CertificatePEM()...), "")
	if err != nil {
		t.Fatal(err)
	}
	if got.ID() != trust.KeyID8(der) {
		t.Errorf("identifier %x, want %x", got.ID(), trust.KeyID8(der))
	}
}

func block(kind string, der []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestFilesOfOtherProgramsAreRead(t *testing.T) {
	ec, rsaKey := newKey(t, keys.Options{Country: "CH"}), newKey(t, keys.Options{Country: "CH", Algorithm: keys.PS256})
	sec1, err := x509.MarshalECPrivateKey(ec.Signer.(*ecdsa.PrivateKey))
	if _, err := keys.Parse(append(block("EC PRIVATE KEY", sec1, err), ec.CertificatePEM()...), ""); err != nil {
		t.Errorf("EC PRIVATE KEY: %v", err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey.Signer.(*rsa.PrivateKey))
	if _, err := keys.Parse(append(block("RSA PRIVATE KEY", pkcs1, nil), rsaKey.CertificatePEM()...), ""); err != nil {
		t.Errorf("RSA PRIVATE KEY: %v", err)
	}
}

func TestFilesThatAreNoKeyAreRefused(t *testing.T) {
	k, other := newKey(t, keys.Options{Country: "CH"}), newKey(t, keys.Options{Country: "CH"})
	file, _ := k.File()
	second, _ := other.File()
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	wide, err := x509.MarshalPKCS8PrivateKey(p384)
	private := bytes.TrimSuffix(file, k.CertificatePEM())
	for _, v := range []struct {
		comment string
		file    []byte
		want    error
	}{
		{"nothing", nil, keys.ErrNoKey},
		{"a certificate alone", k.CertificatePEM(), keys.ErrNoKey},
		{"a secret key alone", private, keys.ErrNoCertificate},
		{"with the certificate of another key", append(bytes.Clone(private), other.CertificatePEM()...), keys.ErrNoCertificate},
		{"two secret keys", append(bytes.Clone(file), second...), nil},
		{"a key of P-384", append(block("PRIVATE KEY", wide, err), k.CertificatePEM()...), nil},
		{"rubbish in the block", block("PRIVATE KEY", []byte("rubbish"), nil), nil},
		{"too long", append(bytes.Clone(file), make([]byte, keys.MaxSize)...), nil},
	} {
		got, err := keys.Parse(v.file, "")
		if err == nil || got != nil || (v.want != nil && !errors.Is(err, v.want)) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	k := newKey(f, keys.Options{Country: "CH"})
	file, _ := k.File()
	f.Add(file)
	f.Add(file[:len(file)/2])
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := keys.Parse(b, "")
		if err != nil {
			if k != nil {
				t.Fatal("a key beside an error")
			}
			return
		}
		// What parses and is written again is the same key; comments and further certificates go.
		out, err := k.File()
		if err != nil {
			t.Fatal(err)
		}
		again, err := keys.Parse(out, "")
		if err != nil || again.ID() != k.ID() || !again.Signer.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(k.Signer.Public()) {
			t.Fatalf("written and read again: %v", err)
		}
	})
}
