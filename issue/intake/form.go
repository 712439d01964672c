package intake

import (
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
)

// Form is the simple form, which a person fills in, and the columns of a table:
// one test, vaccination or recovery of one person.
type Form struct {
	Kind        string    `json:"kind"` // test, vaccination, recovery
	Family      string    `json:"family,omitempty"`
	Given       string    `json:"given,omitempty"`       // one of the two suffices for a person of one name
	FamilyICAO  string    `json:"family_icao,omitempty"` // as the passport lines have it; else computed
	GivenICAO   string    `json:"given_icao,omitempty"`
	Born        cert.Date `json:"born,omitzero"`         // day, month and year; month and year; or the year
	Sex         string    `json:"sex,omitempty"`         // female, male, unspecified
	Nationality string    `json:"nationality,omitempty"` // a code of two letters, or three
	Passport    string    `json:"passport,omitempty"`    // its number
	Guardian    string    `json:"guardian,omitempty"`    // of a child
	Disease     string    `json:"disease"`               // covid-19, yellow-fever, polio, meningococcal, or a code of SNOMED CT
	Country     string    `json:"country,omitempty"`
	Authority   string    `json:"authority,omitempty"`
	ID          string    `json:"id,omitempty"`
	Method      string    `json:"method,omitempty"` // of a test: nucleic_acid, antigen_rapid
	Name        string    `json:"name,omitempty"`   // of a nucleic acid test
	Device      string    `json:"device,omitempty"` // of a rapid antigen test
	Sampled     time.Time `json:"sampled,omitzero"`
	Reported    time.Time `json:"reported,omitzero"`
	Result      string    `json:"result,omitempty"` // detected, not_detected
	Laboratory  string    `json:"laboratory,omitempty"`
	Prophylaxis string    `json:"prophylaxis,omitempty"` // of a vaccination
	Product     string    `json:"product,omitempty"`
	Maker       string    `json:"maker,omitempty"`
	Lot         string    `json:"lot,omitempty"`
	Centre      string    `json:"centre,omitempty"`
	Clinician   string    `json:"clinician,omitempty"`
	Basis       string    `json:"basis,omitempty"` // administered, registry, transcribed
	Protects    cert.Date `json:"protects_until,omitzero"`
	Dose        int       `json:"dose,omitempty"`
	Doses       int       `json:"doses,omitempty"`
	Date        cert.Date `json:"date,omitzero"`
	Positive    cert.Date `json:"first_positive,omitzero"` // of a recovery
	From        cert.Date `json:"from,omitzero"`
	Until       cert.Date `json:"until,omitzero"`
}

// diseases are the names that stand for a code.
var diseases = map[string]string{"covid-19": cert.COVID19, "yellow-fever": cert.YellowFever, "polio": cert.Polio, "meningococcal": cert.Meningococcal}

// Disease returns the code of a disease by its name ("covid-19"), or "".
func Disease(name string) string { return diseases[strings.ToLower(name)] }

// FieldError is a member of a form that has none of the values that it may have.
type FieldError struct {
	Field string   // as the form calls it
	Want  []string // the values
}

// Error implements error. It does not repeat the value.
func (e *FieldError) Error() string {
	last := len(e.Want) - 1
	if last == 0 {
		return e.Field + ": want " + e.Want[0]
	}
	return e.Field + ": want " + strings.Join(e.Want[:last], ", ") + " or " + e.Want[last]
}

func oneOf[T ~string](field, value string, want ...T) error {
	e := &FieldError{Field: field}
	for _, w := range want {
		if string(w) == value {
			return nil
		}
		e.Want = append(e.Want, string(w))
	}
	return e
}

// Certificate is what the form asks to certify. The error is a [*FieldError].
// What lies in the values is for [Check].
func (f Form) Certificate() (*cert.Certificate, error) {
	disease := f.Disease
	if code := Disease(disease); code != "" {
		disease = code
	}
	s := cert.Statement{ID: f.ID, Disease: source(disease), Country: f.Country, Authority: f.Authority}
	person, err := f.person()
	if err != nil {
		return nil, err
	}
	var e cert.Event
	switch cert.Kind(f.Kind) {
	case cert.KindTest:
		e, err = f.test(s)
	case cert.KindVaccination:
		e, err = f.dose(s)
	case cert.KindRecovery:
		e = &cert.Recovery{Statement: s, FirstPositive: f.Positive, From: f.From, Until: f.Until}
	default:
		err = oneOf("kind", f.Kind, cert.KindTest, cert.KindVaccination, cert.KindRecovery)
	}
	if err != nil {
		return nil, err
	}
	return &cert.Certificate{Subject: person, Events: []cert.Event{e}}, nil
}

func (f Form) test(s cert.Statement) (cert.Event, error) {
	if err := oneOf("method", f.Method, cert.NucleicAcid, cert.AntigenRapid); err != nil {
		return nil, err
	}
	if err := oneOf("result", f.Result, cert.NotDetected, cert.Detected); err != nil {
		return nil, err
	}
	return &cert.Test{Statement: s, Method: cert.Method(f.Method), Name: f.Name, Device: source(f.Device), SampledAt: f.Sampled, ReportedAt: f.Reported,
		Result: cert.Result(f.Result), Laboratory: cert.Facility{Name: f.Laboratory}}, nil
}

func (f Form) dose(s cert.Statement) (cert.Event, error) {
	if err := oneOf("basis", f.Basis, cert.Administered, cert.Registry, cert.Transcribed, ""); err != nil {
		return nil, &FieldError{"basis", []string{string(cert.Administered), string(cert.Registry), string(cert.Transcribed)}}
	}
	e := &cert.Vaccination{Statement: s, Prophylaxis: source(f.Prophylaxis), Product: source(f.Product), Maker: source(f.Maker), Lot: f.Lot,
		Centre: cert.Facility{Name: f.Centre}, Clinician: f.Clinician, Basis: cert.Basis(f.Basis), Dose: f.Dose, Doses: f.Doses, Date: f.Date}
	if !f.Protects.IsZero() {
		e.ProtectionUntil = f.Protects.End().Add(-time.Second)
	}
	return e, nil
}

func (f Form) person() (cert.Person, error) {
	p := cert.Person{
		Names:     []cert.Name{{Family: f.Family, Given: f.Given, FamilyICAO: f.FamilyICAO, GivenICAO: f.GivenICAO}},
		BirthDate: f.Born, Sex: cert.Sex(f.Sex), Nationality: f.Nationality,
	}
	if err := oneOf("sex", f.Sex, cert.Female, cert.Male, cert.Unspecified, ""); err != nil {
		return p, &FieldError{"sex", []string{string(cert.Female), string(cert.Male), string(cert.Unspecified)}}
	}
	if f.Passport != "" {
		p.Documents = []cert.Document{{Type: "passport", Number: f.Passport}}
	}
	if f.Guardian != "" {
		p.Guardian = &cert.Person{Names: []cert.Name{{Full: f.Guardian}}}
	}
	return p, nil
}

func source(code string) cert.Coded { return cert.Coded{Source: cert.Coding{Code: code}} }

// NextChild is the form for the next child of the same guardian, who is with
// them for the same: what is the child's own is empty.
func (f Form) NextChild() Form {
	return Form{
		Kind: f.Kind, Guardian: f.Guardian, Nationality: f.Nationality, Disease: f.Disease, Country: f.Country, Authority: f.Authority,
		Method: f.Method, Name: f.Name, Device: f.Device, Laboratory: f.Laboratory,
		Prophylaxis: f.Prophylaxis, Product: f.Product, Maker: f.Maker, Lot: f.Lot, Centre: f.Centre, Clinician: f.Clinician, Basis: f.Basis,
		Date: f.Date,
	}
}

// Set writes a value, as a table has it, into the member of that name in JSON.
// It reports whether there is such a member, and whether the value has its form.
func (f *Form) Set(name, value string) (known, ok bool) {
	if p := f.text(name); p != nil {
		*p = value
		return true, true
	}
	switch name {
	case "born", "date", "first_positive", "from", "until", "protects_until":
		d, err := cert.ParseDate(value)
		*f.day(name) = d
		return true, err == nil
	case "sampled", "reported":
		t, err := time.ParseInLocation(time.RFC3339, value, time.UTC)
		if err != nil {
			return true, value == ""
		}
		if name == "sampled" {
			f.Sampled = t
		} else {
			f.Reported = t
		}
		return true, true
	case "dose", "doses":
		n, err := strconv.ParseUint(value, 10, 10)
		if name == "dose" {
			f.Dose = int(n)
		} else {
			f.Doses = int(n)
		}
		return true, err == nil || value == ""
	}
	return false, false
}

// day is the member of a name that holds a date.
func (f *Form) day(name string) *cert.Date {
	switch name {
	case "born":
		return &f.Born
	case "date":
		return &f.Date
	case "first_positive":
		return &f.Positive
	case "from":
		return &f.From
	case "until":
		return &f.Until
	}
	return &f.Protects
}

// text is the member of a name that holds a text, or nil.
func (f *Form) text(name string) *string {
	switch name {
	case "kind":
		return &f.Kind
	case "family":
		return &f.Family
	case "given":
		return &f.Given
	case "family_icao":
		return &f.FamilyICAO
	case "given_icao":
		return &f.GivenICAO
	case "sex":
		return &f.Sex
	case "nationality":
		return &f.Nationality
	case "passport":
		return &f.Passport
	case "guardian":
		return &f.Guardian
	case "disease":
		return &f.Disease
	case "country":
		return &f.Country
	case "authority":
		return &f.Authority
	case "id":
		return &f.ID
	case "method":
		return &f.Method
	case "name":
		return &f.Name
	case "device":
		return &f.Device
	case "result":
		return &f.Result
	case "laboratory":
		return &f.Laboratory
	case "prophylaxis":
		return &f.Prophylaxis
	case "product":
		return &f.Product
	case "maker":
		return &f.Maker
	case "lot":
		return &f.Lot
	case "centre":
		return &f.Centre
	case "clinician":
		return &f.Clinician
	case "basis":
		return &f.Basis
	}
	return nil
}
