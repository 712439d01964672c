package claim

import (
	"bytes"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

// counts are how often the claims of tests have stretched something.
var counts sync.Map // *Claims to *atomic.Int64

// Cheapen makes stretching quick, for tests that do it often, and counts it.
func (c *Claims) Cheapen() {
	n := new(atomic.Int64)
	counts.Store(c, n)
	c.slow = func(secret, salt []byte) []byte {
		n.Add(1)
		return argon2.IDKey(secret, salt, passes, 8, 1, 48)
	}
}

// Stretches is how often something was stretched since Cheapen.
func (c *Claims) Stretches() int {
	n, _ := counts.Load(c)
	return int(n.(*atomic.Int64).Load())
}

// What a program stretches with is what the documentation says, and not what tests
// replace it by: Argon2id with 19 MiB and two passes.
func TestAGuessCostsWhatIsSaid(t *testing.T) {
	c, err := New(Options{Store: new(Memory), Secret: make([]byte, MinSecret), Now: time.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	secret, salt := []byte("K7RM-4XWA"), make([]byte, 16)
	if want := argon2.IDKey(secret, salt, 2, 19*1024, 1, 48); !bytes.Equal(c.slow(secret, salt), want) {
		t.Error("codes are stretched otherwise")
	}
	c.Cheapen()
	if c.slow(secret, salt); c.Stretches() != 1 {
		t.Errorf("stretched %d times", c.Stretches())
	}
}
