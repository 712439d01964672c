package doctest

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

var update = flag.Bool("update", false, "write what the commands really print into the documents, then compare")

// documents are read and tested, in this order.
func documents(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, p := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		m, err := filepath.Glob(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, m...)
	}
	if len(names) < 5 {
		t.Fatalf("only %d documents found", len(names))
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// built is the folder of the program, made and removed by TestMain.
var built string

// program builds pratique once for all tests.
var program = sync.OnceValues(func() (string, error) {
	name := filepath.Join(built, "pratique")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", name, "./cmd/pratique")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "doctest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func build(t *testing.T) string {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// What a document shows of the terminal is what the terminal shows.
func TestSessions(t *testing.T) {
	played := 0
	for _, name := range documents(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			steps, err := sessions(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if len(steps) == 0 {
				return
			}
			dir := t.TempDir()
			env := []string{"PATH=" + filepath.Dir(build(t)) + string(os.PathListSeparator) + os.Getenv("PATH"),
				"HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C.UTF-8", "NO_COLOR=1", "TZ=UTC"}
			got := play(t, steps, dir, env)
			if *update {
				text := rewritten(read(t, name), steps, got)
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				steps, _ = sessions(text)
			}
			for i, got := range got {
				played++
				if s := steps[i]; s.unseen {
					if !strings.HasSuffix(got, "\n"+done) {
						t.Errorf("line %d: %s fails:\n%s", s.line, s.command, got)
					}
				} else if !matches(s.want, got) {
					t.Errorf("line %d: $ %s\nprints:\n%s\nthe document says:\n%s", s.line, s.command, got, strings.Join(s.want, "\n"))
				}
			}
		})
	}
	if played == 0 {
		t.Error("no document shows a session")
	}
}

// Commands that documents name exist, and those that they call "not yet" do not.
func TestCommandsExist(t *testing.T) {
	bin, known := build(t), map[string]bool{}
	exists := func(path string) bool {
		got, asked := known[path]
		if !asked {
			out, err := exec.Command(bin, append(strings.Fields(path), "--help")...).CombinedOutput()
			got = err == nil && strings.Contains(string(out), "pratique "+path)
			known[path] = got
		}
		return got
	}
	if exists("no such command") {
		t.Fatal("every command seems to exist")
	}
	n := 0
	for _, name := range documents(t) {
		for _, c := range claims(read(t, name)) {
			n++
			switch got := exists(c.path); {
			case !got && !c.notYet:
				t.Errorf("%s:%d: there is no command pratique %s", filepath.Base(name), c.line, c.path)
			case got && c.notYet:
				t.Errorf("%s:%d: pratique %s exists now: no longer \"not yet\"", filepath.Base(name), c.line, c.path)
			}
		}
	}
	if n == 0 {
		t.Error("no document names a command")
	}
}

// The table of the README holds each part of the proposal, with a command that
// shows it or one that will.
func TestProposal(t *testing.T) {
	_, table, ok := strings.Cut(read(t, filepath.Join(root, "README.md")), "\n## What was proposed")
	if !ok {
		t.Fatal("README.md has no section \"What was proposed\"")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	var rows []string
	for l := range strings.Lines(table) {
		if strings.HasPrefix(l, "| ") {
			rows = append(rows, l)
		}
	}
	for _, part := range []string{"nucleic acid", "history", "colour", "uniform", "fast track", "tracking", "56", "privacy", "one country"} {
		i := slices.IndexFunc(rows, func(r string) bool { return strings.Contains(strings.ToLower(r), part) })
		switch {
		case i < 0:
			t.Errorf("no row speaks of %q", part)
		case len(claims(rows[i])) == 0:
			t.Errorf("no command for %q", part)
		}
	}
}

// No relative link leads nowhere.
func TestLinks(t *testing.T) {
	n := 0
	for _, name := range documents(t) {
		for _, l := range links(read(t, name)) {
			n++
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), l)); err != nil {
				t.Errorf("%s: %v", filepath.Base(name), err)
			}
		}
	}
	if n == 0 {
		t.Error("no document has a link")
	}
}

// The tests above can fail: sessions.
func TestSessionsCanFail(t *testing.T) {
	const doc = "text\n<!-- $ x=7 -->\n```console\n$ echo a; \\\n  echo b\na\nb\n$ false\n$ echo $? $x\n1 7\n$ seq 4\n1\n...\n4\n```\n"
	steps, err := sessions(doc)
	if err != nil || len(steps) != 5 || !steps[0].unseen {
		t.Fatalf("got %v %v, want one unseen step and four", steps, err)
	}
	got := play(t, steps, t.TempDir(), []string{"PATH=" + os.Getenv("PATH")})
	if !strings.HasSuffix(got[0], "\n"+done) {
		t.Errorf("an unseen command that succeeds prints %q", got[0])
	}
	if got := play(t, []step{{command: "false", unseen: true}}, t.TempDir(), nil); strings.Contains(got[0], done) {
		t.Errorf("an unseen command that fails prints %q", got[0])
	}
	for i, s := range steps {
		if !s.unseen && !matches(s.want, got[i]) {
			t.Errorf("%s: got %q, want %q", s.command, got[i], s.want)
		}
	}
	for _, v := range []struct {
		want []string
		got  string
	}{
		{[]string{"a"}, "b\n"}, {nil, "b\n"}, {[]string{"a"}, ""}, {[]string{"a"}, "a\nb\n"},
		{[]string{"...", "a"}, "a\nb\n"}, {[]string{"a."}, "ab\n"},
	} {
		if matches(v.want, v.got) {
			t.Errorf("%q was taken for %q", v.got, v.want)
		}
	}
	for _, bad := range []string{"```console\nout\n```\n", "```console\n$ a\n", "<!-- $ a -->\n```console\nout\n```\n"} {
		if _, err := sessions(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// What is rewritten is what was printed, and nothing else.
func TestRewritten(t *testing.T) {
	const doc = "a\n<!-- $ true -->\n```console\n$ one \\\n  more\nold\n$ two\n1\n...\n$ three\nsame\n```\nb\n"
	steps, err := sessions(doc)
	if err != nil {
		t.Fatal(err)
	}
	got := rewritten(doc, steps, []string{done, "new\n\nlines\n", "2\n", "same\n"})
	if want := strings.Replace(doc, "old", "new\n\nlines", 1); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The tests above can fail: commands.
func TestClaims(t *testing.T) {
	got := claims("`pratique verify --to XB` and not yet `pratique trust lane` \n```\n`pratique no`\n```\n    `pratique no`\n| a | not yet: `pratique self` |\n")
	want := []claim{{1, "verify", false}, {1, "trust lane", true}, {6, "self", true}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := links("[a](b.md#c) [d](https://e) [f](#g)"); !slices.Equal(got, []string{"b.md"}) {
		t.Errorf("got %v, want b.md alone", got)
	}
}
