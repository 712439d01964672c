package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// Lint lists what makes no sense in a rule set, whatever its author wants: the
// findings of [Check] about identity, texts and rules that always or never pass,
// and
//
//	unreachable      a rule, mark or obligation that no question ever comes to
//	contradictory    rules that each pass on some evidence, and together on none
//	concerns_nobody, concerns_all   the condition of concerns is never, or always, true
//	undefined_field  a rule reads a field that rules do not see
//	undefined_value  a rule compares a field with a code that it never has
//
// What it says of examples rests on thousands that are made up from the rules'
// own numbers and codes, and on the set's cases: a finding can be wrong where a
// rule passes on something very rare; give a case that shows it.
func Lint(f File) []Finding {
	s, found := build(f)
	if len(found) > 0 {
		return found
	}
	l := linter{checker{set: s}}
	for _, d := range Check(f) {
		if slices.Contains(ofSense, d.Code) {
			l.found = append(l.found, d)
		}
	}
	l.unreachable()
	l.contradictory()
	l.concern()
	for i, r := range s.Rules {
		l.undefined(fmt.Sprintf("rules[%d]", i), r.Identifier, r.Logic, r.reads)
	}
	if s.concern != nil {
		l.undefined("concerns", "the condition", s.concern.Logic, s.concern.reads)
	}
	for i, k := range s.conditions {
		if k.expr != nil {
			l.undefined(fmt.Sprintf("obligations[%d]", i), s.Obligations[i].ID, s.Obligations[i].When, k.expr.Reads())
		}
	}
	return l.found
}

// ofSense are the findings of Check that are about what a set says, not about
// how complete it is.
var ofSense = []string{"form", "reads_identity", "pins_birth_date", "engine", "never_passes", "always_passes", "kind_without_rules", "rule_unused",
	"value_set_missing", "missing_text"}

type linter struct{ checker }

// unreachable finds rules that are never selected, and marks and obligations
// that never come about.
func (l *linter) unreachable() {
	s := l.set
	for i, r := range s.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		switch {
		case !r.from.Before(s.Until) || r.to.Before(s.From):
			l.find("unreachable", at, "%s %s is valid at no moment of the set: from %s to %s", r.Identifier, r.Version, r.ValidFrom, r.ValidTo)
		case slices.ContainsFunc(s.versions(r.Identifier), func(o *Rule) bool {
			return r.version.less(o.version) && !o.from.After(later(r.from, s.From)) && !o.to.Before(r.to) && o.Type == r.Type && o.CertificateType == r.CertificateType
		}):
			l.find("unreachable", at, "%s %s: a higher version is valid for all of its time, and counts alone", r.Identifier, r.Version)
		}
	}
	for name, list := range map[string][]Refusal{"refuse": s.Refuse, "missing": s.Missing} {
		for i, m := range list {
			if rs := s.versions(m.Rule); len(rs) > 0 && !slices.ContainsFunc(rs, func(r *Rule) bool { return s.tryOut(r)[Failed] > 0 }) {
				l.find("unreachable", fmt.Sprintf("%s[%d]", name, i), "%s never fails, so this never comes about", m.Rule)
			}
		}
	}
	for i, k := range s.conditions {
		if k.expr == nil {
			continue
		}
		r := &Rule{Identifier: s.Obligations[i].ID, Logic: s.Obligations[i].When, compiled: compiled{expr: k.expr, reads: k.expr.Reads(), among: amongOf(k.expr.Reads())}}
		if s.tryOut(r)[Passed] == 0 {
			l.find("unreachable", fmt.Sprintf("obligations[%d]", i), "%s: its condition is true of none of %d examples", r.Identifier, tries)
		}
	}
}

// together is how many examples are made up for rules that must all pass.
const together = 20_000

// contradictory finds kinds of evidence that can never meet the set, although
// each rule alone can pass, and two rules that keep each other from it.
func (l *linter) contradictory() {
	s := l.set
	met := map[cert.Kind]bool{}
	for _, t := range RunTests(s) {
		if t.Got.Answer == Met {
			met[t.Got.Kind] = true
		}
	}
	at := s.From.Add(s.Until.Sub(s.From) / 2)
	for _, kind := range s.Kinds() {
		rs := Select(s.Rules, s.query(Acceptance, kind, at))
		rs = slices.DeleteFunc(slices.Clone(rs), func(r *Rule) bool { return r.expr == nil || r.open != "" })
		if met[kind] || len(rs) < 2 || kind == KindHistory {
			continue
		}
		if a, b, found := s.conflict(kind, rs); found {
			switch {
			case b != nil:
				l.find("contradictory", string(kind), "%s and %s pass together on none of %d examples: no %s can meet both", a.Identifier, b.Identifier, together, kind)
			default:
				l.find("contradictory", string(kind), "the rules about %s pass together on none of %d examples, though each does alone", kind, together)
			}
		}
	}
}

// conflict reports whether rules that each pass on some example never do so on
// one; and which two of them, if two suffice.
func (s *Set) conflict(kind cert.Kind, rs []*Rule) (a, b *Rule, found bool) {
	joint := &Rule{}
	x := inventor{rand: rand.New(rand.NewPCG(2, 2)), at: s.From.Add(s.Until.Sub(s.From) / 2)}
	for _, r := range rs {
		if s.tryOut(r)[Passed] == 0 {
			return nil, nil, false // which is said already
		}
		joint.reads = append(joint.reads, slices.DeleteFunc(slices.Clone(r.reads), func(p string) bool { // the others are about other kinds
			f := strings.Split(p, ".")
			return f[0] == "payload" && len(f) > 1 && len(f[1]) == 1 && f[1] != arrays[kind]
		})...)
		joint.among = append(joint.among, r.among...)
		x.learnMore(r.Logic)
		for _, p := range r.reads {
			if id, ok := strings.CutPrefix(p, "external.valueSets."); ok {
				x.codes = append(x.codes, s.ValueSets[id]...)
			}
		}
	}
	slices.Sort(joint.reads)
	joint.reads = slices.Compact(joint.reads)
	apart := map[[2]int]bool{}
	for i := range rs {
		for j := range i {
			apart[[2]int{j, i}] = true
		}
	}
	for range together {
		data, err := certlogic.FromAny(map[string]any{"payload": x.payload(joint), "external": x.external(s, joint)})
		if err != nil {
			continue
		}
		var passed []int
		for i, r := range rs {
			if v, _, _ := verdict(r.expr.Eval(data)); v == Passed {
				passed = append(passed, i)
			}
		}
		if len(passed) == len(rs) {
			return nil, nil, false
		}
		for n, i := range passed {
			for _, j := range passed[:n] {
				delete(apart, [2]int{j, i})
			}
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(apart), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		return rs[pair[0]], rs[pair[1]], true
	}
	return nil, nil, true
}

// learnMore adds the texts and numbers of another expression.
func (x *inventor) learnMore(logic json.RawMessage) {
	codes, numbers := x.codes, x.numbers
	x.learn(logic)
	x.codes, x.numbers = append(codes, x.codes...), append(numbers, x.numbers...)
}

// concern finds a condition that makes no difference.
func (l *linter) concern() {
	if l.set.concern == nil {
		return
	}
	switch n := l.set.tryOut(l.set.concern); {
	case n[Passed] == 0:
		l.find("concerns_nobody", "concerns", "the condition is true on none of %d examples: the set asks nothing of anybody", tries)
	case n[Failed] == 0:
		l.find("concerns_all", "concerns", "the condition is false on none of %d examples: leave it out", tries)
	}
}

// fieldsOf are the fields of an entry that rules may find, by array.
var fieldsOf = map[string]string{
	"t": "tg tt nm ma sc tr tc co is lab specimen reported", "v": "tg vp mp ma dn sd dt co is lot due from until lifelong", "r": "tg fr df du co is",
	"e": "tg of df du co is", "a": "tg tt sc tr tc co is lab", "d": "tg of at co is", "n": "tg of release df du co is",
}

const outside = "validationClock valueSets countryCode region issuerCountryCode kid iat exp trip history derived"

const ofTrip = "from via stays region category residence purpose arrive among"

// undefined finds fields that rules do not see, and codes that a field never has.
func (l *linter) undefined(at, id string, logic json.RawMessage, reads []string) {
	has := func(list, word string) bool { return slices.Contains(strings.Fields(list), word) }
	for _, p := range reads {
		f := strings.Split(p, ".")
		ok := true
		switch {
		case f[0] == "payload" && len(f) > 1 && (f[1] == "dob" || f[1] == "ver"):
		case f[0] == "payload" && len(f) > 1:
			fields, known := fieldsOf[f[1]]
			ok = known && (len(f) < 4 || has(fields, f[3])) || readsIdentity([]string{p})
		case f[0] == "external" && len(f) > 1 && f[1] == "trip" && len(f) > 2:
			ok = has(ofTrip, f[2])
			if f[2] == "among" && len(f) > 3 {
				ok = (f[3] == Here || l.set.ValueSets[f[3]] != nil) && (len(f) < 5 || has("ago days hours", f[4]))
			}
		case f[0] == "external" && len(f) > 1:
			ok = has(outside, f[1])
		}
		if !ok {
			l.find("undefined_field", at, "%s reads %s, which rules never find: look for a misspelt name", id, p)
		}
	}
	var tree any
	if json.Unmarshal(logic, &tree) == nil {
		l.values(at, id, tree)
	}
}

// closed are the fields whose codes are a closed list.
var closed = map[string][]string{
	"tg": {cert.COVID19, cert.YellowFever, cert.Polio, cert.Meningococcal},
	"tt": {cert.CodeNucleicAcid, cert.CodeAntigenRapid},
	"tr": {cert.CodeDetected, cert.CodeNotDetected},
}

// values looks at each comparison of a field with codes.
func (l *linter) values(at, id string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for op, w := range v {
			if list, _ := w.([]any); (op == "===" || op == "in") && len(list) == 2 {
				l.compared(at, id, list[0], list[1])
				l.compared(at, id, list[1], list[0])
			}
			l.values(at, id, w)
		}
	case []any:
		for _, w := range v {
			l.values(at, id, w)
		}
	}
}

func (l *linter) compared(at, id string, field, with any) {
	path := variable(field)
	f := strings.Split(path, ".")
	if len(f) != 4 || f[0] != "payload" || closed[f[3]] == nil {
		return
	}
	var codes []string
	switch with := with.(type) {
	case string:
		codes = []string{with}
	case []any:
		for _, c := range with {
			if s, ok := c.(string); ok {
				codes = append(codes, s)
			}
		}
	default:
		name, _ := strings.CutPrefix(variable(with), "external.valueSets.")
		codes = l.set.ValueSets[name]
	}
	known := closed[f[3]]
	if f[3] == "tg" { // an author who names a disease means it
		for _, a := range l.set.Accepts {
			known = slices.Concat(known, a.Diseases)
		}
	}
	for _, c := range codes {
		if !slices.Contains(known, c) {
			l.find("undefined_value", at, "%s compares %s with %q, which it never is: look for a misspelt code", id, path, short(c))
		}
	}
}

// variable is the path of {"var": path}; empty for anything else.
func variable(v any) string {
	m, _ := v.(map[string]any)
	s, _ := m["var"].(string)
	return s
}
