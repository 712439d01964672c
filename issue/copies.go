package issue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"

	"github.com/pratique/pratique/cert"
)

// Copies are sealed copies of certificates, from which another code can be made
// for a person who has lost theirs. The office can seal and not open: the identity
// that opens them is kept elsewhere. Keep is for how long the register has them.
type Copies struct {
	To   age.Recipient
	Keep time.Duration
}

// maxCopy is the longest copy, in bytes.
const maxCopy = 64 << 10

// seal seals a certificate (age-encryption.org/v1).
func (c *Copies) seal(of *cert.Certificate) ([]byte, error) {
	if c.To == nil || c.Keep <= 0 {
		return nil, errors.New("sealing a copy: it needs a recipient and a time to keep it")
	}
	plain, err := json.Marshal(of)
	if err != nil {
		return nil, errors.New("sealing a copy: the certificate cannot be written")
	}
	if len(plain) > maxCopy {
		return nil, errors.New("sealing a copy: the certificate is too large")
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, c.To)
	if err == nil {
		if _, err = w.Write(plain); err == nil {
			err = w.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sealing a copy: %w", err)
	}
	return out.Bytes(), nil
}

// OpenCopy opens a sealed copy.
func OpenCopy(sealed []byte, by age.Identity) (*cert.Certificate, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), by)
	if err != nil {
		return nil, fmt.Errorf("opening a copy: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxCopy+1))
	if err != nil || len(plain) > maxCopy {
		return nil, errors.New("opening a copy: it was changed, or is too large")
	}
	var c cert.Certificate
	if err := json.Unmarshal(plain, &c); err != nil {
		return nil, errors.New("opening a copy: it holds no certificate")
	}
	return &c, nil
}
