package lists

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/rdfc"
	"github.com/pratique/pratique/trust"
)

// readEntries reads an array of entries: the EU gateway's, Norway's, the United Kingdom's.
func (l *List) readEntries(data []byte) error {
	v, err := rdfc.DecodeValue(data)
	if err != nil {
		return err
	}
	l.Kind = Gateway
	l.problem(NotSigned, "", "the list as a whole bears no signature")
	return l.entries(v, "entry", "")
}

// readGermany reads a detached signature, ES256 in base64, on a line before the
// list that it signs: every byte after that line's end.
func (l *List) readGermany(line, list []byte, pinned []crypto.PublicKey) error {
	doc, err := rdfc.Decode(list)
	if err != nil {
		return err
	}
	l.Kind = Gateway
	sig, err := unbase64(strings.TrimSpace(string(line)))
	if err != nil {
		return fmt.Errorf("%w: the first line is no signature", ErrUnknownKind)
	}
	hash := sha256.Sum256(list)
	if err := l.proof(pinned, func(k crypto.PublicKey) bool { return verifyES256(k, hash[:], sig) }); err != nil {
		return err
	}
	return l.entries(doc["certificates"], "certificate", "")
}

// verifyES256 verifies a signature of r and s, or in ASN.1.
func verifyES256(key crypto.PublicKey, hash, sig []byte) bool {
	k, ok := key.(*ecdsa.PublicKey)
	if !ok || k.Curve != elliptic.P256() {
		return false
	}
	if len(sig) == 64 {
		return ecdsa.Verify(k, hash, new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	}
	return ecdsa.VerifyASN1(k, hash, sig)
}

// readNational reads the lists that are one JSON object.
func (l *List) readNational(doc map[string]any) error {
	l.Kind = National
	l.problem(NotSigned, "", "the list bears no signature")
	if v, ok := doc["certificates"]; ok {
		return l.entries(v, "certificate", "")
	}
	if v, ok := doc["certs"]; ok {
		return l.entries(v, "cert", "")
	}
	if byID, ok := doc["eu_keys"].(map[string]any); ok {
		var all []any
		for _, id := range slices.Sorted(maps.Keys(byID)) {
			list, _ := byID[id].([]any)
			for _, v := range list {
				if m, ok := v.(map[string]any); ok {
					m["kid"] = id
				}
				all = append(all, v)
			}
		}
		return l.entries(all, "key", "")
	}
	byCountry, _ := doc["dsc_trust_list"].(map[string]any)
	for _, country := range slices.Sorted(maps.Keys(byCountry)) {
		m, _ := byCountry[country].(map[string]any)
		if err := l.entries(m["keys"], country+" key", country); err != nil {
			return err
		}
	}
	return nil
}

// entries takes each entry of an array.
func (l *List) entries(v any, what, country string) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("%w: the entries are no array", ErrUnknownKind)
	}
	if len(list)+len(l.Keys)+len(l.Skipped) > MaxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooLarge, MaxEntries)
	}
	for i, v := range list {
		m, _ := v.(map[string]any)
		l.entry(m, fmt.Sprintf("%s %d", what, i+1), cmp.Or(country, member(m, "country")))
	}
	return nil
}

// entry takes one entry of a list of the EU's kinds, which differ in the names
// of their members only.
func (l *List) entry(m map[string]any, where, country string) {
	id := cmp.Or(member(m, "kid"), member(m, "keyId"))
	kind := strings.ToUpper(cmp.Or(member(m, "certificateType"), "DSC"))
	k, err := entryKey(m, id)
	if err == nil {
		k.Country = cmp.Or(Jurisdiction(country), k.Country)
	}
	switch {
	case kind == "CSCA":
		if der, bad := unbase64(member(m, "rawData")); bad == nil && len(der) > 0 {
			l.Issuers = append(l.Issuers, Issuer{Jurisdiction(country), der})
		}
		l.skip(where, country, id, errors.New("of the type CSCA: it issues signers and signs no certificate of health"))
	case kind != "DSC":
		l.skip(where, country, id, fmt.Errorf("of the type %s", printable(kind)))
	case err != nil:
		l.skip(where, country, id, err)
	default:
		l.odd(k, where, id)
		l.Keys = append(l.Keys, k)
	}
}

// odd notes where a list and the certificate in it disagree. The computed
// identifier and the list's country stand.
func (l *List) odd(k trust.Key, where, id string) {
	if k.DER == nil {
		return
	}
	if stated, err := statedID(id); id != "" && (err != nil || stated != k.ID) {
		l.problem(OtherID, where, "the list names the key %s, its certificate makes it %s, which stands", printable(id), base64ID(k.ID))
	}
	l.country(k, where)
}

func (l *List) country(k trust.Key, where string) {
	c, err := pki.Parse(k.DER)
	if err != nil || c.Country == "" {
		return
	}
	own := Jurisdiction(c.Country)
	// WHO's test participants XXA, XCL and XML write XA, XL and XM into their certificates.
	if short := TestCode(k.Country) && len(own) == 2 && own[0] == 'X' && strings.IndexByte(k.Country[1:], own[1]) >= 0; own == k.Country || short {
		return
	}
	l.problem(OtherCountry, where, "the list says %s, the certificate %s; the list's stands", k.Country, c.Country)
}

// entryKey reads a certificate, a public key or the numbers of one.
func entryKey(m map[string]any, id string) (trust.Key, error) {
	raw := member(m, "rawData")
	if chain := members(m, "x5c"); raw == "" && len(chain) > 0 {
		raw = chain[0]
	}
	if raw != "" {
		der, err := unbase64(raw)
		if err != nil {
			return trust.Key{}, errors.New("the certificate is not base64")
		}
		if h := sha256.Sum256(der); member(m, "thumbprint") != "" && !strings.EqualFold(member(m, "thumbprint"), hex.EncodeToString(h[:])) {
			return trust.Key{}, errors.New("the thumbprint is not that of the certificate")
		}
		c, err := pki.Parse(der)
		if err != nil {
			return trust.Key{}, err
		}
		return signerKey(c), c.NoKey
	}
	kid, err := statedID(id)
	if err != nil {
		return trust.Key{}, err
	}
	k := trust.Key{ID: kid, Uses: letters(m)}
	if spki := cmp.Or(member(m, "publicKey"), member(m, "subjectPk"), member(m, "subjectPublicKeyInfo")); spki != "" {
		der, err := unbase64(spki)
		if err != nil {
			return trust.Key{}, errors.New("the public key is not base64")
		}
		k.Public, err = pki.ParseKey(der)
		return k, err
	}
	if m["x"] == nil && m["n"] == nil {
		return trust.Key{}, errors.New("no certificate and no key")
	}
	k.Public, _, err = jwkKey(m)
	return k, err
}

// letters reads the uses that a key without certificate has: Switzerland writes
// them as one word of v, t and r, the Netherlands as a list of these. None, or
// "sig", is no restriction; another letter entitles to nothing.
func letters(m map[string]any) trust.Uses {
	all := strings.Join(append(members(m, "keyUsage"), members(m, "use")...), "")
	if all == "" || all == "sig" {
		return trust.Uses{Any: true}
	}
	var u trust.Uses
	for letter, use := range map[rune]trust.Use{'t': trust.Test, 'v': trust.Vaccination, 'r': trust.Recovery} {
		if strings.ContainsRune(all, letter) {
			u.Of = append(u.Of, use)
		}
	}
	slices.Sort(u.Of)
	return u
}
