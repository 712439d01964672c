package history

import (
	"slices"
	"time"
)

// siftNotices keeps the notices that are the holder's, and the releases that
// their order's own jurisdiction made.
func (e *Evidence) siftNotices(notices []Notice, holder Holder, found *findings) {
	position := screen(notices, KindNotice, holder, e.At, found, func(n *Notice) signature {
		return signature{n.KeyID, &n.Holder, n.Issued, n.Expires, n.Hash}
	})
	orders := make(map[Hash]int, len(position))
	for _, p := range position {
		if n := &notices[p]; !n.Release {
			orders[n.Hash] = p
		}
	}
	position = slices.DeleteFunc(position, func(i int) bool {
		n := &notices[i]
		if !n.Release {
			return false
		}
		o, there := orders[n.Of]
		switch {
		case !there:
			found.mark(KindNotice, i, ReleasesNothing)
			return false
		case notices[o].Jurisdiction != n.Jurisdiction:
			found.refuse(KindNotice, i, ForeignRelease)
		case n.Issued.Before(notices[o].Issued):
			found.refuse(KindNotice, i, EarlyRelease)
		default:
			return false
		}
		return true
	})
	e.Notices = make([]*Notice, len(position))
	for i, p := range position {
		e.Notices[i] = &notices[p]
	}
}

// Orders returns the orders in force at the moment of the verdict: begun, not
// ended, not released.
func (e Evidence) Orders() []*Notice {
	var out []*Notice
	for _, n := range e.Notices {
		if from, until := e.force(n); !n.Release && !e.At.Before(from) && e.At.Before(until) {
			out = append(out, n)
		}
	}
	return out
}

// Changes returns the first moment after that of the verdict at which other
// orders are in force by themselves; the zero time if none is known.
func (e Evidence) Changes() time.Time {
	var next time.Time
	for _, n := range e.Notices {
		if n.Release {
			continue
		}
		from, until := e.force(n)
		for _, t := range [2]time.Time{from, until} {
			if from.Before(until) && t.After(e.At) && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}

// force returns from when until when an order holds, with its releases.
func (e *Evidence) force(n *Notice) (from, until time.Time) {
	until = n.Until
	for _, r := range e.Notices {
		if r.Release && r.Of == n.Hash {
			until = earlier(until, r.From)
		}
	}
	return n.From, until
}

// Ends returns when an order ends: by itself, or because its authority releases.
func (e Evidence) Ends(order *Notice) time.Time {
	_, until := e.force(order)
	return until
}
