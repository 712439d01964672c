package rules

import (
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
)

// clockSlack is how far a sample may lie after the moment of the check and
// still count for the infection window: clocks and offsets are wrong by hours,
// and beyond a day the date is an error that proves nothing.
const clockSlack = 24 * time.Hour

// referral returns the referral that lasts longest of those that hold. A health
// authority that released the person after the sample was taken has ended it.
func (s *Set) referral(c *cert.Certificate, trip Trip, at time.Time) Referral {
	best := Isolation(c, at)
	for i, e := range c.Events {
		if from, until, ok := s.infectious(e); ok && !at.Before(from) && at.Before(until) && !trip.released(e.(*cert.Test), at) {
			t := e.(*cert.Test)
			best = longer(best, Referral{Cause: CauseInfection, Event: i, Disease: t.Disease.Code(), Sampled: t.SampledAt, Until: until})
		}
	}
	return best
}

// released reports whether a health authority ended, by a moment, what a test
// for the disease had begun.
func (t Trip) released(test *cert.Test, at time.Time) bool {
	return t.History != nil && slices.ContainsFunc(t.History.Releases, func(r Release) bool {
		return r.At.After(test.SampledAt) && !r.At.After(at) && (r.Disease == "" || r.Disease == test.Disease.Code())
	})
}

// longer returns the referral that ends later; one without an end ends last.
func longer(a, b Referral) Referral {
	if a.Cause == "" || (!a.Until.IsZero() && (b.Until.IsZero() || b.Until.After(a.Until))) {
		return b
	}
	return a
}

// infectious returns the time in which an event refers its holder to the
// health service: a positive test for present infection, of a disease that the
// set names. One that does not say when its sample was taken proves nothing.
func (s *Set) infectious(e cert.Event) (from, until time.Time, ok bool) {
	t, isTest := e.(*cert.Test)
	if !isTest || s.Infection == nil || t.Result != cert.Detected || t.Method == cert.Serology || t.SampledAt.IsZero() ||
		!slices.Contains(s.Infection.Diseases, t.Disease.Code()) {
		return time.Time{}, time.Time{}, false
	}
	return t.SampledAt.Add(-clockSlack), t.SampledAt.Add(time.Duration(s.Infection.Hours) * time.Hour), true
}

// Isolation returns the referral of a notice in force that orders isolation,
// or the zero Referral. It needs no set of rules: an order holds wherever its
// holder shows it. A notice of release is for the verifier to set against it.
func Isolation(c *cert.Certificate, at time.Time) Referral {
	var best Referral
	for i, e := range c.Events {
		n, ok := e.(*cert.Notice)
		if !ok || n.Release || (!n.From.IsZero() && at.Before(n.From)) || (!n.Until.IsZero() && !at.Before(n.Until)) {
			continue
		}
		best = longer(best, Referral{Cause: CauseIsolation, Event: i, Disease: n.Disease.Code(), Until: n.Until})
	}
	return best
}

// due lists the obligations that apply after entry.
func (s *Set) due(v view, arrive time.Time) []Due {
	var out []Due
	for i := range s.Obligations {
		d := Due{Obligation: &s.Obligations[i]}
		if c := s.conditions[i]; c.expr != nil {
			verdict, _, _ := verdict(c.expr.Eval(v.root))
			_, turns := c.facts.missing(c.expr, v.root, verdict)
			if verdict == Failed && !turns {
				continue
			}
			d.Unsure = verdict == Open || turns
		}
		if d.By != nil {
			d.Deadline = d.By.moment(arrive)
		}
		out = append(out, d)
	}
	return out
}

func (b *By) moment(arrive time.Time) time.Time {
	if b.Hours != 0 {
		return arrive.Add(time.Duration(b.Hours) * time.Hour)
	}
	return b.At
}
