package lists

import (
	"bytes"
	"crypto"
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
	keys, err := pinnedKeys(data)
	if err == nil && len(keys) == 0 {
		err = errors.New("no public key")
	}
	if err != nil {
		return nil, fmt.Errorf("reading pinned keys: %w", err)
	}
	return keys, nil
}

func pinnedKeys(data []byte) ([]crypto.PublicKey, error) {
	if len(data) > MaxSize {
		return nil, ErrTooLarge
	}
	if head := bytes.TrimLeft(data, " \t\r\n"); len(head) > 0 && head[0] == '{' {
		return didKeys(head)
	}
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		k, err := derKey(data)
		return []crypto.PublicKey{k}, err
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

// didKeys reads the keys of a DID document.
func didKeys(data []byte) ([]crypto.PublicKey, error) {
	doc, err := rdfc.Decode(data)
	if err != nil {
		return nil, err
	}
	list, _ := doc["verificationMethod"].([]any)
	var keys []crypto.PublicKey
	for _, v := range list {
		m, _ := v.(map[string]any)
		jwk, _ := m["publicKeyJwk"].(map[string]any)
		k, _, err := jwkKey(jwk)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}
