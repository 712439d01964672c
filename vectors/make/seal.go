package main

import (
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"
)

// authority is a CSCA of the vectors, or a signer of seals that it certified.
type authority struct {
	key
	der []byte
}

func (a authority) certificate() *x509.Certificate {
	c, err := x509.ParseCertificate(a.der)
	must(err)
	return c
}

// keyID is what certificates name the key by: 20 bytes from its label.
func keyID(label string) []byte {
	h := sha256.Sum256([]byte("key of " + label))
	return h[:20]
}

// newAuthority makes a CSCA of a name, whose key is that of another label.
func newAuthority(label, of string) authority {
	k := ecKey(of, elliptic.P384(), -35)
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"XA"}, Organization: []string{"Norland Passport Office"}, CommonName: label},
		NotBefore: begins.AddDate(-1, 0, 0), NotAfter: ends.AddDate(5, 0, 0), SubjectKeyId: keyID(label),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(nil, t, t, k.priv.Public(), k.priv)
	must(err)
	return authority{k, der}
}

// Extensions of a signer of seals (ICAO Doc 9303-12 section 7.1).
var (
	sealPurpose = pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: mustDER([]asn1.ObjectIdentifier{{2, 23, 136, 1, 1, 14, 2}})}
	forDoses    = documentType("NV")
	forTests    = documentType("NT")
)

func documentType(name string) pkix.Extension {
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}, Value: mustDER(struct {
		Version int
		Types   []string `asn1:"set"`
	}{0, []string{name}})}
}

func mustDER(v any) []byte {
	b, err := asn1.Marshal(v)
	must(err)
	return b
}

// certifies makes a signer with the extensions.
func (a authority) certifies(label string, extensions ...pkix.Extension) authority {
	k := ecKey(label, elliptic.P256(), -7)
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(keyID(label)[:8]), Subject: pkix.Name{Country: []string{"XA"}, CommonName: label},
		NotBefore: begins, NotAfter: ends, AuthorityKeyId: a.certificate().SubjectKeyId, SubjectKeyId: keyID(label),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: extensions,
	}
	der, err := x509.CreateCertificate(nil, t, a.certificate(), k.priv.Public(), a.priv)
	must(err)
	return authority{k, der}
}

// seal is an ICAO seal that is being made.
type seal struct {
	signer authority
	data   string // canonical, as signed
	alg    string
	shown  func(string) string // changes data after it was signed
	sig    func([]byte) []byte
	cer    func([]byte) []byte
	pad    bool // base64 with padding
}

func (s seal) String() string {
	enc := base64.RawURLEncoding
	if s.pad {
		enc = base64.URLEncoding
	}
	sig := s.signer.sign([]byte(s.data))
	if s.sig != nil {
		sig = s.sig(sig)
	}
	cer := s.signer.der
	if s.cer != nil {
		cer = s.cer(cer)
	}
	data := s.data
	if s.shown != nil {
		data = s.shown(data)
	}
	alg := s.alg
	if alg == "" {
		alg = "ES256"
	}
	return `{"data":` + data + `,"sig":{"alg":"` + alg + `","cer":"` + enc.EncodeToString(cer) + `","sigvl":"` + enc.EncodeToString(sig) + `"}}`
}

const (
	sealTest = `{"hdr":{"is":"XAA","t":"icao.test","v":1},"msg":{"dat":{"ri":"2026-12-01T14:00:00Z","sc":"2026-12-01T08:00:00Z"},` +
		`"pid":{"dn":"XA1234567","dob":"1984-05-09","dt":"P","n":"LINDQVIST OERN  AASA"},"sp":{"ctr":"XAA","spn":"Norland State Laboratory"},` +
		`"tr":{"m":"nasopharyngeal","r":"negative","tc":"molecular(PCR)"},"utci":"T7K2M4Q9"}}`
	sealDose = `{"hdr":{"is":"XAA","t":"icao.vacc","v":1},"msg":{"pid":{"dob":"1984-05-09","i":"XA1234567","n":"LINDQVIST OERN  AASA","sex":"F"},` +
		`"uvci":"V7K2M4Q9","ve":[{"des":"XM0GQ8","dis":"RA01.0","nam":"Comirnaty","vd":[{"adm":"Norland Clinic","ctr":"XAA","dvc":"2026-10-01","lot":"L7","seq":2}]}]}}`
)

// aSeal is a negative test under a seal, changed.
func aSeal(change func(s *seal)) string {
	s := seal{signer: sealSigner, data: sealTest}
	if change != nil {
		change(&s)
	}
	return s.String()
}

// instead replaces a part of a text, which must be in it.
func instead(text, old, other string) string {
	if !strings.Contains(text, old) {
		panic("not in the text: " + old)
	}
	return strings.Replace(text, old, other, 1)
}
