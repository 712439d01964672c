package sim

import (
	"fmt"

	"github.com/pratique/pratique/internal/lines"
)

// Ages are the age groups: 0-9, 10-19 ... 70-79, 80 and over.
const Ages = 9

// ByAge has a value for each age group.
type ByAge [Ages]float64

// ByKind has a value for children (0-19), adults (20-69) and old people (70 and
// over).
type ByKind [3]float64

// A Scenario is everything that a run depends on but the seed. The zero
// Scenario is not valid; take one of [Shipped] or [Parse] a text. What each
// field means, its unit, its bounds and its source is in [Fields].
type Scenario struct {
	Title string

	// The population.
	People, Seeds, Days int
	AgeWeights          ByAge
	HouseholdWeights    [6]float64
	RandomMean          ByKind
	RandomSD            ByKind
	WorkMean            ByKind
	WorkDaily           float64
	WorkRewired         float64
	WorkWithChildren    float64
	WorkWithOld         float64

	// The infection.
	InfectiousRate           float64
	GenerationMean           float64
	GenerationSD             float64
	SpreaderSD               float64
	HouseholdWeight          float64
	HouseholdLockdownWeight  float64
	MildFactor               float64
	AsymptomaticFactor       float64
	Susceptibility           ByAge
	SusceptibilityPerContact bool

	// The disease.
	Asymptomatic, Mild, Hospital, Critical, Fatal, Intensive ByAge
	OnsetMean, OnsetSD                                       float64
	AsymptomaticMean, AsymptomaticSD                         float64
	RecoveryMean, RecoverySD                                 float64
	HospitalWait                                             float64
	CriticalMean, CriticalSD                                 float64
	DeathMean, DeathSD                                       float64
	SurvivalMean, SurvivalSD                                 float64
	LeaveMean, LeaveSD                                       float64
	FalseSymptoms                                            float64

	// What is done, and when.
	InterventionShare float64
	LockdownShare     float64
	LockdownDays      int
	LockdownWork      float64
	LockdownRandom    float64
	Shield            bool
	AppDay            int
	AppAfterLockdown  bool

	// Those with symptoms.
	SelfQuarantine      float64
	SelfDays            int
	SelfDropout         float64
	HouseholdOnSymptoms bool
	CompliancePerEvent  bool

	// The app.
	Phones             ByAge
	AppUptake          float64
	TraceOnSymptoms    bool
	TraceOnPositive    bool
	TraceDays          int
	Traceable          float64
	TracedDays         int
	DropoutOnSymptoms  float64
	DropoutOnPositive  float64
	ComplyOnSymptoms   float64
	ComplyOnPositive   float64
	HouseholdOnTraced  bool
	IndexDays          int
	SmartReleaseDays   int
	ReleaseOnNegative  bool
	TestOnSymptoms     bool
	TestCompliance     float64
	TestsAfterLockdown int
	OrderWait          int
	ResultWait         int
	Sensitivity        float64
	Specificity        float64
	InsensitiveDays    int
	SensitiveDays      int
	ClinicalDiagnosis  bool

	// Those who tested positive.
	HouseholdOnPositive bool
	PositiveDays        int
	PositiveDropout     float64
}

// A FieldError says which field of a scenario is refused, and why.
type FieldError struct {
	Line   int // of the text; 0 if it does not stand in one
	Field  string
	Reason string
}

func (e *FieldError) Error() string {
	where := ""
	if e.Line > 0 {
		where = fmt.Sprintf("line %d: ", e.Line)
	}
	if e.Field == "" {
		return "scenario: " + where + e.Reason
	}
	return "scenario: " + where + e.Field + ": " + e.Reason
}

// Check says whether a scenario can be run. Its error is a [*FieldError].
func (s *Scenario) Check() error {
	refuse := func(field, format string, args ...any) error {
		return &FieldError{Field: field, Reason: fmt.Sprintf(format, args...)}
	}
	for _, f := range fields {
		for i, v := range f.values(s) {
			if !(v >= f.Min && v <= f.Max) { // NaN is neither
				what := ""
				if f.Values > 1 {
					what = fmt.Sprintf(" (value %d)", i+1)
				}
				return refuse(f.Name, "%s is not between %s and %s%s", lines.Text(v), lines.Text(f.Min), lines.Text(f.Max), what)
			}
			if f.whole && v != float64(int64(v)) {
				return refuse(f.Name, "%s is not a whole number", lines.Text(v))
			}
		}
	}
	for i, w := range s.AgeWeights {
		if w == 0 {
			return refuse("ages", "the age group %d-%d is empty", 10*i, 10*i+9)
		}
	}
	sum := 0.0
	for _, w := range s.HouseholdWeights {
		sum += w
	}
	if sum == 0 {
		return refuse("households", "all weights are zero")
	}
	for i := range Ages {
		if s.Asymptomatic[i]+s.Mild[i] > 1+1e-12 {
			return refuse("mild", "with asymptomatic it is over 1 for the age group %d-%d", 10*i, 10*i+9)
		}
	}
	for i, mean := range s.WorkMean {
		if half := float64(mean / s.WorkDaily / 2); half > maxHalf-1 {
			return refuse("work-mean", "value %d means %.0f colleagues, over %d", i+1, 2*half, 2*(maxHalf-1))
		}
	}
	if s.Seeds > s.People {
		return refuse("seeds", "more than people")
	}
	return nil
}
