package vds_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

var (
	issuedAt = time.Date(2021, 6, 1, 12, 0, 0, 0, time.UTC)
	begin    = time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	end      = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
)

func key(t testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// authority is a demo CSCA.
type authority struct {
	signer crypto.Signer
	cert   *x509.Certificate
	trust  trust.Key
}

func newAuthority(t testing.TB, signer crypto.Signer, alg x509.SignatureAlgorithm) authority {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"XA"}, CommonName: "Demo CSCA"}, NotBefore: begin, NotAfter: end,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte("the authority's key."), SignatureAlgorithm: alg,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, signer.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	k, err := lists.Authority(der)
	if err != nil {
		t.Fatal(err)
	}
	k.Source = "demo"
	return authority{signer, c, k}
}

// The extensions of a signer of seals.
var (
	oidDocuments = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 6, 2}
	oidSeal      = asn1.ObjectIdentifier{2, 23, 136, 1, 1, 14, 2}
	oidPeriod    = asn1.ObjectIdentifier{2, 5, 29, 16}
)

func documents(t testing.TB, names ...string) pkix.Extension {
	t.Helper()
	v := struct {
		Version int
		Names   []string `asn1:"set"`
	}{0, names}
	return extension(t, oidDocuments, v)
}

func extension(t testing.TB, oid asn1.ObjectIdentifier, v any) pkix.Extension {
	t.Helper()
	b, err := asn1.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return pkix.Extension{Id: oid, Value: b}
}

func period(t testing.TB, until time.Time) pkix.Extension {
	t.Helper()
	return extension(t, oidPeriod, struct {
		Until asn1.RawValue
	}{asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, Bytes: []byte(until.Format("20060102150405Z"))}})
}

// issuer makes a signer of seals that the authority has certified.
func (a authority) issuer(t testing.TB, signer crypto.Signer, change func(c *x509.Certificate)) vds.Issuer {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Country: []string{"XA"}, Organization: []string{"Demo Ministry"}}, NotBefore: begin, NotAfter: end.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, UnknownExtKeyUsage: []asn1.ObjectIdentifier{oidSeal},
		ExtraExtensions: []pkix.Extension{documents(t, "NV", "NT")},
	}
	if change != nil {
		change(tmpl)
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, signer.Public(), a.signer)
	if err != nil {
		t.Fatal(err)
	}
	k, err := lists.FromCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return vds.Issuer{Signer: signer, Key: k, Country: "XAA"}
}

func keysOf(ks ...trust.Key) *trust.Keys {
	var keys trust.Keys
	for _, k := range ks {
		keys.Add(k)
	}
	return &keys
}

func person(events ...cert.Event) *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: issuedAt},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: "SECRETNAME", Given: "ANA MARIA"}},
			BirthDate: cert.Date{Year: 1971, Month: 3, Day: 5}, Sex: cert.Female,
			Documents: []cert.Document{{Type: "passport", Number: "P1234567"}, {Type: "other", Number: "ID-9"}},
		},
		Events: events,
	}
}

func aDose(seq int) *cert.Vaccination {
	return &cert.Vaccination{
		Statement:   cert.Statement{ID: "U32870", Country: "XAA", Disease: cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "RA01.0"}}},
		Prophylaxis: cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "XM0GQ8"}},
		Product:     cert.Coded{Source: cert.Coding{Display: "Comirnaty"}},
		Lot:         "L1", Date: cert.Date{Year: 2021, Month: 3, Day: int8(seq)}, Dose: seq, NextDue: cert.Date{Year: 2022, Month: 1, Day: 1}, Centre: cert.Facility{Name: "Clinic"},
	}
}

func aTest() *cert.Test {
	return &cert.Test{
		Statement: cert.Statement{ID: "T1", Country: "XAA", Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
		Type:      cert.Coded{Source: cert.Coding{Code: "molecular(PCR)"}}, Method: cert.NucleicAcid,
		Specimen:  cert.Coded{Source: cert.Coding{Code: "saliva"}},
		SampledAt: time.Date(2021, 5, 31, 23, 30, 0, 0, time.FixedZone("", 2*3600)), ReportedAt: time.Date(2021, 6, 1, 4, 0, 0, 0, time.UTC),
		Result: cert.NotDetected, Laboratory: cert.Facility{Name: "Lab", Country: "XAA"},
	}
}

func issue(t testing.TB, i vds.Issuer, c *cert.Certificate) string {
	t.Helper()
	text, err := i.Issue(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// seal signs data, whatever it is, under an issuer's key.
func seal(t testing.TB, i vds.Issuer, data string) string {
	t.Helper()
	v, err := jcs.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := jws.Sign(rand.Reader, i.Signer, v.AppendCanonical(nil))
	if err != nil {
		t.Fatal(err)
	}
	return `{"data":` + data + `,"sig":{"alg":"ES256","cer":"` + base64.RawURLEncoding.EncodeToString(i.Key.DER) + `","sigvl":"` + jws.Encode(sig) + `"}}`
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*vds.Error](err); ok {
		return e.Code()
	}
	return fmt.Sprint(err)
}

func read(t testing.TB, text string) *vds.Unverified {
	t.Helper()
	u, err := vds.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A seal is trusted by its signer, or by the authority that certified it with
// any algorithm; and by nothing less.
func TestVerify(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []struct {
		comment string
		ca      authority
	}{
		{"RSA, as AU", newAuthority(t, rsaKey, x509.SHA256WithRSA)},
		{"RSA-PSS", newAuthority(t, rsaKey, x509.SHA384WithRSAPSS)},
		{"P-384, as JP", newAuthority(t, key(t, elliptic.P384()), x509.ECDSAWithSHA384)},
		{"P-521", newAuthority(t, key(t, elliptic.P521()), x509.ECDSAWithSHA512)},
	} {
		for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
			i := a.ca.issuer(t, key(t, curve), nil)
			u := read(t, issue(t, i, person(aDose(1))))
			if u.KeyID() != i.Key.ID || u.Country() != "XAA" || u.Content() != "vacc" || u.Format() != "vds" {
				t.Error("what is known before verification")
			}
			if s, err := u.Verify(keysOf(i.Key)); err != nil || s.Key.ID != i.Key.ID || !s.Key.Uses.Any {
				t.Errorf("%s, %s, by the signer: %v", a.comment, curve.Params().Name, err)
			}
			s, err := u.Verify(keysOf(a.ca.trust))
			if err != nil {
				t.Errorf("%s, %s, by the authority: %v", a.comment, curve.Params().Name, err)
				continue
			}
			k := s.Key
			if k.ID != i.Key.ID || k.Country != "XA" || k.Authority != "Demo Ministry" || k.Source != "demo" || !k.Demo || k.Uses.Any ||
				!k.Uses.Allows(trust.Vaccination) || !k.Uses.Allows(trust.Test) || k.Uses.Allows(trust.Recovery) || k.Uses.Allows(trust.SealAuthority) || !k.NotAfter.Equal(end) {
				t.Errorf("the key is %+v", k)
			}
			if _, err := u.Verify(nil); !errors.Is(err, trust.ErrUnknownKey) {
				t.Errorf("by nobody: %v", err)
			}
		}
	}
}

// Who is not who they say is not trusted.
func TestVerifyRefuses(t *testing.T) {
	caKey := key(t, elliptic.P256())
	ca := newAuthority(t, caKey, 0)
	other := newAuthority(t, key(t, elliptic.P256()), 0) // the same name and key identifier, another key
	leafKey := key(t, elliptic.P256())
	i := ca.issuer(t, leafKey, nil)
	text := issue(t, i, person(aDose(1)))
	forger := other.issuer(t, key(t, elliptic.P256()), nil)
	any := ca.trust
	any.Uses = trust.Uses{Any: true}
	abroad := ca.issuer(t, leafKey, func(c *x509.Certificate) { c.Subject.Country = []string{"XB"} })
	impostor := i.Key
	impostor.Public = other.trust.Public
	noDER := ca.trust
	noDER.DER = nil
	critical := ca.issuer(t, leafKey, func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}})
	})
	for _, v := range []struct {
		comment, text string
		keys          *trust.Keys
		want          error
	}{
		{"in order", text, keysOf(ca.trust), nil},
		{"a change in what is signed", strings.Replace(text, "SECRETNAME", "SECRETNAMF", 1), keysOf(ca.trust), trust.ErrSignature},
		{"a change, and nobody trusted", strings.Replace(text, "SECRETNAME", "SECRETNAMF", 1), nil, trust.ErrSignature},
		{"another signer's certificate", strings.Replace(text, base64.URLEncoding.EncodeToString(i.Key.DER), base64.URLEncoding.EncodeToString(forger.Key.DER), 1), keysOf(ca.trust), trust.ErrSignature},
		{"a signer that a false authority certified", issue(t, forger, person(aDose(1))), keysOf(ca.trust), trust.ErrSignature},
		{"an authority that is trusted for everything but this", text, keysOf(any), trust.ErrUnknownKey},
		{"an authority without its certificate", text, keysOf(noDER), trust.ErrUnknownKey},
		{"a signer of another country", issue(t, abroad, person(aDose(1))), keysOf(ca.trust), trust.ErrUnknownKey},
		{"the signer's identifier with another key", text, keysOf(impostor), trust.ErrUnknownKey},
		{"a critical extension that is not known", issue(t, critical, person(aDose(1))), keysOf(ca.trust), trust.ErrCritical},
		{"another algorithm", strings.Replace(text, `"ES256"`, `"RS256"`, 1), keysOf(ca.trust), trust.ErrAlgorithm},
		{"no algorithm", strings.Replace(text, `"ES256"`, `"none"`, 1), keysOf(ca.trust), trust.ErrAlgorithm},
	} {
		t.Run(v.comment, func(t *testing.T) {
			s, err := read(t, v.text).Verify(v.keys)
			if !errors.Is(err, v.want) || (err == nil) != (s.Certificate != nil) {
				t.Errorf("got %v, want %v", err, v.want)
			}
		})
	}
}

// A signer may sign what its certificate says, and no more.
func TestUses(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	for _, v := range []struct {
		comment string
		change  func(c *x509.Certificate)
		want    string
	}{
		{"vaccination and test", nil, "[antibody test vaccination]"},
		{"vaccination", func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{documents(t, "NV")} }, "[vaccination]"},
		{"test", func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{documents(t, "NT")} }, "[antibody test]"},
		{"no type of document", func(c *x509.Certificate) { c.ExtraExtensions = nil }, "[antibody test vaccination]"},
		{"passports", func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{documents(t, "P")} }, "[]"},
		{"another purpose", func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{2, 23, 136, 1, 1, 14, 1}} }, "[]"},
		{"no purpose", func(c *x509.Certificate) { c.UnknownExtKeyUsage = nil }, "[]"},
		{"key usage without signing", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement }, "[]"},
		{"an authority itself", func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }, "[]"},
		{"within the usage period", func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, period(t, issuedAt.AddDate(0, 1, 0)))
		}, "[antibody test vaccination]"},
	} {
		i := ca.issuer(t, key(t, elliptic.P256()), v.change)
		s, err := read(t, seal(t, i, vacc)).Verify(keysOf(ca.trust))
		if err != nil {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if got := fmt.Sprint(s.Key.Uses.Of); got != v.want || s.Key.Uses.Any {
			t.Errorf("%s: %s, want %s", v.comment, got, v.want)
		}
	}
	// a dose after the end of the private key's usage period
	i := ca.issuer(t, key(t, elliptic.P256()), func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{period(t, begin.AddDate(0, 1, 0))} })
	s, err := read(t, seal(t, i, strings.ReplaceAll(vacc, "2021-03-01", "2021-09-01"))).Verify(keysOf(ca.trust))
	if err != nil || s.Key.Uses.Allows(trust.Vaccination) {
		t.Errorf("signed after the usage period: %v, %v", err, s.Key.Uses)
	}
}

// Authority refuses what is none.
func TestAuthority(t *testing.T) {
	k := key(t, elliptic.P256())
	for comment, change := range map[string]func(c *x509.Certificate){
		"not an authority": func(c *x509.Certificate) { c.IsCA = false },
		"may not certify":  func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature },
	} {
		tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: begin, NotAfter: end,
			IsCA: true, BasicConstraintsValid: true, SubjectKeyId: []byte("1")}
		change(tmpl)
		der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, k.Public(), k)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := lists.Authority(der); err == nil || got.ID != "" {
			t.Errorf("%s is one", comment)
		}
	}
	if _, err := lists.Authority([]byte("x")); err == nil {
		t.Error("an x is one")
	}
}

const vacc = `{"hdr":{"t":"icao.vacc","v":1,"is":"XAA"},"msg":{"uvci":"U1","pid":{"n":"SECRETNAME  ANA"},"ve":[{"des":"XM68M6","nam":"Comirnaty","dis":"RA01.0","vd":[{"dvc":"2021-03-01","seq":1,"ctr":"AUS","adm":"A","lot":"L"}]}]}}`

// What is wrong with a text is told by a code, and by nothing of the text.
func TestRefused(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	i := ca.issuer(t, key(t, elliptic.P256()), nil)
	good := seal(t, i, vacc)
	sigvl := good[strings.Index(good, `"sigvl":"`)+9 : len(good)-3]
	with := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("nothing to replace: %s", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	der, err := i.Signer.Sign(rand.Reader, make([]byte, 32), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ comment, text, want string }{
		{"nothing", "", "json_truncated"},
		{"too long", strings.Repeat(" ", vds.MaxText+1), "json_too_long"},
		{"another JSON", `{"a":1}`, "json_shape"},
		{"a list", `[]`, "json_shape"},
		{"a key twice", with(`"v":1`, `"v":1,"v":1`), "json_duplicate"},
		{"an integer that readers differ on", with(`"seq":1`, `"seq":9007199254740993`), "json_number"},
		{"half a pair of surrogates", with(`SECRETNAME`, `\ud800`), "json_utf8"},
		{"more after it", good + "{}", "json_trailing"},
		{"no header", with(`"hdr"`, `"HDR"`), "header_shape"},
		{"no version", with(`"v":1`, `"w":1`), "header_shape"},
		{"a later version", with(`"v":1`, `"v":2`), "header_newer"},
		{"a country of two words", with(`"is":"XAA"`, `"is":"X A"`), "header_shape"},
		{"no message", with(`"msg"`, `"MSG"`), "payload_shape"},
		{"no certificate", with(`"cer"`, `"CER"`), "certificate_shape"},
		{"a certificate in the other alphabet", with(`"cer":"`, `"cer":"+`), "certificate_base64"},
		{"a certificate that is none", with(`"cer":"`, `"cer":"AAAA`), "certificate_malformed"},
		{"no signature", with(`"sigvl"`, `"SIGVL"`), "signature_shape"},
		{"no algorithm", with(`"alg"`, `"ALG"`), "signature_shape"},
		{"a short signature", with(sigvl, sigvl[:60]), "signature_length"},
		{"a signature in DER", with(sigvl, jws.Encode(der)), "signature_der"},
		{"a line end in the signature", with(sigvl, sigvl[:40]+`\n`+sigvl[40:]), "signature_base64"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			u, err := vds.Read(v.text)
			if codeOf(err) != v.want || u != nil {
				t.Errorf("got %v, want %s", err, v.want)
			}
			if err != nil && strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the error shows the person: %v", err)
			}
		})
	}
	doses := strings.Repeat(`{"seq":1},`, vds.MaxDoses)
	u := read(t, seal(t, i, strings.Replace(vacc, `"vd":[`, `"vd":[`+doses, 1)))
	if _, err := u.SkipVerification(); codeOf(err) != "payload_doses" {
		t.Errorf("too many doses: %v", err)
	}
}

// White space, the order of keys and escapes change nothing: the canonical form is signed.
func TestFormIsFree(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	i := ca.issuer(t, key(t, elliptic.P256()), nil)
	text := issue(t, i, person(aDose(1)))
	for comment, other := range map[string]string{
		"white space": "\n" + strings.ReplaceAll(text, `":`, "\" :\r\n\t"),
		"an escape":   strings.Replace(text, "SECRETNAME", `\u0053ECRETNAME`, 1),
		"a number":    strings.Replace(text, `"v":1`, `"v":1.0e0`, 1),
		"the order":   strings.Replace(text, `"dvn":"2022-01-01","lot":"L1"`, `"lot":"L1","dvn":"2022-01-01"`, 1),
		"no padding":  strings.ReplaceAll(text, "=", ""),
	} {
		if other == text {
			t.Fatalf("%s: nothing changed", comment)
		}
		a, errA := read(t, text).Verify(keysOf(ca.trust))
		b, errB := read(t, other).Verify(keysOf(ca.trust))
		if errA != nil || errB != nil || string(a.Raw) != string(b.Raw) {
			t.Errorf("%s: %v, %v", comment, errA, errB)
		}
	}
}

// Nothing that prints an Unverified shows the person.
func TestPrintsNothing(t *testing.T) {
	ca := newAuthority(t, key(t, elliptic.P256()), 0)
	u := read(t, seal(t, ca.issuer(t, key(t, elliptic.P256()), nil), vacc))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if s := fmt.Sprintf(verb, u) + fmt.Sprintf(verb, *u) + fmt.Sprintf(verb, []any{u}); strings.Contains(s, "SECRET") || strings.Contains(s, "icao") {
			t.Errorf("%s shows %s", verb, s)
		}
	}
}
