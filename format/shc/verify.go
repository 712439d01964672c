package shc

import (
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/trust"
)

// Verify checks the signature under every key that has the identifier which
// the card names, and returns the certificate with the key that signed it. The
// error is, for errors.Is, one of those of package trust, or an [*Error] where
// authentic content cannot be read into a certificate.
func (u *Unverified) Verify(keys *trust.Keys) (trust.Signed, error) {
	c := u.card()
	switch {
	case c.critical:
		return trust.Signed{}, trust.ErrCritical
	case c.algorithm != string(jws.ES256):
		return trust.Signed{}, trust.ErrAlgorithm
	case c.keyID == "":
		return trust.Signed{}, trust.ErrNoKeyID
	}
	key, err := c.signer(keys.Find(c.keyID))
	if err != nil {
		return trust.Signed{}, err
	}
	out, err := c.certificate()
	if err != nil {
		return trust.Signed{}, err
	}
	return trust.Signed{
		Certificate: out, Key: *key, Raw: c.raw, Signature: c.signature, RevocationID: c.id,
	}, nil
}

// signer returns the key that signed the card. A key that may sign for another
// issuer alone is not the one that the card names.
func (c *card) signer(keys []trust.Key) (*trust.Key, error) {
	failed := trust.ErrUnknownKey
	for i := range keys {
		if keys[i].Issuer != "" && keys[i].Issuer != c.issuer {
			continue
		}
		failed = trust.ErrSignature
		if jws.ES256.VerifyHash(keys[i].Public, c.sum[:], c.signature) == nil {
			return &keys[i], nil
		}
	}
	return nil, failed
}

// SkipVerification returns what the card says although nobody checked who says so.
func (u *Unverified) SkipVerification() (*cert.Certificate, error) { return u.card().certificate() }

// RawSkippingVerification returns the payload, inflated, for [JSON], [Schema]
// and [RevocationID], although nobody checked who signed it.
func (u *Unverified) RawSkippingVerification() string { return u.card().raw }

// JSON returns the payload (trust.Signed.Raw) as it was signed: iss, nbf, exp
// and vc. The error is an [*Error].
func JSON(raw string) ([]byte, error) {
	v, err := payload(raw)
	if err != nil {
		return nil, err
	}
	return []byte(v.Raw()), nil
}

// payload reads a payload that came from elsewhere.
func payload(raw string) (jcs.Value, error) {
	if len(raw) > MaxContent {
		return jcs.Value{}, &Error{StepJSON, deflate.ErrTooLarge}
	}
	v, err := jcs.Parse(raw)
	if err != nil {
		return jcs.Value{}, &Error{StepJSON, err}
	}
	if v.Kind() != jcs.Object {
		return jcs.Value{}, &Error{StepClaims, ErrClaims}
	}
	return v, nil
}

// maxRevocationID is the length of the longest identifier that the framework allows.
const maxRevocationID = 24

// RevocationID returns the identifier by which the issuer may withdraw the
// card (vc.rid), from its payload (trust.Signed.Raw); "" if there is none, or
// none that a revocation list could hold (at most 24 characters of base64url).
// A list may withdraw it for cards issued before a moment; the card's is
// Certificate.Signed.Issued.
func RevocationID(raw string) string {
	v, err := payload(raw)
	if err != nil {
		return ""
	}
	return revocationID(v.Get("vc"))
}

func revocationID(vc jcs.Value) string {
	id, _ := vc.Get("rid").Text()
	if len(id) > maxRevocationID {
		return ""
	}
	for i := range len(id) {
		c := id[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return ""
		}
	}
	return id
}
