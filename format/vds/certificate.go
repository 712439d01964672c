package vds

import (
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The content octets of the object identifiers of extensions (RFC 5280 section
// 4.2; ICAO Doc 9303-12 section 7.1).
const (
	oidSubjectKey   = "\x55\x1d\x0e"                 // 2.5.29.14
	oidKeyUsage     = "\x55\x1d\x0f"                 // 2.5.29.15
	oidUsagePeriod  = "\x55\x1d\x10"                 // 2.5.29.16
	oidSubjectAlt   = "\x55\x1d\x11"                 // 2.5.29.17
	oidIssuerAlt    = "\x55\x1d\x12"                 // 2.5.29.18
	oidConstraints  = "\x55\x1d\x13"                 // 2.5.29.19
	oidCRL          = "\x55\x1d\x1f"                 // 2.5.29.31
	oidPolicies     = "\x55\x1d\x20"                 // 2.5.29.32
	oidAuthorityKey = "\x55\x1d\x23"                 // 2.5.29.35
	oidPurposes     = "\x55\x1d\x25"                 // 2.5.29.37
	oidDocuments    = "\x67\x81\x08\x01\x01\x06\x02" // 2.23.136.1.1.6.2, types of documents
	oidHealthSeal   = "\x67\x81\x08\x01\x01\x0e\x02" // 2.23.136.1.1.14.2, purpose
)

// certificate is what a seal needs of an X.509 certificate beside its key,
// validity and signature, which package lists reads.
type certificate struct {
	der             []byte
	issuer, subject string // names, as encoded
	authorityKey    string // identifier of the issuer's key
	subjectKey      string // identifier of its own key
	purposes        []string
	documents       []string
	from, until     time.Time // in which the private key signs; zero: not stated
	ca              bool
	signs           bool // may sign data; true where nothing is said
	certifies       bool // may sign certificates; true where nothing is said
	critical        bool // has a critical extension that is not known here
}

// parseCertificate reads a certificate in DER.
func parseCertificate(der []byte) (*certificate, error) {
	if len(der) > MaxCertificate {
		return nil, ErrCertificate
	}
	c := &certificate{der: der, signs: true, certifies: true}
	var outer, body, skipped, issuer, subject, wrapped, list cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !in.Empty() || !outer.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.SkipOptionalASN1(asn1.Tag(0).Constructed().ContextSpecific()) || // version
		!body.ReadASN1(&skipped, asn1.INTEGER) || !body.ReadASN1(&skipped, asn1.SEQUENCE) || // serial number, algorithm
		!body.ReadASN1(&issuer, asn1.SEQUENCE) || !body.ReadASN1(&skipped, asn1.SEQUENCE) || // validity
		!body.ReadASN1(&subject, asn1.SEQUENCE) || !body.ReadASN1(&skipped, asn1.SEQUENCE) { // key
		return nil, ErrCertificate
	}
	c.issuer, c.subject = string(issuer), string(subject)
	var present bool
	if !body.SkipOptionalASN1(asn1.Tag(1).ContextSpecific()) || !body.SkipOptionalASN1(asn1.Tag(2).ContextSpecific()) ||
		!body.ReadOptionalASN1(&wrapped, &present, asn1.Tag(3).Constructed().ContextSpecific()) || !body.Empty() {
		return nil, ErrCertificate
	}
	if !present { // the UTO example is a certificate of version 1
		return c, nil
	}
	if !wrapped.ReadASN1(&list, asn1.SEQUENCE) || !wrapped.Empty() {
		return nil, ErrCertificate
	}
	seen := ""
	for !list.Empty() {
		var ext, oid, value cryptobyte.String
		critical := false
		if !list.ReadASN1(&ext, asn1.SEQUENCE) || !ext.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) ||
			ext.PeekASN1Tag(asn1.BOOLEAN) && !ext.ReadASN1Boolean(&critical) ||
			!ext.ReadASN1(&value, asn1.OCTET_STRING) || !ext.Empty() || strings.Contains(seen, "|"+string(oid)+"|") || !c.extension(string(oid), critical, value) {
			return nil, ErrCertificate
		}
		seen += "|" + string(oid) + "|" // an extension twice says two things
	}
	return c, nil
}

// extension reads an extension; it is false for one that is malformed.
func (c *certificate) extension(oid string, critical bool, v cryptobyte.String) bool {
	var seq, s cryptobyte.String
	switch oid {
	case oidSubjectKey:
		ok := v.ReadASN1(&s, asn1.OCTET_STRING)
		c.subjectKey = string(s)
		return ok && v.Empty()
	case oidAuthorityKey:
		var present bool
		ok := v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty() && seq.ReadOptionalASN1(&s, &present, asn1.Tag(0).ContextSpecific())
		c.authorityKey = string(s)
		return ok
	case oidKeyUsage:
		if !v.ReadASN1(&s, asn1.BIT_STRING) || !v.Empty() || len(s) < 2 {
			return false
		}
		c.signs, c.certifies = s[1]&0x80 != 0, s[1]&0x04 != 0 // digitalSignature, keyCertSign
		return true
	case oidUsagePeriod:
		return v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty() && usageTime(&seq, 0, &c.from) && usageTime(&seq, 1, &c.until)
	case oidConstraints:
		ok := v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty()
		if ok && seq.PeekASN1Tag(asn1.BOOLEAN) {
			ok = seq.ReadASN1Boolean(&c.ca)
		}
		return ok
	case oidPurposes:
		ok := v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty()
		for ok && !seq.Empty() {
			ok = seq.ReadASN1(&s, asn1.OBJECT_IDENTIFIER)
			c.purposes = append(c.purposes, string(s))
		}
		return ok
	case oidDocuments: // SEQUENCE { version INTEGER, SET OF PrintableString }
		var set, version cryptobyte.String
		ok := v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty() && seq.ReadASN1(&version, asn1.INTEGER) && seq.ReadASN1(&set, asn1.SET)
		for ok && !set.Empty() {
			var tag asn1.Tag
			ok = set.ReadAnyASN1(&s, &tag)
			c.documents = append(c.documents, string(s))
		}
		return ok
	case oidSubjectAlt, oidIssuerAlt, oidCRL, oidPolicies:
		return true
	}
	c.critical = c.critical || critical
	return true
}

// usageTime reads an end of a PrivateKeyUsagePeriod (RFC 3280 section 4.2.1.4).
func usageTime(seq *cryptobyte.String, tag asn1.Tag, t *time.Time) bool {
	var s cryptobyte.String
	var present bool
	if !seq.ReadOptionalASN1(&s, &present, tag.ContextSpecific()) {
		return false
	}
	if !present {
		return true
	}
	var err error
	*t, err = time.ParseInLocation("20060102150405Z0700", string(s), time.UTC)
	return err == nil
}
