package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const root = "../.."

func readTable(t *testing.T) table {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "docs/imports.txt"))
	if err != nil {
		t.Fatal(err)
	}
	tab, err := parseTable(string(b))
	if err != nil {
		t.Fatalf("docs/imports.txt: %v", err)
	}
	return tab
}

// The tree is as docs/imports.txt says, and no never is broken.
func TestTree(t *testing.T) {
	tr, err := load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range check(tr, readTable(t)) {
		t.Error(f)
	}
}

// Floors 0 to 4 reach no HTTP client, no database driver and no other program,
// through no dependency.
func TestReach(t *testing.T) {
	args := []string{"list", "-f", `{{.ImportPath}} {{join .Deps " "}}`}
	for _, p := range readTable(t).pures() {
		args = append(args, "./"+p)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, said.String())
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 0 {
			deps[f[0]] = f[1:]
		}
	}
	if len(deps) != len(args)-3 {
		t.Fatalf("go list answered for %d of %d packages", len(deps), len(args)-3)
	}
	for _, f := range reaches(deps) {
		t.Error(f)
	}
}

// Each module that the tree uses has a line that says why.
func TestEveryDependencyHasItsDecision(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs/decisions/dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	tab := readTable(t)
	if len(tab.modules) == 0 {
		t.Fatal("docs/imports.txt names no module")
	}
	for m := range tab.modules {
		if !strings.Contains(string(b), "`"+m+"`") {
			t.Errorf("docs/decisions/dependencies.md has no line for %s", m)
		}
	}
}

// docs/architecture.md has a place for every package.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs/architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	for p := range readTable(t).floors {
		if !strings.Contains(string(b), "`"+p+"`") {
			t.Errorf("docs/architecture.md does not name %s", p)
		}
	}
}

// fixtures are small trees with one fault each, and what must be said of it.
var fixtures = []struct {
	comment string
	table   string
	files   map[string]string
	want    string // a part of the only finding; empty: none
}{
	{"nothing wrong", "0 a\n1 b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\n",
		"b/b.go": "// Package b is.\npackage b\nimport _ \"github.com/pratique/pratique/a\"\n",
	}, ""},
	{"a package without a line", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, "b: package has no line"},
	{"a line without a package", "0 a\n0 b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\n",
	}, "no package b"},
	{"an import of a higher floor", "0 a\n1 b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, "a/a.go:3: a (floor 0) imports b of floor 1"},
	{"an import of the same floor", "0 a\n0 b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, "of its own floor"},
	{"an import of the same floor that the line names", "0 a b\n0 b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, ""},
	{"an import of a tool", "0 a\ntool b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, "only serves the build"},
	{"an import of a tool by a tool", "tool a\ntool b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, "only serves the build"},
	{"an import of a tool by a tool whose line names it", "tool a b\ntool b", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go": "// Package b is.\npackage b\n",
	}, ""},
	{"testing outside a test", "tool a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"testing\"\n",
	}, "imported outside a test"},
	{"testing in a tool for tests", "tool a/xtest", map[string]string{
		"a/xtest/a.go": "// Package xtest is.\npackage xtest\nimport _ \"testing\"\n",
	}, ""},
	{"a test may import upwards", "0 a\n1 b", map[string]string{
		"a/a.go":      "// Package a is.\npackage a\n",
		"a/a_test.go": "package a_test\nimport _ \"github.com/pratique/pratique/b\"\n",
		"b/b.go":      "// Package b is.\npackage b\n",
	}, ""},
	{"a module without a line", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"example.org/x/y\"\n",
	}, "whose module has no line"},
	{"a module for tests only", "0 a\nmodule example.org/x", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"example.org/x/y\"\n",
	}, "may not import module example.org/x"},
	{"a module for tests only, in a test", "0 a\nmodule example.org/x", map[string]string{
		"a/a.go":      "// Package a is.\npackage a\n",
		"a/a_test.go": "package a_test\nimport _ \"example.org/x/y\"\n",
	}, ""},
	{"a module that nothing imports", "0 a\nmodule example.org/x a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\n",
	}, "nothing imports module example.org/x"},
	{"the disk on a pure floor", "4 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"os\"\n",
	}, "floor 4 imports os"},
	{"another program on a pure floor", "4 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"os/exec\"\n",
	}, "floor 4 imports os/exec"},
	{"the network on a pure floor", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"net/mail\"\n",
	}, "floor 0 imports net/mail"},
	{"an address taken apart", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"net/url\"\n",
	}, ""},
	{"a logger on a pure floor", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"log/slog\"\n",
	}, "floor 0 imports log/slog"},
	{"the disk above the pure floors", "5 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"os\"\n",
	}, ""},
	{"a file for one system is read too", "0 a", map[string]string{
		"a/a_windows.go": "//go:build windows\n\n// Package a is.\npackage a\nimport _ \"os\"\n",
	}, "floor 0 imports os"},
	{"the clock", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport \"time\"\nvar T = time.Now()\n",
	}, "a/a.go:4: floor 0 uses time.Now"},
	{"the clock as a value, under another name", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport clk \"time\"\nvar T = clk.Since\n",
	}, "floor 0 uses time.Since"},
	{"time as an argument", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport \"time\"\nfunc F(t time.Time) time.Time { return t.Add(time.Hour) }\n",
	}, ""},
	{"the global random source", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport \"math/rand/v2\"\nvar N = rand.IntN(3)\n",
	}, "global source of math/rand/v2"},
	{"a seeded random source", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport \"math/rand/v2\"\nvar N = rand.New(rand.NewPCG(1, 2)).IntN(3)\n",
	}, ""},
	{"a dot import hides what is used", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport . \"time\"\n",
	}, "dot import of time"},
	{"func init", "5 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nfunc init() {}\n",
	}, "func init"},
	{"no doc comment", "0 a", map[string]string{
		"a/a.go": "package a\n",
	}, "no doc comment"},
	{"a drawer", "0 x/util", map[string]string{
		"x/util/a.go": "// Package drawer is.\npackage drawer\n",
	}, "named for what it knows"},
	{"flags in a library", "5 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"flag\"\n",
	}, "only cmd/pratique reads flags"},
	{"the environment in a library", "5 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport \"os\"\nvar V = os.Getenv(\"V\")\n",
	}, "only cmd/pratique reads os.Getenv"},
	{"the environment in the program", "7 cmd/pratique", map[string]string{
		"cmd/pratique/main.go": "// Command pratique.\npackage main\nimport \"os\"\nvar V = os.Getenv(\"V\")\n",
	}, ""},
	{"testing in a library", "5 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\nimport _ \"testing\"\n",
	}, "testing imported outside a test"},
	{"a long file", "0 a", map[string]string{
		"a/a.go": "// Package a is.\npackage a\n" + strings.Repeat("//\n", longest),
	}, "more than one topic?"},
	{"a test that skips", "0 a", map[string]string{
		"a/a.go":      "// Package a is.\npackage a\n",
		"a/a_test.go": "package a_test\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip(\"later\") }\n",
	}, "may be skipped only"},
	{"a test that skips for want of public vectors", "0 a", map[string]string{
		"a/a.go":      "// Package a is.\npackage a\n",
		"a/a_test.go": "package a_test\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip(\"PRATIQUE_VECTORS is not set\") }\n",
	}, ""},
	{"a fuzz target without seeds", "0 a", map[string]string{
		"a/a.go":      "// Package a is.\npackage a\n",
		"a/a_test.go": "package a_test\nimport \"testing\"\nfunc FuzzA(f *testing.F) { f.Fuzz(func(t *testing.T, b []byte) {}) }\n",
	}, "FuzzA has no seeds"},
	{"a fuzz target with a corpus", "0 a", map[string]string{
		"a/a.go":                    "// Package a is.\npackage a\n",
		"a/a_test.go":               "package a_test\nimport \"testing\"\nfunc FuzzA(f *testing.F) { f.Fuzz(func(t *testing.T, b []byte) {}) }\n",
		"a/testdata/fuzz/FuzzA/one": "go test fuzz v1\n[]byte(\"x\")\n",
	}, ""},
	{"a fuzz target with seeds in its text", "0 a", map[string]string{
		"a/a.go":      "// Package a is.\npackage a\n",
		"a/a_test.go": "package a_test\nimport \"testing\"\nfunc FuzzA(f *testing.F) { f.Add([]byte{1}); f.Fuzz(func(t *testing.T, b []byte) {}) }\n",
	}, ""},
}

// Each check fails on a tree that breaks it, and only then.
func TestFixtures(t *testing.T) {
	for _, v := range fixtures {
		t.Run(v.comment, func(t *testing.T) {
			m := fstest.MapFS{}
			for name, text := range v.files {
				m[name] = &fstest.MapFile{Data: []byte(text)}
			}
			tr, err := load(m)
			if err != nil {
				t.Fatal(err)
			}
			tab, err := parseTable(v.table)
			if err != nil {
				t.Fatal(err)
			}
			got := check(tr, tab)
			switch {
			case v.want == "" && len(got) > 0:
				t.Errorf("got %v, want nothing", got)
			case v.want != "" && (len(got) != 1 || !strings.Contains(got[0].String(), v.want)):
				t.Errorf("got %v, want one that says %q", got, v.want)
			}
		})
	}
}

// A table that cannot be meant is refused.
func TestTableIsStrict(t *testing.T) {
	for _, v := range []struct{ comment, table, want string }{
		{"empty", "# nothing\n", "no packages"},
		{"no package", "0", "line 1: no package"},
		{"no floor", "\nten a", "line 2: no floor"},
		{"twice", "0 a\n1 a", "stands twice"},
		{"module twice", "0 a\nmodule m\nmodule m", "stands twice"},
		{"beside another floor", "0 a b\n1 b", "not of its floor"},
		{"beside nothing", "0 a b", "not of its floor"},
	} {
		if _, err := parseTable(v.table); err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: got %v, want %q", v.comment, err, v.want)
		}
	}
}

// What is reached through others is found.
func TestReachFails(t *testing.T) {
	got := reaches(map[string][]string{modulePath + "/a": {"fmt", "net/http"}, modulePath + "/b": {"fmt", "net", "os"}})
	if len(got) != 1 || got[0].String() != "a: reaches net/http" {
		t.Errorf("got %v, want that a reaches net/http", got)
	}
}

// A tree without Go files is a mistake, not a house without faults.
func TestEmptyTree(t *testing.T) {
	if _, err := load(fstest.MapFS{"README": {Data: []byte("x")}}); err == nil {
		t.Error("an empty tree was accepted")
	}
}
