package divoc

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/trust"
)

// The sizes of RSA keys that are used, in bits.
const (
	minRSA = 2048
	maxRSA = 4096
)

// Verify checks the signature under every key that has the name which the
// certificate gives and is bound to its issuer, and returns the certificate with
// the key that signed it. The error is, for errors.Is, one of those of package
// trust, or an [*Error] where authentic content cannot be read into a certificate.
func (u *Unverified) Verify(keys *trust.Keys) (trust.Signed, error) {
	c := u.credential()
	switch {
	case c.critical:
		return trust.Signed{}, trust.ErrCritical
	case c.verifier() == nil:
		return trust.Signed{}, trust.ErrAlgorithm
	}
	key, err := c.signer(keys.Find(c.keyID))
	if err != nil {
		return trust.Signed{}, err
	}
	out, err := c.certificate()
	if err != nil {
		return trust.Signed{}, err
	}
	return trust.Signed{Certificate: out, Key: *key, Raw: c.raw, Signature: string(c.signature)}, nil
}

// signer returns the key that signed the certificate, of those that are bound to
// its issuer. What a key is called proves nothing, so one that is bound to
// nobody is nobody's.
func (c *credential) signer(keys []trust.Key) (*trust.Key, error) {
	failed, verifies := trust.ErrUnknownKey, c.verifier()
	for i := range keys {
		if keys[i].Issuer == "" || keys[i].Issuer != c.issuer {
			continue
		}
		failed = trust.ErrSignature
		if verifies(keys[i].Public, c.message, c.signature) {
			return &keys[i], nil
		}
	}
	return nil, failed
}

// verifier returns how a signature of the certificate's suite is checked; nil
// for a suite that is not known, or whose algorithm is another.
func (c *credential) verifier() func(key crypto.PublicKey, message, sig []byte) bool {
	switch c.suite + " " + c.algorithm {
	case "RsaSignature2018 PS256":
		return verifyPS256
	case "Ed25519Signature2018 EdDSA":
		return verifyEdDSA
	}
	return nil
}

// verifyPS256 is PS256 of RFC 7518 section 3.5.
func verifyPS256(key crypto.PublicKey, message, sig []byte) bool {
	k, ok := key.(*rsa.PublicKey)
	if !ok || k.N == nil || k.N.BitLen() < minRSA || k.N.BitLen() > maxRSA {
		return false
	}
	sum := sha256.Sum256(message)
	return rsa.VerifyPSS(k, crypto.SHA256, sum[:], sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
}

// verifyEdDSA is EdDSA of RFC 8037 with Ed25519.
func verifyEdDSA(key crypto.PublicKey, message, sig []byte) bool {
	k, ok := key.(ed25519.PublicKey)
	return ok && len(k) == ed25519.PublicKeySize && ed25519.Verify(k, message, sig)
}

// SkipVerification returns what the certificate says although nobody checked who says so.
func (u *Unverified) SkipVerification() (*cert.Certificate, error) {
	return u.credential().certificate()
}

// RawSkippingVerification returns certificate.json, for [JSON] and [Schema],
// although nobody checked who signed it.
func (u *Unverified) RawSkippingVerification() string { return u.credential().raw }

// JSON returns certificate.json (trust.Signed.Raw) as it was signed. The error
// is an [*Error].
func JSON(raw string) ([]byte, error) {
	c, err := read(raw)
	if err != nil {
		return nil, err
	}
	return []byte(c.doc.Raw()), nil
}
