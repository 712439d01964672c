package hc1_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"testing"

	oracle "github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/trust"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Every key with the identifier is tried, and who did not sign is not named.
func TestKeysWithOneIdentifier(t *testing.T) {
	text := issue(t, demo(), testCertificate())
	right := demo().Key
	other := func(country string) trust.Key {
		k := right
		k.Public, k.Country = newKey(t).Public(), country
		return k
	}
	rsaKey := right
	rsaKey.Public, rsaKey.Country = &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 2047, 1), E: 65537}, "XR"
	weak := right
	weak.Public, weak.Country = &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537}, "XW"
	strange := right
	strange.ID = "\x01\x02\x03\x04\x05\x06\x07"
	for _, v := range []struct {
		comment string
		keys    *trust.Keys
		want    error
	}{
		{"the right one", keysOf(right), nil},
		{"the right one last", keysOf(other("XB"), other("XC"), rsaKey, right), nil},
		{"the right one first", keysOf(right, other("XB")), nil},
		{"only wrong ones", keysOf(other("XB"), other("XC")), trust.ErrSignature},
		{"only one of another kind", keysOf(rsaKey), trust.ErrSignature},
		{"the right key under a shorter identifier", keysOf(strange), trust.ErrUnknownKey},
		{"no keys", new(trust.Keys), trust.ErrUnknownKey},
		{"nil", nil, trust.ErrUnknownKey},
	} {
		s, err := read(t, text).Verify(v.keys)
		if !errors.Is(err, v.want) || (err == nil) != (v.want == nil) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
		if err == nil && s.Key.Country != "XA" || err != nil && (s.Certificate != nil || s.Key.Country != "") {
			t.Errorf("%s: the key of %q", v.comment, s.Key.Country)
		}
	}
}

// message signs as COSE allows it, whatever the headers say.
func message(t *testing.T, k *ecdsa.PrivateKey, protected, unprotected map[int]any) string {
	t.Helper()
	header := []byte{}
	if protected != nil {
		header = claims(t, protected)
	}
	payload := dcc(t, person(nil))
	unsigned, err := cose.Parse(string(claims(t, []any{header, unprotected, payload, []byte{}})))
	if err != nil {
		t.Fatal(err)
	}
	r, s, err := ecdsa.Sign(rand.Reader, k, unsigned.Hash[:])
	if err != nil {
		t.Fatal(err)
	}
	sig := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	return wrap(t, claims(t, []any{header, unprotected, payload, sig}))
}

// The cases that the public test data names and has no data for, and those of CO19 to CO23.
func TestHeaders(t *testing.T) {
	k := newKey(t)
	key := func(id string) *trust.Keys { return keysOf(trust.Key{ID: id, Public: k.Public()}) }
	id, long := []byte("8 bytes!"), []byte(strings.Repeat("k", 255))
	for _, v := range []struct {
		comment                string
		protected, unprotected map[int]any
		keys                   *trust.Keys
		alg                    string
		want                   error
	}{
		{"both protected", map[int]any{1: -7, 4: id}, map[int]any{}, key("8 bytes!"), "ES256", nil},
		{"kid unprotected (CO19)", map[int]any{1: -7}, map[int]any{4: id}, key("8 bytes!"), "ES256", nil},
		{"both unprotected (CO20)", nil, map[int]any{1: -7, 4: id}, key("8 bytes!"), "ES256", nil},
		{"protected kid right, unprotected wrong (CO21)", map[int]any{1: -7, 4: id}, map[int]any{4: []byte("wrong")}, key("8 bytes!"), "ES256", nil},
		{"protected kid wrong, unprotected right (CO22)", map[int]any{1: -7, 4: []byte("wrong")}, map[int]any{4: id}, key("8 bytes!"), "ES256", trust.ErrUnknownKey},
		{"unprotected kid wrong (CO23)", map[int]any{1: -7}, map[int]any{4: []byte("wrong")}, key("8 bytes!"), "ES256", trust.ErrUnknownKey},
		{"kid of one byte", map[int]any{1: -7, 4: []byte("1")}, map[int]any{}, key("1"), "ES256", nil},
		{"kid of 255 bytes", map[int]any{1: -7, 4: long}, map[int]any{}, key(string(long)), "ES256", nil},
		{"kid that begins like another", map[int]any{1: -7, 4: id[:7]}, map[int]any{}, key("8 bytes!"), "ES256", trust.ErrUnknownKey},
		{"no kid", map[int]any{1: -7}, map[int]any{}, key(""), "ES256", trust.ErrNoKeyID},
		{"no alg", map[int]any{4: id}, map[int]any{}, key("8 bytes!"), "none", trust.ErrAlgorithm},
		{"an alg that nobody knows", map[int]any{1: -999, 4: id}, map[int]any{}, key("8 bytes!"), "alg -999", trust.ErrAlgorithm},
		{"HMAC", map[int]any{1: 5, 4: id}, map[int]any{}, key("8 bytes!"), "alg 5", trust.ErrAlgorithm},
		{"RS256", map[int]any{1: -257, 4: id}, map[int]any{}, key("8 bytes!"), "alg -257", trust.ErrAlgorithm},
		{"alg of another kind of key", map[int]any{1: -37, 4: id}, map[int]any{}, key("8 bytes!"), "PS256", trust.ErrSignature},
		{"alg of another curve", map[int]any{1: -35, 4: id}, map[int]any{}, key("8 bytes!"), "ES384", trust.ErrSignature},
		{"alg EdDSA for an ECDSA key", map[int]any{1: -8, 4: id}, map[int]any{}, key("8 bytes!"), "EdDSA", trust.ErrSignature},
		{"a critical header that is not known", map[int]any{1: -7, 4: id, 2: []int{99}, 99: 1}, map[int]any{}, key("8 bytes!"), "ES256", trust.ErrCritical},
		{"a header that is not known", map[int]any{1: -7, 3: 60, 4: id, 99: 1}, map[int]any{}, key("8 bytes!"), "ES256", nil},
	} {
		u := read(t, message(t, k, v.protected, v.unprotected))
		if u.Algorithm() != v.alg {
			t.Errorf("%s: algorithm %s, want %s", v.comment, u.Algorithm(), v.alg)
		}
		if _, err := u.Verify(v.keys); !errors.Is(err, v.want) || (err == nil) != (v.want == nil) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
		if c, err := u.SkipVerification(); err != nil || c.Subject.Name().Family != "Doe" {
			t.Errorf("%s: not even unverified: %v", v.comment, err)
		}
	}
}

// Tags 18 and 61 may be there or not (CO28, and ES), and nothing else.
func TestTags(t *testing.T) {
	m, err := cose.Sign(rand.Reader, demo().Signer, demo().Key.ID, dcc(t, person(nil)))
	if err != nil {
		t.Fatal(err)
	}
	bare := string(m[1:])
	for tags, code := range map[string]string{
		"": "", "\xd2": "", "\xd8\x3d\xd2": "",
		"\xd8\x3d": "cose_tag", "\xd8\x62": "cose_tag", "\xd2\xd2": "cose_shape", "\xd9\xd9\xf7": "cose_tag",
	} {
		u, err := hc1.Read(wrap(t, []byte(tags+bare)))
		if code != "" {
			var e *hc1.Error
			if !errors.As(err, &e) || e.Code() != code {
				t.Errorf("tags %x: %v, want %s", tags, err, code)
			}
			continue
		}
		if err != nil {
			t.Errorf("tags %x: %v", tags, err)
		} else if _, err := u.Verify(keysOf(demo().Key)); err != nil {
			t.Errorf("tags %x: %v", tags, err)
		}
	}
}

// A signature under a key that proves nothing is neither accepted nor called false.
func TestWeakKeys(t *testing.T) {
	strong, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := issuerOf(strong, "rsa")
	u := read(t, issue(t, i, testCertificate()))
	rsaOf := func(bits int, country string) trust.Key {
		return trust.Key{ID: "rsa", Country: country, Public: &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}}
	}
	for _, v := range []struct {
		comment string
		keys    *trust.Keys
		weak    bool
		want    error
	}{
		{"RSA-1024 (three certificates of MK)", keysOf(rsaOf(1024, "XW")), true, trust.ErrAlgorithm},
		{"RSA-8192", keysOf(rsaOf(8192, "XW")), true, trust.ErrAlgorithm},
		{"RSA-2048 that did not sign", keysOf(rsaOf(2048, "XB")), false, trust.ErrSignature},
		{"RSA-2048 that did not sign, and a weak one that may have", keysOf(rsaOf(1024, "XW"), rsaOf(2048, "XB")), true, trust.ErrAlgorithm},
		{"a weak one, and the right one", keysOf(rsaOf(1024, "XW"), i.Key), false, nil},
	} {
		_, err := u.Verify(v.keys)
		if !errors.Is(err, v.want) || errors.Is(err, hc1.ErrWeakKey) != v.weak || errors.Is(err, trust.ErrSignature) != (v.want == trust.ErrSignature) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
}

// One code may be verified by many at once.
func TestVerifyingInParallel(t *testing.T) {
	u, keys := read(t, issue(t, demo(), testCertificate())), keysOf(demo().Key)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				if _, err := u.Verify(keys); err != nil {
					t.Error(err)
				}
				if _, err := demo().Issue(vaccinationCertificate(), rand.Reader); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

// The hash names what was signed, whoever signs it again and however it is packed.
func TestHash(t *testing.T) {
	payload := dcc(t, person(nil))
	a, b := verify(t, signed(t, payload)), verify(t, signed(t, payload))
	if a.Certificate.Carrier.Hash != b.Certificate.Carrier.Hash || string(a.Signature) == string(b.Signature) {
		t.Error("two signatures of one content: not the same hash, or one signature")
	}
	h, err := hex.DecodeString(a.Certificate.Carrier.Hash)
	if err != nil || len(h) != 32 {
		t.Errorf("hash %q", a.Certificate.Carrier.Hash)
	}
	protected := claims(t, map[int]any{1: -7, 4: []byte(demo().Key.ID)})
	tbs := claims(t, []any{"Signature1", protected, []byte{}, payload})
	sum := crypto.SHA256.New()
	sum.Write(tbs)
	if string(sum.Sum(nil)) != string(h) {
		t.Error("the hash is not that of the Sig_structure")
	}
}

func TestJSONIsTheFormatsOwnContent(t *testing.T) {
	text := `{"ver":"1.3.0","nam":{"fn":"d'Arsøns \"x\""},"t":[{"dn":2,"sc":"2026-02-28T17:30:00Z","x":[null,true,"AQI"]}]}`
	content := []byte("\xa3\x63ver\x651.3.0\x63nam\xa1\x62fn\x6d" + "d'Ars\xc3\xb8ns \"x\"" + "\x61t\x81\xa3\x62dn\xf9\x40\x00\x62sc\xc0\x742026-02-28T17:30:00Z\x61x\x83\xf6\xf5\x42\x01\x02")
	raw := append(oraclePrefix(t), content...)
	if got, err := hc1.JSON(string(raw)); err != nil || string(got) != text {
		t.Errorf("%s, %v, want %s", got, err, text)
	}
	for raw, code := range map[string]string{
		"": "cbor_truncated", "\xa1": "cbor_truncated", "\x80": "cwt_shape", "\xa1\x04\x61x": "cwt_claim",
		"\xa1\x39\x01\x03\xa1\x01\xf9\x7e\x00": "payload_number", strings.Repeat("\x00", hc1.MaxContent+1): "cbor_too_large",
	} {
		_, err := hc1.JSON(raw)
		var e *hc1.Error
		if !errors.As(err, &e) || e.Code() != code {
			t.Errorf("%.20x: %v, want %s", raw, err, code)
		}
		if issues := hc1.Schema(raw); code != "payload_number" && (len(issues) != 1 || issues[0].What != code) {
			t.Errorf("%.20x: schema says %v", raw, issues)
		}
	}
}

// oraclePrefix is a payload up to the content of a European certificate.
func oraclePrefix(t *testing.T) []byte {
	t.Helper()
	b, err := oracle.Marshal(map[int]any{-260: map[int]any{1: nil}})
	if err != nil {
		t.Fatal(err)
	}
	return b[:len(b)-1]
}

// The bounds that the package promises.
func TestMemory(t *testing.T) {
	text, keys := issue(t, demo(), testCertificate()), keysOf(demo().Key)
	if n := testing.AllocsPerRun(100, func() {
		u, err := hc1.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := u.Verify(keys); err != nil {
			t.Fatal(err)
		}
	}); n > 60 {
		t.Errorf("verifying takes %v allocations", n)
	}
	for name, text := range map[string]string{
		"a bomb":                      wrap(t, make([]byte, 10<<20)),
		"as large as allowed":         wrap(t, append([]byte("\x59\xff\xfd"), make([]byte, hc1.MaxContent-3)...)),
		"ten thousand deep":           wrap(t, bytes.Repeat([]byte("\x81"), 10000)),
		"a text of the greatest size": "HC1:" + strings.Repeat("0", hc1.MaxText-4),
		"many chunks":                 wrap(t, bytes.Repeat([]byte("\x7f\x60"), 20000)),
	} {
		const times = 20
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range times {
			if _, err := hc1.Read(text); err == nil {
				t.Errorf("%s was read", name)
			}
		}
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) / times; n > 1<<18 {
			t.Errorf("%s takes %d bytes", name, n)
		}
	}
}
