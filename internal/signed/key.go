package signed

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The algorithms of this build.
const (
	Ed25519 = "ed25519"
	ES256   = "es256"
)

// The constant head of a SubjectPublicKeyInfo in DER (RFC 8410, section 4; RFC
// 5480, section 2), so that package crypto/x509 is not needed here.
const (
	headEd25519 = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
	headP256    = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"
)

// KeyID returns the identifier of a key, which must be an Ed25519 or a P-256 key.
func KeyID(key crypto.PublicKey) (string, error) {
	_, id, err := identify(key)
	return id, err
}

func identify(key crypto.PublicKey) (algorithm, id string, err error) {
	var spki []byte
	switch k := key.(type) {
	case ed25519.PublicKey:
		if len(k) != ed25519.PublicKeySize {
			return "", "", errors.New("identifying key: not 32 bytes")
		}
		algorithm, spki = Ed25519, append([]byte(headEd25519), k...)
	case *ecdsa.PublicKey:
		if k == nil || k.Curve != elliptic.P256() {
			return "", "", errors.New("identifying key: not on the curve P-256")
		}
		point, err := k.Bytes()
		if err != nil {
			return "", "", errors.New("identifying key: not a point of the curve")
		}
		algorithm, spki = ES256, append([]byte(headP256), point...)
	default:
		return "", "", fmt.Errorf("identifying key: %T is neither Ed25519 nor P-256", key)
	}
	h := sha256.Sum256(spki)
	return algorithm, hex.EncodeToString(h[:]), nil
}

// Open reads a file that one or more of the given keys signed, and returns the
// identifiers of those that did. It fails with [ErrUnsigned],
// [ErrUnknownSigner] or [ErrSignature] if it cannot name one.
func Open(data []byte, keys ...crypto.PublicKey) (File, []string, error) {
	f, err := Parse(data)
	if err != nil {
		return File{}, nil, err
	}
	by, err := f.Verify(keys...)
	if err != nil {
		return File{}, nil, err
	}
	return f, by, nil
}

// Verify returns the identifiers of the given keys that signed the text, in
// the order of the signatures. One signature that names a given key and does
// not verify spoils them all.
func (f File) Verify(keys ...crypto.PublicKey) ([]string, error) {
	type known struct {
		algorithm string
		key       crypto.PublicKey
	}
	byID := make(map[string]known)
	for _, k := range keys {
		algorithm, id, err := identify(k)
		if err != nil {
			return nil, err
		}
		byID[id] = known{algorithm, k}
	}
	if len(f.Signatures) == 0 {
		return nil, ErrUnsigned
	}
	var by []string
	for _, s := range f.Signatures {
		k, ok := byID[s.KeyID]
		if !ok || s.Algorithm != Ed25519 && s.Algorithm != ES256 {
			continue
		}
		if k.algorithm != s.Algorithm || !verify(k.key, f.Text, s.Bytes) {
			return nil, fmt.Errorf("%w: key %s", ErrSignature, s.KeyID)
		}
		by = append(by, s.KeyID)
	}
	if by == nil {
		return nil, ErrUnknownSigner
	}
	return by, nil
}

func verify(key crypto.PublicKey, text, sig []byte) bool {
	if len(sig) != 64 {
		return false
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(k, text, sig)
	case *ecdsa.PublicKey:
		h := sha256.Sum256(text)
		return ecdsa.Verify(k, h[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	}
	return false
}

// Sign signs a text that [Parse] accepts, signed already or not, and returns it
// with one signature more. It refuses a key that has signed it. A signer of
// ed25519 gets the whole text, one of es256 its SHA-256.
func Sign(data []byte, signer crypto.Signer, rand io.Reader) ([]byte, error) {
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	algorithm, id, err := identify(signer.Public())
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	digest, opts := f.Text, crypto.SignerOpts(crypto.Hash(0))
	if algorithm == ES256 {
		h := sha256.Sum256(f.Text)
		digest, opts = h[:], crypto.SHA256
	}
	sig, err := signer.Sign(rand, digest, opts)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	if algorithm == ES256 {
		if sig, err = plain(sig); err != nil {
			return nil, fmt.Errorf("signing: %w", err)
		}
	}
	if err := f.add(Signature{algorithm, id, sig}); err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	if !verify(signer.Public(), f.Text, sig) {
		return nil, errors.New("signing: the signer's signature does not verify")
	}
	return f.Bytes(), nil
}

// plain turns an ECDSA signature in ASN.1 into r and s of 32 bytes each.
func plain(der []byte) ([]byte, error) {
	var r, s big.Int
	var inner cryptobyte.String
	outer := cryptobyte.String(der)
	if !outer.ReadASN1(&inner, asn1.SEQUENCE) || !outer.Empty() ||
		!inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&s) || !inner.Empty() ||
		r.Sign() <= 0 || s.Sign() <= 0 || r.BitLen() > 256 || s.BitLen() > 256 {
		return nil, errors.New("the signer's signature is not ECDSA in ASN.1")
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
}
