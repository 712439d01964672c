package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

func selfCommand() *command {
	o := &ownColour{}
	return &command{
		use:   "self --in COUNTRY[/REGION] [flags] FILE...",
		short: "my own colour, from what I hold, on my own machine",
		long: `Self answers a person who asks for their own colour: what speaks against it, until when, and what would make it green, by when. It is computed here, from what you hold and from public documents; nobody is asked, nothing is sent or stored, and there is no input by which a server could set a colour. It advises you; it is no evidence for anybody else.

FILE is what you hold: your wallet (` + "`pratique wallet`" + `), codes of certificates, stamps and notices as pictures or texts, and your history as a text. Give several; they count together. A history begins with its name and has one thing a line:

  pratique-history/1.0
  stay XA/01 2026-10-01 2026-11-08
  stay XB/02 2026-11-08 2026-11-12
  stay XA/01 2026-11-12 -
  exposure 2026-11-17 high gaen de-2021
  symptom 2026-11-18 fever

--trust names the public documents: keys, withdrawals, rules, and lists of areas (pratique-areas/1.0, signed), those of the past weeks too. --rules names rule sets of the purpose self: uniform, strict and lenient ones come with the program (self-baseline, self-strict, self-lenient).

Stamps and notices are made for a travel document, whose lines --mrz gives, unless your wallet has it. What is not authentic, not in force or not yours is set aside with the reason, and makes nobody red; what is missing is grey. The exit code is that of the colour: 0 green, 1 red, 3 amber, 4 grey.`,
		example: `$ pratique self --in XA/01 --trust norland/ --rules self-baseline history.txt test.png
$ pratique self --in XA/01 --trust norland/ --rules self-strict --ics colour.ics my.wallet
$ pratique self explain --in XA/01 --trust norland/ --rules self-baseline history.txt
$ pratique self diff --in XA/01 --trust norland/ --rules self-baseline --and self-strict history.txt`,
		flags: func(f *pflag.FlagSet) {
			o.flags(f)
			f.StringVar(&o.ics, "ics", "", "write what is ahead to a calendar `FILE`")
		},
		choices: map[string][]string{"lang": words.Languages()},
		takes:   true,
		run:     o.run,
		sub:     []*command{selfExplainCommand(), selfDiffCommand(), selfAskCommand()},
	}
}

// ownColour are the flags of self.
type ownColour struct {
	relied
	rules              []string
	in, at             string
	mrz                string
	person, passphrase string
	ics                string
	json               bool
	lang               string
}

func (o *ownColour) flags(f *pflag.FlagSet) {
	f.StringVar(&o.in, "in", "", "the `COUNTRY[/REGION]` where you are, whose rules are asked")
	o.relied.flags(f)
	f.StringArrayVar(&o.rules, "rules", nil, "a `FILE|DIR|NAME` of rules; may be repeated")
	f.StringVar(&o.at, "at", "", "the `MOMENT` that is asked about; else now")
	f.StringVar(&o.mrz, "mrz", "", "the machine-readable lines of your passport or card, or a file with them: `FILE|LINES`")
	f.StringVar(&o.person, "person", "", "of a wallet with several people, the `LABEL` of one")
	f.StringVar(&o.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed wallet; else it is asked for")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.StringVar(&o.lang, "lang", "", "the `LANGUAGE` of the answer: en or fr (default that of the environment)")
}

// asking is all that a person's own colour is made of.
type asking struct {
	world    *verify.World
	own      verify.Own
	question verify.Question
	names    []string // of the codes, by number: where they stood
	printer  printer
}

func (o *ownColour) run(p *program, args []string) error {
	a, err := o.ask(p, args, o.rules)
	if err != nil {
		return err
	}
	r := verify.Self(a.world, a.own, a.question)
	if o.ics != "" {
		if err := writeNew(o.ics, r.Calendar(a.printer.lang), 0o600); err != nil {
			return failure("writing "+quote(o.ics)+": "+cause(err), "name a file that is not there yet")
		}
	}
	if a.printer.json {
		p.out.Write(jsonLine(r.In(a.printer.lang)))
	} else {
		p.out.WriteString(a.colour(r))
	}
	return verdict(r.Verdict)
}

// ask gathers what the flags and arguments name.
func (o *ownColour) ask(p *program, args, ruleNames []string) (asking, error) {
	var a asking
	switch {
	case len(args) == 0:
		return a, misuse("there is nothing that you hold", "name your wallet, your history, or codes: `pratique self --in XA FILE`")
	case o.in == "":
		return a, misuse("self needs --in: every country has its own rules", "name where you are: --in COUNTRY, or --in COUNTRY/REGION")
	}
	country, region, _ := strings.Cut(o.in, "/")
	if !isCountry(country) {
		return a, misuse(quote(o.in)+" is no place", "two capital letters, and the region after a stroke if you like: --in CH/BE; XA to XZ are for exercises")
	}
	a.question = verify.Question{Trip: verify.Trip{Legs: []verify.Leg{{Jurisdiction: country, Region: region}}}, Purpose: verify.PurposeSelf, At: p.now(), Now: p.now()}
	if o.at != "" {
		at, err := moment("--at", o.at)
		if err != nil {
			return a, err
		}
		a.question.At = at
	}
	a.printer = printer{look: p.look, lang: p.lang, json: o.json, zone: a.question.At.Location()}
	if o.lang != "" {
		if !slices.Contains(words.Languages(), o.lang) {
			return a, misuse(quote(o.lang)+" is no language of the answers", "--lang "+strings.Join(words.Languages(), ", or --lang "))
		}
		a.printer.lang = o.lang
	}
	w, err := o.relied.world(p, ruleNames, country)
	if err != nil {
		return a, err
	}
	a.world = w
	h, err := o.held(p, args)
	if err != nil {
		return a, err
	}
	a.names = h.names
	a.own = verify.OpenOwn(w, h.codes, h.file, h.holder, h.passport)
	return a, nil
}

// held is what a person gave.
type held struct {
	codes    []string
	names    []string
	file     history.File
	holder   history.Holder
	passport *mrz.Document
}

func (o *ownColour) held(p *program, args []string) (held, error) {
	var h held
	if o.mrz != "" {
		d, err := passportLines(o.mrz)
		if err != nil {
			return h, err
		}
		h.passport, h.holder = &d, holderOfDocument(d)
	}
	for i, arg := range args {
		if err := o.add(p, &h, arg, i+1); err != nil {
			return h, err
		}
	}
	return h, nil
}

// add takes one argument: a wallet, a history, or codes.
func (o *ownColour) add(p *program, h *held, arg string, n int) error {
	if data, err := readFile(arg, maxFile); err == nil && arg != "-" {
		text := bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
		switch {
		case wallet.Sealed(data), bytes.HasPrefix(text, []byte("pratique-wallet/")):
			return o.addWallet(p, h, arg, text)
		case bytes.HasPrefix(text, []byte("pratique-history/")):
			return h.addHistory(p, arg, text)
		}
	}
	codes, err := p.readCodes(arg, n)
	if err != nil {
		return err
	}
	for _, c := range codes {
		switch {
		case c.trouble != "":
			said, next := words.Say(p.lang, c.trouble)
			return failure(quote(arg)+": "+strings.TrimSuffix(said, "."), lower(next))
		case bytes.HasPrefix([]byte(c.text), []byte("pratique-history/")):
			if err := h.addHistory(p, arg, []byte(c.text)); err != nil {
				return err
			}
		default:
			h.codes, h.names = append(h.codes, c.text), append(h.names, c.input)
		}
	}
	return nil
}

// addHistory takes a history; lines that cannot be read are said and left out.
func (h *held) addHistory(p *program, name string, text []byte) error {
	f, found, err := history.Parse(text)
	if err != nil {
		return failure(quote(name)+": "+err.Error(), "`pratique self --help` shows a history")
	}
	for _, x := range found {
		p.warn("%s, line %d: not understood, and left out; `pratique self --help` shows how a line is written", name, x.Index)
	}
	h.join(f)
	return nil
}

func (h *held) join(f history.File) {
	a := &h.file
	a.Stays, a.Stamps, a.Notices = append(a.Stays, f.Stays...), append(a.Stamps, f.Stamps...), append(a.Notices, f.Notices...)
	a.Exposure, a.Statements, a.Checked = append(a.Exposure, f.Exposure...), append(a.Statements, f.Statements...), append(a.Checked, f.Checked...)
	a.Venues, a.Symptoms = append(a.Venues, f.Venues...), append(a.Symptoms, f.Symptoms...)
}

func (o *ownColour) addWallet(p *program, h *held, name string, data []byte) error {
	var f wallet.File
	var found []wallet.Finding
	var err error
	if wallet.Sealed(data) {
		file := o.passphrase
		if file == "" {
			file = "-"
		}
		var secret string
		if secret, err = p.passphrase(file, "passphrase of the wallet: "); err != nil {
			return err
		}
		f, found, err = wallet.Open(data, secret)
	} else {
		f, found, err = wallet.Parse(data)
	}
	switch {
	case errors.Is(err, wallet.ErrSealed):
		return failure(quote(name)+": "+err.Error(), "try again, or name the file with the right one: --passphrase FILE")
	case err != nil:
		return failure(quote(name)+": "+err.Error(), "`pratique wallet --help` says what a wallet is")
	}
	for _, x := range found {
		p.warn("%s, line %d: not understood, and left out", name, x.Line)
	}
	person, err := o.choose(f, name)
	if err != nil {
		return err
	}
	for i, c := range person.Certificates {
		h.codes, h.names = append(h.codes, c), append(h.names, fmt.Sprintf("%s, certificate %d", name, i+1))
	}
	h.join(person.History)
	if h.passport == nil {
		h.holder = person.Holder
	}
	return nil
}

// choose is the person of a wallet who asks.
func (o *ownColour) choose(f wallet.File, name string) (wallet.Person, error) {
	if o.person == "" && len(f.People) == 1 {
		return f.People[0], nil
	}
	if i, ok := f.Find(o.person); ok {
		return f.People[i], nil
	}
	labels := make([]string, len(f.People))
	for i, x := range f.People {
		labels[i] = quote(x.Label)
	}
	switch {
	case len(f.People) == 0:
		return wallet.Person{}, failure(quote(name)+" holds nobody", "`pratique wallet add` puts something in")
	case o.person == "":
		return wallet.Person{}, misuse(quote(name)+" holds several people", "name who asks: --person LABEL; there are "+strings.Join(labels, ", "))
	}
	return wallet.Person{}, misuse("nobody in "+quote(name)+" has the label "+quote(o.person), "there are "+strings.Join(labels, ", "))
}

// selfExplainCommand says of each rule how it came out.
func selfExplainCommand() *command {
	o := &ownColour{}
	return &command{
		use:     "explain --in COUNTRY[/REGION] [flags] FILE...",
		short:   "how each rule came out on what I hold, in plain words",
		long:    "Explain answers like `pratique self`, and then goes through the rules one by one: what each asks, what you hold of it, and how every condition came out.",
		example: "$ pratique self explain --in XA/01 --trust norland/ --rules self-baseline history.txt",
		flags:   o.flags,
		choices: map[string][]string{"lang": words.Languages()},
		run: func(p *program, args []string) error {
			a, err := o.ask(p, args, o.rules)
			if err != nil {
				return err
			}
			r, explained := verify.ExplainSelf(a.world, a.own, a.question, a.printer.lang)
			if a.printer.json {
				p.out.Write(jsonLine(a.explainedJSON(r, explained)))
			} else {
				p.out.WriteString(a.colour(r) + a.explained(explained))
			}
			return verdict(r.Verdict)
		},
	}
}

// selfDiffCommand compares two rule documents on one history.
func selfDiffCommand() *command {
	o := &ownColour{}
	var and []string
	return &command{
		use:   "diff --in COUNTRY[/REGION] --rules A --and B [flags] FILE...",
		short: "what another rule document would make of what I hold",
		long:  "Diff colours what you hold by two rule documents, says how the answers differ and by which rules, and lists what the documents have different. The exit code is 0 if both give the same colour for the same reasons, and 1 if they do not.",
		example: `$ pratique self diff --in XA/01 --trust norland/ --rules self-baseline --and self-strict history.txt
$ pratique rules packs self-baseline > mine.json   # change a number in it, then:
$ pratique self diff --in XA/01 --trust norland/ --rules self-baseline --and mine.json history.txt`,
		flags: func(f *pflag.FlagSet) {
			o.flags(f)
			f.StringArrayVar(&and, "and", nil, "the other rules, a `FILE|DIR|NAME`; may be repeated")
		},
		choices: map[string][]string{"lang": words.Languages()},
		run: func(p *program, args []string) error {
			if len(o.rules) == 0 || len(and) == 0 {
				return misuse("diff needs two rule documents", "name one with --rules and the other with --and")
			}
			a, err := o.ask(p, args, o.rules)
			if err != nil {
				return err
			}
			other, err := loadRules(and, o.in[:2])
			if err != nil {
				return err
			}
			first, firstRules := verify.ExplainSelf(a.world, a.own, a.question, a.printer.lang)
			w := *a.world
			w.Rules = other
			second, secondRules := verify.ExplainSelf(&w, a.own, a.question, a.printer.lang)
			d := a.compare(first, second, firstRules, secondRules)
			if a.printer.json {
				p.out.Write(jsonLine(d))
			} else {
				p.out.WriteString(a.difference(d))
			}
			if !d.Same {
				return silent(exitRed)
			}
			return nil
		},
	}
}

// lower begins a sentence like the rest of a hint.
func lower(s string) string {
	if s == "" {
		return "name another file"
	}
	return strings.ToLower(s[:1]) + strings.TrimSuffix(s[1:], ".")
}
