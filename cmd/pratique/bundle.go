package main

import (
	"crypto"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/trust"
)

func bundleCommand() *command {
	return &command{
		use:   "bundle",
		short: "all that a verifier relies on for days offline, in one signed file",
		long: `A bundle holds keys, recognitions, rule sets, withdrawals and area lists: what stands in the files and folders of --trust, checked, made small, and signed by the country that relies on it. It crosses a border on a USB stick, and every verifier takes it: --bundle FILE --pin KEY.

A bundle says when it was made, from when on it is due for renewal (answers say so), and when it ends (answers are grey). A verifier that remembers the last one (--last) refuses an older one. A bundle that is cut short, changed, unsigned or signed by somebody else is refused, in words.`,
		example: `$ pratique key new --country CH --uses bundle -o bundle.key
$ pratique bundle build --by CH --key bundle.key --trust trust/ --rules ours.json -o border.bundle
$ pratique bundle check --pin bundle.pem border.bundle
$ pratique verify --bundle border.bundle --pin bundle.pem --to CH code.png`,
		sub: []*command{bundleBuildCommand(), bundleCheckCommand(), bundleShowCommand(), bundleDiffCommand(), bundleApplyCommand()},
	}
}

// built are the flags of bundle build.
type built struct {
	relied
	rules, signers               []string
	by, name, soft, hard, asOf   string
	program, note, passphrase, o string
}

func bundleBuildCommand() *command {
	b := &built{}
	return &command{
		use:   "build --by COUNTRY --key KEY --trust FILE|DIR... -o FILE",
		short: "make a bundle of files, and sign it",
		long: `Build reads what --trust and --rules name, as verify would, and writes it into one file. What cannot be taken is named; a file of no known kind is refused, because it could be the list of withdrawals. The same files give the same bundle.

--soft and --hard say how long it is good: a moment, or a time from its making, such as 12h, 3d or 8w. A border post that can be reached takes hours, a ship months. It never lasts longer than the lists in it.

The key is one of the country, with the use bundle. Several sign one after the other: --key may be repeated.`,
		example: `$ pratique bundle build --by XB --key bundle.key --trust trust/ --rules sudmark -o border.bundle

# for a ship: due in a month, to be relied on for four
$ pratique bundle build --by XB --name ship --soft 30d --hard 120d --key bundle.key --trust trust/ -o ship.bundle`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&b.files, "trust", nil, "a `FILE|DIR` that goes into it; may be repeated")
			f.StringArrayVar(&b.rules, "rules", nil, "a `FILE|DIR|NAME` of rules that go into it; may be repeated")
			f.StringVar(&b.by, "by", "", "the `COUNTRY` whose bundle it is")
			f.StringVar(&b.name, "name", "border", "the `NAME` of the series: bundles of one series follow each other")
			f.StringArrayVar(&b.signers, "key", nil, "the `KEY` file to sign with; may be repeated")
			f.StringVar(&b.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVar(&b.soft, "soft", "1d", "the `TIME` from which on it is due for renewal")
			f.StringVar(&b.hard, "hard", "7d", "the `TIME` after which nothing is answered by it")
			f.StringVar(&b.asOf, "as-of", "", "the `MOMENT` of its making; else now")
			f.StringVar(&b.program, "program", "", "the earliest `VERSION` of the program that may use it, such as v1.2.0")
			f.StringVar(&b.note, "note", "", "a `TEXT` for people, one line")
			f.StringArrayVar(&b.pins, "pin", nil, "a `FILE` with the public key that a signed list must be signed with; may be repeated")
			f.StringVarP(&b.o, "output", "o", "", "the `FILE` to write; one that is there is replaced as a whole")
		},
		run: b.run,
	}
}

func (b *built) run(p *program, args []string) error {
	switch {
	case len(args) > 0:
		return misuse("bundle build takes no argument", "what goes into it is named by --trust and --rules")
	case !isCountry(b.by):
		return misuse("whose bundle is it to be?", "name the country: --by XB")
	case len(b.signers) == 0:
		return misuse("a bundle is signed with a key", "name the key file: --key KEY; `pratique key new --uses bundle` makes one")
	case len(b.files) == 0:
		return misuse("nothing goes into this bundle", "name the files that you rely on: --trust FILE, or a folder of them")
	case b.o == "":
		return misuse("where is the bundle to be written?", "-o border.bundle")
	}
	m, err := b.manifest(p)
	if err != nil {
		return err
	}
	s, err := b.read(p)
	if err != nil {
		return err
	}
	c, left := p.contents(s)
	for _, k := range left {
		p.warn("%s was left out: %s", k.Entry, k.Why)
	}
	for i := range c.Keys { // where a file lay is nobody's business
		c.Keys[i].Source = filepath.Base(c.Keys[i].Source)
	}
	for i := range c.Sources {
		c.Sources[i].Name = filepath.Base(c.Sources[i].Name)
	}
	more, err := loadRules(b.rules, b.by)
	if err != nil {
		return err
	}
	c.Rules = append(c.Rules, more...)
	if end := s.Data().HardExpiry; !end.IsZero() && end.Before(m.Hard) {
		p.warn("it ends on %s, and not on %s: a list in it does", isoMoment(end), isoMoment(m.Hard))
		m.Hard = end
		if m.Soft.After(end) {
			m.Soft = end
		}
	}
	m.Demo = c.HasDemo()
	signers, err := b.keys(p)
	if err != nil {
		return err
	}
	data, err := bundle.Build(m, c, nil, signers...)
	if err != nil {
		return failure(err.Error(), "a bundle ends after it begins: look at --as-of, --soft and --hard, and at the ends of its lists")
	}
	if err := replaceFile(b.o, data, 0o644); err != nil {
		return failure("writing "+quote(b.o)+": "+cause(err), "name another file: -o FILE")
	}
	u, err := bundle.Parse(data)
	if err != nil {
		return err
	}
	made, err := u.SkipVerification() // what two lists state stands in it once
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%-8s %d keys of %d jurisdictions, %d recognitions, %d rule sets, %d lists of withdrawals, %d area lists\n", "holds",
		len(made.Keys), len(made.Jurisdictions()), len(made.Recognitions), len(made.Contents.Rules), len(made.Withdrawals), len(made.Areas))
	fmt.Fprintf(p.out, "%-8s due %s, ends %s\n%-8s %s\n%-8s %s, %d bytes\n", "good", isoMoment(m.Soft), isoMoment(m.Hard), "pin", strings.Join(u.Signers(), " "), "wrote", b.o, len(data))
	return nil
}

// manifest is what the flags say of the bundle.
func (b *built) manifest(p *program) (bundle.Manifest, error) {
	m := bundle.Manifest{Jurisdiction: b.by, Name: b.name, AsOf: p.now().UTC(), Program: b.program, Note: b.note}
	var err error
	if b.asOf != "" {
		if m.AsOf, err = moment("--as-of", b.asOf); err != nil {
			return m, err
		}
		m.AsOf = m.AsOf.UTC()
	}
	if m.Soft, err = after("--soft", b.soft, m.AsOf); err != nil {
		return m, err
	}
	if m.Hard, err = after("--hard", b.hard, m.AsOf); err != nil {
		return m, err
	}
	if m.Soft.After(m.Hard) {
		m.Soft = m.Hard
	}
	return m, nil
}

// after is a moment, or a time from another one on: 12h, 3d, 8w.
func after(flag, s string, from time.Time) (time.Time, error) {
	if s != "" {
		unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
		if n, err := strconv.Atoi(s[:len(s)-1]); err == nil && unit > 0 && n > 0 && n < 10_000 {
			return from.Add(time.Duration(n) * unit), nil
		}
	}
	t, err := moment(flag, s)
	if err != nil {
		return t, misuse(flag+" is neither a time nor a moment", "such as 12h, 3d, 8w, or 2026-12-31T00:00:00Z")
	}
	return t.UTC(), nil
}

// keys opens the keys to sign with, which must be for bundles of the country.
func (b *built) keys(p *program) ([]crypto.Signer, error) {
	var signers []crypto.Signer
	for _, name := range b.signers {
		k, err := p.openKey(name, b.passphrase)
		if err != nil {
			return nil, err
		}
		if k.Country() != b.by {
			return nil, misuse("the bundle is of "+b.by+", and the key of "+k.Country(), "who relies on it signs it")
		}
		if !k.Public().Uses.Allows(trust.Bundle) {
			return nil, misuse("the key may not sign bundles: it is one "+signsFor(k.Public().Uses), "`pratique key new --uses bundle` makes one that may")
		}
		signers = append(signers, k.Signer)
	}
	return signers, nil
}
