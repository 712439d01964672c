package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// tableRow is the answer for one of several codes.
type tableRow struct {
	verdict                   verify.Colour
	input, what, of           string
	authentic, accepted, demo string
}

// inTable is an answer as a line of the table.
func (pr printer) inTable(r verify.Report, input string) tableRow {
	a := r.In(pr.lang, input)
	c := r.Checks
	t := tableRow{verdict: a.Verdict, input: printable(input), what: pr.kindOf(a), of: "?"}
	if c.Signature == verify.Pass {
		if t.of = words.Country(pr.lang, printable(a.Key.Country)); a.Key.Country == "" {
			t.of = strings.TrimPrefix(printable(r.Signed.Certificate.Issuer.Authority), "https://")
		}
	}
	for _, s := range []verify.Status{c.Signature, c.KeyUse, c.InForce, c.Schema, c.Unrevoked} {
		t.authentic += tick(s)
	}
	for _, s := range []verify.Status{c.Recognised, c.Rules} {
		t.accepted += tick(s)
	}
	if a.Key.Demo && c.Signature == verify.Pass {
		t.demo = labelsIn(pr.lang).demo
	}
	return t
}

// kindOf says in two words what a code is.
func (pr printer) kindOf(a verify.Answer) string {
	kinds := map[string][2]string{
		"hc1": {"EU kind", "type UE"}, "hc1/icvp": {"yellow card", "carte jaune"}, "hc1/ddcc": {"WHO", "OMS"}, "hc1/link": {"health link", "lien de santé"},
		"hc1/stamp": {"border stamp", "tampon"}, "hc1/notice": {"notice", "avis"}, "hc1/exposure": {"exposure day", "exposition"},
		"shc": {"health card", "carte de santé"}, "vds": {"ICAO seal", "cachet OACI"}, "divoc": {"DIVOC", "DIVOC"}, "link": {"health link", "lien de santé"},
	}
	k, ok := kinds[a.Format+"/"+a.Content]
	if !ok {
		if k, ok = kinds[a.Format]; !ok {
			return pr.named(a)
		}
	}
	if pr.lang == "fr" {
		return k[1]
	}
	return k[0]
}

// named is what a code is that this build cannot check, if that is known.
func (pr printer) named(a verify.Answer) string {
	if len(a.Reasons) > 0 {
		if what, ok := a.Reasons[0].Params["what"].(string); ok {
			said, _ := words.Say(pr.lang, what)
			return shorten(printable(said), 24)
		}
	}
	return "?"
}

// table puts the answers for several codes side by side: what counts at a
// glance, under the words that the single answers have.
func (pr printer) table(rows []tableRow) string {
	l := labelsIn(pr.lang)
	head := [3]string{"code", "what", "of"}
	if pr.lang == "fr" {
		head = [3]string{"code", "nature", "de"}
	}
	word, code, what, of := 0, utf8.RuneCountInString(head[0]), utf8.RuneCountInString(head[1]), utf8.RuneCountInString(head[2])
	for i := range rows {
		r := &rows[i]
		r.input, r.of = shorten(r.input, 24), shorten(r.of, 16)
		word = max(word, utf8.RuneCountInString(pr.colour(r.verdict)))
		code, what, of = max(code, utf8.RuneCountInString(r.input)), max(what, utf8.RuneCountInString(r.what)), max(of, utf8.RuneCountInString(r.of))
	}
	var b strings.Builder
	cell := func(s string, width int) string {
		return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	}
	b.WriteString(pr.look.style(faint, cell("", word+4)+" "+cell(head[0], code)+"  "+cell(head[1], what)+"  "+cell(head[2], of)+"  "+cell(l.authentic, 9)+"  "+l.accepted) + "\n")
	for _, r := range rows {
		line := pr.look.badge(r.verdict, cell(strings.ToUpper(pr.colour(r.verdict)), word)) + " " + cell(r.input, code) + "  " + cell(r.what, what) + "  " + cell(r.of, of) + "  " +
			cell(r.authentic, max(9, utf8.RuneCountInString(l.authentic))) + "  " + cell(r.accepted, 2)
		if r.demo != "" {
			line += "  " + r.demo
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	legend := fmt.Sprintf("%s: %s, %s, %s, %s, %s; %s: %s, %s", l.authentic, l.signature, l.keyUse, l.inForce, l.schema, l.unrevoked, l.accepted, l.recognised, l.rules)
	b.WriteString(pr.look.wrap("  ", "  ", legend))
	return b.String()
}

// shorten leaves out the middle of a long text, whose beginning and end tell more.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	head := (most - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(most-1-head):])
}
