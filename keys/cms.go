package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
)

// The object identifiers of a signed message (RFC 5652, section 5 and 11; RFC
// 5754, sections 3.2 and 3.3).
var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidECDSASHA256   = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidRSASHA256     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
)

type algorithmID struct {
	ID         asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

type attribute struct {
	ID    asn1.ObjectIdentifier
	Value []asn1.RawValue `asn1:"set"`
}

type signerInfo struct {
	Version int
	Signer  struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	Digest     algorithmID
	Attributes asn1.RawValue
	Algorithm  algorithmID
	Signature  []byte
}

type signedData struct {
	Version      int
	Digests      []algorithmID `asn1:"set"`
	Content      encapsulated
	Certificates asn1.RawValue
	Signers      []signerInfo `asn1:"set"`
}

type encapsulated struct {
	Type    asn1.ObjectIdentifier
	Content []byte `asn1:"explicit,optional,tag:0,omitempty"`
}

// SignCMS signs a message as the gateways of the European Union take what a
// country sends them: CMS (RFC 5652) in DER, SHA-256, one signer with its
// certificate, and signed attributes. A detached signature leaves the content
// out. A P-256 key signs by ECDSA, an RSA key by PKCS #1 version 1.5, which is what
// readers of CMS have.
func (k *Key) SignCMS(content []byte, detached bool, random io.Reader) ([]byte, error) {
	message, err := k.signCMS(content, detached, random)
	if err != nil {
		return nil, fmt.Errorf("signing message: %w", err)
	}
	return message, nil
}

func (k *Key) signCMS(content []byte, detached bool, random io.Reader) ([]byte, error) {
	if k.Signer == nil {
		return nil, ErrNoKey
	}
	digest := algorithmID{ID: oidSHA256}
	sum := sha256.Sum256(content)
	attributes, err := signedAttributes(sum[:])
	if err != nil {
		return nil, err
	}
	s := signerInfo{Version: 1, Digest: digest}
	switch k.Signer.Public().(type) {
	case *ecdsa.PublicKey:
		s.Algorithm = algorithmID{ID: oidECDSASHA256}
	case *rsa.PublicKey:
		s.Algorithm = algorithmID{ID: oidRSASHA256, Parameters: asn1.NullRawValue}
	default:
		return nil, fmt.Errorf("neither a P-256 nor an RSA key")
	}
	sum = sha256.Sum256(attributes)
	if s.Signature, err = k.Signer.Sign(random, sum[:], crypto.SHA256); err != nil {
		return nil, err
	}
	// A SET where it is signed, [0] where it stands (RFC 5652, section 5.4).
	attributes[0] = 0xA0
	s.Attributes = asn1.RawValue{FullBytes: attributes}
	s.Signer.Issuer, s.Signer.Serial = asn1.RawValue{FullBytes: k.Certificate.RawIssuer}, k.Certificate.SerialNumber
	d := signedData{
		Version: 1, Digests: []algorithmID{digest}, Content: encapsulated{Type: oidData}, Signers: []signerInfo{s},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: k.Certificate.Raw},
	}
	if !detached {
		d.Content.Content = content
	}
	return asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content signedData `asn1:"explicit,tag:0"`
	}{oidSignedData, d})
}

// signedAttributes are those that must be there: what is signed, and its hash.
func signedAttributes(sum []byte) ([]byte, error) {
	kind, err := asn1.Marshal(oidData)
	if err != nil {
		return nil, err
	}
	digest, err := asn1.Marshal(sum)
	if err != nil {
		return nil, err
	}
	return asn1.MarshalWithParams([]attribute{
		{oidContentType, []asn1.RawValue{{FullBytes: kind}}}, {oidMessageDigest, []asn1.RawValue{{FullBytes: digest}}},
	}, "set")
}
