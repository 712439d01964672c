package main

import (
	"fmt"
	"math"

	"github.com/pratique/pratique/sim/chart"
)

// picture is the uptake curve of scenario 3 beside that of the reference runs,
// with the share that the study's sentence names and what it holds under.
func picture(lines []line) []byte {
	ours := chart.Curve{Name: fmt.Sprintf("ours: mean, least to most of %d runs", len(lines[0].runs)), Dots: true}
	theirs := chart.Curve{Name: "the authors' program: mean of 5 runs", Dots: true}
	for _, l := range lines {
		if l.name != lines[0].name {
			break
		}
		least, most := math.Inf(1), 0.0
		for _, r := range l.runs {
			least, most = min(least, 100*r.Summary.Attack), max(most, 100*r.Summary.Attack)
		}
		ours.X, ours.Y = append(ours.X, l.app), append(ours.Y, l.ours.attack.mean)
		ours.Low, ours.High = append(ours.Low, least), append(ours.High, most)
		theirs.X, theirs.Y = append(theirs.X, l.app), append(theirs.Y, l.want.attack.mean)
	}
	p := chart.Picture{
		Title: "How many are infected when so many run the app",
		XName: "people who run the app, %", YName: "infected after 200 days, % of the people", MaxX: 100,
		Curves: []chart.Curve{ours, theirs},
		Marks:  []chart.Mark{{X: 55.6, Text: "56% of the people: 80% of telephones"}},
		Notes: []string{
			"Conditions of the study (scenario 3, doubling in 3.5 days): 35 days of lockdown first, which go on for people of 70 and over; 80% of those with symptoms stay at home with their household; symptoms, not a test, notify 80% of the contacts; everybody who is notified obeys, and so does the household.",
			"At 56% more than a third of the people are in quarantine at the peak. No more than 69.5% of the people have a telephone for it.",
		},
	}
	return p.SVG()
}
