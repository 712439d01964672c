package lists

import (
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/pratique/pratique/trust"
)

// maxCertificate is the longest certificate read, in bytes.
const maxCertificate = 64 << 10

// certificate is what a list needs of an X.509 certificate (RFC 5280) and no
// more: what is not needed is not judged, so that a negative serial number or
// a malformed extension that package crypto/x509 refuses loses no key.
type certificate struct {
	der, tbs        []byte
	issuer, subject []byte // names, as encoded
	country, holder string // C, and O or CN, of the subject
	from, until     time.Time
	public          crypto.PublicKey
	noKey           error    // why public is nil
	purposes        []string // extended key usage
	ca              bool     // may issue certificates
	authority       bool     // may issue certificates, and is not said to sign anything else
	algorithm       []byte   // of the issuer's signature, as encoded
	signature       []byte
}

// The health-certificate purposes: 1 test, 2 vaccination, 3 recovery, under
// either prefix. The second is a mistake of 2021 that a third of the signers in
// WHO's list still have: eu-digital-green-certificates/dgc-participating-countries, issue 10.
var purposeUse = map[string]trust.Use{
	"1.3.6.1.4.1.1847.2021.1.1": trust.Test, "1.3.6.1.4.1.0.1847.2021.1.1": trust.Test,
	"1.3.6.1.4.1.1847.2021.1.2": trust.Vaccination, "1.3.6.1.4.1.0.1847.2021.1.2": trust.Vaccination,
	"1.3.6.1.4.1.1847.2021.1.3": trust.Recovery, "1.3.6.1.4.1.0.1847.2021.1.3": trust.Recovery,
}

// officeArc is where our own purposes stand, by their place in officeUses from
// 1: a purpose never changes its number, and new ones are added at the end. The
// arc is made of the UUID d34e5f8c-04d4-49eb-a48f-c971aa8acd68, under the one
// that Microsoft leaves to everybody for such (oid-base.com,
// 1.2.840.113556.1.8000.2554). That of ITU-T X.667, 2.25, has numbers of 128
// bits, which package crypto/x509 and others refuse.
const officeArc = "1.2.840.113556.1.8000.2554.54094.24460.1236.18923.42127.13201834.9096552.1."

var officeUses = []trust.Use{
	trust.Stamp, trust.Notice, trust.Receipt, trust.Areas, trust.Exposure, trust.Venue, trust.Rules, trust.Bundle, trust.Derived,
	trust.Antibody, trust.Exemption, trust.Declaration,
}

// Purpose returns the object identifier by which the extended key usage of a
// certificate says that its key may sign a use; empty if there is none. For
// tests, vaccinations and recoveries it is that of the European certificates,
// for the rest it is one of ours: 1.2.840.113556.1.8000.2554.54094.24460.1236.18923.42127.13201834.9096552.1
// and 1 stamp, 2 notice, 3 receipt, 4 areas, 5 exposure, 6 venue, 7 rules, 8
// bundle, 9 derived, 10 antibody, 11 exemption, 12 declaration.
func Purpose(u trust.Use) string {
	switch u {
	case trust.Test:
		return "1.3.6.1.4.1.1847.2021.1.1"
	case trust.Vaccination:
		return "1.3.6.1.4.1.1847.2021.1.2"
	case trust.Recovery:
		return "1.3.6.1.4.1.1847.2021.1.3"
	}
	if i := slices.Index(officeUses, u); i >= 0 {
		return officeArc + strconv.Itoa(i+1)
	}
	return ""
}

// useOf is the other way round.
func useOf(purpose string) (trust.Use, bool) {
	if n, ok := strings.CutPrefix(purpose, officeArc); ok {
		i, err := strconv.Atoi(n)
		if err != nil || i < 1 || i > len(officeUses) {
			return "", false
		}
		return officeUses[i-1], true
	}
	u, ok := purposeUse[purpose]
	return u, ok
}

// FromCertificate reads a signer's certificate in DER. The key's identifier is
// that of HC1 ([trust.KeyID8]); its country is the subject's C, its authority
// the subject's O, or CN. Its uses are the purposes of the extended key usage
// that [Purpose] names; a certificate that names none of them may sign all kinds
// of health certificates (EU DCC hcert specification, section 5.1), and nothing
// else. The validity is the certificate's. No signature is checked.
func FromCertificate(der []byte) (trust.Key, error) {
	c, err := parseCertificate(der)
	if err == nil {
		err = c.noKey
	}
	if err != nil {
		return trust.Key{}, fmt.Errorf("reading certificate: %w", err)
	}
	return c.key(), nil
}

func (c *certificate) key() trust.Key {
	k := trust.Key{
		ID: trust.KeyID8(c.der), Public: c.public, Country: jurisdiction(c.country), Authority: c.holder,
		NotBefore: c.from, NotAfter: c.until, DER: c.der, Uses: c.uses(),
	}
	k.Demo = TestCode(k.Country)
	return k
}

func (c *certificate) uses() trust.Uses {
	var u trust.Uses
	for _, p := range c.purposes {
		if use, ok := useOf(p); ok && !u.Allows(use) {
			u.Of = append(u.Of, use)
		}
	}
	u.Any = len(u.Of) == 0
	return u
}

func parseCertificate(der []byte) (*certificate, error) {
	if len(der) > maxCertificate {
		return nil, fmt.Errorf("longer than %d bytes", maxCertificate)
	}
	malformed := errors.New("not an X.509 certificate in DER")
	c := &certificate{der: der}
	var outer, tbs, algorithm cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !in.Empty() ||
		!outer.ReadASN1Element(&tbs, asn1.SEQUENCE) || !outer.ReadASN1Element(&algorithm, asn1.SEQUENCE) ||
		!outer.ReadASN1BitStringAsBytes(&c.signature) || !outer.Empty() {
		return nil, malformed
	}
	c.tbs, c.algorithm = tbs, algorithm
	var body, serial, inner, issuer, subject, validity, spki cryptobyte.String
	if !tbs.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.SkipOptionalASN1(asn1.Tag(0).Constructed().ContextSpecific()) ||
		!body.ReadASN1(&serial, asn1.INTEGER) || !body.ReadASN1Element(&inner, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&issuer, asn1.SEQUENCE) || !body.ReadASN1(&validity, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&subject, asn1.SEQUENCE) || !body.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return nil, malformed
	}
	c.issuer, c.subject = issuer, subject
	var ok bool
	if c.from, ok = readTime(&validity); !ok {
		return nil, errors.New("the beginning of the certificate's validity cannot be read")
	}
	if c.until, ok = readTime(&validity); !ok {
		return nil, errors.New("the end of the certificate's validity cannot be read")
	}
	if err := c.readSubject(subject); err != nil {
		return nil, err
	}
	if err := c.readExtensions(body); err != nil {
		return nil, err
	}
	c.public, c.noKey = parseSPKI(spki)
	return c, nil
}

// readTime reads a UTCTime or GeneralizedTime, with seconds or without.
func readTime(s *cryptobyte.String) (time.Time, bool) {
	var text cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&text, &tag) {
		return time.Time{}, false
	}
	layouts := []string{"20060102150405Z0700", "200601021504Z0700"}
	if tag == asn1.UTCTime {
		layouts = []string{"060102150405Z0700", "0601021504Z0700"}
	} else if tag != asn1.GeneralizedTime {
		return time.Time{}, false
	}
	for _, l := range layouts {
		t, err := time.Parse(l, string(text))
		if err != nil {
			continue
		}
		t = t.UTC()
		if tag == asn1.UTCTime && t.Year() >= 2050 { // RFC 5280, section 4.1.2.5.1
			t = t.AddDate(-100, 0, 0)
		}
		return t, true
	}
	return time.Time{}, false
}

// readSubject reads the attributes of the subject that are needed. A subject
// with two countries has none.
func (c *certificate) readSubject(name cryptobyte.String) error {
	malformed := errors.New("the certificate's subject is malformed")
	var rdns cryptobyte.String
	if !name.ReadASN1(&rdns, asn1.SEQUENCE) {
		return malformed
	}
	var countries []string
	var organisation, common string
	for !rdns.Empty() {
		var set cryptobyte.String
		if !rdns.ReadASN1(&set, asn1.SET) {
			return malformed
		}
		for !set.Empty() {
			var pair, oid, value cryptobyte.String
			var tag asn1.Tag
			if !set.ReadASN1(&pair, asn1.SEQUENCE) || !pair.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !pair.ReadAnyASN1(&value, &tag) {
				return malformed
			}
			switch string(oid) {
			case "\x55\x04\x06": // 2.5.4.6, countryName
				countries = append(countries, strings.ToUpper(text(value, tag)))
			case "\x55\x04\x0a": // 2.5.4.10, organizationName
				organisation = cmp.Or(organisation, text(value, tag))
			case "\x55\x04\x03": // 2.5.4.3, commonName
				common = cmp.Or(common, text(value, tag))
			}
		}
	}
	if countries = slices.Compact(countries); len(countries) == 1 {
		c.country = countries[0]
	}
	c.holder = cmp.Or(organisation, common)
	return nil
}

// text decodes a string of a name; what is not printable is left out.
func text(b []byte, tag asn1.Tag) string {
	s := string(b)
	switch tag {
	case asn1.Tag(30): // BMPString
		u := make([]uint16, len(b)/2)
		for i := range u {
			u[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		s = string(utf16.Decode(u))
	case asn1.T61String:
		if !utf8.Valid(b) { // Latin-1, as everybody uses it
			r := make([]rune, len(b))
			for i, c := range b {
				r[i] = rune(c)
			}
			s = string(r)
		}
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return -1
		}
		return r
	}, s))
}

// readExtensions reads the key usages and the basic constraints, from what
// follows the public key.
func (c *certificate) readExtensions(body cryptobyte.String) error {
	malformed := errors.New("the certificate's extensions are malformed")
	var wrapped, list cryptobyte.String
	var present bool
	for n := range uint8(2) { // unique identifiers
		if !body.SkipOptionalASN1(asn1.Tag(n + 1).ContextSpecific()) {
			return malformed
		}
	}
	if !body.ReadOptionalASN1(&wrapped, &present, asn1.Tag(3).Constructed().ContextSpecific()) || !body.Empty() {
		return malformed
	}
	if !present {
		return nil
	}
	if !wrapped.ReadASN1(&list, asn1.SEQUENCE) {
		return malformed
	}
	signs := true
	for !list.Empty() {
		var ext, oid, value cryptobyte.String
		if !list.ReadASN1(&ext, asn1.SEQUENCE) || !ext.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) ||
			!ext.SkipOptionalASN1(asn1.BOOLEAN) || !ext.ReadASN1(&value, asn1.OCTET_STRING) {
			return malformed
		}
		switch string(oid) {
		case "\x55\x1d\x25": // 2.5.29.37, extended key usage
			var ids, id cryptobyte.String
			if !value.ReadASN1(&ids, asn1.SEQUENCE) {
				return errors.New("the certificate's extended key usage is malformed")
			}
			for !ids.Empty() {
				if !ids.ReadASN1(&id, asn1.OBJECT_IDENTIFIER) {
					return errors.New("the certificate's extended key usage is malformed")
				}
				c.purposes = append(c.purposes, dotted(id))
			}
		case "\x55\x1d\x0f": // 2.5.29.15, key usage: the first bit is digitalSignature
			var bits cryptobyte.String
			if value.ReadASN1(&bits, asn1.BIT_STRING) && len(bits) > 1 {
				signs = bits[1]&0x80 != 0
			}
		case "\x55\x1d\x13": // 2.5.29.19, basic constraints
			var seq, ca cryptobyte.String
			c.ca = value.ReadASN1(&seq, asn1.SEQUENCE) && seq.ReadASN1(&ca, asn1.BOOLEAN) && len(ca) == 1 && ca[0] != 0
		}
	}
	c.authority = c.ca && !signs
	return nil
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
