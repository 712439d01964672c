package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Request is what somebody asks an authority to certify (PKCS #10, RFC 2986):
// that they have a key, for a country and uses. That they have the key is
// proven; the rest is what they say.
type Request struct {
	Country   string
	Authority string      // organisation, of a demo key its unit
	Uses      []trust.Use // none: test, vaccination and recovery
	Algorithm Algorithm
	Demo      bool
	// Fingerprint is the SHA-256 of the public key: what the two compare by
	// another way before anything is certified.
	Fingerprint [32]byte

	public any
}

// ParseRequest reads a certificate request in PEM: one block, of at most
// [MaxSize], signed by its key, which is on P-256 or of RSA with 2048 to 4096
// bits. Extensions other than the uses are not carried over.
func ParseRequest(text []byte) (*Request, error) {
	r, err := parseRequest(text)
	if err != nil {
		return nil, fmt.Errorf("reading request: %w", err)
	}
	return r, nil
}

func parseRequest(text []byte) (*Request, error) {
	if len(text) > MaxSize {
		return nil, fmt.Errorf("longer than %d bytes", MaxSize)
	}
	b, rest := pem.Decode(text)
	if b == nil || b.Type != "CERTIFICATE REQUEST" && b.Type != "NEW CERTIFICATE REQUEST" {
		return nil, errors.New("no certificate request in PEM")
	}
	if more, _ := pem.Decode(rest); more != nil {
		return nil, errors.New("more than one request, or something beside it")
	}
	c, err := x509.ParseCertificateRequest(b.Bytes)
	if err != nil {
		return nil, errors.New("it cannot be read")
	}
	if err := c.CheckSignature(); err != nil {
		return nil, errors.New("it is not signed by its own key")
	}
	r := &Request{public: c.PublicKey, Fingerprint: sha256.Sum256(c.RawSubjectPublicKeyInfo)}
	switch p := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if p.Curve == elliptic.P256() {
			r.Algorithm = ES256
		}
	case *rsa.PublicKey:
		if n := p.N.BitLen(); n >= rsaBits && n <= 2*rsaBits {
			r.Algorithm = PS256
		}
	}
	if r.Algorithm == "" {
		return nil, errors.New("neither a P-256 nor an RSA key of 2048 to 4096 bits")
	}
	if len(c.Subject.Country) != 1 {
		return nil, errors.New("its subject must name one country")
	}
	r.Country = strings.ToUpper(c.Subject.Country[0])
	r.Demo = slices.Contains(c.Subject.Organization, DemoName)
	names := c.Subject.Organization
	if r.Demo {
		names = c.Subject.OrganizationalUnit
	}
	if len(names) > 0 {
		r.Authority = names[0]
	}
	return r, r.readUses(c)
}

func (r *Request) readUses(c *x509.CertificateRequest) error {
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidExtKeyUsage) {
			continue
		}
		var ids []asn1.ObjectIdentifier
		if rest, err := asn1.Unmarshal(e.Value, &ids); err != nil || len(rest) > 0 {
			return errors.New("its uses cannot be read")
		}
		for _, id := range ids {
			u, ok := lists.UseOf(id.String())
			if !ok {
				return errors.New("it asks for a use that is not known here")
			}
			if !slices.Contains(r.Uses, u) {
				r.Uses = append(r.Uses, u)
			}
		}
	}
	return nil
}

// CertifyRequest makes the certificate of the key in a request, in PEM, signed
// by the authority. It is one of health certificates and of what offices sign
// ([New]), not of seals. The uses of the options are granted, those of the request
// if there are none, from the options' beginning to their end, within the life of
// the authority. Country and demo must be the authority's; the name is the
// request's, unless the options have another.
func (k *Key) CertifyRequest(r *Request, o Options, random io.Reader) ([]byte, error) {
	authority := k.Certificate
	if !authority.IsCA || len(authority.SubjectKeyId) == 0 {
		return nil, fmt.Errorf("certifying key: the key is not one of an authority: %w", ErrAuthority)
	}
	if r.Country != k.Country() || r.Demo != k.Demo() {
		return nil, fmt.Errorf("certifying key: the request is of another country, or one for exercises where the other is not: %w", ErrAuthority)
	}
	o.Country, o.Demo, o.Algorithm = r.Country, r.Demo, r.Algorithm
	if o.Authority == "" {
		o.Authority = r.Authority
	}
	if len(o.Uses) == 0 {
		o.Uses = r.Uses
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.NotBefore.Before(authority.NotBefore) || o.NotAfter.After(authority.NotAfter) {
		return nil, fmt.Errorf("certifying key: not within the life of the authority: %w", ErrAuthority)
	}
	var serial [16]byte
	if _, err := io.ReadFull(random, serial[:]); err != nil {
		return nil, fmt.Errorf("certifying key: %w", err)
	}
	serial[0] = serial[0]&0x7F | 0x40 // positive, and of full length
	t := o.template(new(big.Int).SetBytes(serial[:]))
	t.AuthorityKeyId = authority.SubjectKeyId
	der, err := x509.CreateCertificate(random, t, authority, r.public, k.Signer)
	if err != nil {
		return nil, fmt.Errorf("certifying key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
