package issue

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/pratique/pratique/keys"
)

// pen is the signer of one certificate. It keeps what was signed and with what,
// or gives out again a signature that was kept.
type pen struct {
	public    crypto.PublicKey
	signer    crypto.Signer
	leaf      [32]byte
	signature []byte // r and s, or of RSA
	again     bool   // the signature was kept
}

// newPen is a pen that signs.
func newPen(k *keys.Key) (*pen, error) {
	if k == nil || k.Signer == nil {
		return nil, fmt.Errorf("%w: it has no secret part here", ErrSigner)
	}
	return &pen{public: k.Certificate.PublicKey, signer: k.Signer}, nil
}

// oldPen is a pen that gives out what was kept.
func oldPen(k *keys.Key, e Entry) *pen {
	return &pen{public: k.Certificate.PublicKey, leaf: e.Leaf, signature: e.Signature, again: true}
}

// Public implements crypto.Signer.
func (p *pen) Public() crypto.PublicKey { return p.public }

// Sign implements crypto.Signer.
func (p *pen) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if len(digest) != 32 || opts.HashFunc() != crypto.SHA256 {
		return nil, errors.New("a register keeps what is signed as SHA-256: use a key of es256 or ps256")
	}
	if p.again {
		if [32]byte(digest) != p.leaf {
			return nil, ErrConflict
		}
		return p.wire()
	}
	sig, err := p.signer.Sign(random, digest, opts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	p.leaf = [32]byte(digest)
	if p.signature, err = plain(p.public, sig); err != nil {
		return nil, err
	}
	return sig, p.check()
}

// check verifies what a device has signed: one that fails may do so quietly.
func (p *pen) check() error {
	switch p.signer.(type) {
	case *ecdsa.PrivateKey, *rsa.PrivateKey:
		return nil
	}
	if !p.verifies() {
		return fmt.Errorf("%w: its signature does not verify", ErrSigner)
	}
	return nil
}

type ecdsaSignature struct{ R, S *big.Int }

// plain is a signature as certificates have it.
func plain(public crypto.PublicKey, sig []byte) ([]byte, error) {
	k, ok := public.(*ecdsa.PublicKey)
	if !ok {
		return sig, nil
	}
	n := (k.Curve.Params().BitSize + 7) / 8
	var s ecdsaSignature
	if rest, err := asn1.Unmarshal(sig, &s); err != nil || len(rest) > 0 || s.R.Sign() <= 0 || s.S.Sign() <= 0 ||
		s.R.BitLen() > 8*n || s.S.BitLen() > 8*n {
		return nil, fmt.Errorf("%w: what it returned is no signature", ErrSigner)
	}
	out := make([]byte, 2*n)
	s.R.FillBytes(out[:n])
	s.S.FillBytes(out[n:])
	return out, nil
}

// wire is the kept signature as a crypto.Signer returns it.
func (p *pen) wire() ([]byte, error) {
	if _, ok := p.public.(*ecdsa.PublicKey); !ok {
		return p.signature, nil
	}
	n := len(p.signature) / 2
	return asn1.Marshal(ecdsaSignature{new(big.Int).SetBytes(p.signature[:n]), new(big.Int).SetBytes(p.signature[n:])})
}

// options are how a hash is signed that somebody else has made.
func (p *pen) options() crypto.SignerOpts {
	if _, ok := p.public.(*rsa.PublicKey); ok {
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	}
	return crypto.SHA256
}
