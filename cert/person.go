package cert

import "strings"

// Sex as the certificate prints it, mapped. Empty: not stated.
type Sex string

// The mapped values (ISO/IEC 5218 in words; ICAO 9303 prints X for unspecified).
const (
	Female      Sex = "female"
	Male        Sex = "male"
	Unspecified Sex = "unspecified"
)

// Person is whom the certificate is about. Any part may be missing.
type Person struct {
	Names       []Name     `json:"names,omitempty"` // several scripts or spellings of one name; the first is the one to print
	BirthDate   Date       `json:"birth_date,omitzero"`
	Sex         Sex        `json:"sex,omitempty"`
	Nationality string     `json:"nationality,omitempty"`
	Documents   []Document `json:"documents,omitempty"`
	Guardian    *Person    `json:"guardian,omitempty"`
}

// Name is one spelling of a person's name. A name that was never split into
// parts has only Full; a person may have only a given or only a family name.
type Name struct {
	Family     string `json:"family,omitempty"`
	Given      string `json:"given,omitempty"`
	Full       string `json:"full,omitempty"`
	FamilyICAO string `json:"family_icao,omitempty"` // ICAO 9303 transliteration, A-Z and <
	GivenICAO  string `json:"given_icao,omitempty"`
}

// String returns the name as one prints it on one line: given name first, or
// the transliteration where nothing else is known. It may be empty.
func (n Name) String() string {
	if n.Full != "" {
		return n.Full
	}
	given, family := n.Given, n.Family
	if given == "" {
		given = fromICAO(n.GivenICAO)
	}
	if family == "" {
		family = fromICAO(n.FamilyICAO)
	}
	if given == "" || family == "" {
		return given + family
	}
	return given + " " + family
}

func fromICAO(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}

// Name returns the name to print, or the zero Name.
func (p Person) Name() Name {
	if len(p.Names) == 0 {
		return Name{}
	}
	return p.Names[0]
}

// Document is an identity or travel document.
type Document struct {
	Type    string `json:"type,omitempty"` // passport, identity_card, visa, other
	Number  string `json:"number,omitempty"`
	Country string `json:"country,omitempty"`
}
