package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

func keyRequestCommand() *command {
	var passphrase, output string
	return &command{
		use:   "csr FILE",
		short: "a request for a certificate by the national authority",
		long:  "Csr prints a certificate request (PKCS #10) for the key, of a file or in hardware, with the subject and the uses of its own certificate. Append the certificate that the authority makes of it to the key file: the last one counts.",
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
			defer k.Close()
			request, err := k.RequestPEM(rand.Reader)
			if err != nil {
				return failure(err.Error(), cmp.Or(hardwareHint(err), "look whether the key signs: `pratique key show`"))
			}
			return p.deliver(output, request)
		},
	}
}

func keyCertifyCommand() *command {
	var by, passphrase, output, from, until, authority string
	var uses []string
	return &command{
		use:   "certify REQUEST",
		short: "the certificate that an authority makes of a request",
		long: `Certify reads a certificate request and prints the certificate that the key --by, an authority's, makes of it. It is for the authority of a country; one for exercises is made by ` + "`pratique key new --demo --csca`" + `.

The request proves that whoever sent it has the key, and nothing about who that is: before you certify, read the fingerprint of the key to each other by another way, such as a telephone. The uses are those of the request, unless --uses grants others.`,
		example: `$ pratique key csr laboratory.key -o laboratory.csr
$ pratique key certify laboratory.csr --by csca.key -o laboratory.pem
$ cat laboratory.pem >> laboratory.key`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&by, "by", "", "the key of the authority: `KEY`")
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of the authority's key, or the PIN; else it is asked for")
			f.StringSliceVar(&uses, "uses", nil, "the `USES` that are granted: "+strings.Join(signable, ", ")+" (default those of the request)")
			f.StringVar(&authority, "authority", "", "the `NAME` in the certificate, instead of that of the request")
			f.StringVar(&from, "from", "", "the `MOMENT` from which it is good; else now")
			f.StringVar(&until, "until", "", "the `MOMENT` until which it is good; else two years later")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
		},
		choices: map[string][]string{"uses": signable},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one request", "`pratique key certify REQUEST --by KEY`")
			}
			if by == "" {
				return misuse("an authority certifies", "name its key: --by KEY; for exercises, `pratique key new --demo --csca` makes one")
			}
			n := newKey{from: from, until: until}
			n.Authority = authority
			for _, u := range uses {
				n.Uses = append(n.Uses, trust.Use(u))
			}
			if err := n.life(p); err != nil {
				return err
			}
			return p.certify(args[0], by, passphrase, output, n.Options)
		},
	}
}

func (p *program) certify(name, by, passphrase, output string, o keys.Options) error {
	text, err := readFile(name, keys.MaxSize)
	if err != nil {
		return failure("reading the request "+quote(name)+": "+cause(err), "`pratique key csr` makes one")
	}
	r, err := keys.ParseRequest(text)
	if err != nil {
		return failure("the request "+quote(name)+": "+strings.TrimPrefix(err.Error(), "reading request: "), "ask for it again; `pratique key csr` makes one")
	}
	k, err := p.openKey(by, passphrase)
	if err != nil {
		return err
	}
	defer k.Close()
	made, err := k.CertifyRequest(r, o, rand.Reader)
	switch {
	case errors.Is(err, keys.ErrAuthority):
		return failure(err.Error(), "the key --by is an authority's, of the country in the request, and the certificate ends with it: --from, --until")
	case err != nil:
		return newKeyFault(o, err)
	}
	if output == "" || output == "-" {
		return p.deliver(output, made)
	}
	if err := p.deliver(output, made); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%-12s %s\n", "made", output)
	fmt.Fprintf(p.out, "%-12s %s\n", "of", printable(strings.TrimSuffix(r.Country+", "+r.Authority, ", ")))
	fmt.Fprintf(p.out, "%-12s %s to %s\n", "good", o.NotBefore.UTC().Format(time.DateOnly), o.NotAfter.UTC().Format(time.DateOnly))
	for i, line := range fingerprint(r.Fingerprint) {
		fmt.Fprintf(p.out, "%-12s %s\n", []string{"public key", ""}[i], line)
	}
	fmt.Fprintf(p.out, "%-12s whoever asked appends it to the key file: cat %s >> KEY\n", "next", output)
	return nil
}
