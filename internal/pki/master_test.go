package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/pratique/pratique/internal/pki"
)

var (
	oidSigned      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidMaster      = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 2}
	oidSigner      = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 3}
	oidSHA256      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSASHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

// master is a master list that is being made.
type master struct {
	certificates []asn1.RawValue
	content      asn1.ObjectIdentifier
	signer       *ecdsa.PrivateKey
	certificate  []byte // of the signer
	digest       []byte // instead of the right one
	bare         bool   // no signed attributes
	signers      int
}

type algorithmID struct{ ID asn1.ObjectIdentifier }

type attribute struct {
	ID     asn1.ObjectIdentifier
	Values []any `asn1:"set"`
}

func (m master) der(t testing.TB) []byte {
	t.Helper()
	list := der(t, struct {
		Version int
		List    []asn1.RawValue `asn1:"set"`
	}{0, m.certificates})
	c, err := x509.ParseCertificate(m.certificate)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(list)
	if m.digest == nil {
		m.digest = sum[:]
	}
	attributes := der(t, []attribute{
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}, []any{m.content}},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}, []any{m.digest}},
	})
	attributes[0] = 0x31
	signed := sha256.Sum256(attributes)
	if m.bare {
		signed = sum
	}
	signature, err := ecdsa.SignASN1(rand.Reader, m.signer, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	type issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	own := append([]byte(nil), attributes...)
	own[0] = 0xa0
	var info any = struct {
		Version    int
		Who        issuerAndSerial
		Digest     algorithmID
		Attributes asn1.RawValue
		Algorithm  algorithmID
		Signature  []byte
	}{1, issuerAndSerial{asn1.RawValue{FullBytes: c.RawIssuer}, c.SerialNumber}, algorithmID{oidSHA256}, asn1.RawValue{FullBytes: own}, algorithmID{oidECDSASHA256}, signature}
	if m.bare {
		info = struct {
			Version   int
			KeyID     []byte `asn1:"tag:0"`
			Digest    algorithmID
			Algorithm algorithmID
			Signature []byte
		}{3, c.SubjectKeyId, algorithmID{oidSHA256}, algorithmID{oidECDSASHA256}, signature}
	}
	infos := []any{info}
	for range m.signers {
		infos = append(infos, info)
	}
	return der(t, struct {
		ID      asn1.ObjectIdentifier
		Message any `asn1:"explicit,tag:0"`
	}{oidSigned, struct {
		Version int
		Digests []algorithmID `asn1:"set"`
		Content struct {
			ID   asn1.ObjectIdentifier
			Text []byte `asn1:"explicit,tag:0"`
		}
		Certificates asn1.RawValue
		Infos        []any `asn1:"set"`
	}{3, []algorithmID{{oidSHA256}}, struct {
		ID   asn1.ObjectIdentifier
		Text []byte `asn1:"explicit,tag:0"`
	}{m.content, list}, asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: m.certificate}, infos}})
}

// csca makes the certificate of an authority.
func csca(t testing.TB, k *ecdsa.PrivateKey, name string) []byte {
	return certificate(t, k, k, func(c *x509.Certificate) {
		c.Subject = pkix.Name{Country: []string{"XA"}, CommonName: name}
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage, c.SubjectKeyId = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, []byte(name)
	})
}

// listSigner makes a signer of master lists that an authority certified.
func listSigner(t testing.TB, k, by *ecdsa.PrivateKey, authority []byte, change func(*x509.Certificate)) []byte {
	t.Helper()
	parent, err := x509.ParseCertificate(authority)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{Country: []string{"XA"}, CommonName: "Lists"}, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, UnknownExtKeyUsage: []asn1.ObjectIdentifier{oidSigner}, SubjectKeyId: []byte("lists"),
	}
	if change != nil {
		change(c)
	}
	out, err := x509.CreateCertificate(rand.Reader, c, parent, k.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMasterLists(t *testing.T) {
	k, by, other := key(t, elliptic.P256()), key(t, elliptic.P384()), key(t, elliptic.P256())
	authority := csca(t, by, "CSCA Norland")
	signer := listSigner(t, k, by, authority, nil)
	good := master{[]asn1.RawValue{{FullBytes: authority}, {FullBytes: csca(t, other, "CSCA Sudmark")}}, oidMaster, k, signer, nil, false, 0}
	for _, v := range []struct {
		comment         string
		change          func(m *master)
		read            bool
		signer, by, oth bool // verifies under the signer's key, the authority's, another's
	}{
		{"good", nil, true, true, true, false},
		{"without attributes, the signer by its key's identifier", func(m *master) { m.bare = true }, true, true, true, false},
		{"empty", func(m *master) { m.certificates = nil }, true, true, true, false},
		{"over other content", func(m *master) { m.digest = make([]byte, 32) }, true, false, false, false},
		{"signed by another", func(m *master) { m.signer = other }, true, false, false, false},
		{"by a signer of seals", func(m *master) {
			m.certificate = listSigner(t, k, by, authority, func(c *x509.Certificate) { c.UnknownExtKeyUsage = nil })
		}, true, true, false, false},
		{"by a signer that another authority certified", func(m *master) {
			o := key(t, elliptic.P384())
			m.certificate = listSigner(t, k, o, csca(t, o, "CSCA Norland"), nil)
		}, true, true, false, false},
		{"two signers", func(m *master) { m.signers = 1 }, false, false, false, false},
		{"other content", func(m *master) { m.content = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} }, false, false, false, false},
	} {
		m := good
		if v.change != nil {
			v.change(&m)
		}
		data := m.der(t)
		if !pki.IsMasterList(data) {
			t.Errorf("%s: not recognised", v.comment)
		}
		l, err := pki.ParseMasterList(data)
		if (err == nil) != v.read {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if err != nil {
			continue
		}
		if len(l.Certificates) != len(m.certificates) {
			t.Errorf("%s: %d certificates", v.comment, len(l.Certificates))
		}
		for name, want := range map[string]struct {
			key crypto.PublicKey
			ok  bool
		}{"signer": {k.Public(), v.signer}, "authority": {by.Public(), v.by}, "another": {other.Public(), v.oth}} {
			if err := l.SignedBy(want.key); (err == nil) != want.ok {
				t.Errorf("%s: under the key of the %s: %v", v.comment, name, err)
			}
		}
	}
	data := good.der(t)
	for n := range data { // cut anywhere
		if _, err := pki.ParseMasterList(data[:n]); err == nil {
			t.Errorf("cut to %d bytes: read", n)
		}
	}
	if _, err := pki.ParseMasterList([]byte("\x30\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02")); err == nil || pki.IsMasterList(authority) {
		t.Error("no master list")
	}
}

// FuzzParseMasterList reads any bytes, and believes none that were not signed.
func FuzzParseMasterList(f *testing.F) {
	k, by := key(f, elliptic.P256()), key(f, elliptic.P384())
	authority := csca(f, by, "CSCA Norland")
	m := master{[]asn1.RawValue{{FullBytes: authority}}, oidMaster, k, listSigner(f, k, by, authority, nil), nil, false, 0}
	f.Add(m.der(f))
	m.bare = true
	f.Add(m.der(f))
	other := key(f, elliptic.P256())
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := pki.ParseMasterList(data)
		if err != nil {
			return
		}
		if l.SignedBy(other.Public()) == nil {
			t.Error("verifies under a key that signed nothing")
		}
	})
}
