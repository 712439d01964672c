package vds

import (
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Verify checks the seal's signature under the certificate that it carries, and
// that certificate against the keys, as the package doc says, and returns the
// certificate with the key that signed it. The error is, for errors.Is, one of
// those of package trust, or an [*Error] where authentic content cannot be read
// into a certificate.
func (u *Unverified) Verify(keys *trust.Keys) (trust.Signed, error) {
	s := u.seal()
	alg := jws.Alg(s.alg)
	if !alg.Known() {
		return trust.Signed{}, trust.ErrAlgorithm
	}
	if s.signer.NoKey != nil {
		return trust.Signed{}, fmt.Errorf("%w: the key of the signer's certificate cannot be used", trust.ErrAlgorithm)
	}
	signer := keyOf(s.signer)
	if alg.Verify(signer.Public, s.signed, s.signature) != nil {
		return trust.Signed{}, trust.ErrSignature
	}
	key, err := s.trusted(signer, keys)
	if err != nil {
		return trust.Signed{}, err
	}
	c, err := s.certificate()
	if err != nil {
		return trust.Signed{}, err
	}
	return trust.Signed{Certificate: c, Key: key, Raw: string(s.signed), Signature: s.signature}, nil
}

// keyOf is the key of a signer's certificate, before anybody answers for it.
func keyOf(c *pki.Certificate) trust.Key {
	k := trust.Key{
		ID: trust.KeyID8(c.DER), Public: c.Public, Country: lists.Jurisdiction(c.Country), Authority: c.Holder,
		NotBefore: c.From, NotAfter: c.Until, DER: c.DER,
	}
	k.Demo = lists.TestCode(k.Country)
	return k
}

// trusted returns the key by which the signer is trusted.
func (s *seal) trusted(signer trust.Key, keys *trust.Keys) (trust.Key, error) {
	for _, k := range keys.Find(signer.ID) {
		if p, ok := signer.Public.(interface{ Equal(crypto.PublicKey) bool }); ok && p.Equal(k.Public) {
			return k, nil
		}
	}
	failed := trust.ErrUnknownKey
	for _, authority := range keys.Find(s.signer.AuthorityKey) {
		if !slices.Contains(authority.Uses.Of, trust.SealAuthority) {
			continue
		}
		switch err := s.issuedBy(authority, signer); {
		case err == nil && s.signer.Critical:
			return trust.Key{}, trust.ErrCritical
		case err == nil:
			return s.key(signer, authority), nil
		case errors.Is(err, trust.ErrSignature):
			failed = err
		}
	}
	return trust.Key{}, failed
}

// issuedBy checks that an authority issued a signer's certificate:
// trust.ErrUnknownKey where it is another's, trust.ErrSignature where it claims to.
func (s *seal) issuedBy(authority, signer trust.Key) error {
	a, err := pki.Parse(authority.DER)
	switch c := s.signer; {
	case err != nil || !a.CA || !a.Certifies || a.SubjectKey != c.AuthorityKey || a.Subject != c.Issuer:
		return trust.ErrUnknownKey
	case lists.Jurisdiction(a.Country) != signer.Country: // Doc 9303-12 section 7.1.1
		return trust.ErrUnknownKey
	case c.SignedBy(a) != nil:
		return trust.ErrSignature
	}
	return nil
}

// key returns the signer's key as its authority answers for it.
func (s *seal) key(signer, authority trust.Key) trust.Key {
	k := signer
	k.Country, k.Domains, k.Source = authority.Country, authority.Domains, authority.Source
	k.Demo = k.Demo || authority.Demo
	if k.NotBefore.Before(authority.NotBefore) {
		k.NotBefore = authority.NotBefore
	}
	if !authority.NotAfter.IsZero() && k.NotAfter.After(authority.NotAfter) {
		k.NotAfter = authority.NotAfter
	}
	k.Uses = trust.Uses{Of: usesOf(s.signer)}
	if end := s.signer.UsedUntil; !end.IsZero() && s.latest().After(end) {
		k.Uses = trust.Uses{} // what happened later was signed later
	}
	return k
}

// The types of documents that a signer may be restricted to.
var documentUses = map[string][]trust.Use{
	"NV": {trust.Vaccination},
	"NT": {trust.Test, trust.Antibody},
}

// usesOf returns what the certificate entitles to.
func usesOf(c *pki.Certificate) []trust.Use {
	if c.CA || !c.Signs || !slices.Contains(c.Purposes, pki.HealthSeal) {
		return nil
	}
	if len(c.Documents) == 0 {
		return []trust.Use{trust.Antibody, trust.Test, trust.Vaccination}
	}
	var out []trust.Use
	for _, d := range c.Documents {
		out = append(out, documentUses[d]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SignerUses returns what a certificate entitles a signer of seals to, and
// whether it is one of a signer of seals at all.
func SignerUses(der []byte) ([]trust.Use, bool) {
	c, err := pki.Parse(der)
	if err != nil {
		return nil, false
	}
	uses := usesOf(c)
	return uses, len(uses) > 0
}

// latest returns the earliest moment, anywhere on Earth, of the latest day that
// the seal states something was done on.
func (s *seal) latest() time.Time {
	msg := s.data.Get("msg")
	latest := ""
	days := []jcs.Value{msg.Get("dat").Get("sc"), msg.Get("dat").Get("ri")}
	for _, e := range msg.Get("ve").Items {
		for _, d := range e.Get("vd").Items {
			days = append(days, d.Get("dvc"))
		}
	}
	for _, d := range days {
		if text, _ := d.Text(); len(text) >= 10 && strings.Compare(text[:10], latest) > 0 {
			if _, err := cert.ParseDate(text[:10]); err == nil {
				latest = text[:10]
			}
		}
	}
	d, err := cert.ParseDate(latest)
	if err != nil || d.IsZero() {
		return time.Time{}
	}
	return d.First().Add(-14 * time.Hour)
}

// SkipVerification returns what the seal says although nobody checked who says so.
func (u *Unverified) SkipVerification() (*cert.Certificate, error) { return u.seal().certificate() }

// RawSkippingVerification returns the canonical form of data, for [JSON] and
// [Schema], although nobody checked who signed it.
func (u *Unverified) RawSkippingVerification() string { return string(u.seal().signed) }

// JSON returns data (trust.Signed.Raw) as it was signed: hdr and msg. The
// error is an [*Error].
func JSON(raw string) ([]byte, error) {
	v, err := data(raw)
	if err != nil {
		return nil, err
	}
	return v.AppendCanonical(nil), nil
}

// data reads data that came from elsewhere.
func data(raw string) (jcs.Value, error) {
	if len(raw) > MaxText {
		return jcs.Value{}, &Error{StepJSON, ErrTooLong}
	}
	v, err := jcs.Parse(raw)
	if err != nil {
		return jcs.Value{}, &Error{StepJSON, err}
	}
	if v.Kind() != jcs.Object {
		return jcs.Value{}, &Error{StepJSON, ErrShape}
	}
	return v, nil
}
