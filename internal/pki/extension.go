package pki

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The content octets of the object identifiers of extensions (RFC 5280 sections
// 4.2 and 5.2; ICAO Doc 9303-12 section 7.1).
const (
	oidSubjectKey   = "\x55\x1d\x0e"                 // 2.5.29.14
	oidKeyUsage     = "\x55\x1d\x0f"                 // 2.5.29.15
	oidUsagePeriod  = "\x55\x1d\x10"                 // 2.5.29.16
	oidSubjectAlt   = "\x55\x1d\x11"                 // 2.5.29.17
	oidIssuerAlt    = "\x55\x1d\x12"                 // 2.5.29.18
	oidConstraints  = "\x55\x1d\x13"                 // 2.5.29.19
	oidListNumber   = "\x55\x1d\x14"                 // 2.5.29.20
	oidReason       = "\x55\x1d\x15"                 // 2.5.29.21
	oidInvalid      = "\x55\x1d\x18"                 // 2.5.29.24
	oidCRL          = "\x55\x1d\x1f"                 // 2.5.29.31
	oidPolicies     = "\x55\x1d\x20"                 // 2.5.29.32
	oidAuthorityKey = "\x55\x1d\x23"                 // 2.5.29.35
	oidPurposes     = "\x55\x1d\x25"                 // 2.5.29.37
	oidDocuments    = "\x67\x81\x08\x01\x01\x06\x02" // 2.23.136.1.1.6.2, types of documents
)

// HealthSeal is the purpose of a signer of ICAO seals (Doc 9303-12 section 7.1.1).
const HealthSeal = "2.23.136.1.1.14.2"

var (
	errExtensions = errors.New("the certificate's extensions are malformed")
	errPurposes   = errors.New("the certificate's extended key usage is malformed")
	errTwice      = errors.New("an extension stands twice")
	errExtension  = errors.New("an extension is malformed")
)

// extensions reads the optional extensions at the end of a structure. What a
// strict reader would refuse is put into odd.
func extensions(body cryptobyte.String, tag asn1.Tag, read func(oid string, critical bool, v cryptobyte.String) error, odd *error) error {
	var wrapped, list cryptobyte.String
	var present bool
	if !body.ReadOptionalASN1(&wrapped, &present, tag) || !body.Empty() {
		return errExtensions
	}
	if !present { // the UTO example of a seal has a certificate of version 1
		return nil
	}
	if !wrapped.ReadASN1(&list, asn1.SEQUENCE) {
		return errExtensions
	}
	if !wrapped.Empty() {
		*odd = errExtensions
	}
	seen := ""
	for !list.Empty() {
		var ext cryptobyte.String
		if !list.ReadASN1(&ext, asn1.SEQUENCE) {
			return errExtensions
		}
		oid, critical, value, err := extension(ext, odd)
		if err != nil {
			return err
		}
		if strings.Contains(seen, "|"+oid+"|") {
			*odd = errTwice // it says two things
		}
		seen += "|" + oid + "|"
		switch err := read(oid, critical, value); {
		case err == errExtension:
			*odd = err
		case err != nil:
			return err
		}
	}
	return nil
}

// extension takes one apart.
func extension(ext cryptobyte.String, odd *error) (oid string, critical bool, value cryptobyte.String, err error) {
	var id, boolean cryptobyte.String
	if !ext.ReadASN1(&id, asn1.OBJECT_IDENTIFIER) ||
		ext.PeekASN1Tag(asn1.BOOLEAN) && !ext.ReadASN1(&boolean, asn1.BOOLEAN) ||
		!ext.ReadASN1(&value, asn1.OCTET_STRING) {
		return "", false, nil, errExtensions
	}
	critical = string(boolean) == "\xff"
	if !ext.Empty() || !critical && len(boolean) > 0 && string(boolean) != "\x00" {
		*odd = errExtension
	}
	return string(id), critical, value, nil
}

// extension reads an extension of a certificate: errExtension for one that is
// malformed and not needed by everybody.
func (c *Certificate) extension(oid string, critical bool, v cryptobyte.String) error {
	var seq, s cryptobyte.String
	ok := true
	switch oid {
	case oidSubjectKey:
		ok = v.ReadASN1(&s, asn1.OCTET_STRING) && v.Empty()
		c.SubjectKey = string(s)
	case oidAuthorityKey:
		c.AuthorityKey, ok = authorityKey(v)
	case oidKeyUsage:
		if ok = v.ReadASN1(&s, asn1.BIT_STRING) && v.Empty() && len(s) > 1; len(s) > 1 {
			c.Signs, c.Certifies = s[1]&0x80 != 0, s[1]&0x04 != 0 // digitalSignature, keyCertSign
		}
	case oidUsagePeriod:
		ok = v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty() && usageTime(&seq, 0, &c.UsedFrom) && usageTime(&seq, 1, &c.UsedUntil)
	case oidConstraints:
		if ok = v.ReadASN1(&seq, asn1.SEQUENCE); ok && seq.PeekASN1Tag(asn1.BOOLEAN) {
			var ca cryptobyte.String
			ok = seq.ReadASN1(&ca, asn1.BOOLEAN)
			c.CA = len(ca) == 1 && ca[0] != 0
		}
		ok = ok && v.Empty()
	case oidPurposes:
		return c.purposes(v)
	case oidDocuments: // SEQUENCE { version INTEGER, SET OF PrintableString }
		var set, version cryptobyte.String
		ok = v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty() && seq.ReadASN1(&version, asn1.INTEGER) && seq.ReadASN1(&set, asn1.SET)
		for ok && !set.Empty() {
			var tag asn1.Tag
			ok = set.ReadAnyASN1(&s, &tag)
			c.Documents = append(c.Documents, string(s))
		}
	case oidSubjectAlt:
		ok = v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty()
		for ok && !seq.Empty() {
			var tag asn1.Tag
			if ok = seq.ReadAnyASN1(&s, &tag); ok && tag == asn1.Tag(6).ContextSpecific() { // uniformResourceIdentifier
				c.URIs = append(c.URIs, string(s))
			}
		}
	case oidIssuerAlt, oidCRL, oidPolicies:
	default:
		c.Critical = c.Critical || critical
	}
	if !ok {
		return errExtension
	}
	return nil
}

func (c *Certificate) purposes(v cryptobyte.String) error {
	var ids, id cryptobyte.String
	if !v.ReadASN1(&ids, asn1.SEQUENCE) {
		return errPurposes
	}
	for !ids.Empty() {
		if !ids.ReadASN1(&id, asn1.OBJECT_IDENTIFIER) {
			return errPurposes
		}
		c.Purposes = append(c.Purposes, dotted(id))
	}
	if !v.Empty() {
		return errExtension
	}
	return nil
}

// authorityKey reads the identifier of an issuer's key.
func authorityKey(v cryptobyte.String) (string, bool) {
	var seq, s cryptobyte.String
	var present bool
	ok := v.ReadASN1(&seq, asn1.SEQUENCE) && v.Empty() && seq.ReadOptionalASN1(&s, &present, asn1.Tag(0).ContextSpecific())
	return string(s), ok
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

// dotted writes the content octets of an object identifier with dots.
func dotted(oid []byte) string {
	var s strings.Builder
	n, first := uint64(0), true
	for _, b := range oid {
		if n > 1<<56 {
			return ""
		}
		n = n<<7 | uint64(b&0x7f)
		if b&0x80 != 0 {
			continue
		}
		if first {
			top := min(n/40, 2)
			s.WriteString(strconv.FormatUint(top, 10))
			n -= top * 40
			first = false
		}
		s.WriteString("." + strconv.FormatUint(n, 10))
		n = 0
	}
	return s.String()
}
