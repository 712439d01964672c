package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// conversion are the flags of convert.
type conversion struct {
	order
	relied
	to     string
	event  int
	accept bool
}

func convertCommand() *command {
	v := &conversion{}
	return &command{
		use:   "convert --to FORMAT --trust FILE|DIR... [--key KEY] CODE",
		short: "the same certificate in another format, and what it loses",
		long: `Convert shows what a certificate would lose in another format: which fields are lost, changed, written in other codes, or added. Without --key that is all it does.

With the key of an issuer of the same country it then makes the code anew, signed by that key; the first signature does not survive. Where something would be lost or changed, it does so only with --accept. What is made ends no later than the signature of what it was made from.

The certificate must be authentic: --trust names whose keys you rely on. One of another country is not converted: only who certified it can do that.`,
		example: `# what would a SMART Health Card lose of this?
$ pratique convert --to shc --trust norland.pem code.png

# make it all the same
$ pratique convert --to shc --issuer https://health.norland.example --trust norland.pem \
    --key norland.key --accept code.png -o card.png`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&v.to, "to", "", "the `FORMAT` to convert to: hc1, icvp, shc or vds")
			v.relied.flags(f)
			f.IntVar(&v.event, "event", 0, "the `NUMBER` of the event to convert, of a certificate that states several, from 1")
			f.StringVar(&v.key, "key", "", "the `KEY` file to sign with; none: only show what would be lost")
			f.StringVar(&v.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVar(&v.issuer, "issuer", "", "the address of the issuer of a SMART Health Card: `URL`")
			f.BoolVar(&v.accept, "accept", false, "make the code although something is lost or changed")
			f.StringArrayVarP(&v.output, "output", "o", nil, "the `FILE` to write: .png, .svg or .txt, - for the text; may be repeated")
			f.BoolVar(&v.json, "json", false, "print JSON")
		},
		choices: map[string][]string{"to": issued},
		run:     v.run,
	}
}

func (v *conversion) run(p *program, args []string) error {
	v.format = v.to
	switch {
	case len(args) != 1:
		return misuse("name one code", "a picture or a text file, or - for standard input")
	case v.to == "":
		return misuse("to which format?", "--to "+strings.Join(issued, ", --to "))
	case !v.relied.given():
		return misuse("convert needs --trust: it believes nobody by itself", "name the keys that you rely on: --trust FILE, or a folder of them")
	case v.key == "" && len(v.output) > 0:
		return misuse("a code is signed with a key", "name the key file by --key, or leave out -o to see what would be lost")
	}
	if v.key == "" && v.to == "shc" && v.issuer == "" {
		v.issuer = "https://issuer.example"
	}
	if err := v.askable(); err != nil {
		return err
	}
	if err := badOutput(v.output, v.moreOutput()...); err != nil {
		return err
	}
	w, err := v.relied.world(p, nil, "")
	if err != nil {
		return err
	}
	found, broken := p.readEvery(args)
	if broken != nil {
		return broken
	}
	if len(found) != 1 {
		return failure("there are "+strconv.Itoa(len(found))+" codes in "+quote(args[0]), "convert one at a time")
	}
	u, err := authentic(p, w, found[0])
	if err != nil {
		return err
	}
	return v.convert(p, u, w)
}

// authentic reads a code and checks all that can be checked without rules.
func authentic(p *program, w *verify.World, c code) (format.Unverified, error) {
	refuse := func(r verify.Report) error {
		why := "the code cannot be read"
		if said := r.In("en", c.input); len(said.Reasons) > 0 {
			why = said.Reasons[0].Text
		}
		return failure(quote(c.input)+": "+strings.TrimSuffix(why, "."), "`pratique verify` says what is wrong with it, and what to do")
	}
	o := open(c)
	if o.Code == nil || o.Certificate == nil {
		return nil, refuse(o.Report)
	}
	r := verify.CheckCode(w, o.Code, verify.Question{At: p.now()})
	checks := r.Checks
	if checks.Signature != verify.Pass || checks.KeyUse != verify.Pass || checks.InForce != verify.Pass || checks.Unrevoked == verify.Fail {
		r.Reasons = slices.DeleteFunc(r.Reasons, func(reason verify.Reason) bool { return reason.Code == "no_destination" })
		return nil, refuse(r)
	}
	return o.Code, nil
}

// converted is what convert shows, in JSON.
type converted struct {
	V           int               `json:"v"`
	From        string            `json:"from"`
	To          string            `json:"to"`
	Possible    bool              `json:"possible"`
	Why         string            `json:"why,omitempty"`
	Differences []cert.Difference `json:"differences"`
	Text        string            `json:"text,omitempty"`
}

func (v *conversion) convert(p *program, u format.Unverified, w *verify.World) error {
	s, err := u.Verify(w.Keys)
	if err != nil {
		return err
	}
	before, err := v.chosen(s.Certificate)
	if err != nil {
		return err
	}
	k, err := v.signer(p, s.Key.Country)
	if err != nil {
		return err
	}
	c, text, err := v.made(p, before, k)
	shown := converted{V: 1, From: u.Format(), To: v.to, Differences: []cert.Difference{}}
	if err == nil {
		shown.Possible = true
		shown.Differences, err = compared(before, text)
	} else if f, ok := errors.AsType[*fault](err); ok {
		shown.Why = f.what
	}
	lossy := slices.ContainsFunc(shown.Differences, func(d cert.Difference) bool { return d.What == cert.Lost || d.What == cert.Changed })
	making := err == nil && v.key != "" && (!lossy || v.accept)
	if v.json {
		if making {
			shown.Text = text
		}
		p.out.Write(jsonLine(shown))
	} else {
		row := func(name, value string) { fmt.Fprintf(p.out, "%-8s %s\n", name, value) }
		row("from", strings.Join(trimmed(u.Format(), u.Content()), ", ")+", of "+words.Country("en", printable(s.Key.Country))+": authentic")
		row("to", v.to)
		v.table(p, shown.Differences, err == nil)
	}
	switch {
	case err != nil:
		return err
	case v.key == "":
		return nil
	case !making:
		return failure("nothing was made: something would be lost or changed", "--accept makes it all the same")
	case v.json && len(v.output) == 0:
		return nil
	}
	v.json = false
	return v.deliver(p, c, k, text)
}

// table prints the differences.
func (v *conversion) table(p *program, ds []cert.Difference, possible bool) {
	for _, d := range ds {
		value := d.Before
		switch d.What {
		case cert.Added:
			value = d.After
		case cert.Changed, cert.Recoded:
			value = d.Before + " -> " + d.After
		}
		fmt.Fprintf(p.out, "%-8s %-36s %s\n", d.What, d.Field, printable(value))
	}
	if possible {
		fmt.Fprintf(p.out, "%-8s everything else\n", "kept")
	}
}

// chosen is the certificate with the event that is to be converted.
func (v *conversion) chosen(c *cert.Certificate) (*cert.Certificate, error) {
	out, err := copied(c)
	if err != nil {
		return nil, err
	}
	n := len(out.Events)
	switch {
	case n == 0:
		return nil, failure("the certificate states nothing that could be converted", "`pratique read` prints what it says")
	case v.event < 0 || v.event > n:
		return nil, misuse("the certificate states "+strconv.Itoa(n)+" events", "--event takes a number from 1 to "+strconv.Itoa(n))
	case v.event > 0:
		out.Events = out.Events[v.event-1 : v.event]
	}
	return out, nil
}

// copied is a deep copy.
func copied(c *cert.Certificate) (*cert.Certificate, error) {
	b, err := c.MarshalJSON()
	if err != nil {
		return nil, err
	}
	out := new(cert.Certificate)
	return out, json.Unmarshal(b, out)
}

// signer opens the key to sign with, which must be of the country whose
// certificate it is; or makes one to try with, which is thrown away.
func (v *conversion) signer(p *program, country string) (*keys.Key, error) {
	if v.key != "" {
		k, err := p.openKey(v.key, v.passphrase)
		if err != nil {
			return nil, err
		}
		if k.Country() != country {
			return nil, failure("the certificate is of "+words.Country("en", country)+", the key of "+words.Country("en", k.Country()), "only an issuer of the country that certified it converts a certificate")
		}
		return k, nil
	}
	if len(country) != 2 || keys.Invented(country) {
		country = "XA"
	}
	o := keys.Options{Country: country, Demo: lists.TestCode(country), NotBefore: p.now().AddDate(0, 0, -1), NotAfter: p.now().AddDate(2, 0, 0)}
	return trialKey(o, v.to)
}

// trialKey makes a key that signs a format.
func trialKey(o keys.Options, format string) (*keys.Key, error) {
	if format != "vds" {
		o.Uses = []trust.Use{trust.Test, trust.Vaccination, trust.Recovery, trust.Antibody}
		return keys.New(o, rand.Reader)
	}
	authority, err := keys.NewAuthority(o, rand.Reader)
	if err != nil {
		return nil, err
	}
	return authority.Certify(o, rand.Reader)
}

// made issues what the certificate states.
func (v *conversion) made(p *program, before *cert.Certificate, k *keys.Key) (*cert.Certificate, string, error) {
	c, err := copied(before)
	if err != nil {
		return nil, "", err
	}
	if len(c.Subject.Names) == 0 {
		return nil, "", failure("the certificate has no name", "issue it anew: `pratique issue`")
	}
	for _, e := range c.Events {
		if s := e.About(); s.Authority == "" && c.Issuer.Authority == "" {
			s.Authority = k.Public().Authority
		}
	}
	until := c.Signed.Until
	if err := v.complete(p, c, k); err != nil {
		return nil, "", err
	}
	if v.to != "vds" && !until.IsZero() && !lifelong(c) && (c.Signed.Until.IsZero() || until.Before(c.Signed.Until)) {
		c.Signed.Until = until.Truncate(time.Second)
	}
	text, err := v.sign(c, k)
	if err != nil {
		return nil, "", issueFault(err)
	}
	return c, text, nil
}

func lifelong(c *cert.Certificate) bool {
	return !slices.ContainsFunc(c.Events, func(e cert.Event) bool {
		v, ok := e.(*cert.Vaccination)
		return !ok || !v.Lifelong
	})
}

// compared reads a code back, and compares it with what it was made from.
func compared(before *cert.Certificate, text string) ([]cert.Difference, error) {
	u, err := format.Read(text)
	if err != nil {
		return nil, err
	}
	after, err := u.SkipVerification()
	if err != nil {
		return nil, err
	}
	ds, err := cert.Compare(before, after)
	if ds == nil {
		ds = []cert.Difference{}
	}
	return ds, err
}
