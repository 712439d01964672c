package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
)

func manCommand() *command {
	var dir string
	return &command{
		use:   "man [COMMAND]",
		short: "the manual pages, made from the same text as help",
		long:  "Man prints the manual page of a command, or of the whole program. With --dir it writes the pages of all commands into a folder, for a package to install.",
		example: `$ pratique man verify > pratique-verify.1
$ pratique man --dir man1`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&dir, "dir", "", "write all pages into the `FOLDER`, which is made if need be")
		},
		run: func(p *program, args []string) error {
			if dir != "" {
				return writePages(p, dir)
			}
			c, rest := p.top.find(args)
			if len(rest) > 0 {
				return p.noSuchCommand(c, rest)
			}
			p.out.WriteString(c.page())
			return nil
		},
	}
}

func writePages(p *program, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failure("making the folder "+quote(dir)+": "+cause(err), "name a folder where you may write")
	}
	n := 0
	var write func(c *command) error
	write = func(c *command) error {
		name := filepath.Join(dir, c.pageName()+".1")
		if err := os.WriteFile(name, []byte(c.page()), 0o644); err != nil {
			return failure("writing "+quote(name)+": "+cause(err), "name a folder where you may write")
		}
		n++
		for _, s := range c.sub {
			if err := write(s); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(p.top); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d pages in %s\n", n, dir)
	return nil
}

func (c *command) pageName() string { return strings.ReplaceAll(c.path(), " ", "-") }

// page is the manual page of a command, for man(7).
func (c *command) page() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"Pratique\" \"Pratique Manual\"\n", strings.ToUpper(c.pageName()))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(c.pageName()), roff(c.short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(c.usage()))
	b.WriteString(".SH DESCRIPTION\n")
	for i, paragraph := range paragraphs(c.long) {
		switch {
		case strings.HasPrefix(paragraph, " "): // set as it stands
			fmt.Fprintf(&b, ".PP\n.nf\n%s\n.fi\n", roff(paragraph))
		case i > 0:
			fmt.Fprintf(&b, ".PP\n%s\n", roff(paragraph))
		default:
			fmt.Fprintf(&b, "%s\n", roff(paragraph))
		}
	}
	if len(c.sub) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, s := range c.sub {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(s.pageName()), roff(s.short))
		}
	}
	if flags := c.flagSet(); flags.HasFlags() {
		b.WriteString(".SH OPTIONS\n")
		flags.VisitAll(func(f *pflag.Flag) {
			value, text := pflag.UnquoteUsage(f)
			if f.Value.Type() == "bool" {
				value = ""
			}
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(flagName(f)+" "+value)), roff(text))
		})
	}
	if c.example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(c.example))
	}
	fmt.Fprintf(&b, ".SH EXIT STATUS\n%s\n", roff(strings.TrimPrefix(exitCodes, "exit codes: ")))
	if c.parent != nil {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(c.parent.pageName()))
	}
	return b.String()
}

// roff writes text so that nothing in it is taken for a request.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
