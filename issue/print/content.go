package print

import (
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// front is the code and whose it is.
func (s *Sheet) front(c *cert.Certificate, o Options) section {
	x := section{id: "code"}
	add := func(r role, t said) { x.blocks = append(x.blocks, block{role: r, text: t}) }
	if s.demo {
		add(shout, s.say("print_demo"))
	}
	if !o.Issued && o.Checked.IsZero() {
		t := said{} // without what to do: whoever is to rely on it does that anyhow
		t.a, _ = words.Say(s.langs[0], "print_not_checked")
		t.b, _ = words.Say(s.langs[1], "print_not_checked")
		add(warning, t)
	}
	add(title, s.title)
	x.blocks = append(x.blocks, block{text: s.about, long: true})
	add(figure, said{a: s.alt(0), b: s.alt(1)})
	p := c.Subject
	add(name, plainly(p.Name().String()))
	x.blocks = append(x.blocks, block{role: facts, rows: s.person(p)})
	return x
}

// alt is the text for those who do not see the code.
func (s *Sheet) alt(i int) string {
	what := []string{s.about.a, s.about.b}[i]
	text, _ := words.Say(s.langs[i], "print_qr_alt", words.Text("what", what))
	return text
}

// person lists whom a certificate is about, beside the name.
func (s *Sheet) person(p cert.Person) []row {
	var t table
	n := p.Name()
	if n.FamilyICAO+n.GivenICAO != "" {
		t.add(s, "passport", plainly(strings.Trim(n.FamilyICAO+"<<"+n.GivenICAO, "<")))
	}
	t.add(s, "born", plainly(p.BirthDate.String()))
	if p.Sex != "" {
		t.add(s, "sex", s.say("value_"+string(p.Sex)))
	}
	t.add(s, "nationality", s.country(p.Nationality))
	for _, d := range p.Documents {
		r := row{s.say("row_document"), plainly(d.Number)}
		switch d.Type {
		case "passport":
			r.label = s.say("value_passport_book")
		case "identity_card":
			r.label = s.say("value_identity_card")
		}
		t = append(t, r)
	}
	if p.Guardian != nil {
		t.add(s, "guardian", plainly(p.Guardian.Name().String()))
	}
	return t
}

// what is what the certificate certifies, event by event.
func (s *Sheet) what(c *cert.Certificate) section {
	x := section{id: "certifies", head: s.say("print_what")}
	for _, e := range c.Events {
		if s.ihr {
			x.blocks = append(x.blocks, block{role: body, text: s.say("ihr_certifies", s.diseaseParam(e.About().Disease))})
		}
		x.blocks = append(x.blocks, block{role: facts, rows: s.event(e)})
	}
	var t table
	if c.Derived != nil {
		t.add(s, "original", s.country(c.Derived.Country))
	}
	if len(t) > 0 {
		x.blocks = append(x.blocks, block{role: facts, rows: t})
	}
	if s.ihr {
		x.blocks = append(x.blocks,
			block{role: sign, sign: []said{s.say("print_sign_clinician"), s.say("print_sign_stamp"), s.say("print_sign_holder")}})
	}
	return x
}

// event lists what an event states. A vaccination is in the order of the columns
// of the International Health Regulations (Annex 6): vaccine, date, clinician,
// manufacturer and batch, validity, centre.
func (s *Sheet) event(e cert.Event) []row {
	var t table
	a := e.About()
	if s.ihr {
		t.add(s, "disease", s.disease(a.Disease))
	} else {
		if e.Kind() != cert.KindTest { // which has its kind of test
			t.add(s, "states", s.kind(e.Kind()))
		}
		t.add(s, "disease", s.disease(a.Disease))
	}
	switch e := e.(type) {
	case *cert.Test:
		s.test(&t, e)
	case *cert.Vaccination:
		s.vaccination(&t, e)
	case *cert.Recovery:
		t.add(s, "positive", plainly(e.FirstPositive.String()))
		t.add(s, "from", plainly(e.From.String()))
		t.add(s, "until", plainly(e.Until.String()))
	case *cert.Antibody:
		t.add(s, "method", s.coded(e.Type))
		t.add(s, "sampled", plainly(moment(e.SampledAt)))
		t.add(s, "result", s.result(e.Result, e.Outcome))
		t.add(s, "value", plainly(e.Value))
		t.add(s, "laboratory", plainly(facility(e.Laboratory)))
	case *cert.Exemption:
		t.add(s, "exempt", s.coded(e.Of))
		t.add(s, "from", plainly(e.From.String()))
		t.add(s, "until", plainly(e.Until.String()))
	case *cert.Declaration:
		t.add(s, "topic", s.coded(e.Topic))
		t.add(s, "date", plainly(moment(e.At)))
		t.add(s, "says", plainly(e.Says))
	case *cert.Notice:
		t.add(s, "order", s.coded(e.Order))
		t.add(s, "from", plainly(moment(e.From)))
		t.add(s, "until", plainly(moment(e.Until)))
		t.add(s, "reason", plainly(e.Reason))
	}
	t.add(s, "country", s.country(a.Country))
	t.add(s, "issuer", plainly(a.Authority))
	t.add(s, "number", plainly(a.ID))
	return t
}

func (s *Sheet) test(t *table, e *cert.Test) {
	method := s.coded(e.Type)
	switch e.Method {
	case cert.NucleicAcid, cert.AntigenRapid:
		method = s.say(string(e.Method))
	case cert.Serology:
		method = s.say("value_serology")
	}
	t.add(s, "result", s.result(e.Result, e.Outcome))
	t.add(s, "sampled", plainly(moment(e.SampledAt)))
	t.add(s, "reported", plainly(moment(e.ReportedAt)))
	t.add(s, "method", method)
	t.add(s, "test", plainly(e.Name))
	t.add(s, "device", s.coded(e.Device))
	t.add(s, "specimen", s.coded(e.Specimen))
	t.add(s, "laboratory", plainly(facility(e.Laboratory)))
}

func (s *Sheet) vaccination(t *table, e *cert.Vaccination) {
	t.add(s, "vaccine", s.coded(e.Prophylaxis))
	t.add(s, "product", s.coded(e.Product))
	t.add(s, "date", plainly(e.Date.String()))
	if e.Dose > 0 {
		dose := strconv.Itoa(e.Dose)
		if e.Doses > 0 {
			dose += " / " + strconv.Itoa(e.Doses)
		}
		t.add(s, "dose", plainly(dose))
	}
	t.add(s, "clinician", plainly(e.Clinician))
	t.add(s, "maker", s.coded(e.Maker))
	t.add(s, "lot", plainly(e.Lot))
	t.add(s, "from", plainly(date(e.ProtectionFrom)))
	if e.Lifelong {
		t.add(s, "until", s.say("value_life"))
	} else {
		t.add(s, "until", plainly(date(e.ProtectionUntil)))
	}
	t.add(s, "next_due", plainly(e.NextDue.String()))
	t.add(s, "centre", plainly(facility(e.Centre)))
}

// holds says what the code holds and what not.
func (s *Sheet) holds(c *cert.Certificate, l wallet.Lesson) section {
	x := section{id: "holds", head: s.say("print_holds"), long: true}
	a, b := l.Say(s.langs[0]), l.Say(s.langs[1])
	for i := range min(len(a), len(b)) {
		x.blocks = append(x.blocks, block{text: said{a: a[i], b: b[i]}})
	}
	// Of cards made of health records this could not be said without reading
	// every member of them.
	codes := []string{"print_offline", "print_compare", "sheet_no_verdict"}
	if c.Carrier.Format == "hc1" || c.Carrier.Format == "vds" || strings.HasPrefix(s.code, "HC1:") {
		codes = append([]string{"print_nothing_else"}, codes...)
	}
	for _, code := range codes {
		x.blocks = append(x.blocks, block{text: s.say(code)})
	}
	return x
}

// ask says whom to ask, how to keep the paper, and what was done about the
// signature.
func (s *Sheet) ask(c *cert.Certificate, o Options) section {
	x := section{id: "ask", head: s.say("print_wrong")}
	add := func(t said) { x.blocks = append(x.blocks, block{text: t}) }
	if o.Contact != "" {
		add(s.say("print_contact", words.Text("contact", o.Contact)))
	}
	authority := c.Issuer.Authority
	if authority == "" {
		authority = c.Events[0].About().Authority
	}
	who := block{text: s.say("print_ask_code"), long: o.Contact != ""}
	if authority != "" {
		who.text = s.say("print_ask", words.Text("authority", authority))
	}
	x.blocks = append(x.blocks, who)
	if s.ihr {
		add(s.say("print_ihr_valid"))
	}
	if s.draft {
		add(s.say("print_draft"))
	}
	if !o.Checked.IsZero() {
		add(s.say("print_checked", words.Moment("at", o.Checked), words.Place("country", o.Country)))
	}
	if !c.Signed.Issued.IsZero() {
		x.blocks = append(x.blocks, block{role: short, text: s.say("print_signed", words.Text("at", date(c.Signed.Issued))), long: true})
	}
	if !c.Signed.Until.IsZero() {
		x.blocks = append(x.blocks, block{role: short, text: s.say("sheet_until", words.Text("at", date(c.Signed.Until)))})
	}
	if !o.At.IsZero() {
		x.blocks = append(x.blocks, block{role: short, text: s.say("sheet_made", words.Moment("at", o.At)), long: true})
	}
	x.blocks = append(x.blocks,
		block{role: subhead, text: s.say("print_keeping"), long: true},
		block{text: s.say("print_keep"), long: true},
		block{text: s.say("print_fold"), fold: true})
	return x
}

// table gathers rows that say something.
type table []row

func (t *table) add(s *Sheet, label string, value said) {
	if !value.empty() {
		*t = append(*t, row{s.say("row_" + label), value})
	}
}

func (s *Sheet) kind(k cert.Kind) said {
	switch k {
	case cert.KindTest, cert.KindVaccination, cert.KindRecovery:
		return s.say(string(k))
	}
	return s.say("value_" + string(k))
}

func (s *Sheet) country(code string) said {
	if code == "" {
		return said{}
	}
	a, b := words.Country(s.langs[0], code), words.Country(s.langs[1], code)
	return said{a: a, b: b, plain: a == code && b == code}
}

func (s *Sheet) diseaseParam(c cert.Coded) words.Param {
	if code := "disease_" + c.Code(); words.Has("en", code) {
		return words.Word("disease", code)
	}
	return words.Text("disease", coded(c))
}

func (s *Sheet) disease(c cert.Coded) said {
	if code := "disease_" + c.Code(); words.Has("en", code) {
		return s.say(code)
	}
	return plainly(coded(c))
}

func (s *Sheet) result(r cert.Result, c cert.Coded) said {
	switch r {
	case cert.Detected, cert.NotDetected, cert.Invalid:
		return s.say("value_" + string(r))
	}
	return plainly(coded(c))
}

// proper are the names of codes of the European value sets, which are the same in
// every language (eu-dcc-valuesets 2.x, vaccine-medicinal-product, vaccine-mah-manf,
// vaccine-prophylaxis).
var proper = map[string]string{
	"EU/1/20/1528": "Comirnaty", "EU/1/20/1507": "Spikevax", "EU/1/21/1529": "Vaxzevria",
	"EU/1/20/1525": "Jcovden", "EU/1/21/1618": "Nuvaxovid",
	"ORG-100030215": "Biontech Manufacturing GmbH", "ORG-100031184": "Moderna Biotech Spain S.L.",
	"ORG-100001699": "AstraZeneca AB", "ORG-100001417": "Janssen-Cilag International", "ORG-100032020": "Novavax CZ AS",
	"1119349007": "SARS-CoV-2 mRNA", "1119305005": "SARS-CoV-2 antigen", "J07BX03": "COVID-19",
}

func (s *Sheet) coded(c cert.Coded) said { return plainly(coded(c)) }

// coded is a code as the source has it: in its words, and as it stands.
func coded(c cert.Coded) string {
	of := c.Source
	if of == (cert.Coding{}) {
		of = c.Mapped
	}
	text := of.Display
	if text == "" {
		text = proper[of.Code]
	}
	switch {
	case text == "" || text == of.Code:
		return of.Code
	case of.Code == "":
		return text
	}
	return text + " (" + of.Code + ")"
}

func facility(f cert.Facility) string {
	var parts []string
	for _, p := range []string{f.Name, f.ID, f.Accreditation} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// moment writes a moment at the offset that it carries.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	zone := t.Format("-07:00")
	if zone == "+00:00" {
		zone = "UTC"
	}
	return t.Format("2006-01-02 15:04 ") + zone
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
