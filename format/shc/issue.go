package shc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/trust"
)

// Issuer makes cards. The zero Issuer makes none.
type Issuer struct {
	// Signer holds the private key, on curve P-256, in memory or in a device.
	Signer crypto.Signer
	// Key is what others will know of it: the public key, what it may sign and
	// when. Its identifier is [Thumbprint] of the public key.
	Key trust.Key
	// URL is the issuer's, of https and without a slash at its end. Verifiers
	// fetch its keys ([KeySet]) at URL/.well-known/jwks.json.
	URL string
	// RevocationID returns the identifier by which a card may be withdrawn, see
	// the function of that name. Nil, or "", is none: such a card can be
	// withdrawn with its key only.
	RevocationID func(c *cert.Certificate) string
}

// FieldError says which field of a certificate, or of the issuer, keeps a card
// from being made. It repeats nothing of the certificate.
type FieldError struct {
	Field string // in the certificate: "events.0.sampled_at"; or "key.uses", "url"
	What  string // a code: missing, type, pattern, conflict
	Do    string // what to do about it
}

// Error implements error.
func (e *FieldError) Error() string {
	return "issuing SMART Health Card: " + e.Field + ": " + e.What + ": " + e.Do
}

// What a FieldError says, and an Issue.
const (
	issueMissing  = "missing"
	issueType     = "type"
	issuePattern  = "pattern"
	issueConflict = "conflict"
)

// Issue makes a card that states what the certificate does, as a compact JWS;
// [Numeric] makes the text of a QR code of it, and [File] a file.
//
// A card holds tests, antibody tests and vaccinations, as many as there are,
// about one person with a name and a birth date. It is minified as the
// framework demands: no identifiers of resources, "resource:0" for URLs, no
// text or display beside a code. What a card has no place for (transliterated
// names, specimen and device of a test, country, next dose, centre's
// accreditation) is left out; reading the card back shows what is left.
//
// The certificate's life (Signed.Issued, Signed.Until, which may be open) must
// lie within the key's.
//
// Randomness comes from rand. Issue may be called from several goroutines if
// the signer, rand and RevocationID may.
func (i Issuer) Issue(c *cert.Certificate, rand io.Reader) (string, error) {
	if err := i.entitled(c); err != nil {
		return "", err
	}
	content, err := i.payload(c)
	if err != nil {
		return "", err
	}
	packed := deflate.EncodeRaw(nil, content)
	header := `{"zip":"DEF","alg":"ES256","kid":"` + jws.Encode([]byte(i.Key.ID)) + `"}`
	text, err := jws.Make(header, packed, func(signed []byte) ([]byte, error) { return jws.Sign(rand, i.Signer, signed) })
	if err != nil {
		return "", fmt.Errorf("issuing SMART Health Card: %w", err)
	}
	return text, nil
}

// entitled checks that the key may sign the certificate.
func (i Issuer) entitled(c *cert.Certificate) error {
	if i.Signer == nil {
		return &FieldError{"key", issueMissing, "give the signer of the key"}
	}
	id, err := Thumbprint(i.Signer.Public())
	if err != nil {
		return &FieldError{"key", issueType, "sign with a key on curve P-256"}
	}
	switch k, ok := i.Signer.Public().(interface{ Equal(crypto.PublicKey) bool }); {
	case !ok || !k.Equal(i.Key.Public):
		return &FieldError{"key", issueConflict, "the signer does not hold the private key of this public key"}
	case i.Key.ID != id:
		return &FieldError{"key.id", issueConflict, "name the key by its thumbprint"}
	case !isURL(i.URL) || i.URL[len(i.URL)-1] == '/':
		return &FieldError{"url", issuePattern, "give the issuer's URL, of https and without a slash at its end"}
	case c.Derived != nil:
		return &FieldError{"derived", issueType, "a card has no place for what it was derived from: use hc1 or icvp"}
	case len(c.Events) == 0:
		return &FieldError{"events", issueMissing, "state at least one test or vaccination"}
	}
	for n, e := range c.Events {
		if !i.Key.Uses.Allows(trust.UseFor(e.Kind())) {
			return &FieldError{"key.uses", issueConflict, "sign with a key that may sign this kind of certificate (event " + strconv.Itoa(n) + ")"}
		}
	}
	switch from, until := c.Signed.Issued, c.Signed.Until; {
	case from.IsZero():
		return &FieldError{"signed.issued", issueMissing, "state when the card is issued"}
	case !until.IsZero() && !from.Before(until):
		return &FieldError{"signed.until", issueConflict, "let the signature expire after it is issued"}
	case !c.Signed.From.IsZero() && !c.Signed.From.Equal(from):
		return &FieldError{"signed.from", issueConflict, "leave it empty: a card is valid from its issue"}
	case !i.Key.InForce(from):
		return &FieldError{"signed.issued", issueConflict, "issue within the life of the key"}
	case !until.IsZero() && !i.Key.NotAfter.IsZero() && until.After(i.Key.NotAfter):
		return &FieldError{"signed.until", issueConflict, "let the signature expire before the key does, or sign with a newer key"}
	}
	return nil
}

// payload prints the claims.
func (i Issuer) payload(c *cert.Certificate) ([]byte, error) {
	p := printer{cert: c}
	p.open('{')
	p.text("iss", i.URL)
	p.number("nbf", c.Signed.Issued)
	if !c.Signed.Until.IsZero() {
		p.number("exp", c.Signed.Until)
	}
	p.key("vc").open('{')
	p.key("type").open('[')
	p.string(typeCard)
	p.close(']')
	p.key("credentialSubject").open('{')
	p.text("fhirVersion", "4.0.1")
	p.key("fhirBundle")
	p.bundle()
	p.close('}')
	if i.RevocationID != nil {
		if id := i.RevocationID(c); id != "" {
			p.text("rid", id)
		}
	}
	p.close('}').close('}')
	if p.err != nil {
		return nil, p.err
	}
	raw := string(p.out)
	if i.RevocationID != nil && i.RevocationID(c) != RevocationID(raw) {
		return nil, &FieldError{"revocation_id", issuePattern, "at most 24 characters of base64url"}
	}
	for _, issue := range Schema(raw) {
		return nil, &FieldError{"certificate", issue.What, "the card would break its profile at " + issue.Path}
	}
	return p.out, nil
}

// number prints a moment as seconds, with milliseconds where it has some.
func (p *printer) number(key string, t time.Time) {
	p.key(key)
	p.separate()
	ms := t.UnixMilli()
	p.out = strconv.AppendInt(p.out, ms/1000, 10)
	if ms%1000 != 0 && ms > 0 {
		p.out = append(p.out, '.', byte('0'+ms/100%10), byte('0'+ms/10%10), byte('0'+ms%10))
	}
}

// Thumbprint returns the identifier of a key on curve P-256 (RFC 7638), raw bytes.
func Thumbprint(key crypto.PublicKey) (string, error) {
	x, y, err := coordinates(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	return string(sum[:]), nil
}

// coordinates returns x and y of a key as a JSON Web Key has them.
func coordinates(key crypto.PublicKey) (x, y string, err error) {
	k, ok := key.(*ecdsa.PublicKey)
	if !ok || k.Curve != elliptic.P256() {
		return "", "", errors.New("not a key on curve P-256")
	}
	b, err := k.Bytes()
	if err != nil {
		return "", "", errors.New("not a point of curve P-256")
	}
	return jws.Encode(b[1:33]), jws.Encode(b[33:]), nil
}

// KeySet returns the set of an issuer's public keys (RFC 7517) as verifiers
// expect it at URL/.well-known/jwks.json.
func KeySet(keys ...crypto.PublicKey) ([]byte, error) {
	out := []byte(`{"keys":[`)
	for n, k := range keys {
		x, y, err := coordinates(k)
		if err != nil {
			return nil, fmt.Errorf("writing key set: key %d: %w", n, err)
		}
		id, err := Thumbprint(k)
		if err != nil {
			return nil, fmt.Errorf("writing key set: key %d: %w", n, err)
		}
		if n > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"kty":"EC","kid":"`+jws.Encode([]byte(id))+`","use":"sig","alg":"ES256","crv":"P-256","x":"`+x+`","y":"`+y+`"}`...)
	}
	return append(out, "]}\n"...), nil
}
