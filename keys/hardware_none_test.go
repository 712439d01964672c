//go:build !pkcs11 || !cgo

package keys_test

import (
	"crypto/rand"
	"errors"
	"testing"

	"github.com/pratique/pratique/keys"
)

// A build without PKCS #11 says so, instead of something about the key.
func TestABuildWithoutHardwareSaysSo(t *testing.T) {
	r, err := keys.ParseReference(soft1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.OpenToken(r, "1234"); !errors.Is(err, keys.ErrBuild) {
		t.Errorf("opened: %v", err)
	}
	if _, err := keys.Parse([]byte(soft1), "1234"); !errors.Is(err, keys.ErrBuild) {
		t.Errorf("read from a file: %v", err)
	}
	if _, err := keys.NewInToken(r, "1234", keys.Options{Country: "CH", NotBefore: from, NotAfter: until}, rand.Reader); !errors.Is(err, keys.ErrBuild) {
		t.Errorf("made: %v", err)
	}
	if keys.Hardware {
		t.Error("says that it can")
	}
}
