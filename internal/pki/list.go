package pki

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The limits of a revocation list.
const (
	MaxList    = 8 << 20 // bytes
	MaxRevoked = 100_000
)

// List is what is read of a certificate revocation list (RFC 5280 section 5).
type List struct {
	Issuer       string    // the name, as encoded
	AuthorityKey string    // identifier of the key that signed it; empty: not stated
	This         time.Time // as of when
	Next         time.Time // when the next one is due; zero: not stated
	Revoked      []Revoked

	tbs       []byte
	algorithm []byte
	signature []byte
}

// Revoked is a certificate that its issuer has revoked.
type Revoked struct {
	Serial string // content octets of the integer
	Since  time.Time
	Reason int // of RFC 5280 section 5.3.1; 0: not stated
}

// ErrPartial means that a revocation list is about a part of an authority's
// certificates, or about changes to another list.
var ErrPartial = errors.New("a revocation list that is not complete in itself")

// ParseList reads a revocation list in DER. One with a critical extension that
// is not known here is refused: RFC 5280 allows nobody to use it.
func ParseList(der []byte) (*List, error) {
	if len(der) > MaxList {
		return nil, fmt.Errorf("longer than %d bytes", MaxList)
	}
	malformed := errors.New("not an X.509 revocation list in DER")
	l := new(List)
	var body cryptobyte.String
	var err error
	if body, l.tbs, l.algorithm, l.signature, err = signed(der); err != nil {
		return nil, malformed
	}
	var version, algorithm, issuer cryptobyte.String
	if body.PeekASN1Tag(asn1.INTEGER) && !body.ReadASN1(&version, asn1.INTEGER) ||
		!body.ReadASN1(&algorithm, asn1.SEQUENCE) || !body.ReadASN1Element(&issuer, asn1.SEQUENCE) {
		return nil, malformed
	}
	l.Issuer = string(issuer)
	var ok bool
	if l.This, ok = readTime(&body); !ok {
		return nil, malformed
	}
	if body.PeekASN1Tag(asn1.UTCTime) || body.PeekASN1Tag(asn1.GeneralizedTime) {
		if l.Next, ok = readTime(&body); !ok {
			return nil, malformed
		}
	}
	if body.PeekASN1Tag(asn1.SEQUENCE) {
		var entries cryptobyte.String
		if !body.ReadASN1(&entries, asn1.SEQUENCE) {
			return nil, malformed
		}
		if err := l.entries(entries); err != nil {
			return nil, err
		}
	}
	var odd error
	if err := extensions(body, asn1.Tag(0).Constructed().ContextSpecific(), l.extension, &odd); err != nil || odd != nil {
		if errors.Is(err, ErrPartial) {
			return nil, err
		}
		return nil, malformed
	}
	return l, nil
}

func (l *List) entries(list cryptobyte.String) error {
	malformed := errors.New("an entry of the revocation list is malformed")
	for !list.Empty() {
		if len(l.Revoked) == MaxRevoked {
			return fmt.Errorf("more than %d certificates", MaxRevoked)
		}
		var entry, serial, extra cryptobyte.String
		if !list.ReadASN1(&entry, asn1.SEQUENCE) || !entry.ReadASN1(&serial, asn1.INTEGER) {
			return malformed
		}
		r := Revoked{Serial: string(serial)}
		var ok bool
		if r.Since, ok = readTime(&entry); !ok {
			return malformed
		}
		if !entry.Empty() && !entry.ReadASN1(&extra, asn1.SEQUENCE) || !entry.Empty() {
			return malformed
		}
		for !extra.Empty() {
			var ext cryptobyte.String
			var odd error
			if !extra.ReadASN1(&ext, asn1.SEQUENCE) {
				return malformed
			}
			oid, critical, v, err := extension(ext, &odd)
			switch {
			case err != nil || odd != nil:
				return malformed
			case oid == oidReason:
				var reason int
				if !v.ReadASN1Enum(&reason) || !v.Empty() {
					return malformed
				}
				r.Reason = reason
			case critical: // such as that the entry is another issuer's
				return ErrPartial
			}
		}
		l.Revoked = append(l.Revoked, r)
	}
	return nil
}

func (l *List) extension(oid string, critical bool, v cryptobyte.String) error {
	switch {
	case oid == oidAuthorityKey:
		var ok bool
		if l.AuthorityKey, ok = authorityKey(v); !ok {
			return errExtension
		}
	case oid == oidListNumber, oid == oidIssuerAlt:
	case critical: // that of a delta, of distribution points, and those to come
		return ErrPartial
	}
	return nil
}

// SignedBy verifies that an authority signed the list: its name, the
// identifier of its key where the list states one, and the signature.
func (l *List) SignedBy(authority *Certificate) error {
	switch {
	case l.Issuer != authority.Subject || l.AuthorityKey != "" && l.AuthorityKey != authority.SubjectKey:
		return errors.New("it is another authority's")
	case !authority.CA:
		return errors.New("its certificate is not one of an authority")
	}
	return verify(authority.Public, l.algorithm, l.tbs, l.signature)
}
