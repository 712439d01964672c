package sim

import (
	"slices"
)

// A Field is one of the numbers of a scenario, as its text and `pratique
// simulate --fields` name it.
type Field struct {
	Name     string
	Values   int // how many stand behind the name
	Unit     string
	Min, Max float64
	Meaning  string
	Source   string // of the shipped April 2020 value

	whole, yes bool
	at         func(*Scenario) any
}

func (f *Field) values(s *Scenario) []float64 {
	switch v := f.at(s).(type) {
	case *float64:
		return []float64{*v}
	case *int:
		return []float64{float64(*v)}
	case *bool:
		if *v {
			return []float64{1}
		}
		return []float64{0}
	case *ByAge:
		return slices.Clone(v[:])
	case *ByKind:
		return slices.Clone(v[:])
	case *[6]float64:
		return slices.Clone(v[:])
	}
	panic("sim: a field of no known kind")
}

func (f *Field) set(s *Scenario, values []float64) {
	switch v := f.at(s).(type) {
	case *float64:
		*v = values[0]
	case *int:
		*v = int(values[0])
	case *bool:
		*v = values[0] == 1
	case *ByAge:
		copy(v[:], values)
	case *ByKind:
		copy(v[:], values)
	case *[6]float64:
		copy(v[:], values)
	}
}

// Fields are all fields, in the order of a scenario's text.
func Fields() []Field { return slices.Clone(fields) }

// Where the values of April 2020 come from: the report's public parameter
// sheet, which names these in turn.
const (
	sheet  = "Hinch et al. 2020, parameter sheet"
	ons    = "ONS 2018 by " + sheet
	polymo = "Mossong et al. 2008 by " + sheet
	luo    = "Luo et al. 2020 by " + sheet
	yang   = "Yang et al. 2020 by " + sheet
	ferg   = "Ferguson et al. 2020 by " + sheet
	policy = "policy, " + sheet
	people = "assumed behaviour, " + sheet
	later  = "not in the sheet: the model's later version, switched to behave as in April 2020"
)

const (
	kinds    = " of children, adults, old people"
	perAge   = " by age group"
	anything = 1e9
	never    = 10000 // of days
)

func share(name string, n int, meaning, source string, at func(*Scenario) any) Field {
	return Field{Name: name, Values: n, Unit: "share", Min: 0, Max: 1, Meaning: meaning, Source: source, at: at}
}

func amount(name string, n int, unit string, min, max float64, meaning, source string, at func(*Scenario) any) Field {
	return Field{Name: name, Values: n, Unit: unit, Min: min, Max: max, Meaning: meaning, Source: source, at: at}
}

func whole(name, unit string, min, max float64, meaning, source string, at func(*Scenario) any) Field {
	return Field{Name: name, Values: 1, Unit: unit, Min: min, Max: max, Meaning: meaning, Source: source, whole: true, at: at}
}

func yes(name, meaning, source string, at func(*Scenario) any) Field {
	return Field{Name: name, Values: 1, Unit: "yes or no", Min: 0, Max: 1, Meaning: meaning, Source: source, whole: true, yes: true, at: at}
}

var fields = []Field{
	whole("people", "people", 1000, 200e6, "how many people there are", policy, func(s *Scenario) any { return &s.People }),
	whole("seeds", "people", 1, 1e6, "how many are infected on day 0", sheet, func(s *Scenario) any { return &s.Seeds }),
	whole("days", "days", 1, 3650, "how long the run is", sheet, func(s *Scenario) any { return &s.Days }),
	amount("ages", Ages, "weights", 0, anything, "the age pyramid", ons, func(s *Scenario) any { return &s.AgeWeights }),
	amount("households", 6, "weights", 0, anything, "households of 1 to 6 people", ons, func(s *Scenario) any { return &s.HouseholdWeights }),
	amount("random-mean", 3, "contacts a day", 0, 100, "random contacts, mean"+kinds, polymo, func(s *Scenario) any { return &s.RandomMean }),
	amount("random-sd", 3, "contacts a day", 0, 100, "random contacts, standard deviation between people"+kinds, polymo, func(s *Scenario) any { return &s.RandomSD }),
	amount("work-mean", 3, "contacts a day", 0, 100, "contacts at school, work, clubs"+kinds, polymo, func(s *Scenario) any { return &s.WorkMean }),
	amount("work-daily", 1, "share", 0.01, 1, "of one's colleagues one meets so many a day", polymo, func(s *Scenario) any { return &s.WorkDaily }),
	share("work-rewired", 1, "of the ends of edges between neighbours in an occupation network, so many lead anywhere", "the model's description", func(s *Scenario) any { return &s.WorkRewired }),
	share("work-with-children", 1, "adults in the networks of children, for each child", polymo, func(s *Scenario) any { return &s.WorkWithChildren }),
	share("work-with-old", 1, "adults in the networks of old people, for each of them", polymo, func(s *Scenario) any { return &s.WorkWithOld }),

	amount("infectious-rate", 1, "people", 0, 100, "whom one with more than mild symptoms infects in a population of average susceptibility", "fitted to doubling in 3.5 days, "+sheet, func(s *Scenario) any { return &s.InfectiousRate }),
	amount("generation-mean", 1, "days", 0.5, 50, "infectiousness since infection, gamma, mean", "Ma et al. 2020 by "+sheet, func(s *Scenario) any { return &s.GenerationMean }),
	amount("generation-sd", 1, "days", 0.1, 50, "standard deviation of it", "Ma et al. 2020 by "+sheet, func(s *Scenario) any { return &s.GenerationSD }),
	amount("spreader-sd", 1, "of a mean of 1", 0, 10, "how infectious people are by nature, gamma, standard deviation", later, func(s *Scenario) any { return &s.SpreaderSD }),
	amount("household-weight", 1, "of another contact", 0, 100, "how much a contact at home counts", sheet, func(s *Scenario) any { return &s.HouseholdWeight }),
	amount("household-lockdown", 1, "times", 0, 100, "so much more under lockdown", sheet, func(s *Scenario) any { return &s.HouseholdLockdownWeight }),
	share("mild-factor", 1, "infectiousness with mild symptoms", luo, func(s *Scenario) any { return &s.MildFactor }),
	share("asymptomatic-factor", 1, "infectiousness without symptoms", luo, func(s *Scenario) any { return &s.AsymptomaticFactor }),
	amount("susceptibility", Ages, "relative", 0, 100, "susceptibility"+perAge, "derived in "+sheet, func(s *Scenario) any { return &s.Susceptibility }),
	yes("susceptibility-per-contact", "susceptibility is for a contact, not for a day", later, func(s *Scenario) any { return &s.SusceptibilityPerContact }),

	share("asymptomatic", Ages, "infected who get no symptoms"+perAge, "Mizumoto et al. 2020 by "+sheet, func(s *Scenario) any { return &s.Asymptomatic }),
	share("mild", Ages, "infected who get mild symptoms"+perAge, "de Souza et al., Yang et al. 2020 by "+sheet, func(s *Scenario) any { return &s.Mild }),
	share("hospital", Ages, "of those with more than mild symptoms, so many go to hospital"+perAge, ferg, func(s *Scenario) any { return &s.Hospital }),
	share("critical", Ages, "of those in hospital, so many become critical"+perAge, ferg, func(s *Scenario) any { return &s.Critical }),
	share("fatal", Ages, "of those in intensive care, so many die"+perAge, ferg+"; Lu et al., Yang et al. 2020", func(s *Scenario) any { return &s.Fatal }),
	share("intensive", Ages, "of the critical, so many have a place in intensive care"+perAge, sheet, func(s *Scenario) any { return &s.Intensive }),
	amount("onset-mean", 1, "days", 0.5, 50, "infection to symptoms, gamma, mean", "Lauer et al. 2020 by "+sheet, func(s *Scenario) any { return &s.OnsetMean }),
	amount("onset-sd", 1, "days", 0.1, 50, "standard deviation of it", "Lauer et al. 2020 by "+sheet, func(s *Scenario) any { return &s.OnsetSD }),
	amount("asymptomatic-mean", 1, "days", 0.5, 100, "infection to recovery without symptoms, gamma, mean", yang, func(s *Scenario) any { return &s.AsymptomaticMean }),
	amount("asymptomatic-sd", 1, "days", 0.1, 50, "standard deviation of it", yang, func(s *Scenario) any { return &s.AsymptomaticSD }),
	amount("recovery-mean", 1, "days", 0.5, 100, "symptoms to recovery, gamma, mean", yang, func(s *Scenario) any { return &s.RecoveryMean }),
	amount("recovery-sd", 1, "days", 0.1, 50, "standard deviation of it", yang, func(s *Scenario) any { return &s.RecoverySD }),
	amount("hospital-wait", 1, "days", 1, 50, "symptoms to hospital, the whole day before or after the mean", "Pellis et al. 2020 by "+sheet, func(s *Scenario) any { return &s.HospitalWait }),
	amount("critical-mean", 1, "days", 1, 50, "hospital to critical, mean", "ISARIC by "+sheet, func(s *Scenario) any { return &s.CriticalMean }),
	amount("critical-sd", 1, "days", 0, 50, "standard deviation of it, gamma; 0: the whole day before or after the mean", sheet, func(s *Scenario) any { return &s.CriticalSD }),
	amount("death-mean", 1, "days", 0.5, 100, "intensive care to death, gamma, mean", "ICNARC by "+sheet, func(s *Scenario) any { return &s.DeathMean }),
	amount("death-sd", 1, "days", 0.1, 50, "standard deviation of it", "ICNARC by "+sheet, func(s *Scenario) any { return &s.DeathSD }),
	amount("survival-mean", 1, "days", 0.5, 100, "intensive care to an ordinary bed, gamma, mean", "ICNARC by "+sheet, func(s *Scenario) any { return &s.SurvivalMean }),
	amount("survival-sd", 1, "days", 0.1, 50, "standard deviation of it", "ICNARC by "+sheet, func(s *Scenario) any { return &s.SurvivalSD }),
	amount("leave-mean", 1, "days", 0.5, 100, "an ordinary bed to recovery, gamma, mean", sheet, func(s *Scenario) any { return &s.LeaveMean }),
	amount("leave-sd", 1, "days", 0.1, 50, "standard deviation of it", sheet, func(s *Scenario) any { return &s.LeaveSD }),
	share("false-symptoms", 1, "people a day who report such symptoms for other reasons", "UK flu survey by "+sheet, func(s *Scenario) any { return &s.FalseSymptoms }),

	share("intervention-share", 1, "quarantines, tests and tracing begin when so many have been infected; 0: at once", policy, func(s *Scenario) any { return &s.InterventionShare }),
	share("lockdown-share", 1, "lockdown begins when so many have been infected; 1: never", policy, func(s *Scenario) any { return &s.LockdownShare }),
	whole("lockdown-days", "days", 0, never, "how long lockdown is", policy, func(s *Scenario) any { return &s.LockdownDays }),
	share("lockdown-work", 1, "of the contacts at work that are left under lockdown", sheet, func(s *Scenario) any { return &s.LockdownWork }),
	share("lockdown-random", 1, "of the random contacts that are left under lockdown", sheet, func(s *Scenario) any { return &s.LockdownRandom }),
	yes("shield", "for people of 70 and over lockdown goes on when it has ended for the others", policy, func(s *Scenario) any { return &s.Shield }),
	whole("app-day", "day", 0, never, "the app is on from this day at the latest; 10000: not by day", policy, func(s *Scenario) any { return &s.AppDay }),
	yes("app-after-lockdown", "the app is on when lockdown has ended", policy, func(s *Scenario) any { return &s.AppAfterLockdown }),

	share("self-quarantine", 1, "of those with symptoms, so many stay at home (and only they start tracing by symptoms)", people, func(s *Scenario) any { return &s.SelfQuarantine }),
	whole("self-days", "days", 1, 100, "how long, at most", people, func(s *Scenario) any { return &s.SelfDays }),
	share("self-dropout", 1, "of them, so many give up a day", people, func(s *Scenario) any { return &s.SelfDropout }),
	yes("household-on-symptoms", "their household stays with them", policy, func(s *Scenario) any { return &s.HouseholdOnSymptoms }),
	yes("compliance-per-event", "who complies is drawn each time, not once for each person", later, func(s *Scenario) any { return &s.CompliancePerEvent }),

	share("phones", Ages, "people with a telephone that can run the app"+perAge, "OFCOM by "+sheet, func(s *Scenario) any { return &s.Phones }),
	share("app-uptake", 1, "of the telephones, so many run it", policy, func(s *Scenario) any { return &s.AppUptake }),
	yes("trace-on-symptoms", "contacts are notified when a user reports symptoms", policy, func(s *Scenario) any { return &s.TraceOnSymptoms }),
	yes("trace-on-positive", "contacts are notified when a user is found to be infected", policy, func(s *Scenario) any { return &s.TraceOnPositive }),
	whole("trace-days", "days", 1, maxTrace, "how far back, today included", sheet, func(s *Scenario) any { return &s.TraceDays }),
	share("traceable", 1, "of the contacts between two users, so many are registered", sheet, func(s *Scenario) any { return &s.Traceable }),
	whole("traced-days", "days", 1, 100, "how long those notified stay at home, from the contact, at most", people, func(s *Scenario) any { return &s.TracedDays }),
	share("dropout-on-symptoms", 1, "of those notified of symptoms, so many give up a day", people, func(s *Scenario) any { return &s.DropoutOnSymptoms }),
	share("dropout-on-positive", 1, "of those notified of an infection, so many give up a day", people, func(s *Scenario) any { return &s.DropoutOnPositive }),
	share("comply-on-symptoms", 1, "of those notified of symptoms, so many stay at home", later, func(s *Scenario) any { return &s.ComplyOnSymptoms }),
	share("comply-on-positive", 1, "of those notified of an infection, so many stay at home", later, func(s *Scenario) any { return &s.ComplyOnPositive }),
	yes("household-on-traced", "the household of those notified stays with them (the report's recursion)", policy, func(s *Scenario) any { return &s.HouseholdOnTraced }),
	whole("index-days", "days", 1, 100, "so long after symptoms somebody starts nothing again", sheet, func(s *Scenario) any { return &s.IndexDays }),
	whole("smart-release-days", "days", 0, 100, "those notified are free if none of them has symptoms after so many days; 0: no such release", policy, func(s *Scenario) any { return &s.SmartReleaseDays }),
	yes("release-on-negative", "a negative test frees the one tested and those notified because of them", policy, func(s *Scenario) any { return &s.ReleaseOnNegative }),
	yes("test-on-symptoms", "those with symptoms are tested", policy, func(s *Scenario) any { return &s.TestOnSymptoms }),
	share("test-compliance", 1, "of those with symptoms, so many have themselves tested, at home or not", later, func(s *Scenario) any { return &s.TestCompliance }),
	whole("tests-after-lockdown", "days", 0, never, "tests begin so many days after the beginning of lockdown; 10000: with the interventions", policy, func(s *Scenario) any { return &s.TestsAfterLockdown }),
	whole("order-wait", "days", 0, 30, "symptoms to test", policy, func(s *Scenario) any { return &s.OrderWait }),
	whole("result-wait", "days", 0, 30, "test to result", policy, func(s *Scenario) any { return &s.ResultWait }),
	share("sensitivity", 1, "infections that a test finds", later, func(s *Scenario) any { return &s.Sensitivity }),
	share("specificity", 1, "of those not infected, so many test negative", later, func(s *Scenario) any { return &s.Specificity }),
	whole("insensitive-days", "days", 0, 100, "so long after infection a test finds nothing", "Woelfel et al. 2020 by "+sheet, func(s *Scenario) any { return &s.InsensitiveDays }),
	whole("sensitive-days", "days", 0, never, "so long after infection it finds it; 10000: always", later, func(s *Scenario) any { return &s.SensitiveDays }),
	yes("clinical-diagnosis", "in hospital an infection is known at once", policy, func(s *Scenario) any { return &s.ClinicalDiagnosis }),

	yes("household-on-positive", "the household of somebody found to be infected stays at home", policy, func(s *Scenario) any { return &s.HouseholdOnPositive }),
	whole("positive-days", "days", 1, 100, "how long those found to be infected stay at home, from their symptoms, at most", people, func(s *Scenario) any { return &s.PositiveDays }),
	share("positive-dropout", 1, "of them, so many give up a day", people, func(s *Scenario) any { return &s.PositiveDropout }),
}
