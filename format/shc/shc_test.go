package shc_test

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/trust"
)

// demoKey is a key for tests alone: its private number is the same in every run.
var demoKey = func() *ecdsa.PrivateKey {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	return k
}()

func demo(t testing.TB) shc.Issuer {
	t.Helper()
	id, err := shc.Thumbprint(demoKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	return shc.Issuer{
		Signer: demoKey, URL: "https://health.example/issuer",
		Key: trust.Key{ID: id, Public: demoKey.Public(), Country: "XA", Uses: trust.Uses{Any: true}, Demo: true},
	}
}

func keysOf(ks ...trust.Key) *trust.Keys {
	var keys trust.Keys
	for _, k := range ks {
		keys.Add(k)
	}
	return &keys
}

var issuedAt = time.Date(2021, 6, 1, 12, 0, 0, 0, time.UTC)

// person is a certificate without events.
func person(events ...cert.Event) *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: issuedAt},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: "Secretname", Given: "Ana Maria"}, {Family: "Тайная", Given: "Анна"}},
			BirthDate: cert.Date{Year: 1971, Month: 3},
		},
		Events: events,
	}
}

func aDose() *cert.Vaccination {
	return &cert.Vaccination{
		Statement: cert.Statement{ID: "URN:UVCI:01:XA:1", Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
		Product:   cert.Coded{Source: cert.Coding{System: cert.EUVaccine, Code: "EU/1/20/1528"}},
		Maker:     cert.Coded{Source: cert.Coding{System: cert.EUHolder, Code: "ORG-100030215"}},
		Lot:       "L1", Date: cert.Date{Year: 2021, Month: 5, Day: 4}, Dose: 2, Doses: 2, Centre: cert.Facility{Name: "Clinic of Ø"},
	}
}

func aTest() *cert.Test {
	return &cert.Test{
		Statement: cert.Statement{Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}},
		Type:      cert.Coded{Source: cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}}, Method: cert.NucleicAcid,
		SampledAt: time.Date(2021, 5, 31, 23, 30, 0, 0, time.FixedZone("", 2*3600)), ReportedAt: time.Date(2021, 6, 1, 4, 0, 0, 0, time.UTC),
		Outcome: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.CodeNotDetected}}, Result: cert.NotDetected,
		Laboratory: cert.Facility{Name: "Lab"},
	}
}

// sign makes a card of a payload, whatever it is.
func sign(t testing.TB, payload string) string {
	t.Helper()
	return signAs(t, `{"zip":"DEF","alg":"ES256","kid":"`+jws.Encode([]byte(demo(t).Key.ID))+`"}`, pack(t, payload))
}

func signAs(t testing.TB, header string, payload []byte) string {
	t.Helper()
	text, err := jws.Make(header, payload, func(signed []byte) ([]byte, error) { return jws.Sign(rand.Reader, demoKey, signed) })
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func pack(t testing.TB, payload string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(payload)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// patient is the first entry of the bundles here.
const patient = `{"fullUrl":"resource:0","resource":{"resourceType":"Patient","name":[{"family":"Secretname","given":["Ana"]}],"birthDate":"1971-03-05"}}`

// bundle wraps entries, after the patient, into a payload.
func bundle(resources ...string) string {
	entries := patient
	for i, r := range resources {
		entries += fmt.Sprintf(`,{"fullUrl":"resource:%d","resource":%s}`, i+1, r)
	}
	return wrap(`{"resourceType":"Bundle","type":"collection","entry":[` + entries + `]}`)
}

func wrap(bundle string) string {
	return `{"iss":"https://health.example/issuer","nbf":1622548800.5,"vc":{"type":["https://smarthealth.cards#health-card"],"credentialSubject":{"fhirVersion":"4.0.1","fhirBundle":` + bundle + `}}}`
}

func verify(t testing.TB, text string) trust.Signed {
	t.Helper()
	u, err := shc.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := u.Verify(keysOf(demo(t).Key))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// codeOf returns the code of a reading error.
func codeOf(err error) string {
	if e, ok := errors.AsType[*shc.Error](err); ok {
		return e.Code()
	}
	return fmt.Sprint(err)
}

// What is wrong with a text is told by a code, and by nothing of the text.
func TestRefused(t *testing.T) {
	good := sign(t, bundle())
	numeric, err := shc.Numeric(good)
	if err != nil {
		t.Fatal(err)
	}
	head := `{"zip":"DEF","alg":"ES256","kid":"x"}`
	body := pack(t, bundle())
	parts := strings.Split(good, ".")
	withClaims := func(claims string) string { return sign(t, `{`+claims+`,"vc":{"type":[]}}`) }
	for _, v := range []struct{ comment, text, want string }{
		{"nothing", "", "text_unknown"},
		{"another code", "HC1:6BF", "text_unknown"},
		{"the prefix in capitals", "SHC:/" + numeric[5:], "text_unknown"},
		{"too long", strings.Repeat("e", shc.MaxText+1), "text_too_long"},
		{"a space before", " " + good, "text_space"},
		{"a tab within", good[:50] + "\t" + good[50:], "text_space"},
		{"a letter among the digits", numeric + "x", "numeric_character"},
		{"an odd digit", numeric + "1", "numeric_length"},
		{"a pair beyond z", numeric + "78", "numeric_value"},
		{"no digits", "shc:/", "jws_parts"},
		{"digits of another character than base64url", numeric + "02", "jws_base64"},
		{"one part of several", "shc:/2/3/1234", "text_part"},
		{"a part that cannot be", "shc:/4/3/1234", "text_unknown"},
		{"an empty file", `{"verifiableCredential":[]}`, "text_file"},
		{"a file of something else", `{"a":1}`, "text_file"},
		{"a file with a number", `{"verifiableCredential":[1]}`, "text_file"},
		{"a file with a key twice", `{"verifiableCredential":[],"verifiableCredential":[]}`, "text_duplicate"},
		{"a file with a line end in a card", `{"verifiableCredential":["` + good[:9] + `\n` + good[9:] + `"]}`, "text_space"},
		{"two parts", parts[0] + "." + parts[1], "jws_parts"},
		{"padding", parts[0] + "=." + parts[1] + "." + parts[2], "jws_base64"},
		{"no zip", signAs(t, `{"alg":"ES256","kid":"x"}`, body), "header_zip"},
		{"another zip", signAs(t, `{"zip":"GZ","alg":"ES256","kid":"x"}`, body), "header_zip"},
		{"zip as a number", signAs(t, `{"zip":1,"alg":"ES256","kid":"x"}`, body), "header_member"},
		{"alg twice", signAs(t, `{"zip":"DEF","alg":"ES256","alg":"none","kid":"x"}`, body), "jws_duplicate"},
		{"a short signature", parts[0] + "." + parts[1] + "." + parts[2][:80], "signature_length"},
		{"not compressed", signAs(t, head, []byte(bundle())), "deflate_corrupt"},
		{"cut", signAs(t, head, body[:len(body)-20]), "deflate_truncated"},
		{"more after it", signAs(t, head, append(bytes.Clone(body), 0)), "deflate_trailing"},
		{"a bomb", signAs(t, head, pack(t, strings.Repeat(" ", shc.MaxContent+1))), "deflate_too_large"},
		{"no JSON", sign(t, "nbf"), "json_malformed"},
		{"a key twice", sign(t, `{"iss":"https://a.example","iss":"https://b.example"}`), "json_duplicate"},
		{"deep", sign(t, strings.Repeat(`[`, 100)+strings.Repeat(`]`, 100)), "json_depth"},
		{"an integer that not every reader keeps", sign(t, `{"nbf":9007199254740993}`), "json_number"},
		{"not an object", sign(t, `[]`), "claims_shape"},
		{"no issuer", withClaims(`"nbf":1`), "claims_issuer"},
		{"an issuer that is no URL", withClaims(`"iss":"health","nbf":1`), "claims_issuer"},
		{"an issuer of http", withClaims(`"iss":"http://a.example","nbf":1`), "claims_issuer"},
		{"an issuer with a space", withClaims(`"iss":"https://a.example/ b","nbf":1`), "claims_issuer"},
		{"no nbf", withClaims(`"iss":"https://a.example"`), "claims_time"},
		{"nbf in words", withClaims(`"iss":"https://a.example","nbf":"1"`), "claims_time"},
		{"nbf in milliseconds", withClaims(`"iss":"https://a.example","nbf":1618554442496`), "claims_time"},
		{"nbf negative", withClaims(`"iss":"https://a.example","nbf":-1`), "claims_time"},
		{"exp null", withClaims(`"iss":"https://a.example","nbf":1,"exp":null`), "claims_time"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			u, err := shc.Read(v.text)
			if codeOf(err) != v.want || u != nil {
				t.Errorf("got %v, want %s", err, v.want)
			}
			if err != nil && strings.Contains(err.Error(), "Secret") {
				t.Errorf("the error shows the person: %v", err)
			}
		})
	}
}

// Authentic content that cannot be a card is refused after verification.
func TestRefusedContent(t *testing.T) {
	for _, v := range []struct{ comment, payload, want string }{
		{"no bundle", wrap(`null`), "payload_bundle"},
		{"another resource", wrap(`{"resourceType":"Patient"}`), "payload_bundle"},
		{"no entries", wrap(`{"resourceType":"Bundle"}`), "payload_bundle"},
		{"two patients", bundle(`{"resourceType":"Patient"}`), "payload_patients"},
	} {
		u, err := shc.Read(sign(t, v.payload))
		if err != nil {
			t.Fatalf("%s: %v", v.comment, err)
		}
		if s, err := u.Verify(keysOf(demo(t).Key)); codeOf(err) != v.want || s.Certificate != nil {
			t.Errorf("%s: got %v, want %s", v.comment, err, v.want)
		}
	}
}

// Verify says why it cannot, by the errors of package trust.
func TestVerify(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := demo(t).Key
	impostor := key
	impostor.Public = other.Public()
	kid := jws.Encode([]byte(key.ID))
	body := pack(t, bundle())
	good := sign(t, bundle())
	tampered := good[:len(good)-3] + "AAA"
	for _, v := range []struct {
		comment, text string
		keys          *trust.Keys
		want          error
	}{
		{"the key", good, keysOf(key), nil},
		{"the key and another with its identifier", good, keysOf(impostor, key), nil},
		{"no keys", good, nil, trust.ErrUnknownKey},
		{"another key with the identifier", good, keysOf(impostor), trust.ErrSignature},
		{"another signature", tampered, keysOf(key), trust.ErrSignature},
		{"alg none", signAs(t, `{"zip":"DEF","alg":"none","kid":"`+kid+`"}`, body), keysOf(key), trust.ErrAlgorithm},
		{"no alg", signAs(t, `{"zip":"DEF","kid":"`+kid+`"}`, body), keysOf(key), trust.ErrAlgorithm},
		{"RS256", signAs(t, `{"zip":"DEF","alg":"RS256","kid":"`+kid+`"}`, body), keysOf(key), trust.ErrAlgorithm},
		{"HS256 under the public key", signAs(t, `{"zip":"DEF","alg":"HS256","kid":"`+kid+`"}`, body), keysOf(key), trust.ErrAlgorithm},
		{"no kid", signAs(t, `{"zip":"DEF","alg":"ES256"}`, body), keysOf(key), trust.ErrNoKeyID},
		{"a key of its own in the header", signAs(t, `{"zip":"DEF","alg":"ES256","jwk":{"kty":"EC"}}`, body), keysOf(key), trust.ErrNoKeyID},
		{"a kid that is no thumbprint", signAs(t, `{"zip":"DEF","alg":"ES256","kid":"1"}`, body), keysOf(key), trust.ErrUnknownKey},
		{"crit", signAs(t, `{"zip":"DEF","alg":"ES256","kid":"`+kid+`","crit":["b64"],"b64":false}`, body), keysOf(key), trust.ErrCritical},
	} {
		t.Run(v.comment, func(t *testing.T) {
			u, err := shc.Read(v.text)
			if err != nil {
				t.Fatal(err)
			}
			s, err := u.Verify(v.keys)
			if !errors.Is(err, v.want) || (err == nil) != (s.Certificate != nil) {
				t.Errorf("got %v, want %v", err, v.want)
			}
		})
	}
}

// A certificate says by the hash of what was signed which card it was, and by
// the name of the key who is said to have signed it, however long that is.
func TestACardIsKnownByItsHash(t *testing.T) {
	text := issue(t, person(aTest()))
	head, rest, _ := strings.Cut(text, ".")
	payload, _, _ := strings.Cut(rest, ".")
	c := verify(t, text).Certificate
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(head+"."+payload))); c.Carrier.Hash != want {
		t.Errorf("the hash is %q, want %q", c.Carrier.Hash, want)
	}
	if want := base64.StdEncoding.EncodeToString([]byte(demo(t).Key.ID)); c.Issuer.KeyID != want {
		t.Errorf("the key is %q, want %q", c.Issuer.KeyID, want)
	}
	name := strings.Repeat("a name of a key, ", 9)
	head = jws.Encode([]byte(`{"zip":"DEF","alg":"ES256","kid":"` + name + `"}`))
	u, err := shc.Read(head + text[strings.Index(text, "."):])
	if err != nil {
		t.Fatal(err)
	}
	if c, err = u.SkipVerification(); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(head+"."+payload))); c.Carrier.Hash != want || c.Issuer.KeyID != base64.StdEncoding.EncodeToString([]byte(name)) {
		t.Errorf("with a long name: %q, %q", c.Carrier.Hash, c.Issuer.KeyID)
	}
}

// Each who asks gets a certificate of their own, whole, from several goroutines
// too, and whatever card was read meanwhile.
func TestEachAskerGetsTheirOwn(t *testing.T) {
	text, other := issue(t, person(aDose())), issue(t, person(aTest()))
	u, err := shc.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shc.Read(other); err != nil {
		t.Fatal(err)
	}
	got := make([]*cert.Certificate, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			if i%2 == 0 {
				got[i], _ = u.SkipVerification()
			} else if s, err := u.Verify(keysOf(demo(t).Key)); err == nil {
				got[i] = s.Certificate
			}
		})
	}
	wg.Wait()
	want := verify(t, text).Certificate
	for i, c := range got {
		if !reflect.DeepEqual(c, want) {
			t.Errorf("asker %d got %v, want %v", i, c, want)
		}
		if slices.Contains(got[:i], c) {
			t.Errorf("asker %d got that of another", i)
		}
	}
}

// Nothing that prints an Unverified shows the person.
func TestPrintsNothing(t *testing.T) {
	u, err := shc.Read(sign(t, bundle()))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if s := fmt.Sprintf(verb, u) + fmt.Sprintf(verb, *u) + fmt.Sprintf(verb, []any{u}); strings.Contains(s, "Secret") || strings.Contains(s, "eyJ") {
			t.Errorf("%s shows %s", verb, s)
		}
	}
}

// A card in several codes is joined from any order, and from nothing less.
func TestJoin(t *testing.T) {
	numeric, err := shc.Numeric(sign(t, bundle()))
	if err != nil {
		t.Fatal(err)
	}
	d := numeric[5:]
	a, b, c := "shc:/1/3/"+d[:100], "shc:/2/3/"+d[100:333], "shc:/3/3/"+d[333:] // not at an even digit
	for _, v := range []struct {
		comment string
		texts   []string
		want    string // a code; empty: joined
	}{
		{"in order", []string{a, b, c}, ""},
		{"out of order, with line ends", []string{c + "\n", a, b}, ""},
		{"one scanned twice", []string{b, a, b, c}, ""},
		{"one code alone", []string{numeric}, ""},
		{"one missing", []string{a, c}, "text_missing"},
		{"none", nil, "text_missing"},
		{"of two cards", []string{a, "shc:/2/3/1234", b, c}, "text_mixed"},
		{"of another number", []string{a, "shc:/2/4/" + d[100:333], c}, "text_mixed"},
		{"number zero", []string{"shc:/0/3/12", a}, "text_unknown"},
		{"a leading zero", []string{"shc:/01/3/12", a}, "text_unknown"},
		{"too many", []string{"shc:/1/65/12"}, "text_unknown"},
		{"something else", []string{a, "HC1:ABC"}, "text_unknown"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			got, err := shc.Join(v.texts)
			if v.want == "" {
				if err != nil || got != numeric {
					t.Errorf("%v, %d characters of %d", err, len(got), len(numeric))
				}
			} else if codeOf(err) != v.want {
				t.Errorf("got %v, want %s", err, v.want)
			}
		})
	}
	if n, of, ok := shc.Part(b); n != 2 || of != 3 || !ok {
		t.Errorf("part %d of %d", n, of)
	}
	if n, of, ok := shc.Part(numeric); n != 1 || of != 1 || !ok {
		t.Errorf("the whole is part %d of %d", n, of)
	}
	if _, _, ok := shc.Part("HC1:ABC"); ok {
		t.Error("another code is a part")
	}
}

// A file gives back the cards it was made of.
func TestFile(t *testing.T) {
	a, b := sign(t, bundle()), sign(t, bundle())
	cards, err := shc.Cards(string(shc.File(a, b)))
	if err != nil || len(cards) != 2 || cards[0] != a || cards[1] != b {
		t.Errorf("%v, %d cards", err, len(cards))
	}
	if _, err := shc.Read(string(shc.File(a))); err != nil {
		t.Error(err)
	}
}
