package revoke

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/pratique/pratique/internal/pki"
)

// ErrNoAuthority means that none of the given authorities signed a revocation
// list: it says nothing about anybody whom the caller relies on.
var ErrNoAuthority = errors.New("no authority that is relied on signed this revocation list")

// IsCRL reports whether a file looks like an X.509 revocation list, in PEM or DER.
func IsCRL(data []byte) bool {
	if bytes.Contains(data, []byte("-----BEGIN X509 CRL-----")) {
		return true
	}
	_, err := pki.ParseList(data)
	return err == nil || errors.Is(err, pki.ErrPartial)
}

// ReadCRL reads an X.509 revocation list, in DER or PEM. Of the authorities, by
// their certificates in DER, one must have signed it; the list is then about the signers that it
// certified. One that is not complete in itself (of changes, or of a part) is refused.
func ReadCRL(data []byte, authorities ...[]byte) (*List, error) {
	if b, _ := pem.Decode(data); b != nil && b.Type == "X509 CRL" {
		data = b.Bytes
	}
	crl, err := pki.ParseList(data)
	if err != nil {
		return nil, fmt.Errorf("reading revocation list: %w", err)
	}
	why := ErrNoAuthority
	for _, der := range authorities {
		a, err := pki.Parse(der)
		if err != nil || a.NoKey != nil || a.SubjectKey == "" {
			continue
		}
		switch err := crl.SignedBy(a); {
		case err == nil:
			return listOf(crl, a), nil
		case errors.Is(err, pki.ErrSignature), errors.Is(err, pki.ErrSHA1):
			why = err // it says that it is this authority's
		}
	}
	return nil, fmt.Errorf("reading revocation list: %w", why)
}

func listOf(crl *pki.List, a *pki.Certificate) *List {
	l := NewList("", crl.This, crl.Next, "")
	l.Authority = a.SubjectKey
	for _, r := range crl.Revoked {
		if reason := reasonOf(r.Reason); reason != "" {
			l.Add(Entry{Handle: SignerHandle(r.Serial), Reason: reason, Since: r.Since})
		}
	}
	return l
}

// reasonOf maps a reason of RFC 5280 section 5.3.1.
func reasonOf(code int) Reason {
	switch code {
	case 3, 4, 5: // affiliation changed, superseded, cessation of operation
		return Ended
	case 8: // taken from the list
		return ""
	}
	return KeyLost // compromise, and all that is not said
}
