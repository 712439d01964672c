package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
)

// Bare is a signing key without a certificate: of a keyholder of the network, of
// one who signs for a party of it, of a log or a witness. Who it belongs to stands
// in the texts that name its public part. Its file has the one block PRIVATE KEY.
type Bare struct{ ed25519.PrivateKey }

// NewBare makes a key.
func NewBare(random io.Reader) (Bare, error) {
	_, k, err := ed25519.GenerateKey(random)
	if err != nil {
		return Bare{}, fmt.Errorf("making key: %w", err)
	}
	return Bare{k}, nil
}

// ParseBare reads the file of a key without certificate. The passphrase is needed
// for a sealed one only.
func ParseBare(file []byte, passphrase string) (Bare, error) {
	if len(file) > MaxSize {
		return Bare{}, fmt.Errorf("reading key: longer than %d bytes", MaxSize)
	}
	if Sealed(file) {
		var err error
		if file, err = unseal(file, passphrase); err != nil {
			return Bare{}, fmt.Errorf("reading key: %w", err)
		}
	}
	b, rest := pem.Decode(file)
	if b == nil || b.Type != "PRIVATE KEY" {
		return Bare{}, fmt.Errorf("reading key: %w", ErrNoKey)
	}
	if more, _ := pem.Decode(rest); more != nil {
		return Bare{}, errors.New("reading key: more than one key, or a certificate: this is no key of the network")
	}
	k, err := x509.ParsePKCS8PrivateKey(b.Bytes)
	ed, ok := k.(ed25519.PrivateKey)
	if err != nil || !ok {
		return Bare{}, errors.New("reading key: not an Ed25519 key")
	}
	return Bare{ed}, nil
}

// File returns the key file, with the secret in clear.
func (k Bare) File() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("writing key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Seal returns the key file encrypted with a passphrase.
func (k Bare) Seal(passphrase string) ([]byte, error) {
	if passphrase == "" {
		return nil, errors.New("sealing key: the passphrase is empty")
	}
	file, err := k.File()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := seal(&out, file, passphrase); err != nil {
		return nil, fmt.Errorf("sealing key: %w", err)
	}
	return out.Bytes(), nil
}
