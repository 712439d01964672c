package signed_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/signed"
)

// Keys of tests are derived from a word: they are known to everybody.
func edKey(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte(word))
	return ed25519.NewKeyFromSeed(h[:])
}

func ecKey(t testing.TB, curve elliptic.Curve, word string) *ecdsa.PrivateKey {
	t.Helper()
	h := sha256.Sum256([]byte(word))
	b := make([]byte, (curve.Params().BitSize+7)/8)
	copy(b[len(b)-32:], h[:])
	b[len(b)-32] &= 0x7f
	k, err := ecdsa.ParseRawPrivateKey(curve, b)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t testing.TB, data []byte, k crypto.Signer) []byte {
	t.Helper()
	b, err := signed.Sign(data, k, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func id(t testing.TB, k crypto.Signer) string {
	t.Helper()
	s, err := signed.KeyID(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const text = "pratique-example/1.0\n# Hello, Ελλάδα\nline\twith tab\n\nlast line\n"

func ExampleSign() {
	ministry := edKey("example: not a secret")
	file, err := signed.Sign([]byte("pratique-example/1.0\nAll ships may enter.\n"), ministry, nil)
	if err != nil {
		panic(err)
	}
	fmt.Print(string(file))
	f, by, err := signed.Open(file, ministry.Public())
	fmt.Println(f.Name, f.Major, f.Minor, len(by), err)
	// Output:
	// pratique-example/1.0
	// All ships may enter.
	// signature ed25519 16b4015724f841d15af84ff7871fd138134f86aa9bb26ac719d624cccdb2c649 QBEs584wdW+KvHQLm5AXgl6aKnYEeeIaAWpjrjWW/IwsRe6UtK60BeybQh1VUkHmO3FVgBKZGhrQaowPFVsjBA==
	// pratique-example 1 0 1 <nil>
}

func TestKeyIDIsTheHashOfTheSPKI(t *testing.T) {
	for _, k := range []crypto.Signer{edKey("a"), ecKey(t, elliptic.P256(), "a")} {
		der, err := x509.MarshalPKIXPublicKey(k.Public())
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.Sum256(der)
		if got, want := id(t, k), hex.EncodeToString(h[:]); got != want {
			t.Errorf("%T: got %s, want %s", k, got, want)
		}
	}
	for _, k := range []crypto.PublicKey{nil, "key", ecKey(t, elliptic.P384(), "a").Public(), ed25519.PublicKey("short"), (*ecdsa.PublicKey)(nil)} {
		if got, err := signed.KeyID(k); err == nil {
			t.Errorf("%T has the identifier %s", k, got)
		}
	}
}

func TestSignedTextOpens(t *testing.T) {
	ed, ec := edKey("a"), ecKey(t, elliptic.P256(), "b")
	file := sign(t, sign(t, []byte(text), ed), ec)
	for _, v := range []struct {
		comment string
		keys    []crypto.PublicKey
		want    []string
		err     error
	}{
		{"both signed", []crypto.PublicKey{ec.Public(), ed.Public()}, []string{id(t, ed), id(t, ec)}, nil},
		{"one is known", []crypto.PublicKey{ec.Public()}, []string{id(t, ec)}, nil},
		{"one of the known signed", []crypto.PublicKey{edKey("c").Public(), ed.Public()}, []string{id(t, ed)}, nil},
		{"none of the known signed", []crypto.PublicKey{edKey("c").Public(), ecKey(t, elliptic.P256(), "c").Public()}, nil, signed.ErrUnknownSigner},
		{"none is known", nil, nil, signed.ErrUnknownSigner},
	} {
		t.Run(v.comment, func(t *testing.T) {
			f, by, err := signed.Open(file, v.keys...)
			if !errors.Is(err, v.err) || !slices.Equal(by, v.want) {
				t.Fatalf("got %v, %v, want %v, %v", by, err, v.want, v.err)
			}
			if err != nil {
				return
			}
			if f.Name != "pratique-example" || f.Major != 1 || f.Minor != 0 || string(f.Text) != text {
				t.Errorf("got %s/%d.%d %q", f.Name, f.Major, f.Minor, f.Text)
			}
			if got, want := string(f.Body()), strings.TrimPrefix(text, "pratique-example/1.0\n"); got != want {
				t.Errorf("body %q", got)
			}
			if !bytes.Equal(f.Bytes(), file) {
				t.Error("other bytes")
			}
		})
	}
	if _, _, err := signed.Open(file, "no key"); err == nil {
		t.Error("a key of an unknown type was ignored")
	}
}

func TestUnsignedTextParsesAndDoesNotOpen(t *testing.T) {
	f, err := signed.Parse([]byte(text))
	if err != nil || len(f.Signatures) != 0 || string(f.Bytes()) != text {
		t.Fatalf("got %v, %v", f, err)
	}
	if _, _, err := signed.Open([]byte(text), edKey("a").Public()); !errors.Is(err, signed.ErrUnsigned) {
		t.Errorf("got %v", err)
	}
	if by, err := (signed.File{}).Verify(); by != nil || !errors.Is(err, signed.ErrUnsigned) {
		t.Errorf("the zero File is signed by %v, %v", by, err)
	}
}

// Whatever one byte of a signed file is changed to, the file does not open.
func TestEveryChangeIsSeen(t *testing.T) {
	for _, k := range []crypto.Signer{edKey("a"), ecKey(t, elliptic.P256(), "b")} {
		file := sign(t, []byte("a/1.0\nb\n"), k)
		for i := range file {
			for bit := range 8 {
				changed := bytes.Clone(file)
				changed[i] ^= 1 << bit
				if _, by, err := signed.Open(changed, k.Public()); err == nil || by != nil {
					t.Fatalf("byte %d, bit %d: %q opens", i, bit, changed)
				}
			}
			if _, _, err := signed.Open(file[:i], k.Public()); err == nil {
				t.Fatalf("cut to %d bytes it opens", i)
			}
		}
	}
}

func TestSignatureOfAnotherText(t *testing.T) {
	k := edKey("a")
	one, two := sign(t, []byte("a/1.0\none\n"), k), sign(t, []byte("a/1.0\ntwo\n"), k)
	line := two[bytes.Index(two, []byte("signature")):]
	if _, _, err := signed.Open(append([]byte("a/1.0\none\n"), line...), k.Public()); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("got %v", err)
	}
	// A good signature of one key does not outweigh a bad one of another.
	other := edKey("b")
	bad := bytes.ReplaceAll(line, []byte(id(t, k)), []byte(id(t, other)))
	if _, _, err := signed.Open(append(bytes.Clone(one), bad...), k.Public(), other.Public()); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("got %v", err)
	}
	if _, by, err := signed.Open(append(bytes.Clone(one), bad...), k.Public()); err != nil || len(by) != 1 {
		t.Errorf("the signature of a stranger is no matter: %v, %v", by, err)
	}
}

func TestUnknownAlgorithmNeverCounts(t *testing.T) {
	k := edKey("a")
	file := string(sign(t, []byte(text), k))
	future := strings.Replace(file, "signature ed25519", "signature mldsa44", 1)
	if _, _, err := signed.Open([]byte(future), k.Public()); !errors.Is(err, signed.ErrUnknownSigner) {
		t.Errorf("alone: %v", err)
	}
	beside := file + future[strings.Index(future, "signature"):]
	f, by, err := signed.Open([]byte(beside), k.Public())
	if err != nil || len(by) != 1 || len(f.Signatures) != 2 || string(f.Bytes()) != beside {
		t.Errorf("beside a known one: %v, %v", by, err)
	}
	wrong := strings.Replace(file, "signature ed25519", "signature es256", 1)
	if _, _, err := signed.Open([]byte(wrong), k.Public()); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("under the name of another known algorithm: %v", err)
	}
}

func TestGrammar(t *testing.T) {
	file := string(sign(t, []byte(text), edKey("a")))
	at := strings.Index(file, "signature ")
	line := file[at:]
	unknown := func(n int) string { return "signature x " + fmt.Sprintf("%064x", n) + " AA==\n" }
	var many strings.Builder
	for n := range signed.MaxSignatures {
		many.WriteString(unknown(n))
	}
	if _, err := signed.Parse([]byte(text + many.String())); err != nil {
		t.Errorf("%d signatures: %v", signed.MaxSignatures, err)
	}
	for _, v := range []struct{ comment, data string }{
		{"nothing", ""},
		{"no line end", "a/1.0"},
		{"no version", "hello\n"},
		{"no name", "/1.0\n"},
		{"a name with capitals", "A/1.0\n"},
		{"a name that begins with a digit", "1a/1.0\n"},
		{"a version with a leading zero", "a/01.0\n"},
		{"a version with a sign", "a/+1.0\n"},
		{"a negative version", "a/1.-1\n"},
		{"a version of three parts", "a/1.0.0\n"},
		{"a version of five digits", "a/10000.0\n"},
		{"a space after the version", "a/1.0 \n"},
		{"a version line of 64 bytes", strings.Repeat("a", 60) + "/1.0\n"},
		{"a byte-order mark", "\uFEFFa/1.0\n"},
		{"carriage returns", "a/1.0\r\nb\r\n"},
		{"a carriage return within", "a/1.0\nb\rc\n"},
		{"a zero byte", "a/1.0\nb\x00\n"},
		{"a C1 control", "a/1.0\nb\u0085\n"},
		{"not UTF-8", "a/1.0\nb\xff\n"},
		{"a surrogate", "a/1.0\nb\xed\xa0\x80\n"},
		{"only a signature", line},
		{"text after the signatures", file + "more\n"},
		{"an empty line after the signatures", file + "\n"},
		{"a line of the text that looks like a signature", "a/1.0\nsignature of the minister\nb\n"},
		{"the same signature twice", file + line},
		{"no line end after the signature", strings.TrimSuffix(file, "\n")},
		{"two spaces", strings.Replace(file, "ed25519 ", "ed25519  ", 1)},
		{"a short key identifier", strings.Replace(file, " "+file[at+18:at+20], " ", 1)},
		{"a key identifier in capitals", text + "signature x " + strings.Repeat("AB", 32) + " AA==\n"},
		{"an algorithm of 33 letters", text + "signature " + strings.Repeat("x", 33) + unknown(1)[11:]},
		{"no bytes", text + "signature x " + strings.Repeat("ab", 32) + " \n"},
		{"base64 with stray bits", text + "signature x " + strings.Repeat("ab", 32) + " AB==\n"},
		{"base64 without padding", text + "signature x " + strings.Repeat("ab", 32) + " AA\n"},
		{"base64 with a line break", text + "signature x " + strings.Repeat("ab", 32) + " AA\r==\n"},
		{"a long signature", text + "signature x " + strings.Repeat("ab", 32) + " " + strings.Repeat("AAAA", signed.MaxSignature/3+1) + "\n"},
		{"many signatures", text + many.String() + unknown(signed.MaxSignatures)},
		{"a long file", "a/1.0\n" + strings.Repeat("x", signed.MaxSize) + "\n"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			if f, err := signed.Parse([]byte(v.data)); !errors.Is(err, signed.ErrFormat) {
				t.Errorf("got %+v, %v", f.Signatures, err)
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	k := edKey("a")
	for _, v := range []struct {
		comment string
		data    []byte
		signer  crypto.Signer
	}{
		{"what is no text", []byte("hello"), k},
		{"a second signature of the key", sign(t, []byte(text), k), k},
		{"a key of another curve", []byte(text), ecKey(t, elliptic.P384(), "a")},
		{"a signer that fails", []byte(text), broken{k.Public(), nil, errors.New("token removed")}},
		{"a signer that signs something else", []byte(text), broken{k.Public(), make([]byte, 64), nil}},
		{"a signer that gives no ASN.1", []byte(text), broken{ecKey(t, elliptic.P256(), "a").Public(), make([]byte, 64), nil}},
	} {
		t.Run(v.comment, func(t *testing.T) {
			if b, err := signed.Sign(v.data, v.signer, rand.Reader); err == nil {
				t.Errorf("signed: %q", b)
			}
		})
	}
}

type broken struct {
	key crypto.PublicKey
	sig []byte
	err error
}

func (b broken) Public() crypto.PublicKey                                  { return b.key }
func (b broken) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return b.sig, b.err }

// What parses is written with the same bytes, and opens only for its signer.
func FuzzParse(f *testing.F) {
	k := edKey("a")
	f.Add([]byte(text))
	f.Add(sign(f, []byte(text), k))
	f.Add(sign(f, sign(f, []byte(text), ecKey(f, elliptic.P256(), "b")), k))
	f.Add([]byte("a/1.0\nsignature x " + strings.Repeat("ab", 32) + " AA==\n"))
	f.Add([]byte("a/0.9999\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := signed.Parse(b)
		if err != nil {
			return
		}
		if got := file.Bytes(); !bytes.Equal(got, b) {
			t.Fatalf("got %q, want %q", got, b)
		}
		if by, err := file.Verify(edKey("nobody").Public()); err == nil {
			t.Fatalf("signed by %v", by)
		}
		if len(file.Signatures) == signed.MaxSignatures {
			return
		}
		again, err := signed.Sign(b, edKey("fuzz"), nil)
		if err != nil {
			t.Fatal(err)
		}
		opened, _, err := signed.Open(again, edKey("fuzz").Public())
		if err != nil || !bytes.Equal(opened.Text, file.Text) {
			t.Fatalf("signed %q, opened %q, %v", b, opened.Text, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	k := edKey("a")
	file := sign(b, []byte("a/1.0\n"+strings.Repeat("A line of the text.\n", 50_000)), k)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, _, err := signed.Open(file, k.Public()); err != nil {
			b.Fatal(err)
		}
	}
}
