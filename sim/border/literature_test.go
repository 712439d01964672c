package border_test

import (
	"math"
	"testing"

	"github.com/pratique/pratique/sim/border"
)

// Every published figure of Kiang et al. is met, within its interval and, for
// those that are means of runs, within one percent; of the others those are met
// that are known to be, and the rest says why not.
func TestLiterature(t *testing.T) {
	count := map[string]int{}
	for _, c := range border.Literature() {
		if c.Agrees {
			count[c.Source]++
		}
		if !c.Agrees && c.Why == "" {
			t.Errorf("%s, %s: differs without a reason", c.Source, c.Policy)
		}
		if c.Source == "Kiang et al. 2021" && !c.Agrees {
			t.Errorf("%s, %s: %s of %s, published %s", c.Policy, c.Of, c.Text, c.Source, c.Published)
		}
		if c.Low > c.High || math.IsNaN(c.Ours) {
			t.Errorf("%+v", c)
		}
	}
	for source, want := range map[string]int{
		"Kiang et al. 2021": 29, "Johansson et al. 2021": 4, "Clifford, Quilty et al. 2021": 1,
		"W.A. Russell and Buckeridge 2020": 2, "Wells et al. 2021": 1, "Quilty, Russell et al. 2021": 0, "Wells et al. 2021, with a slow course of ours": 3,
	} {
		if count[source] != want {
			t.Errorf("%s: %d figures agree, and docs/border.md says %d", source, count[source], want)
		}
	}
}

// The means of Kiang et al.'s 3,000 runs, by the exact sum over their lengths.
func TestKiangMeans(t *testing.T) {
	for _, c := range []struct {
		name         string
		k            border.Kiang
		days, aboard float64
	}{
		{"nothing", border.Kiang{}, 8357.255, 648.723},
		{"PCR 3 days before", border.Kiang{Before: []int{3, 2}, Screen: 0.8}, 5400.745, 80.265},
		{"rapid test", border.Kiang{Before: []int{0}, Times: 0.9, Screen: 0.8}, 5673.741, 88.686},
		{"PCR 5 days after", border.Kiang{After: true, Screen: 0.8}, 4851.306, 466.654},
		{"PCR, quarantine of 14 days", border.Kiang{Before: []int{3, 2}, After: true, Quarantine: 14, Keep: 0.8, Screen: 0.8}, 1474.403, 80.265},
		{"rapid test, quarantine of 14 days", border.Kiang{Before: []int{0}, Times: 0.9, After: true, Quarantine: 14, Keep: 0.8, Screen: 0.8}, 2517.627, 88.686},
	} {
		o := c.k.Evaluate()
		if math.Abs(o.Days.Mean/c.days-1) > 0.005 || math.Abs(o.Aboard.Mean/c.aboard-1) > 0.01 {
			t.Errorf("%s: %.1f days and %.2f aboard, published %.1f and %.2f", c.name, o.Days.Mean, o.Aboard.Mean, c.days, c.aboard)
		}
	}
}

// Halving the cells divides the error by four, and at one hour it is under 1e-4
// of the figure.
func TestGrid(t *testing.T) {
	s := change(t, []string{"before-test", "pcr"}, []string{"later-test", "antigen"}, []string{"later-days", "3"}, []string{"quarantine-days", "2"},
		[]string{"symptom-isolation", "0.5"}, []string{"isolation-days", "7"}, []string{"journey-hours", "6"}, []string{"growth", "0.05"})
	at := func(perDay int) [3]float64 {
		o, err := s.Grid(perDay)
		if err != nil {
			t.Fatal(err)
		}
		return [3]float64{o.Journey, o.Cohort, o.Destination}
	}
	limit := at(384)
	coarse, hour, half := at(12), at(24), at(48)
	for i, v := range hour {
		if e := math.Abs(v/limit[i] - 1); e > 1e-4 {
			t.Errorf("figure %d: an error of %g with hours", i, e)
		}
		if was, is := math.Abs(coarse[i]-limit[i]), math.Abs(half[i]-limit[i]); is > was/12 { // 16 by the rule
			t.Errorf("figure %d: an error of %g with half hours, %g with two", i, is, was)
		}
	}
}
