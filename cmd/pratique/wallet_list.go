package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/wallet"
)

// listed is a thing in a list, and what there is to learn from it.
type listed struct {
	Kind    wallet.Kind    `json:"kind"`
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Country string         `json:"country,omitempty"`
	Until   time.Time      `json:"until,omitzero"`
	Lesson  *wallet.Lesson `json:"learn,omitempty"`
	Says    []string       `json:"says,omitempty"`
	Text    string         `json:"text,omitempty"`
	item    wallet.Item
}

func listing(i wallet.Item, lang string) listed {
	f := wallet.Look(i)
	return listed{Kind: i.Kind, ID: i.ID(), Title: printable(f.Title(lang)), Country: f.Country, Until: f.Until, item: i}
}

type listedPerson struct {
	Label    string   `json:"label"`
	Document bool     `json:"document"` // it is stated
	Items    []listed `json:"items"`
}

// chosen are the people that a command is about: one, or all.
func (w *kept) chosen(k *keeping) ([]wallet.Person, error) {
	if k.person == "" {
		return w.People, nil
	}
	i, ok := w.Find(k.person)
	if !ok {
		return nil, walletFault(wallet.ErrPerson)
	}
	return w.People[i : i+1], nil
}

func walletListCommand() *command {
	var k keeping
	return &command{
		use:   "list [flags] FILE",
		short: "what is in a wallet, person by person, with the identifier of each thing",
		long:  "List shows what each person holds, without names and results. What a code says of itself is not verified here.",
		example: `$ pratique wallet list family.wallet
$ pratique wallet list --json family.wallet`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			k.personFlag(f, "one person alone, by the `LABEL`")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			w, people, err := k.people(p, args)
			if err != nil {
				return err
			}
			var out []listedPerson
			for _, q := range people {
				l := listedPerson{Label: q.Label, Document: q.Holder != history.Holder{}, Items: []listed{}}
				for _, i := range q.Items() {
					l.Items = append(l.Items, listing(i, w.lang))
				}
				out = append(out, l)
			}
			if k.json {
				p.out.Write(jsonLine(struct {
					V      int            `json:"v"`
					Sealed bool           `json:"sealed"`
					People []listedPerson `json:"people"`
				}{1, w.passphrase != "", append([]listedPerson{}, out...)}))
				return nil
			}
			for n, l := range out {
				p.listPerson(l, n > 0)
			}
			return nil
		},
	}
}

// people opens the wallet of a command that reads, and chooses its people.
func (k *keeping) people(p *program, args []string) (*kept, []wallet.Person, error) {
	if len(args) != 1 {
		return nil, nil, misuse("name one wallet", "`pratique wallet list FILE`")
	}
	w, err := k.open(p, args[0])
	if err != nil {
		return nil, nil, err
	}
	people, err := w.chosen(k)
	if err == nil && len(people) == 0 {
		p.warn("%s holds nobody yet: `pratique wallet add` puts something in", quote(w.name))
	}
	return w, people, err
}

func (p *program) listPerson(l listedPerson, space bool) {
	if space {
		p.out.WriteString("\n")
	}
	about := ""
	if !l.Document {
		about = "  (no passport stated: stamps and notices cannot be told to be theirs)"
	}
	p.out.WriteString(p.look.style(bold, printable(l.Label)) + p.look.style(faint, about) + "\n")
	for _, i := range l.Items {
		until := ""
		if !i.Until.IsZero() {
			until = ", until " + day(i.Until)
		}
		p.out.WriteString(p.look.wrap(fmt.Sprintf("  %s  %-12s ", i.ID, i.Kind), strings.Repeat(" ", 25), i.Title+until))
	}
}

func walletShowCommand() *command {
	var k keeping
	var text bool
	return &command{
		use:   "show [flags] FILE ID",
		short: "one code, to show at a desk or to pass on",
		long:  "Show draws the code of one thing on a terminal, large enough to be scanned from the screen, and prints its text elsewhere, so that another command can read it.",
		example: `$ pratique wallet show family.wallet 3f9a
$ pratique wallet show family.wallet 3f9a | pratique verify --trust keys/ -`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			k.personFlag(f, "whose it is, by the `LABEL`; not needed where the identifier says enough")
			f.BoolVar(&text, "text", false, "print the text on a terminal too")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) != 2 {
				return misuse("name a wallet, and the identifier of one thing", "`pratique wallet list FILE` shows the identifiers")
			}
			w, people, err := k.people(p, args[:1])
			if err != nil {
				return err
			}
			i, err := oneItem(wallet.File{People: people}, args[1])
			if err != nil {
				return err
			}
			l := listing(i, w.lang)
			if k.json {
				lesson := wallet.Learn(i)
				l.Lesson, l.Says, l.Text = &lesson, lesson.Say(w.lang), i.Text
				p.out.Write(jsonLine(l))
				return nil
			}
			code := made{text: strings.TrimRight(i.Text, "\n"), file: strings.TrimRight(i.Text, "\n") + "\n"}
			if i.Kind == wallet.KindReceipt {
				code.text = i.Text
			}
			if text || i.Kind.Declared() || i.Kind == wallet.KindUnread {
				p.out.WriteString(code.file)
				return nil
			}
			if p.look.terminal {
				p.out.WriteString(p.look.wrap("", "", p.look.style(bold, l.Title)))
			}
			return p.show(code)
		},
	}
}

// oneItem finds a thing by its identifier, whosever it is.
func oneItem(f wallet.File, id string) (wallet.Item, error) {
	found := map[wallet.Item]bool{}
	var hit wallet.Item
	for _, q := range f.People {
		part, err := f.Export(q.Label, id)
		if err != nil {
			continue
		}
		for _, i := range part.People[0].Items() {
			hit, found[i] = i, true
		}
	}
	if len(found) != 1 {
		return hit, walletFault(wallet.ErrItem)
	}
	return hit, nil
}

func walletLearnCommand() *command {
	var k keeping
	return &command{
		use:   "learn [flags] FILE",
		short: "who could learn what from each code",
		long: `Learn says of each code what anybody reads who scans it: codes are signed, not encrypted. It looks into this very code, not at its kind.

Stamps, notices and exposure statements name nobody; who knows the number of the passport can tell whose they are. What a person declares is printed in the clear, without a name.`,
		example: `$ pratique wallet learn family.wallet --person Anna
$ pratique wallet learn --lang fr family.wallet`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			k.personFlag(f, "one person alone, by the `LABEL`")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			w, people, err := k.people(p, args)
			if err != nil {
				return err
			}
			var out []listedPerson
			for _, q := range people {
				l := listedPerson{Label: q.Label, Document: q.Holder != history.Holder{}, Items: []listed{}}
				for _, i := range q.Items() {
					lesson := wallet.Learn(i)
					entry := listing(i, w.lang)
					entry.Lesson, entry.Says = &lesson, lesson.Say(w.lang)
					l.Items = append(l.Items, entry)
				}
				out = append(out, l)
			}
			if k.json {
				p.out.Write(jsonLine(struct {
					V      int            `json:"v"`
					People []listedPerson `json:"people"`
				}{1, append([]listedPerson{}, out...)}))
				return nil
			}
			for n, l := range out {
				if n > 0 {
					p.out.WriteString("\n")
				}
				p.out.WriteString(p.look.style(bold, printable(l.Label)) + "\n")
				for _, i := range l.Items {
					p.out.WriteString(p.look.wrap("  "+i.ID+"  ", strings.Repeat(" ", 12), i.Title))
					for _, s := range i.Says {
						p.out.WriteString(p.look.wrap(strings.Repeat(" ", 12), strings.Repeat(" ", 12), printable(s)))
					}
				}
			}
			return nil
		},
	}
}

// countOf says how many there are of something.
func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// title is the title of a thing, in the language of the wallet's words.
func (w *kept) title(i wallet.Item) string { return printable(wallet.Look(i).Title(w.lang)) }
