package main

import (
	"cmp"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// order are the flags of issue.
type order struct {
	key, passphrase, format string
	issuer                  string // of a SMART Health Card
	output                  []string
	at, until, passport     string
	example                 string
	json                    bool
	paper
	received
}

func issueCommand() *command {
	o := &order{}
	return &command{
		use:   "issue --key KEY [flags] FILE",
		short: "make a code from a laboratory's or a clinic's result",
		long: `Issue reads what shall be certified, checks it, and makes a signed code: a picture to print or to show, or its text. It keeps nothing.

The code is the EU's digital certificate (hc1) unless another --format is named: icvp, the certificate of vaccination of the International Health Regulations, for life where the vaccine is; shc, a SMART Health Card, whose --issuer publishes its keys (` + "`pratique key show --jwks`" + `) at that address; vds, an ICAO seal, by a key that an authority certified (` + "`pratique key new --by`" + `). They do not hold the same.

The file is in JSON: a simple form, which --example prints, the content of a European certificate, or a neutral certificate as ` + "`pratique read --json`" + ` prints it. The name is computed as passports print it; give the passport's own lines (--mrz) where you have them, and the name is compared. What would make the certificate wrong is refused: a sample of tomorrow, a name that cannot be computed, a key that may not sign this.

What laboratories and clinics send is read, too: messages of HL7 version 2 (ORU^R01, VXU^V04), bundles and resources of FHIR R4 (DiagnosticReport, Observation, Immunization), and tables (CSV, of which --example table is one). Of several results each has its code in the folder -o DIR, whose name is made of what it says: issued again, what is there stays. What cannot be used is said by its place, or, of a table, written to errors.csv with the reason, to be corrected and issued like the table. --dry-run reads and checks alone (docs/intake.md).

Codes of demo keys say DEMO on the picture.`,
		example: `$ pratique key new --demo -o norland.key
$ pratique issue --example test > result.json
$ pratique issue --key norland.key result.json -o code.png -o code.txt

# a yellow card, a SMART Health Card, an ICAO seal
$ pratique issue --example icvp > yellow.json
$ pratique issue --format icvp --key norland.key yellow.json -o yellow.png
$ pratique issue --format shc --issuer https://health.norland.example --key norland.key result.json -o card.png -o result.smart-health-card
$ pratique issue --format vds --key seals.key result.json -o seal.png

# a table, a message of a laboratory
$ pratique issue --example table > results.csv
$ pratique issue --dry-run results.csv
$ pratique issue --key norland.key results.csv -o codes
$ pratique issue --key norland.key --authority "Norland Institute of Health" message.hl7 -o code.png

# on paper: to fold, and as a page that is read aloud (` + "`pratique print`" + ` prints a code that there is)
$ pratique issue --key norland.key result.json -o code.txt -o paper.pdf -o paper.html --language fr`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&o.key, "key", "", "the `KEY` file to sign with")
			f.StringVar(&o.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringArrayVarP(&o.output, "output", "o", nil, "the `FILE` to write: .png, .svg or .txt, - for the text; on paper .pdf or .html; of a card also .smart-health-card; may be repeated")
			f.StringVar(&o.format, "format", "hc1", "the `FORMAT` of the code: hc1, icvp, shc or vds")
			f.StringVar(&o.issuer, "issuer", "", "the address of the issuer of a SMART Health Card: `URL`")
			f.StringVar(&o.at, "at", "", "the `MOMENT` of issue; else now")
			f.StringVar(&o.until, "until", "", "the `MOMENT` at which the signature ends; else a year later, or when the key ends; of icvp and shc none")
			f.StringVar(&o.passport, "mrz", "", "the machine-readable lines of the passport, or a file with them, from which the name is taken: `FILE|LINES`")
			f.StringVar(&o.example, "example", "", "print a form to fill in, of this `KIND`: test, vaccination, recovery, icvp or table")
			o.paper.flags(f)
			o.received.flags(f)
			f.BoolVar(&o.json, "json", false, "print JSON about the code, with its text")
		},
		choices: map[string][]string{"format": issued, "example": exampleKinds(), "layout": layoutNames(), "language": paperLanguages()},
		run:     o.run,
	}
}

func (o *order) run(p *program, args []string) error {
	if o.example == "table" {
		p.out.WriteString(justNow(tableExample, p.now()))
		return nil
	}
	if o.example != "" {
		form, ok := examples[o.example]
		if !ok {
			return misuse("there is no example of "+quote(o.example), "there are "+strings.Join(exampleKinds(), ", "))
		}
		p.out.WriteString(justNow(form, p.now()))
		return nil
	}
	if err := o.askable(); err != nil {
		return err
	}
	if len(args) != 1 {
		return misuse("name one file with what shall be certified", "`pratique issue --example test` prints one to fill in")
	}
	if done, err := o.take(p, args[0]); done {
		return err
	}
	if o.key == "" {
		return misuse("a code is signed with a key", "name the key file: --key KEY; `pratique key new --demo` makes one for exercises")
	}
	if err := badOutput(o.output, o.moreOutput()...); err != nil {
		return err
	}
	c, err := o.certificate(p, args[0])
	if err != nil {
		return err
	}
	k, err := p.openKey(o.key, o.passphrase)
	if err != nil {
		return err
	}
	if err := o.complete(p, c, k); err != nil {
		return err
	}
	text, err := o.sign(c, k)
	if err != nil {
		return issueFault(err)
	}
	return o.deliver(p, c, k, text)
}

// moreOutput are the kinds of files that are made of this format alone.
func (o *order) moreOutput() []string {
	if o.format == "shc" {
		return append([]string{cardFile}, paperKinds...)
	}
	return paperKinds
}

// issued are the formats that are made here.
var issued = []string{"hc1", "icvp", "shc", "vds"}

// askable checks the flags that belong to one format.
func (o *order) askable() error {
	switch {
	case o.format == "divoc":
		return misuse("DIVOC certificates are read here and not made", "their form is out of use and its signature tells too little apart; there are "+strings.Join(issued, ", "))
	case !slices.Contains(issued, o.format):
		return misuse("codes of the format "+quote(o.format)+" are not made here", "there are "+strings.Join(issued, ", "))
	case o.format == "shc" && o.issuer == "":
		return misuse("a SMART Health Card names its issuer by an address", "--issuer https://health.example.org, where `pratique key show --jwks KEY` is published as /.well-known/jwks.json")
	case o.format != "shc" && o.issuer != "":
		return misuse("--issuer is for SMART Health Cards", "--format shc, or leave it out")
	case o.format == "vds" && o.until != "":
		return misuse("an ICAO seal has no end", "leave out --until")
	}
	return nil
}

// sign makes the code.
func (o *order) sign(c *cert.Certificate, k *keys.Key) (string, error) {
	public := k.Public()
	if k.Authority() {
		return "", failure("this is the key of an authority, which certifies signers and signs nothing else", "`pratique key new --by` makes a signer of seals")
	}
	uses, sealer := vds.SignerUses(k.Certificate.Raw)
	if sealer != (o.format == "vds") {
		if sealer {
			return "", failure("this is the key of a signer of ICAO seals", "--format vds, or a key that `pratique key new` made without --by")
		}
		return "", failure("a signer of ICAO seals is certified by an authority, and this key is not", "for exercises: `pratique key new --demo --csca -o csca.key`, then `pratique key new --by csca.key`")
	}
	switch o.format {
	case "icvp":
		return hc1.Issuer{Signer: k.Signer, Key: public}.IssueICVP(c, rand.Reader)
	case "shc":
		id, err := shc.Thumbprint(k.Signer.Public())
		if err != nil {
			return "", failure("this key signs no SMART Health Cards", "make one that signs by es256, which is what `pratique key new` makes")
		}
		public.ID = id
		rid := opaque()[:16]
		return shc.Issuer{Signer: k.Signer, Key: public, URL: o.issuer, RevocationID: func(*cert.Certificate) string { return rid }}.Issue(c, rand.Reader)
	case "vds":
		public.Uses = trust.Uses{Of: uses}
		return vds.Issuer{Signer: k.Signer, Key: public, Country: threeLetters(public.Country)}.Issue(c, rand.Reader)
	}
	return hc1.Issuer{Signer: k.Signer, Key: public}.Issue(c, rand.Reader)
}

// threeLetters is a country as travel documents write it; for exercises, one
// that ISO 3166-1 leaves to users.
func threeLetters(country string) string {
	if three := lists.Alpha3(country); three != "" {
		return three
	}
	return country + "A"
}

// certificate reads what shall be certified.
func (o *order) certificate(p *program, name string) (*cert.Certificate, error) {
	const most = 1 << 20
	var data []byte
	var err error
	if name == "-" {
		data, err = readAll(p.in, most)
	} else {
		data, err = readFile(name, most)
	}
	if err != nil {
		return nil, failure("reading "+quote(name)+": "+cause(err), "`pratique issue --example test` prints a form to fill in")
	}
	c, err := parseForm(data)
	if err != nil {
		return nil, failure(quote(name)+": "+err.Error(), "`pratique issue --example test` prints a form to fill in")
	}
	if len(c.Subject.Names) == 0 {
		return nil, failure(quote(name)+": the name is missing", "give family and given name")
	}
	if c.Derived != nil {
		return nil, failure(quote(name)+": it says that it is derived from another certificate", "`pratique endorse` derives one from the code of the original, which it verifies first")
	}
	return c, nil
}

// complete adds what the issuer knows, and refuses what cannot be.
func (o *order) complete(p *program, c *cert.Certificate, k *keys.Key) error {
	at := p.now()
	var err error
	if o.at != "" {
		if at, err = moment("--at", o.at); err != nil {
			return err
		}
	}
	if err := sane(c, at); err != nil {
		return err
	}
	if err := o.name(c, at); err != nil {
		return err
	}
	c.Signed = cert.Period{Issued: at}
	if o.format == "hc1" {
		c.Signed.Until = at.AddDate(1, 0, 0)
		if end := k.Certificate.NotAfter; end.Before(c.Signed.Until) {
			c.Signed.Until = end
		}
	}
	if o.until != "" {
		if c.Signed.Until, err = moment("--until", o.until); err != nil {
			return err
		}
	}
	c.Carrier, c.Issuer.KeyID, c.Losses = cert.Carrier{}, "", nil
	for _, e := range c.Events {
		s := e.About()
		if s.Country == "" {
			s.Country = k.Country()
		}
		switch {
		case s.ID != "" || o.format == "icvp" || o.format == "shc": // which have no place for one
		case o.format == "vds":
			s.ID = opaque()[:12]
		default:
			id, err := hc1.NewUVCI(k.Country(), "", opaque())
			if err != nil {
				return failure("making an identifier: "+err.Error(), "the key must name a country of two letters")
			}
			s.ID = id.String()
		}
		if t, ok := e.(*cert.Test); ok && o.format == "vds" && t.ReportedAt.IsZero() {
			t.ReportedAt = at // the moment of the report
		}
	}
	return nil
}

// opaque is the random part of an identifier: 130 bits that say nothing.
func opaque() string {
	b := make([]byte, 17)
	rand.Read(b) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)[:26]
}

// name computes the name as passports print it, or takes it from the passport.
func (o *order) name(c *cert.Certificate, at time.Time) error {
	lines := ""
	if o.passport != "" {
		if _, err := passportLines(o.passport); err != nil {
			return err
		}
		lines = o.passport
		if data, err := readFile(lines, 4096); err == nil {
			lines = textOf(data)
		}
	}
	for _, f := range intake.Name(&c.Subject, lines, at) {
		switch f.Code {
		case intake.Unreadable:
			return failure("the name has a control character in it", "write it again in the file")
		case intake.OtherPerson:
			return failure("the name or the birth date is not that of the passport", "compare both with the passport, letter by letter, and correct the file")
		default:
			return failure("a part of the name cannot be written in the letters of passports by rule", "give the passport's own lines by --mrz, or family_icao and given_icao in the file")
		}
	}
	return nil
}

// sane refuses what cannot be.
func sane(c *cert.Certificate, at time.Time) error {
	for _, f := range intake.Check(c, at) {
		if f.Severity != intake.Error || f.Code == intake.Missing { // what is missing, each format says for itself
			continue
		}
		field := f.Place[strings.LastIndexByte(f.Place, '.')+1:]
		what := cmp.Or(called[field], quote(field))
		switch {
		case f.Code == intake.Future:
			return failure(what+" lies after the moment of issue", "correct it in the file, or give the moment of issue by --at")
		case f.Code == intake.Order && field == "until":
			return failure("the recovery ends before it begins", "correct from and until in the file")
		case f.Code == intake.Order && field == "reported_at":
			return failure("the report lies before the sample", "correct reported_at and sampled_at in the file")
		case f.Code == intake.Order:
			return failure(what+" lies before the birth", "correct the dates in the file")
		case f.Code == intake.Contradiction && field == "dose":
			return failure("so many doses beyond the course are not plausible", "correct dose and doses in the file")
		}
		return failure(what+": "+strings.ReplaceAll(string(f.Code), "_", " "), f.Code.Hint())
	}
	return nil
}

// called are how the members of a neutral certificate are called in a refusal.
var called = map[string]string{
	"birth_date": "the birth date", "sampled_at": "the sample", "reported_at": "the report", "date": "the dose", "first_positive": "the first positive test",
	"result": "the result", "names": "the name",
}

// issueFault says which member to mend, by the names of the neutral form.
func issueFault(err error) error {
	if e, ok := errors.AsType[*hc1.FieldError](err); ok {
		return failure(e.Field+": "+strings.ReplaceAll(e.What, "_", " "), e.Do)
	}
	if e, ok := errors.AsType[*shc.FieldError](err); ok {
		return failure(e.Field+": "+strings.ReplaceAll(e.What, "_", " "), e.Do)
	}
	if e, ok := errors.AsType[*vds.FieldError](err); ok {
		return failure(e.Field+": "+strings.ReplaceAll(e.What, "_", " "), e.Do)
	}
	if _, ok := errors.AsType[*fault](err); ok {
		return err
	}
	return failure(err.Error(), cmp.Or(hardwareHint(err), "`pratique issue --example test` prints a form to fill in"))
}

// deliver writes the code to where it was asked for.
func (o *order) deliver(p *program, c *cert.Certificate, k *keys.Key, text string) error {
	code := made{text: text, file: text + "\n", demo: k.Demo(), paper: o.paper, issued: p.now()}
	if o.format == "shc" {
		code.card = shc.File(text)
		if numeric, err := shc.Numeric(text); err == nil {
			code.text, code.file = numeric, numeric+"\n"
		}
	}
	symbol, width, err := p.write(code, o.output)
	if err != nil {
		return err
	}
	if o.json {
		p.out.Write(jsonLine(struct {
			V      int       `json:"v"`
			Format string    `json:"format"`
			Text   string    `json:"text"`
			KeyID  string    `json:"kid"`
			Issued time.Time `json:"issued"`
			Until  time.Time `json:"until"`
			Demo   bool      `json:"demo"`
			Files  []string  `json:"files"`
		}{1, o.format, code.text, base64.StdEncoding.EncodeToString([]byte(k.ID())), c.Signed.Issued, c.Signed.Until, k.Demo(), append([]string{}, o.output...)}))
		return nil
	}
	if len(o.output) == 0 {
		if err := p.show(code); err != nil || !p.look.terminal {
			return err
		}
	}
	if slices.Contains(o.output, "-") {
		return nil
	}
	fmt.Fprintf(p.out, "%-8s %s, %d characters, %d modules, print it %.0f mm wide or more\n", "issued", c.Events[0].Kind(), len(text), symbol.Size(), width)
	if until := isoMoment(c.Signed.Until); c.Signed.Until.IsZero() {
		fmt.Fprintf(p.out, "%-8s from %s\n", "signed", isoMoment(c.Signed.Issued))
	} else {
		fmt.Fprintf(p.out, "%-8s from %s until %s\n", "signed", isoMoment(c.Signed.Issued), until)
	}
	for _, out := range o.output {
		fmt.Fprintf(p.out, "%-8s %s\n", "wrote", out)
	}
	return nil
}
