package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The sizes of RSA keys that are read, in bits. Verification refuses others.
const (
	minRSA = 2048
	maxRSA = 4096
)

// The content octets of the object identifiers of keys (RFC 5480, 8017, 8410).
const (
	oidEC         = "\x2a\x86\x48\xce\x3d\x02\x01"
	oidPrimeField = "\x2a\x86\x48\xce\x3d\x01\x01"
	oidP256       = "\x2a\x86\x48\xce\x3d\x03\x01\x07"
	oidP384       = "\x2b\x81\x04\x00\x22"
	oidP521       = "\x2b\x81\x04\x00\x23"
	oidRSA        = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
	oidPSS        = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
	oidEd25519    = "\x2b\x65\x70"
)

// otherCurves names curves that exist and are not read, so that a report can say which.
var otherCurves = map[string]string{
	"\x2b\x81\x04\x00\x21": "P-224", "\x2b\x81\x04\x00\x0a": "secp256k1", "\x2a\x86\x48\xce\x3d\x03\x01\x01": "P-192",
	"\x2b\x24\x03\x03\x02\x08\x01\x01\x07": "brainpoolP256r1", "\x2b\x24\x03\x03\x02\x08\x01\x01\x0b": "brainpoolP384r1",
	"\x2b\x24\x03\x03\x02\x08\x01\x01\x0d": "brainpoolP512r1",
}

// curve returns the curve with the content octets of its identifier.
func curveOf(oid string) (elliptic.Curve, error) {
	switch oid {
	case oidP256:
		return elliptic.P256(), nil
	case oidP384:
		return elliptic.P384(), nil
	case oidP521:
		return elliptic.P521(), nil
	}
	if name, ok := otherCurves[oid]; ok {
		return nil, fmt.Errorf("the curve %s is not supported", name)
	}
	return nil, errors.New("the curve is not supported")
}

// ParseKey reads a SubjectPublicKeyInfo (RFC 5280, section 4.1) without asking
// for parameters that add nothing: RSA keys without their NULL, as Estonia's
// authority has, and curves written out in full instead of named.
func ParseKey(der []byte) (crypto.PublicKey, error) {
	malformed := errors.New("the public key is malformed")
	var outer, algorithm, oid cryptobyte.String
	var point []byte
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !in.Empty() ||
		!outer.ReadASN1(&algorithm, asn1.SEQUENCE) || !algorithm.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) ||
		!outer.ReadASN1BitStringAsBytes(&point) || !outer.Empty() {
		return nil, malformed
	}
	switch string(oid) {
	case oidEC:
		c, err := parseCurve(algorithm)
		if err != nil {
			return nil, err
		}
		return ECKey(c, point)
	case oidRSA, oidPSS:
		var seq, n, e cryptobyte.String
		in := cryptobyte.String(point)
		if !in.ReadASN1(&seq, asn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1(&n, asn1.INTEGER) || !seq.ReadASN1(&e, asn1.INTEGER) || !seq.Empty() {
			return nil, malformed
		}
		return RSAKey(n, e)
	case oidEd25519:
		if len(point) != ed25519.PublicKeySize {
			return nil, malformed
		}
		return ed25519.PublicKey(point), nil
	}
	return nil, errors.New("the kind of key is not supported")
}

// parseCurve reads the parameters of an EC key. A curve written out must equal
// a named one in every parameter, the generator too: a key on a curve of the
// attacker's making is no key (CVE-2020-0601).
func parseCurve(params cryptobyte.String) (elliptic.Curve, error) {
	var oid cryptobyte.String
	if params.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) && params.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return curveOf(string(oid))
	}
	var seq, version, field, kind, prime, coefficients, a, b, base, order cryptobyte.String
	if !params.ReadASN1(&seq, asn1.SEQUENCE) || !seq.ReadASN1(&version, asn1.INTEGER) ||
		!seq.ReadASN1(&field, asn1.SEQUENCE) || !field.ReadASN1(&kind, asn1.OBJECT_IDENTIFIER) || string(kind) != oidPrimeField ||
		!field.ReadASN1(&prime, asn1.INTEGER) || !seq.ReadASN1(&coefficients, asn1.SEQUENCE) ||
		!coefficients.ReadASN1(&a, asn1.OCTET_STRING) || !coefficients.ReadASN1(&b, asn1.OCTET_STRING) ||
		!seq.ReadASN1(&base, asn1.OCTET_STRING) || !seq.ReadASN1(&order, asn1.INTEGER) {
		return nil, errors.New("the curve is not named")
	}
	is := func(octets cryptobyte.String, n *big.Int) bool { return new(big.Int).SetBytes(octets).Cmp(n) == 0 }
	for _, c := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		p := c.Params()
		g := append(append([]byte{4}, p.Gx.FillBytes(make([]byte, Size(c)))...), p.Gy.FillBytes(make([]byte, Size(c)))...)
		short := append([]byte{2 + byte(p.Gy.Bit(0))}, g[1:1+Size(c)]...)
		if is(prime, p.P) && is(a, new(big.Int).Sub(p.P, big.NewInt(3))) && is(b, p.B) && is(order, p.N) &&
			(bytes.Equal(base, g) || bytes.Equal(base, short)) {
			return c, nil
		}
	}
	return nil, errors.New("the curve is written out and is none that is supported")
}

// Size is the length of a coordinate in bytes.
func Size(c elliptic.Curve) int { return (c.Params().BitSize + 7) / 8 }

// ECKey reads a point in either form of SEC 1, section 2.3.
func ECKey(c elliptic.Curve, point []byte) (crypto.PublicKey, error) {
	off := errors.New("the public key is no point of its curve")
	if len(point) == 1+Size(c) && (point[0] == 2 || point[0] == 3) {
		x, y := elliptic.UnmarshalCompressed(c, point)
		if x == nil {
			return nil, off
		}
		point = append([]byte{4}, point[1:]...)
		point = append(point, y.FillBytes(make([]byte, Size(c)))...)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(c, point)
	if err != nil {
		return nil, off
	}
	return k, nil
}

// RSAKey makes a key of the octets of two integers, read without sign.
func RSAKey(n, e []byte) (crypto.PublicKey, error) {
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	switch {
	case modulus.BitLen() < minRSA || modulus.BitLen() > maxRSA:
		return nil, fmt.Errorf("RSA key of %d bits: verification takes %d to %d", modulus.BitLen(), minRSA, maxRSA)
	case exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 || modulus.Bit(0) == 0:
		return nil, errors.New("the RSA key is malformed")
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

// MarshalKey writes a key as RFC 5480, 8017 and 8410 say, with named curves and
// uncompressed points.
func MarshalKey(key crypto.PublicKey) ([]byte, error) {
	var b cryptobyte.Builder
	raw := func(oid string) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddBytes([]byte(oid)) }
	}
	var bits []byte
	var algorithm func(*cryptobyte.Builder)
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		oid, ok := map[elliptic.Curve]string{elliptic.P256(): oidP256, elliptic.P384(): oidP384, elliptic.P521(): oidP521}[k.Curve]
		point, err := k.Bytes()
		if !ok || err != nil {
			return nil, errors.New("the curve is not supported")
		}
		bits = point
		algorithm = func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.OBJECT_IDENTIFIER, raw(oidEC))
			b.AddASN1(asn1.OBJECT_IDENTIFIER, raw(oid))
		}
	case *rsa.PublicKey:
		var inner cryptobyte.Builder
		inner.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1BigInt(k.N)
			b.AddASN1Int64(int64(k.E))
		})
		bits = inner.BytesOrPanic()
		algorithm = func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.OBJECT_IDENTIFIER, raw(oidRSA))
			b.AddASN1NULL()
		}
	case ed25519.PublicKey:
		bits = k
		algorithm = func(b *cryptobyte.Builder) { b.AddASN1(asn1.OBJECT_IDENTIFIER, raw(oidEd25519)) }
	default:
		return nil, errors.New("the kind of key is not supported")
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, algorithm)
		b.AddASN1BitString(bits)
	})
	return b.Bytes()
}
