package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

func walletCommand() *command {
	return &command{
		use:   "wallet",
		short: "what I and my family hold, in one sealed file and on paper",
		long: `A wallet is one file with the certificates, border stamps, notices, receipts and declared stays of one or several people. It is sealed with a passphrase; nobody else has a copy, no server is asked, and the program ` + "`age`" + ` opens it too. Lose the passphrase, and it is lost.

Print makes a sheet with the same codes for somebody without a telephone; add reads it back from a photograph. Learn says who could learn what from each code.`,
		example: `$ pratique wallet new family.wallet --person Anna
$ pratique wallet add family.wallet --person Anna photo.jpg certificate.txt
$ pratique wallet stay family.wallet --person Anna --in XA --from 2026-11-01
$ pratique wallet list family.wallet
$ pratique wallet print family.wallet --person Anna -o sheet.html
$ pratique self --in XA --trust keys/ family.wallet --person Anna`,
		sub: []*command{
			walletNewCommand(), walletAddCommand(), walletStayCommand(), walletSymptomCommand(), walletExposureCommand(), walletCheckedCommand(), walletVenueCommand(),
			walletListCommand(), walletShowCommand(), walletLearnCommand(), walletPrintCommand(),
			walletMergeCommand(), walletExportCommand(), walletDeleteCommand(),
		},
	}
}

// keeping are the flags by which a wallet is opened.
type keeping struct {
	passphrase string
	person     string
	json       bool
	lang       string
}

func (k *keeping) flags(f *pflag.FlagSet) {
	f.StringVar(&k.passphrase, "passphrase", "", "the `FILE` with the passphrase; else it is asked for")
	f.StringVar(&k.passphrase, "passphrase-file", "", "the same as --passphrase `FILE`")
	f.Lookup("passphrase-file").Hidden = true
	f.BoolVar(&k.json, "json", false, "print one JSON object")
	f.StringVar(&k.lang, "lang", "", "the `LANGUAGE` of the words: en or fr (default that of the environment)")
}

func (k *keeping) personFlag(f *pflag.FlagSet, text string) {
	f.StringVar(&k.person, "person", "", text)
}

var langChoices = map[string][]string{"lang": words.Languages()}

// kept is a wallet that was opened, and how it is kept.
type kept struct {
	wallet.File
	name       string
	data       []byte // as it was read
	passphrase string // empty: in clear
	lang       string
}

// open opens the wallet of a command.
func (k *keeping) open(p *program, name string) (*kept, error) {
	w := &kept{name: name, lang: p.lang}
	if k.lang != "" {
		if !slices.Contains(words.Languages(), k.lang) {
			return nil, misuse("no words in "+quote(k.lang), "--lang "+strings.Join(words.Languages(), ", or --lang "))
		}
		w.lang = k.lang
	}
	var err error
	if w.data, err = readFile(name, wallet.MaxSealed); err != nil {
		return nil, failure("opening the wallet "+quote(name)+": "+cause(err), "`pratique wallet new FILE` makes one")
	}
	if w.passphrase, err = p.walletPassphrase(w.data, k.passphrase, "passphrase of the wallet: "); err != nil {
		return nil, err
	}
	if w.File, err = p.openWallet(name, w.data, w.passphrase); err != nil {
		return nil, err
	}
	if info, err := os.Stat(name); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 && w.passphrase == "" {
		p.warn("others can read the wallet %s: `chmod 600 %s`", quote(name), name)
	}
	return w, nil
}

// walletPassphrase asks for the passphrase of a file, if it is sealed.
func (p *program) walletPassphrase(data []byte, file, prompt string) (string, error) {
	if !wallet.Sealed(data) {
		return "", nil
	}
	if file == "" {
		file = "-"
	}
	return p.passphrase(file, prompt)
}

// openWallet opens a file with its passphrase, and says which lines it does not
// understand: they are kept.
func (p *program) openWallet(name string, data []byte, passphrase string) (wallet.File, error) {
	var f wallet.File
	var found []wallet.Finding
	var err error
	if wallet.Sealed(data) {
		f, found, err = wallet.Open(data, passphrase)
	} else {
		f, found, err = wallet.Parse(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")))
	}
	switch {
	case errors.Is(err, wallet.ErrSealed):
		return f, failure(quote(name)+": "+err.Error(), "try again, or name the file with the right one: --passphrase FILE")
	case err != nil:
		return f, failure(quote(name)+": "+err.Error(), "`pratique wallet --help` says what a wallet is")
	}
	for _, x := range found {
		p.warn("%s, line %d: not understood; it is kept as it is", name, x.Line)
	}
	return f, nil
}

// save writes the wallet back, as it was kept. Whoever wrote it in between
// wins: nothing is overwritten unseen.
func (p *program) save(w *kept, f wallet.File) error {
	data, err := sealed(f, w.passphrase)
	if err != nil {
		return err
	}
	now, err := readFile(w.name, wallet.MaxSealed)
	if err == nil && !bytes.Equal(now, w.data) {
		return failure("another program has written "+quote(w.name)+" meanwhile: nothing was changed", "do it again, on the file as it is now")
	}
	if err := replaceFile(w.name, data, 0o600); err != nil {
		return failure("writing "+quote(w.name)+": "+cause(err), "the file is as it was; look whether the disk is full and the folder is yours")
	}
	return nil
}

// sealed is the file as it is kept.
func sealed(f wallet.File, passphrase string) ([]byte, error) {
	if passphrase == "" {
		data, err := f.Bytes()
		return data, walletFault(err)
	}
	data, err := f.Seal(passphrase)
	return data, walletFault(err)
}

// walletFault is the refusal of what package wallet refuses.
func walletFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, wallet.ErrLimit):
		return failure(err.Error(), "export some people, or some things, into a file of their own: `pratique wallet export`, then `pratique wallet delete`")
	case errors.Is(err, wallet.ErrItem):
		return misuse(err.Error(), "`pratique wallet list FILE` shows the identifiers; give four digits or more of one, and the person: --person LABEL")
	case errors.Is(err, wallet.ErrPerson):
		return misuse(err.Error(), "`pratique wallet list FILE` shows the labels; a label is one line of up to 100 bytes")
	}
	return failure(err.Error(), "`pratique wallet --help` says what a wallet holds")
}

// who is the label of the person that a command is about: the one named, or the
// only one.
func (w *kept) who(named string) (string, error) {
	switch {
	case named != "":
		if _, ok := w.Find(named); !ok {
			return "", walletFault(wallet.ErrPerson)
		}
		return named, nil
	case len(w.People) == 1:
		return w.People[0].Label, nil
	case len(w.People) == 0:
		return "", misuse("the wallet holds nobody yet", "name the person by a label of your choice: --person LABEL")
	}
	return "", misuse("the wallet holds several people", "name one: --person LABEL; `pratique wallet list "+w.name+"` shows the labels")
}

func walletNewCommand() *command {
	var k keeping
	var plain bool
	var passport, name string
	return &command{
		use:   "new [flags] FILE",
		short: "make an empty wallet",
		long: `New makes a wallet and never overwrites a file. The passphrase should be four words or more that nobody would guess: whoever has the file can try as many as they like.

The passport's lines (--mrz) tell later which stamps and notices are yours. Of them the wallet keeps the country, the number and the birth date.`,
		example: `$ pratique wallet new family.wallet --person Anna
$ pratique wallet new family.wallet --person Anna --mrz passport.txt

# for exercises, in clear
$ pratique wallet new --plain try.wallet`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			k.personFlag(f, "the first person, by a `LABEL` of your choice")
			f.StringVar(&passport, "mrz", "", "the machine-readable lines of that person's passport or card, or a file with them: `FILE|LINES`")
			f.StringVar(&name, "name", "", "the `NAME` as it may be printed on that person's sheet")
			f.BoolVar(&plain, "plain", false, "do not seal it: everybody who gets the file reads it")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one file to make", "`pratique wallet new family.wallet`")
			}
			var f wallet.File
			if k.person == "" && passport+name != "" {
				return misuse("--mrz and --name are about a person", "say which: --person LABEL")
			}
			if k.person != "" {
				f.People = []wallet.Person{{Label: k.person, Name: name}}
			}
			if passport != "" {
				d, err := passportLines(passport)
				if err != nil {
					return err
				}
				f.People[0].Holder = holderOfDocument(d)
			}
			return p.newWallet(args[0], f, k.passphrase, plain, k.json)
		},
	}
}

// newWallet writes a wallet to a file that is not there yet.
func (p *program) newWallet(name string, f wallet.File, passphraseFile string, plain, asJSON bool) error {
	if _, err := os.Lstat(name); err == nil {
		return failure("writing "+quote(name)+": it exists already", "name another file; to put things into a wallet: `pratique wallet add`, or `merge`")
	}
	passphrase := ""
	if !plain {
		var err error
		if passphrase, err = p.newPassphrase(passphraseFile); err != nil {
			return err
		}
	} else {
		p.warn("%s is not sealed: everybody who gets it reads all that is in it", quote(name))
	}
	data, err := sealed(f, passphrase)
	if err != nil {
		return err
	}
	if err := replaceFile(name, data, 0o600); err != nil {
		return failure("writing "+quote(name)+": "+cause(err), "name a file in a folder where you may write")
	}
	if asJSON {
		p.out.Write(jsonLine(struct {
			V      int    `json:"v"`
			File   string `json:"file"`
			Sealed bool   `json:"sealed"`
			People int    `json:"people"`
		}{1, name, !plain, len(f.People)}))
		return nil
	}
	state := "sealed, readable with the passphrase alone"
	if plain {
		state = "in clear"
	}
	fmt.Fprintf(p.out, "%-9s%s (%s)\n", "made", name, state)
	return nil
}

// newPassphrase reads the passphrase of a new file, or asks for it twice: one
// that was mistyped would lose everything.
func (p *program) newPassphrase(file string) (string, error) {
	if file != "" && file != "-" {
		return p.passphrase(file, "")
	}
	first, err := p.passphrase("-", "passphrase for the new wallet, four words or more: ")
	if err != nil {
		return "", err
	}
	second, err := p.passphrase("-", "the same again: ")
	switch {
	case err != nil:
		return "", err
	case first == "":
		return "", misuse("the passphrase is empty", "take four words or more; for a file in clear: --plain")
	case first != second:
		return "", misuse("the two are not the same: nothing was written", "try again")
	}
	return first, nil
}
