package gaen_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/protowire"
)

func publicKey(t testing.TB, text []byte) *ecdsa.PublicKey {
	t.Helper()
	b, _ := pem.Decode(text)
	if b == nil {
		t.Fatal("no PEM")
	}
	k, err := x509.ParsePKIXPublicKey(b.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return k.(*ecdsa.PublicKey)
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signed is an archive of an export, and the key that opens it.
func signed(t testing.TB, e gaen.Export) (archive []byte, key gaen.PublicKey) {
	t.Helper()
	k := newKey(t, elliptic.P256())
	bin, sig, err := e.Sign(rand.Reader, k, "901", "v1")
	if err != nil {
		t.Fatal(err)
	}
	archive, err = gaen.Pack(bin, sig)
	if err != nil {
		t.Fatal(err)
	}
	return archive, gaen.PublicKey{ID: "901", Version: "v1", Key: &k.PublicKey}
}

func open(archive []byte, keys ...gaen.PublicKey) (gaen.Export, error) {
	e, findings, err := gaen.Open(bytes.NewReader(archive), int64(len(archive)), keys...)
	if err == nil && len(findings) > 0 {
		err = errors.New(findings[0].String())
	}
	return e, err
}

// A signed archive opens under its key, and under no other.
func TestSignAndOpen(t *testing.T) {
	archive, key := signed(t, sample())
	e, err := open(archive, key)
	if err != nil || len(e.Keys) != 3 || len(e.Infos) != 1 || e.Infos[0].ID != "901" {
		t.Fatalf("%+v, %v", e.Infos, err)
	}
	other := gaen.PublicKey{ID: "901", Version: "v1", Key: &newKey(t, elliptic.P256()).PublicKey}
	for _, v := range []struct {
		Comment string
		Keys    []gaen.PublicKey
		Want    error
	}{
		{"no key", nil, gaen.ErrUnknownKey},
		{"the zero key", []gaen.PublicKey{{ID: "901", Version: "v1"}}, gaen.ErrUnknownKey},
		{"of another name", []gaen.PublicKey{{ID: "902", Version: "v1", Key: key.Key}}, gaen.ErrUnknownKey},
		{"of another version", []gaen.PublicKey{{ID: "901", Version: "v2", Key: key.Key}}, gaen.ErrUnknownKey},
		{"another key of this name", []gaen.PublicKey{other}, gaen.ErrSignature},
		{"two of this name, one of them right", []gaen.PublicKey{other, key}, nil},
	} {
		if e, err := open(archive, v.Keys...); !errors.Is(err, v.Want) || err != nil && e.Keys != nil {
			t.Errorf("%s: got %v", v.Comment, err)
		}
	}
}

// Of several signatures each is judged by the keys that are known.
func TestSeveralSignatures(t *testing.T) {
	a, b := newKey(t, elliptic.P256()), newKey(t, elliptic.P256())
	e := sample()
	bin := e.Append(nil)
	sum := sha512.Sum512(bin)
	value, _ := ecdsa.SignASN1(rand.Reader, a, sum[:])
	info := func(id, algorithm string) gaen.Info { return gaen.Info{ID: id, Version: "v1", Algorithm: algorithm} }
	good := gaen.Signature{Info: info("a", gaen.ECDSAWithSHA512), Batch: 1, Batches: 1, Value: value}
	ka, kb := gaen.PublicKey{ID: "a", Version: "v1", Key: &a.PublicKey}, gaen.PublicKey{ID: "b", Version: "v1", Key: &b.PublicKey}
	for _, v := range []struct {
		Comment    string
		Signatures []gaen.Signature
		Want       error
	}{
		{"with SHA-512", []gaen.Signature{good}, nil},
		{"and one of a stranger", []gaen.Signature{{Info: info("c", gaen.ECDSAWithSHA256)}, good}, nil},
		{"and one that is wrong, of a key that is known", []gaen.Signature{good, {Info: info("b", gaen.ECDSAWithSHA512), Value: value}}, gaen.ErrSignature},
		{"of an algorithm that is not known", []gaen.Signature{{Info: info("a", "1.2.840.113549.1.1.11"), Value: value}}, gaen.ErrUnknownKey},
		{"of another hash than it says", []gaen.Signature{{Info: info("a", gaen.ECDSAWithSHA256), Value: value}}, gaen.ErrSignature},
		{"that is empty", []gaen.Signature{{Info: info("a", gaen.ECDSAWithSHA512)}}, gaen.ErrSignature},
		{"none", nil, gaen.ErrUnknownKey},
	} {
		if err := gaen.Verify(bin, v.Signatures, ka, kb); !errors.Is(err, v.Want) {
			t.Errorf("%s: got %v, want %v", v.Comment, err, v.Want)
		}
	}
}

// A signature that was made for another batch is no signature of this one.
func TestSignatureOfAnotherBatch(t *testing.T) {
	e := sample()
	k := newKey(t, elliptic.P256())
	bin, sig, err := e.Sign(rand.Reader, k, "901", "v1")
	if err != nil {
		t.Fatal(err)
	}
	signatures, err := gaen.ParseSignatures(sig)
	if err != nil {
		t.Fatal(err)
	}
	signatures[0].Batches = 2
	archive, _ := gaen.Pack(bin, gaen.AppendSignatures(nil, signatures...))
	if _, err := open(archive, gaen.PublicKey{ID: "901", Version: "v1", Key: &k.PublicKey}); !errors.Is(err, gaen.ErrSignature) {
		t.Errorf("got %v", err)
	}
}

// Only what phones verify is signed.
func TestSignRefuses(t *testing.T) {
	e := sample()
	p256 := newKey(t, elliptic.P256())
	for _, v := range []struct {
		Comment     string
		Key         *ecdsa.PrivateKey
		ID, Version string
	}{
		{"another curve", newKey(t, elliptic.P384()), "901", "v1"},
		{"no id", p256, "", "v1"},
		{"no version", p256, "901", ""},
		{"a name with a space", p256, "9 1", "v1"},
		{"a name that is long", p256, strings.Repeat("9", 257), "v1"},
	} {
		if bin, sig, err := e.Sign(rand.Reader, v.Key, v.ID, v.Version); err == nil || bin != nil || sig != nil {
			t.Errorf("%s: signed", v.Comment)
		}
	}
}

// What is no list of signatures is refused.
func TestBadSignatures(t *testing.T) {
	one := protowire.AppendBytes(nil, 1, protowire.AppendInt(nil, 2, 1))
	for comment, sig := range map[string][]byte{
		"cut short":              one[:len(one)-1],
		"eleven":                 bytes.Repeat(one, 11),
		"a negative batch":       protowire.AppendBytes(nil, 1, protowire.AppendInt(nil, 2, -1)),
		"a number for one":       protowire.AppendInt(nil, 1, 1),
		"a number for its value": protowire.AppendBytes(nil, 1, protowire.AppendInt(nil, 4, 1)),
		"an info that is none":   protowire.AppendBytes(nil, 1, protowire.AppendBytes(nil, 1, "\x08")),
		"a book":                 make([]byte, gaen.MaxSignatures+1),
	} {
		if s, err := gaen.ParseSignatures(sig); !errors.Is(err, gaen.ErrExport) || s != nil {
			t.Errorf("%s: got %v, %v", comment, s, err)
		}
	}
}

type file struct {
	name    string
	content []byte
	method  uint16
}

func archive(t testing.TB, comment string, files ...file) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(99, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 1) })
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: f.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.SetComment(comment); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An archive holds two files, in either order, stored or deflated, and no bomb.
func TestUnpack(t *testing.T) {
	bin, sig := file{"export.bin", []byte("bin"), zip.Deflate}, file{"export.sig", []byte("sig"), zip.Deflate}
	zeros := file{"export.bin", make([]byte, gaen.MaxExport+1), zip.Deflate}
	change := func(a []byte, at int, v uint32) []byte {
		a = bytes.Clone(a)
		if at < 0 {
			at += len(a)
		}
		binary.LittleEndian.PutUint32(a[at:], v)
		return a
	}
	good := archive(t, "", bin, sig)
	directory := bytes.Index(good, []byte("PK\x01\x02"))
	vectors := []struct {
		Comment string
		Archive []byte
		OK      bool
	}{
		{"two files", good, true},
		{"the other way round, stored", archive(t, "", file{"export.sig", []byte("sig"), zip.Store}, file{"export.bin", []byte("bin"), zip.Store}), true},
		{"one", archive(t, "", bin), false},
		{"none", archive(t, ""), false},
		{"three", archive(t, "", bin, sig, file{"readme.txt", nil, zip.Store}), false},
		{"another beside", archive(t, "", bin, file{"EXPORT.SIG", nil, zip.Store}), false},
		{"one of them twice", archive(t, "", bin, bin), false},
		{"in a folder", archive(t, "", bin, file{"a/export.sig", nil, zip.Store}), false},
		{"with a comment", archive(t, "hello", bin, sig), false},
		{"a method that is not known", archive(t, "", bin, file{"export.sig", []byte("sig"), 99}), false},
		{"a bomb: 32 KiB that become 32 MiB and one", archive(t, "", zeros, sig), false},
		{"a long list of signatures", archive(t, "", bin, file{"export.sig", make([]byte, gaen.MaxSignatures+1), zip.Deflate}), false},
		{"a length that is short of what comes", change(good, directory+24, 2), false},
		{"a length that is more than comes", change(good, directory+24, 4), false},
		{"a length of 4 GiB", change(good, directory+24, 1<<32-1), false},
		{"another checksum", change(good, directory+16, 1), false},
		{"a directory that begins elsewhere", change(good, -6, uint32(directory+1)), false},
		{"a directory beyond the file", change(good, -6, 1<<31), false},
		{"a directory that is longer", change(good, -10, 1<<20), false},
		{"something behind", append(bytes.Clone(good), 0), false},
		{"something before", append([]byte{0}, good...), false},
		{"cut short", good[:len(good)-1], false},
		{"nothing", nil, false},
	}
	for _, v := range vectors {
		b, s, err := gaen.Unpack(bytes.NewReader(v.Archive), int64(len(v.Archive)))
		switch {
		case v.OK && (err != nil || string(b) != "bin" || string(s) != "sig"):
			t.Errorf("%s: got %q, %q, %v", v.Comment, b, s, err)
		case !v.OK && (!errors.Is(err, gaen.ErrExport) || b != nil || s != nil):
			t.Errorf("%s: got %q, %q, %v", v.Comment, b, s, err)
		}
	}
	if _, _, err := gaen.Unpack(bytes.NewReader(nil), gaen.MaxArchive+1); !errors.Is(err, gaen.ErrExport) {
		t.Errorf("too long: %v", err)
	}
	if _, _, err := gaen.Unpack(bytes.NewReader(nil), 1000); err == nil {
		t.Error("a file that is shorter than it says was read")
	}
}

// An archive of the same files is the same bytes.
func TestPackIsDeterministic(t *testing.T) {
	a, err := gaen.Pack([]byte("bin"), []byte("sig"))
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := gaen.Pack([]byte("bin"), []byte("sig")); !bytes.Equal(a, b) {
		t.Error("two archives of the same files differ")
	}
}

// Whatever an archive holds, opening it ends, and nothing is opened unsigned.
func FuzzOpen(f *testing.F) {
	good, key := signed(f, sample())
	f.Add(good)
	f.Add(archive(f, "", file{"export.bin", []byte(header), zip.Store}, file{"export.sig", nil, zip.Store}))
	f.Fuzz(func(t *testing.T, a []byte) {
		if bin, sig, err := gaen.Unpack(bytes.NewReader(a), int64(len(a))); err == nil {
			if signatures, err := gaen.ParseSignatures(sig); err == nil {
				again, err := gaen.ParseSignatures(gaen.AppendSignatures(nil, signatures...))
				if err != nil || len(again) != len(signatures) {
					t.Errorf("signatures written are not read: %v", err)
				}
			}
			if len(bin) > gaen.MaxExport || len(sig) > gaen.MaxSignatures {
				t.Errorf("%d and %d bytes", len(bin), len(sig))
			}
		}
		if e, err := open(a, key); err == nil && len(e.Keys) != 3 {
			t.Errorf("another export with %d keys was opened", len(e.Keys))
		}
	})
}
