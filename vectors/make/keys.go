package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"math/big"
	"slices"
)

// Every key of the vectors is made from its label, so that the tool writes the
// same files each time. Everybody can make them: they are demo keys, and
// programs must show them as such.

// stream is an endless sequence of bytes from a label.
type stream struct {
	label string
	n     uint64
	left  []byte
}

func (s *stream) Read(p []byte) (int, error) {
	for i := range p {
		if len(s.left) == 0 {
			h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("pratique demo vectors: "+s.label), s.n))
			s.n++
			s.left = h[:]
		}
		p[i], s.left = s.left[0], s.left[1:]
	}
	return len(p), nil
}

func bytesOf(label string, n int) []byte {
	b := make([]byte, n)
	(&stream{label: label}).Read(b)
	return b
}

// key is a private key of the vectors with the way it signs.
type key struct {
	label string
	id    string // as codes name it
	priv  crypto.Signer
	alg   int // COSE
}

func ecKey(label string, curve elliptic.Curve, alg int) key {
	n := curve.Params().N
	d := new(big.Int).SetBytes(bytesOf(label, (n.BitLen()+7)/8+8))
	d.Mod(d, new(big.Int).Sub(n, big.NewInt(1))).Add(d, big.NewInt(1))
	priv, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, (n.BitLen()+7)/8)))
	must(err)
	return withID(label, priv, alg)
}

func edKey(label string) key {
	return withID(label, ed25519.NewKeyFromSeed(bytesOf(label, 32)), -8)
}

func rsaKey(label string, bits int) key {
	s := &stream{label: label}
	e := big.NewInt(65537)
	for {
		p, q := prime(s, bits/2), prime(s, bits/2)
		one := big.NewInt(1)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		n := new(big.Int).Mul(p, q)
		if d == nil || p.Cmp(q) == 0 || n.BitLen() != bits {
			continue
		}
		return withID(label, &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{p, q}}, -37)
	}
}

func prime(s *stream, bits int) *big.Int {
	b := make([]byte, bits/8)
	for {
		s.Read(b)
		b[0] |= 0xc0
		b[len(b)-1] |= 1
		if p := new(big.Int).SetBytes(b); p.ProbablyPrime(32) {
			return p
		}
	}
}

// withID gives the key an identifier: the first 8 bytes of the SHA-256 of its label.
func withID(label string, priv crypto.Signer, alg int) key {
	h := sha256.Sum256([]byte(label))
	return key{label: label, id: string(h[:8]), priv: priv, alg: alg}
}

// sign signs as COSE says: r||s for ECDSA (RFC 9053, 2.1), PSS for RSA (RFC 8230).
func (k key) sign(tbs []byte) []byte {
	switch priv := k.priv.(type) {
	case *ecdsa.PrivateKey:
		r, s := k.ecdsa(tbs)
		size := (priv.Curve.Params().N.BitLen() + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	case *rsa.PrivateKey:
		return k.pss(tbs, 32)
	default:
		sig, err := k.priv.Sign(nil, tbs, crypto.Hash(0))
		must(err)
		return sig
	}
}

func (k key) ecdsa(tbs []byte) (r, s *big.Int) {
	der := k.der(tbs)
	// SEQUENCE { INTEGER r, INTEGER s }
	rest := der[2:]
	if der[1] == 0x81 {
		rest = der[3:]
	}
	r = new(big.Int).SetBytes(rest[2 : 2+rest[1]])
	rest = rest[2+rest[1]:]
	return r, new(big.Int).SetBytes(rest[2 : 2+rest[1]])
}

// der signs deterministically (RFC 6979), which is what Go does without a random source.
func (k key) der(tbs []byte) []byte {
	hash := crypto.SHA256
	switch k.alg {
	case -35:
		hash = crypto.SHA384
	case -36:
		hash = crypto.SHA512
	}
	der, err := k.priv.Sign(nil, digest(hash, tbs), hash)
	must(err)
	return der
}

func digest(h crypto.Hash, b []byte) []byte {
	switch h {
	case crypto.SHA384:
		s := sha512.Sum384(b)
		return s[:]
	case crypto.SHA512:
		s := sha512.Sum512(b)
		return s[:]
	}
	s := sha256.Sum256(b)
	return s[:]
}

// pss is EMSA-PSS with SHA-256 and a salt made from the message (RFC 8017,
// 9.1.1): the standard library's salt is random, and the files would differ
// each time.
func (k key) pss(tbs []byte, saltLen int) []byte {
	priv := k.priv.(*rsa.PrivateKey)
	m := sha256.Sum256(tbs)
	salt := bytesOf("salt "+k.label, saltLen)
	h := sha256.Sum256(slices.Concat(make([]byte, 8), m[:], salt))
	emBits := priv.N.BitLen() - 1
	emLen := (emBits + 7) / 8
	db := make([]byte, emLen-len(h)-1)
	db[len(db)-saltLen-1] = 1
	copy(db[len(db)-saltLen:], salt)
	for i, b := range mgf1(h[:], len(db)) {
		db[i] ^= b
	}
	db[0] &= 0xff >> (8*emLen - emBits)
	em := new(big.Int).SetBytes(slices.Concat(db, h[:], []byte{0xbc}))
	return new(big.Int).Exp(em, priv.D, priv.N).FillBytes(make([]byte, priv.Size()))
}

func mgf1(seed []byte, n int) []byte {
	var out []byte
	for c := uint32(0); len(out) < n; c++ {
		h := sha256.Sum256(binary.BigEndian.AppendUint32(slices.Clone(seed), c))
		out = append(out, h[:]...)
	}
	return out[:n]
}
