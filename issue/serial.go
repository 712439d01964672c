package issue

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/trust"
)

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // of base32

// opaque is the random part of a serial: five bits a character.
func opaque(random io.Reader, n int) (string, error) {
	b := make([]byte, (n*5+7)/8)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("drawing a serial: %w", err)
	}
	return encode(b, n), nil
}

func encode(b []byte, n int) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)[:n]
}

// NewSerial draws a serial, which is empty for icvp: its own follows from the
// signature.
func NewSerial(format, country string, random io.Reader) (string, error) {
	switch format {
	case VDS:
		return opaque(random, 12)
	case SHC:
		return opaque(random, 16)
	case HC1:
		o, err := opaque(random, 26)
		if err != nil {
			return "", err
		}
		id, err := hc1.NewUVCI(country, "", o)
		if err != nil {
			return "", errors.New("drawing a serial: the key must name a country of two letters")
		}
		return id.String(), nil
	}
	return "", nil
}

// isSerial reports whether NewSerial could have drawn it.
func isSerial(format, country, s string) bool {
	o, n := s, 0
	switch format {
	case VDS:
		n = 12
	case SHC:
		n = 16
	case HC1:
		id, err := hc1.ParseUVCI(s)
		if err != nil {
			return false
		}
		made, err := hc1.NewUVCI(country, "", id.Opaque)
		if err != nil || made.String() != s {
			return false
		}
		o, n = id.Opaque, 26
	}
	return len(o) == n && strings.Trim(o, letters) == ""
}

// signedSerial is the serial of a certificate that has no place for one.
func signedSerial(signature []byte, isRSA bool) string {
	if !isRSA {
		signature = signature[:len(signature)/2] // the other half can be changed by anybody
	}
	sum := sha256.Sum256(signature)
	return encode(sum[:], 26)
}

// SerialOf returns the serial of a certificate that an office has issued; empty
// if it has none. It may be that of a certificate which no office has issued.
func SerialOf(s trust.Signed) string {
	switch {
	case s.Certificate == nil:
		return ""
	case s.Certificate.Carrier.Format == SHC:
		return s.RevocationID
	case s.Certificate.Carrier.Content == ICVP && len(s.Signature) > 0:
		_, isRSA := s.Key.Public.(*rsa.PublicKey)
		return signedSerial([]byte(s.Signature), isRSA)
	}
	for _, e := range s.Certificate.Events {
		if id := e.About().ID; id != "" {
			return id
		}
	}
	return ""
}
