//go:build pkcs11 && cgo

package keys_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/pratique/pratique/keys"
)

// A signature in a token, with its verification, by as many as there are processors.
func BenchmarkSignInToken(b *testing.B) {
	r, _ := soft(b, "norland-1")
	k := makeInToken(b, r, options(keys.ES256))
	sum := sha256.Sum256([]byte("signed"))
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := k.Signer.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
				b.Error(err)
			}
		}
	})
}
