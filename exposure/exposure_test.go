package exposure_test

import (
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
)

func on(day int8) cert.Date { return cert.Date{Year: 2026, Month: 11, Day: day} }

// What is asked of the days does not depend on their order, and the most recent comes first once sorted.
func TestAssessment(t *testing.T) {
	a := exposure.Assessment{Days: []exposure.Day{
		{Date: on(3), Risk: exposure.Low, Low: 2}, {Date: cert.Date{Year: 2025, Month: 12, Day: 31}, Risk: exposure.High, High: 1, Low: 1}, {Date: on(9), Risk: exposure.Low, Low: 1}}}
	for range 2 {
		if a.Overall() != exposure.High || a.Count(exposure.Low) != 2 || a.Encounters(exposure.Low) != 4 || a.Encounters(exposure.High) != 1 ||
			a.MostRecent(exposure.Low) != on(9) || a.MostRecent(exposure.High).Year != 2025 {
			t.Errorf("%+v: overall %s, low until %s, high until %s", a, a.Overall(), a.MostRecent(exposure.Low), a.MostRecent(exposure.High))
		}
		a.Sort()
	}
	if a.Days[0].Date != on(9) || a.Days[2].Date.Year != 2025 {
		t.Errorf("sorted: %+v", a.Days)
	}
}

// Nothing recorded is low, as the public rule has it, on no day.
func TestNothing(t *testing.T) {
	var a exposure.Assessment
	if a.Overall() != exposure.Low || a.Count(exposure.Low) != 0 || !a.MostRecent(exposure.Low).IsZero() || a.Encounters(exposure.High) != 0 {
		t.Errorf("got %+v", a)
	}
}
