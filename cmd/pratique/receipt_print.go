package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// receiptAnswer is what receipt check prints.
type receiptAnswer struct {
	V           int                 `json:"v"`
	Input       string              `json:"input"`
	Authentic   *bool               `json:"authentic"` // null: nobody can say
	Reasons     []verify.SaidReason `json:"reasons"`
	Key         *verify.Key         `json:"key,omitempty"`
	Receipt     *saidReceipt        `json:"receipt,omitempty"` // only of one that is authentic
	Code        string              `json:"code,omitempty"`    // as one names it, where it was given
	Agreement   string              `json:"agreement,omitempty"`
	Differences []verify.SaidReason `json:"differences,omitempty"`
	Again       *askedAgain         `json:"again,omitempty"`

	signer trust.Key
	report verify.Report // of the question asked again
}

// askedAgain is the answer of today to the question of a receipt.
type askedAgain struct {
	Verdict verify.Colour       `json:"verdict"`
	Word    string              `json:"word"`
	Reasons []verify.SaidReason `json:"reasons"`
}

// saidReceipt is a receipt in a language.
type saidReceipt struct {
	Time      time.Time           `json:"time"`
	At        time.Time           `json:"at"`
	Desk      string              `json:"desk"`
	To        string              `json:"to"`
	Region    string              `json:"region,omitempty"`
	Purpose   string              `json:"purpose"`
	Verdict   verify.Colour       `json:"verdict"`
	Word      string              `json:"word"`
	Reasons   []verify.SaidReason `json:"reasons"`
	Rules     []citedRules        `json:"rules"`
	KeyPolicy string              `json:"key_policy"`
	Bundle    string              `json:"bundle,omitempty"`
	Digest    string              `json:"bundle_digest,omitempty"`
	AsOf      time.Time           `json:"as_of,omitzero"`
	Until     time.Time           `json:"hard_expiry,omitzero"`
	Outcome   verify.Outcome      `json:"outcome"`
	Override  verify.Override     `json:"override,omitempty"`
	TextCode  string              `json:"text_code,omitempty"`
	Officers  []string            `json:"officers,omitempty"`
	Appeal    []string            `json:"appeal"`
}

type citedRules struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

func sayReceipt(r verify.Receipt, lang string) saidReceipt {
	s := saidReceipt{
		Time: r.Time, At: r.At, Desk: r.Desk, To: r.To, Region: r.Region, Purpose: r.Purpose, Verdict: r.Verdict, Word: say(lang, r.Verdict.String()),
		Reasons: sayReasons(lang, r.Said()...), Rules: make([]citedRules, 0, len(r.Rules)), KeyPolicy: "issued",
		Bundle: r.Data.Name, Digest: r.Data.Digest, AsOf: r.Data.AsOf, Until: r.Data.HardExpiry,
		Outcome: r.Outcome, Override: r.Override, TextCode: r.TextCode, Officers: r.Officers, Appeal: r.Appeal,
	}
	if r.KeyPolicy == trust.ValidNow {
		s.KeyPolicy = "now"
	}
	for _, c := range r.Rules {
		s.Rules = append(s.Rules, citedRules{c.ID, c.Version, c.Digest})
	}
	return s
}

// say is the sentence of the catalogue alone.
func say(lang, code string, params ...words.Param) string {
	text, _ := words.Say(lang, code, params...)
	return text
}

// sayReasons are reasons with their next steps.
func sayReasons(lang string, reasons ...verify.Reason) []verify.SaidReason {
	return verify.Report{Reasons: reasons}.In(lang, "").Reasons
}

// open fills in whether the receipt is authentic, and what it says if it is.
func (a *receiptAnswer) open(r verify.Receipt, text []byte, err error, lang string) {
	authentic := err == nil
	a.Authentic = &authentic
	if err != nil {
		claimed, _ := verify.ParseReceipt(text) // whose desk it names
		code, params, unknown := unsaid(claimed, err)
		if unknown {
			a.Authentic = nil
		}
		a.Reasons = sayReasons(lang, verify.Reason{Code: code, Params: params})
		return
	}
	a.Reasons = sayReasons(lang, verify.Reason{Code: "receipt_authentic", Params: []words.Param{words.Place("by", a.signer.Country)}})
	if a.signer.Demo {
		a.Reasons = append(a.Reasons, sayReasons(lang, verify.Reason{Code: "receipt_demo"})...)
	}
	a.Key = &verify.Key{KeyID: base64.StdEncoding.EncodeToString([]byte(a.signer.ID)), Country: a.signer.Country, Source: a.signer.Source, Demo: a.signer.Demo}
	said := sayReceipt(r, lang)
	a.Receipt = &said
}

// replayed fills in what came of asking again.
func (a *receiptAnswer) replayed(r verify.Receipt, again verify.Replayed, code, lang string) {
	a.Code, a.Agreement = code, again.Agreement.String()
	a.Differences = sayReasons(lang, again.Differences...)
	for i, d := range again.Differences {
		switch d.Code {
		case "receipt_reason_gone":
			a.Differences[i].Text = say(lang, "receipt_said_then", words.Text("says", sentence(lang, d, r.Said())))
		case "receipt_reason_new":
			a.Differences[i].Text = say(lang, "receipt_said_now", words.Text("says", sentence(lang, d, again.Report.Reasons)))
		}
	}
	if again.Agreement == verify.Another {
		return
	}
	a.report = again.Report
	said := again.Report.In(lang, "")
	a.Again = &askedAgain{said.Verdict, said.Word, said.Reasons}
}

// sentence is what a reason says that stands on one side only.
func sentence(lang string, difference verify.Reason, side []verify.Reason) string {
	named := map[string]string{}
	for _, p := range difference.Params {
		named[p.Name], _ = p.Value().(string)
	}
	for i, r := range side {
		if strings.TrimPrefix(r.Code, "receipt_") == named["reason"] && (r.Rule == "" || r.Rule == named["rule"]) {
			return sayReasons(lang, side[i])[0].Text
		}
	}
	return say(lang, named["reason"])
}

// receipt prints the answer about a receipt; r is nil where it is not authentic.
func (pr printer) receipt(p *program, a receiptAnswer, r *verify.Receipt) {
	if pr.json {
		p.out.Write(jsonLine(a))
		return
	}
	l := receiptLabelsIn(pr.lang)
	badge := pr.look.badge(verify.Green, l.authentic)
	switch {
	case a.Authentic == nil:
		badge = pr.look.badge(verify.Grey, l.unknown)
	case !*a.Authentic:
		badge = pr.look.badge(verify.Red, l.notAuthentic)
	}
	fmt.Fprintf(p.out, "%s %s\n\n", badge, pr.look.style(bold, printable(a.Input)))
	for _, why := range a.Reasons {
		p.out.WriteString(pr.line("·", why))
	}
	if r == nil {
		return
	}
	p.out.WriteString("\n")
	pr.receiptBody(p, *r, l)
	pr.row(p, l.key, strings.Join(trimmed(words.Country(pr.lang, a.Key.Country), a.Key.KeyID, printable(a.Key.Source), demoWord(a.Key.Demo, pr.lang)), ", "))
	if a.Agreement == "" {
		pr.uses(p, "receipt_object", "receipt_again", "receipt_private")
		return
	}
	pr.agreement(p, a, l)
	if a.Again != nil {
		pr.uses(p, "receipt_object")
	}
}

// agreement prints what came of asking again.
func (pr printer) agreement(p *program, a receiptAnswer, l receiptLabels) {
	colour := map[string]verify.Colour{"agrees": verify.Green, "disagrees": verify.Red, "another_code": verify.Red}[a.Agreement] // else grey
	word := map[string]string{"agrees": l.agrees, "disagrees": l.disagrees, "another_code": l.another, "undecided": l.undecided}[a.Agreement]
	text, next := words.Say(pr.lang, "agreement_"+a.Agreement)
	fmt.Fprintf(p.out, "\n%s %s\n\n", pr.look.badge(colour, word), pr.look.style(bold, printable(a.Code)))
	p.out.WriteString(pr.line("·", verify.SaidReason{Text: text, Next: next}))
	for _, d := range a.Differences {
		if d.Code != "receipt_other_code" { // it was just said
			p.out.WriteString(pr.line("·", d))
		}
	}
	if a.Again == nil {
		return
	}
	fmt.Fprintf(p.out, "\n  %s %s %s\n", l.again, pr.look.badge(a.Again.Verdict, strings.ToUpper(pr.colour(a.Again.Verdict))), a.Again.Word)
	for i, said := range a.Again.Reasons {
		if c, ok := a.report.Reasons[i].Colour(); ok && (c != verify.Green || a.Again.Verdict == verify.Green) {
			p.out.WriteString(pr.reason(a.report.Reasons[i], said, labelsIn(pr.lang)))
		}
	}
}

// receiptShown prints what a receipt says that nobody checked.
func (pr printer) receiptShown(p *program, r verify.Receipt, input string) {
	if pr.json {
		p.out.Write(jsonLine(struct {
			V        int         `json:"v"`
			Verified bool        `json:"verified"`
			Input    string      `json:"input"`
			Receipt  saidReceipt `json:"receipt"`
		}{1, false, input, sayReceipt(r, pr.lang)}))
		return
	}
	p.out.WriteString(pr.look.style(onGrey, " ? "+labelsIn(pr.lang).notVerified+" ") + "\n\n")
	pr.receiptBody(p, r, receiptLabelsIn(pr.lang))
}

// receiptBody prints what a receipt says, from the story to the small print.
func (pr printer) receiptBody(p *program, r verify.Receipt, l receiptLabels) {
	judged := say(pr.lang, "receipt_judged", words.Text("desk", r.Desk), words.Place("to", r.To), words.Moment("time", r.Time), words.Word("purpose", r.Purpose))
	p.out.WriteString(pr.look.wrap("  ", "  ", printable(judged)))
	fmt.Fprintf(p.out, "\n %s %s\n", pr.look.badge(r.Verdict, strings.ToUpper(pr.colour(r.Verdict))), say(pr.lang, r.Verdict.String()))
	for i, said := range sayReasons(pr.lang, r.Said()...) {
		p.out.WriteString(pr.reason(r.Reasons[i], verify.SaidReason{Text: said.Text}, labelsIn(pr.lang)))
	}
	p.out.WriteString("\n")
	pr.row(p, l.decided, say(pr.lang, "decision_"+string(r.Outcome)))
	if r.Override != "" {
		why := say(pr.lang, "override_"+string(r.Override))
		if r.TextCode != "" {
			why += " (" + r.TextCode + ")"
		}
		pr.row(p, l.although, why)
	}
	pr.row(p, l.officer, strings.Join(r.Officers, ", "))
	for _, a := range r.Appeal {
		pr.row(p, l.object, a)
	}
	if !r.At.Equal(r.Time) {
		pr.row(p, l.forWhen, isoMoment(r.At))
	}
	if r.Region != "" {
		pr.row(p, l.region, r.Region)
	}
	for _, c := range r.Rules {
		pr.row(p, l.rules, c.ID+" "+c.Version+", SHA-256 "+c.Digest[:16]+"...")
	}
	if r.KeyPolicy == trust.ValidNow {
		pr.row(p, l.keys, l.keysNow)
	}
	data := r.Data.Name
	if r.Data.Digest != "" {
		data = strings.TrimSpace(data + " SHA-256 " + r.Data.Digest[:16] + "...")
	}
	pr.row(p, l.data, strings.Join(trimmed(data, dated(l.asOf, r.Data.AsOf), dated(l.until, r.Data.HardExpiry)), ", "))
}

func dated(label string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return label + " " + isoMoment(t)
}

func demoWord(demo bool, lang string) string {
	if demo {
		return labelsIn(lang).demo
	}
	return ""
}

// row prints a label and what it stands for, if anything.
func (pr printer) row(p *program, label, text string) {
	if text != "" {
		p.out.WriteString(pr.look.wrap(fmt.Sprintf("  %-14s", label), strings.Repeat(" ", 16), printable(text)))
	}
}

// line prints a sentence, and after an arrow what to do.
func (pr printer) line(mark string, said verify.SaidReason) string {
	s := pr.look.wrap("  "+mark+" ", "    ", printable(said.Text))
	if said.Next != "" {
		s += pr.look.wrap("    → ", "      ", printable(said.Next))
	}
	return s
}

// uses prints what the traveller can do with the receipt.
func (pr printer) uses(p *program, codes ...string) {
	p.out.WriteString("\n")
	for _, c := range codes {
		p.out.WriteString(pr.look.wrap("  → ", "    ", say(pr.lang, c)))
	}
}

// receiptLabels are the words around a receipt, which are no sentences.
type receiptLabels struct {
	authentic, notAuthentic, unknown                                      string
	agrees, disagrees, undecided, another                                 string
	decided, although, officer, object, forWhen, region, rules, data, key string
	keys, keysNow, asOf, until, again                                     string
}

func receiptLabelsIn(lang string) receiptLabels {
	if lang == "fr" {
		return receiptLabels{
			authentic: "AUTHENTIQUE", notAuthentic: "NON AUTHENTIQUE", unknown: "IMPOSSIBLE À DIRE",
			agrees: "CONCORDE", disagrees: "NE CONCORDE PAS", undecided: "INDÉCIS", another: "AUTRE CERTIFICAT",
			decided: "décision", although: "parce que", officer: "agent", object: "contester", forWhen: "pour le", region: "région", rules: "règles", data: "données", key: "clé",
			keys: "clés", keysNow: "en vigueur au moment de la question", asOf: "du", until: "jusqu'au", again: "Redemandé :",
		}
	}
	return receiptLabels{
		authentic: "AUTHENTIC", notAuthentic: "NOT AUTHENTIC", unknown: "CANNOT SAY",
		agrees: "AGREES", disagrees: "DISAGREES", undecided: "UNDECIDED", another: "ANOTHER CERTIFICATE",
		decided: "decision", although: "because", officer: "officer", object: "object at", forWhen: "for", region: "region", rules: "rules", data: "data", key: "key",
		keys: "keys", keysNow: "those in force when it was asked", asOf: "as of", until: "until", again: "Asked again:",
	}
}
