package cose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"io"

	"github.com/pratique/pratique/internal/cbor"
)

// AlgFor returns the algorithm with which a key signs: ES256, ES384 or ES512
// by its curve, PS256 for RSA of 2048 to 4096 bits, EdDSA for Ed25519.
func AlgFor(key crypto.PublicKey) (Alg, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return ES256, nil
		case elliptic.P384():
			return ES384, nil
		case elliptic.P521():
			return ES512, nil
		}
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSA || n > maxRSA {
			return 0, ErrKeySize
		}
		return PS256, nil
	case ed25519.PublicKey:
		return EdDSA, nil
	}
	return 0, ErrAlgorithm
}

// Sign makes a message in tag 18, with alg and kid in the protected header.
// The signer may be any that returns ECDSA signatures in DER and RSA-PSS with a
// salt as long as the hash.
func Sign(rand io.Reader, signer crypto.Signer, keyID string, payload []byte) ([]byte, error) {
	alg, err := AlgFor(signer.Public())
	if err != nil {
		return nil, err
	}
	if len(keyID) == 0 || len(keyID) > maxKeyID {
		return nil, fmt.Errorf("signing with a key id of %d bytes: %w", len(keyID), ErrHeader)
	}
	var room [16 + maxKeyID]byte
	protected := cbor.AppendMap(room[:0], 2)
	protected = cbor.AppendInt(cbor.AppendInt(protected, labelAlg), int64(alg))
	protected = cbor.AppendBytes(cbor.AppendInt(protected, labelKeyID), []byte(keyID))

	m := Message{Alg: alg, Protected: string(protected), Payload: string(payload)}
	sig, err := m.sign(rand, signer)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	out := make([]byte, 0, 16+len(protected)+len(payload)+len(sig))
	out = cbor.AppendArray(cbor.AppendTag(out, tagSign1), 4)
	out = cbor.AppendBytes(out, protected)
	out = cbor.AppendMap(out, 0)
	out = cbor.AppendBytes(out, payload)
	return cbor.AppendBytes(out, sig), nil
}

// sign returns the signature as COSE writes it.
func (m *Message) sign(rand io.Reader, signer crypto.Signer) ([]byte, error) {
	signed := m.appendSigned(make([]byte, 0, 32+len(m.Protected)+len(m.Payload)))
	switch m.Alg {
	case ES256:
		sum := sha256.Sum256(signed)
		return signECDSA(rand, signer, sum[:], crypto.SHA256, 32)
	case ES384:
		sum := sha512.Sum384(signed)
		return signECDSA(rand, signer, sum[:], crypto.SHA384, 48)
	case ES512:
		sum := sha512.Sum512(signed)
		return signECDSA(rand, signer, sum[:], crypto.SHA512, maxInt)
	case PS256:
		sum := sha256.Sum256(signed)
		return signer.Sign(rand, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	case EdDSA:
		return signer.Sign(rand, signed, crypto.Hash(0))
	}
	return nil, ErrAlgorithm
}

func signECDSA(rand io.Reader, signer crypto.Signer, sum []byte, hash crypto.Hash, n int) ([]byte, error) {
	der, err := signer.Sign(rand, sum, hash)
	if err != nil {
		return nil, err
	}
	return appendFixed(make([]byte, 0, 2*n), der, n)
}
