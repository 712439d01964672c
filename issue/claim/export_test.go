package claim

import (
	"sync"
	"sync/atomic"

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
