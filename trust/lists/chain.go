package lists

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" // for certificates that were signed with it, to say so
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/pratique/pratique/trust"
)

var errSHA1 = errors.New("signed with SHA-1, which proves nothing any more")

// Unchained returns the keys that have a certificate which no authority of
// their country, of those given, has signed, and the keys that have none. A list is as
// good as who made it; a chain shows that the country's own authority stands
// behind a key too. Dates and constraints are not judged, only signatures: the
// gateways accept signers on the same terms.
func Unchained(keys []trust.Key, issuers []Issuer) []Skipped {
	byCountry := make(map[string][]*certificate)
	for _, i := range issuers {
		if c, err := parseCertificate(i.DER); err == nil && c.public != nil {
			byCountry[i.Country] = append(byCountry[i.Country], c)
		}
	}
	var out []Skipped
	for _, k := range keys {
		if err := chained(k, byCountry[k.Country]); err != nil {
			out = append(out, Skipped{Entry: "key", Country: k.Country, KeyID: base64ID(k.ID), Why: err.Error()})
		}
	}
	return out
}

func chained(k trust.Key, issuers []*certificate) error {
	if k.DER == nil {
		return errors.New("it has no certificate")
	}
	c, err := parseCertificate(k.DER)
	if err != nil {
		return err
	}
	if len(issuers) == 0 {
		return errors.New("no authority of its country is known")
	}
	why := errors.New("no known authority of its country has signed its certificate")
	for _, i := range issuers {
		switch err := c.signedBy(i); {
		case err == nil:
			return nil
		case errors.Is(err, errSHA1):
			return err
		case bytes.Equal(c.issuer, i.subject):
			why = err
		}
	}
	return why
}

// signedBy verifies the signature of a certificate under its issuer's key.
func (c *certificate) signedBy(issuer *certificate) error {
	hash, pss, err := signatureAlgorithm(c.algorithm)
	if err != nil {
		return err
	}
	h := hash.New()
	h.Write(c.tbs)
	sum := h.Sum(nil)
	good := false
	switch k := issuer.public.(type) {
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(k, sum, c.signature)
	case *rsa.PublicKey:
		if pss {
			good = rsa.VerifyPSS(k, hash, sum, c.signature, nil) == nil
		} else {
			good = rsa.VerifyPKCS1v15(k, hash, sum, c.signature) == nil
		}
	}
	switch {
	case !good:
		return errors.New("the authority's signature does not verify")
	case hash == crypto.SHA1:
		return errSHA1
	}
	return nil
}

// signatureAlgorithm reads an AlgorithmIdentifier of a signature (RFC 5758, RFC 4055).
func signatureAlgorithm(der []byte) (hash crypto.Hash, pss bool, err error) {
	unknown := errors.New("the algorithm of the authority's signature is not supported")
	var seq, oid cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, asn1.SEQUENCE) || !seq.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return 0, false, unknown
	}
	switch dotted(oid) {
	case "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11":
		return crypto.SHA256, false, nil
	case "1.2.840.10045.4.3.3", "1.2.840.113549.1.1.12":
		return crypto.SHA384, false, nil
	case "1.2.840.10045.4.3.4", "1.2.840.113549.1.1.13":
		return crypto.SHA512, false, nil
	case "1.2.840.10045.4.1", "1.2.840.113549.1.1.5":
		return crypto.SHA1, false, nil
	case "1.2.840.113549.1.1.10":
		hash, ok := pssHash(seq)
		if !ok {
			return 0, false, unknown
		}
		return hash, true, nil
	}
	return 0, false, unknown
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
	switch dotted(oid) {
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256, true
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384, true
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512, true
	}
	return 0, false
}
