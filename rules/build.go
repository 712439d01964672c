package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/certlogic"
)

// build checks and compiles a file. It returns the set, or what is wrong with
// the form of the file, all of it.
func build(f File) (*Set, []Finding) {
	b := builder{set: &Set{File: f}}
	b.envelope()
	b.rules()
	b.accepts()
	b.concerns()
	b.refusals()
	b.infection()
	b.obligations()
	b.valueSets()
	b.cures()
	b.tests()
	if len(b.found) > 0 {
		return nil, b.found
	}
	return b.set, nil
}

type builder struct {
	set   *Set
	found []Finding
}

func (b *builder) wrong(at, format string, args ...any) {
	b.found = append(b.found, Finding{Code: "form", At: at, Detail: fmt.Sprintf(format, args...)})
}

func (b *builder) want(ok bool, at, format string, args ...any) {
	if !ok {
		b.wrong(at, format, args...)
	}
}

func (b *builder) envelope() {
	s := b.set
	b.want(s.Format == Format, "format", "want %q", Format)
	b.want(isWord(s.ID, "-"), "id", "want up to 64 small letters, digits or hyphens")
	_, ok := parseVersion(s.Version)
	b.want(ok, "version", "want three numbers: 1.0.0")
	b.want(s.Jurisdiction == Any || (isCountry(s.Jurisdiction) && s.Jurisdiction != templateCountry), "jurisdiction",
		"want two capital letters of ISO 3166-1, also user-assigned ones (other than %s), or * for a template", templateCountry)
	b.want(len(s.Region) <= 5 && strings.Trim(s.Region, upper+digits) == "", "region", "want up to five capital letters or digits")
	b.want(isWord(s.Purpose, "_"), "purpose", "want a word: entry, transit, exit, venue, self")
	b.texts("title", s.Title, true)
	b.texts("legal_basis.text", s.LegalBasis.Text, true)
	b.want(s.LegalBasis.URL == "" || isURL(s.LegalBasis.URL), "legal_basis.url", "want an address that begins with https:// or http://")
	b.want(!s.From.IsZero(), "from", "missing: give the moment from which the rules are in force")
	switch {
	case s.Until.IsZero():
		b.wrong("until", "missing: rules end. Give the moment at which they lapse unless they are renewed, such as the date by which the law asks for a review")
	case !s.From.Before(s.Until):
		b.wrong("until", "want a moment after from")
	}
	a := s.Appeal
	b.want(a.Name != "" && isText(a.Name), "appeal.name", "missing: give the office to which a person who is refused can turn")
	b.want(a.URL != "" || a.Email != "" || a.Phone != "", "appeal", "missing: give a url, an email address or a phone number at which somebody answers")
	b.want(a.URL == "" || isURL(a.URL), "appeal.url", "want an address that begins with https:// or http://")
	b.want(a.Email == "" || (isText(a.Email) && strings.Contains(strings.Trim(a.Email, "@"), "@")), "appeal.email", "want an address with an @")
	b.want(a.Phone == "" || strings.Trim(a.Phone, digits+"+ -()") == "", "appeal.phone", "want digits, spaces, hyphens and a +")
}

func (b *builder) texts(at string, t Texts, required bool) {
	if len(t) == 0 {
		b.want(!required, at, "missing: give a text in English at least")
		return
	}
	b.want(t["en"] != "", at, "want a text in English")
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		b.want(isLanguage(lang), at, "want a language code, not %q", short(lang))
		b.want(t[lang] != "" && isText(t[lang]), join(at, short(lang)), "want a text of up to %d bytes without control characters", MaxText)
	}
}

func (b *builder) rules() {
	s := b.set
	b.want(len(s.Rules) > 0, "rules", "missing: want at least one rule")
	if len(s.Rules) > MaxRules {
		b.wrong("rules", "more than %d rules", MaxRules)
		return
	}
	compiled := make([]*Rule, 0, len(s.Rules))
	for i, src := range s.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		r, err := checked(src)
		if err != nil {
			b.wrong(at, "%v", err)
			continue
		}
		b.want(r.Country == s.country(), at, "%s is of %s, and the set of %s", r.Identifier, r.Country, s.country())
		b.want(strings.EqualFold(r.Region, s.Region), at, "%s is of the region %q, and the set of %q", r.Identifier, r.Region, s.Region)
		for _, have := range compiled {
			b.want(have.Identifier != r.Identifier || have.version != r.version, at, "%s %s stands twice", r.Identifier, r.Version)
		}
		compiled = append(compiled, r)
	}
	for _, r := range compiled {
		b.facts(r)
		s.readsEvents = s.readsEvents || readsEvents(r.reads)
	}
	s.Rules = compiled
}

// facts collects what a rule asks of the journey.
func (b *builder) facts(r *Rule) {
	s := b.set
	r.facts, r.places, r.among = factsOf(r.Logic, r.reads, s.ValueSets), placesOf(r.reads), amongOf(r.reads)
	for _, name := range r.among {
		if !slices.Contains(s.among, name) {
			s.among = append(s.among, name)
		}
	}
}

// concerns compiles the condition as a rule, so that it is evaluated, explained
// and open like one.
func (b *builder) concerns() {
	s := b.set
	if s.Concerns == nil {
		return
	}
	b.texts("concerns.text", s.Concerns.Text, true)
	e, err := parseLogic(s.Concerns.If)
	if err != nil {
		b.wrong("concerns.if", "%v", err)
		return
	}
	r := &Rule{Identifier: "concerns", Type: Acceptance, CertificateType: General, Version: "1.0.0"}
	for _, lang := range slices.Sorted(maps.Keys(s.Concerns.Text)) {
		r.Description = append(r.Description, Description{lang, s.Concerns.Text[lang]})
	}
	c := *s.Concerns
	c.If, _ = e.MarshalJSON()
	s.Concerns, r.Logic, r.expr, r.reads = &c, c.If, e, e.Reads()
	r.schema = version{1, 0, 0}
	b.want(!readsIdentity(r.reads), "concerns.if", "reads who the person is, which no rule may")
	b.want(!readsEvents(r.reads), "concerns.if", "reads the evidence: of whom a set asks does not depend on what they show")
	b.facts(r)
	s.concern = r
}

// readsEvents reports whether one of the paths leads into the events of a payload.
func readsEvents(paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		rest, ok := strings.CutPrefix(p, "payload")
		return p == "" || ok && rest != ".dob" && rest != ".ver"
	})
}

func (b *builder) accepts() {
	acceptance := slices.ContainsFunc(b.set.Rules, func(r *Rule) bool { return r.Type == Acceptance })
	b.want(len(b.set.Accepts) > 0 || !acceptance, "accepts", "missing: say which kinds of evidence count")
	for i, a := range b.set.Accepts {
		at := fmt.Sprintf("accepts[%d]", i)
		b.want(arrays[a.Kind] != "" || a.Kind == KindHistory, at, "want test, vaccination, recovery, exemption, antibody, declaration, notice or history as the kind")
		b.codes(join(at, "diseases"), a.Diseases)
		for _, have := range b.set.Accepts[:i] {
			b.want(have.Kind != a.Kind, at, "%s stands twice", short(string(a.Kind)))
		}
	}
	looks := b.set.Looks
	b.want(looks == nil || (looks.Days >= 1 && looks.Days <= MaxDays), "looks.days", "want 1 to %d days", MaxDays)
	for i, r := range b.set.Rules {
		b.want(len(r.places) == 0 || looks != nil, fmt.Sprintf("rules[%d]", i), "it reads where the person was: say in looks.days on how many days the set looks back")
	}
}

func (b *builder) codes(at string, codes []string) {
	for i, c := range codes {
		b.want(isCode(c), at, "[%d]: want a code of up to 100 bytes", i)
	}
}

func (b *builder) known(at, id string) {
	b.want(len(b.set.versions(id)) > 0, at, "no rule %q is in the set", short(id))
}

func (b *builder) refusals() {
	b.marks("refuse", b.set.Refuse)
	b.marks("missing", b.set.Missing)
	for i, r := range b.set.Missing {
		b.want(!marks(b.set.Refuse, r.Rule), fmt.Sprintf("missing[%d]", i), "%s is marked to refuse: what is missing refuses nobody", short(r.Rule))
	}
}

func (b *builder) marks(name string, list []Refusal) {
	for i, r := range list {
		at := fmt.Sprintf("%s[%d]", name, i)
		b.known(at, r.Rule)
		b.texts(join(at, "reason"), r.Reason, true)
		b.want(!marks(list[:i], r.Rule), at, "%s stands twice", short(r.Rule))
	}
}

func (b *builder) infection() {
	f := b.set.Infection
	if f == nil {
		return
	}
	b.want(f.Hours >= 1 && f.Hours <= 2400, "infection.hours", "want 1 to 2400 hours")
	b.want(len(f.Diseases) > 0, "infection.diseases", "missing: say of which diseases")
	b.codes("infection.diseases", f.Diseases)
	b.texts("infection.advice", f.Advice, true)
}

func (b *builder) obligations() {
	s := b.set
	if len(s.Obligations) > MaxObligations {
		b.wrong("obligations", "more than %d", MaxObligations)
		return
	}
	s.Obligations = slices.Clone(s.Obligations)
	s.conditions = make([]condition, len(s.Obligations))
	for i := range s.Obligations {
		o := &s.Obligations[i]
		at := fmt.Sprintf("obligations[%d]", i)
		b.want(isWord(o.ID, "-"), join(at, "id"), "want up to 64 small letters, digits or hyphens")
		for _, have := range s.Obligations[:i] {
			b.want(have.ID != o.ID, at, "%s stands twice", short(o.ID))
		}
		b.texts(join(at, "what"), o.What, true)
		b.texts(join(at, "where"), o.Where, false)
		b.texts(join(at, "ends"), o.Ends, false)
		if o.By != nil {
			b.want((o.By.Hours == 0) != o.By.At.IsZero(), join(at, "by"), "want hours after arrival, or a moment in at")
			b.want(o.By.Hours >= 0 && o.By.Hours <= 24*366, join(at, "by.hours"), "want 1 to 8784 hours")
		}
		if o.When == nil {
			continue
		}
		e, err := parseLogic(o.When)
		if err != nil {
			b.wrong(join(at, "when"), "%v", err)
			continue
		}
		b.want(!readsIdentity(e.Reads()), join(at, "when"), "reads who the person is, which no rule may")
		o.When, _ = e.MarshalJSON()
		s.conditions[i] = condition{e, factsOf(o.When, e.Reads(), s.ValueSets)}
		s.readsEvents = s.readsEvents || readsEvents(e.Reads())
	}
}

func (b *builder) valueSets() {
	n := 0
	for _, id := range slices.Sorted(maps.Keys(b.set.ValueSets)) {
		b.want(isCode(id) && !strings.Contains(id, "."), "value_sets", "want a name of up to 100 bytes without a full stop, not %q", short(id))
		b.codes(join("value_sets", short(id)), b.set.ValueSets[id])
		n += len(b.set.ValueSets[id])
	}
	if n > MaxCodes {
		b.wrong("value_sets", "more than %d codes", MaxCodes)
		return
	}
	v, err := certlogic.FromAny(b.set.ValueSets)
	if err != nil {
		b.wrong("value_sets", "%v", err)
		return
	}
	b.set.valueSets = v
}

func (b *builder) cures() {
	for _, id := range slices.Sorted(maps.Keys(b.set.Cures)) {
		at, c := join("cures", short(id)), b.set.Cures[id]
		b.known(at, id)
		b.texts(join(at, "text"), c.Text, true)
		switch c.Kind {
		case CureNewEvidence:
			b.want(arrays[c.Evidence] != "", join(at, "evidence"), "want a kind of evidence")
		case CureWait, CureOther:
			b.want(c.Evidence == "" && len(c.With) == 0, at, "evidence and with are for a cure of the kind new_evidence")
		default:
			b.wrong(join(at, "kind"), "want new_evidence, wait or other")
		}
		for _, field := range slices.Sorted(maps.Keys(c.With)) {
			b.want(isWord(field, "") && isCode(c.With[field]), join(at, "with"), "want fields of the payload with a code each")
		}
	}
}

func (b *builder) tests() {
	s := b.set
	if len(s.Tests) > MaxTests {
		b.wrong("tests", "more than %d", MaxTests)
		return
	}
	answers := append(slices.Clone(order), Referred, NotBegun, Lapsed, NotConcerned)
	for i, k := range s.Tests {
		at := fmt.Sprintf("tests[%d]", i)
		b.want(k.Name != "" && isText(k.Name), join(at, "name"), "missing: say what is tested")
		b.want(!k.At.IsZero(), join(at, "at"), "missing: give the moment of arrival")
		b.want(slices.Contains(answers, k.Want.Answer), join(at, "want.answer"), "want one of %v", answers)
		b.want(k.For == "" || s.Jurisdiction == Any && isCountry(k.For) && k.For != templateCountry, join(at, "for"), "want the country that a template is made for")
		_, err := k.Payload.Certificate()
		b.want(err == nil, join(at, "payload"), "%v", err)
		for _, id := range slices.Concat(k.Want.Failed, k.Want.Open) {
			b.known(join(at, "want"), id)
		}
	}
}

func isWord(s, more string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, lower+digits+more) == "" && !strings.HasPrefix(s, "-")
}

func isText(s string) bool {
	return len(s) <= MaxText && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func isCode(s string) bool { return s != "" && len(s) <= 100 && isText(s) }

func isURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	return ok && rest != "" && isText(s) && !strings.ContainsAny(s, " \"<>")
}
