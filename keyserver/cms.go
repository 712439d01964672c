package keyserver

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that signatures name
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
)

// errCMS means that bytes are no detached signature of what they should sign.
var errCMS = errors.New("not a detached signature (CMS) of this")

// Limits of a signature.
const (
	maxCMS   = 64 << 10 // bytes
	maxDepth = 16       // of its elements
	leastRSA = 2024     // bits: some modules make keys that are a little short
	mostRSA  = 8192     // so that none takes long
	leastEC  = 250
)

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA384        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	oidSHA512        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
)

type algorithm struct {
	OID        asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// contentInfo and what follows are of RFC 5652.
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content signedData `asn1:"explicit,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []algorithm `asn1:"set"`
	Encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Lists        asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version            int
	Signer             issuerAndSerial
	Digest             algorithm
	Attributes         asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm          algorithm
	Signature          []byte
	UnsignedAttributes asn1.RawValue `asn1:"optional,tag:1"`
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values []asn1.RawValue `asn1:"set"`
}

// detached is a signature that stands beside what it signs.
type detached struct {
	signer *x509.Certificate // whom it names; nobody has looked at it
	info   signerInfo
}

// parseDetached reads a detached signature. Whether the signer is one who may,
// is to be asked before it is verified: a stranger's key may be of any size.
func parseDetached(cms []byte) (detached, error) {
	der, err := toDER(cms)
	if err != nil {
		return detached{}, err
	}
	var info contentInfo
	if rest, err := asn1.Unmarshal(der, &info); err != nil || len(rest) > 0 || !info.Type.Equal(oidSignedData) {
		return detached{}, errCMS
	}
	d := info.Content
	if len(d.Signers) != 1 || len(d.Encapsulated.Content.FullBytes) > 0 {
		return detached{}, errCMS
	}
	s := d.Signers[0]
	certificates, err := x509.ParseCertificates(d.Certificates.Bytes)
	if err != nil {
		return detached{}, errCMS
	}
	for _, c := range certificates {
		if c.SerialNumber.Cmp(s.Signer.Serial) == 0 && bytes.Equal(c.RawIssuer, s.Signer.Issuer.FullBytes) {
			return detached{c, s}, nil
		}
	}
	return detached{}, errCMS
}

// verify returns nil if the signer signed content.
func (d *detached) verify(content []byte) error { return d.info.verify(d.signer.PublicKey, content) }

func (s *signerInfo) verify(key crypto.PublicKey, content []byte) error {
	hash, ok := hashOf(s.Digest.OID)
	if !ok {
		return errCMS
	}
	signed := content
	if len(s.Attributes.FullBytes) > 0 {
		digest := sum(hash, content)
		var found bool
		for rest := s.Attributes.Bytes; len(rest) > 0; {
			var a attribute
			var err error
			if rest, err = asn1.Unmarshal(rest, &a); err != nil || len(a.Values) != 1 {
				return errCMS
			}
			if a.Type.Equal(oidMessageDigest) {
				if found || !bytes.Equal(a.Values[0].Bytes, digest) {
					return errCMS
				}
				found = true
			}
		}
		if !found {
			return errCMS
		}
		signed = bytes.Clone(s.Attributes.FullBytes)
		signed[0] = 0x31 // signed as a SET (section 5.4)
	}
	h := sum(hash, signed)
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if k.Curve.Params().BitSize >= leastEC && ecdsa.VerifyASN1(k, h, s.Signature) {
			return nil
		}
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= leastRSA && n <= mostRSA && rsa.VerifyPKCS1v15(k, hash, h, s.Signature) == nil {
			return nil
		}
	}
	return errCMS
}

func hashOf(oid asn1.ObjectIdentifier) (crypto.Hash, bool) {
	switch {
	case oid.Equal(oidSHA256):
		return crypto.SHA256, true
	case oid.Equal(oidSHA384):
		return crypto.SHA384, true
	case oid.Equal(oidSHA512):
		return crypto.SHA512, true
	}
	return 0, false
}

func sum(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

// toDER writes elements of indefinite length, which widespread libraries make
// (X.690, section 8.1.3.6), with their length.
func toDER(ber []byte) ([]byte, error) {
	if len(ber) > maxCMS {
		return nil, errCMS
	}
	out, rest, err := element(ber, 0)
	if err != nil || len(rest) > 0 {
		return nil, errCMS
	}
	return out, nil
}

// element reads one element and returns it with its length, and what follows.
func element(b []byte, depth int) (out, rest []byte, err error) {
	if len(b) < 2 || depth == maxDepth || b[0]&0x1F == 0x1F { // no tag here has more than a byte
		return nil, nil, errCMS
	}
	tag, n := b[0], int(b[1])
	b = b[2:]
	endless := n == 0x80
	if n > 0x80 {
		var length uint64
		if n -= 0x80; n > 4 || n > len(b) {
			return nil, nil, errCMS
		}
		for _, c := range b[:n] {
			length = length<<8 | uint64(c)
		}
		b = b[n:]
		if length > uint64(len(b)) {
			return nil, nil, errCMS
		}
		n = int(length)
	}
	if tag&0x20 == 0 { // primitive
		if endless || n > len(b) {
			return nil, nil, errCMS
		}
		return appendElement(nil, tag, b[:n]), b[n:], nil
	}
	content := b
	if !endless {
		if n > len(b) {
			return nil, nil, errCMS
		}
		content, rest = b[:n], b[n:]
	}
	var inner []byte
	for {
		if endless && len(content) >= 2 && content[0] == 0 && content[1] == 0 {
			return appendElement(nil, tag, inner), content[2:], nil
		}
		if len(content) == 0 {
			if endless {
				return nil, nil, errCMS
			}
			return appendElement(nil, tag, inner), rest, nil
		}
		var one []byte
		if one, content, err = element(content, depth+1); err != nil {
			return nil, nil, err
		}
		inner = append(inner, one...)
	}
}

func appendElement(dst []byte, tag byte, content []byte) []byte {
	dst = append(dst, tag)
	switch n := len(content); {
	case n < 0x80:
		dst = append(dst, byte(n))
	case n < 0x100:
		dst = append(dst, 0x81, byte(n))
	default:
		dst = append(dst, 0x83, byte(n>>16), byte(n>>8), byte(n))
		if n < 0x10000 {
			dst = append(dst[:len(dst)-4], 0x82, byte(n>>8), byte(n))
		}
	}
	return append(dst, content...)
}
