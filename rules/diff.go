package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Change is one thing in which two rule sets differ.
type Change struct {
	Code string // added, removed, changed, unversioned
	At   string // which: "rule TR-XA-0001", "until", "value set vaccines-accepted"
	Part string // of what changed: "Logic", "text"; may be empty
	Old  string // as one reads it, in the language asked for; empty for what was added
	New  string
}

// String says the difference in one English line.
func (d Change) String() string {
	at := strings.TrimSpace(d.At + " " + d.Part)
	switch d.Code {
	case "added":
		return at + " added: " + d.New
	case "removed":
		return at + " removed: " + d.Old
	case "unversioned":
		return at + " changed and kept its version"
	}
	return fmt.Sprintf("%s: %s -> %s", at, d.Old, d.New)
}

// Diff lists in which a new set differs from an old one, in the order of the
// grammar. Rules are told by identifier, of several versions by the highest,
// and their logic is said in words in the language lang; so are texts. Cases
// are not compared.
func Diff(old, new *Set, lang string) []Change {
	d := differ{lang: lang}
	d.value("id", old.ID, new.ID)
	d.value("jurisdiction", old.Jurisdiction, new.Jurisdiction)
	d.value("region", old.Region, new.Region)
	d.value("purpose", old.Purpose, new.Purpose)
	d.value("title", old.Title.In(lang), new.Title.In(lang))
	d.value("legal basis", old.LegalBasis.Text.In(lang)+" "+old.LegalBasis.URL, new.LegalBasis.Text.In(lang)+" "+new.LegalBasis.URL)
	d.value("from", old.From.Format(time.RFC3339), new.From.Format(time.RFC3339))
	d.value("until", old.Until.Format(time.RFC3339), new.Until.Format(time.RFC3339))
	d.value("appeal", plain(old.Appeal), plain(new.Appeal))
	d.each("accepted evidence", acceptsByKind(old), acceptsByKind(new))
	d.value("concerns", concerns(old, lang), concerns(new, lang))
	d.value("days looked back on", looks(old), looks(new))
	d.each("refusal", marked(old.Refuse, lang), marked(new.Refuse, lang))
	d.each("missing evidence", marked(old.Missing, lang), marked(new.Missing, lang))
	d.value("infection", infection(old, lang), infection(new, lang))
	d.each("obligation", obligations(old, lang), obligations(new, lang))
	d.valueSets(old, new)
	d.each("cure of", curesOf(old, lang), curesOf(new, lang))
	d.rules(old, new)
	if len(d.found) > 0 && old.Version == new.Version {
		d.add("unversioned", "set", "", old.Version, new.Version)
	}
	return d.found
}

type differ struct {
	lang  string
	found []Change
}

func (d *differ) add(code, at, part, old, new string) {
	d.found = append(d.found, Change{code, at, part, old, new})
}

// value compares one value, which may be absent.
func (d *differ) value(at, old, new string) { d.part(at, "", old, new) }

func (d *differ) part(at, part, old, new string) {
	switch {
	case old == new:
	case old == "":
		d.add("added", at, part, old, new)
	case new == "":
		d.add("removed", at, part, old, new)
	default:
		d.add("changed", at, part, old, new)
	}
}

// each compares values by name, ascending.
func (d *differ) each(what string, old, new map[string]string) {
	all := maps.Clone(old)
	maps.Copy(all, new)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d.value(what+" "+name, old[name], new[name])
	}
}

func (d *differ) valueSets(old, new *Set) {
	all := maps.Clone(old.ValueSets)
	if all == nil {
		all = map[string][]string{}
	}
	maps.Copy(all, new.ValueSets)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		at := "value set " + id
		if gone := without(old.ValueSets[id], new.ValueSets[id]); gone != "" {
			d.add("removed", at, "codes", gone, "")
		}
		if more := without(new.ValueSets[id], old.ValueSets[id]); more != "" {
			d.add("added", at, "codes", "", more)
		}
	}
}

func without(list, other []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(list), func(c string) bool { return slices.Contains(other, c) }), ", ")
}

func (d *differ) rules(old, new *Set) {
	before, after := newest(old), newest(new)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, id := range slices.Sorted(maps.Keys(all)) {
		at, a, b := "rule "+id, before[id], after[id]
		switch {
		case a == nil:
			d.add("added", at, "", "", b.Text(d.lang))
		case b == nil:
			d.add("removed", at, "", a.Text(d.lang), "")
		default:
			d.rule(at, a, b)
		}
	}
}

func (d *differ) rule(at string, a, b *Rule) {
	n := len(d.found)
	d.part(at, "Description", a.Text(d.lang), b.Text(d.lang))
	d.part(at, "Type", a.Type, b.Type)
	d.part(at, "CertificateType", a.CertificateType, b.CertificateType)
	d.part(at, "Region", a.Region, b.Region)
	d.part(at, "ValidFrom", a.ValidFrom, b.ValidFrom)
	d.part(at, "ValidTo", a.ValidTo, b.ValidTo)
	d.part(at, "Engine", a.Engine+" "+a.EngineVersion, b.Engine+" "+b.EngineVersion)
	d.part(at, "SchemaVersion", a.SchemaVersion, b.SchemaVersion)
	if string(a.Logic) != string(b.Logic) {
		d.add("changed", at, "Logic", a.Explain(d.lang), b.Explain(d.lang))
	}
	if len(d.found) > n && a.version == b.version {
		d.add("unversioned", at, "", a.Version, b.Version)
	}
}

// newest are the rules of a set by identifier, of several versions the highest.
func newest(s *Set) map[string]*Rule {
	m := map[string]*Rule{}
	for _, r := range s.Rules {
		if have := m[r.Identifier]; have == nil || have.version.less(r.version) {
			m[r.Identifier] = r
		}
	}
	return m
}

func acceptsByKind(s *Set) map[string]string {
	m := map[string]string{}
	for _, a := range s.Accepts {
		m[string(a.Kind)] = cmp.Or(strings.Join(slices.Sorted(slices.Values(a.Diseases)), ", "), "any disease")
	}
	return m
}

func looks(s *Set) string {
	if s.Looks == nil {
		return ""
	}
	return strconv.Itoa(s.Looks.Days)
}

func marked(list []Refusal, lang string) map[string]string {
	m := map[string]string{}
	for _, r := range list {
		m[r.Rule] = r.Reason.In(lang)
	}
	return m
}

func infection(s *Set, lang string) string {
	if s.Infection == nil {
		return ""
	}
	return fmt.Sprintf("%d h, %s: %s", s.Infection.Hours, strings.Join(s.Infection.Diseases, ", "), s.Infection.Advice.In(lang))
}

func obligations(s *Set, lang string) map[string]string {
	m := map[string]string{}
	for i, o := range s.Obligations {
		text := []string{o.What.In(lang), o.Where.In(lang), o.Ends.In(lang)}
		if o.By != nil {
			text = append(text, plain(o.By))
		}
		if e := s.conditions[i].expr; e != nil {
			text = append(text, e.Explain(lang))
		}
		m[o.ID] = strings.Join(slices.DeleteFunc(text, func(s string) bool { return s == "" }), " ")
	}
	return m
}

func curesOf(s *Set, lang string) map[string]string {
	m := map[string]string{}
	for id, c := range s.Cures {
		m[id] = c.Text.In(lang)
		if what := slices.Concat(strings.Fields(string(c.Evidence)), withs(c)); len(what) > 0 {
			m[id] += " (" + strings.Join(what, ", ") + ")"
		}
	}
	return m
}

// withs are what must be different in new evidence, ascending.
func withs(c Cure) []string {
	var out []string
	for _, field := range slices.Sorted(maps.Keys(c.With)) {
		out = append(out, field+" "+c.With[field])
	}
	return out
}

func plain(v any) string {
	b, _ := json.Marshal(v) // of our own types, which cannot fail
	return string(b)
}

// concerns is of whom a set asks, as its author says and as it reads.
func concerns(s *Set, lang string) string {
	if s.concern == nil {
		return ""
	}
	return s.Concerns.Text.In(lang) + " " + s.concern.Explain(lang)
}
