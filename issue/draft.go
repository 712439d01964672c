package issue

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"io"
	"math/big"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/keys"
)

// Draft is a certificate that a page has built and an office signs by its hash.
type Draft struct {
	Leaf  [32]byte // what [Blind] sends
	cert  *cert.Certificate
	terms Terms
	key   *keys.Key
}

// errDrafted ends a building whose hash is known.
var errDrafted = errors.New("drafted")

// hasher is a signer that learns what would be signed.
type hasher struct {
	public crypto.PublicKey
	leaf   [32]byte
}

func (h *hasher) Public() crypto.PublicKey { return h.public }

func (h *hasher) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if len(digest) != 32 || opts.HashFunc() != crypto.SHA256 {
		return nil, ErrSigner
	}
	h.leaf = [32]byte(digest)
	return nil, errDrafted
}

// NewDraft builds a certificate under the terms and the public part of the key
// that will sign it.
func NewDraft(c *cert.Certificate, t Terms, k *keys.Key) (*Draft, error) {
	c, err := Complete(c, t, k)
	if err != nil {
		return nil, err
	}
	h := &hasher{public: k.Certificate.PublicKey}
	if _, err := Build(c, t, k, h, nil); !errors.Is(err, errDrafted) {
		return nil, err
	}
	return &Draft{h.leaf, c, t, k}, nil
}

// Finish puts the signature into the certificate ([Entry].Signature), once it
// verifies.
func (d *Draft) Finish(signature []byte) (string, error) {
	p := oldPen(d.key, Entry{Leaf: d.Leaf, Signature: signature})
	if !p.verifies() {
		return "", ErrSigner
	}
	return Build(d.cert, d.terms, d.key, p, nil)
}

// verifies reports whether the signature is one of the leaf.
func (p *pen) verifies() bool {
	switch public := p.public.(type) {
	case *ecdsa.PublicKey:
		n := len(p.signature) / 2
		return ecdsa.Verify(public, p.leaf[:], new(big.Int).SetBytes(p.signature[:n]), new(big.Int).SetBytes(p.signature[n:]))
	case *rsa.PublicKey:
		return rsa.VerifyPSS(public, crypto.SHA256, p.leaf[:], p.signature, p.options().(*rsa.PSSOptions)) == nil
	}
	return false
}
