package verify

import (
	"slices"
	"time"

	"github.com/pratique/pratique/certlogic"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/rules"
)

const (
	// foresight is how far a person's own colour is foreseen, in years.
	foresight = 1
	// maxTurns is at how many moments it is judged again.
	maxTurns = 100
)

// foresee says when the colour changes by itself, and when it is green.
func (o *Own) foresee(w *World, q Question, self *SelfReport, now judged) {
	if now.whole == nil {
		return
	}
	ahead := o.ahead(now)
	for _, t := range o.turns(w, q, now) {
		later := q
		later.At = t
		if later.Now.Before(t) {
			later.Now = t
		}
		then, _ := ahead.judge(w, later, false)
		if self.ChangesAt.IsZero() && then.Verdict != self.Verdict {
			self.ChangesAt, self.ChangesTo = at(t, self.place), then.Verdict
		}
		if then.Verdict == Green && self.Verdict != Green {
			self.GreenAt = at(t, self.place)
		}
		if !self.ChangesAt.IsZero() && (self.Verdict == Green || !self.GreenAt.IsZero()) {
			break
		}
	}
	self.wait()
}

// ahead is what can still count at a later moment: less to go through, and the
// same colours.
func (o *Own) ahead(now judged) *Own {
	out := *o
	e, h := now.evidence, &out.history
	days := looksBack(now.sets)
	from := e.At.AddDate(0, 0, -days)
	h.Stays, h.Stamps, h.Exposure = nil, nil, nil
	if days > 0 {
		for _, s := range o.history.Stays {
			if s.Until.IsZero() || s.Until.At.After(from) || !s.Until.Date.IsZero() && s.Until.Date.End().Add(dateLine).After(from) {
				h.Stays = append(h.Stays, s)
			}
		}
		first := slices.IndexFunc(e.Stamps, func(s *history.Stamp) bool { return s.At.After(from) })
		if first < 0 {
			first = len(e.Stamps)
		}
		for _, s := range e.Stamps[max(first-2, 0):] { // what two stamps say of the time between needs both
			h.Stamps = append(h.Stamps, *s)
		}
		for _, s := range o.history.Stamps {
			if s.At.After(e.At) && !slices.ContainsFunc(h.Stamps, func(have history.Stamp) bool { return have.Hash == s.Hash }) {
				h.Stamps = append(h.Stamps, s)
			}
		}
	}
	for _, x := range o.history.Exposure {
		if x.Date.End().Add(dateLine).After(e.At) {
			h.Exposure = append(h.Exposure, x)
		}
	}
	for _, risk := range []exposure.Risk{exposure.Low, exposure.High} { // of what is past, rules see the last day
		for _, x := range slices.Backward(e.Exposure) {
			if x.Risk == risk {
				h.Exposure = append(h.Exposure, x)
				break
			}
		}
	}
	h.Notices = slices.DeleteFunc(slices.Clone(o.history.Notices), func(n history.Notice) bool { return !n.Release && !n.Until.After(e.At) })
	return &out
}

// dateLine is more than the farthest that a day begins before it does in UTC.
const dateLine = 24 * time.Hour

// wait says in the first reason that the colour is green by itself.
func (r *SelfReport) wait() {
	if r.GreenAt.IsZero() || len(r.Reasons) == 0 {
		return
	}
	first := &r.Reasons[0]
	first.Cures = append(slices.Clip(first.Cures), Cure{Code: "cure_by_itself", From: r.GreenAt})
}

// turns lists the moments after the question's at which the colour may change,
// in order: those of certificates, orders, lists and rules, and those at which
// a day falls out of the time on which the rules look back.
func (o *Own) turns(w *World, q Question, now judged) []time.Time {
	const after = time.Millisecond
	last := q.At.AddDate(foresight, 0, 0)
	ts := []time.Time{end(w.Data.HardExpiry, after)}
	for _, h := range o.certificates {
		p := lifeOf(h.signed.Certificate)
		ts = append(ts, p.Issued, p.From, end(p.Until, after), end(h.signed.Key.NotAfter, after))
		for _, l := range w.withdrawals(h.signed) {
			if e, ok := l.Withdraws(h.signed); ok {
				ts = append(ts, e.Since)
			}
		}
		for _, l := range w.Withdrawals {
			if e, ok := l.WithdrawsOriginal(h.signed.Certificate); ok {
				ts = append(ts, e.Since)
			}
		}
	}
	if to, ok := q.Trip.Destination(); ok {
		for _, rec := range w.Recognitions {
			if rec.By == to.Jurisdiction {
				ts = append(ts, rec.From, rec.Until)
			}
		}
		for _, s := range w.sets(to, PurposeSelf) {
			ts = append(ts, s.From, s.Until)
		}
	}
	for _, n := range o.history.Notices {
		ts = append(ts, n.From, n.Until, n.Issued, end(n.Expires, after))
	}
	if looksBack(now.sets) > 0 {
		for _, s := range o.history.Stamps {
			ts = append(ts, end(s.Until, after))
		}
	}
	for _, s := range now.sets {
		spans, _ := s.Timeline(now.whole, now.trip, q.At, last)
		for _, span := range spans {
			ts = append(ts, span.From)
		}
		if s.Looks != nil {
			ts = append(ts, o.leaves(w, now.evidence, s.Looks.Days)...)
		}
	}
	ts = slices.DeleteFunc(ts, func(t time.Time) bool { return !t.After(q.At) || t.After(last) })
	slices.SortFunc(ts, time.Time.Compare)
	ts = slices.CompactFunc(ts, time.Time.Equal)
	return ts[:min(len(ts), maxTurns)]
}

// leaves are the moments at which what is known of a place changes, and those
// at which a time in one falls out of the days looked back on.
func (o *Own) leaves(w *World, e history.Evidence, days int) []time.Time {
	var ts []time.Time
	for _, l := range w.Areas {
		ts = append(ts, l.Published, l.Until.Add(time.Millisecond), l.Until.AddDate(0, 0, days))
	}
	for _, p := range e.Cover(history.Question{From: e.At.AddDate(0, 0, -days), Until: e.At}) {
		ts = append(ts, p.Until.AddDate(0, 0, days), p.Until.Add(journey+time.Millisecond))
	}
	return ts
}

// Explained is how one rule came out, condition by condition.
type Explained struct {
	Set     *rules.Set
	Outcome rules.Outcome
	Steps   []certlogic.Step // none if the rule is open whatever the evidence says
}

// ExplainSelf is [Self], and says of each rule that was asked how it came out.
// The steps hold personal data.
func ExplainSelf(w *World, own Own, q Question, lang string) (SelfReport, []Explained) {
	q = selfish(q)
	r, j := own.judge(w, q, true)
	own.foresee(w, q, &r, j)
	var out []Explained
	for _, s := range j.sets {
		for _, o := range s.Evaluate(j.whole, j.trip, q.At).Outcomes {
			out = append(out, Explained{s, o, s.Trace(o.Rule, j.whole, -1, j.trip, q.At, lang)})
		}
	}
	return r, out
}
