package jws_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
)

// RFC 7515 appendix A.3: the example's text and key.
const (
	rfcText = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
	rfcX    = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	rfcY    = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
)

func rfcKey(t testing.TB) *ecdsa.PublicKey {
	t.Helper()
	x, errX := jws.Decode(rfcX)
	y, errY := jws.Decode(rfcY)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestExampleOfTheRFC(t *testing.T) {
	m, err := jws.Parse([]byte(rfcText))
	if err != nil {
		t.Fatal(err)
	}
	if alg, _ := m.Header.Get("alg").Text(); alg != "ES256" {
		t.Errorf("alg %q", alg)
	}
	if err := jws.ES256.Verify(rfcKey(t), m.Signed, m.Signature); err != nil {
		t.Error(err)
	}
	if !strings.Contains(string(m.Payload), "joe") {
		t.Error("payload")
	}
}

// Every byte of the text counts.
func TestTampered(t *testing.T) {
	key, judged := rfcKey(t), 0
	for i := range rfcText {
		for _, c := range "Aa0.=\n" {
			if byte(c) == rfcText[i] {
				continue
			}
			m, err := jws.Parse([]byte(rfcText[:i] + string(c) + rfcText[i+1:]))
			if err == nil && jws.ES256.Verify(key, m.Signed, m.Signature) == nil {
				t.Errorf("byte %d may be %q", i, c)
			}
			judged++
		}
	}
	if judged < 1000 {
		t.Errorf("judged %d", judged)
	}
}

// Each algorithm signs and verifies with its own curve, and with no other.
func TestAlgorithms(t *testing.T) {
	text := []byte("text")
	algs := map[jws.Alg]elliptic.Curve{jws.ES256: elliptic.P256(), jws.ES384: elliptic.P384(), jws.ES512: elliptic.P521()}
	for alg, curve := range algs {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 { // some have leading zeros
			sig, err := jws.Sign(rand.Reader, k, text)
			if err != nil || len(sig) != alg.Size() {
				t.Fatalf("%s: %v, %d bytes", alg, err, len(sig))
			}
			for other := range algs {
				if err := other.Verify(k.Public(), text, string(sig)); (err == nil) != (other == alg) {
					t.Errorf("%s under %s: %v", alg, other, err)
				}
			}
		}
	}
}

// A signature of other lengths, of zeros, or beside the order of the curve does
// not verify, and an algorithm that is not known says nothing.
func TestRefusesSignatures(t *testing.T) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("text")
	sig, err := jws.Sign(rand.Reader, k, text)
	if err != nil {
		t.Fatal(err)
	}
	der, err := k.Sign(rand.Reader, make([]byte, 32), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	order := elliptic.P256().Params().N
	wrapped := append(new(big.Int).SetBytes(sig[:32]).FillBytes(make([]byte, 32)), order.Bytes()...)
	for comment, s := range map[string][]byte{
		"none": nil, "short": sig[:63], "long": append(append([]byte{}, sig...), 0), "zeros": make([]byte, 64),
		"s is the order": wrapped, "DER": der,
	} {
		if err := jws.ES256.Verify(k.Public(), text, string(s)); !errors.Is(err, jws.ErrSignature) {
			t.Errorf("%s: %v", comment, err)
		}
	}
	for _, a := range []jws.Alg{"", "none", "HS256", "es256", "RS256"} {
		if err := a.Verify(k.Public(), text, string(sig)); !errors.Is(err, jws.ErrAlgorithm) || a.Known() || a.Size() != 0 {
			t.Errorf("alg %q: %v", a, err)
		}
	}
	if jws.IsDER(string(sig)) || !jws.IsDER(string(der)) || jws.IsDER(string(der)+"\x00") || jws.IsDER("") {
		t.Error("IsDER")
	}
	if err := jws.ES256.Verify(ed25519.PublicKey(make([]byte, 32)), text, string(sig)); !errors.Is(err, jws.ErrSignature) {
		t.Errorf("another kind of key: %v", err)
	}
}

// badSigner is a device that returns something else.
type badSigner struct{ crypto.Signer }

func (badSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return []byte{0x30, 0}, nil
}

func TestSignRefuses(t *testing.T) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jws.Sign(rand.Reader, badSigner{k}, nil); err == nil {
		t.Error("signs with a broken device")
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jws.Sign(rand.Reader, edwards, nil); !errors.Is(err, jws.ErrAlgorithm) {
		t.Errorf("signs with Ed25519: %v", err)
	}
}

func TestRefusesTexts(t *testing.T) {
	long := jws.Encode([]byte(`{"alg":"` + strings.Repeat("x", jws.MaxHeader) + `"}`))
	for _, v := range []struct {
		comment, text string
		want          error
	}{
		{"nothing", "", jws.ErrParts},
		{"two parts", "e30.e30", jws.ErrParts},
		{"four parts", "e30.e30.e30.e30", jws.ErrParts},
		{"padding", "e30=.e30.e30", jws.ErrBase64},
		{"a line end", "e3\n0.e30.e30", jws.ErrBase64},
		{"a space", " e30.e30.e30", jws.ErrBase64},
		{"the other alphabet", "e30.+/+/.e30", jws.ErrBase64},
		{"bits that mean nothing", "e31.e30.e30", jws.ErrBase64},
		{"a header of the wrong kind", "W10.e30.e30", jws.ErrHeader},
		{"a header that is empty", ".e30.e30", jcs.ErrTruncated},
		{"a key twice", jws.Encode([]byte(`{"alg":"ES256","alg":"none"}`)) + ".e30.e30", jcs.ErrDuplicate},
		{"a long header", long + ".e30.e30", jws.ErrHeader},
	} {
		if _, err := jws.Parse([]byte(v.text)); !errors.Is(err, v.want) {
			t.Errorf("%s: got %v, want %v", v.comment, err, v.want)
		}
	}
}

// What parses is made of its parts again, byte for byte.
func FuzzParse(f *testing.F) {
	f.Add(rfcText)
	f.Add("e30..")
	f.Add("e30.e30.e30")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := jws.Parse([]byte(text))
		if err != nil {
			return
		}
		header, err := jws.Decode(text[:strings.IndexByte(text, '.')])
		if err != nil {
			t.Fatal(err)
		}
		again, err := jws.Make(string(header), m.Payload, func(signed []byte) ([]byte, error) {
			if !bytes.Equal(signed, m.Signed) {
				t.Errorf("signs %q, not %q", signed, m.Signed)
			}
			return []byte(m.Signature), nil
		})
		if err != nil || again != text {
			t.Errorf("%q became %q, %v", text, again, err)
		}
	})
}
