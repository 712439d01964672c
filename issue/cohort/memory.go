package cohort

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a store that lasts as long as the program: for tests, and for
// exercises.
type Memory struct {
	mu     sync.Mutex
	counts map[string][]Count
}

// Take implements [Store].
func (m *Memory) Take(ctx context.Context, cohort string, key [32]byte, n, most int64, long time.Duration, now time.Time) (int64, Count, error) {
	if err := ctx.Err(); err != nil {
		return 0, Count{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts == nil {
		m.counts = map[string][]Count{}
	}
	i := slices.IndexFunc(m.counts[cohort], func(c Count) bool { return c.Key == key })
	if i < 0 {
		i = len(m.counts[cohort])
		m.counts[cohort] = append(m.counts[cohort], Count{Key: key, Since: now})
	}
	c := &m.counts[cohort][i]
	got := granted(*c, n, most, long, now)
	c.Used += got
	return got, *c, nil
}

// granted is how many of n a key may still serve.
func granted(c Count, n, most int64, long time.Duration, now time.Time) int64 {
	if long > 0 && now.Sub(c.Since) >= long {
		return 0
	}
	if most > 0 {
		n = min(n, most-c.Used)
	}
	return max(n, 0)
}

// Counts implements [Store].
func (m *Memory) Counts(_ context.Context, cohort string) ([]Count, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.counts[cohort]), nil
}
