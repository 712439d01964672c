package pki

import (
	"bytes"
	"crypto"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// MasterList is a list of the certificates of authorities that an office has
// collected and signed (ICAO Doc 9303-12 section 9, in CMS, RFC 5652).
type MasterList struct {
	Certificates [][]byte // in DER, not yet parsed

	content, attributes []byte // what was signed: the attributes, with the content's hash, or the content
	digest              []byte // of the attributes
	hash                crypto.Hash
	algorithm           []byte // AlgorithmIdentifier of the signature
	signature           []byte
	signer              *Certificate
}

var (
	errMaster       = errors.New("not an ICAO master list in DER")
	errIndefinite   = errors.New("a message of indefinite length (BER): it must be in DER")
	errManySigners  = errors.New("a master list has one signer")
	errNoSigner     = errors.New("the certificate of the list's signer is not in it")
	errNotForLists  = errors.New("the certificate of the list's signer is not one for master lists")
	errOtherContent = errors.New("the signature is over other content")
)

const (
	oidSignedData     = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	oidMasterList     = "\x67\x81\x08\x01\x01\x02" // 2.23.136.1.1.2
	oidContentType    = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
	oidMessageDigest  = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
	masterListPurpose = "2.23.136.1.1.3"
)

// IsMasterList reports whether a file looks like one.
func IsMasterList(der []byte) bool {
	head := der[:min(len(der), 64)]
	return len(head) > 0 && head[0] == 0x30 && bytes.Contains(head, []byte(oidSignedData))
}

// ParseMasterList reads a master list. Whether it is believed is for
// [MasterList.SignedBy] to say.
func ParseMasterList(der []byte) (*MasterList, error) {
	if len(der) > 1 && der[1] == 0x80 {
		return nil, errIndefinite
	}
	var outer, kind, wrapped, message cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !in.Empty() || !outer.ReadASN1(&kind, asn1.OBJECT_IDENTIFIER) || string(kind) != oidSignedData ||
		!outer.ReadASN1(&wrapped, explicit(0)) || !wrapped.ReadASN1(&message, asn1.SEQUENCE) {
		return nil, errMaster
	}
	var digests, encapsulated, eContent, certificates, infos cryptobyte.String
	var some bool
	if !message.SkipASN1(asn1.INTEGER) || !message.ReadASN1(&digests, asn1.SET) || !message.ReadASN1(&encapsulated, asn1.SEQUENCE) ||
		!encapsulated.ReadASN1(&kind, asn1.OBJECT_IDENTIFIER) || string(kind) != oidMasterList ||
		!encapsulated.ReadASN1(&eContent, explicit(0)) || !message.ReadOptionalASN1(&certificates, &some, explicit(0)) ||
		!message.SkipOptionalASN1(explicit(1)) || !message.ReadASN1(&infos, asn1.SET) {
		return nil, errMaster
	}
	l := new(MasterList)
	var content cryptobyte.String
	if !eContent.ReadASN1(&content, asn1.OCTET_STRING) {
		return nil, errMaster
	}
	l.content = content
	if err := l.readContent(content); err != nil {
		return nil, err
	}
	var info cryptobyte.String
	if !infos.ReadASN1(&info, asn1.SEQUENCE) {
		return nil, errMaster
	}
	if !infos.Empty() {
		return nil, errManySigners
	}
	return l, l.readSigner(info, certificates)
}

func explicit(n uint8) asn1.Tag { return asn1.Tag(n).Constructed().ContextSpecific() }

func (l *MasterList) readContent(content cryptobyte.String) error {
	var list, set cryptobyte.String
	if !content.ReadASN1(&list, asn1.SEQUENCE) || !list.SkipASN1(asn1.INTEGER) || !list.ReadASN1(&set, asn1.SET) {
		return errMaster
	}
	for !set.Empty() {
		var c cryptobyte.String
		if !set.ReadASN1Element(&c, asn1.SEQUENCE) {
			return errMaster
		}
		l.Certificates = append(l.Certificates, c)
	}
	return nil
}

// readSigner reads who signed: the certificate is one of those beside the list.
func (l *MasterList) readSigner(info, certificates cryptobyte.String) error {
	var issuerAndSerial, issuer, serial, keyID, digest, attributes, algorithm, signature cryptobyte.String
	var named, some bool
	if !info.SkipASN1(asn1.INTEGER) || !info.ReadOptionalASN1(&keyID, &named, asn1.Tag(0).ContextSpecific()) ||
		!named && (!info.ReadASN1(&issuerAndSerial, asn1.SEQUENCE) || !issuerAndSerial.ReadASN1Element(&issuer, asn1.SEQUENCE) || !issuerAndSerial.ReadASN1(&serial, asn1.INTEGER)) ||
		!info.ReadASN1Element(&digest, asn1.SEQUENCE) {
		return errMaster
	}
	rest := info
	if !info.ReadOptionalASN1(&attributes, &some, explicit(0)) {
		return errMaster
	}
	if some {
		var element cryptobyte.String
		if !rest.ReadASN1Element(&element, explicit(0)) {
			return errMaster
		}
		l.attributes = append([]byte{0x31}, element[1:]...) // signed as a SET (RFC 5652 section 5.4)
		if err := l.readAttributes(attributes); err != nil {
			return err
		}
	}
	if !info.ReadASN1Element(&algorithm, asn1.SEQUENCE) || !info.ReadASN1(&signature, asn1.OCTET_STRING) {
		return errMaster
	}
	hash, ok := digestAlgorithm(digest)
	if !ok {
		return ErrAlgorithm
	}
	l.hash, l.algorithm, l.signature = hash, algorithm, signature
	for !certificates.Empty() {
		var der cryptobyte.String
		if !certificates.ReadASN1Element(&der, asn1.SEQUENCE) {
			return errMaster
		}
		c, err := Parse(der)
		if err == nil && (named && c.SubjectKey == string(keyID) || !named && c.Issuer == string(issuer) && c.Serial == string(serial)) {
			l.signer = c
			return nil
		}
	}
	return errNoSigner
}

// readAttributes reads what is signed of the content: its type, and its hash.
func (l *MasterList) readAttributes(set cryptobyte.String) error {
	typed := false
	for !set.Empty() {
		var attribute, oid, values cryptobyte.String
		if !set.ReadASN1(&attribute, asn1.SEQUENCE) || !attribute.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !attribute.ReadASN1(&values, asn1.SET) {
			return errMaster
		}
		var v cryptobyte.String
		switch string(oid) {
		case oidContentType:
			if typed || !values.ReadASN1(&v, asn1.OBJECT_IDENTIFIER) || string(v) != oidMasterList {
				return errOtherContent
			}
			typed = true
		case oidMessageDigest:
			if l.digest != nil || !values.ReadASN1(&v, asn1.OCTET_STRING) {
				return errOtherContent
			}
			l.digest = v
		}
	}
	if !typed || l.digest == nil {
		return errOtherContent
	}
	return nil
}

// digestAlgorithm reads the AlgorithmIdentifier of a hash.
func digestAlgorithm(der cryptobyte.String) (crypto.Hash, bool) {
	var seq, oid cryptobyte.String
	if !der.ReadASN1(&seq, asn1.SEQUENCE) || !seq.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return 0, false
	}
	return sha2(oid)
}

// SignedBy verifies the list under the key of its signer, or of the authority
// that certified the signer for master lists.
func (l *MasterList) SignedBy(key crypto.PublicKey) error {
	if own, ok := l.signer.Public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !own.Equal(key) {
		if !l.signer.Signs || !slices.Contains(l.signer.Purposes, masterListPurpose) {
			return errNotForLists
		}
		if err := verify(key, l.signer.algorithm, l.signer.tbs, l.signer.signature); err != nil {
			return err
		}
	}
	signed := l.content
	if l.attributes != nil {
		h := l.hash.New()
		h.Write(l.content)
		if !bytes.Equal(h.Sum(nil), l.digest) {
			return errOtherContent
		}
		signed = l.attributes
	}
	return verify(l.signer.Public, l.signatureAlgorithm(), signed, l.signature)
}

// signatureAlgorithm returns the algorithm with its hash: RSA alone is written
// where the hash stands beside it (RFC 3370 section 3.2).
func (l *MasterList) signatureAlgorithm() []byte {
	var seq, oid cryptobyte.String
	in := cryptobyte.String(l.algorithm)
	if in.ReadASN1(&seq, asn1.SEQUENCE) && seq.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) && string(oid) == oidRSA {
		last := map[crypto.Hash]byte{crypto.SHA256: 0x0b, crypto.SHA384: 0x0c, crypto.SHA512: 0x0d}[l.hash]
		return append([]byte("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"), last, 5, 0)
	}
	return l.algorithm
}
