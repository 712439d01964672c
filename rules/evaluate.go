package rules

import (
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// Trip is what rules may know of a journey. All of it is optional; what is
// absent is absent for the rules too.
type Trip struct {
	From      string    `json:"from,omitempty"`      // jurisdiction where the journey began
	Via       []string  `json:"via,omitempty"`       // jurisdictions passed on the way
	Transits  []Transit `json:"transits,omitempty"`  // airports at which the person changed planes on the way
	Entered   []Stay    `json:"entered,omitempty"`   // places entered on the way, and where it began
	Stays     []Stay    `json:"stays,omitempty"`     // earlier stays
	AllTold   bool      `json:"all_told,omitempty"`  // there are no other places on the way, and no other stays that matter
	Region    string    `json:"region,omitempty"`    // of arrival
	Category  string    `json:"category,omitempty"`  // resident, visitor, business, crew, pilgrim, diplomat, refugee
	Residence string    `json:"residence,omitempty"` // jurisdiction
	Purpose   string    `json:"purpose,omitempty"`   // entry, transit ...
	Arrive    time.Time `json:"arrive,omitzero"`     // where it differs from the moment of the check
	History   *History  `json:"history,omitempty"`   // of a person who asks for themselves
}

// Stay is a time spent in a jurisdiction before the trip.
type Stay struct {
	In    string    `json:"in"`
	From  cert.Date `json:"from,omitzero"` // the first day there; zero: not known
	Until cert.Date `json:"until"`         // the last day there
}

// Transit is a change of planes in a jurisdiction that was not entered.
type Transit struct {
	In    string `json:"in"`
	Hours int    `json:"hours,omitempty"` // begun ones counted; zero: not known
}

// Answer is what a set of rules says of a certificate. It is no colour: the
// colour is for package verify to give.
type Answer string

// The answers. The zero Answer is none of them and accepts nothing.
const (
	Met          Answer = "met"           // of an accepted kind, and every rule passed
	NotMet       Answer = "not_met"       // an acceptance rule failed
	Refused      Answer = "refused"       // a rule failed that is marked to refuse
	Referred     Answer = "referred"      // present infection, or an isolation notice in force
	Unclear      Answer = "unclear"       // a rule is open: it could not be evaluated
	Missing      Answer = "missing"       // a rule failed that is marked to say that evidence is missing or too old
	WrongKind    Answer = "wrong_kind"    // the kind of evidence, or its disease, is not accepted
	NoRules      Answer = "no_rules"      // the kind is accepted, and no rule for it is valid at this moment
	NoEvidence   Answer = "no_evidence"   // the certificate states nothing
	NotConcerned Answer = "not_concerned" // the set asks nothing of this person on this journey
	NotBegun     Answer = "not_begun"     // the set is not yet in force
	Lapsed       Answer = "lapsed"        // the set is no longer in force
)

// Verdict is the outcome of one rule.
type Verdict string

// The verdicts. The zero Verdict is none of them.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	Open   Verdict = "open"
)

// Why says for what reason a rule is open.
type Why string

// The reasons.
const (
	OpenEngine        Why = "engine"         // written for an engine that is not CertLogic
	OpenEngineVersion Why = "engine_version" // written for a later version of CertLogic
	OpenSchema        Why = "schema_version" // written for another major or a later version of the payload
	OpenEvaluation    Why = "evaluation"     // the evaluation ended in an error
	OpenIdentity      Why = "reads_identity" // reads who the person is, which no rule may
	OpenNotBoolean    Why = "not_boolean"    // the result is neither true nor false
	OpenLacks         Why = "format_lacks"   // the result turns on something that the format of the certificate has no place for: see Lacks
	OpenTrip          Why = "trip_unknown"   // the result turns on a fact of the trip that is not known: see Lacks
	OpenHistory       Why = "history_gap"    // the result turns on where the person was at a time of which that is not known: see Lacks
)

// Outcome is what became of one rule.
type Outcome struct {
	Rule    *Rule
	Verdict Verdict
	Why     Why   // of an open one
	Err     error // of an evaluation: where in the rule, never what the data were
	// Refuses says that this outcome refuses: the rule failed, and the set
	// marks it, or it is an invalidation rule of the issuer.
	Refuses bool
	// Lacks are the fields of the event that the rule reads and that the
	// certificate does not have, for a rule that did not pass: "t.0.ma". For one
	// that is open for OpenTrip or OpenHistory it is the fact: "trip.from",
	// "history.areas".
	Lacks []string
}

// Cause says why a person is referred to the health service.
type Cause string

// The causes.
const (
	CauseInfection Cause = "infection" // a positive test for present infection, within the window
	CauseIsolation Cause = "isolation" // a notice in force that orders isolation
)

// Referral sends a person to the health service. The zero Referral sends nobody.
type Referral struct {
	Cause   Cause
	Event   int       // index in the certificate
	Disease string    // code
	Sampled time.Time // of an infection
	Until   time.Time // the first moment at which it no longer holds
}

// Due is an obligation that applies after entry.
type Due struct {
	*Obligation
	Deadline time.Time // zero: no term is stated
	// Unsure says that the condition could not be evaluated, or turns on a fact
	// of the trip that is not known: the person may be free of it.
	Unsure bool
}

// Result is what a set of rules says of a certificate, on a trip, at a moment.
// The zero Result accepts nothing.
type Result struct {
	Set         *Set
	At          time.Time
	Answer      Answer
	Event       int       // index of the event that was judged; -1: none
	Kind        cert.Kind // of that event
	Outcomes    []Outcome
	Referral    Referral
	Obligations []Due
}

// Evaluate answers whether a certificate meets the set, on a trip, at a moment,
// which is the moment of arrival. Of a certificate with several events the one
// is judged that does best; a referral, which may come from any of them, stands
// above all.
func (s *Set) Evaluate(c *cert.Certificate, trip Trip, at time.Time) Result {
	at = at.Truncate(time.Millisecond)
	best := Result{Set: s, At: at, Event: -1, Answer: NoEvidence}
	if state := s.state(at); state != "" {
		best.Answer = state
		return best
	}
	external := s.external(c, trip, at)
	var seen view // of the event that does best
	for _, i := range s.judged(c, trip) {
		if r, v := s.judge(c, i, external, trip, at); r.Answer.before(best.Answer) {
			best, seen = r, v
		}
	}
	if s.concern != nil && best.Answer != Met {
		best = s.concerned(best, c, external, trip, at)
	}
	if best.Referral = s.referral(c, trip, at); best.Referral.Cause != "" {
		best.Answer = Referred
	}
	if len(s.Obligations) > 0 && best.Answer != NotConcerned {
		if seen.root.Kind() == certlogic.Null {
			seen = s.look(c, best.Event, external)
		}
		best.Obligations = s.due(seen, trip.arrival(at))
	}
	return best
}

// concerned asks whether the set asks anything of this person, where what they
// show does not meet it. If that is not known, nothing else is said: whether
// evidence is needed comes before which.
func (s *Set) concerned(best Result, c *cert.Certificate, external certlogic.Value, trip Trip, at time.Time) Result {
	o := s.outcomeOf(s.concern, s.look(c, nothing, external), trip, at)
	switch o.Verdict {
	case Failed:
		return Result{Set: s, At: best.At, Event: -1, Answer: NotConcerned}
	case Open:
		best.Answer, best.Outcomes = Unclear, []Outcome{o}
	}
	return best
}

// outcomeOf evaluates a rule on a view, and asks whether something turns the
// answer that nobody told.
func (s *Set) outcomeOf(rule *Rule, v view, trip Trip, at time.Time) Outcome {
	o := rule.outcome(v)
	if o.Verdict == Open {
		return o
	}
	if fact, ok := s.untold(rule, v.root, o.Verdict, trip, at); ok {
		return Outcome{Rule: rule, Verdict: Open, Why: OpenTrip, Lacks: []string{fact}}
	}
	if fact, ok := s.gap(rule, v.root, o.Verdict, trip, at); ok {
		return Outcome{Rule: rule, Verdict: Open, Why: OpenHistory, Lacks: []string{fact}}
	}
	return o
}

// Invalidate evaluates the invalidation rules of the set, which is one of the
// issuer's: every one that fails takes the certificate's force.
func (s *Set) Invalidate(c *cert.Certificate, trip Trip, at time.Time) []Outcome {
	at = at.Truncate(time.Millisecond)
	if s.state(at) != "" {
		return nil
	}
	var out []Outcome
	var external certlogic.Value
	for i, e := range c.Events {
		selected := Select(s.Rules, s.query(Invalidation, e.Kind(), at))
		if len(selected) == 0 {
			continue
		}
		if external.Kind() == certlogic.Null {
			external = s.external(c, trip, at)
		}
		v := s.look(c, i, external)
		for _, r := range selected {
			o := r.outcome(v)
			o.Refuses = o.Verdict == Failed
			out = append(out, o)
		}
	}
	return out
}

// state is Lapsed or NotBegun, or empty where the set is in force.
func (s *Set) state(at time.Time) Answer {
	switch {
	case s == nil || !at.Before(s.Until):
		return Lapsed
	case at.Before(s.From):
		return NotBegun
	}
	return ""
}

// judged are the events to judge: each of the certificate, and whole, which is
// all of them with the history.
func (s *Set) judged(c *cert.Certificate, trip Trip) []int {
	out := make([]int, 0, 1+len(c.Events))
	if trip.History != nil && s.wantsHistory() {
		out = append(out, whole)
	}
	for i := range c.Events {
		out = append(out, i)
	}
	return out
}

// whole stands for the index of an event where all are judged together.
const whole = -1

// nothing stands for the index of an event where no evidence is looked at.
const nothing = -2

// wantsHistory reports whether the set judges all that a person holds.
func (s *Set) wantsHistory() bool {
	return slices.ContainsFunc(s.Accepts, func(a Accept) bool { return a.Kind == KindHistory })
}

// order ranks the answers to the events of one certificate: what is met counts
// before what is not; among the rest the graver one is told first.
var order = []Answer{Met, Refused, Unclear, Missing, NoRules, NotMet, WrongKind, NoEvidence}

func (a Answer) before(b Answer) bool { return slices.Index(order, a) < slices.Index(order, b) }

// judge evaluates one event, or the whole. The view is of use if there are outcomes.
func (s *Set) judge(c *cert.Certificate, event int, external certlogic.Value, trip Trip, at time.Time) (Result, view) {
	r := Result{Set: s, At: at, Event: event, Kind: KindHistory, Answer: WrongKind}
	if event != whole {
		e := c.Events[event]
		if r.Kind = e.Kind(); !s.accepts(e) {
			return r, view{}
		}
	}
	selected := Select(s.Rules, s.query(Acceptance, r.Kind, at))
	if len(selected) == 0 {
		r.Answer = NoRules
		return r, view{}
	}
	v := s.look(c, event, external)
	r.Answer = Met
	r.Outcomes = make([]Outcome, len(selected))
	for i, rule := range selected {
		o := s.outcomeOf(rule, v, trip, at)
		answer := Met
		switch {
		case o.Verdict == Failed && marks(s.Refuse, rule.Identifier):
			o.Refuses, answer = true, Refused
		case o.Verdict == Failed && marks(s.Missing, rule.Identifier):
			answer = Missing
		case o.Verdict == Failed:
			answer = NotMet
		case o.Verdict != Passed:
			answer = Unclear
		}
		r.Outcomes[i] = o
		if answer != Met && (r.Answer == Met || answer.before(r.Answer)) {
			r.Answer = answer
		}
	}
	return r, v
}

func (s *Set) accepts(e cert.Event) bool {
	for _, a := range s.Accepts {
		if a.Kind == e.Kind() && (len(a.Diseases) == 0 || slices.Contains(a.Diseases, e.About().Disease.Code())) {
			return true
		}
	}
	return false
}

func marks(list []Refusal, id string) bool {
	return slices.ContainsFunc(list, func(r Refusal) bool { return r.Rule == id })
}

// outcome evaluates the rule on a view.
func (r *Rule) outcome(v view) Outcome {
	if why := r.barred(v); why != "" {
		return Outcome{Rule: r, Verdict: Open, Why: why}
	}
	o := Outcome{Rule: r}
	o.Verdict, o.Why, o.Err = verdict(r.expr.Eval(v.root))
	if o.Verdict != Open {
		if fact, ok := r.facts.missing(r.expr, v.root, o.Verdict); ok {
			return Outcome{Rule: r, Verdict: Open, Why: OpenTrip, Lacks: []string{fact}}
		}
	}
	if o.Verdict != Passed {
		o.Lacks = r.lacks(v)
		if absent := v.without(o.Lacks); len(absent) > 0 && r.turnsOn(v, absent) {
			return Outcome{Rule: r, Verdict: Open, Why: OpenLacks, Lacks: absent}
		}
	}
	return o
}

// barred says why the rule is open on a view without being evaluated; empty: it is not.
func (r *Rule) barred(v view) Why {
	switch {
	case r.expr == nil:
		return OpenEvaluation
	case r.open != "":
		return r.open
	case !v.known || v.version[0] != r.schema[0] || v.version.less(r.schema):
		return OpenSchema
	}
	return ""
}

// verdict reads the answer of an expression. An error is never false.
func verdict(answer certlogic.Value, err error) (Verdict, Why, error) {
	if err != nil {
		return Open, OpenEvaluation, err
	}
	switch b, ok := answer.Bool(); {
	case !ok:
		return Open, OpenNotBoolean, nil
	case b:
		return Passed, "", nil
	}
	return Failed, "", nil
}

// arrival is the moment from which the terms of obligations run.
func (t Trip) arrival(at time.Time) time.Time {
	if t.Arrive.IsZero() {
		return at
	}
	return t.Arrive
}
