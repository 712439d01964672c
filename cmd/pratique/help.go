package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

func topCommand() *command {
	var version bool
	return &command{
		use:   "pratique COMMAND [flags] ARGUMENTS",
		short: "recognises, issues and explains health certificates",
		long: `Pratique answers for a traveller's health certificate from any country: green, amber, red or grey, why, and what to do next. It works without a network, and stores nothing about the traveller.

A CODE is a picture (PNG, JPEG, GIF), a file with the text of a code, the text itself, or - for standard input. A moment is a date, a time and an offset, such as 2026-12-03T14:20:00+08:00. A country is two letters (ISO 3166-1), or XA to XZ for exercises.

Colours are shown on a terminal, unless NO_COLOR is set; shape and word say the same without them. Answers are in the language of the environment (LANG) where there is one, else in English.`,
		example: `# the whole story, in your terminal
$ pratique demo

# an officer's question: is this code authentic, and does Sudmark accept it?
$ pratique verify --trust keys/ --rules rules/ --to XB code.png`,
		flags: func(f *pflag.FlagSet) { f.BoolVar(&version, "version", false, "what `pratique version` prints") },
		run: func(p *program, args []string) error {
			if version {
				return versionCommand().run(p, nil)
			}
			p.help(p.top)
			return nil
		},
	}
}

// exitCodes is the last paragraph of every help.
const exitCodes = `exit codes: 0 green, or done; 1 red; 3 amber; 4 grey; 2 misuse; 5 input or output failed`

func helpCommand() *command {
	return &command{
		use:   "help [COMMAND]",
		short: "what a command does, its flags, and examples",
		long:  "Help prints what `COMMAND --help` prints. Without a command it lists all.",
		example: `$ pratique help verify
$ pratique help key new`,
		run: func(p *program, args []string) error {
			c, rest := p.top.find(args)
			if len(rest) > 0 {
				return p.noSuchCommand(c, rest)
			}
			p.help(c)
			return nil
		},
	}
}

// help prints the help of a command.
func (p *program) help(c *command) {
	w := p.out
	fmt.Fprint(w, p.look.wrap("", "", p.look.style(bold, c.path())+" - "+c.short))
	fmt.Fprintf(w, "\nusage: %s\n", c.usage())
	for _, paragraph := range paragraphs(c.long) {
		if strings.HasPrefix(paragraph, " ") { // set as it stands
			fmt.Fprint(w, "\n"+paragraph+"\n")
			continue
		}
		fmt.Fprint(w, "\n"+p.look.wrap("", "", paragraph))
	}
	if len(c.sub) > 0 {
		fmt.Fprint(w, "\ncommands:\n")
		for _, s := range c.sub {
			fmt.Fprint(w, p.look.wrap(fmt.Sprintf("  %-12s", s.name()), strings.Repeat(" ", 14), s.short))
		}
	}
	if flags := p.flagUsages(c.flagSet()); flags != "" {
		fmt.Fprint(w, "\nflags:\n"+flags)
	}
	if c.example != "" {
		fmt.Fprint(w, "\nexamples:\n")
		for line := range strings.Lines(c.example) {
			line = strings.TrimRight(line, "\n")
			if line != "" {
				line = "  " + line
			}
			if strings.HasPrefix(line, "  #") {
				line = p.look.style(faint, line)
			}
			fmt.Fprintln(w, line)
		}
	}
	fmt.Fprint(w, "\n"+p.look.wrap("", "", exitCodes))
}

// usage is the usage line.
func (c *command) usage() string {
	if c.parent == nil {
		return c.use
	}
	u := c.parent.path() + " " + c.use
	if len(c.sub) > 0 {
		u += " COMMAND"
	}
	if c.flagSet().HasFlags() && !strings.Contains(u, "[flags]") {
		u += " [flags]"
	}
	return u
}

func paragraphs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n\n")
}

// flagUsages lists flags: the flag and its value, then what it is for.
func (p *program) flagUsages(f *pflag.FlagSet) string {
	var b strings.Builder
	const column = 22
	f.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		head := "  " + flagName(f)
		if f.Value.Type() != "bool" {
			head += " " + value
		}
		if d := f.DefValue; d != "" && d != "false" && d != "[]" && d != "0" && d != "0s" {
			text += " (default " + d + ")"
		}
		if len(head) >= column {
			b.WriteString(head + "\n")
			head = ""
		}
		b.WriteString(p.look.wrap(fmt.Sprintf("%-*s", column, head), strings.Repeat(" ", column), text))
	})
	return b.String()
}

// flagName is a flag as one types it: "-o, --output".
func flagName(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand + ", --" + f.Name
	}
	return "--" + f.Name
}
