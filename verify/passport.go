package verify

import (
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

// passport compares the person of a verified certificate with the document
// that was shown. Another name is no evidence against anybody, but the
// certificate is then no evidence for this traveller.
func passport(r *Report, s trust.Signed, d *mrz.Document) {
	if d == nil {
		return
	}
	best := compare(*d, s.Certificate.Subject)
	r.Match = &best
	switch best.Name.Class {
	case mrz.Same:
	case mrz.Different:
		r.add("name_differs")
	default:
		r.add("name_check", words.Word("how", "name_"+best.Name.Class.String()))
	}
	if best.Birth == mrz.DateDifferent {
		r.add("birth_differs")
	}
}

// compare tries each spelling of the certificate's name; the closest counts.
func compare(d mrz.Document, p cert.Person) mrz.Comparison {
	birth := mrz.Date{Year: int(p.BirthDate.Year), Month: int(p.BirthDate.Month), Day: int(p.BirthDate.Day)}
	var best mrz.Comparison
	for i, n := range p.Names {
		name := mrz.Name{Family: n.Family, Given: n.Given, FamilyICAO: n.FamilyICAO, GivenICAO: n.GivenICAO}
		if n.Family == "" && n.Given == "" {
			name.Family = n.Full // a name that was never split
		}
		if c := mrz.Compare(d, name, birth); i == 0 || c.Name.Class > best.Name.Class {
			best = c
		}
	}
	return best
}

// said says a comparison in a language. It holds letters of the names.
func said(lang string, c mrz.Comparison) *SaidMatch {
	m := &SaidMatch{Name: c.Name.Class.String(), BirthDate: c.Birth.String(), Near: c.Name.Near}
	for _, why := range c.Name.Reasons {
		text, _ := words.Say(lang, "mrz_"+string(why.Code), words.Text("a", why.A), words.Text("b", why.B))
		m.Why = append(m.Why, SaidWhy{Code: string(why.Code), Part: string(why.Part), Passport: why.A, Certificate: why.B, Text: text})
	}
	return m
}

// SaidMatch is a comparison with a passport.
type SaidMatch struct {
	Name      string    `json:"name"`           // same, variant, truncated, part_missing, swapped, different, unknown
	Near      bool      `json:"near,omitempty"` // different, but by one typing slip: look again
	BirthDate string    `json:"birth_date"`     // equal, compatible, different, unknown
	Why       []SaidWhy `json:"why,omitempty"`
}

// SaidWhy is a step of the explanation: the rule that links two parts of the
// names, or that keeps them apart. See package mrz for the codes.
type SaidWhy struct {
	Code        string `json:"code"`
	Part        string `json:"part"`
	Passport    string `json:"passport,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Text        string `json:"text"`
}
