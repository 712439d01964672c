package main

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/keys"
)

func networkCommand() *command {
	return &command{
		use:   "network",
		short: "the network of countries: its root, who joins, who signs",
		long: `A network has keyholders, of whom so many from so many regions must sign before anything about its members changes. These commands make, sign and check the files; none but send and status needs a connection, and those who hold keys should use them on a machine that has none.

What is signed is text that can be read before it is signed. --transcript keeps a record of a ceremony.`,
		example: `# a keyholder, each on their own machine
$ pratique network key --name kira --region east -o kira.key

# the root document, signed by one after another
$ pratique network init --network trust.example/log --threshold 3 --regions 2 kira.pub ola.pub sef.pub tam.pub -o root.txt
$ pratique network sign --key kira.key root.txt -o root-1.txt

# a country
$ pratique network join --network trust.example/log --country XB --name Sudmark --region south --threshold 2 --keys 3`,
		sub: []*command{networkKeyCommand(), networkInitCommand(), networkRotateCommand(), networkJoinCommand(), networkAdmitCommand(), networkActCommand(), networkSignCommand(), networkCheckCommand(), networkSendCommand(), networkStatusCommand()},
	}
}

// ceremony keeps a record of what was done.
type ceremony struct {
	transcript string
	lines      []string
}

func (c *ceremony) flag(f *pflag.FlagSet) {
	f.StringVar(&c.transcript, "transcript", "", "add what was done to the record of the ceremony in this `FILE`")
}

// say prints a line, and keeps it for the record.
func (c *ceremony) say(p *program, name, value string) {
	line := strings.TrimRight(fmt.Sprintf("%-12s %s", name, value), " ")
	c.lines = append(c.lines, line)
	fmt.Fprintln(p.out, line)
}

// spoken says a fingerprint for people who compare it by telephone.
func (c *ceremony) spoken(p *program, h [sha256.Size]byte) {
	for i, line := range fingerprint(h) {
		c.say(p, []string{"fingerprint", ""}[i], line)
	}
	words, digits := act.Spoken(h)
	for i := 0; i < len(words); i += 8 {
		c.say(p, map[int]string{0: "in words"}[i], strings.Join(words[i:i+8], " "))
	}
	for i := 0; i < len(digits); i += 8 {
		c.say(p, map[int]string{0: "in digits"}[i], strings.Join(digits[i:i+8], " "))
	}
}

// done writes the record.
func (c *ceremony) done(p *program) error {
	if c.transcript == "" {
		return nil
	}
	f, err := os.OpenFile(c.transcript, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return failure("writing the record "+quote(c.transcript)+": "+cause(err), "name another file by --transcript")
	}
	_, err = fmt.Fprintf(f, "%s\n%s\n\n", p.now().UTC().Format(time.RFC3339), strings.Join(c.lines, "\n"))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return failure("writing the record "+quote(c.transcript)+": "+cause(err), "name another file by --transcript")
	}
	return nil
}

func networkKeyCommand() *command {
	var name, region, seal, output string
	var c ceremony
	return &command{
		use:   "key --name NAME --region REGION",
		short: "make the key of a keyholder",
		long: `Key makes a key that signs root documents and admissions, and beside it a file with its public part, which goes into the root document. Read the fingerprint to the others by telephone, or take it with you: whoever can exchange the public part on its way holds the key in your place.

The region is a word on which the keyholders agree: a quorum comes from several.`,
		example: `$ pratique network key --name kira --region east --seal - -o kira.key`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&name, "name", "", "the `NAME` of the keyholder in the root document, one word")
			f.StringVar(&region, "region", "", "the `REGION` for which the keyholder stands, one word")
			f.StringVar(&seal, "seal", "", "seal the file with the passphrase in this `FILE`; - asks for it")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else the name, with .key. The public part has .pub")
			c.flag(f)
		},
		run: func(p *program, args []string) error {
			if len(args) > 0 || name == "" || region == "" {
				return misuse("a keyholder has a name and a region", "`pratique network key --name kira --region east`")
			}
			if output == "" {
				output = name + ".key"
			}
			k, err := keys.NewBare(rand.Reader)
			if err != nil {
				return err
			}
			d := act.Root{Network: "x", Version: 1, Issued: p.now().UTC(), Until: p.now().UTC().AddDate(1, 0, 0), Threshold: 1, Regions: 1,
				Holders: []act.Holder{{ID: name, Name: name, Region: region, Key: k.Public()}}}
			text, err := d.Bytes()
			if err == nil {
				_, err = act.ParseRoot(text)
			}
			if err != nil {
				return misuse("the name and the region are one word each: letters, digits, . _ : -", "`pratique network key --name kira --region east`")
			}
			_, block, _ := strings.Cut(string(text), "\n\n")
			if err := p.keepBare(k, output, seal); err != nil {
				return err
			}
			public := strings.TrimSuffix(output, ".key") + ".pub"
			if err := p.deliver(public, []byte(block)); err != nil {
				return err
			}
			c.say(p, "made", output+" (secret), "+public+" (for the root document)")
			c.say(p, "keyholder", name+", "+region)
			c.spoken(p, nameOf(k.Public()))
			return c.done(p)
		},
	}
}

// nameOf is the fingerprint of a key: what acts and signatures call it.
func nameOf(k crypto.PublicKey) [sha256.Size]byte {
	id, err := act.Name(k)
	b, wrong := hex.DecodeString(id)
	if err != nil || wrong != nil {
		panic("a key that cannot be named") // keys.Bare has none
	}
	return [sha256.Size]byte(b)
}

// keepBare writes a secret key.
func (p *program) keepBare(k keys.Bare, output, seal string) error {
	file, err := k.File()
	if err != nil {
		return err
	}
	if seal != "" {
		passphrase, err := p.passphrase(seal, "passphrase for the new key: ")
		if err != nil {
			return err
		}
		if file, err = k.Seal(passphrase); err != nil {
			return failure(err.Error(), "give a passphrase of several words")
		}
	}
	if err := writeNew(output, file, 0o600); err != nil {
		return failure("writing "+quote(output)+": "+cause(err), "name another file by -o; a key that is lost cannot be made again")
	}
	return nil
}

// openBare reads a secret key of the network.
func (p *program) openBare(name, passphraseFile string) (keys.Bare, error) {
	file, err := readFile(name, keys.MaxSize)
	if err != nil {
		return keys.Bare{}, failure("opening the key "+quote(name)+": "+cause(err), "`pratique network key` makes one for a keyholder, `pratique network join` those of a country")
	}
	if info, err := os.Stat(name); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 && !keys.Sealed(file) {
		p.warn("others can read the key %s: `chmod 600 %s`", quote(name), name)
	}
	passphrase := ""
	if keys.Sealed(file) {
		if passphraseFile == "" {
			passphraseFile = "-"
		}
		if passphrase, err = p.passphrase(passphraseFile, "passphrase of the key: "); err != nil {
			return keys.Bare{}, err
		}
	}
	k, err := keys.ParseBare(file, passphrase)
	if err != nil {
		return keys.Bare{}, failure("the key "+quote(name)+": "+strings.TrimPrefix(err.Error(), "reading key: "), "`pratique network key` makes one for a keyholder, `pratique network join` those of a country")
	}
	return k, nil
}

// rootFlags are those of a root document.
type rootFlags struct {
	threshold, regions int
	until, output      string
}

func (r *rootFlags) flags(f *pflag.FlagSet) {
	f.IntVar(&r.threshold, "threshold", 0, "how many keyholders must sign: `NUMBER`")
	f.IntVar(&r.regions, "regions", 1, "from how many regions they must come, at least: `NUMBER`")
	f.StringVar(&r.until, "until", "", "the `MOMENT` until which it is good, at most three years; else two years from now")
	f.StringVarP(&r.output, "output", "o", "", "the `FILE` to write; else standard output")
}

// write fills in and writes a root document with these keyholders.
func (r *rootFlags) write(p *program, c *ceremony, d act.Root, public []string) error {
	d.Issued, d.Threshold, d.Regions = p.now().UTC(), r.threshold, r.regions
	d.Until = d.Issued.AddDate(2, 0, 0)
	if r.until != "" {
		var err error
		if d.Until, err = moment("--until", r.until); err != nil {
			return err
		}
	}
	for _, name := range public {
		h, err := readHolder(name)
		if err != nil {
			return err
		}
		d.Holders = append(d.Holders, h)
	}
	text, err := d.Bytes()
	if err == nil {
		_, err = act.ParseRoot(text)
	}
	if err != nil {
		return failure(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "reading root document: "), "not a text of this kind: "), "give --threshold, --regions and --until so that these keyholders can meet them")
	}
	if err := p.deliver(r.output, text); err != nil || r.output == "" || r.output == "-" {
		return err
	}
	c.say(p, "made", r.output+" (not signed)")
	sayRoot(p, c, d)
	c.say(p, "next", "each keyholder: `pratique network sign --key KEY "+r.output+"`")
	return c.done(p)
}

func sayRoot(p *program, c *ceremony, d act.Root) {
	c.say(p, "root of", fmt.Sprintf("%s, version %d", printable(d.Network), d.Version))
	c.say(p, "good", day(d.Issued)+" to "+day(d.Until))
	c.say(p, "must sign", fmt.Sprintf("%d of %d, from %d regions at least", d.Threshold, len(d.Holders), d.Regions))
	for _, h := range d.Holders {
		f := nameOf(h.Key)
		words, _ := act.Spoken(f)
		c.say(p, "keyholder", fmt.Sprintf("%s, %s: %s ...", printable(h.ID), printable(h.Region), strings.Join(words[:4], " ")))
	}
	c.spoken(p, rootFingerprint(d))
}

func rootFingerprint(d act.Root) [sha256.Size]byte {
	b, _ := hex.DecodeString(d.Fingerprint())
	return [sha256.Size]byte(b)
}

// readHolder reads the public part of a keyholder.
func readHolder(name string) (act.Holder, error) {
	wrong := func(why string) error {
		return failure("the keyholder "+quote(name)+": "+why, "give the .pub files that `pratique network key` has made")
	}
	text, err := readText(name, 1<<16)
	if err != nil {
		return act.Holder{}, wrong(cause(err))
	}
	d, err := act.ParseRoot([]byte("pratique-root/1.0\nnetwork x\nversion 1\nissued 2026-01-01T00:00:00Z\nuntil 2027-01-01T00:00:00Z\nthreshold 1\nregions 1\n\n" + text))
	if err != nil || len(d.Holders) != 1 {
		return act.Holder{}, wrong("not the public part of one")
	}
	return d.Holders[0], nil
}

func networkInitCommand() *command {
	var network string
	var r rootFlags
	var c ceremony
	return &command{
		use:   "init --network NAME --threshold N PUB...",
		short: "write the first root document of a network",
		long: `Init writes the text that says who the keyholders are and how many of them must agree. It is nothing until so many have signed it (network sign). Those who rely on the network compare its fingerprint once, by another way than the file came; everything later follows from it.

The name of the network is that of its log, like an address without https://.`,
		example: `$ pratique network init --network trust.example/log --threshold 3 --regions 2 kira.pub ola.pub sef.pub tam.pub uma.pub -o root.txt --transcript ceremony.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&network, "network", "", "the `NAME` of the network's log")
			r.flags(f)
			c.flag(f)
		},
		run: func(p *program, args []string) error {
			if network == "" || r.threshold == 0 || len(args) == 0 {
				return misuse("a network has a name, keyholders, and a number of them who must sign", "`pratique network init --network trust.example/log --threshold 3 kira.pub ola.pub sef.pub`")
			}
			return r.write(p, &c, act.Root{Network: network, Version: 1}, args)
		},
	}
}

func networkRotateCommand() *command {
	var from string
	var r rootFlags
	var c ceremony
	return &command{
		use:   "rotate --from FILE --threshold N PUB...",
		short: "write the root document that follows another",
		long: `Rotate writes the next version of a root document: with other keyholders, another number of them, or a later end. It is signed by a quorum of the keyholders of before and a quorum of its own, so that neither can shut out the other. Name all keyholders of the new version, those who stay as well.

Do it before the old one ends: after its end only this can still be signed.`,
		example: `$ pratique network rotate --from root.txt --threshold 3 --regions 2 ola.pub sef.pub tam.pub uma.pub vin.pub -o root2.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&from, "from", "", "the `FILE` with the root document in force")
			r.flags(f)
			c.flag(f)
		},
		run: func(p *program, args []string) error {
			if from == "" || r.threshold == 0 || len(args) == 0 {
				return misuse("a root document follows another and names its keyholders", "`pratique network rotate --from root.txt --threshold 3 kira.pub ola.pub sef.pub`")
			}
			old, err := readRoot(from)
			if err != nil {
				return err
			}
			return r.write(p, &c, act.Root{Network: old.Network, Version: old.Version + 1, Previous: old.Fingerprint()}, args)
		},
	}
}

// readRoot reads a root document, whoever has signed it.
func readRoot(name string) (act.Root, error) {
	data, err := readFile(name, act.MaxSize)
	if err != nil {
		return act.Root{}, failure("reading the root document "+quote(name)+": "+cause(err), "`pratique network init` makes one")
	}
	text, _ := unsigned(data)
	d, err := act.ParseRoot(text)
	if err != nil {
		return act.Root{}, failure("the root document "+quote(name)+": "+strings.TrimPrefix(err.Error(), "reading root document: "), "`pratique network init` makes one")
	}
	return d, nil
}

// unsigned is a file without its signatures, and how many there were.
func unsigned(data []byte) ([]byte, int) {
	text, n := string(data), 0
	if i := strings.Index(text, "\nsignature "); i >= 0 {
		n = strings.Count(text[i:], "\nsignature ")
		text = text[:i+1]
	}
	return []byte(text), n
}

func networkJoinCommand() *command {
	var party act.Party
	var network, until, folder, seal string
	var count int
	var c ceremony
	return &command{
		use:   "join --network NAME --country COUNTRY --name NAME --region REGION",
		short: "make the keys of a country and the file with which it asks to join",
		long: `Join makes the keys that will sign for a country, one file each, and the application: one file that names the country and the public parts, signed by all of the keys. Give each key to another person; --threshold says how many of them must sign together.

It prints a sheet for the diplomatic note: the fingerprint of the application in hexadecimal, in words that can be spoken in any language, and in digits. Send the file by any way and the sheet by the diplomatic one. Nothing secret is in either.`,
		example: `$ pratique network join --network trust.example/log --country XB --name Sudmark --region south --threshold 2 --keys 3 -o joining > note.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&network, "network", "", "the `NAME` of the network's log")
			f.StringVar(&party.Code, "country", "", "the `COUNTRY` that joins")
			f.StringVar(&party.Name, "name", "", "its `NAME`, and that of the authority")
			f.StringVar(&party.Region, "region", "", "the `REGION` to which it counts itself, one word")
			f.IntVar(&count, "keys", 1, "how many keys to make: `NUMBER`")
			f.IntVar(&party.Threshold, "threshold", 1, "how many of them must sign together: `NUMBER`")
			f.StringVar(&until, "until", "", "the `MOMENT` until which it asks to be a party; else three years from now")
			f.StringVar(&seal, "seal", "", "seal the key files with the passphrase in this `FILE`; - asks for it")
			f.StringVarP(&folder, "output", "o", "joining", "the `FOLDER` for the files, which must be new")
			c.flag(f)
		},
		run: func(p *program, args []string) error {
			if len(args) > 0 || network == "" || !isCountry(party.Code) || party.Name == "" || party.Region == "" {
				return misuse("say who joins which network", "`pratique network join --network trust.example/log --country XB --name Sudmark --region south`")
			}
			if count < 1 || count > 16 || party.Threshold < 1 || party.Threshold > count {
				return misuse("of 1 to 16 keys, 1 to all of them must sign together", "--keys 3 --threshold 2")
			}
			party.Until = p.now().UTC().AddDate(3, 0, 0)
			if until != "" {
				var err error
				if party.Until, err = moment("--until", until); err != nil {
					return err
				}
			}
			return joining{party, network, folder, seal, count}.make(p, &c)
		},
	}
}

// joining is a country that is about to apply.
type joining struct {
	act.Party
	network, folder, seal string
	count                 int
}

func (j joining) make(p *program, c *ceremony) error {
	var ks []keys.Bare
	for range j.count {
		k, err := keys.NewBare(rand.Reader)
		if err != nil {
			return err
		}
		ks, j.Signers = append(ks, k), append(j.Signers, k.Public())
	}
	a := act.Application{Network: j.network, Issued: p.now().UTC(), Party: j.Party}
	file, err := a.Bytes()
	for _, k := range ks {
		if err == nil {
			file, err = act.AddSignature(file, k, rand.Reader)
		}
	}
	if err == nil {
		_, err = act.OpenApplication(file)
	}
	if err != nil {
		return failure("making the application: "+err.Error(), "names are of one line; a region is one word")
	}
	if err := os.Mkdir(j.folder, 0o755); err != nil {
		return failure("making the folder "+quote(j.folder)+": "+cause(err), "name a new one by -o: nothing is overwritten")
	}
	code := strings.ToLower(j.Code)
	for i, k := range ks {
		if err := p.keepBare(k, fmt.Sprintf("%s/%s-%d.key", j.folder, code, i+1), j.seal); err != nil {
			return err
		}
	}
	name := j.folder + "/" + code + "-application.txt"
	if err := p.deliver(name, file); err != nil {
		return err
	}
	sayApplication(p, c, a, file)
	c.say(p, "", "")
	c.say(p, "send", name+", by any way; and this sheet, by the diplomatic one")
	c.say(p, "keep", fmt.Sprintf("%s/%s-1.key%s: secret, each with another person", j.folder, code, map[bool]string{true: fmt.Sprintf(" to %s-%d.key", code, j.count)}[j.count > 1]))
	return c.done(p)
}

func sayApplication(p *program, c *ceremony, a act.Application, file []byte) {
	c.say(p, "application", printable(a.Party.Name)+" ("+a.Party.Code+"), region "+printable(a.Party.Region))
	c.say(p, "to", "the network "+printable(a.Network))
	c.say(p, "dated", day(a.Issued))
	c.say(p, "until", day(a.Party.Until))
	c.say(p, "must sign", fmt.Sprintf("%d of its %d keys", a.Party.Threshold, len(a.Party.Signers)))
	for i, k := range a.Party.Signers {
		h := nameOf(k)
		c.say(p, fmt.Sprintf("key %d", i+1), hex.EncodeToString(h[:]))
	}
	text, _ := unsigned(file)
	c.spoken(p, sha256.Sum256(text))
}

func networkAdmitCommand() *command {
	var number int64
	var output string
	var c ceremony
	return &command{
		use:   "admit --number N APPLICATION",
		short: "write the admission of a country, for the keyholders to sign",
		long:  `Admit reads an application, checks that all its keys have signed it, and writes the act that admits the country. Compare the fingerprint with the sheet of the diplomatic note before anybody signs. The number is that of the keyholders' next act: they count from 1, and the root documents do not count.`,
		example: `$ pratique network admit --number 1 xb-application.txt -o admit-xb.txt
$ pratique network sign --key kira.key admit-xb.txt -o admit-xb-1.txt`,
		flags: func(f *pflag.FlagSet) {
			f.Int64Var(&number, "number", 0, "the number of the keyholders' next act: `NUMBER`")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
			c.flag(f)
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 || number < 1 {
				return misuse("name one application and the number of the act", "`pratique network admit --number 1 xb-application.txt`")
			}
			data, err := readFile(args[0], act.MaxSize)
			if err != nil {
				return failure("reading the application "+quote(args[0])+": "+cause(err), "`pratique network join` makes one")
			}
			a, err := act.OpenApplication(data)
			if err != nil {
				return failure("the application "+quote(args[0])+": "+refusalText(err), "ask the country for it again")
			}
			text, err := act.Act{Network: a.Network, By: act.ByRoot, Number: number, Issued: p.now().UTC(), Body: a.Party}.Sign(rand.Reader)
			if err != nil {
				return err
			}
			if err := p.deliver(output, text); err != nil || output == "" || output == "-" {
				return err
			}
			c.say(p, "made", output+" (not signed)")
			sayApplication(p, &c, a, data)
			c.say(p, "next", "compare with the sheet of the diplomatic note; then each keyholder: `pratique network sign --key KEY "+output+"`")
			return c.done(p)
		},
	}
}

// refusalText is why something was refused, in words.
func refusalText(err error) string {
	if r, ok := errors.AsType[*act.Refusal](err); ok {
		return r.Text
	}
	return err.Error()
}

func networkSignCommand() *command {
	var key, passphrase, output string
	var c ceremony
	return &command{
		use:   "sign --key KEY FILE",
		short: "add a signature to a root document, an admission or another act",
		long:  `Sign shows what a file says, adds a signature of the key, and writes a new file with all signatures so far. Read what it shows, and compare the fingerprint with the others, before the file leaves your machine.`,
		example: `$ pratique network sign --key kira.key root.txt -o root-1.txt
$ pratique network sign --key ola.key root-1.txt -o root-2.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&key, "key", "", "the key to sign with: `FILE`")
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
			c.flag(f)
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 || key == "" {
				return misuse("name one file and the key", "`pratique network sign --key kira.key root.txt -o root-1.txt`")
			}
			data, err := readFile(args[0], act.MaxSize)
			if err != nil {
				return failure("reading "+quote(args[0])+": "+cause(err), "`pratique network init`, `rotate` or `admit` make one")
			}
			text, _ := unsigned(data)
			root, wrong := act.ParseRoot(text)
			stated, odd := act.Parse(text)
			if wrong != nil && odd != nil {
				return failure("the file "+quote(args[0])+" is neither a root document nor an act: "+strings.TrimPrefix(odd.Error(), "reading act: "), "nothing else is signed with these keys")
			}
			k, err := p.openBare(key, passphrase)
			if err != nil {
				return err
			}
			if wrong == nil && !slices.ContainsFunc(root.Holders, func(h act.Holder) bool { return k.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(h.Key) }) && root.Version == 1 {
				return failure("this key is no keyholder's of the root document", "sign with the key whose .pub file was given to `pratique network init`")
			}
			signed, err := act.AddSignature(data, k, rand.Reader)
			if err != nil {
				return failure(strings.TrimPrefix(err.Error(), "signing: "), "each key signs once")
			}
			if err := p.deliver(output, signed); err != nil || output == "" || output == "-" {
				return err
			}
			if wrong == nil {
				sayRoot(p, &c, root)
			} else {
				sayAct(p, &c, stated, text)
			}
			h := nameOf(k.Public())
			_, n := unsigned(signed)
			c.say(p, "signed by", hex.EncodeToString(h[:]))
			c.say(p, "written", fmt.Sprintf("%s, with %d signatures", output, n))
			return c.done(p)
		},
	}
}

// sayAct shows an act as it is signed: its own text, which is made to be read.
func sayAct(p *program, c *ceremony, a act.Act, text []byte) {
	c.say(p, "act", fmt.Sprintf("number %d of %s, in the network %s", a.Number, a.By, printable(a.Network)))
	_, block, _ := strings.Cut(string(text), "\n\n")
	for line := range strings.Lines(block) {
		c.say(p, "", printable(strings.TrimSuffix(line, "\n")))
	}
	c.spoken(p, sha256.Sum256(text))
}
