package rules

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// viewVersion is the version of the EU payload schema whose shape a view has
// when the certificate came in another form.
const viewVersion = "1.3.3"

// arrays names the array of the payload in which a kind of evidence stands.
// The first three are the EU's, the others ours.
var arrays = map[cert.Kind]string{
	cert.KindTest:        "t",
	cert.KindVaccination: "v",
	cert.KindRecovery:    "r",
	cert.KindExemption:   "e",
	cert.KindAntibody:    "a",
	cert.KindDeclaration: "d",
	cert.KindNotice:      "n",
}

// hidden are the fragments of paths that lead to who a person is. A view has
// none of them; a rule that reads one would find nothing there, and could take
// that for an answer.
var hidden = []string{"nam", "fn", "fnt", "gn", "gnt", "ci", "name", "names", "document", "documents", "passport", "subject"}

// readsIdentity reports whether one of the paths leads to who a person is.
func readsIdentity(paths []string) bool {
	for _, p := range paths {
		for f := range strings.SplitSeq(p, ".") {
			if slices.Contains(hidden, f) {
				return true
			}
		}
	}
	return false
}

// view is what rules see of one event of a certificate, on one trip.
type view struct {
	root    certlogic.Value
	array   string // in which the event stands
	version version
	known   bool // the version is one
	carrier cert.Carrier
}

// members are the members of an object that is being made. Absent stays absent.
type members map[string]any

func (m members) text(name, s string) {
	if s != "" {
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "\uFFFD")
		}
		m[name] = s
	}
}

// moment writes a moment of the certificate at the offset that it carries,
// which is how its source most likely wrote it: rules may compare it as a text.
func (m members) moment(name string, t time.Time) {
	if !t.IsZero() && t.Year() >= 0 && t.Year() <= 9999 {
		m[name] = t.Format(time.RFC3339Nano)
	}
}

func (m members) number(name string, n int) {
	if n != 0 {
		m[name] = n
	}
}

func (m members) flag(name string, b bool) {
	if b {
		m[name] = true
	}
}

func (m members) date(name string, d cert.Date) { m.text(name, d.String()) }

// payload makes the part of the view that does not depend on the trip.
// Of a DCC all events are there, as in the source, this one as the first of
// its kind; of any other form only this one is. All are where none is judged alone.
func payload(c *cert.Certificate, event int, all bool) view {
	dcc := c.Carrier.Content == "dcc"
	v := view{carrier: c.Carrier}
	m := members{}
	ver := viewVersion
	if dcc && c.Carrier.Version != "" {
		ver = c.Carrier.Version
	}
	v.version, v.known = parseVersion(ver)
	m.text("ver", ver)
	m.date("dob", c.Subject.BirthDate)
	add := func(e cert.Event) {
		name, ok := arrays[e.Kind()]
		if !ok {
			return
		}
		list, _ := m[name].([]any)
		m[name] = append(list, entry(e, dcc))
	}
	if event >= 0 && event < len(c.Events) {
		v.array = arrays[c.Events[event].Kind()]
		add(c.Events[event])
	}
	for i, e := range c.Events {
		if (dcc || all) && i != event && event != nothing {
			add(e)
		}
	}
	v.root, _ = certlogic.FromAny(map[string]any(m)) // texts are valid, dates in range, and a certificate is small
	return v
}

// entry is one event, with the names that the EU payload schema has for its
// fields, and ours for what that schema lacks.
func entry(e cert.Event, dcc bool) map[string]any {
	m := members{}
	code := cert.Coded.Code
	if dcc {
		code = func(c cert.Coded) string { return c.Source.Code }
	}
	s := e.About()
	m.text("tg", code(s.Disease))
	m.text("co", s.Country)
	m.text("is", s.Authority)
	switch e := e.(type) {
	case *cert.Test:
		m.test(e, code, dcc)
	case *cert.Vaccination:
		m.vaccination(e, code)
	case *cert.Recovery:
		m.date("fr", e.FirstPositive)
		m.date("df", e.From)
		m.date("du", e.Until)
	case *cert.Exemption:
		m.text("of", code(e.Of))
		m.date("df", e.From)
		m.date("du", e.Until)
	case *cert.Antibody:
		m.text("tt", code(e.Type))
		m.moment("sc", e.SampledAt)
		m.text("tr", outcome(e.Outcome, e.Result, code, dcc))
		m.text("tc", e.Laboratory.Name)
		m.text("lab", e.Laboratory.ID)
	case *cert.Declaration:
		m.text("of", code(e.Topic))
		m.moment("at", e.At)
	case *cert.Notice:
		m.text("of", code(e.Order))
		m.flag("release", e.Release)
		m.moment("df", e.From)
		m.moment("du", e.Until)
	}
	return m
}

func (m members) test(t *cert.Test, code func(cert.Coded) string, dcc bool) {
	m.text("tt", code(t.Type))
	if !dcc {
		switch t.Method {
		case cert.NucleicAcid:
			m["tt"] = cert.CodeNucleicAcid
		case cert.AntigenRapid:
			m["tt"] = cert.CodeAntigenRapid
		}
	}
	m.text("nm", t.Name)
	m.text("ma", code(t.Device))
	m.moment("sc", t.SampledAt)
	m.text("tr", outcome(t.Outcome, t.Result, code, dcc))
	m.text("tc", t.Laboratory.Name)
	m.text("lab", t.Laboratory.ID)
	m.text("specimen", code(t.Specimen))
	m.moment("reported", t.ReportedAt)
}

func (m members) vaccination(v *cert.Vaccination, code func(cert.Coded) string) {
	m.text("vp", code(v.Prophylaxis))
	m.text("mp", code(v.Product))
	m.text("ma", code(v.Maker))
	m.number("dn", v.Dose)
	m.number("sd", v.Doses)
	m.date("dt", v.Date)
	m.text("lot", v.Lot)
	m.date("due", v.NextDue)
	m.moment("from", v.ProtectionFrom)
	m.moment("until", v.ProtectionUntil)
	m.flag("lifelong", v.Lifelong)
}

// outcome is the code of a result: the EU's where the result is known.
func outcome(c cert.Coded, r cert.Result, code func(cert.Coded) string, dcc bool) string {
	if !dcc {
		switch r {
		case cert.Detected:
			return cert.CodeDetected
		case cert.NotDetected:
			return cert.CodeNotDetected
		}
	}
	return code(c)
}

// look makes the whole view: {payload, external}.
func (s *Set) look(c *cert.Certificate, event int, external certlogic.Value) view {
	all := event == whole && s.wantsHistory()
	if all && !s.readsEvents {
		c = &cert.Certificate{Carrier: c.Carrier, Subject: cert.Person{BirthDate: c.Subject.BirthDate}}
	}
	v := payload(c, event, all)
	v.root, _ = certlogic.FromAny(map[string]certlogic.Value{"payload": v.root, "external": external})
	return v
}

// external makes the part of the view that is the same for all events.
func (s *Set) external(c *cert.Certificate, trip Trip, at time.Time) certlogic.Value {
	m := members{"valueSets": s.valueSets, "validationClock": at}
	if s.Jurisdiction != Any {
		m.text("countryCode", s.Jurisdiction)
	}
	m.text("region", cmp.Or(trip.Region, s.Region))
	m.text("issuerCountryCode", c.Issuer.Country)
	m.text("kid", c.Issuer.KeyID)
	m.moment("iat", c.Signed.Issued)
	m.moment("exp", c.Signed.Until)
	if d := c.Derived; d != nil {
		of := members{}
		of.text("of", cmp.Or(d.Country, "?"))
		of.text("format", d.Format)
		m["derived"] = map[string]any(of)
	}
	t := trip.members()
	if len(s.among) > 0 {
		t["among"] = s.places(trip, at, false)
	}
	if len(t) > 0 {
		m["trip"] = t
	}
	if trip.History != nil {
		m["history"] = trip.History.members(c, s.counts)
	}
	v, _ := certlogic.FromAny(map[string]any(m)) // if the year has more than four digits, rules see nothing and are open
	return v
}

// counts reports whether an event is about a disease that the set judges a history for.
func (s *Set) counts(e cert.Event) bool {
	return slices.ContainsFunc(s.Accepts, func(a Accept) bool {
		return a.Kind == KindHistory && (len(a.Diseases) == 0 || slices.Contains(a.Diseases, e.About().Disease.Code()))
	})
}

func (t Trip) members() map[string]any {
	m := members{}
	m.text("from", t.From)
	m.text("region", t.Region)
	m.text("category", t.Category)
	m.text("residence", t.Residence)
	m.text("purpose", t.Purpose)
	m.moment("arrive", t.Arrive)
	m.list("via", t.Via)
	if t.AllTold {
		for _, name := range []string{"via", "stays"} {
			m[name] = []any{}
		}
		m.list("via", t.Via)
	}
	if len(t.Stays) > 0 {
		stays := make([]any, len(t.Stays))
		for i, s := range t.Stays {
			stay := members{}
			stay.text("in", s.In)
			stay.date("from", s.From)
			stay.date("until", s.Until)
			stays[i] = map[string]any(stay)
		}
		m["stays"] = stays
	}
	return m
}

func (m members) list(name string, list []string) {
	if len(list) == 0 {
		return
	}
	valid := make([]any, len(list))
	for i, s := range list {
		valid[i] = strings.ToValidUTF8(s, "\uFFFD")
	}
	m[name] = valid
}

// View returns what rules see of an event of a certificate: {payload,
// external}. It holds health data, and no name, document or identifier.
func (s *Set) View(c *cert.Certificate, event int, trip Trip, at time.Time) certlogic.Value {
	return s.look(c, event, s.external(c, trip, at)).root
}

// Trace says condition by condition how a rule came out on an event of a
// certificate, in a language; see [certlogic.Expr.Trace]. A rule that is open
// whatever the certificate says has no steps.
func (s *Set) Trace(r *Rule, c *cert.Certificate, event int, trip Trip, at time.Time, lang string) []certlogic.Step {
	v := s.look(c, event, s.external(c, trip, at))
	if r.barred(v) != "" {
		return nil
	}
	return r.expr.Trace(v.root, lang)
}

// lacks lists the fields of the judged event that the rule reads and the
// certificate does not have.
func (r *Rule) lacks(v view) []string {
	var out []string
	for _, path := range r.reads {
		f, ok := strings.CutPrefix(path, "payload.")
		if ok && (f == "dob" || strings.HasPrefix(f, v.array+".0.")) && v.root.At(path).Kind() == certlogic.Null {
			out = append(out, f)
		}
	}
	return out
}
