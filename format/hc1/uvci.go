package hc1

import (
	"errors"
	"strings"
)

// UVCI is the identifier of a certificate (eHealth Network, guidelines on
// verifiable vaccination certificates, annex 2). Text form:
//
//	URN:UVCI:01:CC:OPAQUE
//	URN:UVCI:01:CC:ISSUER/OPAQUE
//	URN:UVCI:01:CC:ISSUER/VACCINE/OPAQUE
//
// each with "#" and a check character at will. Letters are A to Z (compared
// without case, so that lower case is read and upper case printed), digits 0
// to 9. Identifiers in the field keep to this form about as often as not, and
// their check characters are wrong as often as right: an identifier, or its
// check character, must never be used to accept or refuse a certificate.
type UVCI struct {
	Country string
	Issuer  string // empty in the first form
	Vaccine string // empty in the first and second
	Opaque  string
	Check   byte // 0: none
}

// ErrUVCI means that a text is no UVCI.
var ErrUVCI = errors.New("not a UVCI")

// maxUVCI is the longest identifier that the schema of a certificate allows.
const maxUVCI = 80

const uvciPrefix = "URN:UVCI:01:"

// uvciAlphabet is that of the check character.
const uvciAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"

// NewUVCI returns the identifier of the first form, or of the second if issuer
// is not empty, with its check character.
func NewUVCI(country, issuer, opaque string) (UVCI, error) {
	u := UVCI{Country: country, Issuer: issuer, Opaque: opaque}
	back, err := ParseUVCI(u.String())
	if err != nil || back != u {
		return UVCI{}, ErrUVCI
	}
	u.Check, _ = CheckCharacter(u.String())
	if len(u.String()) > maxUVCI {
		return UVCI{}, ErrUVCI
	}
	return u, nil
}

// ParseUVCI reads an identifier. It does not judge the check character.
func ParseUVCI(s string) (UVCI, error) {
	if len(s) > maxUVCI {
		return UVCI{}, ErrUVCI
	}
	s, ok := strings.CutPrefix(upper(s), uvciPrefix)
	if !ok {
		return UVCI{}, ErrUVCI
	}
	var u UVCI
	if n := len(s); n > 2 && s[n-2] == '#' {
		u.Check = s[n-1]
		s = s[:n-2]
		if strings.IndexByte(uvciAlphabet, u.Check) < 0 {
			return UVCI{}, ErrUVCI
		}
	}
	u.Country, s, ok = strings.Cut(s, ":")
	if !ok || len(u.Country) != 2 || !plain(u.Country) {
		return UVCI{}, ErrUVCI
	}
	switch part := strings.Split(s, "/"); len(part) {
	case 1:
		u.Opaque = part[0]
	case 2:
		u.Issuer, u.Opaque = part[0], part[1]
		ok = plain(u.Issuer)
	case 3:
		u.Issuer, u.Vaccine, u.Opaque = part[0], part[1], part[2]
		ok = plain(u.Issuer) && plain(u.Vaccine)
	default:
		ok = false
	}
	if !ok || !plain(u.Opaque) {
		return UVCI{}, ErrUVCI
	}
	return u, nil
}

// upper raises the letters of ASCII alone: no other letter may turn into one.
func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// plain reports whether s is letters and digits, at least one.
func plain(s string) bool {
	for i := range len(s) {
		if n := strings.IndexByte(uvciAlphabet, s[i]); n < 0 || n >= 36 {
			return false
		}
	}
	return s != ""
}

// String returns the text form.
func (u UVCI) String() string {
	s := uvciPrefix + u.Country + ":"
	if u.Issuer != "" {
		s += u.Issuer + "/"
	}
	if u.Vaccine != "" {
		s += u.Vaccine + "/"
	}
	s += u.Opaque
	if u.Check != 0 {
		s += "#" + string(rune(u.Check))
	}
	return s
}

// CheckCharacter returns the check character of an identifier without one: Luhn
// modulo 38 over all of it, "URN:UVCI:" included. It is false for a text with
// characters that have no value.
func CheckCharacter(s string) (byte, bool) {
	const n = len(uvciAlphabet)
	sum, factor := 0, 2
	for i := len(s) - 1; i >= 0; i-- {
		v := strings.IndexByte(uvciAlphabet, s[i])
		if v < 0 {
			return 0, false
		}
		v *= factor
		sum += v/n + v%n
		factor = 3 - factor
	}
	return uvciAlphabet[(n-sum%n)%n], true
}
