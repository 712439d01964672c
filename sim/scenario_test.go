package sim_test

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/pratique/pratique/sim"
)

func shipped(t testing.TB, name string) sim.Scenario {
	t.Helper()
	s, err := sim.Shipped(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The parameters are those that were frozen before anything was compared.
func TestFrozen(t *testing.T) {
	f, err := os.Open("testdata/frozen.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	frozen := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if w := strings.Fields(lines.Text()); len(w) == 2 {
			frozen[w[0]] = w[1]
		}
	}
	for _, name := range sim.Names() {
		s := shipped(t, name)
		if frozen[name] != s.Hash() {
			t.Errorf("%s: hash %s, frozen %q", name, s.Hash(), frozen[name])
		}
	}
	if len(frozen) != len(sim.Names()) || len(frozen) < 7 {
		t.Errorf("%d scenarios are frozen, %d are shipped", len(frozen), len(sim.Names()))
	}
}

// What Parse reads, String writes; what String writes, Parse reads again.
func TestTextRoundTrip(t *testing.T) {
	for _, name := range sim.Names() {
		s := shipped(t, name)
		again, err := sim.Parse([]byte(s.String()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again != s || again.String() != s.String() || again.Hash() != s.Hash() {
			t.Errorf("%s is not itself after a round trip", name)
		}
	}
}

// Every field says what it is in, what it means and where its value is from.
func TestFieldsAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sim.Fields() {
		if f.Unit == "" || f.Meaning == "" || f.Source == "" || f.Values < 1 || f.Max <= f.Min || seen[f.Name] {
			t.Errorf("%s: %+v", f.Name, f)
		}
		seen[f.Name] = true
	}
}

// Bad values are refused with the field and the reason.
func TestRefused(t *testing.T) {
	const head = "pratique-scenario/1.0\nlike oxford-scenario-3\n"
	for _, v := range []struct{ comment, text, field, reason string }{
		{"nothing", "", "", "empty"},
		{"another file", "hello\n", "", "the first line is not"},
		{"a later version", "pratique-scenario/2.0\n", "", "the first line is not"},
		{"not UTF-8", "pratique-scenario/1.0\n\xff", "", "not UTF-8"},
		{"a negative rate", head + "infectious-rate -1\n", "infectious-rate", "-1 is not between 0 and 100"},
		{"a probability over 1", head + "traceable 1.01\n", "traceable", "1.01 is not between 0 and 1"},
		{"in one of nine", head + "mild 0 0 0 0 0 0 0 0 2\n", "mild", "2 is not between"},
		{"together over 1", head + "mild 0.9 0 0 0 0 0 0 0 0\n", "mild", "with asymptomatic it is over 1 for the age group 0-9"},
		{"an empty age group", head + "ages 0 1 1 1 1 1 1 1 1\n", "ages", "the age group 0-9 is empty"},
		{"an unknown field", head + "R0 3\n", "R0", "there is no such field"},
		{"a million millions", head + "people 1000000000000\n", "people", "is not between"},
		{"nobody", head + "people 0\n", "people", "0 is not between 1000"},
		{"half a person", head + "people 1000.5\n", "people", "not a whole number"},
		{"NaN", head + "generation-sd NaN\n", "generation-sd", "takes numbers"},
		{"infinity", head + "generation-sd +Inf\n", "generation-sd", "takes numbers"},
		{"over the range of numbers", head + "generation-sd 1e999\n", "generation-sd", "takes numbers"},
		{"hexadecimal", head + "people 0x2710p0\n", "people", "takes numbers"},
		{"a spread of nothing", head + "onset-sd 0\n", "onset-sd", "0 is not between 0.1"},
		{"no values", head + "people\n", "people", "takes 1 values, not 0"},
		{"too few values", head + "ages 1 2 3\n", "ages", "takes 9 values, not 3"},
		{"twice", head + "people 2000\npeople 2000\n", "people", "stands twice"},
		{"neither yes nor no", head + "shield 1\n", "shield", "takes yes or no"},
		{"like nobody", "pratique-scenario/1.0\nlike me\n", "like", "there is no scenario"},
		{"a file", "pratique-scenario/1.0\nlike ../scenarios/oxford-2021\n", "like", "there is no scenario"},
		{"like too late", "pratique-scenario/1.0\npeople 2000\nlike oxford-2021\n", "like", "stands behind"},
		{"incomplete", "pratique-scenario/1.0\npeople 2000\n", "seeds", "missing"},
		{"no households", head + "households 0 0 0 0 0 0\n", "households", "all weights are zero"},
		{"more seeds than people", head + "people 1000\nseeds 1001\n", "seeds", "more than people"},
		{"everybody's colleague", head + "work-mean 50 7 3\n", "work-mean", "colleagues"},
		{"too long", head + strings.Repeat("#\n", 500), "", "over 500 lines"},
		{"too large", head + strings.Repeat("#", 65<<10), "", "over 64 KiB"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			s, err := sim.Parse([]byte(v.text))
			var fe *sim.FieldError
			if !errors.As(err, &fe) || fe.Field != v.field || !strings.Contains(fe.Reason, v.reason) {
				t.Fatalf("got %v", err)
			}
			if s != (sim.Scenario{}) {
				t.Error("half a scenario beside the error")
			}
		})
	}
}

// Ages and household sizes that do not fit together are refused when the
// population is made: a country of children who live alone.
func TestImpossiblePopulation(t *testing.T) {
	s := shipped(t, "oxford-april-2020")
	for _, set := range [][]string{
		{"households", "1", "0", "0", "0", "0", "0"},
		{"ages", "100", "100", "1", "1", "1", "1", "1", "1", "1"},
	} {
		if err := s.Set(set[0], set[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	var fe *sim.FieldError
	if _, err := sim.New(s, 1, 1); !errors.As(err, &fe) || fe.Field != "households" {
		t.Errorf("got %v", err)
	}
}

// A field is set as by its line, or not at all.
func TestSet(t *testing.T) {
	s := shipped(t, "oxford-scenario-3")
	was := s
	if err := s.Set("traceable", "1.5"); err == nil || s != was {
		t.Errorf("a refused value has changed something: %v", err)
	}
	if err := s.Set("traceable", "0.5"); err != nil || s.Traceable != 0.5 || s.Hash() == was.Hash() {
		t.Errorf("%v, %v", err, s.Traceable)
	}
}

// No text makes the reader panic, and what it accepts is written again.
func FuzzParse(f *testing.F) {
	for _, name := range sim.Names() {
		text, ok := sim.ShippedText(name)
		if !ok {
			f.Fatal(name)
		}
		f.Add(text)
	}
	f.Add([]byte("pratique-scenario/1.0\nlike oxford-2021\npeople 1e5 # as many\napp-uptake .5"))
	f.Add([]byte("pratique-scenario/1.0\ntitle a  b\nlike oxford-2021\nshield no"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := sim.Parse(text)
		if err != nil {
			if s != (sim.Scenario{}) {
				t.Fatal("half a scenario")
			}
			return
		}
		again, err := sim.Parse([]byte(s.String()))
		if err != nil || again != s {
			t.Fatalf("not read back: %v", err)
		}
	})
}
