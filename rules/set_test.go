package rules_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/rules"
)

func pack(t testing.TB, name string) *rules.Set {
	t.Helper()
	s, err := rules.Pack(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// edited returns a pack as JSON after a change of its tree.
func edited(t testing.TB, name string, change func(m map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(pack(t, name).Encode(), &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func object(m any, path ...any) map[string]any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m = m.(map[string]any)[p]
		case int:
			m = m.([]any)[p]
		}
	}
	return m.(map[string]any)
}

// A file that lacks what makes rules lawful, or that says something unknown,
// is refused, and the error says where and what to do.
func TestParseRefuses(t *testing.T) {
	set := func(path []any, name string, v any) func(map[string]any) {
		return func(m map[string]any) { object(m, path...)[name] = v }
	}
	drop := func(name string, path ...any) func(map[string]any) {
		return func(m map[string]any) { delete(object(m, path...), name) }
	}
	top := []any{}
	rule, refusal, duty := []any{"rules", 0}, []any{"refuse", 0}, []any{"obligations", 0}
	for _, c := range []struct {
		comment string
		change  func(map[string]any)
		want    string // in the error
	}{
		{"no end", drop("until"), "until: missing: rules end"},
		{"an end before the beginning", set(top, "until", "2025-01-01T00:00:00Z"), "until: want a moment after from"},
		{"an end that is no moment", set(top, "until", "2027-01-01"), "parsing time"},
		{"no beginning", drop("from"), "from: missing"},
		{"no appeal", drop("appeal"), "appeal.name: missing"},
		{"an appeal that cannot be reached", func(m map[string]any) { m["appeal"] = map[string]any{"name": "Office"} }, "appeal: missing: give a url"},
		{"an appeal at an address of another kind", set([]any{"appeal"}, "url", "javascript:alert(1)"), "appeal.url"},
		{"an appeal by an address without @", set([]any{"appeal"}, "email", "office"), "appeal.email"},
		{"a phone number in letters", set([]any{"appeal"}, "phone", "call us"), "appeal.phone"},
		{"no legal basis", drop("legal_basis"), "legal_basis.text: missing"},
		{"a legal basis in French only", set([]any{"legal_basis"}, "text", map[string]any{"fr": "Loi"}), "want a text in English"},
		{"no title", drop("title"), "title: missing"},
		{"a language that is none", set([]any{"title"}, "English", "x"), `not "English"`},
		{"a text of two lines", set([]any{"title"}, "en", "a\nb"), "title.en"},
		{"a text that is too long", set([]any{"title"}, "en", strings.Repeat("x", rules.MaxText+1)), "title.en"},
		{"another format", set(top, "format", "rules/1"), "format: want"},
		{"no format", drop("format"), "format: want"},
		{"an id with capitals", set(top, "id", "Sudmark"), "id: want"},
		{"no version", drop("version"), "version: want"},
		{"a jurisdiction of three letters", set(top, "jurisdiction", "XBB"), "jurisdiction: want"},
		{"the country of templates", set(top, "jurisdiction", "ZZ"), "jurisdiction: want"},
		{"a region in small letters", set(top, "region", "by"), "region: want"},
		{"no purpose", drop("purpose"), "purpose: want"},
		{"nothing is accepted", drop("accepts"), "accepts: missing"},
		{"an unknown kind of evidence", func(m map[string]any) { object(m, "accepts", 0)["kind"] = "horoscope" }, "accepts[0]: want test"},
		{"a kind twice", func(m map[string]any) { object(m, "accepts", 0)["kind"] = "vaccination" }, "accepts[1]: vaccination stands twice"},
		{"a refusal of a rule that is not there", set(refusal, "rule", "TR-XB-0099"), `refuse[0]: no rule "TR-XB-0099"`},
		{"a refusal without a reason", drop("reason", "refuse", 0), "refuse[0].reason: missing"},
		{"a window without an end", set([]any{"infection"}, "hours", 0), "infection.hours"},
		{"a window of a year", set([]any{"infection"}, "hours", 8760), "infection.hours"},
		{"a window for no disease", drop("diseases", "infection"), "infection.diseases"},
		{"a referral without advice", drop("advice", "infection"), "infection.advice"},
		{"an obligation to nothing", drop("what", "obligations", 0), "obligations[0].what"},
		{"a term both ways", set(duty, "by", map[string]any{"hours": 5, "at": "2026-12-01T00:00:00Z"}), "obligations[0].by"},
		{"a term in the past of the arrival", set(duty, "by", map[string]any{"hours": -5}), "obligations[0].by.hours"},
		{"a condition of an unknown operator", set(duty, "when", map[string]any{"or": []any{true, true}}), "obligations[0].when"},
		{"a condition on who the person is", set(duty, "when", map[string]any{"===": []any{map[string]any{"var": "payload.nam.fnt"}, "DOE"}}), "reads who the person is"},
		{"a cure of a rule that is not there", set([]any{"cures"}, "TR-XB-0099", map[string]any{"kind": "other", "text": map[string]any{"en": "x"}}), "cures.TR-XB-0099"},
		{"a cure of an unknown kind", set([]any{"cures", "TR-XB-0001"}, "kind", "bribe"), "cures.TR-XB-0001.kind"},
		{"a cure by unknown evidence", set([]any{"cures", "TR-XB-0001"}, "evidence", "horoscope"), "cures.TR-XB-0001.evidence"},
		{"waiting for evidence", set([]any{"cures", "VR-XB-0002"}, "evidence", "test"), "for a cure of the kind new_evidence"},
		{"a value set that no path reaches", set([]any{"value_sets"}, "a.b", []any{"x"}), "value_sets"},
		{"an empty code", set([]any{"value_sets"}, "a", []any{""}), "value_sets.a: [0]"},
		{"no rules", set(top, "rules", []any{}), "rules: missing"},
		{"a rule of another country", set(rule, "Identifier", "TR-XA-0001"), "rules[0]: Country"},
		{"a rule of another region", set(rule, "Region", "NORTH"), "rules[0]: TR-XB-0001 is of the region"},
		{"a rule twice", func(m map[string]any) { object(m, "rules", 1)["Identifier"] = "TR-XB-0001" }, "stands twice"},
		{"an identifier of another type", set(rule, "Identifier", "VR-XB-0001"), "want the prefix TR"},
		{"an identifier with three digits", set(rule, "Identifier", "TR-XB-001"), "rules[0]: Identifier"},
		{"an acceptance rule named as an invalidation", set(rule, "Identifier", "IR-XB-0001"), "want the prefix TR"},
		{"a rule of an unknown type", set(rule, "Type", "Suggestion"), "rules[0]: Type"},
		{"a rule about an unknown type of certificate", set(rule, "CertificateType", "Exemption"), "rules[0]: CertificateType"},
		{"a version of two numbers", set(rule, "Version", "1.0"), "rules[0]: Version"},
		{"a rule that ends before it begins", set(rule, "ValidTo", "2025-01-01T00:00:00Z"), "rules[0]: ValidTo"},
		{"a rule whose time has a fraction", set(rule, "ValidFrom", "2026-01-01T00:00:00.5Z"), "rules[0]: ValidFrom"},
		{"a rule whose time has no offset", set(rule, "ValidFrom", "2026-01-01T00:00:00"), "rules[0]: ValidFrom"},
		{"a rule from the 30th of February", set(rule, "ValidFrom", "2026-02-30T00:00:00Z"), "rules[0]: ValidFrom"},
		{"a rule without a description in English", set(rule, "Description", []any{map[string]any{"lang": "fr", "desc": "Le test doit être un test d'acide nucléique."}}), "want one in English"},
		{"a rule that says nearly nothing", set(rule, "Description", []any{map[string]any{"lang": "en", "desc": "Too short a text."}}), "20 characters"},
		{"a rule that names no fields", set(rule, "AffectedFields", []any{}), "AffectedFields"},
		{"logic that is no expression", set(rule, "Logic", map[string]any{}), "rules[0]: Logic"},
		{"logic of one truth", set(rule, "Logic", true), "rules[0]: Logic"},
		{"logic with a mistake", set(rule, "Logic", map[string]any{"and": []any{true}}), "rules[0]: Logic: /"},
		{"logic that compares dates as numbers", set(rule, "Logic", map[string]any{"<": []any{
			map[string]any{"plusTime": []any{"2021-01-01", 0, "day"}}, 1}}), "rules[0]: Logic"},
		{"a case without a name", drop("name", "tests", 0), "tests[0].name"},
		{"a case without a moment", drop("at", "tests", 0), "tests[0].at"},
		{"a case that wants a colour", set([]any{"tests", 0, "want"}, "answer", "green"), "tests[0].want.answer"},
		{"a case of a rule that is not there", set([]any{"tests", 0, "want"}, "failed", []any{"TR-XB-0099"}), "tests[0].want"},
		{"a case with a name in its payload", set([]any{"tests", 0, "payload"}, "nam", map[string]any{"fn": "Doe"}), `tests[0].payload: unknown member "nam"`},
		{"a case with the identifier of a certificate", set([]any{"tests", 0, "payload", "t", 0}, "ci", "URN:UVCI:01"), `unknown member "ci"`},
		{"a case with a version that is none", set([]any{"tests", 0, "payload"}, "ver", "one"), "tests[0].payload: reading payload: ver"},
		{"a case born on no day", set([]any{"tests", 0, "payload"}, "dob", "1970-13-01"), "not a date"},
		{"an unknown member at the top", set(top, "extra", 1), `file: unknown member "extra"`},
		{"a member of another case of letters", set(top, "ID", "x"), `unknown member "ID"`},
		{"an unknown member of a rule", set(rule, "logic", true), `rules[0]: unknown member "logic"`},
		{"null for a text", set(top, "region", nil), "region: null"},
		{"null for a list", set(top, "refuse", nil), "refuse: null"},
		{"a number for a text", set(top, "purpose", 7), "purpose: want string, not number"},
		{"a text for a list", set(top, "accepts", "test"), "accepts: want"},
	} {
		t.Run(c.comment, func(t *testing.T) {
			s, err := rules.Parse(edited(t, "sudmark", c.change))
			if err == nil || s != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// What is no JSON, or JSON that two readers could read differently, is refused.
func TestParseIsStrict(t *testing.T) {
	whole := string(pack(t, "sudmark").Encode())
	for _, c := range []struct{ comment, in, want string }{
		{"nothing", "", "no JSON"},
		{"a beginning", whole[:100], "no JSON"},
		{"a list", "[]", "want rules.File, not array"},
		{"text after it", whole + "{}", "text after the value"},
		{"a member twice", strings.Replace(whole, `"id":`, `"id":"other","id":`, 1), `"id" stands twice`},
		{"a member of logic twice", strings.Replace(whole, `{"===":[`, `{"===":[1,1],"===":[`, 1), `"===" stands twice`},
		{"invalid UTF-8", strings.Replace(whole, "Sudmark", "S\xffdmark", 1), "not UTF-8"},
		{"too deep", strings.Replace(whole, `{"===":[`, `{"===":[`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+",", 1), "levels"},
		{"too large", whole + strings.Repeat(" ", rules.MaxSize), "larger than"},
		{"too many values", strings.Replace(whole, `"value_sets":{`, `"value_sets":{"x":[`+strings.Repeat(`"",`, 250_000)+`""],`, 1), "more than 200000 values"},
		{"too many codes", strings.Replace(whole, `"value_sets":{`, `"value_sets":{"x":[`+strings.Repeat(`"c",`, rules.MaxCodes)+`"c"],`, 1), "codes"},
	} {
		if _, err := rules.Parse([]byte(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.comment, err, c.want)
		}
	}
}

// A later format is told from a broken file, since the cure is another: a
// later program.
func TestLaterFormat(t *testing.T) {
	for format, newer := range map[string]bool{
		"pratique-rules/1.1": true, "pratique-rules/2.0": true, "pratique-rules/1.0": false, "pratique-rules/0.9": false, "pratique-rules/x": false, "": false,
	} {
		_, err := rules.Parse(edited(t, "sudmark", func(m map[string]any) { m["format"], m["something"] = format, "new" }))
		if err == nil || errors.Is(err, rules.ErrNewer) != newer {
			t.Errorf("%q: %v", format, err)
		}
	}
}

// What parses encodes canonically: white space, the order of members and the
// way a text is escaped make no difference, and encoding is a fixed point.
func TestEncodeIsCanonical(t *testing.T) {
	for _, name := range rules.Packs() {
		s := pack(t, name)
		one := s.Encode()
		again, err := rules.Parse(one)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := again.Encode(); string(got) != string(one) || again.Digest() != s.Digest() {
			t.Errorf("%s: encoding is no fixed point", name)
		}
		shuffled, err := rules.Parse(edited(t, name, func(map[string]any) {})) // members ascending, < as \u003c
		if err != nil || string(shuffled.Encode()) != string(one) {
			t.Errorf("%s: the order of members matters (%v)", name, err)
		}
		if !reflect.DeepEqual(again.File, s.File) {
			t.Errorf("%s: parsed again it differs", name)
		}
	}
	if a, b := pack(t, "norland").Digest(), pack(t, "sudmark").Digest(); a == b || len(a) != 64 {
		t.Errorf("digests %s %s", a, b)
	}
}

// A template becomes the set of a country, which is a file like any other and
// answers as the template does.
func TestTemplate(t *testing.T) {
	s := pack(t, "baseline")
	x, err := s.For("XC")
	if err != nil {
		t.Fatal(err)
	}
	if x.Jurisdiction != "XC" || x.Rules[0].Identifier != "TR-XC-0001" || x.Rules[0].Country != "XC" {
		t.Errorf("got %s, %s of %s", x.Jurisdiction, x.Rules[0].Identifier, x.Rules[0].Country)
	}
	if s.Jurisdiction != rules.Any || s.Rules[0].Identifier != "TR-ZZ-0001" || s.Tests[2].Want.Failed[0] != "TR-ZZ-0003" {
		t.Error("the template changed")
	}
	again, err := rules.Parse(x.Encode())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(rules.RunTests(x), rules.RunTests(again)...) {
		if len(r.Wrong) > 0 {
			t.Errorf("%s: %v", r.Name, r.Wrong)
		}
	}
	if got, err := x.For("XC"); got != x || err != nil {
		t.Errorf("for its own country: %v", err)
	}
	for _, country := range []string{"", "*", "ZZ", "xc", "XCC"} {
		if got, err := s.For(country); err == nil || got != nil {
			t.Errorf("a set for %q", country)
		}
	}
	if _, err := x.For("XD"); err == nil {
		t.Error("the set of XC became one of XD")
	}
}

// The schema for editors names the members that the parser knows, and no others.
func TestSchemaNamesTheMembers(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(rules.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	compare := func(at string, typ reflect.Type, s map[string]any) {
		t.Helper()
		var want []string
		for _, f := range reflect.VisibleFields(typ) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				want = append(want, name)
			}
		}
		var got []string
		for name := range object(s, "properties") {
			got = append(got, name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if len(want) == 0 || !slices.Equal(got, want) || s["additionalProperties"] != false {
			t.Errorf("%s: the schema has %v, the parser %v", at, got, want)
		}
	}
	file := reflect.TypeFor[rules.File]()
	compare("file", file, schema)
	compare("appeal", reflect.TypeFor[rules.Contact](), object(schema, "properties", "appeal"))
	compare("legal_basis", reflect.TypeFor[rules.Basis](), object(schema, "properties", "legal_basis"))
	compare("accepts", reflect.TypeFor[rules.Accept](), object(schema, "properties", "accepts", "items"))
	compare("refuse", reflect.TypeFor[rules.Refusal](), object(schema, "$defs", "mark"))
	compare("looks", reflect.TypeFor[rules.Looks](), object(schema, "properties", "looks"))
	history := reflect.TypeFor[rules.History]()
	compare("history", history, object(schema, "$defs", "history"))
	for _, f := range reflect.VisibleFields(history) {
		if name := strings.ToLower(f.Name); f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct && name != "symptoms" {
			compare("history."+name, f.Type.Elem(), object(schema, "$defs", "history", "properties", name, "items"))
		}
	}
	compare("infection", reflect.TypeFor[rules.Infection](), object(schema, "properties", "infection"))
	compare("obligation", reflect.TypeFor[rules.Obligation](), object(schema, "properties", "obligations", "items"))
	compare("cure", reflect.TypeFor[rules.Cure](), object(schema, "properties", "cures", "additionalProperties"))
	compare("rule", reflect.TypeFor[rules.Rule](), object(schema, "$defs", "rule"))
	compare("description", reflect.TypeFor[rules.Description](), object(schema, "$defs", "rule", "properties", "Description", "items"))
	compare("case", reflect.TypeFor[rules.Case](), object(schema, "properties", "tests", "items"))
	compare("trip", reflect.TypeFor[rules.Trip](), object(schema, "properties", "tests", "items", "properties", "trip"))
	compare("want", reflect.TypeFor[rules.Want](), object(schema, "properties", "tests", "items", "properties", "want"))
	payload := reflect.TypeFor[rules.Payload]()
	compare("payload", payload, object(schema, "$defs", "payload"))
	for _, f := range reflect.VisibleFields(payload) {
		if name := strings.ToLower(f.Name); f.Type.Kind() == reflect.Slice {
			compare("payload."+name, f.Type.Elem(), object(schema, "$defs", "payload", "properties", name, "items"))
		}
	}
}

// The zero Set, and none at all, accept nothing at any moment.
func TestZeroSet(t *testing.T) {
	c, err := pack(t, "sudmark").Tests[0].Payload.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	at := pack(t, "sudmark").Tests[0].At
	for _, s := range []*rules.Set{nil, {}} {
		if r := s.Evaluate(c, rules.Trip{}, at); r.Answer != rules.Lapsed {
			t.Errorf("got %q", r.Answer)
		}
		if got := s.Invalidate(c, rules.Trip{}, at); got != nil {
			t.Errorf("got %v", got)
		}
	}
	if (rules.Result{}).Answer == rules.Met || (rules.Outcome{}).Verdict == rules.Passed {
		t.Error("the zero answer accepts")
	}
}
