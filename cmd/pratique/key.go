package main

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
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
		sub: []*command{keyNewCommand(), keyShowCommand(), keyRequestCommand()},
	}
}

func keyNewCommand() *command {
	var o keys.Options
	var output, seal, from, until, alg, by, passphrase string
	var authority bool
	var uses []string
	return &command{
		use:   "new",
		short: "make a signing key with its certificate",
		long: `New makes a key and a certificate of it, signed by itself, and writes both into one file that only you may read. It never overwrites a file.

The certificate says the country, the authority, what the key may sign, and for how long. Where a national authority certifies the keys: send it the request of ` + "`pratique key csr`" + `, and append the certificate that comes back to the file; the last one counts.

A laboratory's key signs health certificates: test, vaccination, recovery. What offices sign beside them, a key signs only if it is named: stamp, receipt (border desks), notice (health authorities), areas, exposure (those who publish them), and rules, bundle, venue, derived, antibody, exemption, declaration. Where the national authority's certificate cannot name these, the country's own list of keys does: ` + "`pratique key show --text`" + ` prints the entry, whose line uses may be changed.

ICAO seals (VDS-NC) are signed by keys that the authority of a country's passports certifies. For exercises, --csca makes such an authority, and --by a signer that it certifies; those who verify need the authority's certificate alone.`,
		example: `# for exercises
$ pratique key new --demo --country XA --authority "Norland Institute of Health" -o norland.key

# for a border desk, which stamps and gives receipts
$ pratique key new --demo --country XB --uses stamp,receipt -o desk.key

# in earnest, sealed with the passphrase that stands in a file, for tests alone
$ pratique key new --country CH --authority "Office of Health" --uses test --seal passphrase.txt

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
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of the authority's key; else it is asked for")
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
	k, err := n.key()
	if err != nil {
		return newKeyFault(*o, err)
	}
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
	if output == "" {
		output = strings.ToLower(o.Country) + ".key"
	}
	if err := writeNew(output, file, 0o600); err != nil {
		return failure("writing "+quote(output)+": "+cause(err), "name another file by -o; a key that is lost cannot be made again")
	}
	state := "secret, readable by you alone"
	if seal != "" {
		state = "secret, sealed"
	}
	fmt.Fprintf(p.out, "%-12s %s (%s)\n", "made", output, state)
	describeKey(p, k)
	fmt.Fprintf(p.out, "%-12s `pratique key show --pem %s` prints the public part, for those who verify\n", "next", output)
	return nil
}

func newKeyFault(o keys.Options, err error) error {
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

func keyShowCommand() *command {
	var asPEM, asText, asJSON, asSet bool
	var passphrase string
	return &command{
		use:   "show FILE",
		short: "the public part of a key: fingerprint, certificate",
		long:  "Show prints what is public of a key file or of a certificate in PEM, never the secret. Whoever receives a certificate should compare the fingerprint with the issuer by another way, such as a telephone.",
		example: `$ pratique key show norland.key
$ pratique key show --pem norland.key > norland.pem`,
		flags: func(f *pflag.FlagSet) {
			f.BoolVar(&asPEM, "pem", false, "print the certificate in PEM, which verifiers take as --trust")
			f.BoolVar(&asText, "text", false, "print it as an entry of a pratique-trust text")
			f.BoolVar(&asSet, "jwks", false, "print it as the key set that an issuer of SMART Health Cards publishes")
			f.BoolVar(&asJSON, "json", false, "print JSON")
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one file", "`pratique key show FILE`")
			}
			k, err := p.publicKey(args[0], passphrase)
			switch {
			case err != nil:
				return err
			case asPEM:
				p.out.Write(k.CertificatePEM())
			case asText:
				return keyText(p, k)
			case asSet:
				set, err := shc.KeySet(k.Certificate.PublicKey)
				if err != nil || k.Authority() {
					return failure("this key signs no SMART Health Cards", "make one that signs by es256, which is what `pratique key new` makes")
				}
				p.out.Write(set)
			case asJSON:
				p.out.Write(jsonLine(publicJSON(k)))
			default:
				describeKey(p, k)
			}
			return nil
		},
	}
}

// keyText prints a key as it stands in a text of a country.
func keyText(p *program, k *keys.Key) error {
	public := k.Public()
	t := lists.Text{Jurisdiction: "XA", Demo: public.Demo, Issued: k.Certificate.NotBefore.UTC(), Until: k.Certificate.NotAfter.UTC(), Entries: []lists.Entry{{Key: &public}}}
	text, err := t.Bytes()
	if err != nil {
		return failure(strings.TrimPrefix(err.Error(), "writing list: "), "name the country and what the key may sign in its certificate")
	}
	_, entry, _ := strings.Cut(string(text), "\n\n")
	p.out.WriteString(entry)
	return nil
}

// public is a key in JSON.
type public struct {
	KeyID       string      `json:"kid"`
	Country     string      `json:"country"`
	Algorithm   string      `json:"algorithm"`
	Uses        []trust.Use `json:"uses"`
	From        time.Time   `json:"from"`
	Until       time.Time   `json:"until"`
	Fingerprint string      `json:"fingerprint"` // SHA-256 of the certificate, in hexadecimal
	Demo        bool        `json:"demo"`
	Certificate []byte      `json:"certificate"` // DER
}

func publicJSON(k *keys.Key) public {
	uses := k.Public().Uses
	v := public{
		KeyID: base64.StdEncoding.EncodeToString([]byte(k.ID())), Country: k.Country(), Algorithm: string(k.Algorithm()),
		Uses: append([]trust.Use{}, uses.Of...), From: k.Certificate.NotBefore, Until: k.Certificate.NotAfter,
		Fingerprint: fmt.Sprintf("%x", k.Fingerprint()), Demo: k.Demo(), Certificate: k.Certificate.Raw,
	}
	if uses.Any {
		v.Uses = []trust.Use{trust.Anyone}
	}
	return v
}

func keyRequestCommand() *command {
	var passphrase, output string
	return &command{
		use:   "csr FILE",
		short: "a request for a certificate by the national authority",
		long:  "Csr prints a certificate request (PKCS #10) for the key, with the subject and the uses of its own certificate. Append the certificate that the authority makes of it to the key file.",
		example: `$ pratique key csr norland.key -o norland.csr
$ cat certificate-from-the-authority.pem >> norland.key`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one key file", "`pratique key csr FILE`")
			}
			k, err := p.openKey(args[0], passphrase)
			if err != nil {
				return err
			}
			request, err := k.RequestPEM(rand.Reader)
			if err != nil {
				return err
			}
			return p.deliver(output, request)
		},
	}
}

// deliver writes a result to a file that is not there yet, or to standard output.
func (p *program) deliver(output string, data []byte) error {
	if output == "" || output == "-" {
		p.out.Write(data)
		return nil
	}
	if err := writeNew(output, data, 0o644); err != nil {
		return failure("writing "+quote(output)+": "+cause(err), "name another file by -o; nothing is overwritten")
	}
	return nil
}

// openKey reads a key file.
func (p *program) openKey(name, passphraseFile string) (*keys.Key, error) {
	file, err := readFile(name, keys.MaxSize)
	if err != nil {
		return nil, failure("opening the key "+quote(name)+": "+cause(err), "`pratique key new` makes one")
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
			return nil, err
		}
	}
	k, err := keys.Parse(file, passphrase)
	if err != nil {
		return nil, keyFault(name, err)
	}
	return k, nil
}

func keyFault(name string, err error) error {
	hint := "`pratique key new` makes a key file, and its help says what stands in one"
	switch {
	case errors.Is(err, keys.ErrPassphrase):
		hint = "try again, or name the right file: --passphrase FILE"
	case errors.Is(err, keys.ErrNoCertificate):
		hint = "append the certificate of the key, in PEM, to the file"
	case errors.Is(err, keys.ErrNoKey):
		hint = "a certificate alone cannot sign: give the issuer's own key file"
	}
	return failure("the key "+quote(name)+": "+strings.TrimPrefix(err.Error(), "reading key: "), hint)
}

// publicKey reads what is public of a key file, or a certificate.
func (p *program) publicKey(name, passphraseFile string) (*keys.Key, error) {
	if file, err := readFile(name, keys.MaxSize); err == nil {
		if b, rest := pem.Decode(file); b != nil && b.Type == "CERTIFICATE" && len(strings.TrimSpace(string(rest))) == 0 {
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				return nil, failure("the certificate "+quote(name)+" cannot be read", "ask for it again, in PEM")
			}
			return &keys.Key{Certificate: c}, nil
		}
	}
	return p.openKey(name, passphraseFile)
}

// passphrase reads the first line of a file, or asks at the terminal.
func (p *program) passphrase(file, prompt string) (string, error) {
	if file != "-" {
		text, err := readText(file, 4096)
		if err != nil {
			return "", failure("reading the passphrase from "+quote(file)+": "+cause(err), "name a file whose first line is the passphrase")
		}
		line, _, _ := strings.Cut(text, "\n")
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			return "", failure("the first line of "+quote(file)+" is empty", "write the passphrase there, of several words")
		}
		return line, nil
	}
	in := os.Stdin
	if !term.IsTerminal(int(in.Fd())) {
		return "", misuse("a passphrase is needed, and there is no terminal to ask for it", "name a file that has it")
	}
	fmt.Fprint(p.errs, prompt)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(p.errs)
	if err != nil {
		return "", failure("reading the passphrase: "+cause(err), "try again")
	}
	return string(b), nil
}
