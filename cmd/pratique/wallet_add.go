package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

func walletAddCommand() *command {
	a := &adding{}
	return &command{
		use:   "add [flags] FILE WHAT...",
		short: "put codes, pictures, histories or whole sheets into a wallet",
		long: `Add takes codes as text, text files, pictures with any number of codes, histories, receipts, passport lines, and other wallets, says what each one was, and puts it in once. Pictures of a printed sheet give each person their own again.

A person that is not there yet is made by --person. What is no health code is named for what it is, and left out; what cannot be read is not kept, so that you notice while there is still time to take a better picture. Nothing is verified here: ` + "`pratique verify`" + ` and ` + "`pratique self`" + ` do that.`,
		example: `$ pratique wallet add family.wallet --person Anna anna.jpg
$ pratique wallet add family.wallet --person Tom test.txt history.txt
$ pratique wallet add family.wallet page1.png page2.png
$ pratique wallet add family.wallet --person Anna --mrz passport.txt`,
		flags: func(f *pflag.FlagSet) {
			a.flags(f)
			a.personFlag(f, "whose it is, by a `LABEL`; not needed where the wallet has one person, or for sheets and wallets")
			f.StringVar(&a.passport, "mrz", "", "the machine-readable lines of the person's passport or card, or a file with them: `FILE|LINES`")
			f.StringVar(&a.name, "name", "", "the `NAME` as it may be printed on the person's sheet")
		},
		choices: langChoices,
		run:     a.run,
	}
}

// adding is an addition under way.
type adding struct {
	keeping
	passport, name string

	w       *kept
	out     wallet.File // with what was added so far
	now     string      // whose sheet is read
	said    []addedItem
	known   int
	clashes []wallet.Conflict
	failed  error
}

type addedItem struct {
	Person string      `json:"person"`
	Kind   wallet.Kind `json:"kind"`
	ID     string      `json:"id"`
	Title  string      `json:"title"`
}

func (a *adding) run(p *program, args []string) error {
	if len(args) < 1 || len(args) == 1 && a.passport == "" && a.name == "" {
		return misuse("name a wallet, and what goes into it", "`pratique wallet add FILE --person LABEL photo.jpg`")
	}
	var err error
	if a.w, err = a.open(p, args[0]); err != nil {
		return err
	}
	a.out = a.w.File
	if a.passport != "" || a.name != "" {
		if err := a.identify(); err != nil {
			return err
		}
	}
	for i, arg := range args[1:] {
		if err := a.argument(p, arg, i+1); err != nil {
			a.failed = silent(p.report(err))
		}
	}
	if len(a.said)+a.known == 0 && a.failed != nil {
		return a.failed
	}
	if err := p.save(a.w, a.out); err != nil {
		return err
	}
	a.tell(p)
	return a.failed
}

// label is whose the things are that do not say so themselves.
func (a *adding) label() (string, error) {
	switch {
	case a.person != "":
		return a.person, nil
	case a.now != "":
		return a.now, nil
	}
	w := *a.w
	w.File = a.out
	return w.who("")
}

// identify takes the passport's lines and the name of a person.
func (a *adding) identify() error {
	label, err := a.label()
	if err != nil {
		return err
	}
	part := wallet.Person{Label: label, Name: a.name}
	if a.passport != "" {
		d, err := passportLines(a.passport)
		if err != nil {
			return err
		}
		part.Holder = holderOfDocument(d)
	}
	return a.set(part)
}

// set changes the document or the name of a person, who may be new.
func (a *adding) set(part wallet.Person) error {
	out := a.out
	out.People = slices.Clone(out.People)
	i, ok := out.Find(part.Label)
	if !ok {
		i, out.People = len(out.People), append(out.People, wallet.Person{Label: part.Label})
	}
	if part.Name != "" {
		out.People[i].Name = part.Name
	}
	if part.Holder.Number != "" {
		out.People[i].Holder = part.Holder
	}
	if _, err := out.Bytes(); err != nil {
		return walletFault(err)
	}
	a.out = out
	a.said = append(a.said, addedItem{Person: part.Label, Kind: "person", Title: "whose it is"})
	return nil
}

// argument takes one argument: a file, or a text.
func (a *adding) argument(p *program, arg string, n int) error {
	a.now = ""
	name := quote(arg)
	if arg == "-" {
		name = "standard input"
	}
	var data []byte
	var err error
	_, missing := os.Stat(arg)
	switch text := strings.TrimSpace(arg); {
	case arg == "-":
		if data, err = readAll(p.in, maxFile); err != nil {
			return failure("reading standard input: "+cause(err), "give a picture or the text of a code")
		}
	case missing != nil && (format.Identify(text) != format.PlainText || strings.HasPrefix(text, "pratique-")):
		name, data = fmt.Sprintf("argument %d", n), []byte(arg)
	default:
		if data, err = readFile(arg, maxFile); err != nil {
			return failure("opening "+name+": "+cause(err), "give a picture, a text file, or the text of a code itself")
		}
	}
	if wallet.Sealed(data) {
		return a.sealed(p, name, data)
	}
	texts, trouble := textsIn(data)
	if trouble != "" {
		return reasonFault(p.lang, name, trouble)
	}
	return a.texts(p, name, texts)
}

// sealed takes another wallet, which often has the same passphrase.
func (a *adding) sealed(p *program, name string, data []byte) error {
	f, _, err := wallet.Open(data, a.w.passphrase)
	if err != nil {
		passphrase, err := p.walletPassphrase(data, "-", "passphrase of "+name+": ")
		if err != nil {
			return err
		}
		if f, err = p.openWallet(name, data, passphrase); err != nil {
			return err
		}
	}
	text, err := f.Bytes()
	if err != nil {
		return walletFault(err)
	}
	return a.one(p, name, string(text))
}

// textsIn finds the texts of a file: of all codes in a picture, or of a text.
func textsIn(data []byte) (texts []string, trouble string) {
	if isPicture(data) {
		if texts, trouble = scanPicture(data); trouble != "" {
			return nil, trouble
		}
	} else {
		text := textOf(data)
		if texts = codeLines(text); texts == nil {
			texts = format.Codes(text)
		}
	}
	codes := make([]code, len(texts))
	for i, t := range texts {
		codes[i].text = strings.TrimSuffix(t, "\r")
	}
	texts = texts[:0]
	for _, c := range whole(codes) { // the parts of a health card together
		texts = append(texts, c.text)
	}
	return texts, ""
}

// codeLines are the lines of a text that has a code on each; nil for any other.
func codeLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "":
		case strings.HasPrefix(line, "HC1:"), strings.HasPrefix(line, "shc:/"):
			out = append(out, line)
		default:
			return nil
		}
	}
	return out
}

// texts takes what stood in one file. If a sheet's own code is among them, the
// rest is of that person.
func (a *adding) texts(p *program, name string, texts []string) error {
	rest := texts[:0:0]
	for _, t := range texts {
		if a.person != "" && len(texts) > 1 && a.labels(t) != nil {
			continue // --person says whose it is
		}
		if labels := a.labels(t); len(texts) > 1 && len(labels) == 1 {
			if a.now != "" && a.now != labels[0] {
				return misuse(name+" shows the pages of several people", "take a picture of each page, or say whose all of it is: --person LABEL")
			}
			a.now = labels[0]
		}
		rest = append(rest, t)
	}
	var failed error
	kept := 0
	for i, t := range rest {
		where := name
		if len(rest) > 1 {
			where = fmt.Sprintf("%s, code %d", name, i+1)
		}
		if err := a.one(p, where, t); err != nil {
			failed = silent(p.report(err))
			continue
		}
		kept++
	}
	if len(rest) == 0 {
		return failure(name+" holds nothing but whose sheet it is", "take a picture of the whole page")
	}
	return failed
}

// labels are those of the people of a text, if it is a wallet.
func (a *adding) labels(text string) []string {
	if kind, err := wallet.Recognise(text); err != nil || kind != wallet.KindWallet {
		return nil
	}
	f, _, err := wallet.Parse([]byte(strings.TrimRight(text, "\n") + "\n"))
	if err != nil {
		return nil
	}
	labels := []string{}
	for _, q := range f.People {
		labels = append(labels, q.Label)
	}
	return labels
}

// one takes one text.
func (a *adding) one(p *program, where, text string) error {
	label := ""
	if a.labels(text) == nil {
		if format.Identify(text) == format.PassportLine {
			return a.passportText(where, text)
		}
		if _, err := wallet.Recognise(text); err != nil {
			return notKept(p.lang, where, err)
		}
		var err error
		if label, err = a.label(); err != nil {
			return err
		}
	}
	out, added, err := a.out.Add(label, text)
	if err != nil {
		return notKept(p.lang, where, err)
	}
	a.out = out
	for _, i := range added.New {
		whose := label
		if whose == "" {
			whose = owner(out, i)
		}
		a.said = append(a.said, addedItem{whose, i.Kind, i.ID(), printable(wallet.Look(i).Title(a.w.lang))})
	}
	a.known += added.Known
	if added.Kind == wallet.KindWallet && len(added.New)+added.Known == 0 {
		a.known++ // a person alone
	}
	a.clashes = append(a.clashes, added.Conflicts...)
	return nil
}

// owner is the first person who has a thing.
func owner(f wallet.File, i wallet.Item) string {
	for _, q := range f.People {
		if slices.Contains(q.Items(), i) {
			return q.Label
		}
	}
	return ""
}

func (a *adding) passportText(where, text string) error {
	label, err := a.label()
	if err != nil {
		return err
	}
	d, err := mrz.Parse(text)
	if err != nil {
		return failure(where+": "+err.Error(), "give the two or three lines at the foot of the page, whole")
	}
	return a.set(wallet.Person{Label: label, Holder: holderOfDocument(d)})
}

// notKept says why a text is not put in, and what to do.
func notKept(lang, where string, err error) error {
	if e, ok := errors.AsType[*format.Error](err); ok {
		params := []words.Param{words.Word("what", "what_"+string(e.What)), words.Count("number", e.Number), words.Count("of", e.Of), words.Count("have", e.Have),
			words.Count("length", 0), words.Count("limit", format.MaxLength)}
		said, next := words.Say(lang, e.Code, params...)
		return failure(where+" was not kept: "+strings.TrimSuffix(said, "."), lower(next))
	}
	if errors.Is(err, wallet.ErrText) {
		return failure(where+" was not kept: "+wallet.ErrText.Error(), "scan it with another program that gives its text, or keep the picture")
	}
	if fault := walletFault(err); errors.Is(err, wallet.ErrLimit) || errors.Is(err, wallet.ErrPerson) {
		return fault
	}
	return failure(where+" was not kept: "+err.Error(), "look whether it is whole; `pratique wallet --help` says what a wallet holds")
}

// reasonFault is a reason of the catalogue as a refusal.
func reasonFault(lang, where, code string) error {
	said, next := words.Say(lang, code)
	return failure(where+": "+strings.TrimSuffix(said, "."), lower(next))
}

// tell says what was added.
func (a *adding) tell(p *program) {
	if a.json {
		p.out.Write(jsonLine(struct {
			V         int               `json:"v"`
			File      string            `json:"file"`
			Added     []addedItem       `json:"added"`
			Known     int               `json:"known"`
			Conflicts []wallet.Conflict `json:"conflicts"`
		}{1, a.w.name, append([]addedItem{}, a.said...), a.known, append([]wallet.Conflict{}, a.clashes...)}))
		return
	}
	for _, s := range a.said {
		p.out.WriteString(p.look.wrap(fmt.Sprintf("%-9s%-12s %-9s", "added", s.Kind, s.ID), strings.Repeat(" ", 32), s.Title+" ("+printable(s.Person)+")"))
	}
	if a.known > 0 {
		fmt.Fprintf(p.out, "%-9s%s there already\n", "known", countOf(a.known, "thing was", "things were"))
	}
	tellConflicts(p, a.clashes)
}

// tellConflicts says about what two wallets did not agree.
func tellConflicts(p *program, clashes []wallet.Conflict) {
	for _, c := range clashes {
		label, other := quoteLabel(c.Label), quoteLabel(c.Other)
		text := map[wallet.ConflictCode]string{
			wallet.SameLabel: "two people have the label " + other + " and different passports: the second is now " + label,
			wallet.TwoLabels: label + " and " + other + " have one passport and are one person, by the first label",
			wallet.TwoNames:  "of " + label + ", the name that stood here was kept",
		}[c.Code]
		p.out.WriteString(p.look.wrap(fmt.Sprintf("%-9s", "conflict"), strings.Repeat(" ", 9), text))
	}
}

func quoteLabel(s string) string { return "\"" + printable(s) + "\"" }
