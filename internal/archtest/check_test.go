package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// check returns everything in which the tree differs from the table and from the nevers.
func check(t tree, tab table) []finding {
	var out []finding
	for p := range tab.floors {
		if t.units[p] == nil {
			out = append(out, finding{"docs/imports.txt", "no package " + p})
		}
	}
	used := map[string]bool{}
	for _, u := range t.units {
		if _, ok := tab.floors[u.path]; !ok {
			out = append(out, finding{u.path, "package has no line in docs/imports.txt"})
		}
		out = append(out, t.shape(u)...)
		for _, f := range u.files {
			out = append(out, t.imports(u, f, tab, used)...)
			if f.test {
				out = append(out, t.tests(u, f)...)
			} else {
				out = append(out, t.own(u, f, tab)...)
			}
		}
	}
	for m := range tab.modules {
		if !used[m] {
			out = append(out, finding{"docs/imports.txt", "nothing imports module " + m})
		}
	}
	slices.SortFunc(out, func(a, b finding) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// drawers are names that say nothing about what is inside.
var drawers = []string{"util", "utils", "common", "shared", "types", "model", "models", "service", "services", "helper", "helpers", "misc"}

// shape checks what is said of a package as a whole: its name and its comment.
func (t tree) shape(u *unit) (out []finding) {
	if slices.Contains(drawers, path.Base(u.path)) {
		out = append(out, finding{u.path, "a package is named for what it knows, not " + path.Base(u.path)})
	}
	own, documented := 0, false
	for _, f := range u.files {
		if f.test {
			continue
		}
		own++
		if d := f.ast.Doc.Text(); strings.HasPrefix(d, "Package "+f.ast.Name.Name+" ") || f.ast.Name.Name == "main" && d != "" {
			documented = true
		}
		if slices.Contains(drawers, f.ast.Name.Name) {
			out = append(out, finding{f.name, "a package is named for what it knows, not " + f.ast.Name.Name})
		}
	}
	if own > 0 && !documented {
		out = append(out, finding{u.path, "package has no doc comment"})
	}
	return out
}

// imports checks the floors, and who may import a module that is not ours.
func (t tree) imports(u *unit, f file, tab table, used map[string]bool) (out []finding) {
	f.imports(func(imp string, pos token.Pos) {
		say := func(format string, a ...any) {
			out = append(out, finding{t.at(pos), fmt.Sprintf(format, a...)})
		}
		if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
			return // standard library
		}
		if imp == modulePath || strings.HasPrefix(imp, modulePath+"/") {
			other := strings.TrimPrefix(strings.TrimPrefix(imp, modulePath), "/")
			mine, listed := tab.floors[u.path]
			theirs, known := tab.floors[other]
			switch {
			case f.test, !listed: // a test may look at any floor; a missing line is said elsewhere
			case !known:
				say("imports %s, which has no line in docs/imports.txt", other)
			case theirs == tool && !(mine == tool && slices.Contains(tab.beside[u.path], other)):
				say("imports %s, which only serves the build", other)
			case mine == tool, theirs < mine:
			case theirs > mine:
				say("%s (floor %d) imports %s of floor %d", u.path, mine, other, theirs)
			case !slices.Contains(tab.beside[u.path], other):
				say("%s imports %s of its own floor, which its line does not name", u.path, other)
			}
			return
		}
		m, ok := tab.module(imp)
		if !ok {
			say("imports %s, whose module has no line in docs/imports.txt", imp)
			return
		}
		used[m] = true
		if !f.test && !slices.Contains(tab.modules[m], u.path) {
			say("%s may not import module %s", u.path, m)
		}
	})
	return out
}

// impure are the packages that floors 0 to 4 do not import, with all below
// them; harmless are those of them that only take texts apart.
var (
	impure   = []string{"os", "net", "log", "database/sql", "syscall", "crypto/rand", "plugin"}
	harmless = []string{"net/netip", "net/url"}
)

// clock are the functions of package time that read or use the clock.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// seeded are the names of math/rand and math/rand/v2 that need a source.
var seeded = []string{"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf"}

// environment are the names of package os that read how the program was called.
var environment = []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Args"}

const longest = 800 // lines of a file

// own checks a file that is not a test.
func (t tree) own(u *unit, f file, tab table) (out []finding) {
	say := func(pos token.Pos, format string, a ...any) {
		out = append(out, finding{t.at(pos), fmt.Sprintf(format, a...)})
	}
	if f.lines > longest {
		say(f.ast.Package, "%d lines: more than one topic?", f.lines)
	}
	pure := tab.pure(u.path)
	called := u.path == "cmd/pratique" || tab.floors[u.path] == tool // may see how it was called
	names := map[string]string{}                                     // of imports, in this file
	for _, i := range f.ast.Imports {
		imp := strings.Trim(i.Path.Value, `"`)
		name := path.Base(imp)
		if imp == "math/rand/v2" {
			name = "rand"
		}
		if i.Name != nil {
			name = i.Name.Name
		}
		names[name] = imp
		if name == "." {
			say(i.Pos(), "dot import of %s", imp)
		}
		if pure && !slices.Contains(harmless, imp) && slices.ContainsFunc(impure, func(p string) bool { return imp == p || strings.HasPrefix(imp, p+"/") }) {
			say(i.Pos(), "floor %d imports %s", tab.floors[u.path], imp)
		}
		if imp == "flag" && !called {
			say(i.Pos(), "only cmd/pratique reads flags")
		}
		aid := tab.floors[u.path] == tool && strings.HasSuffix(u.path, "test") // it serves the tests of others
		if !aid && imp == "testing" || strings.HasPrefix(imp, "testing/") && imp != "testing/fstest" {
			say(i.Pos(), "%s imported outside a test", imp)
		}
	}
	for _, d := range f.ast.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
			say(d.Pos(), "func init")
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := s.X.(*ast.Ident)
		if !ok {
			return true
		}
		switch imp := names[x.Name]; {
		case pure && imp == "time" && slices.Contains(clock, s.Sel.Name):
			say(s.Pos(), "floor %d uses time.%s", tab.floors[u.path], s.Sel.Name)
		case pure && (imp == "math/rand" || imp == "math/rand/v2") && !slices.Contains(seeded, s.Sel.Name):
			say(s.Pos(), "floor %d uses the global source of %s", tab.floors[u.path], imp)
		case !called && imp == "os" && slices.Contains(environment, s.Sel.Name):
			say(s.Pos(), "only cmd/pratique reads os.%s", s.Sel.Name)
		}
		return true
	})
	return out
}

// tests checks a test file: no test is skipped but for want of what CI has (it
// sets PRATIQUE_VECTORS and PRATIQUE_PEERS), and no fuzz target begins without seeds.
func (t tree) tests(u *unit, f file) (out []finding) {
	for _, d := range f.ast.Decls {
		d, ok := d.(*ast.FuncDecl)
		if !ok || d.Body == nil {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && skips(c) {
				out = append(out, finding{t.at(c.Pos()), "a test may be skipped only for want of a PRATIQUE_ variable, and says so"})
			}
			return true
		})
		if d.Recv == nil && strings.HasPrefix(d.Name.Name, "Fuzz") && !t.seeds(u, d) {
			out = append(out, finding{t.at(d.Pos()), d.Name.Name + " has no seeds"})
		}
	}
	return out
}

// skips reports whether the call skips a test for another reason.
func skips(c *ast.CallExpr) bool {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, s.Sel.Name) {
		return false
	}
	if x, ok := s.X.(*ast.Ident); !ok || !slices.Contains([]string{"t", "tb", "b", "f"}, x.Name) {
		return false
	}
	if len(c.Args) == 0 {
		return true
	}
	l, ok := c.Args[0].(*ast.BasicLit)
	return !ok || !strings.Contains(l.Value, "PRATIQUE_")
}

// seeds reports whether the fuzz target adds a seed itself, hands its F to a
// function that may, or has a corpus beside it.
func (t tree) seeds(u *unit, d *ast.FuncDecl) bool {
	corpus := path.Join(u.path, "testdata/fuzz", d.Name.Name)
	if files, err := fs.ReadDir(t.fs, corpus); err == nil && len(files) > 0 {
		return true
	}
	if len(d.Type.Params.List) != 1 || len(d.Type.Params.List[0].Names) != 1 {
		return false
	}
	f, found := d.Type.Params.List[0].Names[0].Name, false
	ast.Inspect(d.Body, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if s, ok := c.Fun.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == f && s.Sel.Name == "Add" {
				found = true
			}
		}
		for _, a := range c.Args {
			if x, ok := a.(*ast.Ident); ok && x.Name == f {
				found = true
			}
		}
		return !found
	})
	return found
}

// forbidden are packages that floors 0 to 4 do not reach by any way.
var forbidden = []string{"net/http", "database/sql", "os/exec"}

// reaches checks the whole closure of imports: deps is by import path.
func reaches(deps map[string][]string) (out []finding) {
	for p, all := range deps {
		for _, bad := range forbidden {
			if slices.Contains(all, bad) {
				out = append(out, finding{strings.TrimPrefix(p, modulePath+"/"), "reaches " + bad})
			}
		}
	}
	return out
}
