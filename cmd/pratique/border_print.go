package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/sim/border"
	"github.com/pratique/pratique/sim/chart"
)

// borderRow is one figure of an outcome.
type borderRow struct {
	name string
	of   func(border.Outcome) float64
	// more says in words what more, or less, of it is.
	more, less string
}

var borderEffects = []borderRow{
	{"on the journey", func(o border.Outcome) float64 { return o.Journey }, "more is passed on on the journey", "less is passed on on the journey"},
	{"by these people anywhere", func(o border.Outcome) float64 { return o.Cohort }, "more is passed on by these people anywhere", "less is passed on by these people anywhere"},
	{"at the destination", func(o border.Outcome) float64 { return o.Destination }, "more is passed on at the destination", "less is passed on at the destination"},
}

var borderCosts = []borderRow{
	{"infected who arrive", func(o border.Outcome) float64 { return o.InfectedArrived }, "more infected arrive", "fewer infected arrive"},
	{"stopped, infected", func(o border.Outcome) float64 { return o.InfectedStopped }, "more infected are stopped", "fewer infected are stopped"},
	{"stopped, not infected", func(o border.Outcome) float64 { return o.FalseStopped }, "more are stopped who are not infected", "fewer are stopped who are not infected"},
	{"isolated, not infected", func(o border.Outcome) float64 { return o.FalseIsolated }, "more are isolated who are not infected", "fewer are isolated who are not infected"},
	{"tests", func(o border.Outcome) float64 { return o.Tests }, "more tests", "fewer tests"},
	{"days in quarantine", func(o border.Outcome) float64 { return o.QuarantineDays }, "more days in quarantine", "fewer days in quarantine"},
}

// borderTable prints one policy, or two side by side.
func (p *program) borderTable(list []crossed) {
	s := list[0].setting
	for i, c := range list {
		p.out.WriteString(p.look.wrap(string(rune('A'+i))+": ", "   ", printable(c.name)))
	}
	fmt.Fprintf(p.out, "%s travellers; of them infected within %g days before arrival: %s\n\n", thousands(s.Travellers), s.Window, thousands(list[0].without.Infected))
	fmt.Fprintf(p.out, "%-26s %10s", "passed on (people's worth)", "nothing")
	for i := range list {
		fmt.Fprintf(p.out, " %10s %7s", string(rune('A'+i)), "less")
	}
	p.out.WriteString("\n")
	for _, r := range borderEffects {
		fmt.Fprintf(p.out, "%-26s %10.1f", r.name, r.of(list[0].without))
		for _, c := range list {
			less := 0.0
			if w := r.of(c.without); w > 0 {
				less = 1 - r.of(c.with)/w
			}
			fmt.Fprintf(p.out, " %10.1f %6.1f%%", r.of(c.with), 100*less)
		}
		p.out.WriteString("\n")
	}
	p.out.WriteString("\n")
	for _, r := range borderCosts {
		row := fmt.Sprintf("%-26s %10s", r.name, thousands(r.of(list[0].without)))
		for _, c := range list {
			row += fmt.Sprintf(" %10s %7s", thousands(r.of(c.with)), "")
		}
		p.out.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	p.out.WriteString("\n")
	if len(list) == 2 {
		p.out.WriteString(p.look.wrap("", "", borderDifference(list[0].with, list[1].with)))
	}
	p.out.WriteString("A person's worth: what one with symptoms passes on if nothing is done. The three shares\ndiffer because they are of different things: pratique border --help.\nWhat follows from the assumptions (--show), not a forecast.\n")
}

// borderDifference says in words what B has that A has not.
func borderDifference(a, b border.Outcome) string {
	var parts []string
	for _, r := range borderEffects {
		was, is := r.of(a), r.of(b)
		if was <= 0 || math.Abs(is/was-1) < 0.0005 {
			continue
		}
		word := r.less
		if is > was {
			word = r.more
		}
		parts = append(parts, fmt.Sprintf("%.1f%% %s", 100*math.Abs(is/was-1), word))
	}
	for _, r := range borderCosts {
		d := r.of(b) - r.of(a)
		if math.Abs(d) < 0.5 {
			continue
		}
		word := r.less
		if d > 0 {
			word = r.more
		}
		parts = append(parts, thousands(math.Abs(d))+" "+word)
	}
	if len(parts) == 0 {
		return "B makes no difference to A."
	}
	return "With B instead of A " + strings.Join(parts, "; ") + "."
}

// borderSweep prints a line for each value.
func (p *program) borderSweep(q *crossing, list []crossed) {
	name, _, _ := strings.Cut(q.sweep, "=")
	p.out.WriteString(p.look.wrap("", "", fmt.Sprintf("%s travellers, %s of them infected", thousands(list[0].setting.Travellers), thousands(list[0].with.Infected))))
	w := max(12, len(name))
	fmt.Fprintf(p.out, "\n%-*s  %-31s  %9s %9s %9s %11s\n", w, "", "less passed on, of that", "", "infected", "wrongly", "days in")
	fmt.Fprintf(p.out, "%-*s  %9s %9s %11s  %9s %9s %9s %11s\n", w, name, "journey", "anywhere", "destination", "tests", "arrive", "stopped", "quarantine")
	for _, c := range list {
		e := c.with.Effect(c.without)
		fmt.Fprintf(p.out, "%-*s  %8.1f%% %8.1f%% %10.1f%%  %9s %9s %9s %11s\n", w, c.value, 100*e.Journey, 100*e.Cohort, 100*e.Destination,
			thousands(c.with.Tests), thousands(c.with.InfectedArrived), thousands(c.with.FalseStopped), thousands(c.with.QuarantineDays))
	}
	p.out.WriteString("\nWhat follows from the assumptions (--show), not a forecast.\n")
}

// sweepPicture is the three shares over the values of a field.
func sweepPicture(q *crossing, list []crossed) (*chart.Picture, error) {
	name, _, _ := strings.Cut(q.sweep, "=")
	if !numeric(name) {
		return nil, misuse("no curve can be drawn over "+name, "go through a field that takes one number")
	}
	list = slices.Clone(list)
	value := func(c crossed) float64 {
		v, _ := strconv.ParseFloat(c.value, 64)
		return v
	}
	slices.SortStableFunc(list, func(a, b crossed) int { return cmp.Compare(value(a), value(b)) })
	pic := &chart.Picture{Title: "How much less is passed on", XName: name, YName: "less than without any policy, %", MaxY: 100,
		Curves: []chart.Curve{{Name: "on the journey", Dots: true}, {Name: "by these people anywhere", Dots: true}, {Name: "at the destination", Dots: true}},
		Notes:  []string{"Three shares of three different things. " + printable(policyName(&list[0].setting)) + " at the left end. What follows from assumptions, not a forecast."}}
	for _, c := range list {
		e := c.with.Effect(c.without)
		for i, v := range []float64{e.Journey, e.Cohort, e.Destination} {
			pic.Curves[i].X = append(pic.Curves[i].X, value(c))
			pic.Curves[i].Y = append(pic.Curves[i].Y, 100*max(v, 0))
		}
	}
	return pic, nil
}

// costPicture is what quarantine costs and leaves: alone, with the tests of each
// policy, and with a PCR on the day before its end.
func costPicture(list []crossed) (*chart.Picture, error) {
	const longest = 14
	pic := &chart.Picture{Title: "What quarantine costs, and what it leaves", XName: "days in quarantine, for each traveller",
		YName: fmt.Sprintf("infected at the destination by %s travellers", thousands(list[0].setting.Travellers))}
	add := func(name string, s border.Setting, change func(s *border.Setting, days int)) error {
		c := chart.Curve{Name: name, Dots: true}
		for days := range longest + 1 {
			s.Quarantine = float64(days)
			change(&s, days)
			o, err := s.Evaluate()
			if err != nil {
				return failure(err.Error(), "`pratique border --fields` says what each field takes")
			}
			c.X = append(c.X, o.QuarantineDays/s.Travellers)
			c.Y = append(c.Y, o.Cases)
		}
		pic.Curves = append(pic.Curves, c)
		return nil
	}
	keep := func(*border.Setting, int) {}
	first := list[0].setting
	bare := first.Without()
	bare.QuarantineAdherence = first.QuarantineAdherence
	if err := add("quarantine alone", bare, keep); err != nil {
		return nil, err
	}
	if err := add("with a PCR on its last day", bare, func(s *border.Setting, days int) {
		s.LaterTest, s.LaterDays = border.PCR, []float64{max(float64(days)-1, 0)}
	}); err != nil {
		return nil, err
	}
	for i, c := range list {
		s := c.setting
		if err := add("with what else "+string(rune('A'+i))+" asks", s, keep); err != nil {
			return nil, err
		}
		pic.Marks = append(pic.Marks, chart.Mark{X: c.with.QuarantineDays / s.Travellers, Text: fmt.Sprintf("%c: %s", 'A'+i, thousands(c.with.Cases))})
		pic.Notes = append(pic.Notes, fmt.Sprintf("%c: %s.", 'A'+i, printable(c.name)))
	}
	pic.Notes = append(pic.Notes, "Each point is a day more. What follows from assumptions, not a forecast.")
	return pic, nil
}
