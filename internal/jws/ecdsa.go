package jws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// What [Alg.Verify] and [Sign] can say.
var (
	// ErrAlgorithm means that the algorithm, or a key of this kind, is none of
	// those here: nothing is said about the signature.
	ErrAlgorithm = errors.New("the signature algorithm is not ES256, ES384 or ES512")
	// ErrSignature means that the key did not sign the text.
	ErrSignature = errors.New("the signature does not verify")
)

// Alg is a signature algorithm by its name in RFC 7518.
type Alg string

// The algorithms that can be verified: ECDSA on P-256, P-384 and P-521.
const (
	ES256 Alg = "ES256"
	ES384 Alg = "ES384"
	ES512 Alg = "ES512"
)

// curve returns the curve of the algorithm, or nil.
func (a Alg) curve() elliptic.Curve {
	switch a {
	case ES256:
		return elliptic.P256()
	case ES384:
		return elliptic.P384()
	case ES512:
		return elliptic.P521()
	}
	return nil
}

// Known reports whether signatures of the algorithm can be verified.
func (a Alg) Known() bool { return a.curve() != nil }

// Size is the length of a signature in bytes: r and s, each as wide as the
// curve's field.
func (a Alg) Size() int {
	if c := a.curve(); c != nil {
		return 2 * width(c)
	}
	return 0
}

func width(c elliptic.Curve) int { return (c.Params().BitSize + 7) / 8 }

// hash returns the hash of the algorithm over a text.
func (a Alg) hash(signed []byte) ([]byte, crypto.Hash) {
	switch a {
	case ES384:
		sum := sha512.Sum384(signed)
		return sum[:], crypto.SHA384
	case ES512:
		sum := sha512.Sum512(signed)
		return sum[:], crypto.SHA512
	}
	sum := sha256.Sum256(signed)
	return sum[:], crypto.SHA256
}

// Verify returns nil if the key signed the text. A key on another curve than
// the algorithm's did not.
func (a Alg) Verify(key crypto.PublicKey, signed []byte, sig string) error {
	if !a.Known() {
		return ErrAlgorithm
	}
	sum, _ := a.hash(signed)
	return a.VerifyHash(key, sum, sig)
}

// VerifyHash is Verify for the hash of the text: SHA-256 for ES256.
func (a Alg) VerifyHash(key crypto.PublicKey, sum []byte, sig string) error {
	c := a.curve()
	if c == nil {
		return ErrAlgorithm
	}
	pub, ok := key.(*ecdsa.PublicKey)
	if !ok || pub.Curve != c || len(sig) != a.Size() {
		return ErrSignature
	}
	if !ecdsa.VerifyASN1(pub, sum, appendDER(make([]byte, 0, len(sig)+moreDER), sig)) {
		return ErrSignature
	}
	return nil
}

// moreDER is what the DER of a signature has beside r and s: a head of 2 and a
// zero before each, and a head of 3.
const moreDER = 3 + 2*(2+1)

// appendDER appends the SEQUENCE of two INTEGERs (RFC 3279 section 2.2.3) that
// package ecdsa takes, for r and s of equal width.
func appendDER(dst []byte, sig string) []byte {
	r, s := minimal(sig[:len(sig)/2]), minimal(sig[len(sig)/2:])
	n := 4 + len(r) + int(r[0]>>7) + len(s) + int(s[0]>>7)
	dst = append(dst, 0x30)
	if n >= 0x80 {
		dst = append(dst, 0x81)
	}
	dst = append(dst, byte(n))
	for _, i := range [...]string{r, s} {
		dst = append(dst, 0x02, byte(len(i)+int(i[0]>>7)))
		if i[0] >= 0x80 { // else it would be negative
			dst = append(dst, 0)
		}
		dst = append(dst, i...)
	}
	return dst
}

// minimal cuts leading zeros, down to one byte.
func minimal(b string) string {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return b
}

// AlgFor returns the algorithm with which a key signs.
func AlgFor(key crypto.PublicKey) (Alg, error) {
	if k, ok := key.(*ecdsa.PublicKey); ok {
		for _, a := range []Alg{ES256, ES384, ES512} {
			if k.Curve == a.curve() {
				return a, nil
			}
		}
	}
	return "", ErrAlgorithm
}

// Sign signs a text with the algorithm that the signer's key has. The signer
// may be any that returns ECDSA signatures in DER.
func Sign(rand io.Reader, signer crypto.Signer, signed []byte) ([]byte, error) {
	a, err := AlgFor(signer.Public())
	if err != nil {
		return nil, err
	}
	sum, hash := a.hash(signed)
	der, err := signer.Sign(rand, sum, hash)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	sig, ok := fixed(der, a.Size())
	if !ok {
		return nil, errors.New("signing: the signer returned no ECDSA signature in DER")
	}
	return sig, nil
}

// IsDER reports whether a signature is one of ECDSA in DER (RFC 3279 section
// 2.2.3), which no JSON Web Signature is and some issuers write.
func IsDER(sig string) bool {
	_, ok := fixed([]byte(sig), ES512.Size())
	return ok
}

// fixed turns a signature in DER into r and s of equal width, size bytes in all.
func fixed(der []byte, size int) ([]byte, bool) {
	var seq cryptobyte.String
	r, s := new(big.Int), new(big.Int)
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, asn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1Integer(r) || !seq.ReadASN1Integer(s) || !seq.Empty() ||
		r.Sign() <= 0 || s.Sign() <= 0 || r.BitLen() > size*4 || s.BitLen() > size*4 {
		return nil, false
	}
	out := make([]byte, size)
	r.FillBytes(out[:size/2])
	s.FillBytes(out[size/2:])
	return out, true
}
