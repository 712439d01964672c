package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/wallet"
)

func walletMergeCommand() *command {
	var k keeping
	var other string
	return &command{
		use:   "merge [flags] FILE OTHER...",
		short: "join other wallets into one, each thing once",
		long: `Merge puts what other wallets hold into the first. Two people are one if they have the same passport, or else the same label and not two passports. Where the files do not agree, the first goes before, and it is said.

The others stay as they are. A sealed one is tried with the first one's passphrase before another is asked for.`,
		example: `$ pratique wallet merge family.wallet toms.wallet
$ pratique wallet merge new-phone.wallet old-phone.wallet`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			f.StringVar(&other, "other-passphrase", "", "the `FILE` with the passphrase of the others; else it is asked for")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) < 2 {
				return misuse("name a wallet, and those that go into it", "`pratique wallet merge FILE OTHER...`")
			}
			w, err := k.open(p, args[0])
			if err != nil {
				return err
			}
			out := w.File
			var clashes []wallet.Conflict
			before := items(out)
			for _, name := range args[1:] {
				f, err := p.otherWallet(w, name, other)
				if err != nil {
					return err
				}
				var says []wallet.Conflict
				if out, says, err = wallet.Merge(out, f); err != nil {
					return walletFault(err)
				}
				clashes = append(clashes, says...)
			}
			if err := p.save(w, out); err != nil {
				return err
			}
			if k.json {
				p.out.Write(jsonLine(struct {
					V         int               `json:"v"`
					File      string            `json:"file"`
					People    int               `json:"people"`
					Items     int               `json:"items"`
					New       int               `json:"new"`
					Conflicts []wallet.Conflict `json:"conflicts"`
				}{1, w.name, len(out.People), items(out), items(out) - before, append([]wallet.Conflict{}, clashes...)}))
				return nil
			}
			fmt.Fprintf(p.out, "%-9s%s, %s; %d new\n", "merged", countOf(len(out.People), "person", "people"), countOf(items(out), "thing", "things"), items(out)-before)
			tellConflicts(p, clashes)
			return nil
		},
	}
}

func items(f wallet.File) int {
	n := 0
	for _, q := range f.People {
		n += len(q.Items())
	}
	return n
}

// otherWallet opens a wallet that is read and not written.
func (p *program) otherWallet(w *kept, name, passphraseFile string) (wallet.File, error) {
	data, err := readFile(name, wallet.MaxSealed)
	if err != nil {
		return wallet.File{}, failure("opening the wallet "+quote(name)+": "+cause(err), "name a file that `pratique wallet new` or `export` made")
	}
	if wallet.Sealed(data) && passphraseFile == "" && w.passphrase != "" {
		if f, _, err := wallet.Open(data, w.passphrase); err == nil {
			return f, nil
		}
	}
	passphrase, err := p.walletPassphrase(data, passphraseFile, "passphrase of "+quote(name)+": ")
	if err != nil {
		return wallet.File{}, err
	}
	return p.openWallet(name, data, passphrase)
}

func walletExportCommand() *command {
	var k keeping
	var output, newPassphrase string
	var plain bool
	return &command{
		use:   "export [flags] FILE [ID...] -o NEW",
		short: "one person, or some of their things, as a file of their own",
		long: `Export makes a new wallet with one person, or with those things alone that are named. It leaves the old one as it is.

With chosen things goes the label, and the passport's number only if a stamp or notice is among them, which could not be told to be theirs without it.`,
		example: `$ pratique wallet export family.wallet --person Tom -o toms.wallet
$ pratique wallet export family.wallet --person Anna 3f9a 77c1 -o for-the-clinic.wallet`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			k.personFlag(f, "whose, by the `LABEL`; not needed where the wallet has one person")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to make")
			f.StringVar(&newPassphrase, "new-passphrase", "", "the `FILE` with the passphrase of the new one; else it is asked for")
			f.BoolVar(&plain, "plain", false, "do not seal it: everybody who gets the file reads it")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) < 1 || output == "" {
				return misuse("name a wallet, and the file to make", "`pratique wallet export FILE --person LABEL -o NEW`")
			}
			w, err := k.open(p, args[0])
			if err != nil {
				return err
			}
			label, err := w.who(k.person)
			if err != nil {
				return err
			}
			part, err := w.Export(label, args[1:]...)
			if err != nil {
				return walletFault(err)
			}
			return p.newWallet(output, part, newPassphrase, plain, k.json)
		},
	}
}

func walletDeleteCommand() *command {
	var k keeping
	var yes, all bool
	return &command{
		use:   "delete [flags] FILE [ID...]",
		short: "take things, or a person, out of a wallet",
		long: `Delete says what would be lost, and takes it out once --yes is given. What stands in no other file is gone: a certificate can be had again from its issuer alone, a stamp from nobody.

The whole person goes with --all.`,
		example: `$ pratique wallet delete family.wallet --person Anna 3f9a
$ pratique wallet delete family.wallet --person Anna 3f9a --yes
$ pratique wallet delete family.wallet --person Tom --all --yes`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			k.personFlag(f, "whose, by the `LABEL`; not needed where the wallet has one person")
			f.BoolVar(&all, "all", false, "the person, with everything")
			f.BoolVar(&yes, "yes", false, "do it")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) < 1 || all == (len(args) > 1) {
				return misuse("name a wallet, and what goes: identifiers, or --all for the person", "`pratique wallet list FILE` shows the identifiers")
			}
			w, err := k.open(p, args[0])
			if err != nil {
				return err
			}
			label, err := w.who(k.person)
			if err != nil {
				return err
			}
			rest, lost, err := w.Delete(label, args[1:]...)
			if err != nil {
				return walletFault(err)
			}
			if yes {
				if err := p.save(w, rest); err != nil {
					return err
				}
			}
			return w.tellLost(p, label, lost, yes, k.json)
		},
	}
}

// tellLost says what is lost, or would be.
func (w *kept) tellLost(p *program, label string, lost []wallet.Item, done, asJSON bool) error {
	if asJSON {
		var out []listed
		for _, i := range lost {
			out = append(out, listing(i, w.lang))
		}
		p.out.Write(jsonLine(struct {
			V       int      `json:"v"`
			Person  string   `json:"person"`
			Deleted bool     `json:"deleted"`
			Lost    []listed `json:"lost"`
		}{1, label, done, append([]listed{}, out...)}))
	} else {
		word := "lost"
		if !done {
			word = "would go"
		}
		for _, i := range lost {
			p.out.WriteString(p.look.wrap(fmt.Sprintf("%-9s%-12s %-9s", word, i.Kind, i.ID()), strings.Repeat(" ", 31), w.title(i)))
		}
		if len(lost) == 0 {
			fmt.Fprintf(p.out, "%-9s%s, who held nothing\n", word, quoteLabel(label))
		}
	}
	if !done {
		return misuse("nothing was deleted yet", "to take it out: the same with --yes; to keep it elsewhere first: `pratique wallet export`, or `print`")
	}
	return nil
}
