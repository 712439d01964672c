package hc1

import (
	"crypto"
	"fmt"
	"io"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/trust"
)

// Issuer makes codes. The zero Issuer makes none.
type Issuer struct {
	// Signer holds the private key, in memory or in a device.
	Signer crypto.Signer
	// Key is what others will know of it: the identifier, the public key, the
	// country that answers for it, what it may sign and when. An identifier of
	// HC1 is trust.KeyID8 of the signer's certificate.
	Key trust.Key
}

// FieldError says which field of a certificate, or of the issuer's key, keeps
// a code from being made. It repeats nothing of the certificate.
type FieldError struct {
	Field string // in the certificate: "events.0.sampled_at", "subject.names.0.family_icao"; or "key.uses"
	What  string // a code: missing, length, pattern ... as of [Schema], and conflict
	Do    string // what to do about it
}

// Error implements error.
func (e *FieldError) Error() string {
	return "issuing HC1 code: " + e.Field + ": " + e.What + ": " + e.Do
}

// Issue makes a code that states what the certificate does: exactly one test,
// vaccination or recovery, about the first name of its subject. The
// certificate's life (Signed.Issued, Signed.Until) must lie within the key's.
//
// The content is in the order and form that RFC 8949 section 4.2 demands, its
// texts in Unicode normal form C, and breaks no rule of its schema: what
// [Schema] would say, Issue says first, as a [*FieldError]. Its version is
// 1.3.0, the oldest with the rules of today, because old verifiers refuse, or
// leave rules open for, a version later than they know; a certificate about a
// person without a family name is 1.3.2, which first allowed it.
//
// Codes of keys on curve P-256 are signed with ES256, RSA with PS256; other
// keys sign too (see package cose), and are verified by few.
//
// Randomness comes from rand. Issue may be called from several goroutines if
// the signer and rand may.
func (i Issuer) Issue(c *cert.Certificate, rand io.Reader) (string, error) {
	if err := i.entitled(c); err != nil {
		return "", err
	}
	payload, err := i.payload(c)
	if err != nil {
		return "", err
	}
	message, err := cose.Sign(rand, i.Signer, i.Key.ID, payload)
	if err != nil {
		return "", fmt.Errorf("issuing HC1 code: %w", err)
	}
	return pack(message), nil
}

// holds checks that the signer has the private key.
func (i Issuer) holds() error {
	if i.Signer == nil {
		return &FieldError{"key", issueMissing, "give the signer of the key"}
	}
	if k, ok := i.Signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !k.Equal(i.Key.Public) {
		return &FieldError{"key", "conflict", "the signer does not hold the private key of this public key"}
	}
	return nil
}

// country is who issues: of the certificate, or of the key.
func (i Issuer) country(c *cert.Certificate) (string, error) {
	country := c.Issuer.Country
	switch {
	case country == "":
		country = i.Key.Country
	case i.Key.Country != "" && i.Key.Country != country:
		return "", &FieldError{"issuer.country", "conflict", "leave it empty, or sign with a key of this country"}
	}
	if country == "" {
		return "", &FieldError{"issuer.country", issueMissing, "state the country that issues"}
	}
	return country, nil
}

// entitled checks that the key may sign the certificate.
func (i Issuer) entitled(c *cert.Certificate) error {
	if err := i.holds(); err != nil {
		return err
	}
	if len(c.Events) != 1 {
		return &FieldError{"events", issueOneEntry, "state exactly one test, vaccination or recovery; make one code for each"}
	}
	if err := i.states(c); err != nil {
		return err
	}
	switch from, until := c.Signed.Issued, c.Signed.Until; {
	case from.IsZero():
		return &FieldError{"signed.issued", issueMissing, "state when the code is issued"}
	case until.IsZero():
		return &FieldError{"signed.until", issueMissing, "state when the signature expires"}
	case !from.Before(until):
		return &FieldError{"signed.until", "conflict", "let the signature expire after it is issued"}
	case !c.Signed.From.IsZero() && !c.Signed.From.Equal(from):
		return &FieldError{"signed.from", "conflict", "leave it empty: the content of a code has no beginning but its issue"}
	case from.Truncate(time.Second).Before(i.Key.NotBefore):
		return &FieldError{"signed.issued", "conflict", "issue within the life of the key"}
	case !i.Key.NotAfter.IsZero() && until.After(i.Key.NotAfter):
		return &FieldError{"signed.until", "conflict", "let the signature expire before the key does, or sign with a newer key"}
	}
	return nil
}

// payload prints the claims and checks what it printed.
func (i Issuer) payload(c *cert.Certificate) ([]byte, error) {
	country, err := i.country(c)
	if err != nil {
		return nil, err
	}
	p := printer{cert: c}
	p.certificate()
	if p.err != nil {
		return nil, p.err
	}
	out := make([]byte, 0, 512)
	out = cbor.AppendMap(out, 4)
	out = cbor.AppendText(cbor.AppendInt(out, claimIssuer), country)
	out = cbor.AppendInt(cbor.AppendInt(out, claimExpires), c.Signed.Until.Unix())
	out = cbor.AppendInt(cbor.AppendInt(out, claimIssued), c.Signed.Issued.Unix())
	out = p.group(cbor.AppendInt(out, claimContent), 1)
	if p.err != nil {
		return nil, p.err
	}
	return out, checkPrinted(out)
}

// checkPrinted turns the first thing that the schema finds into what the caller
// can mend.
func checkPrinted(payload []byte) error {
	issues := Schema(string(payload))
	if len(issues) == 0 {
		return nil
	}
	a, ok := advices[issues[0].Path]
	if !ok {
		a = advice{"certificate", "state what the schema of the content demands"}
	}
	return &FieldError{a.field, issues[0].What, a.do}
}

type advice struct{ field, do string }

// advices says for each field of the content where it comes from and what to do.
var advices = map[string]advice{
	"nam.fn":  {"subject.names.0.family", "shorten the name to 80 characters"},
	"nam.gn":  {"subject.names.0.given", "shorten the name to 80 characters"},
	"nam.fnt": {"subject.names.0.family_icao", "give the family or the given name as a passport prints it: A to Z and <, at most 80"},
	"nam.gnt": {"subject.names.0.given_icao", "give the name as a passport prints it: A to Z and <, at most 80"},
	"dob":     {"subject.birth_date", "give a year from 1900 to 2099, with month and day where they are known"},

	"t.0.tg": {"events.0.disease", "give the disease as SNOMED CT codes it"},
	"t.0.tt": {"events.0.type", "give the type of test as LOINC codes it, or its method"},
	"t.0.nm": {"events.0.name", "shorten the name to 80 characters"},
	"t.0.sc": {"events.0.sampled_at", "give the moment when the sample was taken, in years 1 to 9999"},
	"t.0.tr": {"events.0.outcome", "give the outcome as SNOMED CT codes it, or the result"},
	"t.0.tc": {"events.0.laboratory.name", "shorten the name to 80 characters"},
	"t.0.co": {"events.0.country", "give the country where the sample was taken, in capitals"},
	"t.0.is": {"events.0.authority", "name the authority that certifies, in at most 80 characters"},
	"t.0.ci": {"events.0.id", "give an identifier of at most 80 characters, see UVCI"},

	"v.0.tg": {"events.0.disease", "give the disease as SNOMED CT codes it"},
	"v.0.vp": {"events.0.prophylaxis", "give the kind of vaccine as SNOMED CT or ATC codes it"},
	"v.0.mp": {"events.0.product", "give the product as the European value set codes it"},
	"v.0.ma": {"events.0.maker", "give the maker as the European value set codes it"},
	"v.0.dn": {"events.0.dose", "give the number of this dose, from 1"},
	"v.0.sd": {"events.0.doses", "give the number of doses of the course, from 1"},
	"v.0.dt": {"events.0.date", "give the day of the vaccination, with month and year"},
	"v.0.co": {"events.0.country", "give the country of the vaccination, in capitals"},
	"v.0.is": {"events.0.authority", "name the authority that certifies, in at most 80 characters"},
	"v.0.ci": {"events.0.id", "give an identifier of at most 80 characters, see UVCI"},

	"n":     {"subject.names.0", "give the name"},
	"v.vp":  {"events.0.product", "give the product as WHO's list of prequalified vaccines names it"},
	"v.dt":  {"events.0.date", "give the day of the vaccination, with month and year"},
	"v.bo":  {"events.0.lot", "give the number of the lot"},
	"v.is":  {"events.0.authority", "name the authority, or the clinician, who answers for it"},
	"v.vls": {"events.0.protection_from", "give the day from which it protects, in years 1 to 9999"},
	"v.vle": {"events.0.protection_until", "give the day until which it protects, in years 1 to 9999"},

	"r.0.tg": {"events.0.disease", "give the disease as SNOMED CT codes it"},
	"r.0.fr": {"events.0.first_positive", "give the day of the first positive test, with month and year"},
	"r.0.df": {"events.0.from", "give the day from which the recovery counts, with month and year"},
	"r.0.du": {"events.0.until", "give the day until which the recovery counts, with month and year"},
	"r.0.co": {"events.0.country", "give the country of the test, in capitals"},
	"r.0.is": {"events.0.authority", "name the authority that certifies, in at most 80 characters"},
	"r.0.ci": {"events.0.id", "give an identifier of at most 80 characters, see UVCI"},
}
