package intake

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
)

// The bounds of what is believed.
const (
	maxAge   = 130 // years
	maxText  = 200 // letters of a name, a laboratory, a lot
	maxExtra = 10  // doses beyond those of a course
)

// Check says what of a certificate an issuer cannot state, or should look at.
// Places are paths in the neutral form: "subject.birth_date",
// "events.0.sampled_at". The zero moment finds nothing too late.
func Check(c *cert.Certificate, now time.Time) []Finding {
	k := &checker{now: now, born: c.Subject.BirthDate}
	k.person("subject", c.Subject)
	if len(c.Events) == 0 {
		k.add(Error, Missing, "events")
	}
	for i, e := range c.Events {
		k.event("events."+strconv.Itoa(i), e)
	}
	return k.found
}

type checker struct {
	now   time.Time
	born  cert.Date
	found []Finding
}

func (k *checker) add(s Severity, c Code, place string) {
	k.found = append(k.found, Finding{s, c, place})
}

// late reports whether a day has not yet begun anywhere.
func (k *checker) late(d cert.Date) bool {
	return !k.now.IsZero() && !d.IsZero() && d.First().After(k.now.Add(14*time.Hour))
}

// beforeBirth reports whether a day ended before the person can have been born.
func (k *checker) beforeBirth(d cert.Date) bool {
	return !d.IsZero() && !k.born.IsZero() && !d.End().After(k.born.First())
}

func (k *checker) text(place, s string) {
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }):
		k.add(Error, Unreadable, place)
	case utf8.RuneCountInString(s) > maxText:
		k.add(Error, Size, place)
	}
}

func (k *checker) person(at string, p cert.Person) {
	if p.Name().String() == "" {
		k.add(Error, Missing, at+".names")
	}
	for i, n := range p.Names {
		for _, part := range []struct{ key, text string }{
			{"family", n.Family}, {"given", n.Given}, {"full", n.Full}, {"family_icao", n.FamilyICAO}, {"given_icao", n.GivenICAO},
		} {
			k.text(at+".names."+strconv.Itoa(i)+"."+part.key, part.text)
		}
	}
	born := at + ".birth_date"
	switch {
	case p.BirthDate.IsZero():
		k.add(Warning, Missing, born)
	case k.late(p.BirthDate):
		k.add(Error, Future, born)
	case !k.now.IsZero() && p.BirthDate.End().AddDate(maxAge, 0, 0).Before(k.now):
		k.add(Warning, Implausible, born)
	}
}

func (k *checker) event(at string, e cert.Event) {
	s := e.About()
	if s.Disease.Code() == "" {
		k.add(Error, Missing, at+".disease")
	}
	k.text(at+".authority", s.Authority)
	switch e := e.(type) {
	case *cert.Test:
		if e.Method == "" && e.Type.Code() == "" {
			k.add(Error, Missing, at+".method")
		}
		k.sample(at, e.SampledAt, e.ReportedAt)
		k.result(at, e.Result, e.Outcome)
		k.text(at+".laboratory.name", e.Laboratory.Name)
	case *cert.Antibody:
		k.sample(at, e.SampledAt, time.Time{})
		k.result(at, e.Result, e.Outcome)
		k.text(at+".laboratory.name", e.Laboratory.Name)
	case *cert.Vaccination:
		k.dose(at, e)
	case *cert.Recovery:
		k.recovery(at, e)
	}
}

func (k *checker) sample(at string, sampled, reported time.Time) {
	switch place := at + ".sampled_at"; {
	case sampled.IsZero():
		k.add(Error, Missing, place)
	case !k.now.IsZero() && sampled.After(k.now):
		k.add(Error, Future, place)
	case k.beforeBirth(cert.DateOf(sampled.AddDate(0, 0, 1))):
		k.add(Error, Order, place)
	case !reported.IsZero() && reported.Before(sampled):
		k.add(Error, Order, at+".reported_at")
	}
	if !k.now.IsZero() && reported.After(k.now) {
		k.add(Error, Future, at+".reported_at")
	}
}

func (k *checker) result(at string, r cert.Result, outcome cert.Coded) {
	switch place := at + ".result"; {
	case r == cert.Invalid:
		k.add(Error, Inconclusive, place)
	case r == "" && cert.ResultOf(outcome.Code()) != "": // coded, as the content of European certificates has it
	case r == "" && outcome == cert.Coded{}:
		k.add(Error, Missing, place)
	case r == "":
		k.add(Error, UnknownCode, place)
	}
}

func (k *checker) dose(at string, e *cert.Vaccination) {
	switch place := at + ".date"; {
	case e.Date.IsZero():
		k.add(Error, Missing, place)
	case k.late(e.Date):
		k.add(Error, Future, place)
	case k.beforeBirth(e.Date):
		k.add(Error, Order, place)
	}
	if e.Product == (cert.Coded{}) && e.Prophylaxis == (cert.Coded{}) {
		k.add(Error, Missing, at+".product")
	}
	if e.Dose < 0 || e.Doses < 0 || e.Doses > 0 && e.Dose > e.Doses+maxExtra {
		k.add(Error, Contradiction, at+".dose")
	}
	switch e.Basis {
	case "", cert.Administered, cert.Registry, cert.Transcribed:
	default:
		k.add(Error, UnknownCode, at+".basis")
	}
	k.text(at+".lot", e.Lot)
	k.text(at+".centre.name", e.Centre.Name)
	k.text(at+".clinician", e.Clinician)
}

func (k *checker) recovery(at string, e *cert.Recovery) {
	switch place := at + ".first_positive"; {
	case k.late(e.FirstPositive):
		k.add(Error, Future, place)
	case k.beforeBirth(e.FirstPositive):
		k.add(Error, Order, place)
	case e.FirstPositive.IsZero():
		k.add(Error, Missing, place)
	}
	if !e.From.IsZero() && !e.Until.IsZero() && !e.From.First().Before(e.Until.End()) {
		k.add(Error, Order, at+".until")
	}
}
