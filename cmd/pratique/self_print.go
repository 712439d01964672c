package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/certlogic"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// selfLabels are the words around a person's own colour.
type selfLabels struct {
	counted, aside, marked, rules, ahead, nothing, private, certificate, until string
	passed, failed, open, differ, same, other, document                        string
}

func selfLabelsIn(lang string) selfLabels {
	if lang == "fr" {
		return selfLabels{
			counted: "ce qui a compté", aside: "mis de côté", marked: "signalé, et compté", rules: "règles", ahead: "à venir", nothing: "rien",
			private: "Calculé ici, à partir de ce que vous avez. Personne n'a été interrogé ; rien n'a été envoyé ni gardé.", certificate: "certificat", until: "en vigueur jusqu'au",
			passed: "remplie", failed: "non remplie", open: "ne se laisse pas juger", differ: "Les réponses diffèrent.", same: "Les deux documents donnent la même couleur, pour les mêmes raisons.",
			other: "l'autre document", document: "ce que les documents ont de différent",
		}
	}
	return selfLabels{
		counted: "what counted", aside: "set aside", marked: "marked, and counted", rules: "rules", ahead: "ahead", nothing: "nothing",
		private: "Computed here, from what you hold. Nobody was asked; nothing was sent or kept.", certificate: "certificate", until: "in force until",
		passed: "met", failed: "not met", open: "cannot be judged", differ: "The answers differ.", same: "Both documents give the same colour, for the same reasons.",
		other: "the other document", document: "what the documents have different",
	}
}

// colour writes a person's own colour for people.
func (a asking) colour(r verify.SelfReport) string {
	pr, l := a.printer, selfLabelsIn(a.printer.lang)
	said := r.In(pr.lang)
	var b strings.Builder
	b.WriteString(pr.verdict(r.Verdict, said.Word) + "\n\n")
	for i, reason := range said.Reasons {
		b.WriteString(pr.reason(r.Reasons[i], reason, labelsIn(pr.lang)))
	}
	for i, o := range said.Obligations {
		b.WriteString(pr.obligation(r.Obligations[i], o, labelsIn(pr.lang)))
	}
	b.WriteString("\n")
	row := func(label string, lines ...string) {
		if len(lines) == 0 {
			return
		}
		pad := max(1, 17-utf8.RuneCountInString(label))
		for i, line := range lines {
			head := "  " + pr.look.style(faint, label) + strings.Repeat(" ", pad)
			if i > 0 {
				head = strings.Repeat(" ", 19)
			}
			b.WriteString(pr.look.wrap(head, strings.Repeat(" ", 19), printable(line)))
		}
	}
	if !r.ChangesAt.IsZero() {
		ahead := []string{pr.at(r.ChangesAt) + " → " + shape(r.ChangesTo) + " " + pr.colour(r.ChangesTo)}
		if !r.GreenAt.IsZero() && !r.GreenAt.Equal(r.ChangesAt) {
			ahead = append(ahead, pr.at(r.GreenAt)+" → "+shape(verify.Green)+" "+pr.colour(verify.Green))
		}
		row(l.ahead, ahead...)
	}
	row(l.counted, texts(said.Used)...)
	var aside, marked []string
	for _, x := range said.Aside {
		line := a.name(x, l) + ": " + strings.Join(texts(x.Reasons), " ")
		if x.Used {
			marked = append(marked, line)
		} else {
			aside = append(aside, line)
		}
	}
	row(l.aside, aside...)
	row(l.marked, marked...)
	var sets []string
	for _, s := range r.Rules {
		sets = append(sets, fmt.Sprintf("%s %s, %s %s", s.ID, s.Version, l.until, day(s.Until)))
	}
	row(l.rules, sets...)
	b.WriteString("\n" + pr.look.wrap("  ", "  ", l.private))
	return b.String()
}

// verdict is the first line of an answer.
func (pr printer) verdict(c verify.Colour, word string) string {
	return pr.look.badge(c, strings.ToUpper(pr.colour(c))) + " " + pr.look.style(bold, word)
}

// name says which thing of what a person holds is meant.
func (a asking) name(x verify.SaidAside, l selfLabels) string {
	if x.Kind == "certificate" {
		if x.Number > 0 && x.Number <= len(a.names) {
			return a.names[x.Number-1]
		}
		return fmt.Sprintf("%s %d", l.certificate, x.Number)
	}
	kind, _ := words.Say(a.printer.lang, "history_kind_"+x.Kind)
	return fmt.Sprintf("%s %d", kind, x.Number)
}

func texts(reasons []verify.SaidReason) []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = r.Text
	}
	return out
}

// explained writes how each rule came out.
func (a asking) explained(list []verify.Explained) string {
	pr, l := a.printer, selfLabelsIn(a.printer.lang)
	var b strings.Builder
	for _, x := range list {
		how := map[rules.Verdict]string{rules.Passed: "✓ " + l.passed, rules.Failed: "✗ " + l.failed}[x.Outcome.Verdict]
		if how == "" {
			how = "? " + l.open
		}
		b.WriteString("\n  " + pr.look.style(bold, x.Outcome.Rule.Identifier) + "  " + how + "\n")
		b.WriteString(pr.look.wrap("    ", "    ", printable(x.Outcome.Rule.Text(pr.lang))))
		for _, s := range x.Steps {
			mark := "·"
			switch {
			case !s.Reached:
				continue
			case s.Outcome == certlogic.Held:
				mark = "✓"
			case s.Outcome == certlogic.Failed:
				mark = "✗"
			}
			b.WriteString(pr.look.wrap("    "+mark+" ", "      ", printable(cmp.Or(s.Fact, s.Text))))
		}
	}
	return b.String()
}

// saidRule is how a rule came out, for programs.
type saidRule struct {
	Set     string     `json:"set"`
	Rule    string     `json:"rule"`
	Verdict string     `json:"verdict"`
	Why     string     `json:"why,omitempty"`
	Text    string     `json:"text"`
	Steps   []saidStep `json:"steps,omitempty"`
}

type saidStep struct {
	Text    string `json:"text"`
	Fact    string `json:"fact,omitempty"`
	Outcome string `json:"outcome"`
}

func (a asking) explainedJSON(r verify.SelfReport, list []verify.Explained) any {
	out := struct {
		verify.SelfAnswer
		Explained []saidRule `json:"explained"`
	}{r.In(a.printer.lang), []saidRule{}}
	for _, x := range list {
		s := saidRule{Set: x.Set.ID, Rule: x.Outcome.Rule.Identifier, Verdict: string(x.Outcome.Verdict), Why: string(x.Outcome.Why), Text: x.Outcome.Rule.Text(a.printer.lang)}
		for _, step := range x.Steps {
			if step.Reached {
				s.Steps = append(s.Steps, saidStep{step.Text, step.Fact, fmt.Sprint(step.Outcome)})
			}
		}
		out.Explained = append(out.Explained, s)
	}
	return out
}

// difference is what two rule documents make of one history.
type ownDifference struct {
	Same   bool              `json:"same"`
	First  verify.SelfAnswer `json:"first"`
	Second verify.SelfAnswer `json:"second"`
	// Only are the reasons that one answer has and the other has not.
	OnlyFirst  []string     `json:"only_first"`
	OnlySecond []string     `json:"only_second"`
	Documents  []saidChange `json:"documents"`

	first, second verify.SelfReport
}

type saidChange struct {
	Code string `json:"code"`
	At   string `json:"at"`
	Part string `json:"part,omitempty"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
	text string
}

func (a asking) compare(first, second verify.SelfReport, one, two []verify.Explained) ownDifference {
	d := ownDifference{First: first.In(a.printer.lang), Second: second.In(a.printer.lang), first: first, second: second, OnlyFirst: []string{}, OnlySecond: []string{}, Documents: []saidChange{}}
	lines := func(s verify.SelfAnswer) (out []string) {
		for _, r := range s.Reasons {
			out = append(out, strings.TrimSpace(r.Text+" "+r.Next))
		}
		return out
	}
	x, y := lines(d.First), lines(d.Second)
	for _, line := range x {
		if !slices.Contains(y, line) {
			d.OnlyFirst = append(d.OnlyFirst, line)
		}
	}
	for _, line := range y {
		if !slices.Contains(x, line) {
			d.OnlySecond = append(d.OnlySecond, line)
		}
	}
	d.Same = d.First.Verdict == d.Second.Verdict && len(d.OnlyFirst)+len(d.OnlySecond) == 0 && d.First.ChangesAt == d.Second.ChangesAt
	for i := range min(len(first.Rules), len(second.Rules)) {
		for _, c := range rules.Diff(first.Rules[i], second.Rules[i], a.printer.lang) {
			d.Documents = append(d.Documents, saidChange{c.Code, c.At, c.Part, c.Old, c.New, c.String()})
		}
	}
	return d
}

// difference writes it for people.
func (a asking) difference(d ownDifference) string {
	pr, l := a.printer, selfLabelsIn(a.printer.lang)
	var b strings.Builder
	side := func(r verify.SelfReport, said verify.SelfAnswer) {
		name := l.nothing
		if len(r.Rules) > 0 {
			name = r.Rules[0].ID + " " + r.Rules[0].Version
		}
		b.WriteString(pr.verdict(r.Verdict, said.Word) + "  " + pr.look.style(faint, name) + "\n\n")
		for i, reason := range said.Reasons {
			b.WriteString(pr.reason(r.Reasons[i], reason, labelsIn(pr.lang)))
		}
		if !r.ChangesAt.IsZero() {
			b.WriteString("  " + pr.look.style(faint, l.ahead) + "  " + pr.at(r.ChangesAt) + " → " + shape(r.ChangesTo) + " " + pr.colour(r.ChangesTo) + "\n")
		}
		b.WriteString("\n")
	}
	side(d.first, d.First)
	side(d.second, d.Second)
	if d.Same {
		b.WriteString(pr.look.wrap("", "", l.same))
	} else {
		b.WriteString(pr.look.wrap("", "", l.differ))
	}
	if len(d.Documents) > 0 {
		b.WriteString("\n" + pr.look.style(bold, l.document) + "\n")
		for _, c := range d.Documents {
			if c.Part != "Logic" {
				b.WriteString(pr.look.wrap("  · ", "    ", printable(c.text)))
				continue
			}
			b.WriteString("  · " + printable(c.At) + "\n")
			b.WriteString(pr.lines("    − ", c.Old, c.New) + pr.lines("    + ", c.New, c.Old))
		}
	}
	return b.String()
}

// lines writes the lines of a text that another has not.
func (pr printer) lines(mark, text, other string) string {
	var b strings.Builder
	have := strings.Split(other, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		if !slices.Contains(have, line) {
			b.WriteString(pr.look.wrap(mark, "      ", printable(strings.TrimPrefix(strings.TrimSpace(line), "- "))))
		}
	}
	return b.String()
}
