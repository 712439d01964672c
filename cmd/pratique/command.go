package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// command is a command as data. The library underneath parses its flags and
// writes the completions; help and man pages are written from here.
type command struct {
	use     string // "verify [flags] CODE...": the first word is the name
	short   string // one line, for the list
	long    string // paragraphs
	example string // lines as one types them, each after "$ "; other lines are comments
	flags   func(f *pflag.FlagSet)
	choices map[string][]string // the values that a flag may have, for the completions
	args    []string            // the values that an argument may have, for the completions; none: files
	run     func(p *program, args []string) error
	takes   bool // it takes arguments beside its subcommands
	sub     []*command
	parent  *command
}

func (c *command) name() string {
	name, _, _ := strings.Cut(c.use, " ")
	return name
}

// path is what one types: "pratique trust list".
func (c *command) path() string {
	if c.parent == nil {
		return c.name()
	}
	return c.parent.path() + " " + c.name()
}

// flagSet returns the flags of the command, on their own.
func (c *command) flagSet() *pflag.FlagSet {
	f := pflag.NewFlagSet(c.name(), pflag.ContinueOnError)
	f.SortFlags = false
	if c.flags != nil {
		c.flags(f)
	}
	return f
}

// find returns the command of a path of names, and the names that led nowhere.
func (c *command) find(names []string) (*command, []string) {
	if len(names) > 0 {
		for _, s := range c.sub {
			if s.name() == names[0] {
				return s.find(names[1:])
			}
		}
	}
	return c, names
}

// program is what a command may touch of the world outside.
type program struct {
	in   io.Reader
	out  *bufio.Writer
	errs io.Writer
	lang string           // of the answers, unless --lang says another
	look look             // what standard output can show
	now  func() time.Time // the clock

	progress progress // of long work

	top      *command
	lib      *cobra.Command
	helpless error // there is no such command to help with
}

// progress counts aloud on a terminal while the answers go elsewhere.
type progress struct {
	aloud bool
	n     int
	last  time.Time
}

// tick counts; ticking 0 ends the count and leaves no trace of it.
func (p *program) tick(n int) {
	g := &p.progress
	if !g.aloud {
		return
	}
	if g.n += n; n == 0 {
		fmt.Fprint(p.errs, "\r\x1b[K")
	} else if g.n%64 == 0 && time.Since(g.last) > time.Second/4 {
		g.last = time.Now()
		fmt.Fprintf(p.errs, "\r%d codes", g.n)
	}
}

// run runs the command line and returns the exit code.
func (p *program) run(args []string) int {
	p.top = tree()
	p.lib = p.cobra(p.top)
	p.lib.SetArgs(args)
	err := p.lib.Execute()
	if err == nil {
		err = p.helpless
	}
	if flushed := p.out.Flush(); flushed != nil && err == nil {
		err = failure("writing the answer: "+cause(flushed), "look whether the disk is full or the reader of the pipe has gone")
	}
	return p.report(err)
}

// tree is the program as one command that has all others.
func tree() *command {
	top := topCommand()
	top.sub = commands()
	adopt(top)
	return top
}

func adopt(c *command) {
	for _, s := range c.sub {
		s.parent = c
		adopt(s)
	}
}

// cobra builds the library's commands from ours.
func (p *program) cobra(c *command) *cobra.Command {
	lib := &cobra.Command{
		Use:           c.use,
		Short:         c.short,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		ValidArgs:     c.args,
	}
	lib.CompletionOptions.DisableDefaultCmd = true
	lib.Flags().SortFlags = false
	if c.flags != nil {
		c.flags(lib.Flags())
	}
	for flag, values := range c.choices {
		err := lib.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		if err != nil {
			panic(err) // a choice of a flag that is not there
		}
	}
	lib.SetHelpFunc(func(lib *cobra.Command, _ []string) {
		if args := lib.Flags().Args(); len(c.sub) > 0 && len(args) > 0 && !c.takes {
			p.helpless = p.noSuchCommand(c, args)
			return
		}
		p.help(c)
	})
	lib.SetFlagErrorFunc(func(lib *cobra.Command, err error) error { return flagError(c, lib.Flags(), err) })
	lib.RunE = func(_ *cobra.Command, args []string) error {
		if c.run == nil || (len(c.sub) > 0 && len(args) > 0 && !c.takes) {
			return p.noSuchCommand(c, args)
		}
		return c.run(p, args)
	}
	for _, s := range c.sub {
		sub := p.cobra(s)
		if s.name() == "help" {
			lib.SetHelpCommand(sub)
		}
		lib.AddCommand(sub)
	}
	return lib
}

// noSuchCommand is the answer where a command was wanted and none, or another, was given.
func (p *program) noSuchCommand(c *command, args []string) error {
	if len(args) == 0 {
		p.help(c)
		return nil
	}
	var names []string
	for _, s := range c.sub {
		names = append(names, s.name())
	}
	what := "there is no command " + quote(c.path()+" "+args[0])
	if near := nearest(args[0], names); near != "" {
		return misuse(what, "did you mean `"+c.path()+" "+near+"`?")
	}
	if c.parent == nil {
		if _, err := os.Stat(args[0]); err == nil || strings.HasPrefix(args[0], "HC1:") {
			return misuse("a command must come first", "to look at a code: `pratique verify --trust FILE CODE`, or `pratique read CODE`")
		}
	}
	return misuse(what, "`"+c.path()+" --help` lists what there is: "+strings.Join(names, ", "))
}

// flagError turns the library's refusal of a flag into ours.
func flagError(c *command, flags *pflag.FlagSet, err error) error {
	list := "`" + c.path() + " --help` lists the flags"
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		given := e.GetSpecifiedName()
		if short := e.GetSpecifiedShortnames(); short != "" {
			return misuse("unknown flag "+quote("-"+short), "flags have two dashes: --"+short, list)
		}
		var names []string
		flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := nearest(given, names); near != "" {
			return misuse("unknown flag "+quote("--"+given), "did you mean --"+near+"?", list)
		}
		return misuse("unknown flag "+quote("--"+given), list)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return misuse("--"+e.GetSpecifiedName()+" needs a value", list)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return misuse("the value of --"+e.GetFlag().Name+" is not "+article(e.GetFlag().Value.Type()), list)
	}
	return misuse(err.Error(), list)
}

// article names the kind of value that a flag takes.
func article(kind string) string {
	switch kind {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "float64":
		return "a number"
	}
	return "a " + kind
}
