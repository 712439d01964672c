package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// decided are the flags by which an officer's decision becomes a receipt.
type decided struct {
	outcome, override, textCode, desk string
	officers, appeals                 []string
	key, passphrase                   string
	output                            []string
}

var (
	outcomes  = []string{"admitted", "second_desk", "health_service", "refused"}
	overrides = []string{"other_evidence", "not_shown", "identity_doubt", "right_of_entry", "humanitarian", "health_service_asked", "random_check", "instruction", "technical_fault", "other"}
)

func (d *decided) flags(f *pflag.FlagSet) {
	f.StringVar(&d.outcome, "decide", "", "the officer's `OUTCOME`: admitted, second_desk, health_service or refused; makes a receipt")
	f.StringVar(&d.override, "override", "", "the `REASON`, where the decision does not follow from the answer: "+strings.Join(overrides, ", "))
	f.StringVar(&d.textCode, "text-code", "", "the `CODE` of a sentence on the desk's published list; --override other needs one")
	f.StringVar(&d.desk, "desk", "", "the `NAME` of the desk, as the receipt says it")
	f.StringArrayVar(&d.officers, "officer", nil, "the officer's `PSEUDONYM`; may be given twice: refusing a person whose answer is green takes two")
	f.StringArrayVar(&d.appeals, "appeal", nil, "a `LINE` that says where to object, beside what the rules name; may be repeated")
	f.StringVar(&d.key, "key", "", "the desk's `KEY` file, with the use receipt, to sign with")
	f.StringVar(&d.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
	f.StringArrayVar(&d.output, "receipt", nil, "the `FILE` to write the receipt to: .txt, .png or .svg, - for the text; may be repeated; else it is drawn")
}

// given reports whether a decision was named, and refuses flags that have no
// meaning without one.
func (d *decided) given(a *asked) (bool, error) {
	const how = "for example: --decide admitted --desk pier-3 --key desk.key --receipt receipt.png"
	if d.outcome == "" {
		for _, f := range []struct {
			name string
			set  bool
		}{
			{"override", d.override != ""}, {"text-code", d.textCode != ""}, {"desk", d.desk != ""}, {"officer", len(d.officers) > 0},
			{"appeal", len(d.appeals) > 0}, {"key", d.key != ""}, {"receipt", len(d.output) > 0},
		} {
			if f.set {
				return false, misuse("--"+f.name+" belongs to a decision, and none was named", "name it: --decide OUTCOME", how)
			}
		}
		return false, nil
	}
	d.outcome, d.override = strings.ReplaceAll(d.outcome, "-", "_"), strings.ReplaceAll(d.override, "-", "_")
	switch {
	case !slices.Contains(outcomes, d.outcome):
		return false, misuse(quote(d.outcome)+" is no decision that a receipt knows", "--decide "+strings.Join(outcomes, ", or --decide "))
	case d.override != "" && !slices.Contains(overrides, d.override):
		return false, misuse(quote(d.override)+" is no reason that a receipt knows", "--override takes one of "+strings.Join(overrides, ", "))
	case a.lines:
		return false, misuse("a receipt is for one code, and --lines is for many", "decide on one code at a time, without --lines")
	case a.to == "" && a.file == "":
		return false, misuse("a receipt names the destination, whose rules were asked", "name it: --to COUNTRY")
	case d.desk == "":
		return false, misuse("a receipt names the desk", "--desk NAME: letters, digits and . _ -", how)
	case d.key == "":
		return false, misuse("a receipt is signed by the desk", "name its key file: --key KEY; `pratique key new --demo --uses receipt` makes one for exercises")
	}
	return true, badOutput(d.output)
}

// give answers for one code, and writes down what the officer decided.
func (d *decided) give(p *program, w *verify.World, q verify.Question, pr printer, args []string) error {
	codes, broken := p.readEvery(args)
	if broken != nil {
		return broken
	}
	if len(codes) != 1 {
		return misuse(fmt.Sprintf("a receipt is for one code, and there are %d", len(codes)), "decide on one code at a time")
	}
	k, err := p.openKey(d.key, d.passphrase)
	if err != nil {
		return err
	}
	c := codes[0]
	report := check(w, q, c)
	p.out.Write(pr.answer(report, c.input))
	if c.trouble != "" {
		return failure("no code could be read, so there is nothing that a receipt could be for", "scan again, flatter and closer, or type the text; until then decide on paper")
	}
	file, r, err := d.receipt(w, c.text, q, report, k)
	if err != nil {
		return err
	}
	if err := d.deliver(p, pr, r, file, k); err != nil {
		return err
	}
	return verdict(report.Verdict)
}

// receipt makes the signed receipt, and refuses one that nobody could check.
func (d *decided) receipt(w *verify.World, text string, q verify.Question, report verify.Report, k *keys.Key) ([]byte, verify.Receipt, error) {
	r, err := verify.NewReceipt(w, text, q, verify.Decision{
		Verdict: report.Verdict, Outcome: verify.Outcome(d.outcome), Override: verify.Override(d.override), TextCode: d.textCode,
		Desk: d.desk, Officers: d.officers, Appeal: d.appeals,
	}, rand.Reader)
	if err != nil {
		return nil, r, decisionFault(err, report)
	}
	file, err := r.Sign(k.Signer, rand.Reader)
	if err != nil {
		return nil, r, failure("this key cannot sign receipts: "+strings.TrimPrefix(err.Error(), "signing receipt: "), "desks have keys of the algorithm es256: `pratique key new --uses receipt`")
	}
	known := new(trust.Keys)
	known.Add(k.Public())
	for _, listed := range w.Keys.All() {
		known.Add(listed)
	}
	if _, _, err := verify.OpenReceipt(file, known); err != nil {
		return nil, r, deskKeyFault(err, r)
	}
	return file, r, nil
}

// decisionFault says why a decision cannot stand.
func decisionFault(err error, report verify.Report) error {
	colour := report.Verdict.String()
	switch {
	case errors.Is(err, verify.ErrOfficers):
		return misuse("the answer is green: to refuse this person takes two officers", "name both: --officer ONE --officer OTHER, and the reason: --override REASON")
	case errors.Is(err, verify.ErrOverride):
		return misuse("the answer is "+colour+", and the decision does not follow from it: a reason is needed",
			"--override REASON, one of "+strings.Join(overrides, ", ")+"; other needs --text-code",
			"from green follows admitted; from amber and grey second_desk; from red second_desk, health_service or refused")
	case errors.Is(err, verify.ErrAppeal):
		return misuse("neither the rules nor the desk say where to object, and nobody leaves without that", "say it: --appeal \"Office for Travellers' Rights, https://...\"")
	case errors.Is(err, verify.ErrVerdict):
		return failure("the answer is no longer "+colour, "look at the new one, and decide again")
	}
	return misuse(strings.TrimPrefix(err.Error(), "writing receipt: "), "`pratique help verify` shows what each flag takes; a name has letters, digits and . _ -")
}

// deskKeyFault says why nobody would accept a receipt signed with this key.
func deskKeyFault(err error, r verify.Receipt) error {
	switch {
	case errors.Is(err, verify.ErrReceiptUse):
		return misuse("the key may not sign receipts", "a desk's key is made with that use: `pratique key new --uses receipt,stamp`; or the country's list, in --trust, names it")
	case errors.Is(err, verify.ErrReceiptCountry):
		return misuse("the key is not one of "+r.To+", for whose border the answer is", "take the key of a desk of "+r.To)
	case errors.Is(err, verify.ErrReceiptTime):
		return misuse("the key is not in force now", "look at its dates: `pratique key show`, and the clock of this machine")
	}
	return failure(strings.TrimPrefix(err.Error(), "opening receipt: "), "the key's certificate and its secret do not belong together")
}

// deliver writes the receipt to where it was asked for.
func (d *decided) deliver(p *program, pr printer, r verify.Receipt, file []byte, k *keys.Key) error {
	code := made{text: string(file), file: string(file), level: qr.M, demo: k.Demo()}
	symbol, width, err := p.write(code, d.output)
	switch {
	case err != nil:
		return err
	case pr.json:
		p.out.Write(jsonLine(struct {
			V       int         `json:"v"`
			Receipt saidReceipt `json:"receipt"`
			Text    string      `json:"text"`
			Demo    bool        `json:"demo"`
			Files   []string    `json:"files"`
		}{1, sayReceipt(r, pr.lang), string(file), k.Demo(), append([]string{}, d.output...)}))
		return nil
	case slices.Contains(d.output, "-"):
		return nil
	}
	p.out.WriteString("\n")
	if len(d.output) == 0 {
		if err := p.show(code); err != nil || !p.look.terminal {
			return err
		}
	}
	fmt.Fprintf(p.out, "%-8s %s, %d characters, %d modules, print it %.0f mm wide or more\n", "receipt", r.Outcome, len(file), symbol.Size(), width)
	for _, out := range d.output {
		fmt.Fprintf(p.out, "%-8s %s\n", "wrote", out)
	}
	return nil
}
