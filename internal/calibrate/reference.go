package main

import (
	"strconv"

	"github.com/pratique/pratique/sim"
)

// A value of the reference runs: mean and standard deviation between seeds. No
// standard deviation means that none is known.
type value struct{ mean, sd float64 }

// reference are the figures of one line of the reference runs, made with the
// authors' public program and the study's public parameter sheets: 100,000
// people, 3 to 5 seeds. Zero means not measured.
type reference struct {
	attack  value // % by the end
	peak    value // most infected on a day: after lockdown, or at all where there is none
	r       value // after the app
	deaths  value
	atHome  float64 // most people in quarantine, %
	daysOut float64 // days in quarantine for each person
}

// A configuration is a line of the comparison.
type configuration struct {
	name     string
	scenario string
	phones   float64 // share of the telephones that run the app
	set      []string
	judged   bool // the line must agree, not only be shown
	want     reference
}

// known are lines that are judged and do not agree, with what is known of it.
// They stand in the report as differing.
var known = map[string]bool{"scenario 3, doubling in 3 days 80": true}

// curveDays are the days, counted from the last one before lockdown, of which
// the mean of new infections in the reference runs is known.
var curveDays = []int{0, 7, 14, 21, 28, 35, 42, 49, 63, 77, 91, 105, 119, 133, 147, 160}

// curves are those means, per 100,000 people, in scenario 3, doubling in 3.5
// days, by the share of telephones.
var curves = []struct {
	phones float64
	means  []float64
}{
	{0, []float64{139, 73, 33, 15, 8, 6, 9, 20, 49, 166, 450, 822, 982, 691, 311, 132}},
	{0.30, []float64{139, 73, 33, 15, 8, 6, 9, 16, 49, 108, 237, 435, 542, 520, 400, 257}},
	{0.80, []float64{139, 73, 33, 15, 8, 6, 7, 9, 5, 8, 6, 7, 5, 5, 4, 5}},
	{1, []float64{139, 73, 33, 15, 8, 6, 7, 4, 4, 2, 2, 1, 0, 0, 0, 0}},
}

func (c configuration) build(people int) (sim.Scenario, error) {
	s, err := sim.Shipped(c.scenario)
	if err != nil {
		return s, err
	}
	for i := 0; i+1 < len(c.set); i += 2 {
		if err := s.Set(c.set[i], c.set[i+1]); err != nil {
			return s, err
		}
	}
	if err := s.Set("people", strconv.Itoa(people)); err != nil {
		return s, err
	}
	return s, s.Set("app-uptake", strconv.FormatFloat(c.phones, 'g', -1, 64))
}

func configurations() []configuration {
	fast := []string{"infectious-rate", "6.75"}
	first := "scenario 3, doubling in 3.5 days"
	second := "scenario 3, doubling in 3 days"
	later := "2021 values"
	return []configuration{
		{first, "oxford-scenario-3", 0, nil, true, reference{value{53.7, 0.3}, value{1140, 15}, value{1.53, 0.09}, value{220, 11}, 15.4, 11.5}},
		{first, "oxford-scenario-3", 0.15, nil, true, reference{value{48.5, 1.0}, value{937, 25}, value{1.51, 0.11}, value{203, 15}, 17.9, 14.7}},
		{first, "oxford-scenario-3", 0.30, nil, true, reference{value{38.8, 1.9}, value{623, 18}, value{1.45, 0.05}, value{161, 27}, 21.2, 21.0}},
		{first, "oxford-scenario-3", 0.45, nil, false, reference{value{24.9, 2.8}, value{369, 22}, value{1.28, 0.05}, value{107, 18}, 24.4, 26.9}},
		{first, "oxford-scenario-3", 0.56, nil, false, reference{value{12.8, 3.9}, value{215, 42}, value{1.15, 0.06}, value{58, 22}, 26.1, 29.9}},
		{first, "oxford-scenario-3", 0.80, nil, true, reference{value{3.16, 0.41}, value{17, 5}, value{0.99, 0.07}, value{26, 5}, 36.5, 40.0}},
		{first, "oxford-scenario-3", 1, nil, true, reference{value{2.52, 0.23}, value{12, 5}, value{0.84, 0.06}, value{23, 7}, 47.8, 50.6}},

		{second, "oxford-scenario-3", 0, fast, true, reference{value{64.2, 0.3}, value{1700, 41}, value{1.78, 0.06}, value{280, 17}, 20.9, 12.7}},
		{second, "oxford-scenario-3", 0.56, fast, false, reference{value{34.1, 0.4}, value{476, 28}, value{1.41, 0.04}, value{160, 20}, 32.4, 37.3}},
		{second, "oxford-scenario-3", 0.80, fast, true, reference{value{13.1, 1.0}, value{119, 10}, value{1.17, 0.09}, value{73, 4}, 38.0, 45.6}},
		{second, "oxford-scenario-3", 1, fast, true, reference{value{4.4, 0.9}, value{30, 8}, value{0.94, 0.09}, value{39, 3}, 49.5, 52.6}},

		{"scenario 2", "oxford-scenario-2", 0.80, nil, true, reference{value{12.0, 5.2}, value{186, 60}, value{1.21, 0.09}, value{56, 26}, 19.4, 23.0}},
		{"scenario 4", "oxford-scenario-4", 0.80, nil, false, reference{}},
		{"scenario 5", "oxford-scenario-5", 0.80, nil, true, reference{value{2.5, 0.4}, value{9, 4}, value{0.88, 0.18}, value{24, 4}, 12.4, 15.9}},
		{"scenario 6", "oxford-scenario-6", 0.80, nil, true, reference{value{2.5, 0.2}, value{12, 6}, value{0.97, 0.18}, value{23, 8}, 4.0, 2.5}},
		{"scenario 6, ordered after a day", "oxford-scenario-6", 0.80, []string{"order-wait", "1"}, true, reference{value{3.2, 1.0}, value{17, 11}, value{0.98, 0.32}, value{23, 7}, 4.3, 4.2}},
		{"scenario 6, and another day to the result", "oxford-scenario-6", 0.80, []string{"order-wait", "1", "result-wait", "1"}, true, reference{value{3.2, 1.0}, value{24, 18}, value{0.90, 0.20}, value{26, 10}, 4.6, 4.4}},

		{later, "oxford-2021", 0, nil, true, reference{value{62.5, 0.5}, value{2079, 111}, value{1.78, 0.25}, value{642, 37}, 26.8, 10.4}},
		{later, "oxford-2021", 0.30, nil, true, reference{value{59.5, 0.6}, value{1814, 78}, value{1.72, 0.19}, value{613, 27}, 27.0, 11.3}},
		{later, "oxford-2021", 0.56, nil, true, reference{value{54.7, 0.6}, value{1538, 42}, value{1.66, 0.18}, value{573, 26}, 28.0, 13.0}},
		{later, "oxford-2021", 0.80, nil, true, reference{value{49.2, 1.1}, value{1149, 64}, value{1.62, 0.19}, value{520, 27}, 27.6, 15.4}},
		{later, "oxford-2021", 1, nil, true, reference{value{42.7, 0.9}, value{877, 34}, value{1.55, 0.19}, value{464, 22}, 28.2, 17.3}},
		{"2021 values, nothing done", "oxford-2021-plain", 0, nil, true, reference{value{85.9, 0}, value{4531, 0}, value{}, value{813, 0}, 0, 0}},
	}
}
