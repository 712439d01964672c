package certlogic_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pratique/pratique/certlogic"
)

// vectors returns the folder of the public vectors.
func vectors(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	return dir
}

type vector[T any] struct {
	file string
	T    T
}

// load reads all JSON files that match, and fails if there is none.
func load[T any](t testing.TB, pattern string) []vector[T] {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectors(t), pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors match %s (%v)", pattern, err)
	}
	all := make([]vector[T], 0, len(files))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, vector[T]{filepath.Base(file), v})
	}
	return all
}

func parse(t testing.TB, logic string) *certlogic.Expr {
	t.Helper()
	e, err := certlogic.Parse([]byte(logic))
	if err != nil {
		t.Fatalf("parsing %s: %v", logic, err)
	}
	return e
}

func data(t testing.TB, text string) certlogic.Value {
	t.Helper()
	if text == "" {
		text = "null"
	}
	v, err := certlogic.FromJSON([]byte(text))
	if err != nil {
		t.Fatalf("reading %s: %v", text, err)
	}
	return v
}

type suite struct {
	Name, Directive string
	Cases           []struct {
		Name, Directive     string
		CertLogicExpression json.RawMessage
		Assertions          []struct {
			Directive, Message  string
			CertLogicExpression json.RawMessage
			Data, Expected      json.RawMessage
		}
	}
}

// The public evaluation suite: every active assertion, with the kind of the
// result as well as its value.
func TestPublicSuite(t *testing.T) {
	judged := 0
	for _, v := range load[suite](t, "certlogic/testSuite/*.json") {
		file, s := v.file, v.T
		if s.Directive == "skip" {
			continue
		}
		for _, c := range s.Cases {
			if c.Directive == "skip" {
				continue
			}
			for _, a := range c.Assertions {
				if a.Directive == "skip" {
					continue
				}
				logic := a.CertLogicExpression
				if logic == nil {
					logic = c.CertLogicExpression
				}
				judged++
				e := parse(t, string(logic))
				if issues := e.Issues(); len(issues) > 0 {
					t.Errorf("%s, %s: %s has issues %v", file, c.Name, logic, issues)
				}
				got, err := e.Eval(data(t, string(a.Data)))
				if want := data(t, string(a.Expected)); err != nil || !got.Equal(want) {
					t.Errorf("%s, %s: %s on %s: got %v, %v; want %v", file, c.Name, logic, a.Data, got, err, want)
				}
			}
		}
	}
	if judged < 140 {
		t.Errorf("only %d assertions judged", judged)
	}
}

// The public validation suite: issues where it has some, none where it has none.
func TestPublicValidationSuite(t *testing.T) {
	type validation struct {
		Cases []struct {
			CertLogicExpression json.RawMessage
			Issues              []json.RawMessage
		}
	}
	judged := 0
	for _, v := range load[validation](t, "certlogic/validation-testSuite/*.json") {
		file, s := v.file, v.T
		for _, c := range s.Cases {
			judged++
			logic := c.CertLogicExpression
			if logic == nil {
				logic = json.RawMessage("null")
			}
			if issues := certlogic.Check(logic); len(issues) > 0 != (len(c.Issues) > 0) {
				t.Errorf("%s: %s: got %v, want %s", file, logic, issues, c.Issues)
			}
		}
	}
	if judged < 23 {
		t.Errorf("only %d cases judged", judged)
	}
}

type ruleTest struct {
	name string
	rule *certlogic.Expr
	data certlogic.Value
	want bool
}

// ruleTests reads the public rules with their tests.
func ruleTests(t testing.TB) []ruleTest {
	t.Helper()
	type rule struct {
		Rule struct {
			Identifier string
			Logic      json.RawMessage
		}
		Tests []struct {
			Name, File        string
			Payload, External map[string]any
			Expected          bool
		}
	}
	sets := load[map[string]any](t, "rules/valuesets.json")[0].T
	var all []ruleTest
	for _, v := range load[rule](t, "rules/[A-Z][A-Z]/*.json") {
		r := v.T
		e := parse(t, string(r.Rule.Logic))
		if issues := e.Issues(); len(issues) > 0 {
			t.Errorf("%s has issues %v", r.Rule.Identifier, issues)
		}
		for _, c := range r.Tests {
			if name, ok := c.External["valueSets"].(string); ok {
				c.External["valueSets"] = sets[name]
			}
			data, err := certlogic.FromAny(map[string]any{"payload": c.Payload, "external": c.External})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, ruleTest{r.Rule.Identifier + " " + c.File + " " + c.Name, e, data, c.Expected})
		}
	}
	if len(all) < 500 {
		t.Fatalf("only %d rule tests", len(all))
	}
	return all
}

// The public rules of six countries with their tests.
func TestPublicRules(t *testing.T) {
	for _, c := range ruleTests(t) {
		got, err := c.rule.Eval(c.data)
		if b, ok := got.Bool(); err != nil || !ok || b != c.want {
			t.Errorf("%s: got %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}
