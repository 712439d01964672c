package hc1_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"time"

	oracle "github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/trust"
)

// What is issued says, once verified, what the certificate said.
func TestWhatIsIssuedIsReadAgain(t *testing.T) {
	for name, c := range map[string]*cert.Certificate{"test": testCertificate(), "vaccination": vaccinationCertificate(), "recovery": recoveryCertificate()} {
		s := verify(t, issue(t, demo(), c))
		got := s.Certificate
		if len(got.Events) != 1 || !equal(got.Events[0], c.Events[0]) {
			t.Errorf("%s: %+v, want %+v", name, got.Events[0], c.Events[0])
		}
		if got.Subject.Name() != c.Subject.Name() || got.Subject.BirthDate != c.Subject.BirthDate || got.Signed != c.Signed ||
			got.Issuer.Country != "XA" || got.Carrier.Version != "1.3.0" || len(got.Losses) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
		if issues := hc1.Schema(s.Raw); issues != nil {
			t.Errorf("%s: %v", name, issues)
		}
	}
}

// The bytes are those that RFC 8949 demands, under the headers that the specification demands.
func TestIssuedBytes(t *testing.T) {
	core, err := oracle.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*cert.Certificate{testCertificate(), vaccinationCertificate(), recoveryCertificate()} {
		text := issue(t, demo(), c)
		packed, err := base45.AppendDecode(nil, text[4:])
		if err != nil {
			t.Fatal(err)
		}
		message, err := deflate.Decode(nil, packed, hc1.MaxContent)
		if err != nil || !bytes.HasPrefix(message, []byte("\xd2\x84")) {
			t.Fatalf("not a message in tag 18: %x, %v", message, err)
		}
		var parts struct {
			_                  struct{} `cbor:",toarray"`
			Protected          []byte
			Unprotected        map[int]any
			Payload, Signature []byte
		}
		if err := oracle.Unmarshal(message[1:], &parts); err != nil {
			t.Fatal(err)
		}
		if want := "\xa2\x01\x26\x04\x48" + demo().Key.ID; string(parts.Protected) != want || len(parts.Unprotected) != 0 || len(parts.Signature) != 64 {
			t.Errorf("protected %x, unprotected %v, signature of %d bytes", parts.Protected, parts.Unprotected, len(parts.Signature))
		}
		var payload any
		if err := oracle.Unmarshal(parts.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		if again, err := core.Marshal(payload); err != nil || !bytes.Equal(again, parts.Payload) {
			t.Errorf("printed %x, deterministic is %x: %v", parts.Payload, again, err)
		}
	}
}

// Keys of every kind that is verified can sign.
func TestKeysThatSign(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for alg, k := range map[string]crypto.Signer{"ES256": demo().Signer, "ES384": p384, "ES512": p521, "PS256": r, "EdDSA": ed} {
		i := issuerOf(k, "a key id of another length than eight")
		u := read(t, issue(t, i, testCertificate()))
		if s, err := u.Verify(keysOf(i.Key)); err != nil || u.Algorithm() != alg || s.Key.ID != i.Key.ID || len(s.Signature) == 0 {
			t.Errorf("%s: %s, %v", alg, u.Algorithm(), err)
		}
	}
}

func TestTextsAreNormalised(t *testing.T) {
	c := testCertificate()
	c.Subject.Names[0].Family = " Mu\u0308ller "
	got := verify(t, issue(t, demo(), c)).Certificate.Subject.Name().Family
	if got != "M\u00fcller" {
		t.Errorf("%q", got)
	}
}

// A person may have one name alone, and an event less than everything.
func TestWhatMayBeMissing(t *testing.T) {
	for _, v := range []struct {
		comment string
		change  func(*cert.Certificate)
		version string
	}{
		{"no given name", func(c *cert.Certificate) { c.Subject.Names = []cert.Name{{Family: "Doe", FamilyICAO: "DOE"}} }, "1.3.0"},
		{"no family name", func(c *cert.Certificate) { c.Subject.Names = []cert.Name{{Given: "Jo", GivenICAO: "JO"}} }, "1.3.2"},
		{"transliterated name alone", func(c *cert.Certificate) { c.Subject.Names = []cert.Name{{FamilyICAO: "DOE"}} }, "1.3.0"},
		{"no birth date", func(c *cert.Certificate) { c.Subject.BirthDate = cert.Date{} }, "1.3.0"},
		{"birth date of a year", func(c *cert.Certificate) { c.Subject.BirthDate = cert.Date{Year: 1950} }, "1.3.0"},
		{"no laboratory, no name of the test", func(c *cert.Certificate) {
			e := c.Events[0].(*cert.Test)
			e.Name, e.Laboratory = "", cert.Facility{}
		}, "1.3.0"},
		{"method and result instead of codes", func(c *cert.Certificate) {
			e := c.Events[0].(*cert.Test)
			e.Type, e.Outcome = cert.Coded{}, cert.Coded{}
		}, "1.3.0"},
		{"mapped code, of another source", func(c *cert.Certificate) {
			c.Events[0].About().Disease = cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "RA01"}, Mapped: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}
		}, "1.3.0"},
		{"authority of the certificate", func(c *cert.Certificate) {
			c.Events[0].About().Authority, c.Issuer.Authority = "", "Ministry"
		}, "1.3.0"},
	} {
		c := testCertificate()
		v.change(c)
		s := verify(t, issue(t, demo(), c))
		if got := s.Certificate.Carrier.Version; got != v.version || hc1.Schema(s.Raw) != nil {
			t.Errorf("%s: version %s, want %s; %v", v.comment, got, v.version, hc1.Schema(s.Raw))
		}
	}
}

func TestWhatCannotBeIssuedIsRefusedWithWhatToDo(t *testing.T) {
	long := strings.Repeat("x", 81)
	test := func(change func(*cert.Test)) func(*cert.Certificate, *hc1.Issuer) {
		return func(c *cert.Certificate, _ *hc1.Issuer) { change(c.Events[0].(*cert.Test)) }
	}
	whole := func(change func(*cert.Certificate)) func(*cert.Certificate, *hc1.Issuer) {
		return func(c *cert.Certificate, _ *hc1.Issuer) { change(c) }
	}
	key := func(change func(*hc1.Issuer)) func(*cert.Certificate, *hc1.Issuer) {
		return func(_ *cert.Certificate, i *hc1.Issuer) { change(i) }
	}
	vaccination := func(change func(*cert.Vaccination)) func(*cert.Certificate, *hc1.Issuer) {
		return func(c *cert.Certificate, _ *hc1.Issuer) {
			c.Events = vaccinationCertificate().Events
			change(c.Events[0].(*cert.Vaccination))
		}
	}
	recovery := func(change func(*cert.Recovery)) func(*cert.Certificate, *hc1.Issuer) {
		return func(c *cert.Certificate, _ *hc1.Issuer) {
			c.Events = recoveryCertificate().Events
			change(c.Events[0].(*cert.Recovery))
		}
	}
	for _, v := range []struct {
		comment     string
		change      func(*cert.Certificate, *hc1.Issuer)
		field, what string
	}{
		{"no signer", key(func(i *hc1.Issuer) { i.Signer = nil }), "key", "missing"},
		{"signer of another key", key(func(i *hc1.Issuer) { i.Key.Public = ed25519.PublicKey{} }), "key", "conflict"},
		{"key that may sign nothing", key(func(i *hc1.Issuer) { i.Key.Uses = trust.Uses{} }), "key.uses", "conflict"},
		{"key for vaccinations", key(func(i *hc1.Issuer) { i.Key.Uses = trust.Uses{Of: []trust.Use{trust.Vaccination}} }), "key.uses", "conflict"},
		{"no country", key(func(i *hc1.Issuer) { i.Key.Country = "" }), "issuer.country", "missing"},
		{"another country", whole(func(c *cert.Certificate) { c.Issuer.Country = "XB" }), "issuer.country", "conflict"},
		{"no event", whole(func(c *cert.Certificate) { c.Events = nil }), "events", "one_entry"},
		{"two events", whole(func(c *cert.Certificate) { c.Events = append(c.Events, c.Events[0]) }), "events", "one_entry"},
		{"an event of another kind", whole(func(c *cert.Certificate) { c.Events = []cert.Event{new(cert.Exemption)} }), "events.0", "type"},
		{"not issued", whole(func(c *cert.Certificate) { c.Signed.Issued = time.Time{} }), "signed.issued", "missing"},
		{"no expiry", whole(func(c *cert.Certificate) { c.Signed.Until = time.Time{} }), "signed.until", "missing"},
		{"expired when issued", whole(func(c *cert.Certificate) { c.Signed.Until = c.Signed.Issued }), "signed.until", "conflict"},
		{"a beginning of its own", whole(func(c *cert.Certificate) { c.Signed.From = expires }), "signed.from", "conflict"},
		{"issued before the key", whole(func(c *cert.Certificate) { c.Signed.Issued = demo().Key.NotBefore.Add(-time.Second) }), "signed.issued", "conflict"},
		{"outlives the key", whole(func(c *cert.Certificate) { c.Signed.Until = demo().Key.NotAfter.Add(time.Second) }), "signed.until", "conflict"},
		{"no name", whole(func(c *cert.Certificate) { c.Subject.Names = nil }), "subject.names.0.family_icao", "missing"},
		{"whole name", whole(func(c *cert.Certificate) { c.Subject.Names = []cert.Name{{Full: "Jo Doe", FamilyICAO: "DOE"}} }), "subject.names.0", "missing"},
		{"name not transliterated", whole(func(c *cert.Certificate) { c.Subject.Names[0].FamilyICAO = "Doe" }), "subject.names.0.family_icao", "pattern"},
		{"long name", whole(func(c *cert.Certificate) { c.Subject.Names[0].Given = long }), "subject.names.0.given", "length"},
		{"name not UTF-8", whole(func(c *cert.Certificate) { c.Subject.Names[0].Given = "\xff" }), "subject.names.0.given", "pattern"},
		{"born too early", whole(func(c *cert.Certificate) { c.Subject.BirthDate.Year = 1899 }), "subject.birth_date", "pattern"},
		{"no disease", test(func(e *cert.Test) { e.Disease = cert.Coded{} }), "events.0.disease", "missing"},
		{"disease in another system", test(func(e *cert.Test) { e.Disease = cert.Coded{Source: cert.Coding{System: cert.ICD11, Code: "RA01"}} }), "events.0.disease", "pattern"},
		{"no type of test", test(func(e *cert.Test) { e.Type, e.Method = cert.Coded{}, "" }), "events.0.type", "missing"},
		{"type and method differ", test(func(e *cert.Test) { e.Method = cert.AntigenRapid }), "events.0.type", "conflict"},
		{"device of a nucleic acid test", test(func(e *cert.Test) { e.Device.Source.Code = "1232" }), "events.0.device", "conflict"},
		{"name of a rapid test", test(func(e *cert.Test) { e.Type, e.Method = cert.Coded{}, cert.AntigenRapid }), "events.0.name", "conflict"},
		{"long name of a test", test(func(e *cert.Test) { e.Name = long }), "events.0.name", "length"},
		{"not sampled", test(func(e *cert.Test) { e.SampledAt = time.Time{} }), "events.0.sampled_at", "missing"},
		{"sampled in the year 10000", test(func(e *cert.Test) { e.SampledAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }), "events.0.sampled_at", "date_time"},
		{"no outcome", test(func(e *cert.Test) { e.Outcome, e.Result = cert.Coded{}, "" }), "events.0.outcome", "missing"},
		{"outcome and result differ", test(func(e *cert.Test) { e.Result = cert.Detected }), "events.0.outcome", "conflict"},
		{"a result that has no code", test(func(e *cert.Test) { e.Outcome, e.Result = cert.Coded{}, cert.Invalid }), "events.0.outcome", "conflict"},
		{"long name of a laboratory", test(func(e *cert.Test) { e.Laboratory.Name = long }), "events.0.laboratory.name", "length"},
		{"no country of the test", test(func(e *cert.Test) { e.Country = "" }), "events.0.country", "missing"},
		{"country in lower case", test(func(e *cert.Test) { e.Country = "xa" }), "events.0.country", "pattern"},
		{"no authority", test(func(e *cert.Test) { e.Authority = "" }), "events.0.authority", "missing"},
		{"no identifier", test(func(e *cert.Test) { e.ID = "" }), "events.0.id", "missing"},
		{"long identifier", test(func(e *cert.Test) { e.ID = long }), "events.0.id", "length"},
		{"no dose", vaccination(func(e *cert.Vaccination) { e.Dose = 0 }), "events.0.dose", "missing"},
		{"negative doses", vaccination(func(e *cert.Vaccination) { e.Doses = -1 }), "events.0.doses", "range"},
		{"month of a vaccination", vaccination(func(e *cert.Vaccination) { e.Date.Day = 0 }), "events.0.date", "date"},
		{"no vaccine", vaccination(func(e *cert.Vaccination) { e.Prophylaxis = cert.Coded{} }), "events.0.prophylaxis", "missing"},
		{"product in another system", vaccination(func(e *cert.Vaccination) { e.Product.Source.System = cert.PreQual }), "events.0.product", "pattern"},
		{"no maker", vaccination(func(e *cert.Vaccination) { e.Maker = cert.Coded{} }), "events.0.maker", "missing"},
		{"no first test", recovery(func(e *cert.Recovery) { e.FirstPositive = cert.Date{} }), "events.0.first_positive", "missing"},
		{"year of the end", recovery(func(e *cert.Recovery) { e.Until = cert.Date{Year: 2026} }), "events.0.until", "date"},
		{"no beginning", recovery(func(e *cert.Recovery) { e.From = cert.Date{} }), "events.0.from", "missing"},
	} {
		c, i := testCertificate(), demo()
		v.change(c, &i)
		text, err := i.Issue(c, rand.Reader)
		var e *hc1.FieldError
		if text != "" || !errors.As(err, &e) || e.Field != v.field || e.What != v.what || e.Do == "" {
			t.Errorf("%s: %v, want %s %s", v.comment, err, v.field, v.what)
			continue
		}
		for _, secret := range []string{"Arsøns", "DARSONS", "1979", "37512422923", long, "Doe"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error repeats the certificate: %v", v.comment, err)
			}
		}
	}
	if _, err := new(hc1.Issuer).Issue(testCertificate(), rand.Reader); err == nil {
		t.Error("the zero Issuer issued")
	}
	i := demo()
	i.Key.ID = ""
	if _, err := i.Issue(testCertificate(), rand.Reader); err == nil {
		t.Error("issued without a key id")
	}
}

// The longest content that the schema allows still fits the largest QR symbol.
func TestAnIssuedCodeFitsASymbol(t *testing.T) {
	c := vaccinationCertificate()
	name := strings.Repeat("Ö", 80)
	c.Subject.Names[0] = cert.Name{Family: name, Given: name, FamilyICAO: strings.Repeat("OE", 40), GivenICAO: strings.Repeat("OE", 40)}
	e := c.Events[0].(*cert.Vaccination)
	e.Authority, e.ID = name, strings.Repeat("7", 80)
	if n := len(issue(t, demo(), c)); n > 4296 {
		t.Errorf("the longest code has %d characters", n)
	}
}

func FuzzIssue(f *testing.F) {
	f.Add("Doe", "Jo", "DOE", "JO", "Ministry", "URN:1", "XA", 2026, 1)
	f.Add("\xff", "", "<", "", "", "", "", 0, -1)
	f.Fuzz(func(t *testing.T, family, given, fnt, gnt, authority, id, country string, year, dose int) {
		c := vaccinationCertificate()
		c.Subject.Names = []cert.Name{{Family: family, Given: given, FamilyICAO: fnt, GivenICAO: gnt}}
		c.Subject.BirthDate = cert.Date{Year: int16(year)}
		e := c.Events[0].(*cert.Vaccination)
		e.Statement = cert.Statement{ID: id, Disease: snomed(cert.COVID19), Country: country, Authority: authority}
		e.Dose = dose
		text, err := demo().Issue(c, rand.Reader)
		if err != nil {
			return
		}
		s := verify(t, text)
		if hc1.Schema(s.Raw) != nil {
			t.Errorf("issued what breaks its schema: %v", hc1.Schema(s.Raw))
		}
		if _, err := cbor.Read(string(s.Raw)); err != nil {
			t.Error(err)
		}
	})
}
