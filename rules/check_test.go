package rules_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/rules"
)

// The packs that come with the program have nothing to mend, in two languages.
func TestPacksPassCheck(t *testing.T) {
	for _, name := range rules.Packs() {
		s := pack(t, name)
		for _, f := range rules.Check(s.File) {
			t.Errorf("%s: %s", name, f)
		}
		if s.Title["en"] == "" || s.Title["fr"] == "" {
			t.Errorf("%s: want English and French", name)
		}
	}
	if _, err := rules.Pack("nowhere"); err == nil || !strings.Contains(err.Error(), "baseline") {
		t.Errorf("an unknown pack: %v", err)
	}
}

// Each code of Check is found where its mistake is, and no other is.
func TestCheck(t *testing.T) {
	rule := func(i int, change func(*rules.Rule)) func(*rules.File) {
		return func(f *rules.File) {
			r := *f.Rules[i]
			change(&r)
			f.Rules = slices.Clone(f.Rules)
			f.Rules[i] = &r
		}
	}
	withLogic := func(i int, logic string, fields ...string) func(*rules.File) {
		return rule(i, func(r *rules.Rule) { r.Logic, r.AffectedFields = json.RawMessage(logic), fields })
	}
	addRule := func(change ...func(*rules.Rule)) func(*rules.File) {
		return func(f *rules.File) {
			r := *f.Rules[0]
			for _, c := range change {
				c(&r)
			}
			f.Rules = append(slices.Clone(f.Rules), &r)
		}
	}
	for _, c := range []struct {
		comment string
		change  func(*rules.File)
		codes   string
		at      string // of one of them
	}{
		{"nothing", func(*rules.File) {}, "", ""},
		{"no end", func(f *rules.File) { f.Until = f.Until.AddDate(-2000, 0, 0) }, "form", "until"},
		{"a rule that reads the name", withLogic(0, `{"===":[{"var":"payload.nam.fnt"},"DOE"]}`, "nam.fnt"), "reads_identity test_fails no_tests", "rules[0]"},
		{"a rule that looks for one birthday", withLogic(0, `{"!":[{"===":[{"var":"payload.dob"},"1979-04-14"]}]}`, "dob"), "always_passes pins_birth_date test_fails", "rules[0]"},
		{"a rule that looks for birthdays in a list", withLogic(0, `{"if":[{"in":[{"var":"payload.dob"},["1979"]]},false,{"===":[{"var":"payload.t.0.tt"},"LP6464-4"]}]}`, "dob", "t.0.tt"), "pins_birth_date", "rules[0]"},
		{"a rule on age", withLogic(0, `{"if":[{"===":[{"var":"payload.t.0.tt"},"LP6464-4"]},true,{"after":[{"plusTime":[{"var":"payload.dob"},6,"year"]},{"plusTime":[{"var":"external.validationClock"},0,"day"]}]}]}`, "dob", "t.0.tt"), "test_fails", "tests[19]"},
		{"a rule with a misspelt field", withLogic(2, `{"not-after":[{"plusTime":[{"var":"external.validationClock"},0,"hour"]},{"plusTime":[{"var":"payload.t.0.scc"},72,"hour"]}]}`, "t.0.scc"), "never_passes test_fails no_tests", "rules[2]"},
		{"a rule that asks nothing", withLogic(1, `{"if":[{"var":"payload.t.0.tr"},true,true]}`, "t.0.tr"), "always_passes test_fails", "rules[1]"},
		{"a rule for a later engine", rule(1, func(r *rules.Rule) { r.EngineVersion = "9.0.0" }), "engine test_fails no_tests", "rules[1]"},
		{"a field that is not named", rule(0, func(r *rules.Rule) { r.AffectedFields = []string{"t.0.tr"} }), "affected_fields", "rules[0]"},
		{"a kind without rules", func(f *rules.File) {
			f.Accepts = append(slices.Clone(f.Accepts), rules.Accept{Kind: cert.KindDeclaration})
		}, "kind_without_rules no_tests", "accepts[4]"},
		{"a kind that is no longer accepted", func(f *rules.File) { f.Accepts = f.Accepts[1:] }, "rule_unused test_fails", "rules[0]"},
		{"a rule that lapses before the set", rule(0, func(r *rules.Rule) { r.ValidTo = "2029-06-01T00:00:00Z" }), "rule_gap", "TR-XB-0001"},
		{"two versions with a gap between them", func(f *rules.File) {
			rule(0, func(r *rules.Rule) { r.ValidTo = "2029-06-01T00:00:00Z" })(f)
			addRule(func(r *rules.Rule) {
				r.Version, r.ValidFrom, r.ValidTo = "1.1.0", "2029-06-02T00:00:00Z", "2030-01-01T00:00:00Z"
			})(f)
		}, "rule_gap", "TR-XB-0001"},
		{"two versions, one after the other", func(f *rules.File) {
			rule(0, func(r *rules.Rule) { r.ValidTo = "2029-06-01T00:00:00Z" })(f)
			addRule(func(r *rules.Rule) {
				r.Version, r.ValidFrom, r.ValidTo = "1.1.0", "2029-06-01T00:00:01Z", "2030-01-01T00:00:00Z"
			})(f)
		}, "", ""},
		{"two versions at once", addRule(func(r *rules.Rule) { r.Version, r.ValidFrom = "1.1.0", "2029-06-01T00:00:00Z" }), "versions_overlap", "TR-XB-0001"},
		{"a value set that is not there", func(f *rules.File) { f.ValueSets = map[string][]string{} }, "value_set_missing test_fails no_tests never_passes always_passes", "rules[3]"},
		{"a value set that nobody reads", func(f *rules.File) { f.ValueSets["more"] = []string{"x"} }, "value_set_unused", "value_sets.more"},
		{"a text in one language only", func(f *rules.File) {
			f.Infection = &rules.Infection{Hours: 240, Diseases: []string{cert.COVID19}, Advice: rules.Texts{"en": "Please go to the health desk."}}
		}, "missing_text", "infection.advice"},
		{"a text of two words", func(f *rules.File) { f.LegalBasis.Text = rules.Texts{"en": "The law", "fr": "La loi"} }, "short_text", "legal_basis.text.en"},
		{"a law that cannot be read", func(f *rules.File) { f.LegalBasis.URL = "" }, "no_legal_url", "legal_basis"},
		{"an obligation without a term and without an end", func(f *rules.File) {
			f.Obligations = slices.Clone(f.Obligations)
			f.Obligations[0].By, f.Obligations[0].Ends = nil, nil
		}, "no_term no_end", "obligations[0]"},
		{"a rule without a cure", func(f *rules.File) { delete(f.Cures, "TR-XB-0003") }, "no_cure", "rules[2]"},
		{"no cases", func(f *rules.File) { f.Tests = nil }, "no_tests", "tests"},
		{"a case that fails", func(f *rules.File) { f.Tests[0].Want.Answer = rules.Refused }, "test_fails", "tests[0]"},
	} {
		t.Run(c.comment, func(t *testing.T) {
			f := pack(t, "sudmark").File
			c.change(&f)
			var codes []string
			at := c.at == ""
			for _, found := range rules.Check(f) {
				if !slices.Contains(codes, found.Code) {
					codes = append(codes, found.Code)
				}
				at = at || (found.At == c.at && slices.Contains(strings.Fields(c.codes), found.Code))
				if found.Detail == "" || found.String() == "" {
					t.Errorf("%v says nothing", found)
				}
			}
			slices.Sort(codes)
			want := strings.Fields(c.codes)
			slices.Sort(want)
			if !slices.Equal(codes, want) || !at {
				t.Errorf("got %v, want %v at %s", codes, want, c.at)
			}
		})
	}
}

// A case that is not answered as it wants says in what.
func TestRunTests(t *testing.T) {
	f := pack(t, "sudmark").File
	f.Tests = []rules.Case{f.Tests[0], f.Tests[2]}
	f.Tests[0].Want = rules.Want{Answer: rules.NotMet, Failed: []string{"TR-XB-0003"}, Open: []string{"TR-XB-0001"}, Obligations: []string{}, Until: arrival, From: arrival.AddDate(0, 0, 1)}
	s, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	r := rules.RunTests(s)
	if len(r) != 2 || len(r[1].Wrong) != 0 {
		t.Fatalf("got %+v", r)
	}
	got := strings.Join(r[0].Wrong, "; ")
	for _, want := range []string{"answer: got met, want not_met", "failed: got [], want [TR-XB-0003]", "open: got [], want [TR-XB-0001]", "obligations: got [second-test], want []", "until: got", "from: got"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}

// What changed between two sets is said in words, rule by rule.
func TestDiff(t *testing.T) {
	old := pack(t, "sudmark")
	if d := rules.Diff(old, pack(t, "sudmark"), "en"); len(d) != 0 {
		t.Errorf("a set differs from itself: %v", d)
	}
	b := edited(t, "sudmark", func(m map[string]any) {
		m["version"] = "1.1.0"
		m["until"] = "2031-01-01T00:00:00Z"
		m["title"] = map[string]any{"en": "Entering Sudmark", "fr": "Entrée en Sudmark"}
		object(m, "appeal")["phone"] = "+1 202 555 0168"
		object(m, "infection")["hours"] = 168
		object(m, "obligations", 0)["by"] = map[string]any{"hours": 72}
		object(m, "value_sets")["vaccines-accepted"] = []any{"EU/1/20/1528", "Covaxin"}
		m["refuse"] = []any{}
		m["accepts"] = m["accepts"].([]any)[:3]
		shorter := object(m, "rules", 2)
		shorter["Version"] = "1.1.0"
		logic, _ := json.Marshal(shorter["Logic"])
		shorter["Logic"] = json.RawMessage(strings.Replace(string(logic), "72", "48", 1))
		object(m, "rules", 1)["ValidTo"] = "2029-12-31T00:00:00Z" // and keeps its version
		object(m, "rules", 3)["Identifier"] = "TR-XB-0005"
		delete(object(m, "cures"), "TR-XB-0004")
		delete(m, "tests")
	})
	s, err := rules.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range rules.Diff(old, s, "en") {
		line := strings.ReplaceAll(d.String(), "\n", " ")
		got = append(got, line[:min(len(line), 60)])
	}
	want := []string{
		"title: Entry to Sudmark -> Entering Sudmark",
		"until: 2030-01-01T00:00:00Z -> 2031-01-01T00:00:00Z",
		"appeal: ",
		"accepted evidence exemption removed: 840539006",
		"refusal TR-XB-0004 removed: ",
		"infection: 240 h, 840539006: ",
		"obligation second-test: ",
		"value set vaccines-accepted codes removed: EU/1/20/1507, EU/1",
		"value set vaccines-accepted codes added: Covaxin",
		"cure of TR-XB-0004 removed: ",
		"rule TR-XB-0002 ValidTo: 2030-01-01T00:00:00Z -> 2029-12-31T",
		"rule TR-XB-0002 changed and kept its version",
		"rule TR-XB-0003 Logic: ",
		"rule TR-XB-0004 removed: ",
		"rule TR-XB-0005 added: ",
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i][:min(len(want[i]), 60)]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	for _, d := range rules.Diff(old, s, "fr") {
		if d.At == "rule TR-XB-0003" && (!strings.Contains(d.Old, "72") || !strings.Contains(d.New, "48") || d.Old == d.New) {
			t.Errorf("the logic in French: %+v", d)
		}
	}
	s.Version = old.Version
	if d := rules.Diff(old, s, "en"); d[len(d)-1].Code != "unversioned" {
		t.Error("a set that changed and kept its version is not told")
	}
}
