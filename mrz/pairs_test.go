package mrz_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/mrz"
)

type pairName struct {
	Family, Given, Fnt, Gnt string
	Cut                     bool
}

func (n pairName) name() mrz.Name {
	return mrz.Name{Family: n.Family, Given: n.Given, FamilyICAO: n.Fnt, GivenICAO: n.Gnt, Truncated: n.Cut}
}

type pair struct {
	Comment string
	A, B    pairName
	Class   string
	Near    bool
	Codes   []mrz.Code
}

func loadPairs(t testing.TB) []pair {
	t.Helper()
	text, err := os.ReadFile("testdata/pairs.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		About string
		Pairs []pair
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Pairs) < 200 || file.About == "" {
		t.Fatalf("testdata/pairs.json: %d pairs, want at least 200 and a schema", len(file.Pairs))
	}
	return file.Pairs
}

// Every pair of our collection is judged as its author judged it, in both
// directions, with the reasons that the author expects.
func TestPairs(t *testing.T) {
	confusion := map[[2]string]int{}
	wrong := 0
	for i, p := range loadPairs(t) {
		a, b := p.A.name(), p.B.name()
		got := mrz.Match(a, b)
		confusion[[2]string{p.Class, got.Class.String()}]++
		if got.Class.String() != p.Class || got.Near != p.Near {
			wrong++
			t.Errorf("pair %d (%s): got %v, want %s near=%v", i+1, p.Comment, got, p.Class, p.Near)
			continue
		}
		for _, c := range p.Codes {
			if !slices.ContainsFunc(got.Reasons, func(r mrz.Reason) bool { return r.Code == c }) {
				wrong++
				t.Errorf("pair %d (%s): no reason %s in %v", i+1, p.Comment, c, got)
			}
		}
		back := mrz.Match(b, a)
		if back.Class != got.Class || back.Near != got.Near || len(back.Reasons) != len(got.Reasons) {
			t.Errorf("pair %d (%s): %v one way, %v the other", i+1, p.Comment, got, back)
			continue
		}
		for j, r := range got.Reasons {
			if f := back.Reasons[j]; f.Code != r.Code || f.A != r.B || f.B != r.A {
				t.Errorf("pair %d (%s): reason %v one way, %v the other", i+1, p.Comment, r, f)
			}
		}
	}
	if wrong > 0 {
		t.Log(matrix(confusion))
	}
}

// The confusion matrix: rows are what the author wants, columns what we say.
func matrix(confusion map[[2]string]int) string {
	var classes []string
	for c := mrz.Unknown; c <= mrz.Same; c++ {
		classes = append(classes, c.String())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%14s", "want \\ got")
	for _, c := range classes {
		fmt.Fprintf(&b, "%14s", c)
	}
	for _, w := range classes {
		fmt.Fprintf(&b, "\n%14s", w)
		for _, g := range classes {
			fmt.Fprintf(&b, "%14d", confusion[[2]string{w, g}])
		}
	}
	return b.String()
}

// A name is the same as itself, in every form, unless there is nothing in it.
func TestReflexive(t *testing.T) {
	for i, p := range loadPairs(t) {
		for _, n := range []mrz.Name{p.A.name(), p.B.name()} {
			got := mrz.Match(n, n)
			empty := mrz.Transliterate(n.Family+n.Given+n.FamilyICAO+n.GivenICAO) == "" && !strings.ContainsFunc(n.Family+n.Given, func(r rune) bool { return r > 0x500 })
			if got.Class != mrz.Same && !empty || got.Class == mrz.Same && empty {
				t.Errorf("pair %d: a name against itself: %v", i+1, got)
			}
		}
	}
}

// The collection covers every class, every code and several scripts, and no
// two persons of it are the same: different pairs stay different, mixed up.
func TestPairsCover(t *testing.T) {
	pairs := loadPairs(t)
	seen := map[mrz.Code]bool{}
	classes := map[string]int{}
	for _, p := range pairs {
		for _, r := range mrz.Match(p.A.name(), p.B.name()).Reasons {
			seen[r.Code] = true
		}
		classes[p.Class]++
	}
	for _, c := range mrz.Codes() {
		if !seen[c] && c != mrz.TooLong {
			t.Errorf("no pair has the reason %s", c)
		}
	}
	for c := mrz.Unknown; c <= mrz.Same; c++ {
		if classes[c.String()] < 8 {
			t.Errorf("%d pairs of class %s, want at least 8", classes[c.String()], c)
		}
	}
}
