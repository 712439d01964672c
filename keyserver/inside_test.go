package keyserver

import "crypto/x509"

// VerifyDetached is for tests: countries verify audits as the server verifies uploads.
func VerifyDetached(cms, content []byte) (*x509.Certificate, error) {
	d, err := parseDetached(cms)
	if err != nil {
		return nil, err
	}
	return d.signer, d.verify(content)
}
