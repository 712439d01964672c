package archtest

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const modulePath = "github.com/pratique/pratique"

// unit is a package as its sources say it, for every build tag at once.
type unit struct {
	path  string // relative to the module
	files []file // sorted by name
}

type file struct {
	name  string // relative to the module
	test  bool
	lines int
	ast   *ast.File
}

// imports calls f for each import of the file.
func (f file) imports(yield func(path string, pos token.Pos)) {
	for _, i := range f.ast.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			yield(p, i.Pos())
		}
	}
}

// tree is all the packages below a root.
type tree struct {
	fset  *token.FileSet
	units map[string]*unit
	fs    fs.FS
}

func load(root fs.FS) (tree, error) {
	t := tree{token.NewFileSet(), map[string]*unit{}, root}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && slices.ContainsFunc([]string{".", "_", "testdata", "node_modules", "dist", "bin"}, func(s string) bool {
				return d.Name() == s || len(s) == 1 && strings.HasPrefix(d.Name(), s)
			}) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		return t.add(name)
	})
	if err == nil && len(t.units) == 0 {
		err = fmt.Errorf("no Go files")
	}
	return t, err
}

func (t tree) add(name string) error {
	src, err := fs.ReadFile(t.fs, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(t.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ignored(f) {
		return nil
	}
	dir := path.Dir(name)
	u := t.units[dir]
	if u == nil {
		u = &unit{path: dir}
		t.units[dir] = u
	}
	u.files = append(u.files, file{name, strings.HasSuffix(name, "_test.go"), strings.Count(string(src), "\n"), f})
	return nil
}

// ignored reports whether the file's build constraint is "ignore".
func ignored(f *ast.File) bool {
	for _, g := range f.Comments {
		if g.Pos() > f.Package {
			break
		}
		for _, c := range g.List {
			if x, err := constraint.Parse(c.Text); err == nil && x.String() == "ignore" {
				return true
			}
		}
	}
	return false
}

// finding is one place where the tree differs from the house.
type finding struct {
	pos  string
	text string
}

func (f finding) String() string { return f.pos + ": " + f.text }

func (t tree) at(p token.Pos) string {
	q := t.fset.Position(p)
	return fmt.Sprintf("%s:%d", q.Filename, q.Line)
}
