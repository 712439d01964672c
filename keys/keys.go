// Package keys answers one question: with which key does this issuer sign?
//
// A [Key] is a [crypto.Signer] with the certificate that makes it somebody's:
// the country, the authority, what it may sign and for how long. Verifiers
// need the certificate only ([Key.Public], [Key.CertificatePEM]); the secret
// leaves a Key through [Key.File] and [Key.Seal], whose names say so. Packages
// that sign take a [crypto.Signer], so that a key in hardware does as well.
//
// # File
//
// A key file is PEM text (RFC 7468) with one secret key and a certificate of
// it. Text between the blocks is a comment.
//
//	PRIVATE KEY       PKCS #8; also EC PRIVATE KEY and RSA PRIVATE KEY, as OpenSSL writes
//	CERTIFICATE       of this key; of several the last counts
//
// So a certificate that a national authority made for the key is put into use
// by appending it to the file. A sealed file is the same text encrypted with a
// passphrase by age (age-encryption.org/v1), in age's own armour; the program
// age opens it too. A file is at most [MaxSize] long.
//
// # Keys in hardware
//
// The secret of such a key never leaves its token (a hardware security module, a
// smart card), which signs what it is given: PKCS #11, in programs built with
// the tag pkcs11 and a C compiler ([Hardware]). Its key file has, instead of the
// secret, a first line that says where it is, a [Reference], with the certificates
// behind it as in any other; the passphrase of [Parse] is then the PIN. Each
// signature is verified before it is given out. A token that fails says so by
// [ErrPIN], [ErrLocked], [ErrToken], [ErrObject] or [ErrHardware].
//
// # Key identifier and uses
//
// HC1 names a key by the first 8 bytes of the SHA-256 of its certificate. What
// a key may sign stands in the certificate's extended key usage, by the purposes
// of [lists.Purpose]: those of European certificates (EU DCC certificate
// governance, section on DSC), and ours for what offices sign beside them. A
// certificate without any is one of health certificates alone. Where an
// authority's certificate cannot carry ours, the country's list names them.
//
// # Demo keys
//
// A demo key is for exercises: its organisation is [DemoName] and its country
// one of XA to XZ, which stand for no real one. No other key can have a country
// that ISO 3166-1 leaves to users ([Invented]), so neither can be taken for the
// other.
package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// DemoName is the organisation of every demo key.
const DemoName = "DEMO - not valid"

// Errors where callers have something to say about the next step.
var (
	// ErrInvented means that a demo key was asked for a real country, or
	// another for an invented one.
	ErrInvented = errors.New("demo keys and invented countries go together")
	// ErrUse means that a use has no identifier that a certificate could carry.
	ErrUse = errors.New("no certificate can carry this use")
)

// Algorithm is how a key signs.
type Algorithm string

// The algorithms of HC1 (electronic health certificate specification, section 3.3.2).
const (
	ES256 Algorithm = "es256" // ECDSA on P-256
	PS256 Algorithm = "ps256" // RSASSA-PSS, 2048 bit
)

const rsaBits = 2048

// Options say which key is wanted.
type Options struct {
	Country   string      // two capital letters
	Authority string      // who signs, as the certificate names it; a demo key has DemoName instead
	Uses      []trust.Use // those that have a [lists.Purpose]; none means test, vaccination and recovery
	Algorithm Algorithm   // empty means ES256
	NotBefore time.Time
	NotAfter  time.Time
	Demo      bool
}

// Key is a signing key with its certificate.
type Key struct {
	Signer      crypto.Signer
	Certificate *x509.Certificate
	Reference   Reference // of a key in hardware: where it is
}

// New makes a key with a certificate signed by itself.
func New(o Options, random io.Reader) (*Key, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	alg, err := o.algorithm()
	if err != nil {
		return nil, err
	}
	var signer crypto.Signer
	if alg == PS256 {
		signer, err = rsa.GenerateKey(random, rsaBits)
	} else {
		signer, err = ecdsa.GenerateKey(elliptic.P256(), random)
	}
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	var serial [16]byte
	if _, err := io.ReadFull(random, serial[:]); err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	return o.certify(signer, serial, random)
}

// NewDemo makes the ES256 demo key of a name: the same name and options give
// the same key and certificate, to everybody. It is no secret, and not meant
// to be one; what it signs is the same on every machine.
func NewDemo(name string, o Options) (*Key, error) {
	o.Demo = true
	if err := o.check(); err != nil {
		return nil, err
	}
	for n := uint32(0); ; n++ {
		d := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("pratique demo key\x00"+name+"\x00"), n))
		signer, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d[:])
		if err != nil {
			continue // not below the order of the curve: about once in 2^32
		}
		serial := sha256.Sum256(d[:])
		return o.certify(signer, [16]byte(serial[:16]), nil) // without random bytes: RFC 6979
	}
}

// Invented reports whether a country code is one of those that ISO 3166-1
// leaves to users: AA, QM to QZ, XA to XZ, ZZ. XK is not among them here: it
// stands for Kosovo in earnest.
func Invented(country string) bool {
	if len(country) != 2 || country == "XK" {
		return false
	}
	a, b := country[0], country[1]
	return country == "AA" || country == "ZZ" || a == 'Q' && 'M' <= b && b <= 'Z' || a == 'X' && 'A' <= b && b <= 'Z'
}

func (o Options) check() error {
	switch {
	case len(o.Country) != 2 || strings.Trim(o.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return errors.New("making key: a country is two capital letters")
	case o.Demo && !lists.TestCode(o.Country), !o.Demo && Invented(o.Country):
		return fmt.Errorf("making key: country %s: %w", o.Country, ErrInvented)
	case !o.Demo && strings.Contains(strings.ToUpper(o.Authority), "DEMO"):
		return fmt.Errorf("making key: an authority named DEMO: %w", ErrInvented)
	case len(o.Authority) > 64: // ub-organization-name, RFC 5280 appendix A.1
		return errors.New("making key: the name of the authority is longer than 64 bytes")
	case o.NotBefore.IsZero() || !o.NotBefore.Before(o.NotAfter):
		return errors.New("making key: it must end after it begins")
	}
	for _, u := range o.Uses {
		if useOID(u) == nil {
			return fmt.Errorf("making key: use %q: %w", u, ErrUse)
		}
	}
	return nil
}

func (o Options) algorithm() (Algorithm, error) {
	switch o.Algorithm {
	case "", ES256:
		return ES256, nil
	case PS256:
		return PS256, nil
	}
	return "", fmt.Errorf("making key: unknown algorithm %q: want %s or %s", o.Algorithm, ES256, PS256)
}

// useOID is the purpose of a use, or nil.
func useOID(u trust.Use) asn1.ObjectIdentifier {
	var oid asn1.ObjectIdentifier
	for s := range strings.SplitSeq(lists.Purpose(u), ".") {
		n, err := strconv.Atoi(s)
		if err != nil {
			return nil
		}
		oid = append(oid, n)
	}
	return oid
}

// The extensions that a request repeats (RFC 5280, sections 4.2.1.3 and 4.2.1.12).
var (
	oidKeyUsage    = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// certify makes the certificate of a key, signed by itself.
func (o Options) certify(signer crypto.Signer, serial [16]byte, random io.Reader) (*Key, error) {
	serial[0] = serial[0]&0x7F | 0x40 // positive, and of full length
	t := o.template(new(big.Int).SetBytes(serial[:]))
	der, err := x509.CreateCertificate(random, t, t, signer.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	return &Key{Signer: signer, Certificate: c}, nil
}

// template is what the certificate of a key says.
func (o Options) template(serial *big.Int) *x509.Certificate {
	t := &x509.Certificate{
		Subject: o.subject(), SerialNumber: serial, NotBefore: o.NotBefore.UTC(), NotAfter: o.NotAfter.UTC(),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
	}
	for _, u := range o.uses() {
		t.UnknownExtKeyUsage = append(t.UnknownExtKeyUsage, useOID(u))
	}
	return t
}

func (o Options) subject() pkix.Name {
	n := pkix.Name{Country: []string{o.Country}, CommonName: "Health certificate signer " + o.Country}
	switch {
	case o.Demo:
		n.Organization = []string{DemoName}
		if o.Authority != "" {
			n.OrganizationalUnit = []string{o.Authority}
		}
	case o.Authority != "":
		n.Organization = []string{o.Authority}
	}
	return n
}

func (o Options) uses() []trust.Use {
	if len(o.Uses) == 0 {
		return []trust.Use{trust.Test, trust.Vaccination, trust.Recovery}
	}
	return o.Uses
}

// ID is the identifier by which HC1 codes name the key, 8 raw bytes.
func (k *Key) ID() string { return trust.KeyID8(k.Certificate.Raw) }

// Fingerprint is the SHA-256 of the certificate: what two people compare.
func (k *Key) Fingerprint() [32]byte { return sha256.Sum256(k.Certificate.Raw) }

// Algorithm says how the key signs; empty if in no way that this package knows.
func (k *Key) Algorithm() Algorithm {
	switch p := k.Certificate.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if p.Curve == elliptic.P256() {
			return ES256
		}
	case *rsa.PublicKey:
		return PS256
	}
	return ""
}

// Public is what verifiers know of the key.
func (k *Key) Public() trust.Key {
	p, err := lists.FromCertificate(k.Certificate.Raw)
	if err != nil {
		panic("keys: a certificate that was read cannot be read: " + err.Error())
	}
	p.Source = "own key"
	return p
}

// Country is the country of the certificate; empty if it names none.
func (k *Key) Country() string { return k.Public().Country }

// Demo reports whether it is a demo key.
func (k *Key) Demo() bool { return slices.Contains(k.Certificate.Subject.Organization, DemoName) }
