// Package vds answers one question: what does an ICAO visible digital seal for
// health (VDS-NC) say, and who signed it?
//
// A seal (ICAO Doc 9303-13 and Technical Report VDS-NC 1.4; proofs of
// vaccination and of testing) is a JSON text
//
//	{"data":{"hdr":{"t":"icao.vacc","v":1,"is":"UTO"},"msg":{...}},"sig":{"alg":"ES256","cer":...,"sigvl":...}}
//
// whose signature is over the canonical form (RFC 8785, package jcs) of data
// alone, and which carries its signer's certificate. [Read] opens one as far as
// the kind, the country and the signer; [Unverified.Verify] checks both and
// gives the certificate; [Issuer.Issue] makes a seal.
//
// # Steps
//
//	json         strictly: no key twice, no integer beyond 2^53-1; white space and
//	             order of keys are free, for the canonical form has neither
//	header       t, v 1, is
//	certificate  cer: base64url, padded or not, of an X.509 certificate
//	signature    alg; sigvl: base64url, padded or not, of r and s of equal width
//	payload      msg is an object
//
// The names on the left are the steps of [Error]. Nothing about the person can
// be had from an [Unverified].
//
// # Trust
//
// The seal's signature must verify under the certificate that it carries; if it
// does not, nobody signed it (trust.ErrSignature). That certificate must then be
// trusted, in one of two ways:
//
//   - a trusted key is the signer itself: its identifier is trust.KeyID8 of the
//     certificate, and its public key the same;
//   - a trusted key is the authority (CSCA) that issued it, as trust/lists makes
//     one: its identifier is the subject key identifier of the authority's
//     certificate, which the signer's certificate names as its issuer's, and it is
//     entitled to trust.SealAuthority by name. The names, the countries and the
//     authority's signature must agree. The key that Verify returns is then the
//     signer's, in force where both are, and entitled to what its certificate
//     says: nothing without the extended key usage 2.23.136.1.1.14.2 or with a key
//     usage other than signing, vaccinations for document type NV, tests for NT,
//     both where none is named, nothing for what was done after the end of the
//     private key's usage period.
//
// Neither: trust.ErrUnknownKey. A certificate that names a trusted authority
// which did not sign it is a forgery: trust.ErrSignature. A critical extension
// that is not known here: trust.ErrCritical. Revocation lists (CRL) are not read
// here.
//
// # What a seal lacks
//
// It has no date of issue and no end: [Unverified.Signed] is open, and the life
// of the certificate is what bounds it. A proof of testing names no disease;
// the standard is about COVID-19, which is assumed and said ("guessed"). A name
// is one text; where two spaces part it once, the primary identifier is taken
// for the family name. What has no place in the model is listed in the
// certificate's losses, by its path in msg: dropped, not_mapped, null,
// unreadable, guessed, assumed_utc, trimmed.
//
// # Limits
//
// A text has at most [MaxText] bytes, a certificate [MaxCertificate], a seal
// [MaxDoses] doses; package jcs bounds the values.
package vds

import (
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// The limits of Read.
const (
	MaxText        = 32 << 10 // bytes; the longest public example has 1,781
	MaxCertificate = 8 << 10  // bytes
	MaxDoses       = 64       // doses of a seal that are mapped; more are refused
)

// The kinds of content.
const (
	kindVaccination = "vacc"
	kindTest        = "test"
	kindUnknown     = "unknown"
)

// Unverified is a seal that was read and whose signature was not checked. It
// can be used from several goroutines. Printing one shows nothing of it.
type Unverified struct {
	seal func() *seal // a function, because package fmt looks behind pointers, and behind this it cannot
}

// seal is an opened seal.
type seal struct {
	signed    []byte // the canonical form of data
	data      jcs.Value
	kind      string
	country   string
	alg       string
	signature string
	signer    *pki.Certificate
}

// Read opens a seal. The error is an [*Error].
func Read(text string) (*Unverified, error) {
	if len(text) > MaxText {
		return nil, &Error{StepJSON, ErrTooLong}
	}
	v, err := jcs.Parse(text)
	if err != nil {
		return nil, &Error{StepJSON, err}
	}
	s := &seal{data: v.Get("data")}
	if v.Kind() != jcs.Object || s.data.Kind() != jcs.Object || v.Get("sig").Kind() != jcs.Object {
		return nil, &Error{StepJSON, ErrShape}
	}
	if s.kind, s.country, err = header(s.data); err != nil {
		return nil, err
	}
	if err := s.readSig(v.Get("sig")); err != nil {
		return nil, err
	}
	s.signed = s.data.AppendCanonical(make([]byte, 0, len(s.data.Raw())))
	return &Unverified{func() *seal { return s }}, nil
}

// header reads the kind and the country of data.
func header(data jcs.Value) (kind, country string, err error) {
	hdr := data.Get("hdr")
	t, ok := hdr.Get("t").Text()
	country, ok2 := hdr.Get("is").Text()
	version, ok3 := hdr.Get("v").Int()
	switch {
	case !ok || !ok2 || !ok3 || len(country) > 3 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") != "":
		return "", "", &Error{StepHeader, ErrShape}
	case version != 1:
		return "", "", &Error{StepHeader, ErrNewer}
	case data.Get("msg").Kind() != jcs.Object:
		return "", "", &Error{StepPayload, ErrShape}
	}
	switch t {
	case "icao.vacc":
		return kindVaccination, country, nil
	case "icao.test":
		return kindTest, country, nil
	}
	return kindUnknown, country, nil
}

// readSig reads the signature and the signer's certificate.
func (s *seal) readSig(sig jcs.Value) error {
	ok := false
	if s.alg, ok = sig.Get("alg").Text(); !ok || len(s.alg) > 16 || strings.Trim(s.alg, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+") != "" {
		return &Error{StepSignature, ErrShape}
	}
	der, err := decode(sig.Get("cer"))
	if err != nil {
		return &Error{StepCertificate, err}
	}
	if s.signer, err = readCertificate(der); err != nil {
		return &Error{StepCertificate, err}
	}
	signature, err := decode(sig.Get("sigvl"))
	if err != nil {
		return &Error{StepSignature, err}
	}
	s.signature = string(signature)
	switch alg := jws.Alg(s.alg); {
	case !alg.Known() || len(s.signature) == alg.Size():
		return nil
	case jws.IsDER(s.signature):
		return &Error{StepSignature, ErrDER}
	}
	return &Error{StepSignature, ErrSize}
}

// readCertificate reads a certificate as strictly as a seal deserves: nobody
// has yet issued an odd one.
func readCertificate(der []byte) (*pki.Certificate, error) {
	if len(der) > MaxCertificate {
		return nil, ErrCertificate
	}
	c, err := pki.Parse(der)
	if err != nil || c.Odd != nil {
		return nil, ErrCertificate
	}
	return c, nil
}

// decode decodes base64url with its padding (AU, UTO) or without (JP).
func decode(v jcs.Value) ([]byte, error) {
	s, ok := v.Text()
	if !ok {
		return nil, ErrShape
	}
	if len(s)%4 == 0 {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	}
	return jws.Decode(s)
}

// Format returns "vds".
func (u *Unverified) Format() string { return "vds" }

// Content returns the kind of content: vacc, test or unknown.
func (u *Unverified) Content() string { return u.seal().kind }

// Country returns the issuer that the seal claims: a code of three letters of
// ICAO Doc 9303-3.
func (u *Unverified) Country() string { return u.seal().country }

// KeyID returns trust.KeyID8 of the certificate that the seal carries.
func (u *Unverified) KeyID() string { return trust.KeyID8(u.seal().signer.DER) }

// Algorithm returns the algorithm that the seal names.
func (u *Unverified) Algorithm() string { return u.seal().alg }

// Signed returns an open period: a seal states neither its issue nor its end.
func (u *Unverified) Signed() cert.Period { return cert.Period{} }

// Signer returns the certificate that the seal carries, in DER. It is about
// the signer, not the person.
func (u *Unverified) Signer() []byte { return []byte(string(u.seal().signer.DER)) }

// String says that this is a seal, and nothing of what is in it.
func (u *Unverified) String() string { return "VDS-NC seal, not verified" }

// GoString is String.
func (u *Unverified) GoString() string { return u.String() }
