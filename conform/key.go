package conform

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// curves are the names of RFC 7518, section 6.2.1.1.
var curves = map[elliptic.Curve]string{elliptic.P256(): "P-256", elliptic.P384(): "P-384", elliptic.P521(): "P-521"}

// publicJWK writes a public key as a JSON Web Key (RFC 7517, RFC 8037).
func publicJWK(key crypto.PublicKey) (json.RawMessage, error) {
	b64 := base64.RawURLEncoding.EncodeToString
	var jwk any
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err != nil || curves[k.Curve] == "" {
			return nil, errors.New("writing a key: no curve of ours")
		}
		n := len(point) / 2
		jwk = struct {
			Kty string `json:"kty"`
			Crv string `json:"crv"`
			X   string `json:"x"`
			Y   string `json:"y"`
		}{"EC", curves[k.Curve], b64(point[1 : 1+n]), b64(point[1+n:])}
	case *rsa.PublicKey:
		jwk = struct {
			Kty string `json:"kty"`
			N   string `json:"n"`
			E   string `json:"e"`
		}{"RSA", b64(k.N.Bytes()), b64(big.NewInt(int64(k.E)).Bytes())}
	case ed25519.PublicKey:
		jwk = struct {
			Kty string `json:"kty"`
			Crv string `json:"crv"`
			X   string `json:"x"`
		}{"OKP", "Ed25519", b64(k)}
	default:
		return nil, fmt.Errorf("writing a key: %T", key)
	}
	return json.Marshal(jwk)
}

// signer is the private part.
func (k SigningKey) signer() (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, errors.New("reading the signing key: not PKCS #8")
	}
	s, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("reading the signing key: it cannot sign")
	}
	return s, nil
}

// public is the key as a verifier knows it.
func (k SigningKey) public(form string) (trust.Key, error) {
	if form == "vds" {
		key, err := lists.FromCertificate(k.Certificate)
		if err != nil {
			return trust.Key{}, fmt.Errorf("reading the signing key: %w", err)
		}
		if of, ok := vds.SignerUses(k.Certificate); ok {
			key.Uses = trust.Uses{Of: of}
		}
		return key, nil
	}
	s, err := k.signer()
	if err != nil {
		return trust.Key{}, err
	}
	return trust.Key{ID: string(k.KeyID), Public: s.Public(), Country: k.Country, Issuer: k.Issuer, Uses: trust.Uses{Any: true}, Demo: true, DER: k.Certificate}, nil
}
