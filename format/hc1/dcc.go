package hc1

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
)

// certificate maps the content. Other kinds of content than the European find
// their place in the switch.
func (c *code) certificate() (*cert.Certificate, error) {
	out := &cert.Certificate{
		Carrier: cert.Carrier{Format: "hc1", Content: c.kind, Hash: hexOf(&c.message.Hash)},
		Issuer:  cert.Issuer{Country: c.country, KeyID: base64Of(c.message.KeyID)},
		Signed:  c.signed,
	}
	m := mapper{out}
	if (c.kind == kindDCC || c.kind == kindICVP || c.kind == kindDDCC) && c.content.Kind() != cbor.Map {
		return nil, &Error{StepPayload, ErrContent}
	}
	switch c.kind {
	case kindDCC:
		m.dcc(c.content)
	case kindICVP:
		m.icvp(c.content)
	case kindDDCC:
		m.ddcc(c.path, c.content)
	case kindLink:
		m.link(c.path, c.content)
	default:
		m.lose(c.path, lossNotMapped)
		return out, nil
	}
	for k, v := range c.group.Pairs { // what stands beside the content that is shown
		if path := contentPath(k); !k.IsText && k.Int == claimDerived {
			m.derivation(v)
		} else if path != c.path {
			m.lose(path, lossDropped)
		}
	}
	return out, nil
}

func hexOf(sum *[32]byte) string {
	var room [64]byte
	hex.Encode(room[:], sum[:])
	return string(room[:])
}

func base64Of(id string) string {
	var room [16]byte
	return string(base64.StdEncoding.AppendEncode(room[:0], []byte(id)))
}

// mapper fills a certificate.
type mapper struct{ *cert.Certificate }

func (m mapper) lose(field, what string) {
	m.Losses = append(m.Losses, cert.Loss{Field: field, What: what})
}

// place is where a field stands: in an entry of a group, or, with no group,
// at the top.
type place struct {
	group string
	n     int
}

// of returns the path of a field. It is asked for losses alone.
func (p place) of(field string) string {
	switch {
	case p.group == "":
		return field
	case field == "":
		return p.group + "." + strconv.Itoa(p.n)
	case p.n < 0:
		return p.group + "." + field
	}
	return p.group + "." + strconv.Itoa(p.n) + "." + field
}

// dcc maps a European certificate (eu-dcc-schema 1.0.0 to 1.3.3).
func (m mapper) dcc(v cbor.Value) {
	top := place{}
	for k, v := range v.Pairs {
		switch k.Text {
		case "ver":
			m.Carrier.Version = m.text(top, k, v)
		case "nam":
			m.name(v)
		case "dob":
			m.Subject.BirthDate = m.day(top, k, v)
		case "v", "t", "r":
			m.entries(k.Text, v)
		default:
			m.unknown(top, k)
		}
	}
}

func (m mapper) unknown(at place, k cbor.Key) {
	name := k.Text
	if !k.IsText {
		name = strconv.FormatInt(k.Int, 10)
	}
	m.lose(at.of(name), lossDropped)
}

func (m mapper) name(v cbor.Value) {
	if v.Kind() != cbor.Map {
		m.unread("nam", v)
		return
	}
	at := place{group: "nam", n: -1}
	var n cert.Name
	for k, v := range v.Pairs {
		switch k.Text {
		case "fn":
			n.Family = m.text(at, k, v)
		case "gn":
			n.Given = m.text(at, k, v)
		case "fnt":
			n.FamilyICAO = m.text(at, k, v)
		case "gnt":
			n.GivenICAO = m.text(at, k, v)
		default:
			m.unknown(at, k)
		}
	}
	if n != (cert.Name{}) {
		m.Subject.Names = []cert.Name{n}
	}
}

// entries maps a group.
func (m mapper) entries(group string, v cbor.Value) {
	if v.Kind() != cbor.Array {
		m.unread(group, v)
		return
	}
	for i, v := range v.Items {
		at := place{group, i}
		if v.Kind() != cbor.Map {
			m.unread(at.of(""), v)
			continue
		}
		switch group {
		case "v":
			m.Events = append(m.Events, m.vaccination(at, v))
		case "t":
			m.Events = append(m.Events, m.test(at, v))
		case "r":
			m.Events = append(m.Events, m.recovery(at, v))
		}
	}
}

// statement maps a field that all groups have, and reports whether k is one.
func (m mapper) statement(s *cert.Statement, at place, k cbor.Key, v cbor.Value) bool {
	switch k.Text {
	case "tg":
		s.Disease = m.coded(at, k, v, cert.SNOMED)
	case "co":
		s.Country = m.text(at, k, v)
	case "is":
		s.Authority = m.text(at, k, v)
	case "ci":
		s.ID = m.exact(at, k, v) // withdrawals are found by its bytes
	default:
		return false
	}
	return true
}

func (m mapper) vaccination(at place, v cbor.Value) *cert.Vaccination {
	e := new(cert.Vaccination)
	for k, v := range v.Pairs {
		switch k.Text {
		case "vp":
			e.Prophylaxis = m.coded(at, k, v, cert.SNOMED)
			if strings.HasPrefix(e.Prophylaxis.Source.Code, "J07") {
				e.Prophylaxis.Source.System = cert.ATC
			}
		case "mp":
			e.Product = m.coded(at, k, v, systemProduct)
			if strings.HasPrefix(e.Product.Source.Code, "EU/") {
				e.Product.Source.System = cert.EUVaccine
			}
		case "ma":
			e.Maker = m.coded(at, k, v, systemMaker)
			if strings.HasPrefix(e.Maker.Source.Code, "ORG-") {
				e.Maker.Source.System = cert.EUHolder
			}
		case "dn":
			e.Dose = m.count(at, k, v)
		case "sd":
			e.Doses = m.count(at, k, v)
		case "dt":
			e.Date = m.day(at, k, v)
		default:
			if !m.statement(&e.Statement, at, k, v) {
				m.unknown(at, k)
			}
		}
	}
	return e
}

// The code systems of vaccines and makers that no European register has
// (eu-dcc-valuesets 2.12.0).
const (
	systemProduct = "http://ec.europa.eu/temp/vaccineproductname"
	systemMaker   = "http://ec.europa.eu/temp/vaccinemanufacturer"
)

func (m mapper) test(at place, v cbor.Value) *cert.Test {
	e := new(cert.Test)
	for k, v := range v.Pairs {
		switch k.Text {
		case "tt":
			e.Type = m.coded(at, k, v, cert.LOINC)
			e.Method = cert.MethodOf(e.Type.Source.Code)
		case "nm":
			e.Name = m.text(at, k, v)
		case "ma":
			e.Device = m.coded(at, k, v, cert.EUDevice)
		case "sc":
			e.SampledAt = m.moment(at, k, v)
		case "dr": // to version 1.1.0, and left over in later ones
			e.ReportedAt = m.moment(at, k, v)
		case "tr":
			e.Outcome = m.coded(at, k, v, cert.SNOMED)
			e.Result = cert.ResultOf(e.Outcome.Source.Code)
		case "tc":
			e.Laboratory.Name = m.text(at, k, v)
		default:
			if !m.statement(&e.Statement, at, k, v) {
				m.unknown(at, k)
			}
		}
	}
	return e
}

func (m mapper) recovery(at place, v cbor.Value) *cert.Recovery {
	e := new(cert.Recovery)
	for k, v := range v.Pairs {
		switch k.Text {
		case "fr":
			e.FirstPositive = m.day(at, k, v)
		case "df":
			e.From = m.day(at, k, v)
		case "du":
			e.Until = m.day(at, k, v)
		default:
			if !m.statement(&e.Statement, at, k, v) {
				m.unknown(at, k)
			}
		}
	}
	return e
}

// unread notes that what stands at path is null, or of a type that it should not be.
func (m mapper) unread(path string, v cbor.Value) {
	if v.Null() {
		m.lose(path, lossNull)
	} else {
		m.lose(path, lossUnreadable)
	}
}

// exact returns a text as it is.
func (m mapper) exact(at place, k cbor.Key, v cbor.Value) string {
	s, ok := v.Text()
	if !ok {
		m.unread(at.of(k.Text), v)
	}
	return s
}

// text returns a text without spaces around it.
func (m mapper) text(at place, k cbor.Key, v cbor.Value) string {
	s := m.exact(at, k, v)
	if t := strings.TrimSpace(s); len(t) != len(s) {
		m.lose(at.of(k.Text), lossTrimmed)
		return t
	}
	return s
}

func (m mapper) coded(at place, k cbor.Key, v cbor.Value, system string) cert.Coded {
	s := m.text(at, k, v)
	if s == "" {
		return cert.Coded{}
	}
	return cert.Coded{Source: cert.Coding{System: system, Code: s}}
}

// maxCount is the greatest number of doses believed.
const maxCount = 999

// count returns a whole number, also one written as a float (IE).
func (m mapper) count(at place, k cbor.Key, v cbor.Value) int {
	n, ok := whole(v)
	if !ok || n < 0 || n > maxCount {
		m.unread(at.of(k.Text), v)
		return 0
	}
	return int(n)
}

// whole returns an integer, or a float that is one.
func whole(v cbor.Value) (int64, bool) {
	if n, ok := v.Int(); ok {
		return n, true
	}
	f, ok := v.Float()
	if !ok || f < -1<<53 || f > 1<<53 {
		return 0, false
	}
	n := int64(f)
	return n, float64(n) == f
}

// untag takes off the tags of dates: 0 (HU, SE and others) and 1004.
func untag(v cbor.Value) cbor.Value {
	if n, inner, ok := v.Tag(); ok && (n == 0 || n == 1004) {
		return inner
	}
	return v
}

// day returns a date.
func (m mapper) day(at place, k cbor.Key, v cbor.Value) cert.Date {
	s := m.text(at, k, untag(v))
	d, loss := parseDay(s)
	if loss != "" && s != "" {
		m.lose(at.of(k.Text), loss)
	}
	return d
}

// moment returns a moment with its offset.
func (m mapper) moment(at place, k cbor.Key, v cbor.Value) time.Time {
	if n, inner, ok := v.Tag(); ok && n == 1 {
		if t, ok := inner.Seconds(); ok {
			return t
		}
	}
	s := m.text(at, k, untag(v))
	t, loss := parseMoment(s)
	if loss != "" && s != "" {
		m.lose(at.of(k.Text), loss)
	}
	return t
}
