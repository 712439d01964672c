package lists

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/pratique/pratique/internal/pki"
)

// member returns a member of a JSON object that is text, or "".
func member(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

// members returns the texts of a member that is an array, or the one that it is.
func members(m map[string]any, key string) []string {
	list, ok := m[key].([]any)
	if !ok {
		list = []any{m[key]}
	}
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// jwkKey reads the key of a JSON Web Key (RFC 7518, section 6). Its coordinates
// may lack their leading zeros or bear a sign byte, as WHO's lists have them;
// odd says that they did. Its base64 may be of either alphabet.
func jwkKey(m map[string]any) (key crypto.PublicKey, odd bool, err error) {
	if _, secret := m["d"]; secret {
		return nil, false, errors.New("a secret key")
	}
	octets := func(name string) []byte {
		b, bad := unbase64(member(m, name))
		if bad != nil || len(b) == 0 {
			err = errors.New("the numbers of the key are not base64")
		}
		return b
	}
	switch {
	case member(m, "kty") == "RSA" || m["kty"] == nil && m["n"] != nil:
		n, e := octets("n"), octets("e")
		if err != nil {
			return nil, false, err
		}
		key, err = pki.RSAKey(n, e)
		return key, n[0] == 0, err
	case member(m, "kty") != "EC" && m["kty"] != nil:
		return nil, false, fmt.Errorf("the kind of key %q is not supported", printable(member(m, "kty")))
	}
	c, ok := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[member(m, "crv")]
	if !ok {
		return nil, false, fmt.Errorf("the curve %q is not supported", printable(member(m, "crv")))
	}
	x, y := octets("x"), octets("y")
	if err != nil {
		return nil, false, err
	}
	key, err = point(c, x, y)
	return key, len(x) != pki.Size(c) || len(y) != pki.Size(c), err
}

// point makes a key of two coordinates of any length.
func point(c elliptic.Curve, x, y []byte) (crypto.PublicKey, error) {
	bx, by := new(big.Int).SetBytes(x), new(big.Int).SetBytes(y)
	if bx.BitLen() > c.Params().BitSize || by.BitLen() > c.Params().BitSize {
		return nil, errors.New("the public key is no point of its curve")
	}
	b := append([]byte{4}, bx.FillBytes(make([]byte, pki.Size(c)))...)
	return pki.ECKey(c, append(b, by.FillBytes(make([]byte, pki.Size(c)))...))
}

// jwkOf compares a JWK with the key of its certificate, number by number: the
// name of the curve is often wrong, the numbers must not be.
func jwkOf(m map[string]any, key crypto.PublicKey) (same, odd bool) {
	number := func(name string) (*big.Int, int) {
		b, err := unbase64(member(m, name))
		if err != nil {
			return big.NewInt(-1), 0
		}
		return new(big.Int).SetBytes(b), len(b)
	}
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		b, err := k.Bytes()
		if err != nil {
			return false, false
		}
		n := pki.Size(k.Curve)
		x, lx := number("x")
		y, ly := number("y")
		same = x.Cmp(new(big.Int).SetBytes(b[1:1+n])) == 0 && y.Cmp(new(big.Int).SetBytes(b[1+n:])) == 0
		return same, lx != n || ly != n || member(m, "crv") != k.Curve.Params().Name
	case *rsa.PublicKey:
		n, ln := number("n")
		e, _ := number("e")
		return n.Cmp(k.N) == 0 && e.Cmp(big.NewInt(int64(k.E))) == 0, ln != k.Size()
	}
	return false, false
}

// statedID reads the identifier that a list states for a key without certificate.
func statedID(stated string) (string, error) {
	b, err := unbase64(stated)
	if err != nil || len(b) == 0 || len(b) > maxID {
		return "", errors.New("the key identifier is not base64")
	}
	return string(b), nil
}

// maxID is the longest key identifier read, in bytes.
const maxID = 64
