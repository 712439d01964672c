package wallet

import (
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/words"
)

// Lesson says who could learn what from a code. The facts are those that stand
// in this very code, not those of its kind.
type Lesson struct {
	// Reads is what anybody reads who scans the code: it is signed, not
	// encrypted, and no key is needed. Codes of package words, such as
	// "reads_name", "reads_result".
	Reads []string `json:"reads"`
	// Also is who could learn more, or what else there is to know: codes of
	// package words, such as "learn_document".
	Also []string `json:"also,omitempty"`
}

// Learn says who could learn what from an item.
//
//	certificate  name, birth date, disease, result or vaccine, place, numbers:
//	             anybody who scans it
//	stamp        country, moment, direction, and port, purpose and category where
//	             they stand in it: anybody. No name; who knows the number of the
//	             document can tell whose it is
//	notice       the order, its reason and end: anybody; whose, as of a stamp
//	statement    a day and a risk: anybody; whose, as of a stamp
//	receipt      desk, moment, answer, decision, rules: anybody; who has the
//	             certificate can tell that it is for it
//	declared     all of it, in the clear: anybody. No name
//	link         what it says lies on a server, which learns who looks
func Learn(i Item) Lesson { return Look(i).Lesson }

// Say says the lesson in a language, a sentence each.
func (l Lesson) Say(lang string) []string {
	var out []string
	say := func(code string, params ...words.Param) {
		text, next := words.Say(lang, code, params...)
		out = append(out, strings.TrimSpace(text+" "+next))
	}
	if len(l.Reads) > 0 {
		say("learn_reads", words.All("what", l.Reads...))
	}
	for _, code := range l.Also {
		say(code)
	}
	return out
}

// lessonOf lists what stands in a certificate.
func lessonOf(c *cert.Certificate) Lesson {
	var l Lesson
	s := c.Subject
	l.add(s.Name() != cert.Name{}, "reads_name")
	l.add(!s.BirthDate.IsZero(), "reads_birth")
	l.add(s.Sex != "", "reads_sex")
	l.add(s.Nationality != "", "reads_nationality")
	l.add(c.Derived != nil, "reads_original")
	l.add(len(s.Documents) > 0, "reads_document")
	l.add(s.Guardian != nil, "reads_guardian")
	for _, e := range c.Events {
		a := e.About()
		l.add(a.Disease != cert.Coded{}, "reads_disease")
		switch e := e.(type) {
		case *cert.Test:
			l.add(true, "reads_test")
			l.add(e.Outcome != cert.Coded{} || e.Result != "", "reads_result")
			l.add(e.Laboratory != cert.Facility{}, "reads_laboratory")
		case *cert.Antibody:
			l.add(true, "reads_test")
			l.add(e.Outcome != cert.Coded{} || e.Result != "" || e.Value != "", "reads_result")
			l.add(e.Laboratory != cert.Facility{}, "reads_laboratory")
		case *cert.Vaccination:
			l.add(true, "reads_vaccine")
			l.add(e.Centre != cert.Facility{} || e.Clinician != "", "reads_centre")
		case *cert.Recovery:
			l.add(true, "reads_recovery")
		case *cert.Exemption:
			l.add(true, "reads_exemption")
		case *cert.Declaration:
			l.add(true, "reads_declaration")
		case *cert.Notice:
			l.add(true, "reads_order")
		}
		l.add(a.Country != "" || a.Authority != "", "reads_issuer")
		l.add(a.ID != "", "reads_number")
	}
	return l
}

// declaredLesson lists what stands in the declared part of a history.
func declaredLesson(items []Item) Lesson {
	var l Lesson
	for _, i := range items {
		switch i.Kind {
		case KindStay:
			l.add(true, "reads_stays")
		case KindExposure:
			l.add(true, "reads_exposure")
		case KindChecked:
			l.add(true, "reads_checked")
		case KindVenue:
			l.add(true, "reads_venues")
		case KindSymptom:
			l.add(true, "reads_symptoms")
		}
	}
	l.Also = []string{"learn_no_name"}
	return l
}
