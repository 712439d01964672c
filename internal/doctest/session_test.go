package doctest

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// step is a command of a session and what the document says it prints.
type step struct {
	line    int // of the document
	command string
	want    []string
	unseen  bool // readers see neither the command nor what it prints
}

// rewritten returns the document with what the commands really print. Outputs
// of which the document leaves lines out are left as they are.
func rewritten(text string, steps []step, got []string) string {
	lines := strings.Split(text, "\n")
	for i, s := range slices.Backward(steps) {
		if s.unseen || slices.Contains(s.want, "...") || matches(s.want, got[i]) {
			continue
		}
		from := s.line + strings.Count(s.command, "\n") // lines count from 1, so this is the next
		out := strings.Split(strings.TrimRight(got[i], "\n"), "\n")
		lines = slices.Replace(lines, from, from+len(s.want), out...)
	}
	return strings.Join(lines, "\n")
}

// sessions returns the steps of all console blocks of a document.
func sessions(text string) ([]step, error) {
	var steps []step
	in := false
	for i, l := range strings.Split(text, "\n") {
		switch {
		case !in && strings.HasPrefix(l, "<!-- $ ") && strings.HasSuffix(l, " -->"):
			steps = append(steps, step{line: i + 1, command: l[len("<!-- $ ") : len(l)-len(" -->")], unseen: true})
		case !in:
			in = strings.TrimSpace(l) == "```console"
		case strings.TrimSpace(l) == "```":
			in = false
		case strings.HasPrefix(l, "$ "):
			steps = append(steps, step{line: i + 1, command: l[2:]})
		case len(steps) == 0 || steps[len(steps)-1].unseen:
			return nil, fmt.Errorf("line %d: output before a command", i+1)
		default:
			s := &steps[len(steps)-1]
			if len(s.want) == 0 && strings.HasSuffix(s.command, `\`) {
				s.command += "\n" + l
				continue
			}
			s.want = append(s.want, l)
		}
	}
	if in {
		return nil, fmt.Errorf("a console block has no end")
	}
	return steps, nil
}

// mark stands between the outputs of two commands, done ends that of an unseen
// one that succeeded.
const mark, done = "\x1e", "\x1d"

// play types the commands into one shell and returns what each printed.
func play(t *testing.T, steps []step, dir string, env []string) []string {
	t.Helper()
	var script strings.Builder
	for _, s := range steps {
		if s.unseen {
			s.command += " && printf '\\n\\035'"
		}
		// The status is handed on, so that a document can show $?.
		fmt.Fprintf(&script, "%s\nstatus=$?; printf '\\036'; (exit $status)\n", s.command)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script.String())
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	got := strings.Split(string(out), mark)
	if len(got) != len(steps)+1 {
		t.Fatalf("%d answers to %d commands:\n%s", len(got)-1, len(steps), out)
	}
	return got[:len(steps)]
}

// matches compares an output with what the document shows of it.
func matches(want []string, got string) bool {
	var re strings.Builder
	re.WriteString(`\A`)
	for _, l := range want {
		if l == "..." {
			re.WriteString(`(?:.*\n)*?`)
			continue
		}
		re.WriteString(regexp.QuoteMeta(l) + `[ \t]*\n`)
	}
	re.WriteString(`\n*\z`)
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	return regexp.MustCompile(re.String()).MatchString(got)
}
