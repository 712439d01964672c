package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/pratique/pratique/trust"
)

// ErrAuthority means that a certificate was asked of a key which is not that of
// an authority, or for a life that the authority's does not cover.
var ErrAuthority = errors.New("the authority cannot certify this")

// sealLife is for how long a seal can be checked after its signer stopped
// signing, in years.
const sealLife = 10

// NewAuthority makes the key of an authority that certifies signers of ICAO
// seals ([Key.Certify]): a country signing certification authority (CSCA, ICAO
// Doc 9303-12), signed by itself. Countries have one already, for passports; one
// made here is for exercises, or for a country that keeps its seals apart.
// Options.Uses and Options.Algorithm do not apply.
func NewAuthority(o Options, random io.Reader) (*Key, error) {
	o.Uses, o.Algorithm = nil, ""
	if err := o.check(); err != nil {
		return nil, err
	}
	signer, serial, err := fresh(random)
	if err != nil {
		return nil, err
	}
	id, err := keyID(signer)
	if err != nil {
		return nil, err
	}
	t := x509.Certificate{
		Subject: o.subject(), SerialNumber: serial, NotBefore: o.NotBefore.UTC(), NotAfter: o.NotAfter.UTC(), SubjectKeyId: id,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	t.Subject.CommonName = "CSCA " + o.Country
	return create(&t, &t, signer, signer, random)
}

// Certify makes the key of a signer of ICAO seals (VDS-NC), whose certificate
// the authority signs. The uses, test and vaccination if there are none, stand
// in it as types of documents (NT, NV); the options' beginning and end are those
// of the private key's usage, and the certificate ends ten years later, or with
// the authority's: a seal says not when it was made, and outlives its signer's
// use. Options.Country and Options.Demo are the authority's.
func (k *Key) Certify(o Options, random io.Reader) (*Key, error) {
	authority := k.Certificate
	if !authority.IsCA || len(authority.SubjectKeyId) == 0 {
		return nil, fmt.Errorf("certifying signer: the key is not one of an authority: %w", ErrAuthority)
	}
	o.Country, o.Demo, o.Algorithm = k.Country(), k.Demo(), ""
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.NotBefore.Before(authority.NotBefore) || o.NotAfter.After(authority.NotAfter) {
		return nil, fmt.Errorf("certifying signer: not within the life of the authority: %w", ErrAuthority)
	}
	extensions, err := sealExtensions(o)
	if err != nil {
		return nil, err
	}
	signer, serial, err := fresh(random)
	if err != nil {
		return nil, err
	}
	id, err := keyID(signer)
	if err != nil {
		return nil, err
	}
	t := x509.Certificate{
		Subject: o.subject(), SerialNumber: serial, NotBefore: o.NotBefore.UTC(), NotAfter: o.NotAfter.UTC().AddDate(sealLife, 0, 0), SubjectKeyId: id,
		AuthorityKeyId: authority.SubjectKeyId, KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: extensions,
	}
	if t.NotAfter.After(authority.NotAfter) {
		t.NotAfter = authority.NotAfter
	}
	t.Subject.CommonName = "Signer of seals " + o.Country
	return create(&t, authority, signer, k.Signer, random)
}

var (
	oidSealPurpose   = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 14, 2} // ICAO Doc 9303-12 section 7.1
	oidDocumentTypes = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}
	oidUsagePeriod   = asn1.ObjectIdentifier{2, 5, 29, 16}
)

// documentTypes are those that stand for a use.
var documentTypes = map[trust.Use]string{trust.Test: "NT", trust.Vaccination: "NV"}

// sealExtensions are those of a signer of seals.
func sealExtensions(o Options) ([]pkix.Extension, error) {
	uses := o.Uses
	if len(uses) == 0 {
		uses = []trust.Use{trust.Test, trust.Vaccination}
	}
	var types []string
	for _, u := range uses {
		name := documentTypes[u]
		if name == "" {
			return nil, fmt.Errorf("certifying signer: use %q: a seal is about tests or vaccinations: %w", u, ErrUse)
		}
		types = append(types, name)
	}
	var out []pkix.Extension
	for _, e := range []struct {
		id       asn1.ObjectIdentifier
		critical bool
		value    any
	}{
		{oidExtKeyUsage, true, []asn1.ObjectIdentifier{oidSealPurpose}},
		{oidDocumentTypes, false, struct {
			Version int
			Types   []string `asn1:"set"`
		}{0, types}},
		{oidUsagePeriod, false, struct {
			From  time.Time `asn1:"generalized,tag:0"`
			Until time.Time `asn1:"generalized,tag:1"`
		}{o.NotBefore.UTC().Truncate(time.Second), o.NotAfter.UTC().Truncate(time.Second)}},
	} {
		der, err := asn1.Marshal(e.value)
		if err != nil {
			return nil, fmt.Errorf("certifying signer: %w", err)
		}
		out = append(out, pkix.Extension{Id: e.id, Critical: e.critical, Value: der})
	}
	return out, nil
}

// fresh makes a key on curve P-256 and a serial number.
func fresh(random io.Reader) (*ecdsa.PrivateKey, *big.Int, error) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, nil, fmt.Errorf("making key: %w", err)
	}
	var serial [16]byte
	if _, err := io.ReadFull(random, serial[:]); err != nil {
		return nil, nil, fmt.Errorf("making key: %w", err)
	}
	serial[0] = serial[0]&0x7F | 0x40 // positive, and of full length
	return signer, new(big.Int).SetBytes(serial[:]), nil
}

// keyID is what certificates name a key by: the first 20 bytes of the SHA-256
// of its point (RFC 7093).
func keyID(k *ecdsa.PrivateKey) ([]byte, error) {
	b, err := k.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:20], nil
}

func create(t, parent *x509.Certificate, own *ecdsa.PrivateKey, by crypto.Signer, random io.Reader) (*Key, error) {
	der, err := x509.CreateCertificate(random, t, parent, own.Public(), by)
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	return &Key{Signer: own, Certificate: c}, nil
}

// Authority reports whether the key is one of an authority, which certifies
// signers and signs nothing else.
func (k *Key) Authority() bool { return k.Certificate.IsCA }
