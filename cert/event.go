package cert

import "time"

// Result is the outcome of a test, mapped; the source's own code stands beside it in [Test.Outcome].
type Result string

// The outcomes. The empty Result is unknown: no rule may read it as negative.
const (
	Detected    Result = "detected"
	NotDetected Result = "not_detected"
	Invalid     Result = "invalid" // the laboratory could not say
)

// Coding returns the coding of the European value set of an outcome; none for
// one that has no code there.
func (r Result) Coding() Coding {
	switch r {
	case Detected:
		return Coding{System: SNOMED, Code: CodeDetected}
	case NotDetected:
		return Coding{System: SNOMED, Code: CodeNotDetected}
	}
	return Coding{}
}

// Method is the family of a test, mapped from its code.
type Method string

// The families of tests.
const (
	NucleicAcid  Method = "nucleic_acid"
	AntigenRapid Method = "antigen_rapid"
	Serology     Method = "serology"
)

// Test is a test for present infection.
type Test struct {
	Statement
	Type       Coded     `json:"type,omitzero"` // what kind of test
	Method     Method    `json:"method,omitempty"`
	Name       string    `json:"name,omitempty"`    // commercial name
	Device     Coded     `json:"device,omitzero"`   // manufacturer and device
	Specimen   Coded     `json:"specimen,omitzero"` // origin of the sample: nasopharyngeal, saliva ...
	SampledAt  time.Time `json:"sampled_at,omitzero"`
	ReportedAt time.Time `json:"reported_at,omitzero"`
	Outcome    Coded     `json:"outcome,omitzero"` // as the source codes it
	Result     Result    `json:"result,omitempty"` // as mapped; empty if the code is unknown
	Laboratory Facility  `json:"laboratory,omitzero"`
}

// Vaccination is one dose, and the course that it belongs to.
type Vaccination struct {
	Statement
	Prophylaxis     Coded     `json:"prophylaxis,omitzero"` // kind of vaccine
	Product         Coded     `json:"product,omitzero"`
	Maker           Coded     `json:"maker,omitzero"` // marketing-authorisation holder or manufacturer
	Lot             string    `json:"lot,omitempty"`
	Date            Date      `json:"date,omitzero"`
	Dose            int       `json:"dose,omitempty"`    // 0: not stated
	Doses           int       `json:"doses,omitempty"`   // of the course; a booster may have Dose > Doses
	NextDue         Date      `json:"next_due,omitzero"` //
	ProtectionFrom  time.Time `json:"protection_from,omitzero"`
	ProtectionUntil time.Time `json:"protection_until,omitzero"`
	Lifelong        bool      `json:"lifelong,omitempty"` // protection has no end; not the same as an end that is not stated
	Centre          Facility  `json:"centre,omitzero"`
	Clinician       string    `json:"clinician,omitempty"`
	Basis           Basis     `json:"basis,omitempty"` // how the issuer knows of the dose
}

// Basis says how an issuer knows of a dose. Empty: not stated. No format of
// codes holds it: it is for the issuer's own rules and register.
type Basis string

// How a dose is known.
const (
	Administered Basis = "administered" // whoever certifies it gave it
	Registry     Basis = "registry"     // a register of immunizations has it
	Transcribed  Basis = "transcribed"  // copied from a paper card
)

// Recovery is a past infection.
type Recovery struct {
	Statement
	FirstPositive Date `json:"first_positive,omitzero"`
	From          Date `json:"from,omitzero"`
	Until         Date `json:"until,omitzero"`
}

// Antibody is a test for past infection or vaccination.
type Antibody struct {
	Statement
	Type       Coded     `json:"type,omitzero"`
	SampledAt  time.Time `json:"sampled_at,omitzero"`
	Outcome    Coded     `json:"outcome,omitzero"`
	Result     Result    `json:"result,omitempty"`
	Value      string    `json:"value,omitempty"` // with its unit, as written
	Laboratory Facility  `json:"laboratory,omitzero"`
}

// Exemption says that a requirement does not apply to the person. It does not
// say why: that is between the person and a physician.
type Exemption struct {
	Statement
	From  Date  `json:"from,omitzero"`
	Until Date  `json:"until,omitzero"`
	Of    Coded `json:"of,omitzero"` // the requirement: vaccination, test
}

// Declaration is something that the person states and signs for.
type Declaration struct {
	Statement
	Topic Coded     `json:"topic,omitzero"`
	At    time.Time `json:"at,omitzero"`
	Says  string    `json:"says,omitempty"`
}

// Notice is an order or release of a health authority: isolation, quarantine.
type Notice struct {
	Statement
	Order   Coded     `json:"order,omitzero"`
	Release bool      `json:"release,omitempty"` // true ends an earlier order
	From    time.Time `json:"from,omitzero"`
	Until   time.Time `json:"until,omitzero"`
	Reason  string    `json:"reason,omitempty"`
	Appeal  string    `json:"appeal,omitempty"`
}

// Facility is a laboratory, clinic or testing centre.
type Facility struct {
	Name          string `json:"name,omitempty"`
	ID            string `json:"id,omitempty"` // in the register of its country
	Country       string `json:"country,omitempty"`
	Accreditation string `json:"accreditation,omitempty"` // "ISO 15189:..." as registered
}

// Kind implements [Event].
func (*Test) Kind() Kind { return KindTest }

// Kind implements [Event].
func (*Vaccination) Kind() Kind { return KindVaccination }

// Kind implements [Event].
func (*Recovery) Kind() Kind { return KindRecovery }

// Kind implements [Event].
func (*Antibody) Kind() Kind { return KindAntibody }

// Kind implements [Event].
func (*Exemption) Kind() Kind { return KindExemption }

// Kind implements [Event].
func (*Declaration) Kind() Kind { return KindDeclaration }

// Kind implements [Event].
func (*Notice) Kind() Kind { return KindNotice }
