package vds

import (
	"cmp"
	"crypto"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Issuer makes seals. The zero Issuer makes none.
type Issuer struct {
	// Signer holds the private key, on curve P-256, P-384 or P-521.
	Signer crypto.Signer
	// Key is what others will know of it: the signer's certificate (DER), the
	// public key, what it may sign and when.
	Key trust.Key
	// Country is the three letters of ICAO Doc 9303-3 for who issues.
	Country string
}

// FieldError says which field of a certificate, or of the issuer, keeps a seal
// from being made. It repeats nothing of the certificate.
type FieldError struct {
	Field string // in the certificate: "events.0.sampled_at"; or "key.uses", "country"
	What  string // a code: missing, type, length ... as of [Schema], and conflict
	Do    string // what to do about it
}

// Error implements error.
func (e *FieldError) Error() string {
	return "issuing VDS-NC seal: " + e.Field + ": " + e.What + ": " + e.Do
}

// Issue makes a seal that states what the certificate does: vaccinations, as
// many as there are under one identifier, or exactly one test or antibody test.
// The text is canonical (RFC 8785) as a whole.
//
// A seal has no life of its own: Signed is left out but for the moment of issue,
// which must be given and lie within the key's. What a seal has no place for
// (further names, makers, doses of a course, device of a test, recovery) is left
// out or refused; reading the seal back shows what is left.
//
// Randomness comes from rand. Issue may be called from several goroutines if
// the signer and rand may.
func (i Issuer) Issue(c *cert.Certificate, rand io.Reader) (string, error) {
	if err := i.entitled(c); err != nil {
		return "", err
	}
	p := printer{issuer: i, cert: c}
	text := p.data()
	if p.err != nil {
		return "", p.err
	}
	v, err := jcs.Parse(text)
	if err != nil {
		return "", fmt.Errorf("issuing VDS-NC seal: %w", err)
	}
	signed := v.AppendCanonical(nil)
	if issues := Schema(string(signed)); len(issues) > 0 {
		return "", &FieldError{"certificate", issues[0].What, "mend what the seal has at " + issues[0].Path}
	}
	sig, err := jws.Sign(rand, i.Signer, signed)
	if err != nil {
		return "", fmt.Errorf("issuing VDS-NC seal: %w", err)
	}
	alg, err := jws.AlgFor(i.Signer.Public())
	if err != nil {
		return "", fmt.Errorf("issuing VDS-NC seal: %w", err)
	}
	return `{"data":` + string(signed) + `,"sig":{"alg":"` + string(alg) + `","cer":"` + base64.URLEncoding.EncodeToString(i.Key.DER) +
		`","sigvl":"` + base64.URLEncoding.EncodeToString(sig) + `"}}`, nil
}

// entitled checks that the key may sign the certificate.
func (i Issuer) entitled(c *cert.Certificate) error {
	if i.Signer == nil {
		return &FieldError{"key", issueMissing, "give the signer of the key"}
	}
	own, err := lists.FromCertificate(i.Key.DER)
	k, ok := i.Signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case err != nil:
		return &FieldError{"key.der", issueMissing, "give the signer's certificate"}
	case !ok || !k.Equal(own.Public) || !k.Equal(i.Key.Public):
		return &FieldError{"key", issueConflict, "the signer does not hold the private key of this certificate"}
	case len(i.Country) != 3 || strings.Trim(i.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return &FieldError{"country", issueMissing, "give the three letters of who issues"}
	case c.Derived != nil:
		return &FieldError{"derived", issueType, "a seal has no place for what it was derived from: use hc1 or icvp"}
	case len(c.Events) == 0:
		return &FieldError{"events", issueMissing, "state vaccinations, or one test"}
	case len(c.Events) > MaxDoses:
		return &FieldError{"events", issueRange, "state fewer doses"}
	}
	kind, at := c.Events[0].Kind(), c.Signed.Issued
	for n, e := range c.Events {
		switch {
		case e.Kind() != kind || n > 0 && kind != cert.KindVaccination:
			return &FieldError{"events", issueConflict, "state vaccinations alone, or one test alone; make one seal for each"}
		case !i.Key.Uses.Allows(trust.UseFor(kind)):
			return &FieldError{"key.uses", issueConflict, "sign with a key that may sign this kind of certificate"}
		}
	}
	switch {
	case at.IsZero():
		return &FieldError{"signed.issued", issueMissing, "state when the seal is issued"}
	case !i.Key.InForce(at) || !own.InForce(at):
		return &FieldError{"signed.issued", issueConflict, "issue within the life of the key"}
	}
	leaf, err := readCertificate(i.Key.DER)
	if uses := []trust.Use{trust.Test, trust.Vaccination, trust.Antibody}; err == nil && slices.Contains(uses, trust.UseFor(kind)) && !slices.Contains(usesOf(leaf), trust.UseFor(kind)) {
		return &FieldError{"key.der", issueConflict, "sign with a signer of seals that its authority entitled to this kind: by purpose, and by type of document"}
	}
	if err != nil || !leaf.UsedFrom.IsZero() && at.Before(leaf.UsedFrom) || !leaf.UsedUntil.IsZero() && at.After(leaf.UsedUntil) {
		return &FieldError{"signed.issued", issueConflict, "issue within the usage period of the private key"}
	}
	return nil
}

// printer turns a certificate into JSON, whose order is not yet canonical. The
// first field that cannot be printed is kept in err.
type printer struct {
	issuer Issuer
	cert   *cert.Certificate
	err    error
}

func (p *printer) refuse(field, what, do string) {
	if p.err == nil {
		p.err = &FieldError{field, what, do}
	}
}

// object prints members, in pairs of key and JSON, without those that are empty.
func object(pairs ...string) string {
	out := []byte{'{'}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(jcs.AppendString(out, pairs[i]), ':')
		out = append(out, pairs[i+1]...)
	}
	return string(append(out, '}'))
}

// quote prints a text, or nothing where there is none.
func quote(s string) string {
	if s == "" {
		return ""
	}
	return string(jcs.AppendString(nil, s))
}

// text prints what a person or an office wrote, of at most max characters.
func (p *printer) text(field, s string, limit int) string {
	s = strings.TrimSpace(s)
	if len([]rune(s)) > limit {
		p.refuse(field, issueLength, "shorten it to "+strconv.Itoa(limit)+" characters")
	}
	return quote(s)
}

func (p *printer) data() string {
	kind, msg := "icao.test", ""
	switch e := p.cert.Events[0].(type) {
	case *cert.Vaccination:
		kind, msg = "icao.vacc", p.vaccinations()
	case *cert.Test:
		msg = p.test(e)
	case *cert.Antibody:
		msg = p.test(&cert.Test{
			Statement: e.Statement, Type: cert.Coded{Source: cert.Coding{Code: testAntibody}}, SampledAt: e.SampledAt,
			ReportedAt: p.cert.Signed.Issued, Outcome: e.Outcome, Result: e.Result, Laboratory: e.Laboratory,
		})
	default:
		p.refuse("events.0", issueType, "a seal states vaccinations, or a test; use another format")
	}
	return object("hdr", object("t", quote(kind), "v", "1", "is", quote(p.issuer.Country)), "msg", msg)
}

// name prints the name as a travel document does: the primary identifier, two
// spaces, the secondary.
func (p *printer) name() string {
	n := p.cert.Subject.Name()
	family, given := cmp.Or(latin(n.FamilyICAO), n.Family), cmp.Or(latin(n.GivenICAO), n.Given)
	s := n.Full
	switch {
	case family != "" && given != "":
		s = strings.Join(strings.Fields(family), " ") + "  " + strings.Join(strings.Fields(given), " ")
	case s == "":
		s = family + given
	}
	if s == "" {
		p.refuse("subject.names", issueMissing, "give a name")
	}
	return p.text("subject.names.0", s, 39)
}

// latin returns a transliteration as one prints it.
func latin(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}

// documents returns the number and type of the travel document, and the number
// of another one.
func (p *printer) documents() (kind, number, other string) {
	for n, d := range p.cert.Subject.Documents {
		field := "subject.documents." + strconv.Itoa(n) + ".number"
		switch {
		case number == "" && d.Type != "other" && d.Type != "visa":
			kind, number = d.Type, p.text(field, d.Number, 11)
		case other == "":
			other = p.text(field, d.Number, 24)
		}
	}
	return kind, number, other
}

func (p *printer) vaccinations() string {
	_, number, other := p.documents()
	sex := map[cert.Sex]string{cert.Female: "F", cert.Male: "M", cert.Unspecified: "X"}[p.cert.Subject.Sex]
	pid := object("n", p.name(), "dob", quote(p.cert.Subject.BirthDate.String()), "sex", quote(sex), "i", number, "ai", other)
	id := ""
	var groups, heads, doses []string
	for n, event := range p.cert.Events {
		e, ok := event.(*cert.Vaccination)
		if !ok {
			continue // refused before
		}
		field := "events." + strconv.Itoa(n)
		if n > 0 && e.ID != id {
			p.refuse(field+".id", issueConflict, "a seal has one identifier for all its doses")
		}
		id = e.ID
		head := p.vaccine(field, e)
		if len(heads) == 0 || heads[len(heads)-1] != head { // a group is a run of the same vaccine
			heads, groups = append(heads, head), append(groups, "")
		}
		last := len(groups) - 1
		if groups[last] != "" {
			groups[last] += ","
		}
		groups[last] += p.dose(field, e)
	}
	for n, head := range heads {
		doses = append(doses, strings.TrimSuffix(head, "}")+`,"vd":[`+groups[n]+"]}")
	}
	if id == "" {
		p.refuse("events.0.id", issueMissing, "give an identifier of at most 12 characters")
	}
	return object("uvci", p.text("events.0.id", id, 12), "pid", pid, "ve", "["+strings.Join(doses, ",")+"]")
}

// vaccine prints what the doses of a vaccine share.
func (p *printer) vaccine(field string, e *cert.Vaccination) string {
	des := e.Prophylaxis.Source.Code
	if e.Prophylaxis.Source.System != cert.ICD11 {
		switch des = ""; {
		case e.Prophylaxis.Code() == kindMRNA:
			des = "XM0GQ8"
		case e.Disease.Code() == cert.COVID19:
			des = "XM68M6"
		case e.Disease.Code() == cert.YellowFever:
			des = "XM0N24"
		}
	}
	if des == "" {
		p.refuse(field+".prophylaxis", issueMissing, "give the kind of vaccine as ICD-11 codes it")
	}
	dis := e.Disease.Source.Code
	if e.Disease.Source.System != cert.ICD11 {
		dis = icdOf[e.Disease.Code()]
	}
	if dis == "" {
		p.refuse(field+".disease", issueMissing, "give the disease as ICD-11 codes it")
	}
	name := cmp.Or(e.Product.Source.Display, brandOf(e.Product.Code()))
	if name == "" {
		p.refuse(field+".product", issueMissing, "give the product's name")
	}
	return object("des", quote(des), "dis", quote(dis), "nam", p.text(field+".product", name, 64))
}

func (p *printer) dose(field string, e *cert.Vaccination) string {
	if !e.Date.Full() {
		p.refuse(field+".date", issueMissing, "give the day of the vaccination, with month and year")
	}
	if e.Centre.Name == "" {
		p.refuse(field+".centre.name", issueMissing, "name the centre, in at most 20 characters")
	}
	return object("dvc", quote(e.Date.String()), "seq", strconv.Itoa(max(e.Dose, 0)), "ctr", p.country(field+".country", e.Country),
		"adm", p.text(field+".centre.name", e.Centre.Name, 20), "lot", p.text(field+".lot", e.Lot, 20), "dvn", quote(e.NextDue.String()))
}

// country prints a country in three letters. One of two letters must be that of
// the issuer, or one of ISO 3166-1.
func (p *printer) country(field, code string) string {
	switch {
	case code == "":
		p.refuse(field, issueMissing, "give the country")
	case len(code) == 3:
	case code == p.issuer.Key.Country || code == lists.Country(p.issuer.Country):
		code = p.issuer.Country
	case lists.Alpha3(code) != "":
		code = lists.Alpha3(code)
	default:
		p.refuse(field, issueLength, "give the country in three letters")
	}
	return quote(code)
}

func (p *printer) test(e *cert.Test) string {
	if d := e.Disease.Code(); d != cert.COVID19 {
		p.refuse("events.0.disease", issueType, "a proof of testing is about COVID-19 alone; use another format")
	}
	if e.SampledAt.IsZero() {
		p.refuse("events.0.sampled_at", issueMissing, "give the moment when the sample was taken")
	}
	if e.ReportedAt.IsZero() {
		p.refuse("events.0.reported_at", issueMissing, "give the moment of the report")
	}
	if e.Laboratory.Name == "" {
		p.refuse("events.0.laboratory.name", issueMissing, "name the laboratory")
	}
	if e.ID == "" {
		p.refuse("events.0.id", issueMissing, "give an identifier of at most 12 characters")
	}
	kind, number, _ := p.documents()
	dt := map[string]string{"passport": "P", "identity_card": "I"}[kind]
	pid := object("n", p.name(), "dob", quote(p.cert.Subject.BirthDate.String()), "dt", quote(dt), "dn", number)
	sp := object("spn", p.text("events.0.laboratory.name", e.Laboratory.Name, 50), "ctr", p.country("events.0.country", e.Country))
	dat := object("sc", quote(e.SampledAt.Format(time.RFC3339)), "ri", quote(e.ReportedAt.Format(time.RFC3339)))
	tr := object("tc", quote(p.method(e)), "r", quote(p.outcome(e)), "m", quote(specimenOf(e.Specimen)))
	return object("utci", p.text("events.0.id", e.ID, 12), "pid", pid, "sp", sp, "dat", dat, "tr", tr)
}

// method returns the kind of a test, as the source has it or as its family.
func (p *printer) method(e *cert.Test) string {
	switch s := e.Type.Source; {
	case s.System == "" && (s.Code == testPCR || s.Code == testMolecular || s.Code == testAntigen || s.Code == testAntibody):
		return s.Code
	case e.Method == cert.NucleicAcid: // which includes other amplification than PCR
		return testMolecular
	case e.Method == cert.AntigenRapid:
		return testAntigen
	}
	p.refuse("events.0.type", issueMissing, "give the method of the test")
	return ""
}

// outcome returns the result of a test in the words of a seal.
func (p *printer) outcome(e *cert.Test) string {
	switch s := e.Outcome.Source; {
	case e.Result == cert.Detected:
		return "positive"
	case e.Result == cert.NotDetected:
		return "negative"
	case s.System == "" && (s.Code == "normal" || s.Code == "abnormal"):
		return s.Code
	}
	p.refuse("events.0.result", issueMissing, "give the result; a seal has no word for an invalid test")
	return ""
}

// specimenOf returns the sampling method in the words of a seal, or "".
func specimenOf(c cert.Coded) string {
	for word, code := range specimens {
		if c.Source.System == "" && c.Source.Code == word || c.Code() == code {
			return word
		}
	}
	if c.Code() != "" {
		return "other"
	}
	return ""
}
