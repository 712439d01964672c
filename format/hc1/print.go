package hc1

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
)

// printer turns a certificate into content. The first field that cannot be
// printed is kept in err; whether the rest suffices is for the schema to say.
type printer struct {
	cert *cert.Certificate
	top  object
	err  error
}

// object is a map of text keys.
type object []pair

// pair is a key with what it holds: a text, or a number, or an object in a list or not.
type pair struct {
	key    string
	text   string
	number int64
	object object
	listed bool // the object stands alone in a list
}

// append prints the map in the order of RFC 8949 section 4.2.1.
func (o object) append(dst []byte) []byte {
	slices.SortFunc(o, func(a, b pair) int {
		return cmp.Or(cmp.Compare(len(a.key), len(b.key)), strings.Compare(a.key, b.key))
	})
	dst = cbor.AppendMap(dst, len(o))
	for _, p := range o {
		dst = cbor.AppendText(dst, p.key)
		switch {
		case p.object != nil:
			if p.listed {
				dst = cbor.AppendArray(dst, 1)
			}
			dst = p.object.append(dst)
		case p.number != 0:
			dst = cbor.AppendInt(dst, p.number)
		default:
			dst = cbor.AppendText(dst, p.text)
		}
	}
	return dst
}

func (p *printer) refuse(field, what, do string) {
	if p.err == nil {
		p.err = &FieldError{field, what, do}
	}
}

// text adds a text in normal form C, or nothing where there is none.
func (p *printer) text(o *object, key, field, s string) {
	if s == "" {
		return
	}
	if !utf8.ValidString(s) {
		p.refuse(field, issuePattern, "give it in UTF-8")
		return
	}
	if s = strings.TrimSpace(norm.NFC.String(s)); s != "" {
		*o = append(*o, pair{key: key, text: s})
	}
}

// certificate prints all of the content.
func (p *printer) certificate() {
	version := "1.3.0"
	n := p.cert.Subject.Name()
	if n.Family == "" && n.Given == "" && n.Full != "" {
		p.refuse("subject.names.0", issueMissing, "say which part of the name is the family name: the content has no place for a whole one")
	}
	if n.FamilyICAO == "" {
		version = "1.3.2"
	}
	name := make(object, 0, 4)
	p.text(&name, "fn", "subject.names.0.family", n.Family)
	p.text(&name, "gn", "subject.names.0.given", n.Given)
	p.text(&name, "fnt", "subject.names.0.family_icao", n.FamilyICAO)
	p.text(&name, "gnt", "subject.names.0.given_icao", n.GivenICAO)

	entry := make(object, 0, 12)
	group := ""
	switch e := p.cert.Events[0].(type) {
	case *cert.Test:
		group = "t"
		p.test(&entry, e)
	case *cert.Vaccination:
		group = "v"
		p.vaccination(&entry, e)
	case *cert.Recovery:
		group = "r"
		p.recovery(&entry, e)
	default:
		p.refuse("events.0", issueType, "a European certificate states a test, a vaccination or a recovery; use another format")
		return
	}
	p.statement(&entry, p.cert.Events[0].About())
	p.top = object{
		{key: "ver", text: version},
		{key: "dob", text: p.cert.Subject.BirthDate.String()},
		{key: "nam", object: name},
		{key: group, object: entry, listed: true},
	}
}

func (p *printer) statement(o *object, s *cert.Statement) {
	p.code(o, "tg", "events.0.disease", s.Disease, cert.SNOMED)
	p.text(o, "co", "events.0.country", s.Country)
	authority := s.Authority
	if authority == "" {
		authority = p.cert.Issuer.Authority
	}
	p.text(o, "is", "events.0.authority", authority)
	p.text(o, "ci", "events.0.id", s.ID)
}

// code adds the coding that is in one of the systems, or that names none.
func (p *printer) code(o *object, key, field string, c cert.Coded, systems ...string) {
	if c == (cert.Coded{}) {
		return
	}
	for _, coding := range [...]cert.Coding{c.Source, c.Mapped} {
		if coding.Code != "" && (coding.System == "" || slices.Contains(systems, coding.System)) {
			p.text(o, key, field, coding.Code)
			return
		}
	}
	p.refuse(field, issuePattern, "code it in the system that European certificates use, as the source's or the mapped code")
}

func (p *printer) number(o *object, key string, n int) {
	if n != 0 {
		*o = append(*o, pair{key: key, number: int64(n)})
	}
}

func (p *printer) date(o *object, key string, d cert.Date) {
	if !d.IsZero() {
		*o = append(*o, pair{key: key, text: d.String()})
	}
}

func (p *printer) test(o *object, e *cert.Test) {
	kind := e.Type
	if code := codeOfMethod[e.Method]; code != "" && cert.MethodOf(kind.Source.Code) == "" {
		kind = cert.Coded{Source: cert.Coding{Code: code}} // the European value set has no other codes: one of a single test means nothing to its readers
	}
	p.code(o, "tt", "events.0.type", kind, cert.LOINC)
	outcome := e.Outcome
	if outcome == (cert.Coded{}) {
		outcome.Source.Code = codeOfResult[e.Result]
	}
	p.code(o, "tr", "events.0.outcome", outcome, cert.SNOMED)
	if says := cert.ResultOf(outcome.Code()); e.Result != "" && says != e.Result {
		p.refuse("events.0.outcome", "conflict", "outcome and result say different things")
	}
	switch method := cert.MethodOf(kind.Code()); {
	case e.Method != "" && method != e.Method:
		p.refuse("events.0.type", "conflict", "type and method say different things")
	case method == cert.NucleicAcid && e.Device != (cert.Coded{}):
		p.refuse("events.0.device", "conflict", "leave it empty: a nucleic acid test is named by its name")
	case method == cert.AntigenRapid && e.Name != "":
		p.refuse("events.0.name", "conflict", "leave it empty: a rapid antigen test is named by its device")
	}
	p.text(o, "nm", "events.0.name", e.Name)
	p.code(o, "ma", "events.0.device", e.Device, cert.EUDevice)
	p.text(o, "tc", "events.0.laboratory.name", e.Laboratory.Name)
	if !e.SampledAt.IsZero() {
		*o = append(*o, pair{key: "sc", text: e.SampledAt.Format(time.RFC3339)})
	}
}

var (
	codeOfMethod = map[cert.Method]string{cert.NucleicAcid: cert.CodeNucleicAcid, cert.AntigenRapid: cert.CodeAntigenRapid}
	codeOfResult = map[cert.Result]string{cert.Detected: cert.CodeDetected, cert.NotDetected: cert.CodeNotDetected}
)

func (p *printer) vaccination(o *object, e *cert.Vaccination) {
	p.code(o, "vp", "events.0.prophylaxis", e.Prophylaxis, cert.SNOMED, cert.ATC)
	p.code(o, "mp", "events.0.product", e.Product, cert.EUVaccine, systemProduct)
	p.code(o, "ma", "events.0.maker", e.Maker, cert.EUHolder, systemMaker)
	p.number(o, "dn", e.Dose)
	p.number(o, "sd", e.Doses)
	p.date(o, "dt", e.Date)
}

func (p *printer) recovery(o *object, e *cert.Recovery) {
	p.date(o, "fr", e.FirstPositive)
	p.date(o, "df", e.From)
	p.date(o, "du", e.Until)
}
