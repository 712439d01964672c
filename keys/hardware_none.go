//go:build !pkcs11 || !cgo

package keys

import (
	"crypto/x509"
	"fmt"
)

// Hardware says whether this build signs with keys in hardware: it was built by
// go build -tags pkcs11, with a C compiler.
const Hardware = false

func openToken(Reference, string) (hardware, *x509.Certificate, error) {
	return nil, nil, fmt.Errorf("opening the token: %w", ErrBuild)
}

func newInToken(Reference, string, Algorithm) (hardware, error) {
	return nil, fmt.Errorf("opening the token: %w", ErrBuild)
}
