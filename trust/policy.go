package trust

import "time"

// Policy is what a relying country asks of a key's own validity. The zero
// Policy is [ValidAtIssuance].
type Policy uint8

const (
	// ValidAtIssuance accepts a certificate whose key was in force when it was
	// signed, also after the key has ended: a dose outlives a signing key.
	ValidAtIssuance Policy = iota
	// ValidNow accepts only what was signed with a key that is in force at the
	// moment of the verdict.
	ValidNow
)

// InForce reports whether the policy accepts the key for a certificate issued
// and judged at these moments. A certificate that does not say when it was
// issued is judged by the moment of the verdict.
func (p Policy) InForce(k Key, issued, at time.Time) bool {
	if p == ValidNow || issued.IsZero() {
		return k.InForce(at)
	}
	return k.InForce(issued)
}
