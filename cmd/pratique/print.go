package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// printer writes answers, in JSON or for people. It makes the bytes and does
// not write them, so that several can be made at once.
type printer struct {
	look    look
	lang    string
	json    bool
	payload bool
	several bool           // more than one answer is printed, so that each says about what
	zone    *time.Location // of the place of arrival; nil means UTC
}

// at writes a moment as the clocks of the place of arrival show it.
func (pr printer) at(t time.Time) string {
	if pr.zone == nil {
		return isoMoment(t.UTC())
	}
	return isoMoment(t.In(pr.zone))
}

// answer is what is printed about one code: a report, or a report without a verdict.
func (pr printer) answer(r verify.Report, input string) []byte {
	a := r.In(pr.lang, input)
	if pr.payload {
		a = a.WithPayload(r)
	}
	if pr.json {
		return jsonLine(a)
	}
	return []byte(pr.text(r, a))
}

// jsonLine writes a value as one line, without turning < into an escape: names
// in passports have it.
func jsonLine(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // answers hold nothing that cannot be written
	}
	return []byte(b.String())
}

// labels are the words around an answer, which are no reasons and so not in
// the catalogue.
type labels struct {
	authentic, accepted, key, changes, demo                          string
	born, compare, name, birth, passport                             string
	signature, keyUse, inForce, schema, unrevoked, recognised, rules string
	by, where, ends, notVerified                                     string
}

func labelsIn(lang string) labels {
	if lang == "fr" {
		return labels{
			authentic: "authentique", accepted: "accepté", key: "clé", changes: "change", demo: "DÉMO",
			born: "né(e) le", compare: "à comparer avec le passeport", name: "nom", birth: "naissance", passport: "passeport",
			signature: "signature", keyUse: "usage de la clé", inForce: "en vigueur", schema: "schéma", unrevoked: "non retiré", recognised: "reconnu", rules: "règles",
			by: "avant le", where: "où", ends: "fin", notVerified: "NON VÉRIFIÉ : n'importe qui peut l'avoir écrit",
		}
	}
	return labels{
		authentic: "authentic", accepted: "accepted", key: "key", changes: "changes", demo: "DEMO",
		born: "born", compare: "compare with the passport", name: "name", birth: "birth date", passport: "passport",
		signature: "signature", keyUse: "key use", inForce: "in force", schema: "schema", unrevoked: "not withdrawn", recognised: "recognised", rules: "rules",
		by: "by", where: "where", ends: "ends", notVerified: "NOT VERIFIED: anybody could have written this",
	}
}

// text writes an answer for people. It reads from the top as far as one needs:
// the answer; why, what to do and until when; the person, to compare with a
// passport; then the checks, authentic apart from accepted.
func (pr printer) text(r verify.Report, a verify.Answer) string {
	l := labelsIn(pr.lang)
	var b strings.Builder
	b.WriteString(pr.look.badge(a.Verdict, strings.ToUpper(pr.colour(a.Verdict))) + " " + pr.look.style(bold, a.Word))
	if pr.several {
		b.WriteString(pr.look.style(faint, "  "+printable(a.Input)))
	}
	b.WriteString("\n\n")
	for i, reason := range a.Reasons {
		// What would have been well is no comfort beside a red or grey answer.
		if c, ok := r.Reasons[i].Colour(); !ok || c != verify.Green || a.Verdict == verify.Green || a.Verdict == verify.Amber {
			b.WriteString(pr.reason(r.Reasons[i], reason, l))
		}
	}
	if a.Verdict == verify.Green {
		for i, o := range a.Obligations {
			b.WriteString(pr.obligation(r.Obligations[i], o, l))
		}
	}
	b.WriteString(pr.person(r, a, l))
	b.WriteString("\n" + pr.checks(r, a, l))
	return b.String()
}

// colour names a colour.
func (pr printer) colour(c verify.Colour) string {
	name, _ := words.Say(pr.lang, "colour_"+c.String())
	return name
}

// reason writes why, and after an arrow what to do.
func (pr printer) reason(r verify.Reason, said verify.SaidReason, l labels) string {
	mark := "·"
	if c, ok := r.Colour(); ok {
		mark = shape(c)
	}
	s := pr.look.wrap("  "+mark+" ", "    ", printable(said.Text))
	if said.Next != "" {
		s += pr.look.wrap("    → ", "      ", printable(said.Next))
	}
	if c, ok := r.Colour(); ok && c == verify.Amber && !r.By.IsZero() {
		s += "      " + pr.look.style(bold, l.by+" "+pr.at(r.By)) + "\n"
	}
	return s
}

func (pr printer) obligation(o verify.Obligation, said verify.SaidObligation, l labels) string {
	what, _ := words.Say(pr.lang, "obligation", words.Text("what", said.What))
	s := pr.look.wrap("  + ", "    ", printable(what))
	line := func(label, text string) {
		if text != "" {
			s += pr.look.wrap("      "+label+" ", "        ", printable(text))
		}
	}
	if !o.By.IsZero() {
		line(l.by, pr.at(o.By))
	}
	line(l.where, said.Where)
	line(l.ends, said.Ends)
	return s
}

// person writes whom a verified certificate is about.
func (pr printer) person(r verify.Report, a verify.Answer, l labels) string {
	if a.Person == nil {
		return ""
	}
	s := "\n  " + pr.look.style(bold, printable(a.Person.Name))
	if n := r.Signed.Certificate.Subject.Name(); strings.ContainsFunc(a.Person.Name, func(r rune) bool { return r > unicode.MaxASCII }) && n.FamilyICAO+n.GivenICAO != "" {
		s += " (" + printable(strings.Trim(n.FamilyICAO+"<<"+n.GivenICAO, "<")) + ")" // as the passport's lines have it
	}
	if a.Person.BirthDate.String() != "" {
		s += ", " + l.born + " " + a.Person.BirthDate.String()
	}
	if a.Passport == nil {
		return s + pr.look.style(faint, " ("+l.compare+")") + "\n"
	}
	s += "\n"
	how, _ := words.Say(pr.lang, "name_"+a.Passport.Name)
	line := l.passport + ": " + l.name + " " + how + ", " + l.birth + " " + a.Passport.BirthDate
	s += pr.look.wrap("  ", "  ", printable(line))
	for _, why := range a.Passport.Why {
		s += pr.look.wrap("    ", "      ", printable(why.Text))
	}
	return s
}

// checks writes the lines of the checks and what they rest on.
func (pr printer) checks(r verify.Report, a verify.Answer, l labels) string {
	var b strings.Builder
	c := r.Checks
	row := func(label string, cells ...string) {
		pad := strings.Repeat(" ", max(1, 13-utf8.RuneCountInString(label)))
		b.WriteString("  " + pr.look.style(faint, label) + pad + strings.Join(cells, "  ") + "\n")
	}
	check := func(s verify.Status, name string) string { return tick(s) + " " + name }
	row(l.authentic, check(c.Signature, l.signature), check(c.KeyUse, l.keyUse), check(c.InForce, l.inForce), check(c.Schema, l.schema), check(c.Unrevoked, l.unrevoked))
	row(l.accepted, check(c.Recognised, l.recognised), check(c.Rules, l.rules))
	if a.Key.KeyID != "" {
		key := []string{a.Key.KeyID}
		if a.Key.Country != "" {
			key = append([]string{words.Country(pr.lang, printable(a.Key.Country))}, key...)
		}
		if a.Key.Source != "" {
			key = append(key, printable(a.Key.Source))
		}
		if a.Key.Demo {
			key = append(key, l.demo)
		}
		row(l.key, strings.Join(key, ", "))
	}
	if !r.ChangesAt.IsZero() {
		row(l.changes, pr.at(r.ChangesAt), "→ "+shape(r.ChangesTo)+" "+pr.colour(r.ChangesTo))
	}
	return b.String()
}

// brief writes an answer on one line, for lists.
func (pr printer) brief(r verify.Report, input string) []byte {
	a := r.In(pr.lang, input)
	var b strings.Builder
	b.WriteString(pr.look.badge(a.Verdict, fmt.Sprintf("%-5s", strings.ToUpper(a.Verdict.String()))))
	fmt.Fprintf(&b, " %-10s ", printable(input))
	var parts []string
	if a.Person != nil {
		parts = append(parts, pr.look.style(bold, printable(a.Person.Name)))
	}
	if len(a.Reasons) > 0 {
		parts = append(parts, printable(a.Reasons[0].Text))
	}
	b.WriteString(strings.Join(parts, "  ") + "\n")
	return []byte(b.String())
}

// day writes the day of a moment, or nothing.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
