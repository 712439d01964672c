package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pratique/pratique/sim"
	"github.com/pratique/pratique/sim/chart"
)

// mean is the mean over the runs of a setting.
func mean(runs []oneRun, f func(sim.Summary) float64) float64 {
	sum := 0.0
	for _, r := range runs {
		sum += f(r.Summary)
	}
	return sum / float64(len(runs))
}

func attack(s sim.Summary) float64   { return 100 * s.Attack }
func appShare(s sim.Summary) float64 { return 100 * s.AppShare }

// printRuns prints a line for each setting.
func (p *program) printRuns(settings []setting, groups [][]oneRun) {
	first := settings[0].scenario
	if first.Title != "" {
		fmt.Fprintf(p.out, "%s\n", printable(first.Title))
	}
	fmt.Fprintf(p.out, "%s people, %d days, seeds %d to %d; means over them\n\n", thousands(float64(first.People)), first.Days, groups[0][0].Seed, groups[0][len(groups[0])-1].Seed)
	w := 8
	for _, s := range settings {
		w = max(w, len(strings.Join(s.changed, " ")))
	}
	fmt.Fprintf(p.out, "%-*s  %6s  %-22s %9s %7s  %9s  %5s\n", w, "", "app", "infected", "most new", "deaths", "most at", "R")
	fmt.Fprintf(p.out, "%-*s  %6s  %-22s %9s %7s  %9s  %5s\n", w, "", "", "least to most", "a day", "", "home", "later")
	for i, s := range settings {
		g := groups[i]
		least, most := math.Inf(1), 0.0
		for _, r := range g {
			least, most = min(least, attack(r.Summary)), max(most, attack(r.Summary))
		}
		r := "-"
		if v := mean(g, func(s sim.Summary) float64 { return s.RAfterApp }); v > 0 {
			r = fmt.Sprintf("%.2f", v)
		}
		fmt.Fprintf(p.out, "%-*s  %5.1f%%  %5.1f%%  %5.1f to %5.1f   %9.0f %7.0f  %8.1f%%  %5s\n", w, strings.Join(s.changed, " "), mean(g, appShare),
			mean(g, attack), least, most, mean(g, func(s sim.Summary) float64 { return float64(s.Peak) }),
			mean(g, func(s sim.Summary) float64 { return float64(s.Deaths) }), 100*mean(g, func(s sim.Summary) float64 { return s.PeakQuarantined }), r)
	}
	p.out.WriteString("\napp: of the people who run it. At home: in quarantine on one day. R later: whom those\ninfected in the 30 days after the app began, or lockdown ended, infected.\n")
	p.out.WriteString("What follows from the assumptions of the scenario, not a forecast.\n")
}

// daysPicture is new infections by day, the mean and the whole range over the
// seeds, for up to seven settings.
func daysPicture(settings []setting, groups [][]oneRun) *chart.Picture {
	pic := chart.Picture{Title: settings[0].scenario.Title, XName: "day", YName: "new infections a day, per 100,000 people"}
	for i, g := range groups[:min(len(groups), 7)] {
		c := chart.Curve{Name: strings.Join(settings[i].changed, " ")}
		if c.Name == "" {
			c.Name = "mean of the runs"
		}
		scale := 1e5 / float64(g[0].People)
		for d := range g[0].Days {
			sum, least, most := 0.0, math.Inf(1), 0.0
			for _, r := range g {
				v := float64(r.Days[d].New) * scale
				sum += v
				least, most = min(least, v), max(most, v)
			}
			c.X = append(c.X, float64(d+1))
			c.Y = append(c.Y, sum/float64(len(g)))
			c.Low = append(c.Low, least)
			c.High = append(c.High, most)
		}
		pic.Curves = append(pic.Curves, c)
	}
	pic.Notes = append(conditions(settings[0].scenario), fmt.Sprintf("Band: least to most of %d runs. What follows from assumptions, not a forecast.", len(groups[0])))
	return &pic
}

// studyMark is the share of the people in the sentence from the Oxford study:
// 80% of the telephones of 69.5% of the people, which it prints as 56%.
const studyMark = 55.6

// uptakePicture is the share of infected people over the share who run the app;
// nil unless app-uptake alone was gone through.
func uptakePicture(settings []setting, groups [][]oneRun) *chart.Picture {
	type point struct{ x, y, low, high float64 }
	var points []point
	for i, s := range settings {
		if len(s.changed) != 1 || !strings.HasPrefix(s.changed[0], "app-uptake=") {
			return nil
		}
		q := point{x: mean(groups[i], appShare), y: mean(groups[i], attack), low: math.Inf(1)}
		for _, r := range groups[i] {
			q.low, q.high = min(q.low, attack(r.Summary)), max(q.high, attack(r.Summary))
		}
		points = append(points, q)
	}
	slices.SortFunc(points, func(a, b point) int {
		if a.x < b.x {
			return -1
		}
		return 1
	})
	c := chart.Curve{Name: fmt.Sprintf("infected after %d days", settings[0].scenario.Days), Dots: true}
	for _, q := range points {
		c.X, c.Y, c.Low, c.High = append(c.X, q.x), append(c.Y, q.y), append(c.Low, q.low), append(c.High, q.high)
	}
	pic := chart.Picture{
		Title: settings[0].scenario.Title, XName: "people who run the app, %", YName: "infected, % of the people", MaxX: 100,
		Curves: []chart.Curve{c},
		Marks:  []chart.Mark{{X: studyMark, Text: "56% of the people: 80% of telephones"}},
		Notes:  append(conditions(settings[0].scenario), fmt.Sprintf("Band: least to most of %d runs. What follows from assumptions, not a forecast.", len(groups[0]))),
	}
	return &pic
}

// conditions are what a curve holds under, in lines.
func conditions(s sim.Scenario) []string {
	percent := func(v float64) string { return fmt.Sprintf("%.3g%%", 100*v) }
	list := []string{fmt.Sprintf("Conditions: %s people; ", thousands(float64(s.People)))}
	if s.LockdownShare < 1 {
		list[0] += fmt.Sprintf("a lockdown of %d days when %s were infected", s.LockdownDays, percent(s.LockdownShare))
		if s.Shield {
			list[0] += ", which goes on for people of 70 and over"
		}
		list[0] += "."
	} else {
		list[0] += "no lockdown."
	}
	home := percent(s.SelfQuarantine) + " of those with symptoms stay at home"
	if s.HouseholdOnSymptoms {
		home += " with their household"
	}
	list = append(list, home+fmt.Sprintf("; %s a day have such symptoms for other reasons.", percent(s.FalseSymptoms)))
	switch {
	case s.TraceOnSymptoms:
		list = append(list, "The app notifies "+percent(s.Traceable)+" of contacts between users when symptoms are reported; "+percent(s.ComplyOnSymptoms)+" of those notified obey.")
	case s.TraceOnPositive:
		list = append(list, "The app notifies "+percent(s.Traceable)+" of contacts between users after a positive test; "+percent(s.ComplyOnPositive)+" of those notified obey.")
	default:
		list = append(list, "No contacts are notified.")
	}
	if s.HouseholdOnTraced && (s.TraceOnSymptoms || s.TraceOnPositive) {
		list = append(list, "The households of those notified stay at home, too.")
	}
	return list
}
