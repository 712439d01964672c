package cohort

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/keys"
)

// Forecast is how long the keys of a cohort last for a purpose.
type Forecast struct {
	Purpose Purpose
	Now     *keys.Key // which signs now; nil: none
	Left    int64     // certificates that the keys still sign, now or later; -1: without end
	// Ends is when the last key stops, as far as is known: by its life, which
	// must cover what it signs; by its days; by its number, if the keys go on
	// serving as many a day as they did. Zero: there is none.
	Ends time.Time
	// Due is when the next key is due ([Options.Lead] before Ends).
	Due time.Time
}

// Overdue reports whether somebody should see to the next key now.
func (f Forecast) Overdue(now time.Time) bool { return !now.Before(f.Due) }

// String says it in a line, for a log or an operator.
func (f Forecast) String() string {
	date := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	if f.Ends.IsZero() {
		return fmt.Sprintf("no key is left for %s in %s: add one", f.Purpose.Use, f.Purpose.Format)
	}
	return fmt.Sprintf("the keys for %s in %s last until %s; the next is due on %s", f.Purpose.Use, f.Purpose.Format, date(f.Ends), date(f.Due))
}

// pace is how long a cohort must have served before its pace says anything.
const pace = time.Hour

// Forecast tells how long the keys last for a purpose. It asks the store.
func (c *Cohort) Forecast(ctx context.Context, p Purpose) (Forecast, error) {
	counts, err := c.o.Store.Counts(ctx, c.o.Name)
	if err != nil {
		return Forecast{}, fmt.Errorf("reading counts: %w", err)
	}
	now := c.o.Now()
	f := Forecast{Purpose: p}
	each := interval(counts, now) // of one certificate
	at := now
	for _, s := range c.slots {
		if s.key.Signer == nil || !s.may(p) {
			continue
		}
		n := Count{Key: s.id}
		if i := slices.IndexFunc(counts, func(n Count) bool { return n.Key == s.id }); i >= 0 {
			n = counts[i]
		}
		from, until := s.life.From, s.life.Last(c.o.Good)
		if !until.After(from) || !until.After(at) { // too short for what is good longest: it gives way in that
			until = s.life.Until
		}
		from = later(from, at)
		if c.o.Days > 0 {
			began := n.Since
			if began.IsZero() {
				began = from
			}
			until = earlier(until, began.Add(c.long()))
		}
		left := int64(-1)
		if c.o.Most > 0 {
			left = max(0, c.o.Most-n.Used)
			if each > 0 && until.Sub(from)/each > time.Duration(left) {
				until = from.Add(time.Duration(left) * each)
			}
		}
		if !until.After(from) || left == 0 {
			continue
		}
		if f.Now == nil && !from.After(now) {
			f.Now = s.key
		}
		f.add(left)
		at = later(at, until)
		f.Ends = later(f.Ends, until)
	}
	if !f.Ends.IsZero() {
		f.Due = f.Ends.Add(-c.o.Lead)
	}
	return f, nil
}

func (f *Forecast) add(left int64) {
	if left < 0 || f.Left < 0 {
		f.Left = -1
		return
	}
	f.Left += left
}

// interval is the mean time between two certificates; zero: not known.
func interval(counts []Count, now time.Time) time.Duration {
	var used int64
	first := now
	for _, n := range counts {
		used += n.Used
		first = earlier(first, n.Since)
	}
	if used == 0 || now.Sub(first) < pace {
		return 0
	}
	return now.Sub(first) / time.Duration(used)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
