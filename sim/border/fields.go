package border

import (
	"slices"
)

// maxTests is how many later tests a policy may have.
const maxTests = 14

// A Field is one of the numbers of a setting, as its text and `pratique border
// --fields` name it.
type Field struct {
	Name     string
	Values   int // how many stand behind the name; 0: up to 14
	Unit     string
	Min, Max float64
	Meaning  string
	Source   string // of the default

	test bool
	at   func(*Setting) any
}

// Fields are all fields, in the order of [Setting.String].
func Fields() []Field { return slices.Clone(fields) }

func (f *Field) values(s *Setting) []float64 {
	switch v := f.at(s).(type) {
	case *float64:
		return []float64{*v}
	case *[]float64:
		return *v
	case *Curve:
		return v[:]
	}
	panic("border: a field of no known kind")
}

func (f *Field) set(s *Setting, values []float64) {
	switch v := f.at(s).(type) {
	case *float64:
		*v = values[0]
	case *[]float64:
		*v = slices.Clone(values)
	case *Curve:
		copy(v[:], values)
	}
}

const (
	policy  = "what is asked: of one's own choosing"
	kiang   = "Kiang et al., Lancet Infect Dis 2021"
	model   = "Hinch et al., PLOS Comput Biol 2021, the model's defaults"
	own     = "of one's own choosing"
	profile = "Hellewell et al., BMC Med 19:106, 27 April 2021, median"
)

func share(name, meaning, source string, at func(*Setting) any) Field {
	return Field{Name: name, Values: 1, Unit: "share", Max: 1, Meaning: meaning, Source: source, at: at}
}

func amount(name, unit string, least, most float64, meaning, source string, at func(*Setting) any) Field {
	return Field{Name: name, Values: 1, Unit: unit, Min: least, Max: most, Meaning: meaning, Source: source, at: at}
}

func kind(name, meaning string, at func(*Setting) any) Field {
	return Field{Name: name, Values: 1, Unit: "none, pcr or antigen", Meaning: meaning, Source: policy, test: true, at: at}
}

var fields = []Field{
	kind("before-test", "the test before departure; who is found does not travel", func(s *Setting) any { return &s.BeforeTest }),
	amount("before-hours", "hours", 0, 336, "the sample is taken so long before departure", policy, func(s *Setting) any { return &s.BeforeHours }),
	share("before-share", "of the travellers, so many have had it; the others travel without", policy, func(s *Setting) any { return &s.BeforeShare }),
	kind("arrival-test", "the test on arrival", func(s *Setting) any { return &s.ArrivalTest }),
	kind("later-test", "the test, or each of the tests, after arrival", func(s *Setting) any { return &s.LaterTest }),
	{Name: "later-days", Unit: "days after arrival", Max: 30, Meaning: "when the samples are taken, up to 14 of them, in order", Source: policy, at: func(s *Setting) any { return &s.LaterDays }},
	amount("result-days", "days", 0, 14, "sample to result of the tests on and after arrival; people are free until then, if they are not in quarantine", policy, func(s *Setting) any { return &s.ResultDays }),
	amount("quarantine-days", "days", 0, 30, "quarantine from arrival on", policy, func(s *Setting) any { return &s.Quarantine }),
	share("quarantine-adherence", "of those who arrive, so many keep it", own, func(s *Setting) any { return &s.QuarantineAdherence }),
	amount("isolation-days", "days", 0, 60, "how long those stay in isolation who were found, from the result, or who have symptoms, from their onset", kiang, func(s *Setting) any { return &s.IsolationDays }),
	share("isolation-adherence", "of those who arrive, so many have the tests taken and stay in isolation after a positive one", own, func(s *Setting) any { return &s.IsolationAdherence }),
	share("symptom-isolation", "of those who get symptoms, so many stay at home from the first of them, and do not travel with them", own, func(s *Setting) any { return &s.SymptomIsolation }),
	share("symptom-screening", "of the others with symptoms on departure, so many are stopped", own, func(s *Setting) any { return &s.SymptomScreening }),

	amount("travellers", "people", 1, 1e9, "who want to travel; the figures are for so many", own, func(s *Setting) any { return &s.Travellers }),
	amount("incidence", "infections a day per 100,000 people", 0, 20000, "where they come from, on the day of arrival", kiang, func(s *Setting) any { return &s.Incidence }),
	amount("window-days", "days", 0.25, 60, "they were infected within so many days before arrival, or not at all", "Johansson et al., BMC Med 2021, take 7, Kiang et al. all", func(s *Setting) any { return &s.Window }),
	amount("growth", "a day", -0.5, 0.5, "incidence grows so fast (0.1: by e to the 0.1 a day)", own, func(s *Setting) any { return &s.Growth }),
	amount("journey-hours", "hours", 1, 240, "departure to arrival", own, func(s *Setting) any { return &s.Journey }),
	amount("cohort-before", "days", 0, 30, "the cohort's figure counts from so long before departure", kiang, func(s *Setting) any { return &s.CohortBefore }),
	amount("cohort-after", "days", 1, 60, "and to so long after it", kiang, func(s *Setting) any { return &s.CohortAfter }),
	amount("reproduction", "people", 0, 20, "whom a person with symptoms infects at the destination if nothing is done", own, func(s *Setting) any { return &s.Reproduction }),

	amount("generation-mean", "days", 0.5, 30, "infectivity over the time since infection, gamma, mean", model, func(s *Setting) any { return &s.GenerationMean }),
	amount("generation-sd", "days", 0.2, 20, "standard deviation of it", model, func(s *Setting) any { return &s.GenerationSD }),
	amount("onset-mean", "days", 0.5, 30, "infection to symptoms, gamma, mean", model, func(s *Setting) any { return &s.OnsetMean }),
	amount("onset-sd", "days", 0.2, 20, "standard deviation of it", model, func(s *Setting) any { return &s.OnsetSD }),
	share("asymptomatic", "infected who never get symptoms", kiang, func(s *Setting) any { return &s.Asymptomatic }),
	share("asymptomatic-factor", "their infectivity, of that of the others", kiang, func(s *Setting) any { return &s.AsymptomaticFactor }),
	{Name: "pcr-sensitivity", Values: Points, Unit: "share", Max: 1, Meaning: "infections that a PCR finds 0 to 30 days after them", Source: profile, at: func(s *Setting) any { return &s.Sensitivity[PCR] }},
	{Name: "antigen-sensitivity", Values: Points, Unit: "share", Max: 1, Meaning: "infections that an antigen test finds 0 to 30 days after them", Source: profile, at: func(s *Setting) any { return &s.Sensitivity[Antigen] }},
	share("pcr-specificity", "of those not infected, so many test negative", kiang, func(s *Setting) any { return &s.Specificity[PCR] }),
	share("antigen-specificity", "of those not infected, so many test negative", kiang, func(s *Setting) any { return &s.Specificity[Antigen] }),
}
