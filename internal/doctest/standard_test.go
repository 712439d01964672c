package doctest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/rules"
)

var (
	clauseLine = regexp.MustCompile(`(?m)^- \*\*([A-Z]+(?:-[A-Z]+)?-\d+)\*\* (.*)$`)
	clauseRow  = regexp.MustCompile(`(?m)^\| ([A-Z]+(?:-[A-Z]+)?-\d+) \| (.*) \|$`)
	heldBy     = regexp.MustCompile("`([^`]+)`")
)

// clauses are the clauses of a text of the standard, and those that stand twice.
func clauses(text string) (found map[string]string, twice []string) {
	found = map[string]string{}
	for _, m := range clauseLine.FindAllStringSubmatch(text, -1) {
		if _, ok := found[m[1]]; ok {
			twice = append(twice, m[1])
		}
		found[m[1]] = m[2]
	}
	return found, twice
}

// holds reports what is wrong with something that a row of the table names.
func holds(item string) error {
	kind, name, _ := strings.Cut(item, " ")
	switch kind {
	case "vectors":
		return vectorsHold(name)
	case "story":
		_, err := os.Stat(filepath.Join(root, "cmd/pratique/testdata/script", name+".txtar"))
		return err
	}
	dir, test, ok := strings.Cut(item, ".Test")
	if !ok || name != "" {
		return fmt.Errorf("neither vectors, nor a story, nor a test")
	}
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		return err
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if strings.Contains(string(b), "\nfunc Test"+test+"(t *testing.T)") {
			return nil
		}
	}
	return fmt.Errorf("no such test")
}

// vectorsHold looks for vectors: FILE:FLAG, FILE:* or FILE/ID.
func vectorsHold(name string) error {
	file, flag, byFlag := strings.Cut(name, ":")
	var id string
	if !byFlag {
		file, id, _ = strings.Cut(name, "/")
	}
	b, err := os.ReadFile(filepath.Join(root, "vectors", file+".json"))
	if err != nil {
		return err
	}
	var f struct {
		Cases []struct {
			ID    int
			Flags []string
		}
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	for _, c := range f.Cases {
		if fmt.Sprint(c.ID) == id || byFlag && (flag == "*" || slices.Contains(c.Flags, flag)) {
			return nil
		}
	}
	return fmt.Errorf("no such vector")
}

// Every clause of the standard is testable and has what holds it, and what is
// named is there.
func TestTheStandardIsHeld(t *testing.T) {
	found, twice := clauses(read(t, filepath.Join(root, "docs/standard/standard.md")))
	if len(found) < 80 || len(twice) > 0 {
		t.Fatalf("%d clauses; twice: %v", len(found), twice)
	}
	words := regexp.MustCompile(`\b(MUST|SHOULD|MAY)\b`)
	facts := regexp.MustCompile(`^(F-[123]|B-|D-1|G-7|C-1|C-6|K-1|L-1|R-5|R-7|H-6|O-3|W-3|V-1)`) // what is said as a fact or a definition
	held := map[string]bool{}
	inspected := 0
	for _, m := range clauseRow.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/standard/conformance.md")), -1) {
		id, by := m[1], m[2]
		if _, ok := found[id]; !ok || held[id] {
			t.Errorf("%s has a row and no clause, or two rows", id)
		}
		held[id] = true
		if why, ok := strings.CutPrefix(by, "by inspection: "); ok {
			if inspected++; len(why) < 20 {
				t.Errorf("%s is held by an inspection that says nothing", id)
			}
			continue
		}
		items := heldBy.FindAllStringSubmatch(by, -1)
		if len(items) == 0 {
			t.Errorf("%s is held by nothing", id)
		}
		for _, item := range items {
			if err := holds(item[1]); err != nil {
				t.Errorf("%s: %s: %v", id, item[1], err)
			}
		}
	}
	for id, text := range found {
		if !held[id] {
			t.Errorf("%s has no row in conformance.md", id)
		}
		if !words.MatchString(text) && !facts.MatchString(id) {
			t.Errorf("%s says neither MUST, SHOULD nor MAY", id)
		}
	}
	if inspected > 10 {
		t.Errorf("%d clauses are held by inspection alone", inspected)
	}
}

// The parameters of the baseline are those of the rules that come with the program.
func TestTheParametersAreThoseOfTheBaseline(t *testing.T) {
	found, _ := clauses(read(t, filepath.Join(root, "docs/standard/standard.md")))
	baseline, err := rules.Pack("baseline")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	n := 0
	for _, p := range rules.Parameters() {
		n++
		want := fmt.Sprintf("Parameter `%s`: %s.", p.Name, baseline.Measure(p, at))
		if !strings.HasSuffix(found[p.Clause], want) {
			t.Errorf("%s does not end with %q", p.Clause, want)
		}
	}
	all := 0
	for _, text := range found {
		all += strings.Count(text, "Parameter `")
	}
	if n == 0 || n != all {
		t.Errorf("%d parameters in the program, %d in the standard", n, all)
	}
}

// The adoption that the standard shows is one.
func TestTheAdoptionOfTheStandardIsOne(t *testing.T) {
	_, text, ok := strings.Cut(read(t, filepath.Join(root, "docs/standard/standard.md")), "An adoption, with one deviation:\n")
	if !ok {
		t.Fatal("no example")
	}
	text, _, _ = strings.Cut(text, "\n\nThe public table")
	a, err := rules.ParseAdoption([]byte(text))
	if err != nil || len(a.Deviations) != 1 {
		t.Fatalf("%v", err)
	}
	found, _ := clauses(read(t, filepath.Join(root, "docs/standard/standard.md")))
	if _, ok := found[a.Deviations[0].Clause]; !ok {
		t.Error("it deviates from a clause that is none")
	}
}

// The tests above can fail.
func TestStandardCanFail(t *testing.T) {
	if _, twice := clauses("- **A-1** MUST.\n- **A-1** MUST.\n"); len(twice) != 1 {
		t.Error("a clause that stands twice is not seen")
	}
	for _, bad := range []string{"vectors hc1:nosuchflag", "vectors hc1/99999", "vectors none:plain", "story none", "verify.TestNoSuchTest", "none.TestX", "prose", "vectors hc1"} {
		if holds(bad) == nil {
			t.Errorf("%q is said to be there", bad)
		}
	}
	for _, good := range []string{"vectors hc1:plain", "vectors hc1:*", "vectors hc1/1", "story rules", "internal/doctest.TestLinks"} {
		if err := holds(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}
