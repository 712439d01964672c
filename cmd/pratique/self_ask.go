package main

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// selfAskCommand answers what a border may ask of a person's history.
func selfAskCommand() *command {
	o := &ownColour{}
	var was, from, until string
	var transit int
	return &command{
		use:   "ask --was PLACE --from MOMENT [--until MOMENT] [flags] FILE...",
		short: "was I there then, what proves it, and which stamps need I show?",
		long: `Ask answers one question about where you were, as a border may put it, from your own file: present, absent, possible or unstated; what the answer rests on; and the fewest stamps that you need to show for it. No office keeps your movements, and none is asked.

Stamps are by country. Absence is proved only where stamped stays elsewhere cover the whole window; what they leave open is "declared", and never worse than that. Somebody with two passports has two histories.`,
		example: `$ pratique self ask --in XA --was XB/02 --from 2026-11-06T00:00:00+01:00 --mrz passport.txt --trust borders/ history.txt
$ pratique self ask --in XA --was XB --from 2026-11-06T00:00:00+01:00 --until 2026-11-20T00:00:00+01:00 my.wallet`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&was, "was", "", "the `COUNTRY[/REGION]` that is asked about")
			f.StringVar(&from, "from", "", "the `MOMENT` at which the window begins")
			f.StringVar(&until, "until", "", "the `MOMENT` at which it ends; else the moment that is asked about")
			f.IntVar(&transit, "transit", 0, "so many `HOURS` between an exit and the next entry need no stay")
			o.flags(f)
		},
		choices: map[string][]string{"lang": words.Languages()},
		run: func(p *program, args []string) error {
			q := history.Question{Transit: time.Duration(transit) * time.Hour}
			country, region, _ := strings.Cut(was, "/")
			if !isCountry(country) || transit < 0 || transit > 24*31 {
				return misuse("ask needs --was and --from", "for example --was XB/02 --from 2026-11-06T00:00:00+01:00")
			}
			q.Place = history.Place{In: country, Region: region}
			var err error
			if q.From, err = moment("--from", from); err != nil {
				return err
			}
			if until != "" {
				if q.Until, err = moment("--until", until); err != nil {
					return err
				}
			}
			a, err := o.ask(p, args, nil)
			if err != nil {
				return err
			}
			to, _ := a.question.Trip.Destination()
			q.Here = to.Jurisdiction
			e, aside := a.own.Evidence(a.question.At)
			s := a.answer(e, aside, q)
			if a.printer.json {
				p.out.Write(jsonLine(s))
			} else {
				p.out.WriteString(a.whereabouts(s))
			}
			return nil
		},
	}
}

// saidWhereabouts is an answer about where a person was.
type saidWhereabouts struct {
	V        int                `json:"v"` // 1
	Place    string             `json:"place"`
	From     string             `json:"from"`
	Until    string             `json:"until"`
	Presence string             `json:"presence"`
	Grade    string             `json:"grade"`
	Text     string             `json:"text"`
	Next     string             `json:"next,omitempty"`
	Parts    []saidPart         `json:"parts"`
	Show     []saidCrossing     `json:"show"`
	Aside    []verify.SaidAside `json:"aside"`
}

type saidPart struct {
	From   string   `json:"from"`
	Until  string   `json:"until"`
	Grade  string   `json:"grade"`
	Places []string `json:"places"`
	Sure   bool     `json:"sure"`

	from, until time.Time
	text        string
}

type saidCrossing struct {
	Number    string `json:"number"` // the first of its hash, as read prints it
	In        string `json:"in"`
	Direction string `json:"direction"`
	At        string `json:"at"`
	at        time.Time
}

func (a asking) answer(e history.Evidence, aside []verify.Aside, q history.Question) saidWhereabouts {
	lang := a.printer.lang
	ans := e.Was(q)
	code, params := ans.Reason()
	until := q.Until
	if until.IsZero() || until.After(e.At) {
		until = e.At
	}
	s := saidWhereabouts{V: 1, Place: q.Place.String(), From: q.From.Format(time.RFC3339), Until: until.Format(time.RFC3339),
		Presence: string(ans.Presence), Grade: ans.Grade.String(), Parts: []saidPart{}, Show: []saidCrossing{}, Aside: verify.SayAside(lang, aside)}
	s.Text, s.Next = words.Say(lang, code, params...)
	for _, p := range ans.Parts {
		code, params := p.Reason()
		said := saidPart{From: p.From.Format(time.RFC3339), Until: p.Until.Format(time.RFC3339), Grade: p.Grade.String(), Sure: p.Sure, Places: []string{}, from: p.From, until: p.Until}
		said.text, _ = words.Say(lang, code, params...)
		for _, at := range p.Places {
			said.Places = append(said.Places, at.String())
		}
		s.Parts = append(s.Parts, said)
	}
	for _, i := range e.Fewest(q) {
		st := e.Stamps[i]
		s.Show = append(s.Show, saidCrossing{hex.EncodeToString(st.Hash[:]), st.Jurisdiction, string(st.Direction), st.At.Format(time.RFC3339), st.At})
	}
	return s
}

// whereabouts writes the answer for people.
func (a asking) whereabouts(s saidWhereabouts) string {
	pr := a.printer
	l := whereLabelsIn(pr.lang)
	var b strings.Builder
	b.WriteString(pr.look.style(bold, strings.ToUpper(s.Presence)) + "  " + s.Place + "\n\n")
	b.WriteString(pr.look.wrap("  ", "  ", printable(s.Text)))
	if s.Next != "" {
		b.WriteString(pr.look.wrap("    → ", "      ", printable(s.Next)))
	}
	b.WriteString("\n")
	for _, p := range s.Parts {
		places := strings.Join(p.Places, ", ")
		if places == "" {
			places = l.nothing
		}
		b.WriteString(pr.look.wrap("  "+pr.at(p.from)+" … "+pr.at(p.until)+"  ", "    ", printable(places+"; "+p.text)))
	}
	b.WriteString("\n  " + pr.look.style(faint, l.show) + "\n")
	for _, st := range s.Show {
		way, _ := words.Say(pr.lang, st.Direction)
		fmt.Fprintf(&b, "    %s, %s %s, %s\n", st.Number[:8], st.In, way, pr.at(st.at))
	}
	if len(s.Show) == 0 {
		b.WriteString("    " + l.none + "\n")
	}
	for _, x := range s.Aside {
		b.WriteString(pr.look.wrap("  · ", "    ", printable(a.name(x, selfLabelsIn(pr.lang))+": "+strings.Join(texts(x.Reasons), " "))))
	}
	return b.String()
}

type whereLabels struct{ nothing, show, none string }

func whereLabelsIn(lang string) whereLabels {
	if lang == "fr" {
		return whereLabels{"rien n'est dit", "les tampons à montrer, et pas plus", "aucun : la réponse ne repose que sur vos déclarations"}
	}
	return whereLabels{"nothing is said", "the stamps to show, and no more", "none: the answer rests on what you declare alone"}
}
