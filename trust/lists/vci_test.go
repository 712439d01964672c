package lists_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// cardJWK is the key of a word, as an issuer of SMART Health Cards publishes it, changed.
func cardJWK(t testing.TB, word string, change map[string]any) map[string]any {
	t.Helper()
	b, err := testKey(t, elliptic.P256(), word).PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x, y := base64.RawURLEncoding.EncodeToString(b[1:33]), base64.RawURLEncoding.EncodeToString(b[33:])
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	m := map[string]any{"kty": "EC", "kid": base64.RawURLEncoding.EncodeToString(sum[:]), "use": "sig", "alg": "ES256", "crv": "P-256", "x": x, "y": y}
	for k, v := range change {
		m[k] = v
	}
	return m
}

// cardCertificate is the certificate of the key of a word, which names issuers.
func cardCertificate(t testing.TB, word string, issuers ...string) string {
	t.Helper()
	return b64(issued(t, pkix.Name{CommonName: "Cards of " + word}, testKey(t, elliptic.P256(), word), nil, nil, func(c *x509.Certificate) {
		for _, s := range issuers {
			u, err := url.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			c.URIs = append(c.URIs, u)
		}
	}))
}

// A key of a key set is bound to the issuer that its certificate names.
func TestKeySetsWithCertificates(t *testing.T) {
	const issuer = "https://health.norland.example/cards"
	for _, v := range []struct {
		comment, x5c string
		issuer, why  string
	}{
		{"none", "", "", ""},
		{"one that names an issuer", cardCertificate(t, "a", issuer), issuer, ""},
		{"one that names none", cardCertificate(t, "a"), "", ""},
		{"of another key", cardCertificate(t, "b", issuer), "", "the key and its certificate are not of one key"},
		{"one that names two", cardCertificate(t, "a", issuer, "https://b.example"), "", "its certificate names no issuer, or several"},
		{"one that names something else", cardCertificate(t, "a", "http://health.norland.example"), "", "its certificate names no issuer, or several"},
		{"no certificate", b64([]byte("certificate")), "", "not an X.509 certificate in DER"},
		{"no base64", "*", "", "its certificate is not base64"},
	} {
		change := map[string]any{}
		if v.x5c != "" {
			change["x5c"] = []any{v.x5c, v.x5c}
		}
		l := read(t, encode(t, map[string]any{"keys": []any{cardJWK(t, "a", change)}}))
		if v.why != "" {
			if len(l.Keys) != 0 || !slices.Equal(whys(l), []string{v.why}) {
				t.Errorf("%s: %d keys, skipped %q", v.comment, len(l.Keys), whys(l))
			}
			continue
		}
		if len(l.Keys) != 1 || l.Keys[0].Issuer != v.issuer {
			t.Errorf("%s: keys %+v, skipped %q", v.comment, l.Keys, whys(l))
			continue
		}
		if k := l.Keys[0]; v.x5c != "" && (!k.NotBefore.Equal(begin) || !k.NotAfter.Equal(end) || k.Authority != "Cards of a" || k.DER != nil) {
			t.Errorf("%s: %+v", v.comment, k)
		}
	}
}

// snapshot is a directory of three issuers; two share the key of their provider.
func snapshot(t testing.TB) []byte {
	issuer := func(iss, name string, keys ...any) map[string]any {
		return map[string]any{"issuer": map[string]any{"iss": iss, "name": name}, "keys": keys, "lastRetrieved": "2026-11-20T04:00:00Z"}
	}
	moved := issuer("https://old.c.example", "Clinic C", cardJWK(t, "c", nil))
	moved["issuer"].(map[string]any)["canonical_iss"] = "https://c.example"
	return encode(t, map[string]any{"directory": "https://directory.example", "time": "2026-11-22T04:43:50Z", "issuerInfo": []any{
		issuer("https://cards.example/a", "State of\n A \u202e", cardJWK(t, "shared", nil)),
		issuer("https://cards.example/b", "Hospital B", cardJWK(t, "shared", nil), cardJWK(t, "b", map[string]any{"use": "enc"})),
		moved, issuer("cards.example", "no URL", cardJWK(t, "d", nil)),
		issuer("https://e.example", "E", cardJWK(t, "e", map[string]any{"x5c": []any{cardCertificate(t, "e", "https://other.example")}})),
	}})
}

func TestDirectoryOfIssuers(t *testing.T) {
	l := read(t, snapshot(t))
	if l.Kind != lists.VCI || !l.Issued.Equal(time.Date(2026, 11, 22, 4, 43, 50, 0, time.UTC)) {
		t.Errorf("%s of %s", l.Kind, l.Issued)
	}
	var got []string
	for _, k := range l.Keys {
		got = append(got, k.Issuer+" "+k.Authority)
	}
	if want := []string{"https://cards.example/a State of A", "https://cards.example/b Hospital B", "https://old.c.example Clinic C"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	want := []string{`a key for the use "enc"`, "no issuer that a card could name: iss is no URL of https", "its certificate names another issuer"}
	if !slices.Equal(whys(l), want) {
		t.Errorf("skipped %q", whys(l))
	}
	if set := l.Set(); set.Len() != 3 || len(set.Find(l.Keys[0].ID)) != 2 {
		t.Error("one key of two issuers is two keys")
	}

	places := read(t, encode(t, map[string]any{"issuer_metadata": []any{
		map[string]any{"canonical_iss": "https://cards.example/a", "locations": []any{map[string]any{"country": "JPN"}, map[string]any{"country": "JP"}}},
		map[string]any{"canonical_iss": "https://cards.example/b", "locations": []any{map[string]any{"country": "US"}, map[string]any{"country": "IE"}, map[string]any{"country": "US"}}},
		map[string]any{"canonical_iss": "https://c.example", "locations": []any{map[string]any{"country": "XA"}}},
		map[string]any{"canonical_iss": "https://e.example"}, 5,
	}}))
	if places.Kind != lists.VCIMetadata || len(places.Countries) != 2 || len(places.Skipped) != 3 {
		t.Errorf("%s: %v, skipped %q", places.Kind, places.Countries, whys(places))
	}
	lists.Locate([]lists.List{l, places})
	if a, b, c := l.Keys[0], l.Keys[1], l.Keys[2]; a.Country != "JP" || a.Demo || b.Country != "" || c.Country != "XA" || !c.Demo {
		t.Errorf("countries %q %q %q", a.Country, b.Country, c.Country)
	}
}

// A list whose signature stands beside it is proven by it, and by nothing else.
func TestDetachedSignatures(t *testing.T) {
	data := snapshot(t)
	sum512 := sha512.Sum512(data)
	sum256 := sha256.Sum256(data)
	big, small := testKey(t, elliptic.P521(), "a"), testKey(t, elliptic.P256(), "a")
	ed := ed25519.NewKeyFromSeed(make([]byte, 32))
	sign := func(k *ecdsa.PrivateKey, sum []byte) []byte {
		sig, err := ecdsa.SignASN1(rand.Reader, k, sum)
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
	for _, v := range []struct {
		comment string
		sig     []byte
		pins    []crypto.PublicKey
		proven  int
	}{
		{"P-521 over SHA-512, as the directory is signed", sign(big, sum512[:]), []crypto.PublicKey{big.Public()}, 1},
		{"P-256 over SHA-256", sign(small, sum256[:]), []crypto.PublicKey{big.Public(), small.Public()}, 1},
		{"Ed25519", ed25519.Sign(ed, data), []crypto.PublicKey{ed.Public()}, 1},
		{"another hash", sign(small, sum512[:]), []crypto.PublicKey{small.Public()}, 0},
		{"another key", sign(big, sum512[:]), []crypto.PublicKey{small.Public()}, 0},
		{"no key", sign(big, sum512[:]), nil, 0},
		{"no signature", nil, []crypto.PublicKey{big.Public(), ed.Public()}, 0},
	} {
		l, err := lists.ReadDetached("test", data, v.sig, v.pins...)
		if err != nil || len(l.Proven) != v.proven || len(l.Keys) != 3 {
			t.Errorf("%s: %v, proven by %v", v.comment, err, l.Proven)
		}
		if got := slices.Contains(codes(l), lists.NotProven); got != (v.proven == 0) || slices.Contains(codes(l), lists.NotSigned) {
			t.Errorf("%s: problems %v", v.comment, l.Problems)
		}
	}
	if _, err := lists.ReadDetached("test", data, nil, "no key"); err == nil {
		t.Error("a pinned key of an unknown type was ignored")
	}
	changed := []byte(strings.Replace(string(data), "Hospital B", "Hospital C", 1))
	if l, err := lists.ReadDetached("test", changed, sign(big, sum512[:]), big.Public()); err != nil || l.Proven != nil {
		t.Error("a changed list is proven")
	}
}

// A text of ours binds a key to its issuer, and takes authorities.
func TestATextBindsAKeyToItsIssuer(t *testing.T) {
	l := read(t, snapshot(t))
	ca := issued(t, pkix.Name{Country: []string{"XA"}}, testKey(t, elliptic.P256(), "ca"), nil, nil, func(c *x509.Certificate) {
		authority(c)
		c.SubjectKeyId = []byte("twenty bytes of a key")
	})
	csca, err := lists.Authority(ca)
	if err != nil || csca.ID != "twenty bytes of a key" || csca.Uses.Any || !slices.Equal(csca.Uses.Of, []trust.Use{trust.SealAuthority}) {
		t.Fatalf("%v: %+v", err, csca)
	}
	text := lists.Text{Jurisdiction: "XA", Demo: true, Issued: begin, Until: end, Entries: []lists.Entry{{Key: &csca}}}
	for i := range l.Keys {
		l.Keys[i].Country = "XA"
		text.Entries = append(text.Entries, lists.Entry{Key: &l.Keys[i]})
	}
	b, err := text.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again := read(t, b)
	if len(again.Keys) != 4 || len(again.Skipped) != 0 || slices.ContainsFunc(codes(again), func(c string) bool { return c != lists.NotSigned }) {
		t.Fatalf("%d keys, skipped %q, problems %v", len(again.Keys), whys(again), again.Problems)
	}
	for i, k := range again.Keys {
		want := csca
		if i > 0 {
			want = l.Keys[i-1]
		}
		if k.ID != want.ID || k.Issuer != want.Issuer || k.Authority != want.Authority {
			t.Errorf("key %d: %+v", i, k)
		}
	}
	if !strings.Contains(string(b), "\n  authority Hospital B\n  issuer https://cards.example/b\n  uses any\n") {
		t.Errorf("the text is\n%s", b)
	}
}
