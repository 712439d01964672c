package hc1

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/cose"
)

// IssueICVP makes a vaccination certificate of the International Health
// Regulations (the yellow card) as a code: exactly one vaccination, with one of
// WHO's prequalified products, about one person. Each child has a certificate
// of its own, with the guardian's name.
//
// The content has the names of the deployed field set (see [Read]), and breaks
// none of its rules, as [Issuer.Issue] says of its own. It has no place for
// where the vaccination was given, which dose it was, and identifiers other than
// the person's. For yellow fever the protection begins ten days after the dose,
// and no end is written, because it lasts for life.
//
// Signed.Until may be open, and may be after the end of the key: what is
// certified outlives the key, which must be in force when the code is issued.
func (i Issuer) IssueICVP(c *cert.Certificate, rand io.Reader) (string, error) {
	if err := i.holds(); err != nil {
		return "", err
	}
	var dose *cert.Vaccination
	if len(c.Events) == 1 {
		dose, _ = c.Events[0].(*cert.Vaccination)
	}
	switch from, until := c.Signed.Issued, c.Signed.Until; {
	case dose == nil:
		return "", &FieldError{"events", issueOneEntry, "state exactly one vaccination; make one code for each"}
	case from.IsZero():
		return "", &FieldError{"signed.issued", issueMissing, "state when the code is issued"}
	case !until.IsZero() && !from.Before(until):
		return "", &FieldError{"signed.until", "conflict", "let the signature expire after it is issued"}
	case !c.Signed.From.IsZero() && !c.Signed.From.Equal(from):
		return "", &FieldError{"signed.from", "conflict", "leave it empty: when the protection begins stands in the content"}
	case !i.Key.InForce(from.Truncate(time.Second)):
		return "", &FieldError{"signed.issued", "conflict", "issue within the life of the key"}
	}
	if err := i.states(c); err != nil {
		return "", err
	}
	country, err := i.country(c)
	if err != nil {
		return "", err
	}
	p := printer{cert: c}
	p.icvp(dose)
	if p.err != nil {
		return "", p.err
	}
	n := 3
	if !c.Signed.Until.IsZero() {
		n++
	}
	out := cbor.AppendMap(make([]byte, 0, 512), n)
	out = cbor.AppendText(cbor.AppendInt(out, claimIssuer), country)
	if !c.Signed.Until.IsZero() {
		out = cbor.AppendInt(cbor.AppendInt(out, claimExpires), c.Signed.Until.Unix())
	}
	out = cbor.AppendInt(cbor.AppendInt(out, claimIssued), c.Signed.Issued.Unix())
	out = p.group(cbor.AppendInt(out, claimContent), -6)
	if p.err != nil {
		return "", p.err
	}
	if err := checkPrinted(out); err != nil {
		return "", err
	}
	message, err := cose.Sign(rand, i.Signer, i.Key.ID, out)
	if err != nil {
		return "", fmt.Errorf("issuing HC1 code: %w", err)
	}
	return pack(message), nil
}

// icvp prints the content.
func (p *printer) icvp(e *cert.Vaccination) {
	s := p.cert.Subject
	top := make(object, 0, 8)
	p.text(&top, "n", "subject.names.0", s.Name().String())
	p.date(&top, "dob", s.BirthDate)
	switch s.Sex {
	case cert.Unspecified:
		p.text(&top, "s", "subject.sex", "other")
	default:
		p.text(&top, "s", "subject.sex", string(s.Sex))
	}
	p.text(&top, "ntl", "subject.nationality", s.Nationality)
	for _, d := range s.Documents {
		if kind := kindOfDocument[d.Type]; kind != "" && d.Number != "" {
			p.text(&top, "nid", "subject.documents.0.number", d.Number)
			p.text(&top, "ndt", "subject.documents.0.type", kind)
			break
		}
	}
	if s.Guardian != nil {
		p.text(&top, "gn", "subject.guardian.names.0", s.Guardian.Name().String())
	}
	dose := make(object, 0, 10)
	p.prequalified(&dose, e)
	p.date(&dose, "dt", e.Date)
	p.text(&dose, "bo", "events.0.lot", e.Lot)
	p.text(&dose, "ma", "events.0.maker", e.Maker.Source.Display)
	p.text(&dose, "mid", "events.0.maker", e.Maker.Source.Code)
	authority := e.Authority
	if authority == "" {
		authority = p.cert.Issuer.Authority
	}
	p.text(&dose, "is", "events.0.authority", authority)
	p.text(&dose, "cn", "events.0.clinician", e.Clinician)
	p.protection(&dose, e)
	p.top = append(top, pair{key: "v", object: dose})
}

// kindOfDocument are the types of identifier that are printed (HL7 v2 table 0203).
var kindOfDocument = map[string]string{"passport": "PPN", "identity_card": "NI"}

// prequalified prints the product.
func (p *printer) prequalified(o *object, e *cert.Vaccination) {
	for _, c := range [...]cert.Coding{e.Product.Source, e.Product.Mapped} {
		if (c.System == "" || c.System == cert.PreQual) && isPreQual(c.Code) {
			disease := cert.DiseaseOf(cert.Coding{System: cert.PreQual, Code: c.Code})
			if stated := e.Disease.Code(); disease != "" && stated != "" && cert.DiseaseOf(cert.Coding{System: cert.SNOMED, Code: stated}) != disease {
				p.refuse("events.0.disease", "conflict", "the product is one against another disease")
			}
			p.text(o, "vp", "events.0.product", c.Code)
			return
		}
	}
	p.refuse("events.0.product", issuePattern, "give the product as WHO's list of prequalified vaccines names it: YellowFeverProduct and 32 digits and letters")
}

// isPreQual reports whether a code has the form of a prequalified product.
func isPreQual(code string) bool {
	kind, id, ok := strings.Cut(code, "Product")
	return ok && kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" &&
		len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// protection prints when the protection begins and ends.
func (p *printer) protection(o *object, e *cert.Vaccination) {
	from, until := e.ProtectionFrom, e.ProtectionUntil
	product := e.Product.Source.Code
	if e.Disease.Code() == cert.YellowFever || cert.DiseaseOf(cert.Coding{System: cert.PreQual, Code: product}) == cert.YellowFever {
		begins := e.Date.First().AddDate(0, 0, yellowFeverWait)
		switch {
		case !e.Date.Full(): // which the schema refuses
		case !from.IsZero() && from.Before(begins):
			p.refuse("events.0.protection_from", "conflict", "leave it empty: protection against yellow fever begins ten days after the dose")
		case !until.IsZero():
			p.refuse("events.0.protection_until", "conflict", "leave it empty: protection against yellow fever is for life")
		case from.IsZero():
			from = begins
		}
	}
	if e.Lifelong && !until.IsZero() {
		p.refuse("events.0.protection_until", "conflict", "leave it empty, or do not say that the protection is lifelong")
	}
	if !from.IsZero() && !until.IsZero() && !from.Before(until) {
		p.refuse("events.0.protection_until", "conflict", "let the protection end after it begins")
	}
	if !from.IsZero() {
		p.date(o, "vls", cert.DateOf(from))
	}
	if !until.IsZero() {
		p.date(o, "vle", cert.DateOf(until))
	}
}
