package cohort

import (
	"context"
	"errors"
	"fmt"

	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

// Authorities are the cohorts of authorities, by their names: the keys of an
// issuing office.
type Authorities map[string]*Cohort

var _ issue.Keys = Authorities(nil)

var (
	errAuthority = errors.New("the authority has no keys here")
	errKey       = errors.New("the authority has no such key here: what it signed needs its certificate, without its secret, in the cohort")
)

// Next implements [issue.Keys].
func (a Authorities) Next(ctx context.Context, p issue.Purpose, n int) (*keys.Key, error) {
	c := a[p.Authority]
	if c == nil {
		return nil, fmt.Errorf("taking a key: %w", errAuthority)
	}
	return c.Next(ctx, Purpose{Format: p.Format, Use: trust.UseFor(p.Kind)}, n)
}

// Find implements [issue.Keys].
func (a Authorities) Find(_ context.Context, authority string, fingerprint [32]byte) (*keys.Key, error) {
	c := a[authority]
	if c == nil {
		return nil, fmt.Errorf("finding a key: %w", errAuthority)
	}
	if k := c.Find(fingerprint); k != nil {
		return k, nil
	}
	return nil, fmt.Errorf("finding a key: %w", errKey)
}
