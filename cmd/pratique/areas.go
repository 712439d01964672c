package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

func areasCommand() *command {
	return &command{
		use:   "areas",
		short: "what a country publishes about its own regions, by date",
		long: fmt.Sprintf(`An area list is signed open data: the regions of a country with their population, the cases of some days, and a level that the publisher names. Regions are whole administrative units of at least %d people, so that a list says nothing about a building, a street or a person; a list with a smaller one is refused as a whole.

  pratique-areas/1.0
  jurisdiction XA
  published 2026-11-20T06:00:00+01:00
  until 2026-11-27T06:00:00+01:00
  floor 20000
  days 7

  area 01 812000 41.7 medium North
  area 02 97500 8 low The Isles

The numbers of an area are its population and the cases per 100,000 people in those days.`, history.MinFloor),
		example: `$ pratique areas sign --key health.key areas.txt -o areas.signed.txt
$ pratique areas check --trust norland.txt areas.signed.txt`,
		sub: []*command{areasCheckCommand(), areasSignCommand()},
	}
}

const maxAreas = 8 << 20

func areasCheckCommand() *command {
	var r relied
	var at string
	var asJSON bool
	return &command{
		use:   "check --trust FILE|DIR... FILE",
		short: "did its country sign this area list, and may it be published?",
		long:  "Check verifies that a key of the list's own country, entitled to area lists, signed it, and says what it covers. It exits 1 if the list is refused, and says why.",
		example: `$ pratique areas check --trust norland.txt areas.signed.txt
$ pratique areas check --json --trust norland.txt areas.signed.txt`,
		flags: func(f *pflag.FlagSet) {
			r.flags(f)
			f.StringVar(&at, "at", "", "the `MOMENT` for which is asked; else now")
			f.BoolVar(&asJSON, "json", false, "print one JSON object")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one area list", "`pratique areas check --trust FILE areas.txt`")
			}
			if !r.given() {
				return misuse("areas check needs --trust: it believes nobody by itself", "name the list of keys of the country: --trust FILE")
			}
			now := p.now()
			if at != "" {
				var err error
				if now, err = moment("--at", at); err != nil {
					return err
				}
			}
			data, err := p.readAreas(args[0])
			if err != nil {
				return err
			}
			known, err := r.known(p)
			if err != nil {
				return err
			}
			l, err := history.OpenAreas(data, known, now)
			return p.areasAnswer(args[0], l, err, now, asJSON)
		},
	}
}

// areasAnswer says what a list covers, or why it is refused.
func (p *program) areasAnswer(name string, l history.AreaList, refused error, now time.Time, asJSON bool) error {
	over := refused == nil && !now.Before(l.Until)
	if asJSON {
		v := struct {
			V            int       `json:"v"`
			Input        string    `json:"input"`
			Good         bool      `json:"good"`
			Why          string    `json:"why,omitempty"`
			Jurisdiction string    `json:"jurisdiction,omitempty"`
			Published    time.Time `json:"published,omitzero"`
			Until        time.Time `json:"until,omitzero"`
			Over         bool      `json:"over,omitempty"` // until has passed
			Floor        int       `json:"floor,omitempty"`
			Days         int       `json:"days,omitempty"`
			Areas        int       `json:"areas,omitempty"`
		}{1, name, refused == nil, areasWhy(refused), l.Jurisdiction, l.Published, l.Until, over, l.Floor, l.Days, len(l.Areas)}
		p.out.Write(jsonLine(v))
	} else if refused != nil {
		fmt.Fprintf(p.out, "%s %s\n\n", p.look.badge(verify.Red, "REFUSED"), printable(name))
		p.out.WriteString(p.look.wrap("  ", "  ", printable(areasWhy(refused))))
	} else {
		fmt.Fprintf(p.out, "%s %s\n\n", p.look.badge(verify.Green, "SIGNED"), printable(name))
		row := func(label, text string) { fmt.Fprintf(p.out, "  %-12s %s\n", label, text) }
		row("of", words.Country(p.lang, l.Jurisdiction))
		row("published", isoMoment(l.Published))
		until := isoMoment(l.Until)
		if over {
			until += ", which has passed: it says what was"
		}
		row("until", until)
		row("areas", fmt.Sprintf("%d, none with fewer than %d people", len(l.Areas), l.Floor))
		row("cases", fmt.Sprintf("per 100,000 people in %d days", l.Days))
	}
	if refused != nil {
		return silent(exitRed)
	}
	return nil
}

// areasWhy says why a list is refused.
func areasWhy(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, signed.ErrSignature):
		return "something was changed after it was signed"
	case errors.Is(err, signed.ErrUnsigned):
		return "nobody signed it"
	case errors.Is(err, history.ErrAreaSigner):
		return "no trusted key of its own country, entitled to area lists, signed it"
	}
	return err.Error()
}

func (p *program) readAreas(name string) ([]byte, error) {
	var data []byte
	var err error
	if name == "-" {
		data, err = readAll(p.in, maxAreas)
	} else {
		data, err = readFile(name, maxAreas)
	}
	if err != nil {
		return nil, failure("reading "+quote(name)+": "+cause(err), "name a text file; `pratique help areas` shows one")
	}
	return data, nil
}

func areasSignCommand() *command {
	var key, passphrase, output string
	return &command{
		use:   "sign --key KEY FILE",
		short: "sign an area list of your own country",
		long:  "Sign checks an area list as those who read it will, and signs it. A list with a unit of too few people is not signed.",
		example: `$ pratique key new --demo --uses areas -o health.key
$ pratique areas sign --key health.key areas.txt -o areas.signed.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&key, "key", "", "the `KEY` file to sign with")
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one area list", "`pratique help areas` shows what stands in one")
			}
			if key == "" {
				return misuse("an area list is signed with a key", "name the key file: --key KEY; `pratique key new --demo --uses areas` makes one for exercises")
			}
			return p.signAreas(args[0], key, passphrase, output)
		},
	}
}

func (p *program) signAreas(name, key, passphrase, output string) error {
	data, err := p.readAreas(name)
	if err != nil {
		return err
	}
	l, err := history.ParseAreas(data)
	switch {
	case errors.Is(err, history.ErrFloor):
		return &fault{exitRed, quote(name) + ": " + err.Error(), []string{"publish larger units: nobody may be found by where they live"}}
	case err != nil:
		return failure(quote(name)+": "+err.Error(), "mend the line; `pratique help areas` shows a list")
	}
	k, err := p.openKey(key, passphrase)
	if err != nil {
		return err
	}
	if k.Country() != l.Jurisdiction {
		return misuse("the list is of "+l.Jurisdiction+", and the key of "+k.Country(), "a country publishes about its own regions alone")
	}
	if !k.Public().Uses.Allows(trust.Areas) {
		return misuse("the key may not sign area lists: it is one "+signsFor(k.Public().Uses), "`pratique key new --uses areas` makes one that may")
	}
	file, err := signed.Sign(data, k.Signer, rand.Reader)
	if err != nil {
		return failure(strings.TrimPrefix(err.Error(), "signing: "), "area lists are signed with keys of the algorithm es256")
	}
	own := new(trust.Keys)
	own.Add(k.Public())
	if _, err := history.OpenAreas(file, own, l.Published); err != nil {
		return misuse("the key is not in force when the list is published", "look at its dates: `pratique key show`")
	}
	if err := p.deliver(output, file); err != nil {
		return err
	}
	if output != "" && output != "-" {
		fmt.Fprintf(p.out, "%-8s %d areas of %s, until %s\n%-8s %s\n", "signed", len(l.Areas), l.Jurisdiction, isoMoment(l.Until), "wrote", output)
	}
	return nil
}
