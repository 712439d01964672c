package main

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

func readCommand() *command {
	var asJSON bool
	var lang string
	return &command{
		use:   "read CODE...",
		short: "what a code says, although nobody checked who says so",
		long:  "Read prints what a code says, after a line that says that it was NOT VERIFIED: anybody can write such a code. It is for people who want to see what is in their own, and for programs that look into formats. To decide anything, `pratique verify`.",
		example: `$ pratique read code.png
$ pratique read --json code.txt`,
		flags: func(f *pflag.FlagSet) {
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
			f.StringVar(&lang, "lang", "", "the `LANGUAGE`: en or fr (default that of the environment)")
		},
		choices: map[string][]string{"lang": words.Languages()},
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("there is no code to read", "name a picture or a text file, or - for standard input")
			}
			pr, err := (&asked{lang: lang, json: asJSON}).printer(p)
			if err != nil {
				return err
			}
			return readAndPrint(p, pr, args)
		},
	}
}

// readAndPrint prints what each code of the arguments says.
func readAndPrint(p *program, pr printer, args []string) error {
	codes, result := p.readEvery(args)
	pr.several = len(codes) > 1
	for i, c := range codes {
		o := open(c)
		if len(o.Report.Reasons) > 0 && result == nil {
			result = silent(exitGrey)
		}
		if pr.json {
			p.out.Write(jsonLine(withOwn(o.In(pr.lang, c.input), c.text)))
			continue
		}
		if i > 0 {
			p.out.WriteString("\n")
		}
		p.out.WriteString(pr.unverified(o, c.input, c.text))
	}
	return result
}

func open(c code) verify.Opened {
	if c.trouble != "" {
		return verify.Opened{Report: verify.Report{Reasons: []verify.Reason{{Code: c.trouble}}}}
	}
	return verify.SkipVerification(c.text)
}

// unverified writes what a code says for people. The warning is the first line.
func (pr printer) unverified(o verify.Opened, input, text string) string {
	l := labelsIn(pr.lang)
	var b strings.Builder
	b.WriteString(pr.look.style(onGrey, " ? "+l.notVerified+" "))
	if pr.several {
		b.WriteString(pr.look.style(faint, "  "+printable(input)))
	}
	b.WriteString("\n\n")
	said := o.Report.In(pr.lang, input)
	for i, r := range said.Reasons {
		b.WriteString(pr.reason(o.Report.Reasons[i], r, l))
	}
	if o.Code == nil {
		return b.String()
	}
	rows := []row{
		{"code", strings.Join(trimmed(o.Code.Format(), o.Code.Content(), o.Code.Algorithm()), ", ")},
		{"claims to be of", claimsToBeOf(pr.lang, o.Code)},
		{"key", base64.StdEncoding.EncodeToString([]byte(o.Code.KeyID()))},
		{"signed", day(o.Code.Signed().Issued)},
		{"signature until", day(o.Code.Signed().Until)},
	}
	if own := describeOwn(o.Code.Content(), text, pr.lang); own != nil {
		rows = append(append(rows, row{}), own...)
	} else if o.Certificate != nil {
		rows = append(rows, row{})
		rows = append(rows, describeDerived(o.Certificate.Derived, pr.lang, o.Code.Country())...)
		rows = append(rows, describePerson(o.Certificate.Subject)...)
		for _, e := range o.Certificate.Events {
			rows = append(rows, row{})
			rows = append(rows, describe(e)...)
		}
		for _, link := range o.Certificate.Links {
			rows = append(append(rows, row{}), describeLink(link)...)
		}
		if len(o.Certificate.Losses) > 0 {
			rows = append(rows, row{})
		}
		for _, loss := range o.Certificate.Losses {
			rows = append(rows, row{"assumed", loss.Field + ": " + strings.ReplaceAll(loss.What, "_", " ")})
		}
	}
	for _, r := range rows {
		if fr, ok := rowsInFrench[r.name]; ok && pr.lang == "fr" {
			r.name = fr
		}
		switch {
		case r == row{}:
			b.WriteString("\n")
		case r.value != "":
			b.WriteString(pr.look.wrap(fmt.Sprintf("  %-20s", r.name), strings.Repeat(" ", 22), printable(r.value)))
		}
	}
	return b.String()
}

// claimsToBeOf is the issuer that a code names: a country, or an address.
func claimsToBeOf(lang string, u format.Unverified) string {
	if i, ok := u.(interface{ Issuer() string }); ok && u.Country() == "" {
		return printable(i.Issuer())
	}
	return words.Country(lang, printable(u.Country()))
}

// rowsInFrench are the names of the rows in the other language.
var rowsInFrench = map[string]string{
	"claims to be of": "prétend venir de", "key": "clé", "signed": "signé", "signature until": "signature jusqu'au",
	"name": "nom", "in the passport": "au passeport", "born": "né(e) le", "nationality": "nationalité",
	"states": "atteste", "disease": "maladie", "kind of test": "type de test", "name of test": "nom du test", "device": "dispositif",
	"specimen": "prélèvement", "sampled": "prélevé", "reported": "résultat du", "result": "résultat", "laboratory": "laboratoire",
	"vaccine": "vaccin", "product": "produit", "maker": "fabricant", "lot": "lot", "date": "date", "dose": "dose",
	"protects until": "protège jusqu'au", "centre": "centre", "first positive": "premier positif", "from": "du", "until": "jusqu'au",
	"value": "valeur", "exempt from": "dispense de", "about": "au sujet de", "at": "le", "says": "déclare", "order": "ordre",
	"reason": "motif", "country": "pays", "issuer": "émetteur", "number": "numéro", "assumed": "supposé",
	"protects from": "protège dès le", "protection": "protection", "clinician": "soignant", "document": "document", "sex": "sexe", "guardian": "tuteur",
	"derived from": "dérivé de", "derived by": "dérivé par", "original's key": "clé de l'original", "original's hash": "empreinte de l'original", "original until": "original jusqu'au",
	"leads to": "mène à", "asks for": "demande", "label": "intitulé", "link until": "lien jusqu'au",
	"port": "port", "purpose": "motif du voyage", "category": "catégorie", "holder": "titulaire", "stamp before": "tampon précédent",
	"appeal": "recours", "ends the order": "met fin à l'ordre", "risk": "risque", "system": "système", "rule": "règle",
}

// row is a line of a description. One without a value is not printed.
type row struct{ name, value string }

// describeDerived says from which certificate of another issuer this one was made.
func describeDerived(d *cert.Derivation, lang, by string) []row {
	if d == nil {
		return nil
	}
	of := "?"
	if d.Names() {
		of = strings.Join(trimmed(words.Country(lang, printable(d.Country)), printable(d.Issuer), strings.Join(trimmed(d.Format, d.Content), "/")), ", ")
	}
	rows := []row{{"derived from", of}, {"derived by", words.Country(lang, printable(by))}}
	return append(rows, row{"original's key", d.KeyID}, row{"original's hash", d.Hash}, row{"original until", day(d.Until)}, row{})
}

func describePerson(s cert.Person) []row {
	rows := []row{{"name", s.Name().String()}}
	if n := s.Name(); n.FamilyICAO != "" || n.GivenICAO != "" {
		rows = append(rows, row{"in the passport", n.FamilyICAO + "<<" + n.GivenICAO})
	}
	rows = append(rows, row{"born", s.BirthDate.String()}, row{"sex", string(s.Sex)}, row{"nationality", s.Nationality})
	for _, d := range s.Documents {
		rows = append(rows, row{"document", strings.Join(trimmed(strings.ReplaceAll(d.Type, "_", " "), d.Number), " ")})
	}
	if s.Guardian != nil {
		rows = append(rows, row{"guardian", s.Guardian.Name().String()})
	}
	return rows
}

// describeLink says where a health link leads. It is followed nowhere here.
func describeLink(l cert.Link) []row {
	asks := ""
	if l.Passcode {
		asks = "a passcode"
	}
	return []row{{"states", "health link: online, not a proof"}, {"leads to", l.Host}, {"asks for", asks}, {"link until", stamp(l.Until)}, {"label", l.Label}}
}

// describe lists what an event says.
func describe(e cert.Event) []row {
	s := e.About()
	rows := []row{{"states", string(e.Kind())}, {"disease", coded(s.Disease)}}
	switch e := e.(type) {
	case *cert.Test:
		rows = append(rows, row{"kind of test", coded(e.Type)}, row{"name of test", e.Name}, row{"device", coded(e.Device)},
			row{"specimen", coded(e.Specimen)}, row{"sampled", stamp(e.SampledAt)}, row{"reported", stamp(e.ReportedAt)},
			row{"result", coded(e.Outcome)}, row{"laboratory", strings.Join(trimmed(e.Laboratory.Name, e.Laboratory.ID), ", ")})
	case *cert.Vaccination:
		rows = append(rows, row{"vaccine", coded(e.Prophylaxis)}, row{"product", coded(e.Product)}, row{"maker", coded(e.Maker)},
			row{"lot", e.Lot}, row{"date", e.Date.String()}, row{"dose", doses(e)}, row{"protects from", day(e.ProtectionFrom)}, row{"protects until", stamp(e.ProtectionUntil)}, row{"protection", forLife(e)},
			row{"centre", e.Centre.Name}, row{"clinician", e.Clinician})
	case *cert.Recovery:
		rows = append(rows, row{"first positive", e.FirstPositive.String()}, row{"from", e.From.String()}, row{"until", e.Until.String()})
	case *cert.Antibody:
		rows = append(rows, row{"kind of test", coded(e.Type)}, row{"sampled", stamp(e.SampledAt)}, row{"result", coded(e.Outcome)},
			row{"value", e.Value}, row{"laboratory", e.Laboratory.Name})
	case *cert.Exemption:
		rows = append(rows, row{"exempt from", coded(e.Of)}, row{"from", e.From.String()}, row{"until", e.Until.String()})
	case *cert.Declaration:
		rows = append(rows, row{"about", coded(e.Topic)}, row{"at", stamp(e.At)}, row{"says", e.Says})
	case *cert.Notice:
		rows = append(rows, row{"order", coded(e.Order)}, row{"from", stamp(e.From)}, row{"until", stamp(e.Until)}, row{"reason", e.Reason})
	}
	return append(rows, row{"country", s.Country}, row{"issuer", s.Authority}, row{"number", s.ID})
}

func forLife(v *cert.Vaccination) string {
	if v.Lifelong {
		return "for life"
	}
	return ""
}

// plain are the codes that everybody meets, in words.
var plain = map[string]string{
	cert.COVID19: "COVID-19", cert.CodeDetected: "detected", cert.CodeNotDetected: "not detected",
	cert.YellowFever: "yellow fever", cert.Polio: "poliomyelitis", cert.Meningococcal: "meningococcal disease",
	cert.CodeNucleicAcid: "nucleic acid test", cert.CodeAntigenRapid: "rapid antigen test",
}

// coded writes a code: in words where they are known, and as it stands.
func coded(c cert.Coded) string {
	source, mapped := c.Source.Code, c.Mapped.Code
	text := plain[c.Code()]
	if text == "" {
		text = c.Source.Display
	}
	codes := trimmed(source, mapped)
	switch {
	case text == "":
		return strings.Join(codes, ", ")
	case len(codes) == 0:
		return text
	}
	return text + " (" + strings.Join(codes, ", ") + ")"
}

func doses(v *cert.Vaccination) string {
	switch {
	case v.Dose == 0:
		return ""
	case v.Doses == 0:
		return fmt.Sprint(v.Dose)
	}
	return fmt.Sprintf("%d of %d", v.Dose, v.Doses)
}

// trimmed leaves out empty texts, and those that stand there already.
func trimmed(texts ...string) []string {
	var out []string
	for _, t := range texts {
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
