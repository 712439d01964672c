package lists_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// public returns a public file, or skips the test where there are none.
func public(t testing.TB, path string) []byte {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, data []byte, pinned ...crypto.PublicKey) lists.List {
	t.Helper()
	l, err := lists.Read("test", data, pinned...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func codes(l lists.List) []string {
	var c []string
	for _, p := range l.Problems {
		c = append(c, p.Code)
	}
	slices.Sort(c)
	return slices.Compact(c)
}

// whys returns the reasons of what was skipped.
func whys(l lists.List) []string {
	var w []string
	for _, s := range l.Skipped {
		w = append(w, s.Why)
	}
	return w
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// signer is a test signer's certificate of a country.
func signer(t testing.TB, country, word string) []byte {
	t.Helper()
	return issued(t, pkix.Name{Country: []string{country}, Organization: []string{word}}, testKey(t, elliptic.P256(), word), nil, nil, nil)
}

func authority(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
}

func TestFilesOfCertificates(t *testing.T) {
	a, b := signer(t, "XA", "a"), signer(t, "XB", "b")
	ca := issued(t, pkix.Name{Country: []string{"XA"}}, testKey(t, elliptic.P256(), "ca"), nil, nil, authority)
	both := issued(t, pkix.Name{Country: []string{"XA"}}, testKey(t, elliptic.P256(), "both"), nil, nil, func(c *x509.Certificate) {
		authority(c)
		c.KeyUsage |= x509.KeyUsageDigitalSignature
	})
	weak := odd{serial: "\x01", subject: []attribute{c2}, dates: utc, spki: rsaSPKI(t, modulus(1024), 65537, true)}.der(t)
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	for _, v := range []struct {
		comment string
		data    string
		keys    []string
		skipped []string
		codes   []string
	}{
		{"one in DER", string(a), []string{"XA"}, nil, nil},
		{"one in base64, as a verifier service sends it", b64(a) + "\n", []string{"XA"}, nil, nil},
		{"one in base64 of several lines", b64(a)[:64] + "\r\n" + b64(a)[64:], []string{"XA"}, nil, nil},
		{"several in PEM with words between", "Subject: a\n" + block("CERTIFICATE", a) + "and\n" + block("CERTIFICATE", b), []string{"XA", "XB"}, nil, nil},
		{"PEM from Windows", strings.ReplaceAll(block("CERTIFICATE", a), "\n", "\r\n"), []string{"XA"}, nil, nil},
		{"an authority among them", block("CERTIFICATE", ca) + block("CERTIFICATE", a), []string{"XA"}, []string{"an authority, which signs no certificate of health: to rely on it for ICAO seals, give it in a file without signers"}, nil},
		{"an authority alone", string(ca), []string{"XA"}, nil, nil},
		{"authorities alone", block("CERTIFICATE", ca) + block("CERTIFICATE", ca), []string{"XA", "XA"}, nil, nil},
		{"an authority that signs too", string(both), []string{"XA"}, nil, []string{lists.AlsoAuthority}},
		{"one unreadable among them", block("CERTIFICATE", a[:50]) + block("CERTIFICATE", b), []string{"XB"}, []string{"not an X.509 certificate in DER"}, nil},
		{"one broken among them", strings.Replace(block("CERTIFICATE", a), "A", "*", 1) + block("CERTIFICATE", b), []string{"XB"}, []string{"1 of 2 blocks cannot be decoded"}, nil},
		{"a weak key", string(weak), nil, []string{"RSA key of 1024 bits: verification takes 2048 to 4096"}, []string{lists.NoKeys}},
		{"a public key alone", block("PUBLIC KEY", spki(t, testKey(t, elliptic.P256(), "a").Public())), nil,
			[]string{"a public key alone has no identifier that codes name: state it in a text of the kind pratique-trust"}, []string{lists.NoKeys}},
		{"a secret key", block("EC PRIVATE KEY", []byte("secret")) + block("CERTIFICATE", a), []string{"XA"}, []string{"a secret key"}, []string{lists.SecretKey}},
		{"something else", block("X509 CRL", []byte{1}) + block("CERTIFICATE", a), []string{"XA"}, []string{`a PEM block of the type "X509 CRL"`}, nil},
	} {
		t.Run(v.comment, func(t *testing.T) {
			l := read(t, []byte(v.data))
			var countries []string
			for _, k := range l.Keys {
				countries = append(countries, k.Country)
				if k.Source != "test" || !k.Demo {
					t.Errorf("key %+v", k)
				}
			}
			if !slices.Equal(countries, v.keys) || !slices.Equal(whys(l), v.skipped) || !slices.Equal(codes(l), v.codes) {
				t.Errorf("got keys of %v, skipped %q, problems %v", countries, whys(l), l.Problems)
			}
		})
	}
}

func TestWhatIsNoList(t *testing.T) {
	many := "[" + strings.Repeat("0,", lists.MaxEntries) + "0]"
	for _, v := range []struct {
		comment, data string
		want          error
	}{
		{"nothing", "", lists.ErrUnknownKind},
		{"white space", " \n\t", lists.ErrUnknownKind},
		{"a letter", "Dear Sir or Madam", lists.ErrUnknownKind},
		{"a code", "HC1:6BFOXN", lists.ErrUnknownKind},
		{"an object of another kind", `{"ver":"1.3.0"}`, lists.ErrUnknownKind},
		{"an array that is no list of entries", `{"certs":{}}`, lists.ErrUnknownKind},
		{"keys that are no array", `{"keys":1}`, lists.ErrUnknownKind},
		{"a text of another kind", "pratique-act/1.0\nhello\n", lists.ErrUnknownKind},
		{"a text of tomorrow", "pratique-trust/2.0\nhello\n", lists.ErrVersion},
		{"too many entries", many, lists.ErrTooLarge},
		{"too many keys", `{"keys":` + many + `}`, lists.ErrTooLarge},
		{"too many of WHO's", `{"verificationMethod":` + many + `}`, lists.ErrTooLarge},
		{"too many blocks", strings.Repeat("-----BEGIN \n", lists.MaxEntries+1), lists.ErrTooLarge},
		{"too many bytes", strings.Repeat(" ", lists.MaxSize+1), lists.ErrTooLarge},
	} {
		t.Run(v.comment, func(t *testing.T) {
			if l, err := lists.Read("test", []byte(v.data)); !errors.Is(err, v.want) || !reflect.DeepEqual(l, lists.List{}) {
				t.Errorf("got %v, want %v", err, v.want)
			}
		})
	}
	for _, data := range []string{`{"verificationMethod":[],"verificationMethod":[]}`, `[{"kid":1]`, "\x30\x82", `{"keys":[]} {}`} {
		if _, err := lists.Read("test", []byte(data)); err == nil {
			t.Errorf("%q is a list", data)
		}
	}
	if _, err := lists.Read("test", signer(t, "XA", "a"), "no key"); err != nil {
		t.Errorf("pinned keys say nothing of a certificate: %v", err)
	}
}

// entry is an entry of the EU gateway's list.
func entry(t testing.TB, kind, country string, der []byte, change map[string]any) map[string]any {
	t.Helper()
	h := sha256.Sum256(der)
	m := map[string]any{"kid": b64(h[:8]), "timestamp": "2026-11-01T00:00:00Z", "country": country, "certificateType": kind,
		"thumbprint": fmt.Sprintf("%x", h), "signature": "MII=", "rawData": b64(der)}
	for k, v := range change {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	return m
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGatewayList(t *testing.T) {
	a := signer(t, "GR", "a")
	ca := issued(t, pkix.Name{Country: []string{"GR"}}, testKey(t, elliptic.P256(), "ca"), nil, nil, authority)
	l := read(t, encode(t, []any{
		entry(t, "DSC", "EL", a, nil),
		entry(t, "CSCA", "GR", ca, nil),
		entry(t, "UPLOAD", "GR", a, nil),
		entry(t, "AUTHENTICATION", "GR", a, nil),
		entry(t, "DSC", "GR", a, map[string]any{"rawData": nil, "signature": nil}),
		entry(t, "DSC", "GR", a, map[string]any{"thumbprint": strings.Repeat("0", 64)}),
		entry(t, "DSC", "GR", a, map[string]any{"rawData": "!"}),
		entry(t, "dsc", "FR", a, map[string]any{"kid": "AAAAAAAAAAA="}),
		"nonsense",
	}))
	if len(l.Keys) != 2 || l.Keys[0].Country != "GR" || l.Keys[0].ID != trust.KeyID8(a) || l.Keys[1].Country != "FR" || l.Keys[1].ID != trust.KeyID8(a) || l.Keys[0].Demo {
		t.Errorf("got %+v", l.Keys)
	}
	if len(l.Issuers) != 1 || !bytes.Equal(l.Issuers[0].DER, ca) || l.Issuers[0].Country != "GR" {
		t.Errorf("issuers %+v", l.Issuers)
	}
	want := []string{"of the type CSCA: it issues signers and signs no certificate of health", "of the type UPLOAD", "of the type AUTHENTICATION",
		"no certificate and no key", "the thumbprint is not that of the certificate", "the certificate is not base64", "the key identifier is not base64"}
	if got := whys(l); !slices.Equal(got, want) {
		t.Errorf("skipped %q", got)
	}
	if l.Skipped[0].Country != "GR" || l.Skipped[0].Entry != "entry 2" || l.Skipped[0].KeyID == "" {
		t.Errorf("skipped %+v", l.Skipped[0])
	}
	if got := codes(l); !slices.Equal(got, []string{lists.NotSigned, lists.OtherCountry, lists.OtherID}) || l.Kind != lists.Gateway {
		t.Errorf("problems %v", l.Problems)
	}
}

func TestGermanListIsProvenByItsKey(t *testing.T) {
	key, stranger := testKey(t, elliptic.P256(), "germany"), testKey(t, elliptic.P256(), "stranger")
	body := encode(t, map[string]any{"certificates": []any{entry(t, "DSC", "DE", signer(t, "DE", "a"), nil)}})
	h := sha256.Sum256(body)
	r, s, err := ecdsa.Sign(rand.Reader, key, h[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	file := append([]byte(b64(sig)+"\n"), body...)
	if l := read(t, file, stranger.Public(), key.Public()); len(l.Proven) != 1 || len(l.Keys) != 1 || l.Problems != nil {
		t.Errorf("proven by %v, problems %v", l.Proven, l.Problems)
	}
	changed := bytes.Replace(file, []byte(`"DE"`), []byte(`"FR"`), 1)
	for comment, l := range map[string]lists.List{
		"no pinned key": read(t, file), "another pinned key": read(t, file, stranger.Public()), "a changed list": read(t, changed, key.Public()),
	} {
		if l.Proven != nil || len(l.Keys) != 1 || !slices.Contains(codes(l), lists.NotProven) {
			t.Errorf("%s: proven by %v, problems %v", comment, l.Proven, l.Problems)
		}
	}
	if _, err := lists.Read("test", append([]byte("hello?\n"), body...)); !errors.Is(err, lists.ErrUnknownKind) {
		t.Errorf("a line that is no signature: %v", err)
	}
	if _, err := lists.Read("test", file, "no key"); err == nil {
		t.Error("a pinned key of an unknown type was ignored")
	}
}

func TestNationalLists(t *testing.T) {
	ec := testKey(t, elliptic.P256(), "a").Public().(*ecdsa.PublicKey)
	b, err := ec.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x, y, id := b64(b[1:33]), b64(b[33:]), "AAECAwQFBgc="
	der := signer(t, "SE", "a")
	test := []trust.Use{trust.Test}
	for _, v := range []struct {
		comment string
		list    any
		want    []trust.Uses
		country string
		skipped []string
	}{
		{"Switzerland", map[string]any{"certs": []any{
			map[string]any{"keyId": id, "use": "t", "alg": "ES256", "crv": "P-256", "x": x, "y": y},
			map[string]any{"keyId": id, "use": "sig", "alg": "ES256", "crv": "P-256", "x": x, "y": y},
			map[string]any{"keyId": id, "use": "tvr", "alg": "RS256", "n": b64(modulus(2048).Bytes()), "e": "AQAB"},
			map[string]any{"keyId": id, "use": "z", "alg": "ES256", "crv": "P-256", "x": x, "y": y},
			map[string]any{"keyId": id, "use": "t", "alg": "ES256", "crv": "P-255", "x": x, "y": y},
			map[string]any{"keyId": id, "use": "t", "alg": "ES256", "crv": "P-256", "x": y, "y": x},
			map[string]any{"keyId": "", "use": "t", "alg": "ES256", "crv": "P-256", "x": x, "y": y},
			map[string]any{"keyId": id, "use": "t", "crv": "P-256", "x": x, "y": "!"},
			map[string]any{"keyId": id, "use": "t", "crv": "P-256", "x": x, "y": b64(bytes.Repeat([]byte{0xff}, 40))},
		}}, []trust.Uses{{Of: test}, {Any: true}, {Of: []trust.Use{trust.Recovery, trust.Test, trust.Vaccination}}, {}}, "",
			[]string{`the curve "P-255" is not supported`, "the public key is no point of its curve", "the key identifier is not base64", "the numbers of the key are not base64", "the public key is no point of its curve"}},
		{"the Netherlands", map[string]any{"eu_keys": map[string]any{
			id:     []any{map[string]any{"subjectPk": b64(spki(t, ec)), "keyUsage": []any{"t"}}, map[string]any{"subjectPk": b64(spki(t, ec)), "keyUsage": []any{}}, 5},
			"AQ==": nil,
		}}, []trust.Uses{{Of: test}, {Any: true}}, "", []string{"the key identifier is not base64"}},
		{"Norway and the United Kingdom", []any{map[string]any{"kid": id, "publicKey": b64(spki(t, ec))}, map[string]any{"kid": id, "publicKey": "AAAA"}, map[string]any{"kid": id, "publicKey": "!"}},
			[]trust.Uses{{Any: true}}, "", []string{"the public key is malformed", "the public key is not base64"}},
		{"Sweden", map[string]any{"dsc_trust_list": map[string]any{"SE": map[string]any{"keys": []any{map[string]any{"kid": b64([]byte(trust.KeyID8(der))), "x5c": []any{b64(der)}}}}}},
			[]trust.Uses{{Any: true}}, "SE", nil},
	} {
		t.Run(v.comment, func(t *testing.T) {
			l := read(t, encode(t, v.list))
			var got []trust.Uses
			for _, k := range l.Keys {
				got = append(got, k.Uses)
				if k.Country != v.country || k.Public == nil || len(k.ID) != 8 {
					t.Errorf("key %+v", k)
				}
			}
			if !reflect.DeepEqual(got, v.want) || !slices.Equal(whys(l), v.skipped) {
				t.Errorf("got %v, skipped %q", got, whys(l))
			}
			if slices.Contains(codes(l), lists.NoCountry) != (v.country == "") || !slices.Contains(codes(l), lists.NotSigned) {
				t.Errorf("problems %v", l.Problems)
			}
		})
	}
}

func TestSmartHealthCardKeys(t *testing.T) {
	jwk := func(word string, change map[string]any) map[string]any { return cardJWK(t, word, change) }
	l := read(t, encode(t, map[string]any{"keys": []any{
		jwk("a", nil), jwk("b", map[string]any{"kid": "other"}), jwk("c", map[string]any{"use": "enc"}), jwk("d", map[string]any{"d": "secret"}),
		jwk("e", map[string]any{"kty": "OKP"}), 5,
	}}))
	if len(l.Keys) != 1 || len(l.Keys[0].ID) != 32 || !l.Keys[0].Uses.Any {
		t.Errorf("got %+v", l.Keys)
	}
	want := []string{"the identifier is not the key's thumbprint", `a key for the use "enc"`, "a secret key", `the kind of key "OKP" is not supported`, `the curve "" is not supported`}
	if !slices.Equal(whys(l), want) {
		t.Errorf("skipped %q", whys(l))
	}
	if got := codes(l); !slices.Equal(got, []string{lists.NoCountry, lists.NoIssuer, lists.NotSigned, lists.SecretKey}) {
		t.Errorf("problems %v", l.Problems)
	}
}

func TestPublicSmartHealthCardKeys(t *testing.T) {
	l := read(t, public(t, "shc/jwks.json"))
	if len(l.Keys) == 0 || l.Skipped != nil {
		t.Errorf("%d keys, skipped %v", len(l.Keys), l.Skipped)
	}
}

func TestPinnedKeys(t *testing.T) {
	key := testKey(t, elliptic.P256(), "a")
	der := signer(t, "XA", "a")
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	for comment, data := range map[string][]byte{
		"a certificate": der, "a public key": spki(t, key.Public()), "a certificate in PEM": block("CERTIFICATE", der),
		"a public key in PEM, after something else": append(block("X509 CRL", nil), block("PUBLIC KEY", spki(t, key.Public()))...),
	} {
		if keys, err := lists.PinnedKeys(data); err != nil || len(keys) != 1 || !key.PublicKey.Equal(keys[0]) {
			t.Errorf("%s: %v, %v", comment, keys, err)
		}
	}
	for comment, data := range map[string]string{
		"nothing": "", "no key": "hello", "PEM of no key": string(block("X509 CRL", nil)), "a broken block": string(block("PUBLIC KEY", nil)),
		"no DID document": "{", "a document without keys": "{}", "a document with a broken key": `{"verificationMethod":[{}]}`, "too much": strings.Repeat(" ", lists.MaxSize+1),
	} {
		if keys, err := lists.PinnedKeys([]byte(data)); err == nil || keys != nil {
			t.Errorf("%s: %v", comment, keys)
		}
	}
}

// What a list says is printed; it must not reach a terminal as it is.
func TestReportsArePrintable(t *testing.T) {
	l := read(t, encode(t, []any{map[string]any{"kid": "\x1b[2J", "country": "\u202eXA", "certificateType": "\x1b]0;"}, map[string]any{"kid": strings.Repeat("x", 1000)}}))
	for _, s := range l.Skipped {
		if strings.ContainsFunc(s.Country+s.KeyID+s.Why+s.Entry, func(r rune) bool { return r < ' ' || r > '~' }) || len(s.KeyID) > 300 {
			t.Errorf("%q", s)
		}
	}
}
