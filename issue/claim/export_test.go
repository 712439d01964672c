package claim

// Cheapen makes stretching quick, for tests that do it often.
func (c *Claims) Cheapen() { c.testOnlyCheap = true }

// Stretches is how often something was stretched.
func (c *Claims) Stretches() int { return int(c.testOnlyCount.Load()) }
