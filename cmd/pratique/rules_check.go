package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/rules"
)

func rulesCheckCommand() *command {
	var asJSON bool
	return &command{
		use:   "check FILE...",
		short: "what is wrong, or doubtful, in a rule set",
		long: `Check lists what keeps a rule set from being used (form), and what its author should know before it is published: rules that can never pass, or never fail, rules that read who a person is, missing texts, remedies, terms and examples. It exits 1 if it finds anything of either.

Rules in the form of the EU's gateway, one or an array of them, are checked as the gateway does.`,
		example: `$ pratique rules check ours.json`,
		flags:   func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print one JSON object a line") },
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name a rule set", "`pratique rules check FILE`")
			}
			bad := false
			for _, name := range args {
				f, err := readRules(name)
				if err != nil {
					return err
				}
				found := f.check()
				bad = bad || len(found) > 0
				printFindings(p, f, found, asJSON)
			}
			if bad {
				return silent(exitRed)
			}
			return nil
		},
	}
}

func rulesLintCommand() *command {
	var asJSON bool
	return &command{
		use:   "lint FILE|NAME...",
		short: "what makes no sense in a rule set",
		long: `Lint lists what makes no sense in a rule set, whatever its author wants: rules that no question comes to, that contradict each other, that never or always pass, conditions that concern nobody, fields and codes that are misspelt, rules that read who a person is, texts that are missing in a language. It makes up thousands of examples from the rules' own numbers and codes. It exits 1 if it finds anything.

What keeps a set from being published, and what its author should add, is for ` + "`pratique rules check`" + `.`,
		example: `$ pratique rules lint ours.json
$ pratique rules lint yellow-fever polio-exit`,
		flags: func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print one JSON object a line") },
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name a rule set", "`pratique rules lint FILE`")
			}
			bad := false
			for _, name := range args {
				f, err := readRules(name)
				if err != nil {
					return err
				}
				found := f.check()
				if f.eu == nil && f.err == nil {
					found = rules.Lint(f.file)
				}
				bad = bad || len(found) > 0
				printFindings(p, f, found, asJSON)
			}
			if bad {
				return silent(exitRed)
			}
			return nil
		},
	}
}

// check lists what there is to say about a file.
func (f ruleFile) check() []rules.Finding {
	switch {
	case f.eu != nil:
		return nil // reading them is the check
	case f.err != nil && (errors.Is(f.err, rules.ErrNewer) || f.file.Format == ""):
		return []rules.Finding{{Code: "form", At: "file", Detail: f.err.Error()}}
	}
	return rules.Check(f.file)
}

func printFindings(p *program, f ruleFile, found []rules.Finding, asJSON bool) {
	for _, d := range found {
		if asJSON {
			p.out.Write(jsonLine(struct {
				File   string `json:"file"`
				Code   string `json:"code"`
				At     string `json:"at"`
				Detail string `json:"detail"`
			}{f.name, d.Code, d.At, d.Detail}))
			continue
		}
		mark := "!"
		if d.Code == "form" {
			mark = "✕"
		}
		fmt.Fprint(p.out, p.look.wrap("  "+mark+" ", "    ", d.At+": "+d.Detail+" ("+d.Code+")"))
	}
	if asJSON {
		return
	}
	n := len(f.eu)
	if f.set != nil {
		n = len(f.set.Rules)
	}
	switch {
	case len(found) > 0:
		fmt.Fprintf(p.out, "%s: %d to look at\n", f.name, len(found))
	default:
		fmt.Fprintf(p.out, "%s: %d rules, nothing to say\n", f.name, n)
	}
}

func rulesDiffCommand() *command {
	var lang, declared string
	var asJSON bool
	return &command{
		use:   "diff OLD NEW",
		short: "in what two rule sets differ, in plain words",
		long: `Diff lists in what a new rule set differs from an old one: who is concerned, from when, which rules and texts. It exits 1 if they differ.

With --declared, the old set is the baseline that the new one's country has adopted, and the file says in what it deviates (docs/standard). Then only the parameters of the standard are compared, and it exits 1 if something differs that is not declared, or is declared and not so.`,
		example: `$ pratique rules diff ours-october.json ours-november.json
$ pratique rules diff --declared adoption.json baseline sudmark`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&declared, "declared", "", "the `FILE` in which the country of the new set declares its deviations")
			f.StringVar(&lang, "lang", "", "the `LANGUAGE`: en or fr (default that of the environment)")
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
		},
		run: func(p *program, args []string) error {
			if len(args) != 2 {
				return misuse("name two rule sets, the old one first", "`pratique rules diff OLD NEW`")
			}
			pr, err := (&asked{lang: lang}).printer(p)
			if err != nil {
				return err
			}
			var sets [2]*rules.Set
			for i, name := range args {
				f, err := readRules(name)
				if err != nil {
					return err
				}
				if err := f.fault(); err != nil {
					return err
				}
				sets[i] = f.set
			}
			if declared != "" {
				return pr.declaredDiff(p, sets, declared, asJSON)
			}
			changes := rules.Diff(sets[0], sets[1], pr.lang)
			for _, c := range changes {
				if asJSON {
					p.out.Write(jsonLine(struct {
						Code string `json:"code"`
						At   string `json:"at"`
						Part string `json:"part,omitempty"`
						Old  string `json:"old,omitempty"`
						New  string `json:"new,omitempty"`
					}{c.Code, c.At, c.Part, c.Old, c.New}))
					continue
				}
				fmt.Fprint(p.out, p.look.wrap("  ", "      ", c.String()))
			}
			if len(changes) > 0 {
				return silent(exitRed)
			}
			if !asJSON {
				fmt.Fprintln(p.out, "no difference")
			}
			return nil
		},
	}
}
