package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/sim/border"
	"github.com/pratique/pratique/sim/chart"
)

// crossing is what pratique border was asked for.
type crossing struct {
	before, arrival, later string
	quarantine, adherence  string
	set, against           []string
	sweep                  string
	pictures               []string
	asJSON, asCSV          bool
	fields, show           bool
	literature             bool
}

// maxSweep is how many values one call goes through.
const maxSweep = 1000

func borderCommand() *command {
	var q crossing
	return &command{
		use:   "border [flags] [FILE [FILE]]",
		short: "what a policy at the border takes away, and what it costs",
		long: `Border computes, by a closed sum and without chance, what tests and quarantine do to the infections that travellers bring. How much that is depends on what it is a share of, so it prints all three shares of the literature: of what is passed on on the journey, by the same people anywhere, and at the destination.

The policy is given by flags or in a text file (--fields says what it takes, --show writes one). Of two files, or of one policy and what --against changes in it, both stand side by side, with the difference in words. --sweep goes through the values of a field. --picture draws what was computed: a sweep, or else what quarantine of 0 to 14 days costs and leaves.

--literature puts the published figures of six studies beside ours. What comes out follows from the assumptions, which --show prints; it is not a forecast.`,
		example: `$ pratique border --before pcr:72
$ pratique border --before pcr:72 --against before-hours=48
$ pratique border --before pcr:72 --sweep before-hours=96,72,48,24,0 --picture hours.png
$ pratique border --later pcr:5 --quarantine 6 --adherence 0.7 --picture cost.svg
$ pratique border --before antigen:24 --show > policy.txt
$ pratique border policy.txt --set incidence=50
$ pratique border --literature`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&q.before, "before", "", "a test before departure, as `KIND:HOURS`: pcr:72, antigen:24")
			f.StringVar(&q.arrival, "arrival", "", "a test on arrival, of a `KIND`: pcr or antigen")
			f.StringVar(&q.later, "later", "", "tests after arrival, as `KIND:DAYS`: pcr:5, antigen:1,3,5")
			f.StringVar(&q.quarantine, "quarantine", "", "so many `DAYS` of quarantine from arrival on")
			f.StringVar(&q.adherence, "adherence", "", "the `SHARE` of people who keep it: 0.8")
			f.StringArrayVar(&q.set, "set", nil, "a `FIELD=VALUE` that differs; several values of one field by commas")
			f.StringArrayVar(&q.against, "against", nil, "a `FIELD=VALUE` of a second policy that is otherwise the same")
			f.StringVar(&q.sweep, "sweep", "", "go through the values of a `FIELD=VALUE,VALUE...`")
			f.StringArrayVar(&q.pictures, "picture", nil, "draw it into a `FILE`.svg or .png")
			f.BoolVar(&q.asJSON, "json", false, "print one JSON object for each policy")
			f.BoolVar(&q.asCSV, "csv", false, "print a table for a spreadsheet")
			f.BoolVar(&q.fields, "fields", false, "print the fields: unit, bounds, meaning, source")
			f.BoolVar(&q.show, "show", false, "print the setting with all its fields, and compute nothing")
			f.BoolVar(&q.literature, "literature", false, "print the published figures beside ours")
		},
		args: []string{},
		run: func(p *program, args []string) error {
			switch {
			case q.fields:
				return p.borderFields(q.asJSON)
			case q.literature:
				return p.borderLiterature(&q)
			case len(args) > 2:
				return misuse("at most two policies at a time", "compare two, or go through one field by --sweep")
			case len(args) == 2 && (len(q.against) > 0 || q.sweep != ""):
				return misuse("two files leave nothing to --against and --sweep", "name one file")
			case len(q.against) > 0 && q.sweep != "":
				return misuse("--against and --sweep do not go together", "take one of them")
			}
			for _, name := range q.pictures {
				if ext := strings.ToLower(filepath.Ext(name)); ext != ".svg" && ext != ".png" {
					return misuse("no picture is made for "+quote(name), "the name must end in .svg or .png")
				}
			}
			list, err := p.crossings(&q, args)
			if err != nil {
				return err
			}
			if q.show {
				for _, c := range list {
					p.out.WriteString(c.setting.String())
				}
				return nil
			}
			return p.cross(&q, list)
		},
	}
}

// crossed is a policy, what came of it, and what would without.
type crossed struct {
	name    string
	setting border.Setting
	value   string // of the field that --sweep goes through
	without border.Outcome
	with    border.Outcome
}

// crossings are the settings that were asked for.
func (p *program) crossings(q *crossing, args []string) ([]crossed, error) {
	if len(args) == 0 {
		args = []string{""}
	}
	var list []crossed
	for _, name := range args {
		s := border.Default()
		if name != "" {
			var err error
			if s, err = p.borderSetting(name); err != nil {
				return nil, err
			}
		}
		if err := q.change(&s); err != nil {
			return nil, err
		}
		list = append(list, crossed{name: s.Title, setting: s})
		if s.Title == "" {
			list[len(list)-1].name = policyName(&s)
		}
	}
	base := list[0]
	if len(q.against) > 0 {
		base.name = strings.Join(q.against, " ")
		for _, c := range q.against {
			if err := setBorder(&base.setting, "--against", c); err != nil {
				return nil, err
			}
		}
		list = append(list, base)
	}
	if q.sweep == "" {
		return list, nil
	}
	name, values, ok := strings.Cut(q.sweep, "=")
	all := strings.Split(values, ",")
	if !ok || values == "" || len(all) > maxSweep {
		return nil, misuse(fmt.Sprintf("--sweep takes FIELD=VALUE,VALUE... with up to %d values, not %s", maxSweep, quote(q.sweep)), "`--sweep before-hours=72,48,24`")
	}
	list = nil
	for _, v := range all {
		next := base
		next.name, next.value = name+"="+v, v
		if err := setBorder(&next.setting, "--sweep", name+"="+v); err != nil {
			return nil, err
		}
		list = append(list, next)
	}
	return list, nil
}

func (p *program) borderSetting(name string) (border.Setting, error) {
	var text []byte
	var err error
	if name == "-" {
		text, err = readAll(p.in, maxScenario)
	} else {
		text, err = readFile(name, maxScenario)
	}
	if err != nil {
		return border.Setting{}, failure("reading "+quote(name)+": "+cause(err), "name a policy's text file; `pratique border --show` prints one to begin with")
	}
	s, err := border.Parse(text)
	if err != nil {
		hint := "`pratique border --show` prints a setting to begin with"
		var fe *border.FieldError
		if errors.As(err, &fe) && fe.Field != "" {
			hint = "`pratique border --fields` says what each field takes"
		}
		return s, failure(err.Error(), hint)
	}
	return s, nil
}

// change puts what the flags say into a setting.
func (q *crossing) change(s *border.Setting) error {
	var set []string
	pair := func(flag, text, kind, value, sample string) error {
		k, v, ok := strings.Cut(text, ":")
		if !ok {
			return misuse("--"+flag+" takes KIND:"+value+", not "+quote(text), "`"+sample+"`")
		}
		set = append(set, flag+"-test="+k, kind+"="+v)
		return nil
	}
	if q.before != "" {
		if err := pair("before", q.before, "before-hours", "HOURS", "--before pcr:72"); err != nil {
			return err
		}
	}
	if q.later != "" {
		if err := pair("later", q.later, "later-days", "DAYS", "--later pcr:5"); err != nil {
			return err
		}
	}
	for _, f := range []struct{ field, value string }{{"arrival-test", q.arrival}, {"quarantine-days", q.quarantine}, {"quarantine-adherence", q.adherence}} {
		if f.value != "" {
			set = append(set, f.field+"="+f.value)
		}
	}
	for _, c := range append(set, q.set...) {
		if err := setBorder(s, "", c); err != nil {
			return err
		}
	}
	return nil
}

func setBorder(s *border.Setting, flag, text string) error {
	name, values, ok := strings.Cut(text, "=")
	if !ok {
		return misuse("a change is FIELD=VALUE, not "+quote(text), "`--set incidence=50`")
	}
	if err := s.Set(name, strings.Split(values, ",")...); err != nil {
		if flag != "" {
			flag += ": "
		}
		return misuse(flag+err.Error(), "`pratique border --fields` says what each field takes")
	}
	return nil
}

// cross evaluates and prints.
func (p *program) cross(q *crossing, list []crossed) error {
	for i := range list {
		c := &list[i]
		var err error
		if c.with, err = c.setting.Evaluate(); err != nil {
			return failure(err.Error(), "`pratique border --fields` says what each field takes")
		}
		without := c.setting.Without()
		if c.without, err = without.Evaluate(); err != nil {
			return failure(err.Error(), "`pratique border --fields` says what each field takes")
		}
	}
	switch {
	case q.asJSON:
		for _, c := range list {
			p.out.Write(jsonLine(struct {
				V       int            `json:"v"`
				Model   string         `json:"model"`
				Policy  string         `json:"policy"`
				Without border.Outcome `json:"without"`
				With    border.Outcome `json:"with"`
				Less    border.Effect  `json:"less"`
			}{1, border.Version, c.name, rounded(c.without), rounded(c.with), roundedEffect(c.with.Effect(c.without))}))
		}
	case q.asCSV:
		p.borderCSV(list)
	case q.sweep != "":
		p.borderSweep(q, list)
	default:
		p.borderTable(list)
	}
	if len(q.pictures) == 0 {
		return nil
	}
	var pic *chart.Picture
	var err error
	if q.sweep != "" {
		pic, err = sweepPicture(q, list)
	} else {
		pic, err = costPicture(list)
	}
	if err != nil {
		return err
	}
	for _, name := range q.pictures {
		data := pic.SVG()
		if strings.ToLower(filepath.Ext(name)) == ".png" {
			if data, err = pic.PNG(); err != nil {
				return failure("drawing: "+err.Error(), "name a file that ends in .svg")
			}
		}
		if err := p.deliver(name, data); err != nil {
			return err
		}
	}
	return nil
}

// rounded are figures to a millionth: behind it machines may differ.
func rounded(o border.Outcome) border.Outcome {
	for _, v := range []*float64{&o.Journey, &o.Cohort, &o.Destination, &o.Cases, &o.AfterQuarantine, &o.Infected, &o.InfectedStopped, &o.InfectedArrived,
		&o.InfectedFound, &o.FalseStopped, &o.FalseIsolated, &o.Arrived, &o.Tests, &o.QuarantineDays, &o.IsolationDays} {
		*v = math.Round(*v*1e6) / 1e6
	}
	return o
}

func roundedEffect(e border.Effect) border.Effect {
	for _, v := range []*float64{&e.Journey, &e.Cohort, &e.Destination} {
		*v = math.Round(*v*1e6) / 1e6
	}
	return e
}

// policyName is a policy in words.
func policyName(s *border.Setting) string {
	var parts []string
	names := map[border.Test]string{border.PCR: "PCR", border.Antigen: "antigen test"}
	if s.BeforeTest != border.None {
		parts = append(parts, fmt.Sprintf("%s %g hours before departure", names[s.BeforeTest], s.BeforeHours))
	}
	if s.ArrivalTest != border.None {
		parts = append(parts, names[s.ArrivalTest]+" on arrival")
	}
	if s.LaterTest != border.None {
		parts = append(parts, fmt.Sprintf("%s on day %s", names[s.LaterTest], strings.Trim(strings.ReplaceAll(fmt.Sprint(s.LaterDays), " ", ", "), "[]")))
	}
	if s.Quarantine > 0 {
		parts = append(parts, fmt.Sprintf("%g days of quarantine that %g%% keep", s.Quarantine, 100*s.QuarantineAdherence))
	}
	if s.SymptomIsolation > 0 {
		parts = append(parts, fmt.Sprintf("%g%% stay at home with symptoms", 100*s.SymptomIsolation))
	}
	if s.SymptomScreening > 0 {
		parts = append(parts, fmt.Sprintf("%g%% are stopped with symptoms", 100*s.SymptomScreening))
	}
	if len(parts) == 0 {
		return "nothing is asked"
	}
	return strings.Join(parts, "; ")
}

func (p *program) borderFields(asJSON bool) error {
	for _, f := range border.Fields() {
		bounds := f.Unit
		if f.Max > 0 {
			bounds = fmt.Sprintf("%s, %s to %s", f.Unit, strings.TrimSpace(thousands(f.Min)), thousands(f.Max))
			if f.Max < 10 || f.Min != float64(int(f.Min)) {
				bounds = fmt.Sprintf("%s, %g to %g", f.Unit, f.Min, f.Max)
			}
		}
		p.printField(fieldNote{1, f.Name, f.Values, f.Unit, f.Min, f.Max, f.Meaning, f.Source}, bounds, asJSON)
	}
	return nil
}

// borderLiterature prints the published figures; one that differs has its
// reason below.
func (p *program) borderLiterature(q *crossing) error {
	claims := border.Literature()
	if q.asJSON {
		for _, c := range claims {
			p.out.Write(jsonLine(struct {
				V int `json:"v"`
				border.Claim
			}{1, c}))
		}
		return nil
	}
	if q.asCSV {
		p.out.WriteString("source,policy,of,published,ours,agrees,why\n")
		for _, c := range claims {
			p.out.WriteString(strings.Join([]string{cell(c.Source), cell(c.Policy), cell(c.Of), cell(c.Published), cell(c.Text), fmt.Sprint(c.Agrees), cell(c.Why)}, ",") + "\n")
		}
		return nil
	}
	agree := 0
	for i, c := range claims {
		if i == 0 || claims[i-1].Source != c.Source {
			fmt.Fprintf(p.out, "%s\n", c.Source)
		}
		word := "differs"
		if c.Agrees {
			word = "agrees"
			agree++
		}
		fmt.Fprintf(p.out, "  %s: %s\n    published %s, here %s: %s\n", c.Policy, c.Of, c.Published, c.Text, word)
		if c.Why != "" {
			p.out.WriteString(p.look.wrap("    ", "    ", c.Why+"."))
		}
	}
	fmt.Fprintf(p.out, "%d of %d figures are within the published interval.\n", agree, len(claims))
	return nil
}

// cell is a field of a table with commas.
func cell(s string) string {
	if strings.ContainsAny(s, ",\"\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

func (p *program) borderCSV(list []crossed) {
	p.out.WriteString("policy,less_journey,less_cohort,less_destination,journey,cohort,destination,cases,infected,infected_stopped,infected_arrived,infected_found,false_stopped,false_isolated,arrived,tests,quarantine_days,isolation_days\n")
	for _, c := range list {
		e, o := c.with.Effect(c.without), c.with
		p.out.WriteString(cell(c.name))
		for _, v := range []float64{e.Journey, e.Cohort, e.Destination} {
			fmt.Fprintf(p.out, ",%.5f", v)
		}
		for _, v := range []float64{o.Journey, o.Cohort, o.Destination, o.Cases, o.Infected, o.InfectedStopped, o.InfectedArrived, o.InfectedFound, o.FalseStopped, o.FalseIsolated, o.Arrived, o.Tests, o.QuarantineDays, o.IsolationDays} {
			fmt.Fprintf(p.out, ",%.3f", v)
		}
		p.out.WriteString("\n")
	}
}

// numeric is whether a field takes one number, so that a curve can be drawn over it.
func numeric(name string) bool {
	return slices.ContainsFunc(border.Fields(), func(f border.Field) bool { return f.Name == name && f.Values == 1 && f.Max > 0 })
}
