package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" // for certificates that were signed with it, to say so
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// What a check of a signature can say.
var (
	ErrSHA1      = errors.New("signed with SHA-1, which proves nothing any more")
	ErrSignature = errors.New("the authority's signature does not verify")
	ErrAlgorithm = errors.New("the algorithm of the authority's signature is not supported")
)

// SignedBy verifies the signature of a certificate under its issuer's key. It
// compares no names.
func (c *Certificate) SignedBy(issuer *Certificate) error {
	return verify(issuer.Public, c.algorithm, c.tbs, c.signature)
}

// verify verifies a signature with the algorithm that it names: [ErrSHA1] for
// one that is good and proves nothing.
func verify(key crypto.PublicKey, algorithm, tbs, signature []byte) error {
	hash, pss, err := signatureAlgorithm(algorithm)
	if err != nil {
		return err
	}
	h := hash.New()
	h.Write(tbs)
	sum := h.Sum(nil)
	good := false
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(k, sum, signature)
	case *rsa.PublicKey:
		if pss {
			good = rsa.VerifyPSS(k, hash, sum, signature, nil) == nil
		} else {
			good = rsa.VerifyPKCS1v15(k, hash, sum, signature) == nil
		}
	}
	switch {
	case !good:
		return ErrSignature
	case hash == crypto.SHA1:
		return ErrSHA1
	}
	return nil
}

// signatureAlgorithm reads an AlgorithmIdentifier of a signature (RFC 5758, RFC 4055).
func signatureAlgorithm(der []byte) (hash crypto.Hash, pss bool, err error) {
	var seq, oid cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, asn1.SEQUENCE) || !seq.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return 0, false, ErrAlgorithm
	}
	switch string(oid) {
	case "\x2a\x86\x48\xce\x3d\x04\x03\x02", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b": // ecdsa-with-SHA256, sha256WithRSAEncryption
		return crypto.SHA256, false, nil
	case "\x2a\x86\x48\xce\x3d\x04\x03\x03", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c":
		return crypto.SHA384, false, nil
	case "\x2a\x86\x48\xce\x3d\x04\x03\x04", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d":
		return crypto.SHA512, false, nil
	case "\x2a\x86\x48\xce\x3d\x04\x01", "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05":
		return crypto.SHA1, false, nil
	case "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a":
		hash, ok := pssHash(seq)
		if !ok {
			return 0, false, ErrAlgorithm
		}
		return hash, true, nil
	}
	return 0, false, ErrAlgorithm
}

// pssHash reads the hash of RSASSA-PSS parameters; Go requires the mask to use
// the same, so another one simply does not verify.
func pssHash(s cryptobyte.String) (crypto.Hash, bool) {
	var params, wrapped, algorithm, oid cryptobyte.String
	var present bool
	if !s.ReadASN1(&params, asn1.SEQUENCE) || !params.ReadOptionalASN1(&wrapped, &present, asn1.Tag(0).Constructed().ContextSpecific()) {
		return 0, false
	}
	if !present {
		return crypto.SHA1, true // the default
	}
	if !wrapped.ReadASN1(&algorithm, asn1.SEQUENCE) || !algorithm.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return 0, false
	}
	return sha2(oid)
}

// sha2 is the hash of an identifier.
func sha2(oid cryptobyte.String) (crypto.Hash, bool) {
	const arc = "\x60\x86\x48\x01\x65\x03\x04\x02" // 2.16.840.1.101.3.4.2
	switch string(oid) {
	case arc + "\x01":
		return crypto.SHA256, true
	case arc + "\x02":
		return crypto.SHA384, true
	case arc + "\x03":
		return crypto.SHA512, true
	}
	return 0, false
}
