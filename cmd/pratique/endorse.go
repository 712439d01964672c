package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// endorsement are the flags of endorse.
type endorsement struct {
	conversion
}

func endorseCommand() *command {
	v := &endorsement{}
	return &command{
		use:   "endorse --trust FILE|DIR... --key KEY CODE",
		short: "a foreign certificate, recognised, under one's own key: as derived",
		long: `Endorse verifies a foreign certificate under your own trust data and states it anew under your own key, for travellers whose certificate cannot be read where they go. The new code says that it is derived, from which certificate, of whom; it ends no later than that one, states nothing that it does not, and falls with it when its issuer withdraws it.

The certificate must be authentic, in force, checked against its issuer's withdrawals, and recognised by your country; --trust names the keys, recognitions and withdrawals. Your own country's certificates, and derived ones, are not endorsed. The key must be one for derived certificates (` + "`pratique key new --uses derived`" + `), and verifiers count what it signs only where their country has said so by the word derived.

It is made as the EU's certificate or, where the vaccine is one that the International Health Regulations' certificate can name, as that. Where something would be lost, it is made only with --accept. Give the passport's lines by --mrz: the name must be that of the passport.`,
		example: `$ pratique key new --country XB --demo --uses derived -o endorse.key
$ pratique endorse --trust trust/ --key endorse.key --mrz passport.txt foreign.png -o derived.png`,
		flags: func(f *pflag.FlagSet) {
			v.relied.flags(f)
			f.StringVar(&v.key, "key", "", "the `KEY` file to sign with, for derived certificates")
			f.StringVar(&v.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVar(&v.to, "to", "", "the `FORMAT` to state it in: hc1 or icvp (default: whichever can)")
			f.IntVar(&v.event, "event", 0, "the `NUMBER` of the event to endorse, of a certificate that states several, from 1")
			f.StringVar(&v.passport, "mrz", "", "the machine-readable lines of the passport, or a file with them, with which the name is compared: `FILE|LINES`")
			f.StringVar(&v.until, "until", "", "the `MOMENT` at which the signature ends; else that of the original, or a year later, or when the key ends")
			f.BoolVar(&v.accept, "accept", false, "make the code although something is lost")
			f.StringArrayVarP(&v.output, "output", "o", nil, "the `FILE` to write: .png, .svg or .txt, - for the text; may be repeated")
			f.BoolVar(&v.json, "json", false, "print JSON")
		},
		choices: map[string][]string{"to": {"hc1", "icvp"}},
		run:     v.run,
	}
}

func (v *endorsement) run(p *program, args []string) error {
	switch {
	case len(args) != 1:
		return misuse("name one code", "a picture or a text file, or - for standard input")
	case !v.relied.given():
		return misuse("endorse needs --trust: it believes nobody by itself", "name the keys, recognitions and withdrawals that you rely on: --trust FILE, or a folder of them")
	case v.key == "":
		return misuse("a code is signed with a key", "`pratique key new --uses derived` makes one for derived certificates: --key KEY")
	case v.to != "" && v.to != "hc1" && v.to != "icvp":
		return misuse("derived certificates are not made in the format "+quote(v.to), "--to hc1, or --to icvp")
	}
	if err := badOutput(v.output); err != nil {
		return err
	}
	k, err := p.openKey(v.key, v.passphrase)
	if err != nil {
		return err
	}
	if !k.Public().Uses.Allows(trust.Derived) {
		return failure("this key may not sign derived certificates", "`pratique key new --uses derived` makes one that may")
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
		return failure("there are "+countOf(len(found), "code", "codes")+" in "+quote(args[0]), "endorse one at a time")
	}
	s, err := v.endorsable(p, w, found[0], k)
	if err != nil {
		return err
	}
	return v.endorse(p, s, k)
}

// endorsable verifies the original as strictly as can be: what a verifier may
// leave to an officer, an endorsement would take from all later ones.
func (v *endorsement) endorsable(p *program, w *verify.World, c code, k *keys.Key) (trust.Signed, error) {
	var none trust.Signed
	refuse := func(why, next string) (trust.Signed, error) { return none, failure(quote(c.input)+": "+why, next) }
	u, err := authentic(p, w, c)
	if err != nil {
		return none, err
	}
	s, err := u.Verify(w.Keys)
	if err != nil {
		return none, err
	}
	of, by := words.Country("en", s.Key.Country), words.Country("en", k.Country())
	switch {
	case s.Certificate.Derived != nil:
		return refuse("this certificate is derived itself", "endorse the original, which the holder has from "+words.Country("en", printable(cmp.Or(s.Certificate.Derived.Country, "?"))))
	case s.Key.Country == "":
		return refuse("no list says of which country its signer is", "`pratique trust import --country` writes down whose keys these are")
	case s.Key.Country == k.Country():
		return refuse("this is a certificate of "+by+" itself", "`pratique convert` makes it anew in another format")
	case s.Key.Demo && !k.Demo():
		return refuse("it is signed with a DEMO key", "a key for exercises endorses it: `pratique key new --demo`")
	}
	chosen, err := v.chosen(s.Certificate)
	if err != nil {
		return none, err
	}
	if len(chosen.Events) > 1 {
		return refuse("it states "+countOf(len(chosen.Events), "event", "events"), "choose one by --event; make one code for each")
	}
	s.Certificate = chosen
	r := verify.CheckSigned(w, u, s, verify.Question{Trip: verify.Direct("", nil, k.Country(), p.now()), At: p.now()})
	switch checks := r.Checks; {
	case checks.InForce != verify.Pass, checks.Unrevoked == verify.Fail, checks.KeyUse != verify.Pass, checks.Recognised == verify.Fail:
		return refuse(strings.TrimSuffix(said(r), "."), "`pratique verify --to "+k.Country()+"` says what would do")
	case checks.Unrevoked != verify.Pass:
		return refuse("nobody knows whether "+of+" has withdrawn it", "add the current withdrawals of "+of+" to --trust")
	case checks.Recognised != verify.Pass:
		return refuse(by+" has not said that it recognises such certificates of "+of, "`pratique trust recognise` says so, in the name of "+by)
	}
	return s, nil
}

// said is the first reason that keeps a certificate from being endorsed.
func said(r verify.Report) string {
	a := r.In("en", "")
	for i, reason := range a.Reasons {
		if c, ok := r.Reasons[i].Colour(); ok && c != verify.Green && reason.Code != "no_rules" {
			return reason.Text
		}
	}
	return "it cannot be endorsed"
}

// endorsed is what endorse says, in JSON.
type endorsed struct {
	V           int               `json:"v"`
	Format      string            `json:"format"`
	Derived     *cert.Derivation  `json:"derived"`
	Until       time.Time         `json:"until,omitzero"`
	Differences []cert.Difference `json:"differences"`
	Text        string            `json:"text,omitempty"`
}

func (v *endorsement) endorse(p *program, s trust.Signed, k *keys.Key) error {
	before := s.Certificate
	d := verify.Original(s)
	c, err := copied(before)
	if err != nil {
		return err
	}
	if v.format = v.to; v.format == "" {
		v.format = formatFor(c)
	}
	e := c.Events[0].About()
	e.ID = "" // the derived certificate has one of its own, by which its issuer withdraws it
	e.Country = cmp.Or(e.Country, d.Country)
	e.Authority = cmp.Or(e.Authority, d.Issuer)
	if n := c.Subject.Names; len(n) > 0 && v.format == "hc1" && n[0].Family == "" && n[0].Given == "" {
		return failure("the certificate does not say which part of the name is the family name", "--to icvp states it whole, of a vaccination that it can name; else the passport must be read by an officer")
	}
	c.Derived, c.Issuer = d, cert.Issuer{}
	if err := v.complete(p, c, k); err != nil {
		return err
	}
	if !d.Until.IsZero() && v.until != "" && c.Signed.Until.After(d.Until) {
		return failure("the code would end later than its original, which ends "+isoMoment(d.Until), "leave out --until, or name an earlier moment")
	}
	c.Signed.Until = earliestEnd(c.Signed.Until, d.Until)
	text, err := v.sign(c, k)
	if err != nil {
		return issueFault(err)
	}
	ds, err := compared(before, text)
	if err != nil {
		return err
	}
	ds = slices.DeleteFunc(ds, ownWord)
	if i := slices.IndexFunc(ds, more); i >= 0 {
		return failure("the code would state more than the original: "+ds[i].Field, "only its issuer can state that")
	}
	if v.json {
		shown := endorsed{V: 1, Format: v.format, Derived: d, Until: c.Signed.Until, Differences: ds}
		if len(ds) == 0 || v.accept || !slices.ContainsFunc(ds, lossy) {
			shown.Text = text
		}
		p.out.Write(jsonLine(shown))
	} else {
		row := func(name, value string) { fmt.Fprintf(p.out, "%-8s %s\n", name, printable(value)) }
		row("original", strings.Join(trimmed(d.Format, d.Content), ", ")+", of "+words.Country("en", d.Country)+": authentic, in force, not withdrawn, recognised")
		row("hash", d.Hash)
		row("by", words.Country("en", k.Country())+", derived, as "+v.format)
		v.table(p, ds, true)
	}
	switch {
	case slices.ContainsFunc(ds, lossy) && !v.accept:
		return failure("nothing was made: something would be lost", "--accept makes it all the same")
	case v.json && len(v.output) == 0:
		return nil
	}
	v.json = false
	return v.deliver(p, c, k, text)
}

// formatFor is the format that can state what a certificate does.
func formatFor(c *cert.Certificate) string {
	if e, ok := c.Events[0].(*cert.Vaccination); ok {
		for _, product := range []cert.Coding{e.Product.Source, e.Product.Mapped} {
			if product.System == cert.PreQual {
				return "icvp"
			}
		}
	}
	return "hc1"
}

// earliestEnd is the earlier of two ends, of which a zero one is none.
func earliestEnd(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b.Truncate(time.Second)
	}
	return a
}

func lossy(d cert.Difference) bool { return d.What == cert.Lost || d.What == cert.Changed }

// ownWord reports a difference that a derived certificate has by nature: its
// own identifier, and who certified, which its original said elsewhere.
func ownWord(d cert.Difference) bool {
	switch d.Field {
	case "events.0.id":
		return true
	case "events.0.country", "events.0.authority":
		return d.What == cert.Added
	}
	return strings.HasPrefix(d.Field, "subject.names.0.") && strings.HasSuffix(d.Field, "_icao") && d.What == cert.Added
}

// more reports a difference by which a code would state of the evidence what
// its original does not.
func more(d cert.Difference) bool {
	return strings.HasPrefix(d.Field, "events.") && (d.What == cert.Added && d.Field != "events.0.protection_from" && d.Field != "events.0.lifelong" || d.What == cert.Changed)
}
