package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/rules"
)

func rulesMatrixCommand() *command {
	var baseline, at, lang string
	var adoptions []string
	var asJSON bool
	return &command{
		use:   "matrix [flags] FILE|NAME...",
		short: "in what countries deviate from the standard, and what they declare",
		long: `Matrix puts rule sets side by side with the baseline of the standard: how old a test may be, from when on a dose counts, until when a recovery. Nothing is taken from how rules are written: invented certificates are put to each set, and what counts is how long they are accepted. The journey is not told; "depends" is what turns on it.

With --adoption, a country's declaration of its deviations (docs/standard) is held against that: what it does and does not declare, and what it declares and does not. It exits 1 if there is such a thing.`,
		example: `$ pratique rules matrix norland sudmark
$ pratique rules matrix --adoption norland-adoption.json norland sudmark
$ pratique rules matrix --json norland sudmark`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&adoptions, "adoption", nil, "a `FILE` in which a country declares its deviations; may be repeated")
			f.StringVar(&baseline, "baseline", "baseline", "the `FILE|NAME` of the rules to compare with")
			f.StringVar(&at, "at", "", "the `MOMENT` that is asked about; else now")
			f.StringVar(&lang, "lang", "", "the `LANGUAGE`: en or fr (default that of the environment)")
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
		},
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name a rule set", "`pratique rules matrix norland sudmark`")
			}
			pr, err := (&asked{lang: lang, json: asJSON}).printer(p)
			if err != nil {
				return err
			}
			when := p.now()
			if at != "" {
				if when, err = moment("--at", at); err != nil {
					return err
				}
			}
			m := matrix{printer: pr, at: when}
			if m.baseline, err = oneSet(baseline); err != nil {
				return err
			}
			declared, err := readAdoptions(adoptions)
			if err != nil {
				return err
			}
			for _, name := range args {
				set, err := oneSet(name)
				if err != nil {
					return err
				}
				a := declared[set.Jurisdiction]
				m.columns = append(m.columns, column{name, set, a, rules.Positions(m.baseline, set, a, when)})
			}
			for country := range declared {
				if !m.has(country) {
					return misuse("an adoption is of "+country+", and no rule set is", "name the rules of that country, too")
				}
			}
			m.print(p)
			if m.wrong() {
				return silent(exitRed)
			}
			return nil
		},
	}
}

// oneSet reads a rule set of ours.
func oneSet(name string) (*rules.Set, error) {
	f, err := readRules(name)
	if err != nil {
		return nil, err
	}
	if err := f.fault(); err != nil {
		return nil, err
	}
	return f.set, nil
}

// readAdoptions reads declarations, by country.
func readAdoptions(names []string) (map[string]*rules.Adoption, error) {
	out := map[string]*rules.Adoption{}
	for _, name := range names {
		data, err := readFile(name, rules.MaxSize)
		if err != nil {
			return nil, failure("opening "+quote(name)+": "+cause(err), "an adoption is a file in JSON; docs/standard has one")
		}
		a, err := rules.ParseAdoption(data)
		if err != nil {
			return nil, failure(quote(name)+": "+err.Error(), "docs/standard has one to begin with")
		}
		if out[a.Jurisdiction] != nil {
			return nil, misuse("two adoptions are of "+a.Jurisdiction, "give the one that is in force")
		}
		out[a.Jurisdiction] = a
	}
	return out, nil
}

// column is a rule set in the matrix.
type column struct {
	name      string
	set       *rules.Set
	adoption  *rules.Adoption
	positions []rules.Position
}

type matrix struct {
	printer
	at       time.Time
	baseline *rules.Set
	columns  []column
}

func (m matrix) has(country string) bool {
	for _, c := range m.columns {
		if c.set.Jurisdiction == country {
			return true
		}
	}
	return false
}

// wrong reports whether a country that adopted the standard does otherwise than it says.
func (m matrix) wrong() bool {
	for _, c := range m.columns {
		for _, x := range c.positions {
			if c.adoption != nil && x.State != rules.Same && x.State != rules.Declared {
				return true
			}
		}
	}
	return false
}

// marks stand behind a value.
var marks = map[rules.State]string{rules.Same: "", rules.Declared: " *", rules.Undeclared: " !", rules.Otherwise: " ?", rules.Moot: " ?"}

func (m matrix) print(p *program) {
	if m.json {
		for _, c := range m.columns {
			p.out.Write(jsonLine(m.line(c)))
		}
		return
	}
	head := fmt.Sprintf("%-32s  %-14s", "", "baseline")
	for _, c := range m.columns {
		head += fmt.Sprintf("  %-14s", c.name)
	}
	p.out.WriteString(strings.TrimRight(head, " ") + "\n")
	for i, x := range m.columns[0].positions {
		row := fmt.Sprintf("%-32s  %-14s", x.Parameter.Name, x.Baseline)
		for _, c := range m.columns {
			row += fmt.Sprintf("  %-14s", c.positions[i].Value+marks[c.positions[i].State])
		}
		p.out.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	for _, c := range m.columns {
		m.explain(p, c)
	}
}

// explain says each deviation of a column in words.
func (m matrix) explain(p *program, c column) {
	say := func(mark, format string, args ...any) {
		fmt.Fprint(p.out, p.look.wrap(" "+mark+" ", "   ", c.name+": "+fmt.Sprintf(format, args...)))
	}
	for _, x := range c.positions {
		name, d := x.Parameter.Name, x.Deviation
		switch x.State {
		case rules.Declared:
			say("*", "%s is %s instead of %s, declared until %s: %s", name, x.Value, x.Baseline, day(d.Until), printable(d.Reason.In(m.lang)))
		case rules.Undeclared:
			say("!", "%s is %s instead of %s, and nothing is declared (%s)", name, x.Value, x.Baseline, x.Parameter.Clause)
		case rules.Otherwise:
			say("?", "%s is %s, and %s is declared", name, x.Value, printable(d.Value))
		case rules.Moot:
			say("?", "%s is %s, as in the baseline, and %s is declared", name, x.Value, printable(d.Value))
		}
	}
	for _, d := range c.adoption.Others(m.at) {
		say("*", "%s: %s, declared until %s: %s", printable(d.Clause), printable(d.Value), day(d.Until), printable(d.Reason.In(m.lang)))
	}
}

// parameterLine is a parameter in JSON.
type parameterLine struct {
	Name     string           `json:"name"`
	Clause   string           `json:"clause"`
	Baseline string           `json:"baseline"`
	Value    string           `json:"value"`
	State    rules.State      `json:"state"`
	Declared *rules.Deviation `json:"declared,omitempty"`
}

func (m matrix) line(c column) any {
	line := struct {
		Set          string            `json:"set"`
		Jurisdiction string            `json:"jurisdiction"`
		Standard     string            `json:"standard"`
		At           time.Time         `json:"at"`
		Adopted      bool              `json:"adopted"`
		Parameters   []parameterLine   `json:"parameters"`
		Others       []rules.Deviation `json:"others"`
	}{c.name, c.set.Jurisdiction, "1.0", m.at, c.adoption != nil, nil, append([]rules.Deviation{}, c.adoption.Others(m.at)...)}
	for _, x := range c.positions {
		line.Parameters = append(line.Parameters, parameterLine{x.Parameter.Name, x.Parameter.Clause, x.Baseline, x.Value, x.State, x.Deviation})
	}
	return line
}

// declaredDiff compares a country's rules with the baseline and what it declares.
func (pr printer) declaredDiff(p *program, sets [2]*rules.Set, file string, asJSON bool) error {
	declared, err := readAdoptions([]string{file})
	if err != nil {
		return err
	}
	a := declared[sets[1].Jurisdiction]
	if a == nil {
		return misuse("the adoption "+quote(file)+" is of another country than the new rules", "the new set comes second: `pratique rules diff --declared FILE baseline NEW`")
	}
	pr.json = asJSON
	m := matrix{printer: pr, at: p.now(), baseline: sets[0]}
	m.columns = []column{{sets[1].ID, sets[1], a, rules.Positions(sets[0], sets[1], a, m.at)}}
	if asJSON {
		m.print(p)
	} else {
		m.explain(p, m.columns[0])
	}
	if m.wrong() {
		return silent(exitRed)
	}
	if !asJSON {
		fmt.Fprintln(p.out, "all that differs is declared")
	}
	return nil
}
