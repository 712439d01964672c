package intake

import (
	"strings"
	"time"
	"unicode"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/mrz"
)

// Name writes the person's name as passports print it, computed from the
// letters as they are typed. Where the lines of the passport are given, their
// form is taken, and what was typed must be the same person's: a clerk who read
// the lines by machine and typed the rest has both compared. The form that was
// given by hand (family_icao, given_icao) stands where there are no lines:
// other documents and persons of one name are certified like any other.
//
// Where no birth date was typed, that of the lines is taken, the latest that is
// not after now, and whoever certifies a person of a hundred looks at it.
//
// The findings are empty where the name can be certified.
func Name(p *cert.Person, lines string, now time.Time) []Finding {
	if len(p.Names) == 0 {
		p.Names = []cert.Name{{}}
	}
	n := &p.Names[0]
	if strings.ContainsFunc(n.Family+n.Given+n.Full, unicode.IsControl) {
		return []Finding{{Error, Unreadable, "subject.names.0"}}
	}
	if lines != "" {
		return fromPassport(p, lines, now)
	}
	computed := n.FamilyICAO == "" && n.GivenICAO == ""
	if computed {
		n.FamilyICAO, n.GivenICAO = mrz.DCC(n.Family, n.Given)
	}
	for _, part := range []struct{ printed, icao string }{{n.Family, n.FamilyICAO}, {n.Given, n.GivenICAO}} {
		if part.printed != "" && !mrz.Covered(part.printed) && (part.icao == "" || computed && mrz.Transliterate(part.printed) == "") {
			return inOtherLetters(p)
		}
	}
	return nil
}

// inOtherLetters computes the name from another spelling of it, which a sender
// gave beside one that no rule transliterates.
func inOtherLetters(p *cert.Person) []Finding {
	for _, other := range p.Names[1:] {
		if other.Family+other.Given != "" && mrz.Covered(other.Family) && mrz.Covered(other.Given) {
			p.Names[0].FamilyICAO, p.Names[0].GivenICAO = mrz.DCC(other.Family, other.Given)
			return nil
		}
	}
	return []Finding{{Error, NotTranslated, "subject.names.0"}}
}

// fromPassport takes the name from the lines of a passport, also as it is
// printed where nothing of it was typed.
func fromPassport(p *cert.Person, lines string, now time.Time) []Finding {
	d, err := mrz.Parse(lines)
	if err != nil {
		return []Finding{{Error, Unreadable, "mrz"}}
	}
	n := &p.Names[0]
	typed := mrz.Name{Family: n.Family, Given: n.Given}
	if typed == (mrz.Name{}) {
		typed.Family = n.Full // a name that was never split
	}
	n.FamilyICAO, n.GivenICAO = mrz.SplitName(d.Name)
	if typed == (mrz.Name{}) {
		n.Family, n.Given = strings.ReplaceAll(n.FamilyICAO, "<", " "), strings.ReplaceAll(n.GivenICAO, "<", " ")
		typed = mrz.Name{FamilyICAO: n.FamilyICAO, GivenICAO: n.GivenICAO}
	}
	b := p.BirthDate
	m := mrz.Compare(d, typed, mrz.Date{Year: int(b.Year), Month: int(b.Month), Day: int(b.Day)})
	if m.Name.Class == mrz.Different || m.Birth == mrz.DateDifferent {
		return []Finding{{Error, OtherPerson, "subject"}}
	}
	if b.IsZero() && !now.IsZero() {
		y, month, day := now.Date()
		born := d.Birth.Born(mrz.Date{Year: y, Month: int(month), Day: int(day)})
		p.BirthDate = date(born)
	}
	return nil
}

// date is a date of passport lines, of which the year may be missing alone.
func date(d mrz.Date) cert.Date {
	switch {
	case d.Year == 0:
		return cert.Date{}
	case d.Month == 0:
		return cert.Date{Year: int16(d.Year)}
	}
	return cert.Date{Year: int16(d.Year), Month: int8(d.Month), Day: int8(d.Day)}
}
