package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/desk"
)

// officersFile lies beside the data of a desk.
const officersFile = "officers.txt"

func deskOfficerCommand() *command {
	var data, passphrase string
	var remove bool
	return &command{
		use:   "officer NAME [flags]",
		short: "who may confirm at a desk what takes two officers",
		long: `Officer puts an officer on the list of those who may confirm what takes two: to refuse a person who met the rules. It is for whoever prepares the desk, with that officer beside them to type a passphrase. A name that is on the list gets a new passphrase.

The list is officers.txt beside data. A name is a pseudonym, of up to 32 letters, digits and ._-; a passphrase has ten letters at least, and only what scrypt makes of it is kept. A desk without the list sends such a person to the second desk.`,
		example: `# asks for the passphrase
$ pratique desk officer o-9 --data stick/data

# takes the officer off the list
$ pratique desk officer o-9 --remove --data stick/data`,
		flags: func(s *pflag.FlagSet) {
			s.StringVar(&data, "data", "data", "the `FOLDER` with what the desk relies on; the list lies beside it")
			s.StringVar(&passphrase, "passphrase", "-", "the `FILE` with the officer's passphrase; - asks for it")
			s.BoolVar(&remove, "remove", false, "take the officer off the list")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one officer", "for example: pratique desk officer o-9")
			}
			f := deskFlags{data: data}
			base, err := f.find()
			if err != nil {
				return err
			}
			have, err := readOfficers(base)
			if err != nil {
				return err
			}
			secret := ""
			if !remove {
				if secret, err = p.passphrase(passphrase, "passphrase of "+args[0]+": "); err != nil {
					return err
				}
				if secret == "" {
					return failure(desk.ErrShort.Error(), "give a passphrase of several words")
				}
			}
			now, err := have.With(args[0], secret)
			switch {
			case errors.Is(err, desk.ErrOfficer):
				return misuse(err.Error(), "a pseudonym, not a name: it stands on receipts")
			case errors.Is(err, desk.ErrShort):
				return failure(err.Error(), "give a passphrase of several words")
			case err != nil:
				return failure(err.Error(), "take one off the list first: --remove")
			}
			if err := replaceFile(filepath.Join(base, officersFile), []byte(now.String()), 0o600); err != nil {
				return failure("writing "+officersFile+": "+cause(err), "look whether the disk is full, or may not be written")
			}
			fmt.Fprintf(p.out, "%-12s %d\n", "officers", now.Len())
			return nil
		},
	}
}

// readOfficers reads the list beside the data; where there is none, it has nobody.
func readOfficers(base string) (desk.Officers, error) {
	text, err := readText(filepath.Join(base, officersFile), 64<<10)
	if errors.Is(err, os.ErrNotExist) {
		return desk.Officers{}, nil
	}
	var o desk.Officers
	if err == nil {
		o, err = desk.ParseOfficers(text)
	}
	if err != nil {
		return o, failure(officersFile+": "+err.Error(), "make it again: `pratique desk officer NAME`")
	}
	return o, nil
}
