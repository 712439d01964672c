package verify

import (
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/mrz"
)

// Joint is the answer to several codes that one person showed.
type Joint struct {
	Verdict Colour
	By      int   // the report that gave it; receipts are written for this code
	Others  []int // reports on certificates of somebody else, which count for nothing
}

// Together answers for one person who showed several codes, each judged for the
// same question. One certificate that suffices is enough, and what speaks
// against a person is not hidden by showing more: red counts first, then green,
// amber and grey. The person is that of the first code whose signature
// verifies; a certificate with another name or birth date is not theirs, and a
// name that cannot be compared is taken for another. Of no reports it knows
// nothing: grey, by none (-1).
func Together(reports []Report) Joint {
	j := Joint{Verdict: Grey, By: -1}
	var person *cert.Person
	for i, r := range reports {
		if _, ok := r.Person(); ok {
			p := &r.Signed.Certificate.Subject
			switch {
			case person == nil:
				person = p
			case !samePerson(*person, *p):
				j.Others = append(j.Others, i)
				continue
			}
		}
		if j.By < 0 || first(r.Verdict) > first(j.Verdict) {
			j.Verdict, j.By = r.Verdict, i
		}
	}
	return j
}

// first orders the answers to several codes of one person.
func first(c Colour) int {
	switch c {
	case Red:
		return 3
	case Green:
		return 2
	case Amber:
		return 1
	}
	return 0
}

// samePerson reports whether two certificates may be of one person: any two
// spellings of their names fit, and so do the birth dates.
func samePerson(a, b cert.Person) bool {
	if !a.BirthDate.Compatible(b.BirthDate) {
		return false
	}
	for _, n := range a.Names {
		for _, m := range b.Names {
			if mrz.Match(spelled(n), spelled(m)).Class > mrz.Different {
				return true
			}
		}
	}
	return false
}

// spelled is a name as package mrz compares it.
func spelled(n cert.Name) mrz.Name {
	name := mrz.Name{Family: n.Family, Given: n.Given, FamilyICAO: n.FamilyICAO, GivenICAO: n.GivenICAO}
	if n.Family == "" && n.Given == "" {
		name.Family = n.Full // a name that was never split
	}
	return name
}
