package verify

import (
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/words"
)

// PurposeSelf is the purpose of rules by which a person colours themselves.
const PurposeSelf = "self"

// SelfReport is a person's own colour. The zero SelfReport is grey.
type SelfReport struct {
	Verdict Colour
	To      string // the jurisdiction whose rules were asked
	At      time.Time
	Reasons []Reason
	Used    []Reason // what of the file counted: lines without a colour
	Aside   []Aside
	// Obligations that the rules have.
	Obligations []Obligation
	ChangesAt   time.Time // when the colour changes by itself, if nothing new happens; zero: not, or not known
	ChangesTo   Colour
	GreenAt     time.Time    // when it is green by itself; zero: not, or not known
	Rules       []*rules.Set // that were asked
	Data        Data

	place *time.Location
}

// Self answers a person who asks for their own colour, in the place that the
// question's trip ends at: one pure function of what they hold, of public
// documents and of the moment. There is no other input: nothing by which a
// server could set a colour.
//
// The purpose is [PurposeSelf] whatever the question says, and the table is the
// one of all verdicts. What is not authentic, not in force, withdrawn, or
// somebody else's is set aside with the reason; it makes nobody red. A
// certificate whose issuer the place does not recognise counts where it shows
// an infection, and else not. Orders of health authorities hold without any
// rule: isolation is red, any other amber, until they end or are released.
// What is missing or not known is grey; a day at most between two stays is taken
// for the way from one to the other.
//
// Where the person will be is not foreseen: what changes by itself is said for
// somebody who stays where they are, and to whom nothing new happens.
func Self(w *World, own Own, q Question) SelfReport {
	q = selfish(q)
	r, j := own.judge(w, q, true)
	own.foresee(w, q, &r, j)
	return r
}

func selfish(q Question) Question {
	q = q.settled()
	q.Purpose = PurposeSelf
	return q
}

// judged is what was judged, for those who ask further.
type judged struct {
	evidence history.Evidence
	sets     []*rules.Set // in force
	whole    *cert.Certificate
	trip     rules.Trip
	aside    []Aside
}

// judge colours one moment. In full it also says what was used, what was not,
// and what would do instead.
func (o *Own) judge(w *World, q Question, full bool) (SelfReport, judged) {
	r := Report{place: q.At.Location()}
	self := SelfReport{At: q.At, Data: w.Data, place: r.place}
	var j judged
	clock(&r, w.Data, q)
	to, ok := q.Trip.Destination()
	switch {
	case !ok:
		r.add("no_destination")
	case q.At.IsZero():
	default:
		self.To = to.Jurisdiction
		j = o.weigh(w, q, to, &r, full)
		if full {
			self.Rules = j.sets
			self.Used = used(j, r.place)
			self.Aside = slices.Concat(o.aside, j.aside)
		}
	}
	settled := r.settle()
	self.Verdict, self.Reasons, self.Obligations = settled.Verdict, settled.Reasons, settled.Obligations
	return self, j
}

// weigh puts all that counts to the rules.
func (o *Own) weigh(w *World, q Question, to Leg, r *Report, full bool) judged {
	var found []history.Finding
	var j judged
	j.evidence, found = o.history.Sift(o.holder, q.At)
	if full {
		j.aside = o.findings(found)
	}
	o.certified(w, q, &j)
	ordered(r, j.evidence)
	o.unclaimed(r, q.At)
	if len(o.certificates) == 0 && len(o.aside) == 0 && o.lines == 0 {
		r.add("nothing_held")
	}
	all := w.sets(to, PurposeSelf)
	for _, s := range all {
		if !q.At.Before(s.From) && q.At.Before(s.Until) {
			j.sets = append(j.sets, s)
		}
	}
	j.trip = wayOf(q)
	var gaps []gap
	j.trip.History, gaps = known(w, j.evidence, looksBack(j.sets), to)
	if len(j.sets) == 0 {
		noRules(r, all, to, q)
		return j
	}
	status := Pass
	for _, s := range j.sets {
		first := len(r.Reasons)
		answer := answered(r, s, j.whole, q, j.trip)
		if full && answer != Pass {
			cure(r.Reasons[first:], s.Relief(j.whole, j.trip, q.At), r.place)
		}
		status = status.and(answer)
	}
	if slices.ContainsFunc(r.Reasons, func(r Reason) bool { return r.Code == "history_unknown" }) {
		for _, g := range gaps[:min(len(gaps), maxGaps)] {
			r.Reasons = append(r.Reasons, g.reason(r.place))
		}
	}
	if status == Pass && len(coloured(r.Reasons)) == 0 {
		r.add("self_green", words.Place("to", to.Jurisdiction))
	}
	return j
}

// certified makes one certificate of the events of all that count, and says of
// the others why they do not.
func (o *Own) certified(w *World, q Question, j *judged) {
	j.whole = &cert.Certificate{Carrier: cert.Carrier{Content: PurposeSelf}}
	for _, h := range o.certificates {
		aside := func(reasons []Reason) {
			j.aside = append(j.aside, Aside{Kind: "certificate", Index: h.index, Reasons: reasons})
		}
		r := Report{Format: h.format, place: q.At.Location()}
		derived(&r, h.signed)
		keyUse(&r, h.signed)
		inForce(&r, w.KeyPolicy, h.signed, q.At)
		unrevoked(&r, w, h.signed, q)
		invalidated(&r, w, h.signed, q)
		if reasons := coloured(r.Reasons); len(reasons) > 0 {
			aside(reasons)
			continue
		}
		if j.whole.Subject.BirthDate.IsZero() {
			j.whole.Subject.BirthDate = h.signed.Certificate.Subject.BirthDate
		}
		for _, e := range h.signed.Certificate.Events {
			r.Reasons = nil
			recognised(&r, w, h.signed, e, q)
			if reasons := coloured(r.Reasons); len(reasons) > 0 && !shows(e) {
				aside(reasons)
				continue
			}
			j.whole.Events = append(j.whole.Events, e)
		}
	}
	slices.SortStableFunc(j.whole.Events, func(a, b cert.Event) int { return when(b).Compare(when(a)) })
}

func coloured(reasons []Reason) []Reason {
	return slices.DeleteFunc(slices.Clone(reasons), func(r Reason) bool { c, ok := r.Colour(); return !ok || c == Green })
}

// shows reports whether an event is evidence of an infection, whoever says so.
func shows(e cert.Event) bool {
	t, ok := e.(*cert.Test)
	return ok && t.Result == cert.Detected
}

// when is the moment of an event, by which the newest comes first.
func when(e cert.Event) time.Time {
	switch e := e.(type) {
	case *cert.Test:
		return e.SampledAt
	case *cert.Antibody:
		return e.SampledAt
	case *cert.Vaccination:
		return e.Date.First()
	case *cert.Recovery:
		return e.FirstPositive.First()
	case *cert.Exemption:
		return e.From.First()
	case *cert.Declaration:
		return e.At
	case *cert.Notice:
		return e.From
	}
	return time.Time{}
}

// ordered says the orders in force.
func ordered(r *Report, e history.Evidence) {
	for _, n := range e.Orders() {
		code, params := "order_in_force", []words.Param{orderWord(n.Order)}
		if n.Order == "isolation" {
			code, params = "isolation", nil
		}
		until := e.Ends(n)
		reason := r.add(code, append(params, words.Place("country", n.Jurisdiction), r.moment("until", until), words.Text("appeal", n.Appeal))...)
		reason.Texts = map[string]rules.Texts{"says": {"en": n.Reason}}
		reason.By = at(until, r.place)
	}
}

// unclaimed says that there are orders of which nobody can tell whose they are.
func (o *Own) unclaimed(r *Report, at time.Time) {
	if o.holder.Number != "" {
		return
	}
	for _, n := range o.history.Notices {
		if !n.Release && !at.Before(n.From) && at.Before(n.Until) {
			r.add("holder_unknown")
			return
		}
	}
}
