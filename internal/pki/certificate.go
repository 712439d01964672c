// Package pki answers one question: what does this X.509 certificate, public
// key or revocation list say, and did that authority sign it (RFC 5280)?
//
// It reads what health certificates need and no more. What is not needed is not
// judged, so that a negative serial number or an extension that package
// crypto/x509 refuses loses no key: certificates of several countries are such.
// What a strict reader would refuse all the same is in [Certificate.Odd], for
// the caller to judge. Nothing here decides whom to trust.
//
// A certificate has at most [MaxCertificate] bytes, a revocation list
// [MaxList]. RSA keys of less than 2048 or more than 4096 bits, and curves other
// than P-256, P-384 and P-521, are not read.
package pki

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
)

// MaxCertificate is the longest certificate read, in bytes.
const MaxCertificate = 64 << 10

var (
	errCertificate = errors.New("not an X.509 certificate in DER")
	errSubject     = errors.New("the certificate's subject is malformed")
)

// Certificate is what is read of a certificate.
type Certificate struct {
	DER             []byte
	Serial          string // content octets of the integer
	Issuer, Subject string // names, as encoded
	Country, Holder string // C, and O or CN, of the subject; a subject with two countries has none
	From, Until     time.Time
	Public          crypto.PublicKey
	NoKey           error // why Public is nil

	SubjectKey, AuthorityKey string    // identifiers of its own key and of its issuer's; empty: not stated
	URIs                     []string  // of the subject's alternative names
	Purposes                 []string  // extended key usage, with dots
	Documents                []string  // types of documents that it may sign (ICAO Doc 9303-12)
	UsedFrom, UsedUntil      time.Time // in which the private key signs; zero: not stated
	CA                       bool      // may issue certificates
	Signs                    bool      // may sign data; true where nothing is said
	Certifies                bool      // may sign certificates; true where nothing is said
	Critical                 bool      // has a critical extension that is not known here
	Odd                      error     // what a strict reader would refuse; nil: nothing

	tbs       []byte
	algorithm []byte // of the issuer's signature, as encoded
	signature []byte
}

// Authority reports whether it may issue certificates and is not said to sign
// anything else.
func (c *Certificate) Authority() bool { return c.CA && !c.Signs }

// Parse reads a certificate in DER.
func Parse(der []byte) (*Certificate, error) {
	if len(der) > MaxCertificate {
		return nil, fmt.Errorf("longer than %d bytes", MaxCertificate)
	}
	c := &Certificate{DER: der, Signs: true, Certifies: true}
	var body cryptobyte.String
	var err error
	if body, c.tbs, c.algorithm, c.signature, err = signed(der); err != nil {
		return nil, errCertificate
	}
	var serial, inner, issuer, subject, validity, spki cryptobyte.String
	if !body.SkipOptionalASN1(asn1.Tag(0).Constructed().ContextSpecific()) || // version
		!body.ReadASN1(&serial, asn1.INTEGER) || !body.ReadASN1Element(&inner, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&issuer, asn1.SEQUENCE) || !body.ReadASN1(&validity, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&subject, asn1.SEQUENCE) || !body.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return nil, errCertificate
	}
	c.Serial, c.Issuer, c.Subject = string(serial), string(issuer), string(subject)
	var ok bool
	if c.From, ok = readTime(&validity); !ok {
		return nil, errors.New("the beginning of the certificate's validity cannot be read")
	}
	if c.Until, ok = readTime(&validity); !ok {
		return nil, errors.New("the end of the certificate's validity cannot be read")
	}
	if err := c.readSubject(subject); err != nil {
		return nil, err
	}
	for n := range uint8(2) { // unique identifiers
		if !body.SkipOptionalASN1(asn1.Tag(n + 1).ContextSpecific()) {
			return nil, errExtensions
		}
	}
	if err := extensions(body, asn1.Tag(3).Constructed().ContextSpecific(), c.extension, &c.Odd); err != nil {
		return nil, err
	}
	c.Public, c.NoKey = ParseKey(spki)
	return c, nil
}

// signed takes a signed structure apart: what was signed, inside and as it
// stands, and the signature with its algorithm.
func signed(der []byte) (body cryptobyte.String, tbs, algorithm, signature []byte, err error) {
	var outer, element, alg cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !in.Empty() ||
		!outer.ReadASN1Element(&element, asn1.SEQUENCE) || !outer.ReadASN1Element(&alg, asn1.SEQUENCE) ||
		!outer.ReadASN1BitStringAsBytes(&signature) || !outer.Empty() {
		return nil, nil, nil, nil, errors.New("not signed")
	}
	tbs = element
	if !element.ReadASN1(&body, asn1.SEQUENCE) {
		return nil, nil, nil, nil, errors.New("not signed")
	}
	return body, tbs, alg, signature, nil
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

// readSubject reads the attributes of the subject that are needed.
func (c *Certificate) readSubject(name cryptobyte.String) error {
	var rdns cryptobyte.String
	if !name.ReadASN1(&rdns, asn1.SEQUENCE) {
		return errSubject
	}
	var countries []string
	var organisation, common string
	for !rdns.Empty() {
		var set cryptobyte.String
		if !rdns.ReadASN1(&set, asn1.SET) {
			return errSubject
		}
		for !set.Empty() {
			var pair, oid, value cryptobyte.String
			var tag asn1.Tag
			if !set.ReadASN1(&pair, asn1.SEQUENCE) || !pair.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !pair.ReadAnyASN1(&value, &tag) {
				return errSubject
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
		c.Country = countries[0]
	}
	c.Holder = cmp.Or(organisation, common)
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
