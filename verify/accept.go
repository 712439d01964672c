package verify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

// acceptable asks the rules: the destination's for this purpose, and what the
// issuer itself has declared invalid.
func acceptable(r *Report, w *World, s trust.Signed, q Question) {
	r.Checks.Rules = Pass
	isolation(r, s, q)
	invalidated(r, w, s, q)
	to, ok := q.Asked()
	if !ok {
		r.Checks.Rules = r.Checks.Rules.and(Unknown)
		r.add("no_destination")
		return
	}
	sets := w.sets(to, q.Purpose)
	current := slices.DeleteFunc(slices.Clone(sets), func(s *rules.Set) bool { return q.At.Before(s.From) || !q.At.Before(s.Until) })
	if len(current) == 0 {
		noRules(r, sets, to, q)
		return
	}
	status := Pass
	for _, set := range current {
		status = status.and(asked(r, set, s, q))
	}
	if q.Purpose != "exit" {
		for _, leg := range q.Trip.Via() {
			status = status.and(passed(r, w, leg, s, q))
		}
	}
	r.Checks.Rules = r.Checks.Rules.and(status)
	if r.Checks.Rules == Pass {
		r.add("accepted", words.Place("to", to.Jurisdiction), words.Word("purpose", q.Purpose))
	}
}

// passed asks the transit rules of a jurisdiction on the way. Where none are
// known a line says so: the destination's answer does not hang on them.
func passed(r *Report, w *World, leg Leg, s trust.Signed, q Question) Status {
	q.Purpose = "transit"
	if !leg.Arrive.IsZero() {
		q.At = leg.Arrive
	}
	status, known := Pass, false
	for _, set := range w.sets(leg, q.Purpose) {
		if !q.At.Before(set.From) && q.At.Before(set.Until) {
			known = true
			status = status.and(asked(r, set, s, q))
		}
	}
	if !known {
		r.add("transit_not_judged", words.Place("via", leg.Jurisdiction))
	}
	return status
}

// sets are the rules of a destination for a purpose.
func (w *World) sets(to Leg, purpose string) []*rules.Set {
	var out []*rules.Set
	for _, s := range w.Rules {
		if s.Jurisdiction == to.Jurisdiction && s.Purpose == purpose && (s.Region == "" || strings.EqualFold(s.Region, to.Region)) {
			out = append(out, s)
		}
	}
	return out
}

// noRules says why there are none: never seen, over, or not begun.
func noRules(r *Report, sets []*rules.Set, to Leg, q Question) {
	place, purpose := words.Place("to", to.Jurisdiction), words.Word("purpose", q.Purpose)
	r.Checks.Rules = r.Checks.Rules.and(Unknown)
	var lapsed, begins time.Time
	for _, s := range sets {
		if !q.At.Before(s.Until) && s.Until.After(lapsed) {
			lapsed = s.Until
		}
		if q.At.Before(s.From) && (begins.IsZero() || s.From.Before(begins)) {
			begins = s.From
		}
	}
	switch {
	case !lapsed.IsZero():
		r.add("rules_lapsed", place, r.moment("since", lapsed))
	case !begins.IsZero():
		r.add("rules_not_begun", place, r.moment("since", begins))
	default:
		r.add("no_rules", place, purpose)
	}
}

// isolation honours an order that the person carries, whoever asks.
func isolation(r *Report, s trust.Signed, q Question) {
	ref := rules.Isolation(s.Certificate, q.At)
	if ref.Cause == "" {
		return
	}
	n, _ := s.Certificate.Events[ref.Event].(*cert.Notice)
	r.Checks.Rules = Fail
	reason := r.add("isolation", words.Place("country", s.Key.Country), r.moment("until", ref.Until), words.Text("appeal", n.Appeal))
	reason.By = ref.Until
}

// invalidated asks the issuer's own rules which of its certificates no longer hold.
func invalidated(r *Report, w *World, s trust.Signed, q Question) {
	for _, set := range w.Rules {
		if d := s.Certificate.Derived; set.Jurisdiction != s.Key.Country && (d == nil || set.Jurisdiction != d.Country) {
			continue
		}
		for _, o := range set.Invalidate(s.Certificate, tripOf(q), q.At) {
			switch o.Verdict {
			case rules.Failed:
				reason := r.add("issuer_invalidated", words.Place("country", set.Jurisdiction), words.Text("rule", o.Rule.Identifier))
				reason.Texts = map[string]rules.Texts{"says": ruleTexts(o.Rule)}
				r.Checks.Rules = Fail
			case rules.Open:
				r.Checks.Rules = r.Checks.Rules.and(Unknown)
				r.add("rule_open", words.Text("rule", o.Rule.Identifier), words.Text("why", string(o.Why)))
			}
		}
	}
}

// asked evaluates one set of rules in force, and computes what would do instead.
func asked(r *Report, set *rules.Set, s trust.Signed, q Question) Status {
	trip, first, owed := tripOf(q), len(r.Reasons), len(r.Obligations)
	status := answered(r, set, s.Certificate, q, trip)
	name := strings.Join([]string{set.ID, set.Version, set.Jurisdiction, set.Region, set.Purpose}, " ")
	for i := range r.Reasons[first:] {
		r.Reasons[first+i].set = name
	}
	r.sets = append(r.sets, asking{name, status, r.Obligations[owed:]})
	if status != Pass {
		cure(r.Reasons[first:], set.Outlook(s.Certificate, trip, q.At).Remedies, q.At.Location())
	}
	return status
}

// answered evaluates one set of rules in force.
func answered(r *Report, set *rules.Set, c *cert.Certificate, q Question, trip rules.Trip) Status {
	res := set.Evaluate(c, trip, q.At)
	switch res.Answer {
	case rules.Met:
		obliged(r, res)
		return Pass
	case rules.NotConcerned:
		reason := r.add("not_concerned", words.Place("to", set.Jurisdiction))
		reason.Texts = map[string]rules.Texts{"title": set.Title, "says": set.Concerns.Text}
		return Pass
	}
	status := Fail
	switch res.Answer {
	case rules.WrongKind:
		kinds := make([]string, 0, 4)
		for _, k := range set.Kinds() {
			kinds = append(kinds, string(k))
		}
		if slices.Contains(kinds, string(res.Kind)) || aboutAnother(set, c, res.Event) { // so it is the disease
			r.add("disease_not_accepted", words.Place("to", set.Jurisdiction), diseaseOf(c, res.Event),
				words.Word("purpose", q.Purpose), words.List("would_do", kinds...), words.List("about", diseases(set)...))
			break
		}
		r.add("kind_not_accepted", words.Place("to", set.Jurisdiction), words.Word("kind", string(res.Kind)),
			words.Word("purpose", q.Purpose), words.List("would_do", kinds...))
	case rules.Referred:
		referred(r, set, res, q)
	case rules.NotMet, rules.Refused, rules.Unclear, rules.Missing:
		for _, o := range res.Outcomes {
			if outcome(r, set, o) == Unknown {
				status = Unknown
			}
		}
	default:
		r.add("no_rules", words.Place("to", set.Jurisdiction), words.Word("purpose", q.Purpose))
		return Unknown
	}
	return status
}

// outcome says one rule that did not pass. A rule whose evaluation ends in an
// error because the certificate lacks what it reads is not met for that lack;
// any other that cannot be evaluated leaves the answer unknown.
func outcome(r *Report, set *rules.Set, o rules.Outcome) Status {
	rule := words.Text("rule", o.Rule.Identifier)
	lacking := len(o.Lacks) > 0 && (o.Verdict == rules.Failed || o.Why == rules.OpenEvaluation || o.Why == rules.OpenLacks)
	switch {
	case o.Verdict == rules.Passed:
		return Pass
	case o.Why == rules.OpenTrip:
		for _, fact := range o.Lacks {
			r.add("trip_unknown", rule, words.Word("fact", "fact_"+strings.TrimPrefix(fact, "trip.")))
		}
		return Unknown
	case o.Why == rules.OpenHistory:
		reason := r.add("history_unknown", rule)
		reason.Texts = map[string]rules.Texts{"says": ruleTexts(o.Rule)}
		return Unknown
	case o.Verdict == rules.Failed && slices.ContainsFunc(set.Missing, func(m rules.Refusal) bool { return m.Rule == o.Rule.Identifier }):
		reason := r.add("evidence_missing", rule)
		reason.Rule = o.Rule.Identifier
		for _, m := range set.Missing {
			if m.Rule == o.Rule.Identifier {
				reason.Texts = map[string]rules.Texts{"says": m.Reason}
			}
		}
		return Unknown
	case o.Verdict != rules.Failed && !lacking:
		r.add("rule_open", rule, words.Text("why", string(o.Why)))
		return Unknown
	case o.Refuses:
		reason := r.add("rule_refuses", rule, words.Text("appeal", contact(set.Appeal)))
		reason.Texts = map[string]rules.Texts{"says": ruleTexts(o.Rule), "basis": set.LegalBasis.Text}
		for _, refusal := range set.Refuse {
			if refusal.Rule == o.Rule.Identifier {
				reason.Texts["says"] = refusal.Reason
			}
		}
		return Fail
	}
	code, params := "rule_failed", []words.Param{rule}
	if lacking {
		code, params = "rule_lacks", append(params, words.Text("lacks", strings.Join(o.Lacks, ", ")))
	}
	reason := r.add(code, params...)
	reason.Rule = o.Rule.Identifier
	reason.Texts = map[string]rules.Texts{"says": ruleTexts(o.Rule)}
	if o.Verdict == rules.Open {
		return Unknown
	}
	return Fail
}

// aboutAnother reports whether an event is about a disease of which the set
// accepts no kind of evidence.
func aboutAnother(set *rules.Set, c *cert.Certificate, event int) bool {
	if event < 0 || event >= len(c.Events) {
		return false
	}
	code := c.Events[event].About().Disease.Code()
	return code != "" && !slices.ContainsFunc(set.Accepts, func(a rules.Accept) bool { return len(a.Diseases) == 0 || slices.Contains(a.Diseases, code) })
}

// diseaseOf is the disease that an event is about: by its name, or as it is coded.
func diseaseOf(c *cert.Certificate, event int) words.Param {
	if event < 0 || event >= len(c.Events) {
		return words.Text("disease", "?")
	}
	d := c.Events[event].About().Disease
	if code := "disease_" + d.Code(); words.Has("en", code) {
		return words.Word("disease", code)
	}
	return words.Text("disease", cmp.Or(d.Source.Display, d.Source.Code, "?"))
}

// diseases are those that a set is about, of which there are names.
func diseases(s *rules.Set) []string {
	var out []string
	for _, a := range s.Accepts {
		for _, d := range a.Diseases {
			if code := "disease_" + d; words.Has("en", code) && !slices.Contains(out, code) {
				out = append(out, code)
			}
		}
	}
	return out
}

// cure puts what would do instead to the reasons of one set: what cures a rule
// to that rule's reason, what cures all to the first.
func cure(reasons []Reason, remedies []rules.Remedy, place *time.Location) {
	for _, m := range remedies {
		i := 0
		if m.Rule != "" {
			i = slices.IndexFunc(reasons, func(r Reason) bool { return r.Rule == m.Rule })
		}
		if i < 0 || i >= len(reasons) {
			continue
		}
		if c, ok := cureOf(m, place); ok {
			reasons[i].cure(c)
			if by := c.Until; !by.IsZero() && c.Code != "cure_wait" && (reasons[i].By.IsZero() || by.Before(reasons[i].By)) {
				reasons[i].By = by
			}
		}
	}
}

// cure adds a next step; of the steps that name another kind it makes one choice.
func (r *Reason) cure(c Cure) {
	if c.Code == "cure_other_kind" {
		if r.Code == "kind_not_accepted" || r.Code == "disease_not_accepted" {
			return // it says so itself
		}
		for i, have := range r.Cures {
			if have.Code == c.Code {
				r.Cures[i].Kinds = append(have.Kinds, c.Kinds...)
				return
			}
		}
	}
	r.Cures = append(r.Cures, c)
}

func cureOf(m rules.Remedy, place *time.Location) (Cure, bool) {
	c := Cure{Kinds: []cert.Kind{m.Evidence}, From: at(m.Window.From, place), Until: at(m.Window.Until, place), Text: m.Text}
	dated := !m.Window.From.IsZero() && !m.Window.Until.IsZero()
	switch {
	case m.Kind == rules.CureNewEvidence && m.Evidence == cert.KindTest && m.Text == nil && !m.Window.From.IsZero() && m.Window.Until.IsZero():
		c.Code = "cure_test_from"
	case m.Kind == rules.CureWait && (m.Text == nil || !m.Window.From.IsZero()):
		c.Code = "cure_wait"
	case m.Text != nil:
		c.Code = "cure_stated"
	case m.Kind == rules.CureNewEvidence && m.Evidence == cert.KindTest && dated:
		c.Code = "cure_new_test"
	case m.Kind == rules.CureNewEvidence && dated:
		c.Code = "cure_new_evidence"
	case m.Kind == rules.CureNewEvidence && m.Evidence == cert.KindVaccination && !m.Window.Until.IsZero():
		c.Code = "cure_by"
	case m.Kind == rules.CureNewEvidence && m.Evidence != "":
		c.Code = "cure_other_kind"
	default:
		return Cure{}, false
	}
	return c, true
}

// referred says why the person is sent to the health service, and until when.
func referred(r *Report, set *rules.Set, res rules.Result, q Question) {
	ref := res.Referral
	if ref.Cause != rules.CauseInfection {
		return // an order of isolation was said already
	}
	until := at(ref.Until, q.At.Location())
	reason := r.add("infection", words.Moment("sampled", ref.Sampled), r.moment("until", until), words.Text("appeal", contact(set.Appeal)))
	reason.Texts, reason.By = map[string]rules.Texts{"advice": set.Infection.Advice}, until
}

func obliged(r *Report, res rules.Result) {
	for _, d := range res.Obligations {
		r.Obligations = append(r.Obligations, Obligation{ID: d.ID, What: d.What, By: d.Deadline, Where: d.Where, Ends: d.Ends, Unsure: d.Unsure})
	}
}

// contact says where a person can ask for a second look, on one line.
func contact(c rules.Contact) string {
	parts := make([]string, 0, 4)
	for _, p := range []string{c.Name, c.URL, c.Email, c.Phone} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// ruleTexts collects what a rule says, by language.
func ruleTexts(rule *rules.Rule) rules.Texts {
	m := make(rules.Texts, len(rule.Description))
	for _, d := range rule.Description {
		m[d.Lang] = d.Desc
	}
	return m
}

// tripOf is the trip as rules may see it. Of who asks for themselves with a
// certificate alone, nothing else is known.
func tripOf(q Question) rules.Trip {
	t := wayOf(q)
	if q.Purpose == PurposeSelf {
		t.History = &rules.History{Unknown: []rules.Gap{{From: q.At.AddDate(0, 0, -rules.MaxDays), Until: q.At, Place: true}}}
	}
	return t
}

func wayOf(q Question) rules.Trip {
	to, _ := q.Asked()
	t := rules.Trip{From: q.Trip.Origin(), Region: to.Region, Category: q.Trip.Category, Residence: q.Trip.Residence, Purpose: q.Purpose, Arrive: to.Arrive}
	for _, leg := range q.Trip.Via() {
		t.Via = append(t.Via, leg.Jurisdiction)
		if leg.AirportOnly {
			t.Transits = append(t.Transits, rules.Transit{In: leg.Jurisdiction, Hours: hours(leg)})
		}
	}
	for _, s := range q.Trip.Stays {
		t.Stays = append(t.Stays, stay(s.Jurisdiction, s.From, s.Until, q.At))
	}
	for i, leg := range q.Trip.Legs {
		if i+1 < len(q.Trip.Legs) && !leg.AirportOnly { // entered: a stay like any other
			t.Entered = append(t.Entered, stay(leg.Jurisdiction, leg.Arrive, leg.Depart, q.At))
		}
	}
	t.AllTold = q.Trip.AllTold
	return t
}

// stay is one as rules see it; of who does not say until when, the person was
// there until the moment that is asked about.
func stay(in string, from, until, at time.Time) rules.Stay {
	s := rules.Stay{In: in, Until: cert.DateOf(cmp.Or(until, at))}
	if !from.IsZero() {
		s.From = cert.DateOf(from)
	}
	return s
}

// hours is how long a leg took, begun ones counted; 0: not known.
func hours(leg Leg) int {
	if leg.Arrive.IsZero() || !leg.Depart.After(leg.Arrive) {
		return 0
	}
	return int((leg.Depart.Sub(leg.Arrive) + time.Hour - 1) / time.Hour)
}

// ruleTurns are the moments at which the rules may give another answer.
func (c *candidate) ruleTurns(q Question) []time.Time {
	to, ok := q.Asked()
	if !ok || len(c.signed.Certificate.Events) == 0 {
		return nil
	}
	sets := slices.Clone(c.w.sets(to, q.Purpose))
	for _, leg := range q.Trip.Via() {
		sets = append(sets, c.w.sets(leg, "transit")...)
	}
	var out []time.Time
	for _, set := range sets {
		spans, _ := set.Timeline(c.signed.Certificate, tripOf(q), q.At, q.At.AddDate(rules.Horizon, 0, 0))
		for _, s := range spans {
			out = append(out, s.From)
		}
		out = append(out, set.From, set.Until)
	}
	return out
}
