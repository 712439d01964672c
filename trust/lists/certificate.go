package lists

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

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

// UseOf returns the use that a purpose stands for: [Purpose] the other way round,
// with the older spelling of the European ones.
func UseOf(purpose string) (trust.Use, bool) {
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
	c, err := pki.Parse(der)
	if err == nil {
		err = c.NoKey
	}
	if err != nil {
		return trust.Key{}, fmt.Errorf("reading certificate: %w", err)
	}
	return signerKey(c), nil
}

// signerKey is the key of a signer's certificate.
func signerKey(c *pki.Certificate) trust.Key {
	k := trust.Key{
		ID: trust.KeyID8(c.DER), Public: c.Public, Country: Jurisdiction(c.Country), Authority: c.Holder,
		NotBefore: c.From, NotAfter: c.Until, DER: c.DER, Uses: usesOf(c),
	}
	k.Demo = TestCode(k.Country)
	return k
}

func usesOf(c *pki.Certificate) trust.Uses {
	var u trust.Uses
	for _, p := range c.Purposes {
		if use, ok := UseOf(p); ok && !u.Allows(use) {
			u.Of = append(u.Of, use)
		}
	}
	u.Any = len(u.Of) == 0
	return u
}

// Authority reads the certificate of an authority (CSCA), in DER, and returns
// the key by which the signers of ICAO seals that it has certified are trusted
// (trust.SealAuthority). It must be a certificate of an authority (basic
// constraints, key usage) with a subject key identifier, which signers name it
// by. That the caller trusts it is for the caller to say.
func Authority(der []byte) (trust.Key, error) {
	c, err := pki.Parse(der)
	if err == nil {
		err = cmp.Or(c.Odd, c.NoKey)
	}
	switch {
	case err != nil:
	case !c.CA || !c.Certifies:
		err = errors.New("the certificate is not one of an authority")
	case c.SubjectKey == "":
		err = errors.New("the certificate has no subject key identifier")
	}
	if err != nil {
		return trust.Key{}, fmt.Errorf("reading seal authority: %w", err)
	}
	k := signerKey(c)
	k.ID = c.SubjectKey
	k.Uses = trust.Uses{Of: []trust.Use{trust.SealAuthority}}
	return k, nil
}
