package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everyCommand calls f for all commands, the program itself first.
func everyCommand(c *command, f func(*command)) {
	f(c)
	for _, s := range c.sub {
		everyCommand(s, f)
	}
}

func TestEveryCommandIsExplainedWithAnExample(t *testing.T) {
	n := 0
	everyCommand(tree(), func(c *command) {
		n++
		if c.short == "" || len(c.long) < 40 || !strings.Contains(c.example, "$ pratique") && !strings.Contains(c.example, "| pratique") && !strings.Contains(c.example, "<(pratique") {
			t.Errorf("%s: short, long or example is missing", c.path())
		}
		if strings.HasSuffix(c.short, ".") || c.short != strings.ToLower(c.short[:1])+c.short[1:] {
			t.Errorf("%s: short begins small and has no full stop", c.path())
		}
		if (c.run == nil) == (len(c.sub) == 0) && !c.takes && c.parent != nil {
			t.Errorf("%s: either it does something or it has commands", c.path())
		}
	})
	if n < 20 {
		t.Errorf("only %d commands", n)
	}
}

var typed = regexp.MustCompile("(?m)(?:\\$ |\\| |<\\(|`|&& )(pratique [^`|\\n]*)")

func TestExamplesNameCommandsAndFlagsThatExist(t *testing.T) {
	top := tree()
	n := 0
	everyCommand(top, func(c *command) {
		for _, m := range typed.FindAllStringSubmatch(c.example+"\n"+c.long, -1) {
			n++
			words := strings.Fields(m[1])[1:]
			found, _ := top.find(words)
			if found == top && len(words) > 0 && words[0] != "COMMAND" && words[0] != "--help" {
				t.Errorf("%s: %q names no command", c.path(), m[1])
			}
			flags := found.flagSet()
			for _, w := range words {
				name, _, _ := strings.Cut(strings.TrimLeft(w, "-"), "=")
				known := flags.Lookup(name) != nil || len(name) == 1 && flags.ShorthandLookup(name) != nil || name == "help"
				if strings.HasPrefix(w, "-") && w != "-" && !known {
					t.Errorf("%s: %q: there is no flag %s", c.path(), m[1], w)
				}
			}
		}
	})
	if n < 25 {
		t.Errorf("only %d examples were found", n)
	}
}

func TestHelpIsAsWideAsATerminalAndHasNothingUndone(t *testing.T) {
	everyCommand(tree(), func(c *command) {
		args := append(strings.Fields(c.path())[1:], "--help")
		code, out, errs := shell(t, "", args...)
		if code != 0 || errs != "" {
			t.Errorf("%s --help: exit code %d, %s", c.path(), code, errs)
		}
		text, _, _ := strings.Cut(out, "\nexamples:\n") // these are set as they stand
		for line := range strings.Lines(text) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > plainWidth && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "usage:") {
				t.Errorf("%s --help: a line of %d: %s", c.path(), n, line)
			}
		}
		if !strings.Contains(out, "\nexit codes: 0 green") {
			t.Errorf("%s --help does not say the exit codes", c.path())
		}
	})
}

func TestManualPagesAreWellFormed(t *testing.T) {
	request := regexp.MustCompile(`^\.(TH|SH|B|BR|TP|PP|nf|fi)( |$)`)
	everyCommand(tree(), func(c *command) {
		page := c.page()
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, ".") && !request.MatchString(strings.TrimRight(line, "\n")) || strings.HasPrefix(line, "'") {
				t.Errorf("%s: %q would be taken for a request", c.path(), line)
			}
		}
		for _, section := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "EXIT STATUS"} {
			if !strings.Contains(page, ".SH "+section+"\n") {
				t.Errorf("%s: no section %s", c.path(), section)
			}
		}
	})
	if got := roff(".x -y\n'z \\"); got != "\\&.x \\-y\n\\&'z \\e" {
		t.Errorf("roff: %q", got)
	}
}

func TestEveryFlagHasAPurposeAndAValueInCapitals(t *testing.T) {
	everyCommand(tree(), func(c *command) {
		usages := (&program{look: look{width: plainWidth}}).flagUsages(c.flagSet())
		for line := range strings.Lines(usages) {
			f := strings.Fields(line)
			if len(f) > 0 && strings.HasPrefix(f[0], "-") && slices.Contains([]string{"string", "strings", "stringArray", "float"}, f[min(1, len(f)-1)]) {
				t.Errorf("%s: %s says the type of its value and not what it is", c.path(), f[0])
			}
		}
	})
}

// The scripts are one story a file; a file that no command of ours stands in is none.
func TestEveryCommandHasAStory(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scripts: %v", len(files), err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), "# ") || !strings.Contains(string(b), "\nexits ") && !strings.Contains(string(b), "\n! ") {
			t.Errorf("%s: a story begins with its claim and has a negation", f)
		}
		all.Write(b)
	}
	everyCommand(tree(), func(c *command) {
		if len(c.sub) == 0 && !strings.Contains(all.String(), c.path()) {
			t.Errorf("no story of %s", c.path())
		}
	})
}
