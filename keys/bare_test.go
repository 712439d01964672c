package keys_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/pratique/pratique/keys"
)

func TestBareKeysAreSealedAndRead(t *testing.T) {
	k, err := keys.NewBare(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file, err := k.File()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal("four words of chance")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := keys.ParseBare(file, ""); err != nil || !again.Equal(k.PrivateKey) {
		t.Errorf("in clear: %v", err)
	}
	if again, err := keys.ParseBare(sealed, "four words of chance"); err != nil || !again.Equal(k.PrivateKey) {
		t.Errorf("sealed: %v", err)
	}
	if _, err := keys.ParseBare(sealed, "other"); !errors.Is(err, keys.ErrPassphrase) {
		t.Errorf("another passphrase: %v", err)
	}
	if _, err := keys.ParseBare(sealed, ""); !errors.Is(err, keys.ErrSealed) {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := k.Seal(""); err == nil {
		t.Error("sealed with nothing")
	}
	other, err := keys.NewDemo("norland", keys.Options{Country: "XA", Demo: true, NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(2e9, 0)})
	if err != nil {
		t.Fatal(err)
	}
	signs, err := other.File()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("rubbish"), signs, append(bytes.Clone(file), file...), make([]byte, keys.MaxSize+1)} {
		if _, err := keys.ParseBare(bad, ""); err == nil {
			t.Errorf("%d bytes were read as a key", len(bad))
		}
	}
}
