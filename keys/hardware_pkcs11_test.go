//go:build pkcs11 && cgo

package keys_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pratique/pratique/internal/cose"
	"github.com/pratique/pratique/keys"
)

const pin = "24681357"

// soft makes a token of SoftHSM, a software that behaves like hardware, and
// returns a reference to a key in it, and the folder in which it is.
func soft(t testing.TB, label string) (keys.Reference, string) {
	t.Helper()
	var module string
	for _, name := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(name); err == nil {
			module = name
			break
		}
	}
	if module == "" {
		t.Fatal("the library of SoftHSM is missing: make deps installs it")
	}
	dir := t.TempDir()
	tokens := filepath.Join(dir, "tokens")
	if err := os.Mkdir(tokens, 0o700); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(conf, []byte("directories.tokendir = "+tokens+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	initialise(t)
	return keys.Reference{Token: "pratique test", Object: label, Module: module}, tokens
}

// initialise makes the token, where the configuration says.
func initialise(t testing.TB) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "softhsm2-util", "--init-token", "--free", "--label", "pratique test", "--pin", pin, "--so-pin", "12345678").CombinedOutput()
	if err != nil {
		t.Fatalf("softhsm2-util: %v: %s", err, out)
	}
}

func options(alg keys.Algorithm) keys.Options {
	return keys.Options{Country: "XA", Authority: "Norland", Demo: true, Algorithm: alg, NotBefore: from, NotAfter: until}
}

func makeInToken(t testing.TB, r keys.Reference, o keys.Options) *keys.Key {
	t.Helper()
	k, err := keys.NewInToken(r, pin, o, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// signs makes a COSE message, which is what health certificates are, and verifies it.
func signs(k *keys.Key) error {
	m, err := cose.Sign(rand.Reader, k.Signer, k.ID(), []byte("payload"))
	if err != nil {
		return err
	}
	read, err := cose.Parse(string(m))
	if err != nil {
		return err
	}
	return read.Verify(k.Certificate.PublicKey)
}

// A key that is made in a token signs health certificates under either algorithm,
// and opens again by its reference and by its file.
func TestAKeyInATokenSigns(t *testing.T) {
	for _, alg := range []keys.Algorithm{keys.ES256, keys.PS256} {
		t.Run(string(alg), func(t *testing.T) {
			r, _ := soft(t, "norland-1")
			made := makeInToken(t, r, options(alg))
			if made.Algorithm() != alg || made.Country() != "XA" || !made.Demo() {
				t.Errorf("made a %s key of %s", made.Algorithm(), made.Country())
			}
			file, err := made.File()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(file), "PRIVATE") || strings.Contains(string(file), pin) || !keys.Refers(file) {
				t.Errorf("the file of a key in hardware: %s", file)
			}
			byFile := open(t)(keys.Parse(file, pin))
			byName := open(t)(keys.OpenToken(r, pin))
			for _, k := range []*keys.Key{made, byFile, byName} {
				if k.Fingerprint() != made.Fingerprint() {
					t.Error("another certificate")
				}
				if err := signs(k); err != nil {
					t.Error(err)
				}
			}
			if _, err := made.Seal("a passphrase"); err == nil {
				t.Error("a reference was sealed, as if there were a secret in it")
			}
		})
	}
}

// open fails the test if a key does not open, and closes it in the end.
func open(t *testing.T) func(k *keys.Key, err error) *keys.Key {
	return func(k *keys.Key, err error) *keys.Key {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { k.Close() })
		return k
	}
}

// A certificate, a request and a message for a gateway (CMS) are signed in the token.
func TestATokenSignsCertificatesRequestsAndMessages(t *testing.T) {
	for _, alg := range []keys.Algorithm{keys.ES256, keys.PS256} {
		t.Run(string(alg), func(t *testing.T) {
			r, _ := soft(t, "norland-1")
			k := makeInToken(t, r, options(alg))
			if err := k.Certificate.CheckSignature(k.Certificate.SignatureAlgorithm, k.Certificate.RawTBSCertificate, k.Certificate.Signature); err != nil {
				t.Errorf("the key's own certificate: %v", err)
			}
			text, err := k.RequestPEM(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := pem.Decode(text)
			request, err := x509.ParseCertificateRequest(b.Bytes)
			if err == nil {
				err = request.CheckSignature()
			}
			if err != nil {
				t.Errorf("the request: %v", err)
			}
			opensslAgrees(t, k, []byte("for a gateway"), false)
			opensslAgrees(t, k, []byte("for a gateway"), true)
		})
	}
}

// What fails says what, and leaves nothing behind.
func TestAFailingTokenSaysWhatToDo(t *testing.T) {
	r, tokens := soft(t, "norland-1")
	with := func(change func(*keys.Reference)) keys.Reference {
		other := r
		change(&other)
		return other
	}
	refused := func(comment string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", comment, err, want)
		}
		if err != nil && strings.Contains(err.Error(), pin) {
			t.Errorf("%s: the PIN stands in the error", comment)
		}
	}
	_, err := keys.OpenToken(r, pin)
	refused("a key that is not there", err, keys.ErrObject)
	_, err = keys.NewInToken(r, "", options(keys.ES256), rand.Reader)
	refused("no PIN", err, keys.ErrPIN)
	_, err = keys.NewInToken(r, "11111111", options(keys.ES256), rand.Reader)
	refused("a wrong PIN", err, keys.ErrPIN)
	_, err = keys.OpenToken(with(func(r *keys.Reference) { r.Token = "another" }), pin)
	refused("another token", err, keys.ErrToken)
	_, err = keys.OpenToken(with(func(r *keys.Reference) { r.Module = "/usr/lib/nothing.so" }), pin)
	refused("no library", err, keys.ErrHardware)
	_, err = keys.NewInToken(r, pin, options("rot13"), rand.Reader)
	if err == nil {
		t.Error("a key of an algorithm that is none")
	}

	k := makeInToken(t, r, options(keys.ES256))
	_, err = keys.NewInToken(r, pin, options(keys.ES256), rand.Reader)
	refused("a key of this name is there", err, keys.ErrObject)
	_, err = keys.NewInToken(with(func(r *keys.Reference) { r.Object, r.ID = "other", k.Reference.ID }), pin, options(keys.ES256), rand.Reader)
	refused("a key of this identifier is there", err, keys.ErrObject)
	bare := []byte(r.String() + "\n")
	open(t)(keys.Parse(bare, pin)) // its certificate is in the token
	_, err = keys.Parse(append(bare, open(t)(keys.New(options(keys.ES256), rand.Reader)).CertificatePEM()...), pin)
	refused("a certificate of another key", err, keys.ErrNoCertificate)

	if err := os.RemoveAll(tokens); err != nil {
		t.Fatal(err)
	}
	text, err := k.RequestPEM(rand.Reader)
	refused("the token is removed", err, keys.ErrToken)
	if text != nil {
		t.Errorf("half a request: %s", text)
	}
	refused("the token is removed", signs(k), keys.ErrToken)
	message, err := k.SignCMS([]byte("for a gateway"), false, rand.Reader)
	refused("the token is removed", err, keys.ErrToken)
	if message != nil {
		t.Errorf("half a message: %x", message)
	}
}

// A token that was away signs again when it is back, for all who wait; one that is
// back with another key of the name does not.
func TestATokenComesBack(t *testing.T) {
	r, tokens := soft(t, "norland-1")
	k := makeInToken(t, r, options(keys.ES256))
	r = k.Reference
	away := tokens + ".away"
	for range 2 {
		if err := os.Rename(tokens, away); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(tokens, 0o700); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := signs(k); !errors.Is(err, keys.ErrToken) {
				t.Errorf("while it is away: %v", err)
			}
		}
		if err := os.Remove(tokens); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(away, tokens); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := signs(k); err != nil {
					t.Errorf("when it is back: %v", err)
				}
			})
		}
		wg.Wait()
	}

	if err := os.RemoveAll(tokens); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(tokens, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := signs(k); !errors.Is(err, keys.ErrToken) {
		t.Errorf("removed for good: %v", err)
	}
	initialise(t)
	makeInToken(t, r, options(keys.ES256)) // the same label and identifier
	for range 2 {
		if err := signs(k); err == nil {
			t.Error("signed with a key that is another one")
		}
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	if err := signs(k); err == nil {
		t.Error("signs after it was closed")
	}
}

// Whatever fails while a key is being made, no key stays in the token without use.
func TestNoKeyStaysWithoutItsCertificate(t *testing.T) {
	r, _ := soft(t, "norland-1")
	for _, random := range []io.Reader{bytes.NewReader(nil), bytes.NewReader(make([]byte, 31))} {
		if _, err := keys.NewInToken(r, pin, options(keys.ES256), random); err == nil {
			t.Error("made without random bytes")
		}
	}
	o := options(keys.ES256)
	o.Authority = "not UTF-8: \xff" // no certificate can be made of this
	if _, err := keys.NewInToken(r, pin, o, rand.Reader); err == nil {
		t.Error("made with a name that is none")
	}
	if _, err := keys.OpenToken(r, pin); !errors.Is(err, keys.ErrObject) {
		t.Errorf("after all that: %v, want no key", err)
	}
}

// Many sign at a time with one key.
func TestManySignWithOneToken(t *testing.T) {
	r, _ := soft(t, "norland-1")
	k := makeInToken(t, r, options(keys.ES256))
	var wg sync.WaitGroup
	for range 80 { // more than there are sessions
		wg.Go(func() {
			for range 5 {
				if err := signs(k); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// A signature of a token that is none is not given out: here one over something
// else than was asked.
func TestASignatureInATokenIsVerified(t *testing.T) {
	r, _ := soft(t, "norland-1")
	k := makeInToken(t, r, options(keys.PS256))
	sum := sha256.Sum256([]byte("signed"))
	// The token signs 20 bytes as SHA-1, and whoever verifies expects SHA-256.
	if s, err := k.Signer.Sign(rand.Reader, sum[:20], crypto.SHA256); err == nil || s != nil {
		t.Errorf("%x, %v", s, err)
	}
}
