package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

func keyCommand() *command {
	return &command{
		use:   "key",
		short: "make signing keys, show their public part",
		long: `An issuer signs with a key; its certificate, which is public, goes to those who verify. A key file holds both. The secret in it must stay with the issuer: seal it with a passphrase unless the disk is sealed.

Demo keys are for exercises. They have a country of XA to XZ, are marked in every answer, and cannot be made for a real country.`,
		example: `$ pratique key new --demo
$ pratique key show xa.key
$ pratique key show --pem xa.key > norland.pem`,
		sub: []*command{keyNewCommand(), keyShowCommand(), keyRequestCommand(), keyCertifyCommand()},
	}
}

func keyNewCommand() *command {
	var o keys.Options
	var output, seal, from, until, alg, by, passphrase, token string
	var authority bool
	var uses []string
	return &command{
		use:   "new",
		short: "make a signing key with its certificate",
		long: `New makes a key and a certificate of it, signed by itself, and writes both into one file that only you may read. It never overwrites a file.

The certificate says the country, the authority, what the key may sign, and for how long. Where a national authority certifies the keys: send it the request of ` + "`pratique key csr`" + `, and append the certificate that comes back to the file; the last one counts. ` + "`pratique key certify`" + ` is the authority's side.

With --pkcs11 the key is made in hardware and never leaves it. The file then says where it is, with its certificate, and stands wherever a key file does; so does the reference itself. It is a PKCS #11 URI: ` + "`pkcs11:token=LABEL;object=NAME?module-path=LIBRARY&pin-source=file:FILE`" + `. The PIN is read from that file or from --passphrase, or asked for; it never stands in the reference. This needs a program built with ` + "`go build -tags pkcs11`" + `.

A laboratory's key signs health certificates: test, vaccination, recovery. What offices sign beside them, a key signs only if it is named: stamp, receipt (border desks), notice (health authorities), areas, exposure (those who publish them), and rules, bundle, venue, derived, antibody, exemption, declaration. Where the national authority's certificate cannot name these, the country's own list of keys does: ` + "`pratique key show --text`" + ` prints the entry, whose line uses may be changed.

ICAO seals (VDS-NC) are signed by keys that the authority of a country's passports certifies. For exercises, --csca makes such an authority, and --by a signer that it certifies; those who verify need the authority's certificate alone.`,
		example: `# for exercises
$ pratique key new --demo --country XA --authority "Norland Institute of Health" -o norland.key

# for a border desk, which stamps and gives receipts
$ pratique key new --demo --country XB --uses stamp,receipt -o desk.key

# in earnest, sealed with the passphrase that stands in a file, for tests alone
$ pratique key new --country CH --authority "Office of Health" --uses test --seal passphrase.txt

# in hardware
$ pratique key new --country CH --pkcs11 'pkcs11:token=issuer;object=ch-1?module-path=/usr/lib/softhsm/libsofthsm2.so' -o ch.key

# an authority, and a signer of ICAO seals that it certifies
$ pratique key new --demo --csca -o csca.key
$ pratique key new --by csca.key --uses vaccination -o seals.key`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&o.Country, "country", "", "the `COUNTRY` that answers for the key; of a demo key else XA")
			f.StringVar(&o.Authority, "authority", "", "the `NAME` of the authority, ministry or laboratory")
			f.StringSliceVar(&uses, "uses", nil, "the `USES` that it may sign: "+strings.Join(signable, ", ")+" (default the first three)")
			f.StringSliceVar(&uses, "use", nil, "the same as --`USES`")
			f.Lookup("use").Hidden = true
			f.StringVar(&alg, "alg", string(keys.ES256), "the `ALGORITHM`: es256 or ps256")
			f.StringVar(&from, "from", "", "the `MOMENT` from which it is good; else now")
			f.StringVar(&until, "until", "", "the `MOMENT` until which it is good; else two years later")
			f.BoolVar(&o.Demo, "demo", false, "a key for exercises")
			f.BoolVar(&authority, "csca", false, "an authority that certifies signers of ICAO seals")
			f.StringVar(&by, "by", "", "the key of the authority that certifies a signer of ICAO seals: `KEY`")
			f.StringVar(&token, "pkcs11", "", "make it in hardware, where this `REFERENCE` says")
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of the authority's key, or with the PIN; else it is asked for")
			f.StringVar(&seal, "seal", "", "seal the file with the passphrase in this `FILE`; - asks for it")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else the country, with .key")
		},
		choices: map[string][]string{"alg": {"es256", "ps256"}, "uses": signable},
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("key new takes no argument", "the file is named by -o, the country by --country")
			}
			for _, u := range uses {
				o.Uses = append(o.Uses, trust.Use(u))
			}
			o.Algorithm = keys.Algorithm(alg)
			n := newKey{Options: o, output: output, seal: seal, from: from, until: until, authority: authority}
			if token != "" {
				if authority || by != "" || seal != "" {
					return misuse("a key in hardware is one that signs certificates or what offices sign, and is sealed by its hardware", "leave out --csca, --by and --seal, or --pkcs11")
				}
				r, pin, err := p.reference(token, passphrase)
				if err != nil {
					return err
				}
				n.token, n.pin = &r, pin
			}
			if by != "" {
				if authority || o.Demo || o.Country != "" {
					return misuse("the country of a signer of seals is its authority's, and so is whether it is for exercises", "leave out --csca, --demo and --country, or --by")
				}
				k, err := p.openKey(by, passphrase)
				if err != nil {
					return err
				}
				n.by, n.Country, n.Demo = k, k.Country(), k.Demo()
			}
			return n.make(p)
		},
	}
}

// signable are the uses that a certificate can name, in the order of help.
var signable = []string{"test", "vaccination", "recovery", "stamp", "receipt", "notice", "areas", "exposure", "rules", "bundle", "venue", "derived", "antibody", "exemption", "declaration"}

// newKey is a key that is to be made.
type newKey struct {
	keys.Options
	output, seal, from, until string
	authority                 bool      // one that certifies signers of seals
	by                        *keys.Key // the authority that certifies it
	token                     *keys.Reference
	pin                       string
}

// life sets when the key begins and ends.
func (n *newKey) life(p *program) error {
	n.NotBefore = p.now()
	var err error
	if n.from != "" {
		if n.NotBefore, err = moment("--from", n.from); err != nil {
			return err
		}
	}
	years := 2
	if n.authority {
		years = 15 // the signers' two, and the ten in which their seals can be checked
	}
	n.NotAfter = n.NotBefore.AddDate(years, 0, 0)
	if n.until != "" {
		if n.NotAfter, err = moment("--until", n.until); err != nil {
			return err
		}
	}
	return nil
}

func (n *newKey) key() (*keys.Key, error) {
	switch {
	case n.authority:
		return keys.NewAuthority(n.Options, rand.Reader)
	case n.by != nil:
		return n.by.Certify(n.Options, rand.Reader)
	case n.token != nil:
		return keys.NewInToken(*n.token, n.pin, n.Options, rand.Reader)
	}
	return keys.New(n.Options, rand.Reader)
}

func (n *newKey) make(p *program) error {
	o, output, seal := &n.Options, n.output, n.seal
	if o.Country == "" && o.Demo {
		o.Country = "XA"
	}
	if !isCountry(o.Country) {
		return misuse("a key belongs to a country", "name it by two capital letters: --country CH; for exercises: --demo")
	}
	if n.authority && len(o.Uses) > 0 {
		return misuse("an authority certifies signers, and signs nothing else", "leave out --uses; those of a signer are named with --by")
	}
	if err := n.life(p); err != nil {
		return err
	}
	if output == "" {
		output = strings.ToLower(o.Country) + ".key"
	}
	if _, err := os.Lstat(output); err == nil { // before a key is made in hardware
		return failure("writing "+quote(output)+": it exists already", "name another file by -o; a key that is lost cannot be made again")
	}
	k, err := n.key()
	if err != nil {
		return newKeyFault(*o, err)
	}
	defer k.Close()
	var file []byte
	if seal != "" {
		passphrase, err := p.passphrase(seal, "passphrase for the new key: ")
		if err != nil {
			return err
		}
		if file, err = k.Seal(passphrase); err != nil {
			return failure(err.Error(), "give a passphrase of several words")
		}
	} else if file, err = k.File(); err != nil {
		return err
	}
	if err := writeNew(output, file, 0o600); err != nil {
		return failure("writing "+quote(output)+": "+cause(err), "name another file by -o; a key that is lost cannot be made again")
	}
	state := "secret, readable by you alone"
	switch {
	case seal != "":
		state = "secret, sealed"
	case n.token != nil:
		state = "the secret is in hardware"
	}
	fmt.Fprintf(p.out, "%-12s %s (%s)\n", "made", output, state)
	describeKey(p, k)
	fmt.Fprintf(p.out, "%-12s `pratique key show --pem %s` prints the public part, for those who verify\n", "next", output)
	return nil
}

func newKeyFault(o keys.Options, err error) error {
	if hint := hardwareHint(err); hint != "" {
		return failure(err.Error(), hint)
	}
	switch {
	case errors.Is(err, keys.ErrAuthority):
		return failure(err.Error(), "`pratique key new --csca` makes an authority; a signer signs within its life: --from, --until")
	case errors.Is(err, keys.ErrInvented) && o.Demo:
		return misuse(o.Country+" is a real country: no demo key can be made for it", "exercises have XA to XZ: --demo --country XA")
	case errors.Is(err, keys.ErrInvented) && keys.Invented(o.Country):
		return misuse(o.Country+" is no country: its keys are for exercises alone", "add --demo, or name the country that answers for the key")
	case errors.Is(err, keys.ErrInvented):
		return misuse("an authority named DEMO would be taken for an exercise", "for exercises: --demo --country XA; else another name")
	case errors.Is(err, keys.ErrUse):
		return misuse(err.Error(), "a certificate can name "+strings.Join(signable, ", ")+"; others stand in the trust list of the country")
	}
	return misuse(err.Error(), "`pratique key new --help` shows what each flag takes")
}

// describeKey prints what is public of a key.
func describeKey(p *program, k *keys.Key) {
	c := k.Certificate
	row := func(name, value string) { fmt.Fprintf(p.out, "%-12s %s\n", name, value) }
	who := k.Country()
	if names := append(slices.Clone(c.Subject.Organization), c.Subject.OrganizationalUnit...); len(names) > 0 {
		who += ", " + strings.Join(names, ", ")
	}
	row("of", printable(who))
	row("key id", base64.StdEncoding.EncodeToString([]byte(k.ID())))
	row("signs", signs(k))
	row("good", c.NotBefore.UTC().Format(time.DateOnly)+" to "+c.NotAfter.UTC().Format(time.DateOnly))
	for i, line := range fingerprint(k.Fingerprint()) {
		row([]string{"fingerprint", ""}[i], line)
	}
	if id := pinOf(k); id != "" {
		row("pin", id)
	}
}

// pinOf returns what --pin takes instead of the file of a key that signs
// bundles: it names the key alone, so that it stays when the certificate of the
// key is renewed. Empty for other keys.
func pinOf(k *keys.Key) string {
	if k.Authority() || !k.Public().Uses.Allows(trust.Bundle) {
		return ""
	}
	id, _ := signed.KeyID(k.Certificate.PublicKey)
	return id
}

func signs(k *keys.Key) string {
	if k.Authority() {
		return string(k.Algorithm()) + ", certificates of signers of ICAO seals"
	}
	if uses, ok := vds.SignerUses(k.Certificate.Raw); ok {
		return string(k.Algorithm()) + ", for ICAO seals: " + usesText(trust.Uses{Of: uses})
	}
	uses := k.Public().Uses
	if uses.Any {
		return string(k.Algorithm()) + ", for all health certificates"
	}
	return string(k.Algorithm()) + ", for " + usesText(uses)
}

// fingerprint writes 32 bytes as two people read them to each other: two lines
// of eight groups of four digits.
func fingerprint(h [32]byte) [2]string {
	var lines [2]string
	for i := 0; i < len(h); i += 2 {
		line := &lines[i/16]
		if *line != "" {
			*line += " "
		}
		*line += fmt.Sprintf("%02x%02x", h[i], h[i+1])
	}
	return lines
}
