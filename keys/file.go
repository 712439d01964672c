package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/pratique/pratique/trust/lists"
)

// MaxSize is the longest key file, in bytes.
const MaxSize = 64 << 10

var (
	// ErrSealed means that the file is sealed and no passphrase was given.
	ErrSealed = errors.New("the key is sealed with a passphrase")
	// ErrPassphrase means that the passphrase does not open the file.
	ErrPassphrase = errors.New("the passphrase is wrong")
	// ErrNoCertificate means that the file has a secret key and no certificate of it.
	ErrNoCertificate = errors.New("no certificate of the key")
	// ErrNoKey means that the file has no secret key.
	ErrNoKey = errors.New("no secret key")
)

// Sealed reports whether a file is sealed with a passphrase.
func Sealed(file []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(file, " \t\r\n"), []byte(armor.Header))
}

// Parse reads a key file. The passphrase is needed for a sealed one only; for a
// key in hardware it is the PIN.
func Parse(file []byte, passphrase string) (*Key, error) {
	if len(file) > MaxSize {
		return nil, fmt.Errorf("reading key: longer than %d bytes", MaxSize)
	}
	if Sealed(file) {
		var err error
		if file, err = unseal(file, passphrase); err != nil {
			return nil, fmt.Errorf("reading key: %w", err)
		}
	}
	parse := parseFile
	if Refers(file) {
		parse = func(file []byte) (*Key, error) {
			r, certificates, err := parseReference(file)
			if err != nil {
				return nil, err
			}
			return openReference(r, passphrase, certificates)
		}
	}
	k, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("reading key: %w", err)
	}
	return k, nil
}

func parseFile(text []byte) (*Key, error) {
	var k Key
	certificates, err := k.blocks(text)
	switch {
	case err != nil:
		return nil, err
	case k.Signer == nil:
		return nil, ErrNoKey
	}
	if err := k.certified(certificates); err != nil {
		return nil, err
	}
	return &k, nil
}

// blocks reads the blocks of a key file: its secret key, if there is one, and the
// certificates.
func (k *Key) blocks(text []byte) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return certificates, nil
		}
		if b.Type == "CERTIFICATE" {
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				return nil, errors.New("a certificate that cannot be read")
			}
			certificates = append(certificates, c)
			continue
		}
		s, err := secret(b)
		switch {
		case err != nil:
			return nil, err
		case s != nil && k.Signer != nil:
			return nil, errors.New("more than one secret key")
		case s != nil:
			k.Signer = s
		}
	}
}

// certified gives the key the last of the certificates that are its own.
func (k *Key) certified(certificates []*x509.Certificate) error {
	public := k.Signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	for _, c := range certificates {
		if public.Equal(c.PublicKey) {
			k.Certificate = c
		}
	}
	if k.Certificate == nil {
		return ErrNoCertificate
	}
	if k.Algorithm() == "" {
		return errors.New("neither a P-256 nor an RSA key")
	}
	_, err := lists.FromCertificate(k.Certificate.Raw)
	return err
}

// secret reads a block that holds a secret key; nil if it is of another kind.
// Errors say nothing of what stands in it.
func secret(b *pem.Block) (crypto.Signer, error) {
	var k any
	var err error
	switch b.Type {
	case "PRIVATE KEY":
		k, err = x509.ParsePKCS8PrivateKey(b.Bytes)
	case "EC PRIVATE KEY":
		k, err = x509.ParseECPrivateKey(b.Bytes)
	case "RSA PRIVATE KEY":
		k, err = x509.ParsePKCS1PrivateKey(b.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("encrypted in the way of PKCS #8, which is not read here")
	default:
		return nil, nil
	}
	if err != nil {
		return nil, errors.New("a secret key that cannot be read")
	}
	switch k := k.(type) {
	case *ecdsa.PrivateKey:
		return k, nil
	case *rsa.PrivateKey:
		if k.N.BitLen() < rsaBits {
			return nil, fmt.Errorf("an RSA key shorter than %d bits", rsaBits)
		}
		return k, nil
	}
	return nil, errors.New("neither a P-256 nor an RSA key")
}

// File returns the key file, with the secret in clear; that of a key in hardware
// has its reference instead.
func (k *Key) File() ([]byte, error) {
	if k.Reference.Module != "" {
		return append([]byte(k.Reference.String()+"\n"), k.CertificatePEM()...), nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.Signer)
	if err != nil {
		return nil, fmt.Errorf("writing key: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return append(out, k.CertificatePEM()...), nil
}

// Seal returns the key file encrypted with a passphrase.
func (k *Key) Seal(passphrase string) ([]byte, error) {
	switch {
	case passphrase == "":
		return nil, errors.New("sealing key: the passphrase is empty")
	case k.Reference.Module != "":
		return nil, errors.New("sealing key: it is in hardware, and there is nothing to seal")
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

// testOnlyWork lowers the cost of guessing a passphrase, as a power of two, in
// tests; zero leaves it at what age takes, about a second.
var testOnlyWork int

func seal(out io.Writer, file []byte, passphrase string) error {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return err
	}
	if testOnlyWork != 0 {
		to.SetWorkFactor(testOnlyWork)
	}
	text := armor.NewWriter(out)
	w, err := age.Encrypt(text, to)
	if err != nil {
		return err
	}
	if _, err := w.Write(file); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return text.Close()
}

// maxWork bounds what a file can ask of us: 2^20 is four times age's own choice.
const maxWork = 20

func unseal(file []byte, passphrase string) ([]byte, error) {
	if passphrase == "" {
		return nil, ErrSealed
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(maxWork)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, errors.New("the sealed file is damaged")
	}
	clear, err := io.ReadAll(io.LimitReader(r, MaxSize))
	if err != nil {
		return nil, errors.New("the sealed file is damaged")
	}
	return clear, nil
}

// CertificatePEM returns the certificate, which is public.
func (k *Key) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw})
}

// RequestPEM returns a certificate request (PKCS #10) for the key, with the
// subject and the uses of its certificate.
func (k *Key) RequestPEM(random io.Reader) ([]byte, error) {
	t := x509.CertificateRequest{RawSubject: k.Certificate.RawSubject}
	for _, e := range k.Certificate.Extensions {
		if e.Id.Equal(oidExtKeyUsage) || e.Id.Equal(oidKeyUsage) {
			t.ExtraExtensions = append(t.ExtraExtensions, e)
		}
	}
	der, err := x509.CreateCertificateRequest(random, &t, k.Signer)
	if err != nil {
		return nil, fmt.Errorf("making request: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}
