//go:build js && wasm && !desk

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// saidSet is a set of rules, as a traveller needs it: of when it is, and where
// the law can be read.
type saidSet struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Title   string `json:"title"`
	From    string `json:"from"`
	Until   string `json:"until"`
	Basis   string `json:"basis"`
	URL     string `json:"url,omitempty"`
	Appeal  string `json:"appeal"`
}

func saySet(s *rules.Set, lang string) saidSet {
	return saidSet{
		ID: s.ID, Version: s.Version, Title: s.Title.In(lang), From: s.From.Format(time.RFC3339), Until: s.Until.Format(time.RFC3339),
		Basis: s.LegalBasis.Text.In(lang), URL: s.LegalBasis.URL, Appeal: s.Appeal.Name + " " + cmp.Or(s.Appeal.URL, s.Appeal.Email, s.Appeal.Phone),
	}
}

// saidLeg is the answer for one jurisdiction on the way.
type saidLeg struct {
	Jurisdiction string       `json:"jurisdiction"`
	Place        string       `json:"place"`
	AirportOnly  bool         `json:"airport_only"`
	Purpose      string       `json:"purpose"`
	Arrive       string       `json:"arrive"`
	Rules        []saidSet    `json:"rules"` // that hold when the person arrives; none: no rules are known
	People       []saidPerson `json:"people"`
}

// saidPerson is the answer for one person and one leg.
type saidPerson struct {
	Label   string         `json:"label"`
	Verdict verify.Colour  `json:"verdict"`
	Word    string         `json:"word"`
	Item    string         `json:"item,omitempty"` // the certificate that the answer rests on
	Title   string         `json:"title,omitempty"`
	Answer  *verify.Answer `json:"answer,omitempty"` // none where the person has no certificate
	Reasons []sentence     `json:"reasons"`          // then
}

// travel answers for each leg of a way after the first, for each person: what
// they hold, put to the rules of the place at the moment of arrival there.
func (v *verifier) travel(in asks, f wallet.File) (any, error) {
	w := v.relied()
	out := struct {
		Legs    []saidLeg     `json:"legs"`
		Verdict verify.Colour `json:"verdict"` // of all legs and people
		Word    string        `json:"word"`
		Data    verify.SaidData
	}{Legs: []saidLeg{}, Verdict: verify.Green, Data: verify.SayData(w.Data)}
	people := f.People
	if len(in.Labels) > 0 {
		people = slices.DeleteFunc(slices.Clone(people), func(p wallet.Person) bool { return !slices.Contains(in.Labels, p.Label) })
	}
	if len(in.Legs) < 2 || len(people) == 0 {
		return nil, fmt.Errorf("a way has two legs or more, and somebody who goes it")
	}
	for n, leg := range in.Legs[1:] {
		purpose := "entry"
		if leg.AirportOnly {
			purpose = "transit"
		}
		s := saidLeg{
			Jurisdiction: leg.Jurisdiction, Place: words.Country(in.Lang, leg.Jurisdiction), AirportOnly: leg.AirportOnly, Purpose: purpose,
			Arrive: leg.Arrive.Format(time.RFC3339), Rules: []saidSet{}, People: []saidPerson{},
		}
		for _, set := range w.Rules {
			if set.Jurisdiction == leg.Jurisdiction && set.Purpose == purpose && (set.Region == "" || strings.EqualFold(set.Region, leg.Region)) && !leg.Arrive.Before(set.From) && leg.Arrive.Before(set.Until) {
				s.Rules = append(s.Rules, saySet(set, in.Lang))
			}
		}
		for _, p := range people {
			ask := verify.Question{
				Trip:    verify.Trip{Legs: in.Legs[:n+2], Stays: stays(p.History, leg.Arrive), Category: in.Category},
				Purpose: purpose, At: leg.Arrive, Now: in.Now,
			}
			a := goes(w, p, ask, in.Lang, len(s.Rules) > 0)
			out.Verdict = out.Verdict.Worse(a.Verdict)
			s.People = append(s.People, a)
		}
		out.Legs = append(out.Legs, s)
	}
	out.Word, _ = words.Say(in.Lang, out.Verdict.String())
	return out, nil
}

// goes answers for one person: every certificate is judged, and all together.
func goes(w *verify.World, p wallet.Person, ask verify.Question, lang string, known bool) saidPerson {
	out := saidPerson{Label: p.Label, Reasons: []sentence{}}
	reports := make([]verify.Report, len(p.Certificates))
	for i, text := range p.Certificates {
		reports[i] = verify.Check(w, text, ask)
	}
	r, by := verify.Jointly(reports)
	out.Verdict = r.Verdict
	out.Word, _ = words.Say(lang, r.Verdict.String())
	if len(by) > 0 {
		a := r.In(lang, "code")
		i := wallet.Item{Kind: wallet.KindCertificate, Text: p.Certificates[by[0]]}
		out.Answer, out.Item, out.Title = &a, i.ID(), wallet.Look(i).Title(lang)
		return out
	}
	to, _ := ask.Trip.Destination()
	text, next := words.Say(lang, "nothing_held")
	if !known {
		text, next = words.Say(lang, "no_rules", words.Place("to", to.Jurisdiction), words.Word("purpose", ask.Purpose))
	}
	out.Reasons = append(out.Reasons, sentence{text, next})
	return out
}

// stays are those that a person declares, for rules that ask where somebody
// comes from: days are those at the place of arrival.
func stays(h history.File, arrive time.Time) []verify.Stay {
	var out []verify.Stay
	bound := func(b history.Bound, days int) time.Time {
		if b.Date.IsZero() {
			return b.At
		}
		return time.Date(int(b.Date.Year), time.Month(b.Date.Month), int(b.Date.Day)+days, 0, 0, 0, 0, arrive.Location())
	}
	for _, s := range h.Stays {
		out = append(out, verify.Stay{Jurisdiction: s.Place.In, Region: s.Place.Region, From: bound(s.From, 0), Until: bound(s.Until, 1)})
	}
	return out
}

// saidRule is how a rule came out.
type saidRule struct {
	Rule    string     `json:"rule"`
	Verdict string     `json:"verdict"` // passed, failed, open ...
	Text    string     `json:"text"`
	Steps   []saidStep `json:"steps"`
}

type saidStep struct {
	Text    string `json:"text"`
	Outcome string `json:"outcome"`
}

// own is a person's own colour, explained, with a calendar of what is ahead.
func (v *verifier) own(in asks, f wallet.File) (any, error) {
	i, ok := f.Find(in.Label)
	if !ok {
		return nil, wallet.ErrPerson
	}
	p, w := f.People[i], v.relied()
	q := verify.Question{Trip: verify.Trip{Legs: []verify.Leg{{Jurisdiction: in.In, Region: in.Region}}}, At: in.At, Now: in.Now}
	r, list := verify.ExplainSelf(w, verify.OpenOwn(w, p.Certificates, p.History, p.Holder, nil), q, in.Lang)
	out := struct {
		verify.SelfAnswer
		Asked     []saidSet  `json:"asked"`
		Explained []saidRule `json:"explained"`
		Calendar  string     `json:"calendar,omitempty"`
		Kinds     []string   `json:"kinds"` // of what was set aside, in words, in the order of aside
	}{SelfAnswer: r.In(in.Lang), Asked: []saidSet{}, Explained: []saidRule{}, Kinds: []string{}}
	for _, s := range r.Rules {
		out.Asked = append(out.Asked, saySet(s, in.Lang))
	}
	for _, x := range list {
		s := saidRule{Rule: x.Outcome.Rule.Identifier, Verdict: string(x.Outcome.Verdict), Text: x.Outcome.Rule.Text(in.Lang), Steps: []saidStep{}}
		for _, step := range x.Steps {
			if step.Reached {
				s.Steps = append(s.Steps, saidStep{cmp.Or(step.Fact, step.Text), fmt.Sprint(step.Outcome)})
			}
		}
		out.Explained = append(out.Explained, s)
	}
	for _, a := range out.Aside {
		kind, _ := words.Say(in.Lang, "history_kind_"+a.Kind)
		if a.Kind == "certificate" && a.Number <= len(p.Certificates) {
			kind = wallet.Look(wallet.Item{Kind: wallet.KindCertificate, Text: p.Certificates[a.Number-1]}).Title(in.Lang)
		}
		out.Kinds = append(out.Kinds, kind)
	}
	if !r.ChangesAt.IsZero() || !r.GreenAt.IsZero() {
		out.Calendar = string(r.Calendar(in.Lang))
	}
	return out, nil
}

// sheetCell is a code on paper; places are in millimetres.
type sheetCell struct {
	X     float64  `json:"x"`
	Y     float64  `json:"y"`
	Size  float64  `json:"size"`
	TextX float64  `json:"text_x"`
	Wide  float64  `json:"wide"`
	Title string   `json:"title"`
	Lines []string `json:"lines"`
	Side  int      `json:"side"` // in modules, with the quiet zone
	Path  string   `json:"path"`
}

type sheetPage struct {
	Label  string      `json:"label"`
	Name   string      `json:"name,omitempty"`
	Number string      `json:"number"`
	Head   []string    `json:"head"`
	Foot   []string    `json:"foot"`
	Cells  []sheetCell `json:"cells"`
}

// sheet is the printed sheet of a wallet: see wallet.Print.
func sheet(in asks, f wallet.File) (any, error) {
	s, err := wallet.Print(f, wallet.Options{People: in.Labels, Lang: in.Lang, At: in.Now, Name: in.Named, Document: in.Document})
	if err != nil {
		return nil, err
	}
	out := struct {
		Title string      `json:"title"`
		Lang  string      `json:"lang"`
		Pages []sheetPage `json:"pages"`
		Left  int         `json:"left"` // what no code can hold
	}{s.Title, s.Lang, []sheetPage{}, len(s.Left)}
	for _, p := range s.Pages {
		number, _ := words.Say(s.Lang, "sheet_page", words.Count("number", p.Number), words.Count("of", p.Of))
		page := sheetPage{Label: p.Label, Name: p.Name, Number: p.Label + " · " + number, Head: append([]string{}, p.Head...), Foot: append([]string{}, p.Foot...), Cells: []sheetCell{}}
		for _, c := range p.Cells {
			page.Cells = append(page.Cells, sheetCell{c.X, c.Y, c.Size, c.TextX, c.Wide, c.Title, append([]string{}, c.Lines...), c.Symbol.Size(), modules(c.Symbol)})
		}
		out.Pages = append(out.Pages, page)
	}
	return out, nil
}
