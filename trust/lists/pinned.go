package lists

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/rdfc"
)

// PinnedKeys reads the keys with which a list's signature is to be checked, from
// a DID document such as WHO's signer's, from certificates or public keys in
// PEM, or from one in DER. They must be Ed25519 or P-256 keys to be of use.
func PinnedKeys(data []byte) ([]crypto.PublicKey, error) {
	keys, err := PublicKeys(data)
	if err != nil {
		return nil, fmt.Errorf("reading pinned keys: %w", err)
	}
	return keys, nil
}

// PublicKeys reads public keys that no list names: from certificates or public
// keys in PEM, from one in DER, from a JSON Web Key or a set of them, or from a
// DID document with such. Whose they are, and what codes call them, is for the
// caller to know.
func PublicKeys(data []byte) ([]crypto.PublicKey, error) {
	keys, err := publicKeys(data)
	if err == nil && len(keys) == 0 {
		err = errors.New("no public key")
	}
	return keys, err
}

func publicKeys(data []byte) ([]crypto.PublicKey, error) {
	if len(data) > MaxSize {
		return nil, ErrTooLarge
	}
	if head := bytes.TrimLeft(data, " \t\r\n"); len(head) > 0 && head[0] == '{' {
		return didKeys(head)
	}
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		k, err := derKey(data)
		if err != nil {
			return nil, err
		}
		return []crypto.PublicKey{k}, nil
	}
	var keys []crypto.PublicKey
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			return keys, nil
		}
		if b.Type != "CERTIFICATE" && b.Type != "PUBLIC KEY" {
			continue
		}
		k, err := derKey(b.Bytes)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
}

// derKey reads a public key or the one of a certificate.
func derKey(der []byte) (crypto.PublicKey, error) {
	if c, err := pki.Parse(der); err == nil {
		return c.Public, c.NoKey
	}
	return pki.ParseKey(der)
}

// didKeys reads the keys of a DID document, a key set, or the one that it is.
func didKeys(data []byte) ([]crypto.PublicKey, error) {
	doc, err := rdfc.Decode(data)
	if err != nil {
		return nil, err
	}
	list, _ := doc["verificationMethod"].([]any)
	set, _ := doc["keys"].([]any)
	if list = append(list, set...); member(doc, "kty") != "" {
		list = append(list, doc)
	}
	var keys []crypto.PublicKey
	for _, v := range list {
		m, _ := v.(map[string]any)
		if jwk, ok := m["publicKeyJwk"].(map[string]any); ok {
			m = jwk
		}
		k, err := publicJWK(m)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// publicJWK is jwkKey that reads Ed25519 keys too (RFC 8037, section 2).
func publicJWK(m map[string]any) (crypto.PublicKey, error) {
	if member(m, "kty") == "OKP" && member(m, "crv") == "Ed25519" && m["d"] == nil {
		x, err := unbase64(member(m, "x"))
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, errors.New("not an Ed25519 key of 32 bytes")
		}
		return ed25519.PublicKey(x), nil
	}
	k, _, err := jwkKey(m)
	return k, err
}
