package rules_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/rules"
)

var december = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

func measureAll(s *rules.Set, at time.Time) map[string]string {
	m := map[string]string{}
	for _, p := range rules.Parameters() {
		m[p.Name] = s.Measure(p, at)
	}
	return m
}

// The baseline of the program has the values that the standard states.
func TestTheBaselineHasTheValuesOfTheStandard(t *testing.T) {
	want := map[string]string{
		"test.nucleic_acid.hours": "72", "test.antigen.hours": "not accepted", "vaccination.complete.from_days": "14", "vaccination.complete.until_days": "no limit",
		"vaccination.incomplete": "not accepted", "recovery.from_days": "11", "recovery.until_days": "180", "exemption": "accepted", "infection.hours": "none",
	}
	s := pack(t, "baseline")
	for _, at := range []time.Time{december, december.Add(7*time.Hour + 31*time.Minute), december.AddDate(1, 3, 0)} {
		got := measureAll(s, at)
		for name, w := range want {
			if got[name] != w {
				t.Errorf("%v: %s is %q, want %q", at, name, got[name], w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d parameters, want %d", len(got), len(want))
		}
	}
}

// What is measured is what the rules do, however they are written.
func TestWhatIsMeasuredIsWhatTheRulesDo(t *testing.T) {
	text := string(pack(t, "baseline").Encode())
	if strings.Count(text, "},72,\"hour\"") == 0 {
		t.Fatal("the rule of 72 hours is not found")
	}
	for _, c := range []struct{ comment, old, new, parameter, want string }{
		{"48 hours", `},72,"hour"`, `},48,"hour"`, "test.nucleic_acid.hours", "48"},
		{"two days", `},72,"hour"`, `},2,"day"`, "test.nucleic_acid.hours", "48"},
		{"any test", `{"===":[{"var":"payload.t.0.tt"},"LP6464-4"]}`, `{"!":[{"===":[{"var":"payload.t.0.tt"},"none"]}]}`, "test.antigen.hours", "72"},
		{"three weeks after the dose", `14,"day"`, `21,"day"`, "vaccination.complete.from_days", "21"},
		{"three months after the infection", `180,"day"`, `90,"day"`, "recovery.until_days", "90"},
		{"on where the journey began", `{"===":[{"var":"payload.t.0.tt"},"LP6464-4"]}`, `{"===":[{"var":"external.trip.from"},"XA"]}`, "test.nucleic_acid.hours", "depends"},
	} {
		s, err := rules.Parse([]byte(strings.ReplaceAll(text, c.old, c.new)))
		if err != nil {
			t.Fatalf("%s: %v", c.comment, err)
		}
		if got := measureAll(s, december)[c.parameter]; got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.comment, c.parameter, got, c.want)
		}
	}
	if got := measureAll(pack(t, "baseline"), time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC))["test.nucleic_acid.hours"]; got != "not accepted" {
		t.Errorf("rules that have lapsed: %q", got)
	}
}

const adoption = `{"format":"pratique-adoption/1.0","standard":"1.0","jurisdiction":"XA","from":"2026-01-01T00:00:00Z","until":"2028-01-01T00:00:00Z",
"contact":{"name":"Norland Health Agency","email":"standard@norland.example"},"deviations":[
{"clause":"B-TST-2","parameter":"test.antigen.hours","value":"24","reason":{"en":"Land borders have antigen tests only."},"from":"2026-06-01T00:00:00Z","until":"2027-06-01T00:00:00Z"},
{"clause":"B-VAC-2","parameter":"vaccination.complete.until_days","value":"270","reason":{"en":"Protection wanes."},"from":"2026-01-01T00:00:00Z","until":"2028-01-01T00:00:00Z"},
{"clause":"B-INF-1","parameter":"infection.hours","value":"240","reason":{"en":"Ten days of isolation."},"from":"2026-01-01T00:00:00Z","until":"2028-01-01T00:00:00Z"},
{"clause":"P-TST-7","value":"the passport is asked for at the laboratory","reason":{"en":"The law of laboratories."},"from":"2026-01-01T00:00:00Z","until":"2028-01-01T00:00:00Z"}]}`

// What a country does is held against what it declares.
func TestPositions(t *testing.T) {
	baseline, norland := pack(t, "baseline"), pack(t, "norland")
	states := func(a *rules.Adoption, at time.Time) map[string]rules.State {
		m := map[string]rules.State{}
		for _, p := range rules.Positions(baseline, norland, a, at) {
			m[p.Parameter.Name] = p.State
		}
		return m
	}
	parse := func(old, new string) *rules.Adoption {
		a, err := rules.ParseAdoption([]byte(strings.Replace(adoption, old, new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	const antigen = "test.antigen.hours"
	declared := parse("", "")
	for name, s := range states(declared, december) {
		if s != rules.Same && s != rules.Declared {
			t.Errorf("%s is %s", name, s)
		}
	}
	for _, c := range []struct {
		comment string
		a       *rules.Adoption
		at      time.Time
		name    string
		want    rules.State
	}{
		{"declared", declared, december, antigen, rules.Declared},
		{"nothing was adopted", nil, december, antigen, rules.Undeclared},
		{"the deviation has ended", declared, time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC), antigen, rules.Undeclared},
		{"it ends in a second", declared, time.Date(2027, 5, 31, 23, 59, 59, 0, time.UTC), antigen, rules.Declared},
		{"it has not begun", declared, time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC), antigen, rules.Undeclared},
		{"another value is declared", parse(`"value":"24"`, `"value":"12"`), december, antigen, rules.Otherwise},
		{"what is declared does not occur", parse(`"clause":"B-TST-2","parameter":"test.antigen.hours"`, `"clause":"B-TST-1","parameter":"test.nucleic_acid.hours"`), december, "test.nucleic_acid.hours", rules.Moot},
	} {
		if got := states(c.a, c.at)[c.name]; got != c.want {
			t.Errorf("%s: %s, want %s", c.comment, got, c.want)
		}
	}
	if got := declared.Others(december); len(got) != 1 || got[0].Clause != "P-TST-7" {
		t.Errorf("of other clauses: %v", got)
	}
	if got := declared.Others(december.AddDate(5, 0, 0)); got != nil {
		t.Errorf("after the end: %v", got)
	}
}

func TestWhatIsNoAdoptionIsRefused(t *testing.T) {
	if _, err := rules.ParseAdoption([]byte(adoption)); err != nil {
		t.Fatal(err)
	}
	for comment, change := range map[string][2]string{
		"another format":              {"adoption/1.0", "adoption/2.0"},
		"another standard":            {`"standard":"1.0"`, `"standard":"9.9"`},
		"an unknown member":           {`"clause":"B-TST-2"`, `"clause":"B-TST-2","x":1`},
		"a member twice":              {`"value":"24"`, `"value":"24","value":"48"`},
		"an end before the beginning": {"2028-01-01", "2025-01-01"},
		"no end of a deviation":       {`,"until":"2027-06-01T00:00:00Z"`, ""},
		"a deviation beyond":          {"2027-06-01", "2029-06-01"},
		"no reason":                   {`{"en":"Protection wanes."}`, `{}`},
		"no such parameter":           {"test.antigen.hours", "test.antigen.days"},
		"the clause of another":       {"B-TST-2", "B-TST-1"},
		"no value":                    {`"value":"24"`, `"value":""`},
		"no contact":                  {`,"email":"standard@norland.example"`, ""},
		"declared twice":              {`"clause":"B-INF-1","parameter":"infection.hours"`, `"clause":"B-TST-2","parameter":"test.antigen.hours"`},
		"no country":                  {`"XA"`, `"Norland"`},
		"a right of the person":       {"P-TST-7", "H-4"},
		"unseen red":                  {"P-TST-7", "C-3"},
		"text after it":               {`office."}`, ""},
	} {
		text := strings.Replace(adoption, change[0], change[1], 1)
		if text == adoption {
			text += "{}"
		}
		if _, err := rules.ParseAdoption([]byte(text)); !errors.Is(err, rules.ErrAdoption) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

func FuzzParseAdoption(f *testing.F) {
	f.Add([]byte(adoption))
	f.Add([]byte(`{"format":"pratique-adoption/1.0","deviations":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := rules.ParseAdoption(data)
		if (a == nil) == (err == nil) {
			t.Errorf("got %v and %v", a, err)
		}
	})
}
