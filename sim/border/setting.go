package border

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/pratique/pratique/internal/lines"
)

// Test is a kind of test.
type Test int

// The kinds of test.
const (
	None Test = iota
	PCR
	Antigen
)

var testNames = []string{"none", "pcr", "antigen"}

func (t Test) String() string { return testNames[t] }

// Points is how many points a sensitivity curve has: at 0 to 30 whole days
// since infection.
const Points = 31

// Curve is a sensitivity by whole days since infection; between them it is a
// straight line, from the last on it is zero.
type Curve [Points]float64

// Setting is a policy with what it meets. [Fields] says what each number is.
type Setting struct {
	Title string

	Travellers   float64
	Incidence    float64
	Window       float64
	Growth       float64
	Journey      float64
	CohortBefore float64
	CohortAfter  float64
	Reproduction float64

	GenerationMean, GenerationSD float64
	OnsetMean, OnsetSD           float64
	Asymptomatic                 float64
	AsymptomaticFactor           float64
	Sensitivity                  [3]Curve   // by Test
	Specificity                  [3]float64 // by Test

	Policy
}

// Policy is what is asked of travellers, and how far they comply.
type Policy struct {
	BeforeTest  Test
	BeforeHours float64
	BeforeShare float64

	ArrivalTest Test
	LaterTest   Test
	LaterDays   []float64
	ResultDays  float64

	Quarantine          float64
	QuarantineAdherence float64
	IsolationDays       float64
	IsolationAdherence  float64
	SymptomIsolation    float64
	SymptomScreening    float64
}

// Default is the setting whose values hold where a text names none: no policy
// at all, but that of people with symptoms none stays at home either.
func Default() Setting {
	s := Setting{
		Travellers: 100000, Incidence: 150, Window: 14, Journey: 6, CohortBefore: 3, CohortAfter: 14, Reproduction: 1,
		GenerationMean: 5.5, GenerationSD: 2.14, OnsetMean: 5.42, OnsetSD: 2.7,
		Asymptomatic: 0.3, AsymptomaticFactor: 0.5,
		Policy: Policy{BeforeHours: 72, BeforeShare: 1, LaterDays: []float64{5}, ResultDays: 1, QuarantineAdherence: 1, IsolationDays: 14, IsolationAdherence: 1},
	}
	s.Sensitivity[PCR], s.Sensitivity[Antigen] = hellewellPCR, hellewellAntigen
	s.Specificity = [3]float64{1, 0.998, 0.998}
	return s
}

// Without is the same travel with nothing asked of anybody.
func (s *Setting) Without() Setting {
	t := *s
	t.Policy = Default().Policy
	return t
}

// FieldError says which field of a setting cannot be, and why.
type FieldError struct {
	Line   int // of the text; 0: not from one
	Field  string
	Reason string
}

func (e *FieldError) Error() string {
	where := ""
	if e.Line > 0 {
		where = "line " + strconv.Itoa(e.Line) + ": "
	}
	if e.Field != "" {
		where += e.Field + ": "
	}
	return "border setting: " + where + e.Reason
}

// Check says whether a setting can be evaluated. Its error is a [*FieldError].
func (s *Setting) Check() error {
	for i := range fields {
		f := &fields[i]
		if f.test {
			if t := *f.at(s).(*Test); t < None || t > Antigen {
				return &FieldError{Field: f.Name, Reason: "no kind of test"}
			}
			continue
		}
		values := f.values(s)
		if f.Values == 0 && len(values) > maxTests {
			return &FieldError{Field: f.Name, Reason: fmt.Sprintf("over %d values", maxTests)}
		}
		for _, v := range values {
			if !(v >= f.Min && v <= f.Max) { // NaN is neither
				return &FieldError{Field: f.Name, Reason: lines.Text(v) + " is not between " + lines.Text(f.Min) + " and " + lines.Text(f.Max)}
			}
		}
	}
	if s.LaterTest != None && len(s.LaterDays) == 0 {
		return &FieldError{Field: "later-days", Reason: "a later test needs a day"}
	}
	if !slices.IsSorted(s.LaterDays) {
		return &FieldError{Field: "later-days", Reason: "not in order"}
	}
	if s.Incidence/1e5*s.Window > 0.5 {
		return &FieldError{Field: "incidence", Reason: "more than half of the travellers would be infected within window-days"}
	}
	return nil
}
