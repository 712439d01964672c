package cose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha512"
	"errors"
)

// What [Message.Verify] can say.
var (
	// ErrAlgorithm means that the algorithm, or a key of this kind, cannot be
	// verified here: nothing is said about the signature.
	ErrAlgorithm = errors.New("the signature algorithm cannot be verified here")
	// ErrCritical means that the message has a header that must be understood
	// and is not: nothing is said about the signature.
	ErrCritical = errors.New("a critical header that is not known here")
	// ErrKeySize means that the key is an RSA key of less than 2048 bits, under
	// which a signature proves nothing, or of more than 4096, which none uses.
	ErrKeySize = errors.New("the RSA key has less than 2048 or more than 4096 bits")
	// ErrSignature means that the key did not sign the message.
	ErrSignature = errors.New("the signature does not verify")
)

// The sizes of RSA keys that are used, in bits.
const (
	minRSA = 2048
	maxRSA = 4096
)

// Known reports whether signatures of the algorithm can be verified.
func (a Alg) Known() bool {
	switch a {
	case ES256, ES384, ES512, PS256, PS384, PS512, EdDSA:
		return true
	}
	return false
}

// Verify returns nil if the key signed the message.
func (m *Message) Verify(key crypto.PublicKey) error {
	if m.Critical {
		return ErrCritical
	}
	switch m.Alg {
	case ES256:
		return m.verifyECDSA(key, elliptic.P256(), m.Hash[:])
	case ES384, PS384:
		sum := sha512.Sum384(m.appendSigned(nil))
		if m.Alg == PS384 {
			return m.verifyRSA(key, crypto.SHA384, sum[:])
		}
		return m.verifyECDSA(key, elliptic.P384(), sum[:])
	case ES512, PS512:
		sum := sha512.Sum512(m.appendSigned(nil))
		if m.Alg == PS512 {
			return m.verifyRSA(key, crypto.SHA512, sum[:])
		}
		return m.verifyECDSA(key, elliptic.P521(), sum[:])
	case PS256:
		return m.verifyRSA(key, crypto.SHA256, m.Hash[:])
	case EdDSA:
		pub, ok := key.(ed25519.PublicKey)
		if !ok || len(pub) != ed25519.PublicKeySize || !ed25519.Verify(pub, m.appendSigned(nil), []byte(m.Signature)) {
			return ErrSignature
		}
		return nil
	}
	return ErrAlgorithm
}

func (m *Message) verifyECDSA(key crypto.PublicKey, curve elliptic.Curve, sum []byte) error {
	pub, ok := key.(*ecdsa.PublicKey)
	if !ok || pub.Curve != curve {
		return ErrSignature
	}
	n := (curve.Params().BitSize + 7) / 8
	if len(m.Signature) != 2*n {
		return ErrSignature
	}
	var room [maxDER]byte
	if !ecdsa.VerifyASN1(pub, sum, appendDER(room[:0], m.Signature[:n], m.Signature[n:])) {
		return ErrSignature
	}
	return nil
}

func (m *Message) verifyRSA(key crypto.PublicKey, hash crypto.Hash, sum []byte) error {
	pub, ok := key.(*rsa.PublicKey)
	if !ok || pub.N == nil {
		return ErrSignature
	}
	if n := pub.N.BitLen(); n < minRSA || n > maxRSA {
		return ErrKeySize
	}
	opts := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	if rsa.VerifyPSS(pub, hash, sum, []byte(m.Signature), &opts) != nil {
		return ErrSignature
	}
	return nil
}
