package rules_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/rules"
)

func TestPacksPassLint(t *testing.T) {
	for _, name := range rules.Packs() {
		s, err := rules.Pack(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range rules.Lint(s.File) {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// Each thing that makes no sense is found, in a pack of which all else does;
// and what differs from it in one thing alone is not.
func TestLintFindsWhatMakesNoSense(t *testing.T) {
	logic := func(i int, text string) func(f *rules.File) {
		return func(f *rules.File) { f.Rules[i].Logic = json.RawMessage(text) }
	}
	concern := func(text string) func(f *rules.File) {
		return func(f *rules.File) { f.Concerns.If = json.RawMessage(text) }
	}
	add := func(change func(r *rules.Rule)) func(f *rules.File) {
		return func(f *rules.File) {
			r := *f.Rules[0]
			change(&r)
			f.Rules = append(f.Rules, &r)
		}
	}
	const clock = `{"plusTime":[{"var":"external.validationClock"},0,"hour"]}`
	within := func(days string) string {
		return `{"not-after":[` + clock + `,{"plusTime":[{"var":"payload.v.0.dt"},` + days + `,"day"]}]}`
	}
	for _, v := range []struct {
		comment, code, at string
		change            func(f *rules.File)
		good              func(f *rules.File) // the twin in which nothing is found
	}{
		{"a rule of another year", "unreachable", "rules[2]",
			add(func(r *rules.Rule) {
				r.Identifier, r.ValidFrom, r.ValidTo = "VR-ZZ-0002", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"
			}),
			add(func(r *rules.Rule) { r.Identifier = "VR-ZZ-0002" })},
		{"a version that a higher one covers", "unreachable", "rules[0]",
			add(func(r *rules.Rule) { r.Version = "1.0.1" }),
			add(func(r *rules.Rule) { r.Version, r.ValidFrom = "1.0.1", "2027-01-01T00:00:00Z" })},
		{"a refusal by a rule that never fails", "unreachable", "refuse[0]",
			func(f *rules.File) {
				f.Rules[0].Logic = json.RawMessage(`{"!":[{"and":[false,{"var":"payload.v.0.dt"}]}]}`)
				f.Refuse = []rules.Refusal{{Rule: "VR-ZZ-0001", Reason: rules.Texts{"en": "Nobody enters without it.", "fr": "Personne n'entre sans cela."}}}
			},
			func(f *rules.File) {
				f.Refuse = []rules.Refusal{{Rule: "VR-ZZ-0001", Reason: rules.Texts{"en": "Nobody enters without it.", "fr": "Personne n'entre sans cela."}}}
			}},
		{"an obligation of nobody", "unreachable", "obligations[0]", obligation(`{"===":[{"var":"external.trip.category"},1]}`), obligation(`{"===":[{"var":"external.trip.category"},"crew"]}`)},
		{"two rules that keep each other from passing", "contradictory", "vaccination",
			add(func(r *rules.Rule) { r.Identifier, r.Logic = "VR-ZZ-0002", json.RawMessage(within("9")) }),
			add(func(r *rules.Rule) { r.Identifier, r.Logic = "VR-ZZ-0002", json.RawMessage(within("11")) })},
		{"a condition that is never true", "concerns_nobody", "concerns", concern(`{"===":[{"var":"external.trip.category"},7]}`), concern(`{"===":[{"var":"external.trip.category"},"pilgrim"]}`)},
		{"a condition that is always true", "concerns_all", "concerns", concern(`{"!":[{"===":[{"var":"external.trip.category"},7]}]}`), concern(`{"!":[{"===":[{"var":"external.trip.category"},"crew"]}]}`)},
		{"a field that is misspelt", "undefined_field", "rules[0]", logic(0, strings.ReplaceAll(within("11"), "v.0.dt", "v.0.date")), logic(0, within("11"))},
		{"a fact of the journey that is misspelt", "undefined_field", "concerns", concern(`{"===":[{"var":"external.trip.residenz"},"KE"]}`), concern(`{"===":[{"var":"external.trip.residence"},"KE"]}`)},
		{"places that are no value set", "undefined_field", "concerns", concern(`{"<=":[{"var":"external.trip.among.risky.ago"},6]}`), concern(`{"<=":[{"var":"external.trip.among.yellow-fever-risk.ago"},6]}`)},
		{"a disease that is misspelt", "undefined_value", "rules[0]", logic(0, `{"===":[{"var":"payload.v.0.tg"},"16541010"]}`), logic(0, `{"===":[{"var":"payload.v.0.tg"},"16541001"]}`)},
		{"a rule that is never true", "never_passes", "rules[0]", logic(0, `{"===":[{"var":"payload.v.0.dt"},7]}`), logic(0, within("11"))},
		{"a rule that reads the name", "reads_identity", "rules[0]", logic(0, `{"===":[{"var":"payload.nam.fn"},"x"]}`), logic(0, within("11"))},
		{"a value set that is not there", "value_set_missing", "rules[0]", logic(0, `{"in":[{"var":"payload.v.0.mp"},{"var":"external.valueSets.nowhere"}]}`), logic(0, `{"in":[{"var":"payload.v.0.mp"},{"var":"external.valueSets.yellow-fever-risk"}]}`)},
		{"a text without French", "missing_text", "concerns.text", func(f *rules.File) { f.Concerns.Text = rules.Texts{"en": f.Concerns.Text["en"]} }, func(f *rules.File) {}},
	} {
		if !has(lint(t, v.change), v.code, v.at) {
			t.Errorf("%s: %s at %s is not found: %v", v.comment, v.code, v.at, lint(t, v.change))
		}
		if found := lint(t, v.good); has(found, v.code, v.at) {
			t.Errorf("not %s: found %v", v.comment, found)
		}
	}
}

func obligation(when string) func(f *rules.File) {
	return func(f *rules.File) {
		f.Obligations = []rules.Obligation{{ID: "report", What: rules.Texts{"en": "Report to the health service.", "fr": "Présentez-vous au service de santé."}, When: json.RawMessage(when)}}
	}
}

func has(found []rules.Finding, code, at string) bool {
	return slices.ContainsFunc(found, func(f rules.Finding) bool { return f.Code == code && f.At == at })
}

// lint changes the yellow-fever pack, without its cases, and lints it.
func lint(t *testing.T, change func(f *rules.File)) []rules.Finding {
	t.Helper()
	s, err := rules.Pack("yellow-fever")
	if err != nil {
		t.Fatal(err)
	}
	f, err := rules.Decode(s.Encode())
	if err != nil {
		t.Fatal(err)
	}
	f.Tests = nil
	change(&f)
	return rules.Lint(f)
}
