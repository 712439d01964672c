package history

import (
	"crypto"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/adler32"
	"io"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/trust"
)

// Stamps, notices and exposure statements travel as HC1 codes, so that every
// scanner of certificates sees what they are, with content of ours: claim -260 is
// a map of one key. The
// registered numbers are positive (hcert 1.0.5, section 3.3.1); negative ones are
// free for development, and -6 is in the field (ICVP).
const (
	claimIssuer  = 1
	claimExpires = 4
	claimIssued  = 6
	claimContent = -260

	contentStamp    = -7
	contentNotice   = -8
	contentExposure = -9
)

// Hash names something signed: the first 16 bytes of the SHA-256 of what
// was signed (the Sig_structure of RFC 9052), whatever its signature. The zero
// Hash names nothing.
type Hash [16]byte

// sealed is an opened code.
type sealed struct {
	jurisdiction  string
	issued, until time.Time
	content       cbor.Value
	keyID         string
	demo          bool
	hash          Hash
}

var (
	errContent   = errors.New("the code holds something else")
	errUse       = errors.New("the key is not for this use")
	errCountry   = errors.New("the key is of another jurisdiction")
	errPeriod    = errors.New("the key was not in force when it signed")
	errMalformed = errors.New("a part is missing, of the wrong type, or out of its range")
)

// open reads a code and verifies that a key that is entitled to the use signed
// it for its own jurisdiction.
func open(text string, content int64, use trust.Use, keys *trust.Keys) (sealed, error) {
	u, err := hc1.Read(text)
	if err != nil {
		return sealed{}, &Error{NotACode, err}
	}
	signed, err := u.Verify(keys)
	switch {
	case errors.Is(err, trust.ErrSignature):
		return sealed{}, &Error{Forged, err}
	case errors.Is(err, trust.ErrUnknownKey), errors.Is(err, trust.ErrNoKeyID):
		return sealed{}, &Error{UnknownSigner, err}
	case errors.Is(err, trust.ErrAlgorithm), errors.Is(err, trust.ErrCritical):
		return sealed{}, &Error{UnknownAlgorithm, err}
	case err != nil: // a certificate that cannot be read
		return sealed{}, &Error{WrongContent, errContent}
	}
	out, err := unseal(signed.Certificate, signed.Raw, content)
	if err != nil {
		return sealed{}, err
	}
	if err := out.entitle(signed.Key.Public, keys.Find(u.KeyID()), use); err != nil {
		return sealed{}, err
	}
	out.keyID = u.KeyID()
	return out, nil
}

// unseal reads what was signed.
func unseal(c *cert.Certificate, raw string, content int64) (sealed, error) {
	out, err := claims(raw, content)
	if err != nil {
		return sealed{}, err
	}
	out.issued, out.until = c.Signed.Issued, c.Signed.Until
	if out.issued.IsZero() || out.until.Before(out.issued) || !c.Signed.From.IsZero() || out.issued.Nanosecond() != 0 || !isYear(out.issued) || !isYear(out.until) {
		return sealed{}, &Error{Malformed, errMalformed}
	}
	if len(c.Carrier.Hash) < 2*len(out.hash) {
		return sealed{}, &Error{NotACode, errMalformed}
	}
	if _, err := hex.Decode(out.hash[:], []byte(c.Carrier.Hash)[:2*len(out.hash)]); err != nil {
		return sealed{}, &Error{NotACode, err}
	}
	return out, nil
}

// skim reads a code and verifies nothing: what comes of it has no key.
func skim(text string, content int64) (sealed, error) {
	u, err := hc1.Read(text)
	if err != nil {
		return sealed{}, &Error{NotACode, err}
	}
	c, err := u.SkipVerification()
	if err != nil {
		return sealed{}, &Error{WrongContent, errContent}
	}
	return unseal(c, u.RawSkippingVerification(), content)
}

// claims finds issuer and content in the signed bytes.
func claims(raw string, content int64) (sealed, error) {
	v, err := cbor.Read(raw)
	if err != nil {
		return sealed{}, &Error{WrongContent, errContent}
	}
	var out sealed
	for k, v := range v.Pairs {
		switch k {
		case cbor.Key{Int: claimIssuer}:
			out.jurisdiction, _ = v.Text()
		case cbor.Key{Int: claimContent}:
			n := 0
			for k, v := range v.Pairs {
				n++
				if k == (cbor.Key{Int: content}) {
					out.content = v
				}
			}
			if n != 1 {
				out.content = cbor.Value{}
			}
		}
	}
	switch {
	case out.content.Kind() == cbor.None:
		return sealed{}, &Error{WrongContent, errContent}
	case out.content.Kind() != cbor.Map || !isCountry(out.jurisdiction):
		return sealed{}, &Error{Malformed, errMalformed}
	}
	return out, nil
}

// entitle looks among the keys with the identifier for one that is the signer's,
// of the jurisdiction, for the use and in force. The same public key may be
// listed for several jurisdictions.
func (s *sealed) entitle(public crypto.PublicKey, keys []trust.Key, use trust.Use) error {
	p, _ := public.(interface{ Equal(crypto.PublicKey) bool })
	failed := &Error{ForeignSigner, errCountry}
	for _, k := range keys {
		if p == nil || !p.Equal(k.Public) || k.Country != s.jurisdiction {
			continue
		}
		switch {
		case !k.Uses.Allows(use):
			failed = &Error{NotEntitled, errUse}
		case !trust.ValidAtIssuance.InForce(k, s.issued, s.issued):
			failed = &Error{KeyNotInForce, errPeriod}
		default:
			s.demo = k.Demo
			return nil
		}
	}
	return failed
}

// Office signs stamps, notices or exposure statements: a border desk, a health
// authority. The zero Office signs nothing.
type Office struct {
	Signer crypto.Signer
	Key    trust.Key // what others know of it: identifier, public key, jurisdiction, uses, validity
}

var (
	errSigner = errors.New("the signer does not hold the private key of this public key")
	errLife   = errors.New("the signature must be made and expire within the key's validity, and expire after it is made, within a year and a day")
)

// maxLife is the longest life of a signature: a stamp fades, as nobody's
// movements of years ago are of use against a disease.
const maxLife = 367 * 24 * time.Hour

// seal makes a code of a content in CBOR.
func (o Office) seal(use trust.Use, content int64, body []byte, issued, until time.Time, rand io.Reader) (string, error) {
	if o.Signer == nil {
		return "", &Error{NotEntitled, errSigner}
	}
	if p, ok := o.Signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !p.Equal(o.Key.Public) {
		return "", &Error{NotEntitled, errSigner}
	}
	if !o.Key.Uses.Allows(use) {
		return "", &Error{NotEntitled, errUse}
	}
	if !isCountry(o.Key.Country) {
		return "", &Error{UnknownJurisdiction, errCountry}
	}
	issued, until = issued.Truncate(time.Second), until.Truncate(time.Second)
	if issued.IsZero() || !issued.Before(until) || until.Sub(issued) > maxLife || !o.Key.InForce(issued) || !o.Key.InForce(until) {
		return "", &Error{KeyNotInForce, errLife}
	}
	b := cbor.AppendMap(make([]byte, 0, 512), 4)
	b = cbor.AppendText(cbor.AppendInt(b, claimIssuer), o.Key.Country)
	b = cbor.AppendInt(cbor.AppendInt(b, claimExpires), until.Unix())
	b = cbor.AppendInt(cbor.AppendInt(b, claimIssued), issued.Unix())
	b = cbor.AppendInt(cbor.AppendMap(cbor.AppendInt(b, claimContent), 1), content)
	message, err := cose.Sign(rand, o.Signer, o.Key.ID, append(b, body...))
	if err != nil {
		return "", &Error{NotEntitled, err}
	}
	return string(base45.AppendEncode([]byte("HC1:"), store(message))), nil
}

// store makes a zlib stream of one block that is not compressed (RFC 1950, RFC
// 1951 section 3.2.4): hashes and signatures do not compress, and a stored block
// costs 11 bytes, which is less than the codes of a compressed one.
func store(b []byte) []byte {
	out := make([]byte, 0, len(b)+11)
	out = append(out, 0x78, 0x01, 0x01)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(b)))
	out = binary.LittleEndian.AppendUint16(out, ^uint16(len(b)))
	out = append(out, b...)
	return binary.BigEndian.AppendUint32(out, adler32.Checksum(b))
}
