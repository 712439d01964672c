package cose_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"strings"
	"sync"
	"testing"

	oracle "github.com/fxamacker/cbor/v2"

	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
)

// signers are one key for each algorithm, made once.
var signers = sync.OnceValue(func() map[string]crypto.Signer {
	keys := make(map[string]crypto.Signer)
	for name, c := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			panic(err)
		}
		keys[name] = k
	}
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	keys["PS256"] = k
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	keys["EdDSA"] = e
	return keys
})

func sign(t testing.TB, name, kid, payload string) string {
	t.Helper()
	b, err := cose.Sign(rand.Reader, signers()[name], kid, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatIsSignedVerifies(t *testing.T) {
	for name, key := range signers() {
		for range 20 { // r and s with leading zeros come by chance
			m, err := cose.Parse(sign(t, name, "8 bytes!", "content"))
			if err != nil {
				t.Fatal(err)
			}
			if m.Alg.String() != name || m.KeyID != "8 bytes!" || m.Payload != "content" {
				t.Errorf("%s: read as %s, %q, %q", name, m.Alg, m.KeyID, m.Payload)
			}
			if err := m.Verify(key.Public()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		m, err := cose.Parse(sign(t, name, "k", "content"))
		if err != nil {
			t.Fatal(err)
		}
		for other, k := range signers() {
			if err := m.Verify(k.Public()); other != name && !errors.Is(err, cose.ErrSignature) {
				t.Errorf("%s under a key of %s: %v", name, other, err)
			}
		}
	}
}

// The oracle prints the same Sig_structure, and the standard library verifies it.
func TestSignedBytesAreThoseOfTheRFC(t *testing.T) {
	m, err := cose.Parse(sign(t, "ES256", "kid", "content"))
	if err != nil {
		t.Fatal(err)
	}
	tbs, err := oracle.Marshal([]any{"Signature1", []byte(m.Protected), []byte{}, []byte(m.Payload)})
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(tbs); sum != m.Hash {
		t.Errorf("hash %x, want %x", m.Hash, sum)
	}
	r, s := new(big.Int).SetBytes([]byte(m.Signature[:32])), new(big.Int).SetBytes([]byte(m.Signature[32:]))
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	if !ecdsa.VerifyASN1(signers()["ES256"].Public().(*ecdsa.PublicKey), m.Hash[:], der) {
		t.Error("the standard library does not verify it")
	}
	var header map[int]any
	if err := oracle.Unmarshal([]byte(m.Protected), &header); err != nil || len(header) != 2 {
		t.Errorf("protected header %x: %v, %v", m.Protected, header, err)
	}
}

// The example ecdsa-sig-01 of the COSE working group: ES256, kid "11", a content type.
func TestPublishedExample(t *testing.T) {
	const text = "d28445a201260300a10442313154546869732069732074686520636f6e74656e742e5840" +
		"6520bbaf2081d7e0ed0f95f76eb0733d667005f7467cec4b87b9381a6ba1ede8e00df29f32a37230f39a842a54821fdd223092819d7728efb9d3a0080b75380b"
	x, _ := new(big.Int).SetString("bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff", 16)
	y, _ := new(big.Int).SetString("20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e", 16)
	raw := append([]byte{4}, append(x.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32))...)...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cose.Parse(string(b))
	if err != nil || m.KeyID != "11" || m.Payload != "This is the content." {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := m.Verify(key); err != nil {
		t.Error(err)
	}
}

// message prints a COSE_Sign1 array of these parts with the oracle.
func message(t testing.TB, protected []byte, unprotected, payload, sig any) string {
	t.Helper()
	b, err := oracle.Marshal([]any{protected, unprotected, payload, sig})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func header(t testing.TB, h map[int]any) []byte {
	t.Helper()
	b, err := oracle.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHeadersAreReadWhereTheyStand(t *testing.T) {
	none := map[int]any{}
	sig := make([]byte, 64)
	for _, v := range []struct {
		comment     string
		protected   []byte
		unprotected map[int]any
		alg         cose.Alg
		kid         string
	}{
		{"both protected", header(t, map[int]any{1: -7, 4: []byte("P")}), none, cose.ES256, "P"},
		{"kid unprotected (BG, CZ, DE, LV, SM, SK; CO19)", header(t, map[int]any{1: -37}), map[int]any{4: []byte("U")}, cose.PS256, "U"},
		{"both unprotected, protected header of no bytes (CO20)", nil, map[int]any{1: -7, 4: []byte("U")}, cose.ES256, "U"},
		{"both unprotected, protected header an empty map", header(t, none), map[int]any{1: -7, 4: []byte("U")}, cose.ES256, "U"},
		{"kid in both: the protected wins (CO21, CO22)", header(t, map[int]any{1: -7, 4: []byte("P")}), map[int]any{4: []byte("U")}, cose.ES256, "P"},
		{"alg in both: the protected wins", header(t, map[int]any{1: -7, 4: []byte("P")}), map[int]any{1: -37}, cose.ES256, "P"},
		{"kid of no bytes is none", header(t, map[int]any{1: -7, 4: []byte{}}), none, cose.ES256, ""},
		{"kid of one byte", header(t, map[int]any{1: -7, 4: []byte("1")}), none, cose.ES256, "1"},
		{"kid of 255 bytes", header(t, map[int]any{1: -7, 4: bytes.Repeat([]byte("k"), 255)}), none, cose.ES256, strings.Repeat("k", 255)},
		{"content type and unknown headers (ES, GR, HR, SK)", header(t, map[int]any{1: -7, 3: 60, 4: []byte("P"), 33: []byte("x"), -70001: "y"}), none, cose.ES256, "P"},
		{"no alg", header(t, map[int]any{4: []byte("P")}), none, 0, "P"},
		{"alg by name", header(t, map[int]any{1: "ES256", 4: []byte("P")}), map[int]any{1: -7}, 0, "P"},
		{"nothing", nil, none, 0, ""},
		{"critical, and known", header(t, map[int]any{1: -7, 2: []int{1, 4}, 4: []byte("P")}), none, cose.ES256, "P"},
	} {
		m, err := cose.Parse(message(t, append([]byte{}, v.protected...), v.unprotected, []byte("content"), sig))
		if err != nil {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if m.Alg != v.alg || m.KeyID != v.kid {
			t.Errorf("%s: %v, %q, want %v, %q", v.comment, m.Alg, m.KeyID, v.alg, v.kid)
		}
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	ok, none, sig := header(t, map[int]any{1: -7, 4: []byte("P")}), map[int]any{}, make([]byte, 64)
	good := message(t, ok, none, []byte("content"), sig)
	for _, v := range []struct {
		comment, text string
		want          error
	}{
		{"nothing", "", cbor.ErrTruncated},
		{"bytes after it", good + "\x00", cbor.ErrTrailing},
		{"a map", "\xa0", cose.ErrShape},
		{"three parts", "\x83" + good[1:len(good)-66], cose.ErrShape},
		{"five parts", "\x85" + good[1:] + "\x00", cose.ErrShape},
		{"payload elsewhere", message(t, ok, none, nil, sig), cose.ErrDetached},
		{"payload is text", message(t, ok, none, "content", sig), cose.ErrShape},
		{"signature is text", message(t, ok, none, []byte("content"), "sig"), cose.ErrShape},
		{"unprotected header is an array", message(t, ok, []int{}, []byte("content"), sig), cose.ErrShape},
		{"protected header is an array", message(t, []byte("\x80"), none, []byte("content"), sig), cose.ErrHeader},
		{"protected header is no CBOR", message(t, []byte("\xa1"), none, []byte("content"), sig), cbor.ErrTruncated},
		{"protected header and more", message(t, append(ok[:len(ok):len(ok)], 0), none, []byte("content"), sig), cbor.ErrTrailing},
		{"alg is bytes", message(t, header(t, map[int]any{1: []byte("x")}), none, []byte("content"), sig), cose.ErrHeader},
		{"kid is text", message(t, header(t, map[int]any{1: -7, 4: "P"}), none, []byte("content"), sig), cose.ErrHeader},
		{"kid of 256 bytes", message(t, header(t, map[int]any{4: make([]byte, 256)}), none, []byte("content"), sig), cose.ErrHeader},
		{"critical header that is neither number nor name", message(t, header(t, map[int]any{1: -7, 2: []any{nil}}), none, []byte("content"), sig), cose.ErrHeader},
		{"critical header that is a number alone", message(t, header(t, map[int]any{1: -7, 2: 1}), none, []byte("content"), sig), cose.ErrHeader},
		{"critical header with a name that is not there", message(t, header(t, map[int]any{1: -7, 2: []string{"x"}}), none, []byte("content"), sig), cose.ErrHeader},
		{"critical header that is not there", message(t, header(t, map[int]any{1: -7, 2: []int{4}}), none, []byte("content"), sig), cose.ErrHeader},
		{"no critical header listed", message(t, header(t, map[int]any{1: -7, 2: []int{}}), none, []byte("content"), sig), cose.ErrHeader},
		{"critical, and not protected", message(t, ok, map[int]any{2: []int{1}}, []byte("content"), sig), cose.ErrHeader},
		{"tag of COSE_Sign", "\xd8\x62" + good, cose.ErrTag},
		{"tag of COSE_Mac0", "\xd1" + good, cose.ErrTag},
		{"tag 18 twice", "\xd2\xd2" + good, cose.ErrShape},
		{"tag 61 alone", "\xd8\x3d" + good, cose.ErrTag},
		{"tag 18 around 61", "\xd2\xd8\x3d" + good, cose.ErrShape},
		{"two algs", message(t, []byte("\xa2\x01\x26\x01\x38\x24"), none, []byte("content"), sig), cbor.ErrDuplicate},
	} {
		if m, err := cose.Parse(v.text); !errors.Is(err, v.want) || m != (cose.Message{}) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
	for _, tags := range []string{"", "\xd2", "\xd8\x3d\xd2"} {
		if m, err := cose.Parse(tags + good); err != nil || m.KeyID != "P" {
			t.Errorf("tags %x: %v", tags, err)
		}
	}
}

// Whoever signs may say that a header must be understood; then nobody else may ignore it.
func TestCriticalHeaderThatIsNotKnown(t *testing.T) {
	key := signers()["ES256"].(*ecdsa.PrivateKey)
	for _, v := range []struct {
		comment string
		header  map[any]any
		want    error
	}{
		{"known", map[any]any{1: -7, 2: []any{1}}, nil},
		{"a number", map[any]any{1: -7, 2: []any{1, 99}, 99: 1}, cose.ErrCritical},
		{"a number beyond one byte", map[any]any{1: -7, 2: []any{-70000}, -70000: 1}, cose.ErrCritical},
		{"a name", map[any]any{1: -7, 2: []any{"x"}, "x": 1}, cose.ErrCritical},
	} {
		protected, err := oracle.Marshal(v.header)
		if err != nil {
			t.Fatal(err)
		}
		unsigned, err := cose.Parse(message(t, protected, map[int]any{}, []byte("content"), make([]byte, 64)))
		if err != nil {
			t.Fatal(err)
		}
		r, s, err := ecdsa.Sign(rand.Reader, key, unsigned.Hash[:])
		if err != nil {
			t.Fatal(err)
		}
		sig := append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		m, err := cose.Parse(message(t, protected, map[int]any{}, []byte("content"), sig))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(key.Public()); !errors.Is(err, v.want) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
}

// A signature in a form that is not COSE's, or under a key of another kind, does not verify.
func TestSignaturesThatDoNotCount(t *testing.T) {
	key := signers()["ES256"]
	pub := key.Public()
	good, err := cose.Parse(sign(t, "ES256", "k", "content"))
	if err != nil {
		t.Fatal(err)
	}
	r, s := good.Signature[:32], good.Signature[32:]
	der, err := key.Sign(rand.Reader, good.Hash[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	n := elliptic.P256().Params().N
	high := new(big.Int).Sub(n, new(big.Int).SetBytes([]byte(s))).FillBytes(make([]byte, 32))
	over := new(big.Int).Add(n, big.NewInt(1)).FillBytes(make([]byte, 32))
	zero := strings.Repeat("\x00", 32)
	for _, v := range []struct {
		comment, sig string
		want         error
	}{
		{"as signed", r + s, nil},
		{"s replaced by n-s: COSE does not forbid it", r + string(high), nil},
		{"nothing", "", cose.ErrSignature},
		{"DER", string(der), cose.ErrSignature},
		{"a byte more", r + s + "\x00", cose.ErrSignature},
		{"a byte less", (r + s)[1:], cose.ErrSignature},
		{"as wide as P-384", zero[:16] + r + zero[:16] + s, cose.ErrSignature},
		{"exchanged", s + r, cose.ErrSignature},
		{"zero", zero + zero, cose.ErrSignature},
		{"r zero", zero + s, cose.ErrSignature},
		{"s zero", r + zero, cose.ErrSignature},
		{"r beyond the order", string(over) + s, cose.ErrSignature},
		{"all ones", strings.Repeat("\xff", 64), cose.ErrSignature},
	} {
		m := good
		m.Signature = v.sig
		if err := m.Verify(pub); !errors.Is(err, v.want) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
	for _, alg := range []cose.Alg{0, -999, -257, -65535, 5, -47} {
		m := good
		m.Alg = alg
		if err := m.Verify(pub); !errors.Is(err, cose.ErrAlgorithm) || alg.Known() {
			t.Errorf("%s: %v", alg, err)
		}
	}
	for _, k := range []crypto.PublicKey{nil, 5, ed25519.PublicKey("short"), *pub.(*ecdsa.PublicKey), &ecdsa.PublicKey{}, &rsa.PublicKey{}} {
		for _, alg := range []cose.Alg{cose.ES256, cose.ES384, cose.ES512, cose.PS256, cose.PS384, cose.PS512, cose.EdDSA} {
			m := good
			m.Alg = alg
			if err := m.Verify(k); !errors.Is(err, cose.ErrSignature) {
				t.Errorf("%s under %T: %v", alg, k, err)
			}
		}
	}
}

// PS384 and PS512 are verified, though not issued; RSA keys must be of a sane size.
func TestRSA(t *testing.T) {
	key := signers()["PS256"].(*rsa.PrivateKey)
	for alg, hash := range map[cose.Alg]crypto.Hash{cose.PS256: crypto.SHA256, cose.PS384: crypto.SHA384, cose.PS512: crypto.SHA512} {
		protected := header(t, map[int]any{1: int(alg), 4: []byte("k")})
		tbs, err := oracle.Marshal([]any{"Signature1", protected, []byte{}, []byte("content")})
		if err != nil {
			t.Fatal(err)
		}
		h := hash.New()
		h.Write(tbs)
		for salt, want := range map[int]error{hash.Size(): nil, hash.Size() - 1: cose.ErrSignature, 1: cose.ErrSignature} {
			sig, err := rsa.SignPSS(rand.Reader, key, hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: salt})
			if err != nil {
				t.Fatal(err)
			}
			m, err := cose.Parse(message(t, protected, map[int]any{}, []byte("content"), sig))
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Verify(key.Public()); !errors.Is(err, want) {
				t.Errorf("%s with a salt of %d: %v, want %v", alg, salt, err, want)
			}
		}
	}
	m, err := cose.Parse(sign(t, "PS256", "k", "content"))
	if err != nil {
		t.Fatal(err)
	}
	for bits, want := range map[int]error{1024: cose.ErrKeySize, 2047: cose.ErrKeySize, 2049: cose.ErrSignature, 4097: cose.ErrKeySize} {
		weak := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537}
		if err := m.Verify(weak); !errors.Is(err, want) {
			t.Errorf("RSA of %d bits: %v, want %v", bits, err, want)
		}
	}
}

// odd is a signer that returns what it is told to.
type odd struct {
	crypto.Signer
	sig []byte
}

func (o odd) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return o.sig, nil }

func TestAnOddSignerIsRefused(t *testing.T) {
	key := signers()["ES256"]
	seq := func(r, s *big.Int) []byte {
		b, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, wide := big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 256)
	for _, v := range []struct {
		comment string
		sig     []byte
		ok      bool
	}{
		{"small numbers are filled up", seq(one, one), true},
		{"r zero", seq(new(big.Int), one), false},
		{"s negative", seq(one, big.NewInt(-1)), false},
		{"r too wide", seq(wide, one), false},
		{"fixed width instead of DER", make([]byte, 64), false},
		{"bytes after it", append(seq(one, one), 0), false},
		{"three numbers", []byte{0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1}, false},
		{"one number", []byte{0x30, 3, 2, 1, 1}, false},
		{"cut", []byte{0x30, 6, 2, 1, 1, 2, 1}, false},
		{"length cut", []byte{0x30, 0x81}, false},
		{"no length", []byte{0x30}, false},
		{"long length", []byte{0x30, 0x82, 0, 6, 2, 1, 1, 2, 1, 1}, false},
		{"nothing", nil, false},
	} {
		b, err := cose.Sign(rand.Reader, odd{key, v.sig}, "k", []byte("content"))
		if (err == nil) != v.ok {
			t.Errorf("%s: %x, %v", v.comment, b, err)
		}
		if err == nil && !bytes.HasSuffix(b, append(append(make([]byte, 31), 1), append(make([]byte, 31), 1)...)) {
			t.Errorf("%s: %x", v.comment, b)
		}
	}
	if _, err := cose.Sign(rand.Reader, key, "", nil); err == nil {
		t.Error("signed without a key id")
	}
	small := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 3}}
	if _, err := cose.Sign(rand.Reader, small, "k", nil); !errors.Is(err, cose.ErrKeySize) {
		t.Errorf("signed with RSA-1024: %v", err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cose.Sign(rand.Reader, p224, "k", nil); !errors.Is(err, cose.ErrAlgorithm) {
		t.Errorf("signed with P-224: %v", err)
	}
}

// No change of one bit of what is signed, or of the signature, verifies.
func TestEveryBitCounts(t *testing.T) {
	text := sign(t, "ES256", "k", "content")
	pub := signers()["ES256"].Public()
	good, err := cose.Parse(text)
	if err != nil || good.Verify(pub) != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range len(text) * 8 {
		b := []byte(text)
		b[i/8] ^= 1 << (i % 8)
		m, err := cose.Parse(string(b))
		if err != nil || m.Verify(pub) != nil {
			n++
			continue
		}
		if m.Payload != good.Payload || m.Protected != good.Protected {
			t.Errorf("bit %d: another message verifies", i)
		}
	}
	if n < len(text)*8-8 {
		t.Errorf("%d of %d changes were refused", n, len(text)*8)
	}
}

func FuzzCOSE(f *testing.F) {
	for name := range signers() {
		f.Add(sign(f, name, "8 bytes!", "content"))
	}
	f.Add("\xd8\x3d\xd2\x84\x40\xa0\x40\x40")
	f.Add("\x84\x43\xa1\x01\x26\xa1\x04\x42\x31\x31\x41\x00\x40")
	f.Add("\xd2\x84\x58\x09\xa3\x01\x26\x02\x81\x18\x63\x18\x63\x00\xa0\x40\x40")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := cose.Parse(s)
		if err != nil {
			if m != (cose.Message{}) {
				t.Error("half a message with an error")
			}
			return
		}
		// What was read, written anew in the plain form, is the same message.
		var unprotected = map[int]any{}
		if len(m.KeyID) > 0 {
			unprotected[4] = []byte(m.KeyID)
		}
		plain, err := cose.Parse(message(t, []byte(m.Protected), unprotected, []byte(m.Payload), []byte(m.Signature)))
		if err != nil || plain.Hash != m.Hash || plain.KeyID != m.KeyID || plain.Payload != m.Payload || plain.Signature != m.Signature {
			t.Errorf("%x: read as %+v, anew as %+v, %v", s, m, plain, err)
		}
		for _, k := range signers() {
			_ = m.Verify(k.Public()) // must not panic
		}
	})
}

func BenchmarkParse(b *testing.B) {
	text := sign(b, "ES256", "8 bytes!", strings.Repeat("x", 330))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cose.Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
