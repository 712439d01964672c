package hc1

import (
	"errors"
	"strconv"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/trust"
)

// Verify checks the signature under every key that has the identifier which
// the code names, and returns the certificate with the key that signed it. The
// error is, for errors.Is, one of those of package trust, or an [*Error] where
// authentic content cannot be read into a certificate.
func (u *Unverified) Verify(keys *trust.Keys) (trust.Signed, error) {
	code := u.opened()
	m := &code.message
	switch {
	case m.Critical:
		return trust.Signed{}, trust.ErrCritical
	case !m.Alg.Known():
		return trust.Signed{}, trust.ErrAlgorithm
	case m.KeyID == "":
		return trust.Signed{}, trust.ErrNoKeyID
	}
	key, err := signer(m, keys.Find(m.KeyID))
	if err != nil {
		return trust.Signed{}, err
	}
	c, err := code.certificate()
	if err != nil {
		return trust.Signed{}, err
	}
	return trust.Signed{Certificate: c, Key: *key, Raw: m.Payload, Signature: m.Signature}, nil
}

// signer returns the key that signed the message.
func signer(m *cose.Message, keys []trust.Key) (*trust.Key, error) {
	if len(keys) == 0 {
		return nil, trust.ErrUnknownKey
	}
	failed := trust.ErrSignature
	for i := range keys {
		switch err := m.Verify(keys[i].Public); {
		case err == nil:
			return &keys[i], nil
		case errors.Is(err, cose.ErrKeySize):
			failed = ErrWeakKey // it may be the one that signed
		}
	}
	return nil, failed
}

// SkipVerification returns what the code says although nobody checked who says so.
func (u *Unverified) SkipVerification() (*cert.Certificate, error) { return u.opened().certificate() }

// RawSkippingVerification returns the payload as received, for [JSON] and
// [Schema], although nobody checked who signed it.
func (u *Unverified) RawSkippingVerification() string { return u.opened().message.Payload }

// JSON returns the content of a payload (trust.Signed.Raw) in the format's own
// words, in the order received: {"ver":...,"nam":...} for a European
// certificate. Of content that is not known, all of it. The error is an [*Error].
func JSON(raw string) ([]byte, error) {
	c, err := open(raw)
	if err != nil {
		return nil, err
	}
	out, err := c.content.AppendJSON(make([]byte, 0, len(raw)*3/2))
	if err != nil {
		return nil, &Error{StepPayload, err}
	}
	return out, nil
}

// open reads the claims of a payload that came from elsewhere.
func open(raw string) (claims, error) {
	if len(raw) > MaxContent {
		return claims{}, &Error{StepCBOR, ErrTooLarge}
	}
	v, err := cbor.Read(raw)
	if err != nil {
		return claims{}, &Error{StepCBOR, err}
	}
	c, err := readClaims(v)
	if err != nil {
		return claims{}, &Error{StepCWT, err}
	}
	return c, nil
}

// contentPath is the path of a key of the content claim.
func contentPath(k cbor.Key) string {
	if k.IsText {
		return "-260." + k.Text
	}
	if k.Int == 1 {
		return "-260.1"
	}
	return "-260." + strconv.FormatInt(k.Int, 10)
}
