package keys_test

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pratique/pratique/keys"
)

// opensslAgrees puts a signed message to OpenSSL, which must find in it what was
// signed, and must refuse another content.
func opensslAgrees(t *testing.T, k *keys.Key, content []byte, detached bool) {
	t.Helper()
	message, err := k.SignCMS(content, detached, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	out := filepath.Join(dir, "out")
	verify := func(content []byte, message []byte) error {
		args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", file("message", message), "-CAfile", file("ca.pem", k.CertificatePEM()),
			"-purpose", "any", "-partial_chain", "-attime", "1796000000", "-out", out}
		if detached {
			args = append(args, "-content", file("content", content))
		}
		told, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput()
		t.Logf("openssl: %s", told)
		return err
	}
	if err := verify(content, message); err != nil {
		t.Fatalf("OpenSSL refuses it: %v", err)
	}
	if got, err := os.ReadFile(out); err != nil || string(got) != string(content) {
		t.Errorf("OpenSSL reads %q, %v", got, err)
	}
	if detached {
		if err := verify([]byte("another"), message); err == nil {
			t.Error("OpenSSL takes another content")
		}
	}
	message[len(message)-1] ^= 1
	if err := verify(content, message); err == nil {
		t.Error("OpenSSL takes a changed signature")
	}
}

// What a key signs for a gateway, another program verifies.
func TestAMessageForAGatewayIsVerifiedByOthers(t *testing.T) {
	for _, alg := range []keys.Algorithm{keys.ES256, keys.PS256} {
		k := newKey(t, keys.Options{Country: "CH", Algorithm: alg})
		for _, detached := range []bool{false, true} {
			t.Run(string(alg), func(t *testing.T) { opensslAgrees(t, k, []byte(`{"country":"CH"}`), detached) })
		}
	}
	k := newKey(t, keys.Options{Country: "CH"})
	k.Signer = nil
	if m, err := k.SignCMS([]byte("x"), false, rand.Reader); err == nil || m != nil {
		t.Error("signed without a secret")
	}
}
