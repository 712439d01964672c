package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/sim"
)

// simulation is what pratique simulate was asked for.
type simulation struct {
	set     []string
	sweep   []string
	seeds   int
	first   uint64
	threads int
	output  string
	plot    bool
	asJSON  bool
	fields  bool
	list    bool
	show    bool
}

// The limits of one call.
const (
	maxSettings = 10000
	maxSeeds    = 1000
	maxScenario = 64 << 10
)

func simulateCommand() *command {
	var q simulation
	return &command{
		use:   "simulate [flags] FILE|NAME",
		short: "what a policy does to an epidemic",
		long: `Simulate runs a scenario in a population of single people, once for each seed, and prints what came of it. A scenario is a text: the people, the infection, and what is done about it. Those of the Oxford study of April 2020, from which the sentence about 56% of the people is, come with the program (--list).

A run is the same on every machine and with any number of threads. It shows what follows from its assumptions, which --show prints, and foretells nothing.

--set changes a field, --sweep goes through several values of one, and through all combinations of several. With -o every finished run is in a file before the next one begins, and the same call again goes on where it ended: runs.jsonl, and from it runs.csv, days.csv and scenario.txt. --plot draws there what was run, as SVG and as PNG: infections by day, and for a sweep of app-uptake the curve over the share of the people who run the app.`,
		example: `$ pratique simulate oxford-scenario-3
$ pratique simulate oxford-scenario-3 --sweep app-uptake=0,0.15,0.3,0.45,0.56,0.8,1 --seeds 5 -o uptake --plot
$ pratique simulate oxford-2021 --set people=1000000 --set days=150
$ pratique simulate --show oxford-scenario-3
$ pratique simulate --fields`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&q.set, "set", nil, "a `FIELD=VALUE` that differs; several values of one field by commas")
			f.StringArrayVar(&q.sweep, "sweep", nil, "go through the values of a `FIELD=VALUE,VALUE...`")
			f.IntVar(&q.seeds, "seeds", 3, "how many `RUNS` of each setting")
			f.Uint64Var(&q.first, "first-seed", 1, "the `SEED` of the first of them")
			f.IntVar(&q.threads, "threads", 0, "on so many `PROCESSORS`; else on all")
			f.StringVarP(&q.output, "output", "o", "", "the `FOLDER` for the runs; what is there already is not run again")
			f.BoolVar(&q.plot, "plot", false, "draw the results in that folder")
			f.BoolVar(&q.asJSON, "json", false, "print one JSON object a run")
			f.BoolVar(&q.fields, "fields", false, "print the fields of a scenario: unit, bounds, meaning, source")
			f.BoolVar(&q.list, "list", false, "print the scenarios that come with the program")
			f.BoolVar(&q.show, "show", false, "print the scenario with all its fields, and run nothing")
		},
		args: sim.Names(),
		run: func(p *program, args []string) error {
			switch {
			case q.fields:
				return p.printFields(q.asJSON)
			case q.list:
				return p.printScenarios()
			case len(args) != 1:
				return misuse("name one scenario", "`pratique simulate oxford-scenario-3`; `pratique simulate --list` names those that come with the program")
			case q.plot && q.output == "":
				return misuse("--plot needs a folder", "name one by -o")
			case q.seeds < 1 || q.seeds > maxSeeds:
				return misuse(fmt.Sprintf("--seeds takes 1 to %d", maxSeeds), "`pratique simulate --seeds 20 oxford-scenario-3`")
			case q.threads < 0 || q.threads > 256:
				return misuse("--threads takes 1 to 256", "leave it away to take all processors")
			}
			if q.threads == 0 {
				q.threads = runtime.GOMAXPROCS(0)
			}
			base, err := p.scenario(args[0])
			if err != nil {
				return err
			}
			settings, err := q.settings(base)
			if err != nil {
				return err
			}
			if q.show {
				for _, s := range settings {
					p.out.WriteString(s.scenario.String())
				}
				return nil
			}
			return p.simulate(&q, settings)
		},
	}
}

// scenario is the one that comes with the program under a name, or that of a file.
func (p *program) scenario(name string) (sim.Scenario, error) {
	if slices.Contains(sim.Names(), name) {
		return sim.Shipped(name)
	}
	var text []byte
	var err error
	if name == "-" {
		text, err = readAll(p.in, maxScenario)
	} else {
		text, err = readFile(name, maxScenario)
	}
	if err != nil {
		return sim.Scenario{}, failure("reading "+quote(name)+": "+cause(err), "name a scenario's text file; `pratique simulate --list` names those that come with the program")
	}
	s, err := sim.Parse(text)
	if err != nil {
		return s, refusedScenario(err)
	}
	return s, nil
}

func refusedScenario(err error) error {
	hint := "`pratique simulate --show oxford-scenario-3` prints a scenario to begin with"
	var fe *sim.FieldError
	if errors.As(err, &fe) && fe.Field != "" {
		hint = "`pratique simulate --fields` says what each field takes"
	}
	return failure(err.Error(), hint)
}

// setting is a scenario and what was changed in it by --sweep.
type setting struct {
	scenario sim.Scenario
	changed  []string // "app-uptake=0.8"
}

// settings are all combinations of what is to be gone through.
func (q *simulation) settings(base sim.Scenario) ([]setting, error) {
	for _, c := range q.set {
		if err := changeField(&base, "--set", c); err != nil {
			return nil, err
		}
	}
	all := []setting{{scenario: base}}
	for _, sweep := range q.sweep {
		name, values, ok := strings.Cut(sweep, "=")
		if !ok || values == "" {
			return nil, misuse("--sweep takes FIELD=VALUE,VALUE..., not "+quote(sweep), "`--sweep app-uptake=0,0.5,1`")
		}
		list := strings.Split(values, ",")
		if len(all)*len(list) > maxSettings {
			return nil, misuse(fmt.Sprintf("that makes over %d settings", maxSettings), "go through fewer values at a time")
		}
		var next []setting
		for _, s := range all {
			for _, v := range list {
				one := setting{s.scenario, append(slices.Clone(s.changed), name+"="+v)}
				if err := changeField(&one.scenario, "--sweep", name+"="+v); err != nil {
					return nil, err
				}
				next = append(next, one)
			}
		}
		all = next
	}
	return all, nil
}

func changeField(s *sim.Scenario, flag, text string) error {
	name, values, ok := strings.Cut(text, "=")
	if !ok {
		return misuse(flag+" takes FIELD=VALUE, not "+quote(text), "`"+flag+" app-uptake=0.5`")
	}
	if err := s.Set(name, strings.Split(values, ",")...); err != nil {
		return misuse(flag+": "+err.Error(), "`pratique simulate --fields` says what each field takes")
	}
	return nil
}

func (p *program) printScenarios() error {
	for _, name := range sim.Names() {
		s, err := sim.Shipped(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%-20s %s\n", name, s.Title)
	}
	return nil
}

func (p *program) printFields(asJSON bool) error {
	for _, f := range sim.Fields() {
		bounds := f.Unit
		if f.Unit != "yes or no" {
			bounds = fmt.Sprintf("%s, %g to %g", f.Unit, f.Min, f.Max)
		}
		p.printField(fieldNote{1, f.Name, f.Values, f.Unit, f.Min, f.Max, f.Meaning, f.Source}, bounds, asJSON)
	}
	return nil
}

// fieldNote is what there is to say of a field of a scenario, or of a policy.
type fieldNote struct {
	V       int     `json:"v"`
	Field   string  `json:"field"`
	Values  int     `json:"values"`
	Unit    string  `json:"unit"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	Meaning string  `json:"meaning"`
	Source  string  `json:"source"`
}

func (p *program) printField(f fieldNote, bounds string, asJSON bool) {
	if asJSON {
		p.out.Write(jsonLine(f))
		return
	}
	if f.Values > 1 {
		bounds = fmt.Sprintf("%d values; %s", f.Values, bounds)
	}
	fmt.Fprintf(p.out, "%s (%s)\n", f.Field, bounds)
	p.out.WriteString(p.look.wrap("  ", "  ", f.Meaning))
	p.out.WriteString(p.look.wrap("  ", "  ", "source: "+f.Source))
}
