package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/pratique/pratique/sim"
)

// line is a configuration that has been run.
type line struct {
	configuration
	hash   string
	runs   []sim.Result
	ours   reference
	app    float64 // % of the people
	agrees bool
}

// judge takes the means, and says whether the attack rate agrees: within three
// standard deviations of single reference runs, or two percentage points,
// whichever is more.
func (l *line) judge() {
	of := func(f func(sim.Summary) float64) value {
		var v value
		for _, r := range l.runs {
			v.mean += f(r.Summary) / float64(len(l.runs))
		}
		for _, r := range l.runs {
			d := f(r.Summary) - v.mean
			v.sd += d * d / math.Max(1, float64(len(l.runs)-1))
		}
		v.sd = math.Sqrt(v.sd)
		return v
	}
	l.app = of(func(s sim.Summary) float64 { return 100 * s.AppShare }).mean
	l.ours = reference{
		attack: of(func(s sim.Summary) float64 { return 100 * s.Attack }),
		peak: of(func(s sim.Summary) float64 {
			if s.LockedTo > 0 {
				return float64(s.LaterPeak)
			}
			return float64(s.Peak)
		}),
		r:       of(func(s sim.Summary) float64 { return s.RAfterApp }),
		deaths:  of(func(s sim.Summary) float64 { return float64(s.Deaths) }),
		atHome:  of(func(s sim.Summary) float64 { return 100 * s.PeakQuarantined }).mean,
		daysOut: of(func(s sim.Summary) float64 { return s.QuarantineDays }).mean,
	}
	l.agrees = math.Abs(l.ours.attack.mean-l.want.attack.mean) <= math.Max(2, 3*l.want.attack.sd)
}

func (l *line) verdict() string {
	switch {
	case l.want.attack.mean == 0:
		return "no reference"
	case l.agrees:
		return "agrees"
	case !l.judged:
		return "differs (not judged)"
	case l.isKnown():
		return "DIFFERS (known)"
	}
	return "DIFFERS"
}

func (l *line) isKnown() bool { return known[fmt.Sprintf("%s %.0f", l.name, 100*l.phones)] }

func (l *line) say() string {
	return fmt.Sprintf("%-42s %4.0f%%  attack %5.1f (%.1f), reference %5.1f (%.1f): %s", l.name, 100*l.phones,
		l.ours.attack.mean, l.ours.attack.sd, l.want.attack.mean, l.want.attack.sd, l.verdict())
}

func report(lines []line, command, code string) (text string, ok bool) {
	ok = true
	var b strings.Builder
	fmt.Fprintf(&b, "# Calibration\n\nMade by `make calibrate` (`%s`), source of package sim `%s`. Not written by hand; [oxford.md](../oxford.md) says what it means.\n\n", command, code)
	fmt.Fprintf(&b, "In each cell: ours, mean over %d seeds (standard deviation between them); below it the reference. Judged is the attack rate: within three standard deviations of single reference runs or two percentage points, whichever is more.\n\n", len(lines[0].runs))
	b.WriteString("| configuration | phones % | people % | infected % | most a day | R after the app | deaths | most in quarantine % | days in quarantine | |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, l := range lines {
		if l.judged && !l.agrees && !l.isKnown() {
			ok = false
		}
		fmt.Fprintf(&b, "| %s | %.0f | %.1f | %s | %s | %s | %s | %s | %s | %s |\n", l.name, 100*l.phones, l.app,
			both(l.ours.attack, l.want.attack, 1), both(l.ours.peak, l.want.peak, 0), both(l.ours.r, l.want.r, 2), both(l.ours.deaths, l.want.deaths, 0),
			both(value{mean: l.ours.atHome}, value{mean: l.want.atHome}, 1), both(value{mean: l.ours.daysOut}, value{mean: l.want.daysOut}, 1), l.verdict())
	}
	b.WriteString("\n## Where R crosses 1\n\n")
	at, found := crossing(lines)
	if found {
		fmt.Fprintf(&b, "In scenario 3, doubling in 3.5 days, R after the app crosses 1 at %.0f%% of the people (between two measured uptakes, on a straight line).", at)
	} else {
		b.WriteString("In scenario 3 R after the app does not cross 1.")
	}
	if !found || at < 45 || at > 60 {
		ok = false
		b.WriteString(" That is outside 45 to 60%.")
	}
	b.WriteString("\n\n## Before anything is done\n\n")
	ok = growth(&b, lines) && ok
	b.WriteString("\n## The course of the epidemic\n\n")
	ok = courses(&b, lines) && ok
	b.WriteString("\n## Scenarios\n\n| configuration | phones % | hash of the parameters |\n|---|---|---|\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s | %.0f | `%s` |\n", l.name, 100*l.phones, l.hash[:16])
	}
	return b.String(), ok
}

func both(ours, want value, digits int) string {
	say := func(v value) string {
		switch {
		case v == value{}:
			return "-"
		case v.sd == 0:
			return fmt.Sprintf("%.*f", digits, v.mean)
		}
		return fmt.Sprintf("%.*f (%.*f)", digits, v.mean, digits, v.sd)
	}
	return say(ours) + "<br>" + say(want)
}

func crossing(lines []line) (at float64, found bool) {
	for i := 1; i < len(lines) && lines[i].name == lines[0].name; i++ {
		a, b := &lines[i-1], &lines[i]
		if a.ours.r.mean >= 1 && b.ours.r.mean < 1 {
			return a.app + (b.app-a.app)*(a.ours.r.mean-1)/(a.ours.r.mean-b.ours.r.mean), true
		}
	}
	return 0, false
}

// growth compares doubling time and R0 before the interventions: reference
// 3.1 to 4.6 days (mean 3.7), R0 2.81 (0.22); at the faster rate R0 3.20 (0.18).
func growth(b *strings.Builder, lines []line) (ok bool) {
	ok = true
	b.WriteString("| configuration | doubling, days | reference | R0 of those infected early | reference |\n|---|---|---|---|---|\n")
	for i, l := range lines {
		if l.phones != 0 || l.runs[0].Summary.LockedTo == 0 || i > 0 && lines[i-1].name == l.name {
			continue
		}
		var days, r value
		least, most := math.Inf(1), 0.0
		for _, x := range l.runs {
			s := x.Summary
			days.mean += s.DoublingDays / float64(len(l.runs))
			r.mean += s.R0 / float64(len(l.runs))
			least, most = min(least, s.DoublingDays), max(most, s.DoublingDays)
		}
		for _, x := range l.runs {
			r.sd += (x.Summary.R0 - r.mean) * (x.Summary.R0 - r.mean) / math.Max(1, float64(len(l.runs)-1))
		}
		r.sd = math.Sqrt(r.sd)
		wantDays, wantR := "3.1 to 4.6, mean 3.7", value{2.81, 0.22}
		if strings.Contains(l.name, "3 days") {
			wantDays, wantR = "about 3", value{3.20, 0.18}
		} else if days.mean < 3.1 || days.mean > 4.6 {
			ok = false
			wantDays += " DIFFERS"
		}
		said := fmt.Sprintf("%.2f (%.2f)", wantR.mean, wantR.sd)
		if math.Abs(r.mean-wantR.mean) > 3*wantR.sd {
			ok = false
			said += " DIFFERS"
		}
		fmt.Fprintf(b, "| %s | %.1f to %.1f, mean %.1f | %s | %.2f (%.2f) | %s |\n", l.name, least, most, days.mean, wantDays, r.mean, r.sd, said)
	}
	return ok
}

// courses compares new infections a day with those of the reference: its mean
// must lie between the least and the most of our runs.
func courses(b *strings.Builder, lines []line) (ok bool) {
	ok = true
	b.WriteString("New infections a day in scenario 3, doubling in 3.5 days, counted from the last day before lockdown. In each cell: ours, mean (least to most); below it the mean of five reference runs, which must lie between.\n\n| day |")
	for _, c := range curves {
		fmt.Fprintf(b, " %.0f%% of phones |", 100*c.phones)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(curves)) + "\n")
	for i, day := range curveDays {
		fmt.Fprintf(b, "| %d |", day)
		for _, c := range curves {
			for _, l := range lines {
				if l.name != lines[0].name || l.phones != c.phones {
					continue
				}
				mean, least, most := 0.0, math.Inf(1), 0.0
				for _, r := range l.runs {
					at := r.Summary.LockedFrom - 2 + day
					if at < 0 || at >= len(r.Days) {
						continue
					}
					v := float64(r.Days[at].New) * 1e5 / float64(r.People)
					mean += v / float64(len(l.runs))
					least, most = min(least, v), max(most, v)
				}
				said := ""
				if c.means[i] < least || c.means[i] > most {
					ok = false
					said = " DIFFERS"
				}
				fmt.Fprintf(b, " %.0f (%.0f to %.0f)<br>%.0f%s |", mean, least, most, c.means[i], said)
			}
		}
		b.WriteString("\n")
	}
	return ok
}
