package claim

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"
)

// The work of stretching: the second choice of OWASP's password storage sheet,
// 19 MiB and two passes, which is some 30 ms of one processor.
const (
	passes = 2
	memory = 19 << 10 // KiB
)

// slow is what makes each guess cost: 48 bytes of Argon2id.
func slow(secret, salt []byte) []byte { return argon2.IDKey(secret, salt, passes, memory, 1, 48) }

// stretch makes the name and the key of a code with its proof.
func (c *Claims) stretch(ctx context.Context, code Code, proof string) (name [16]byte, key [32]byte, err error) {
	select {
	case c.stretches <- struct{}{}:
		defer func() { <-c.stretches }()
	case <-ctx.Done():
		return name, key, ctx.Err()
	}
	salt := c.hide("salt", "1")
	out := c.slow([]byte(code.String()+"\x00"+proof), salt[:])
	return [16]byte(out[:16]), [32]byte(out[16:]), nil
}

// page is to what contents are padded: their lengths say little.
const page = 1024

// seal encrypts a content for the store: a nonce, and the length and the content,
// padded. The name is bound to it.
func seal(name [16]byte, key [32]byte, content []byte, random io.Reader) ([]byte, error) {
	a, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, a.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("sealing a claim: %w", err)
	}
	padded := make([]byte, (4+len(content)+page-1)/page*page)
	binary.BigEndian.PutUint32(padded, uint32(len(content)))
	copy(padded[4:], content)
	return a.Seal(nonce, nonce, padded, name[:]), nil
}

var errBlob = errors.New("what is stored does not open with its own code")

func unseal(name [16]byte, key [32]byte, blob []byte) ([]byte, error) {
	a, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(blob) < a.NonceSize() {
		return nil, errBlob
	}
	padded, err := a.Open(nil, blob[:a.NonceSize()], blob[a.NonceSize():], name[:])
	if err != nil || len(padded) < 4 {
		return nil, errBlob
	}
	n := binary.BigEndian.Uint32(padded)
	if n > uint32(len(padded)-4) {
		return nil, errBlob
	}
	return padded[4 : 4+n], nil
}

func gcm(key [32]byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// Info is what binds an answer to this use (RFC 9180, section 5).
const Info = "pratique claim 1.0"

// recipient is the public key of a wallet.
type recipient struct{ key hpke.PublicKey }

func parseWallet(public []byte) (recipient, error) {
	p, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return recipient{}, fmt.Errorf("%w is no point on P-256, uncompressed", ErrWallet)
	}
	k, err := hpke.NewDHKEMPublicKey(p)
	if err != nil {
		return recipient{}, fmt.Errorf("%w: %w", ErrWallet, err)
	}
	return recipient{k}, nil
}

func (r recipient) seal(content []byte) ([]byte, error) {
	return hpke.Seal(r.key, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(Info), content)
}

// Wallet is the key with which a wallet fetches: one for each time, or one that it
// keeps.
type Wallet struct{ key *ecdh.PrivateKey }

// NewWallet makes a key.
func NewWallet(random io.Reader) (*Wallet, error) {
	k, err := ecdh.P256().GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("making the key of a wallet: %w", err)
	}
	return &Wallet{k}, nil
}

// Public is what the wallet sends: 65 bytes, an uncompressed point.
func (w *Wallet) Public() []byte { return w.key.PublicKey().Bytes() }

// Open decrypts the answer to [Claims.Redeem].
func (w *Wallet) Open(answer []byte) ([]byte, error) {
	k, err := hpke.NewDHKEMPrivateKey(w.key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWallet, err)
	}
	content, err := hpke.Open(k, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(Info), answer)
	if err != nil {
		return nil, fmt.Errorf("%w does not open this", ErrWallet)
	}
	return content, nil
}
