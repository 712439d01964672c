package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Finding is something that an author should know of a rule set.
type Finding struct {
	Code   string // see [Check]
	At     string // where in the file
	Detail string // what it is and what to do, in English, for the author
}

func (f Finding) String() string { return f.At + ": " + f.Detail + " (" + f.Code + ")" }

// Check lists what an author should know of a rule set before it is published.
// The codes are
//
//	form              the file is refused: New gives the first of these
//	reads_identity    a rule reads who the person is; it is open and never passes
//	pins_birth_date   a rule compares a date of birth as a text, and so can single out a person
//	engine            a rule is for another or a later engine; it is open
//	never_passes      a rule passes on none of the examples made up for it
//	always_passes     a rule fails on none of them
//	kind_without_rules  a kind of evidence is accepted, and no rule is about it
//	rule_unused       a rule is about a kind of evidence that is not accepted
//	rule_gap          an acceptance rule is not valid for all of the time of the set
//	versions_overlap  two versions of a rule are valid at once; the higher one counts
//	affected_fields   the fields that a rule names are not those that it reads
//	value_set_missing, value_set_unused
//	missing_text      a text is there in fewer languages than the title
//	short_text        a text of less than 20 characters
//	no_legal_url      the legal basis cannot be looked up
//	no_term, no_end   an obligation does not say by when, or what ends it
//	no_cure           a rule of acceptance says nothing on what would do instead
//	no_tests          there are no cases, or none for a kind that is accepted
//	test_fails        a case gets another answer than it wants
func Check(f File) []Finding {
	s, found := build(f)
	if len(found) > 0 {
		return found
	}
	c := checker{set: s}
	for i, r := range s.Rules {
		c.rule(fmt.Sprintf("rules[%d]", i), r)
	}
	c.kinds()
	c.versions()
	c.valueSets()
	c.languages()
	c.obligations()
	c.tests()
	if s.LegalBasis.URL == "" {
		c.find("no_legal_url", "legal_basis", "give the address where the law can be read")
	}
	return c.found
}

type checker struct {
	set   *Set
	found []Finding
}

func (c *checker) find(code, at, format string, args ...any) {
	c.found = append(c.found, Finding{code, at, fmt.Sprintf(format, args...)})
}

func (c *checker) rule(at string, r *Rule) {
	switch {
	case readsIdentity(r.reads):
		c.find("reads_identity", at, "%s reads who the person is (%s): it can never pass. Rules are about evidence", r.Identifier, strings.Join(identities(r.reads), ", "))
	case r.open != "":
		c.find("engine", at, "%s is for %s %s, which this program does not have: it can never pass here", r.Identifier, short(r.Engine), r.EngineVersion)
	default:
		c.examples(at, r)
	}
	if pinsBirthDate(r.Logic) {
		c.find("pins_birth_date", at, "%s compares a date of birth as a text, and so can single out a person: compute an age with dccDateOfBirth", r.Identifier)
	}
	c.affected(at, r)
	if r.Type == Acceptance {
		if _, ok := c.set.Cures[r.Identifier]; !ok {
			c.find("no_cure", at, "say under cures what would do where %s fails", r.Identifier)
		}
	}
}

func (c *checker) examples(at string, r *Rule) {
	n := c.set.tryOut(r)
	switch {
	case n[Passed] == 0:
		c.find("never_passes", at, "%s passes on none of %d examples made up for it (%d fail, %d are open): look for a misspelt field or code", r.Identifier, n[Failed]+n[Open], n[Failed], n[Open])
	case n[Failed] == 0:
		c.find("always_passes", at, "%s fails on none of %d examples made up for it: it asks nothing", r.Identifier, n[Passed]+n[Open])
	}
}

// affected compares AffectedFields with what the rule reads: every field that
// is read and no other, where "v.0" also stands for what is below it.
func (c *checker) affected(at string, r *Rule) {
	for _, path := range r.reads {
		field, ok := strings.CutPrefix(path, "payload.")
		if !ok {
			field, ok = path, strings.HasPrefix(path, historyPath) // ours: named whole
		}
		if ok && !slices.ContainsFunc(r.AffectedFields, func(f string) bool {
			return f == field || strings.HasPrefix(f, field+".") || strings.HasPrefix(field, f+".")
		}) {
			c.find("affected_fields", at, "%s reads %s, which AffectedFields does not name", r.Identifier, field)
		}
	}
	for _, f := range r.AffectedFields {
		if !slices.ContainsFunc(r.reads, func(path string) bool {
			return path == "" || path == "payload" || path == "payload."+f || path == f || strings.HasPrefix(path, "payload."+f+".") || strings.HasPrefix("payload."+f, path+".")
		}) {
			c.find("affected_fields", at, "%s names %s in AffectedFields, and does not read it", r.Identifier, short(f))
		}
	}
}

func (c *checker) kinds() {
	s := c.set
	for i, a := range s.Accepts {
		array := "payload." + arrays[a.Kind]
		if a.Kind == KindHistory {
			array = strings.TrimSuffix(historyPath, ".")
		}
		own := certificateType(a.Kind)
		if !slices.ContainsFunc(s.Rules, func(r *Rule) bool {
			return r.Type == Acceptance && (own != "" && r.CertificateType == own || r.CertificateType == General && reads(r, array))
		}) {
			c.find("kind_without_rules", fmt.Sprintf("accepts[%d]", i), "no rule is about %s: add one of its type, or a General one that reads %s", a.Kind, array)
		}
	}
	for i, r := range s.Rules {
		if r.Type == Acceptance && r.CertificateType != General && !slices.ContainsFunc(s.Accepts, func(a Accept) bool { return certificateType(a.Kind) == r.CertificateType }) {
			c.find("rule_unused", fmt.Sprintf("rules[%d]", i), "%s is about a kind of evidence that is not accepted", r.Identifier)
		}
	}
}

func reads(r *Rule, path string) bool {
	return slices.ContainsFunc(r.reads, func(p string) bool { return p == path || strings.HasPrefix(p, path+".") })
}

// versions looks at the validity of all versions of each acceptance rule.
func (c *checker) versions() {
	s := c.set
	byID := map[string][]*Rule{}
	for _, r := range s.Rules {
		byID[r.Identifier] = append(byID[r.Identifier], r)
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		rs := slices.SortedFunc(slices.Values(byID[id]), func(a, b *Rule) int {
			return cmp.Or(a.from.Compare(b.from), slices.Compare(a.version[:], b.version[:]))
		})
		covered := s.From // up to here without a gap
		for i, r := range rs {
			if i > 0 && !r.from.After(rs[i-1].to) {
				c.find("versions_overlap", id, "versions %s and %s are both valid from %s on: the higher one counts", rs[i-1].Version, r.Version, r.ValidFrom)
			}
			if !r.from.After(covered.Add(time.Second)) {
				covered = later(covered, r.to)
			}
		}
		if rs[0].Type == Acceptance && covered.Add(time.Second).Before(s.Until) {
			c.find("rule_gap", id, "not valid for all of the time of the set (after %s): the set would accept more then", covered.Format(time.RFC3339))
		}
	}
}

func (c *checker) valueSets() {
	s := c.set
	used := map[string]bool{}
	note := func(at string, paths []string) {
		for _, p := range paths {
			id, ok := strings.CutPrefix(p, "external.valueSets.")
			if p == "" || p == "external" || p == "external.valueSets" {
				for id := range s.ValueSets {
					used[id] = true
				}
			}
			if !ok {
				continue
			}
			if id, _, _ = strings.Cut(id, "."); s.ValueSets[id] == nil && !used[id] {
				c.find("value_set_missing", at, "the value set %q is not in the file: give its codes", short(id))
			}
			used[id] = true
		}
	}
	for i, r := range s.Rules {
		note(fmt.Sprintf("rules[%d]", i), r.reads)
	}
	for _, name := range s.among {
		used[name] = true
	}
	if s.concern != nil {
		note("concerns", s.concern.reads)
	}
	for i, k := range s.conditions {
		if k.expr != nil {
			note(fmt.Sprintf("obligations[%d]", i), k.expr.Reads())
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.ValueSets)) {
		if !used[id] {
			c.find("value_set_unused", join("value_sets", id), "nothing reads it")
		}
	}
}

// languages asks for every text in every language of the title.
func (c *checker) languages() {
	s := c.set
	want := slices.Sorted(maps.Keys(s.Title))
	texts := func(at string, t Texts) {
		for _, lang := range want {
			if t != nil && t[lang] == "" {
				c.find("missing_text", at, "no text in %q, the title has one", lang)
			}
		}
		for _, lang := range slices.Sorted(maps.Keys(t)) {
			if utf8.RuneCountInString(t[lang]) < 20 {
				c.find("short_text", join(at, lang), "say it in 20 characters or more")
			}
		}
	}
	texts("legal_basis.text", s.LegalBasis.Text)
	if s.Concerns != nil {
		texts("concerns.text", s.Concerns.Text)
	}
	for i, r := range s.Refuse {
		texts(fmt.Sprintf("refuse[%d].reason", i), r.Reason)
	}
	for i, r := range s.Missing {
		texts(fmt.Sprintf("missing[%d].reason", i), r.Reason)
	}
	if s.Infection != nil {
		texts("infection.advice", s.Infection.Advice)
	}
	for i, o := range s.Obligations {
		at := fmt.Sprintf("obligations[%d]", i)
		texts(join(at, "what"), o.What)
		texts(join(at, "where"), o.Where)
		texts(join(at, "ends"), o.Ends)
	}
	for _, id := range slices.Sorted(maps.Keys(s.Cures)) {
		texts(join("cures", id), s.Cures[id].Text)
	}
	for i, r := range s.Rules {
		t := Texts{}
		for _, d := range r.Description {
			t[d.Lang] = d.Desc
		}
		texts(fmt.Sprintf("rules[%d].Description", i), t)
	}
}

func (c *checker) obligations() {
	for i, o := range c.set.Obligations {
		at := fmt.Sprintf("obligations[%d]", i)
		if o.By == nil {
			c.find("no_term", at, "say by when %s must be done", o.ID)
		}
		if o.Ends == nil {
			c.find("no_end", at, "say what ends %s", o.ID)
		}
	}
}

func (c *checker) tests() {
	s := c.set
	if len(s.Tests) == 0 {
		c.find("no_tests", "tests", "give cases: what must be met, and what must not")
		return
	}
	met := map[string]bool{}
	for i, t := range RunTests(s) {
		for _, w := range t.Wrong {
			c.find("test_fails", fmt.Sprintf("tests[%d]", i), "%s: %s", t.Name, w)
		}
		if t.Got.Answer == Met {
			met[string(t.Got.Kind)] = true
		}
	}
	for _, k := range s.Kinds() {
		if !met[string(k)] {
			c.find("no_tests", "tests", "no case in which %s meets the rules", k)
		}
	}
}
