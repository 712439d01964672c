package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/certlogic"
	"github.com/pratique/pratique/rules"
)

func rulesCommand() *command {
	return &command{
		use:   "rules",
		short: "check, test and explain what a country asks",
		long:  `A rule set says what a country asks of those who arrive: which evidence, which rules it must meet, what happens if not, after which law, until when, and to whom a person can turn. It is a file in JSON; its rules are those of the EU's gateway, written in CertLogic. Rule sets end, and a lapsed one answers grey.`,
		example: `$ pratique rules packs
$ pratique rules packs baseline > ours.json
$ pratique rules check ours.json && pratique rules test ours.json`,
		sub: []*command{rulesCheckCommand(), rulesLintCommand(), rulesTestCommand(), rulesExplainCommand(), rulesDiffCommand(), rulesMatrixCommand(), rulesEvalCommand(), rulesPacksCommand()},
	}
}

// ruleFile is a file with rules: one of ours, or rules as the EU publishes them.
type ruleFile struct {
	name string
	file rules.File    // of ours
	set  *rules.Set    // of ours, if it has no errors of form
	eu   []*rules.Rule // else
	err  error         // why there is no set
}

// readRules reads a file with rules, or a rule set that comes with the program.
// A file of the same name as one of these is ./name.
func readRules(name string) (ruleFile, error) {
	f := ruleFile{name: name}
	if slices.Contains(rules.Packs(), name) {
		set, err := rules.Pack(name)
		if err != nil {
			return f, err
		}
		f.set, f.file = set, set.File
		return f, nil
	}
	data, err := readFile(name, rules.MaxSize)
	if err != nil {
		return f, failure("opening the rules "+quote(name)+": "+cause(err), "name a file, or a set that comes with the program: "+strings.Join(rules.Packs(), ", "))
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if f.eu, err = rules.ParseEU(data); err == nil {
		return f, nil
	}
	if isEU(data) {
		f.err = err
		return f, nil
	}
	if f.file, f.err = rules.Decode(data); f.err == nil {
		f.set, f.err = rules.New(f.file)
	}
	return f, nil
}

// isEU reports whether JSON looks like rules of the EU's gateway.
func isEU(data []byte) bool {
	data = bytes.TrimSpace(data)
	return bytes.HasPrefix(data, []byte("[")) || bytes.Contains(data[:min(len(data), 4096)], []byte(`"Identifier"`)) && !bytes.Contains(data, []byte(rules.Format))
}

// fault is the refusal of rules that cannot be used.
func (f ruleFile) fault() error {
	switch {
	case errors.Is(f.err, rules.ErrNewer):
		return failure("the rules "+quote(f.name)+": "+f.err.Error(), "update the program")
	case f.err != nil:
		return failure("the rules "+quote(f.name)+": "+f.err.Error(), "`pratique rules check "+f.name+"` lists all that is wrong")
	case f.set == nil:
		return failure("the rules "+quote(f.name)+" are those of the EU's gateway, without a legal basis, an end and an appeal",
			"put them into a rule set: `pratique rules packs baseline` prints one to begin with")
	}
	return nil
}

// loadRules reads rule sets to judge by, from files, folders and by name. A
// template becomes a set of the destination.
func loadRules(names []string, to string) ([]*rules.Set, error) {
	var sets []*rules.Set
	var all []string
	for _, name := range names {
		if family := rules.Family(name); len(family) > 0 {
			all = append(all, family...)
			continue
		}
		all = append(all, name)
	}
	for _, name := range all {
		files := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() && !slices.Contains(rules.Packs(), name) {
			if files, err = filepath.Glob(filepath.Join(name, "*.json")); err != nil || len(files) == 0 {
				return nil, failure("there are no rules in "+quote(name), "rule sets are files that end in .json")
			}
		}
		for _, file := range files {
			f, err := readRules(file)
			if err != nil {
				return nil, err
			}
			if err := f.fault(); err != nil {
				return nil, err
			}
			if f.set.Jurisdiction == rules.Any {
				if to == "" {
					continue // nobody asks for them
				}
				if f.set, err = f.set.For(to); err != nil {
					return nil, failure(err.Error(), "name a real destination: --to CH")
				}
			}
			sets = append(sets, f.set)
		}
	}
	return sets, nil
}

func rulesTestCommand() *command {
	var asJSON bool
	return &command{
		use:   "test FILE|NAME...",
		short: "run the examples of a rule set",
		long:  "Test runs the examples that stand in a rule set and says which are not answered as their author wants. It exits 1 if there is one. A set without examples is a failure too.",
		example: `$ pratique rules test sudmark
$ pratique rules test ours.json`,
		flags: func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print one JSON object a line") },
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name a rule set", "`pratique rules test FILE`")
			}
			failed := false
			for _, name := range args {
				f, err := readRules(name)
				if err != nil {
					return err
				}
				if err := f.fault(); err != nil {
					return err
				}
				results := rules.RunTests(f.set)
				if len(results) == 0 {
					return failure("the rule set "+quote(name)+" has no examples", "write some under \"tests\"; those of `pratique rules packs baseline` show how")
				}
				failed = printTests(p, name, results, asJSON) || failed
			}
			if failed {
				return silent(exitRed)
			}
			return nil
		},
	}
}

func printTests(p *program, name string, results []rules.TestResult, asJSON bool) (failed bool) {
	bad := 0
	for _, r := range results {
		if len(r.Wrong) > 0 {
			bad++
		}
		if asJSON {
			p.out.Write(jsonLine(struct {
				Set   string   `json:"set"`
				Test  string   `json:"test"`
				Pass  bool     `json:"pass"`
				Wrong []string `json:"wrong,omitempty"`
			}{name, r.Name, len(r.Wrong) == 0, r.Wrong}))
			continue
		}
		mark := "✓"
		if len(r.Wrong) > 0 {
			mark = "✕"
		}
		fmt.Fprint(p.out, p.look.wrap("  "+mark+" ", "    ", r.Name))
		for _, w := range r.Wrong {
			fmt.Fprint(p.out, p.look.wrap("      ", "      ", w))
		}
	}
	if !asJSON {
		fmt.Fprintf(p.out, "%s: %d of %d examples answered as wanted\n", name, len(results)-bad, len(results))
	}
	return bad > 0
}

func rulesPacksCommand() *command {
	return &command{
		use:   "packs [NAME]",
		short: "the rule sets that come with the program",
		long:  "Packs lists the rule sets that come with the program. With a name it prints that one, so that a country can make it its own. baseline is a template: it is used for any country, and is no country's law.",
		example: `$ pratique rules packs
$ pratique rules packs baseline > ours.json`,
		args: rules.Packs(),
		run: func(p *program, args []string) error {
			if len(args) > 1 {
				return misuse("name one pack", "`pratique rules packs` lists them")
			}
			if len(args) == 1 {
				set, err := rules.Pack(args[0])
				if err != nil {
					return misuse("there is no pack "+quote(args[0]), "there are "+strings.Join(rules.Packs(), ", "))
				}
				var b bytes.Buffer
				if err := json.Indent(&b, set.Encode(), "", "  "); err != nil {
					return err
				}
				p.out.Write(append(b.Bytes(), '\n'))
				return nil
			}
			for _, name := range rules.Packs() {
				set, err := rules.Pack(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(p.out, "%-14s %-3s %-8s until %s  %s\n", name, set.Jurisdiction, set.Purpose, set.Until.UTC().Format(time.DateOnly), set.Title.In(p.lang))
			}
			return nil
		},
	}
}

func rulesExplainCommand() *command {
	var lang string
	return &command{
		use:   "explain FILE|NAME...",
		short: "what rules ask, in plain words",
		long:  "Explain prints what a rule set says, and each rule twice: as its author describes it, and as its logic reads. Where these two differ, the logic counts, and the author should know.",
		example: `$ pratique rules explain sudmark
$ pratique rules explain --lang fr ours.json`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&lang, "lang", "", "the `LANGUAGE`: en or fr (default that of the environment)")
		},
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name a rule set", "`pratique rules explain FILE`")
			}
			if lang == "" {
				lang = p.lang
			}
			for i, name := range args {
				f, err := readRules(name)
				if err != nil {
					return err
				}
				if i > 0 {
					p.out.WriteString("\n")
				}
				list := f.eu
				if list == nil {
					if err := f.fault(); err != nil {
						return err
					}
					explainSet(p, f.set, lang)
					list = f.set.Rules
				}
				for _, r := range list {
					if err := explainRule(p, r, lang); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
}

// explainSet prints what stands around the rules.
func explainSet(p *program, s *rules.Set, lang string) {
	fmt.Fprintf(p.out, "%s\n", p.look.style(bold, s.Title.In(lang)))
	row := func(name, text string) {
		if text != "" {
			fmt.Fprint(p.out, p.look.wrap(fmt.Sprintf("  %-12s", name), strings.Repeat(" ", 14), text))
		}
	}
	row("for", strings.Join(trimmed(s.Jurisdiction, s.Region, s.Purpose), ", "))
	row("in force", s.From.UTC().Format(time.DateOnly)+" to "+s.Until.UTC().Format(time.DateOnly))
	row("law", s.LegalBasis.Text.In(lang)+" "+s.LegalBasis.URL)
	row("appeal", strings.Join(strings.Fields(s.Appeal.Name+" "+s.Appeal.URL+" "+s.Appeal.Email+" "+s.Appeal.Phone), " "))
	var kinds []string
	for _, k := range s.Kinds() {
		kinds = append(kinds, string(k))
	}
	row("accepts", strings.Join(kinds, ", "))
	if s.Concerns != nil {
		row("asks", s.Concerns.Text.In(lang))
	}
	if s.Infection != nil {
		row("infection", fmt.Sprintf("a positive test refers to the health service for %d hours", s.Infection.Hours))
	}
	for _, r := range s.Refuse {
		row("refuses", r.Rule+": "+r.Reason.In(lang))
	}
	for _, o := range s.Obligations {
		row("then", o.What.In(lang))
	}
}

func explainRule(p *program, r *rules.Rule, lang string) error {
	e, err := certlogic.Parse(r.Logic)
	if err != nil {
		return failure("the rule "+r.Identifier+": "+err.Error(), "`pratique rules check` says where")
	}
	fmt.Fprintf(p.out, "\n%s %s, %s, %s to %s\n", p.look.style(bold, r.Identifier), r.Version, r.CertificateType, r.ValidFrom, r.ValidTo)
	fmt.Fprint(p.out, p.look.wrap("  ", "  ", r.Text(lang)))
	for line := range strings.Lines(e.Explain(lang)) {
		text := strings.TrimLeft(strings.TrimRight(line, "\n"), " ")
		indent := "    " + strings.Repeat(" ", len(strings.TrimRight(line, "\n"))-len(text))
		fmt.Fprint(p.out, p.look.wrap(indent, indent+"  ", text))
	}
	return nil
}
