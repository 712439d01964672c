package lists

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/rdfc"
	"github.com/pratique/pratique/trust"
)

// read finds out what the file is and reads it.
func (l *List) read(data []byte, pinned []crypto.PublicKey) error {
	head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\uFEFF")), " \t\r\n")
	switch {
	case len(head) == 0:
		return fmt.Errorf("%w: the file is empty", ErrUnknownKind)
	case head[0] == '{':
		return l.readObject(head, pinned)
	case head[0] == '[':
		return l.readEntries(head)
	case bytes.Contains(data, []byte("-----BEGIN ")):
		return l.readPEM(data)
	case data[0] == 0x30:
		return l.readDER(data, pinned)
	}
	if bytes.HasPrefix(data, []byte(textName+"/")) {
		return l.readText(data, pinned)
	}
	if first, rest, ok := bytes.Cut(data, []byte("\n")); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte("{")) {
		return l.readGermany(first, rest, pinned)
	}
	if len(data) > 2*pki.MaxCertificate {
		return ErrUnknownKind
	}
	if der, err := unbase64(string(bytes.Join(bytes.Fields(data), nil))); err == nil && len(der) > 0 && der[0] == 0x30 {
		return l.readDER(der, pinned)
	}
	return ErrUnknownKind
}

// readObject reads a JSON object of one of the kinds.
func (l *List) readObject(data []byte, pinned []crypto.PublicKey) error {
	doc, err := rdfc.Decode(data)
	if err != nil {
		return err
	}
	has := func(key string) bool { _, ok := doc[key]; return ok }
	switch {
	case has("verificationMethod"):
		return l.readWHO(doc, pinned)
	case has("issuerInfo"):
		return l.readVCI(doc)
	case has("issuer_metadata"):
		return l.readVCIMetadata(doc)
	case has("keys"):
		return l.readJWKS(doc)
	case has("certificates"), has("certs"), has("eu_keys"), has("dsc_trust_list"):
		return l.readNational(doc)
	}
	return ErrUnknownKind
}

// readMaster reads a list of authorities that an office collected.
func (l *List) readMaster(der []byte, pinned []crypto.PublicKey) error {
	l.Kind = MasterList
	m, err := pki.ParseMasterList(der)
	if err != nil {
		return err
	}
	if len(m.Certificates) > MaxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooLarge, MaxEntries)
	}
	if err := l.proof(pinned, func(k crypto.PublicKey) bool { return m.SignedBy(k) == nil }); err != nil {
		return err
	}
	for i, c := range m.Certificates {
		entry := fmt.Sprintf("certificate %d", i+1)
		k, err := Authority(c)
		if err != nil {
			country := ""
			if c, err := pki.Parse(c); err == nil {
				country = c.Country
			}
			l.skip(entry, country, base64ID(trust.KeyID8(c)), err)
			continue
		}
		l.Keys = append(l.Keys, k)
	}
	return nil
}

// readDER reads one certificate, or a master list.
func (l *List) readDER(der []byte, pinned []crypto.PublicKey) error {
	if pki.IsMasterList(der) {
		return l.readMaster(der, pinned)
	}
	l.Kind = Certificates
	c, err := pki.Parse(der)
	if err != nil {
		return err
	}
	l.certificate(c, "certificate 1")
	l.authorities()
	return nil
}

// authorities takes the authorities of a file that has nothing else: whoever
// relies on such a file relies on them, for ICAO seals. Beside signers they are
// the signers' chain, which nobody asked about.
func (l *List) authorities() {
	alone := len(l.Keys) == 0
	for i, issuer := range l.Issuers {
		k, err := Authority(issuer.DER)
		if err == nil && !alone {
			err = errors.New("to rely on it for ICAO seals, give it in a file without signers")
		}
		if err != nil {
			l.skip(fmt.Sprintf("authority %d", i+1), issuer.Country, base64ID(trust.KeyID8(issuer.DER)), fmt.Errorf("an authority, which signs no certificate of health: %w", err))
			continue
		}
		l.Keys = append(l.Keys, k)
	}
}

// certificate takes a certificate that states its own country.
func (l *List) certificate(c *pki.Certificate, entry string) {
	switch {
	case c.Authority():
		l.Issuers = append(l.Issuers, Issuer{Jurisdiction(c.Country), c.DER})
	case c.NoKey != nil:
		l.skip(entry, c.Country, base64ID(signerKey(c).ID), c.NoKey)
	default:
		if c.CA {
			l.problem(AlsoAuthority, entry, "taken as a signer, though its certificate is an authority's too")
		}
		l.Keys = append(l.Keys, signerKey(c))
	}
}

// readPEM reads the certificates of a file.
func (l *List) readPEM(data []byte) error {
	l.Kind = Certificates
	begun := bytes.Count(data, []byte("-----BEGIN "))
	if begun > MaxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooLarge, MaxEntries)
	}
	n := 0
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			break
		}
		n++
		entry := fmt.Sprintf("block %d", n)
		switch {
		case b.Type == "CERTIFICATE":
			if c, err := pki.Parse(b.Bytes); err != nil {
				l.skip(entry, "", "", err)
			} else {
				l.certificate(c, entry)
			}
		case b.Type == "PUBLIC KEY":
			l.skip(entry, "", "", errors.New("a public key alone has no identifier that codes name: state it in a text of the kind "+textName))
		case strings.Contains(b.Type, "PRIVATE KEY"):
			l.skip(entry, "", "", errors.New("a secret key"))
			l.problem(SecretKey, entry, "a secret key stands in a list of public keys: whoever has the file can sign with it")
		default:
			l.skip(entry, "", "", fmt.Errorf("a PEM block of the type %q", printable(b.Type)))
		}
	}
	l.authorities()
	if n < begun {
		l.skip("PEM", "", "", fmt.Errorf("%d of %d blocks cannot be decoded", begun-n, begun))
	}
	return nil
}

// unbase64 reads base64 in either alphabet, with padding or without.
func unbase64(s string) ([]byte, error) {
	s = strings.TrimRight(s, "=")
	if strings.ContainsAny(s, "-_") {
		return base64.RawURLEncoding.DecodeString(s)
	}
	return base64.RawStdEncoding.DecodeString(s)
}

// proof notes under which pinned keys a signature verifies.
func (l *List) proof(pinned []crypto.PublicKey, verifies func(crypto.PublicKey) bool) error {
	for _, k := range pinned {
		id, err := pinID(k)
		if err != nil {
			return err
		}
		if verifies(k) {
			l.Proven = append(l.Proven, id)
		}
	}
	switch {
	case l.Proven != nil:
	case len(pinned) == 0:
		l.problem(NotProven, "", "the list's signature was not checked: no key to check it with was given")
	default:
		l.problem(NotProven, "", "the list's signature verifies under none of the given keys")
	}
	return nil
}

// pinID is the identifier of a pinned key: the SHA-256 of its
// SubjectPublicKeyInfo, as package signed has it.
func pinID(k crypto.PublicKey) (string, error) {
	der, err := pki.MarshalKey(k)
	if err != nil {
		return "", fmt.Errorf("identifying pinned key: %w", err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}

// verifyDetached verifies a signature over a whole file.
func verifyDetached(key crypto.PublicKey, data, signature []byte) bool {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(k, data, signature)
	case *ecdsa.PublicKey:
		hash := crypto.SHA256
		switch k.Curve {
		case elliptic.P384():
			hash = crypto.SHA384
		case elliptic.P521():
			hash = crypto.SHA512
		}
		h := hash.New()
		h.Write(data)
		return ecdsa.VerifyASN1(k, h.Sum(nil), signature)
	}
	return false
}
