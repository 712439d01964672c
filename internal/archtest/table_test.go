package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// tool is the floor of what serves the build.
const tool = -1

// table is what docs/imports.txt says.
type table struct {
	floors  map[string]int      // by package, relative to the module: "format/hc1"
	beside  map[string][]string // packages of its own floor that a package may import
	modules map[string][]string // by module path: the packages that may import it
}

func parseTable(text string) (table, error) {
	t := table{map[string]int{}, map[string][]string{}, map[string][]string{}}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) < 2 {
			return table{}, fmt.Errorf("line %d: no package", i+1)
		}
		name, rest := f[1], f[2:]
		if f[0] == "module" {
			if _, twice := t.modules[name]; twice {
				return table{}, fmt.Errorf("line %d: module %s stands twice", i+1, name)
			}
			t.modules[name] = rest
			continue
		}
		floor := tool
		if f[0] != "tool" {
			if len(f[0]) != 1 || f[0][0] < '0' || f[0][0] > '9' {
				return table{}, fmt.Errorf("line %d: no floor: %s", i+1, f[0])
			}
			floor = int(f[0][0] - '0')
		}
		if _, twice := t.floors[name]; twice {
			return table{}, fmt.Errorf("line %d: package %s stands twice", i+1, name)
		}
		t.floors[name], t.beside[name] = floor, rest
	}
	if len(t.floors) == 0 {
		return table{}, fmt.Errorf("no packages")
	}
	for p, others := range t.beside {
		for _, o := range others {
			if f, ok := t.floors[o]; !ok || f != t.floors[p] {
				return table{}, fmt.Errorf("%s may import %s, which is not of its floor", p, o)
			}
		}
	}
	return t, nil
}

// pure reports whether the package is of floors 0 to 4.
func (t table) pure(pkg string) bool {
	f, ok := t.floors[pkg]
	return ok && f != tool && f <= 4
}

// pures lists the packages of floors 0 to 4.
func (t table) pures() []string {
	var ps []string
	for p := range t.floors {
		if t.pure(p) {
			ps = append(ps, p)
		}
	}
	slices.Sort(ps)
	return ps
}

// module returns the longest module path that holds the import path.
func (t table) module(imp string) (string, bool) {
	best := ""
	for m := range t.modules {
		if (imp == m || strings.HasPrefix(imp, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best, best != ""
}
