package hc1_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/format/hc1"
)

// without returns content without a field.
func without(o object, keys ...string) object {
	for _, k := range keys {
		delete(o, k)
	}
	return o
}

// Each rule of each version, by one change of content that breaks none.
func TestSchema(t *testing.T) {
	recovery := func(change object) object {
		o := object{"tg": "840539006", "fr": "2026-01-02", "df": "2026-01-13", "du": "2026-07-01", "co": "XA", "is": "Ministry", "ci": "URN:1"}
		for k, v := range change {
			o[k] = v
		}
		return person(object{"r": []any{o}})
	}
	of := func(version string, o object) object { o["ver"] = version; return o }
	test := func(change object) object { return person(object{"t": []any{entry(change)}}) }
	vacc := func(change object) object { return person(object{"v": []any{dose(change)}}) }
	name := func(n any) object { o := vacc(nil); o["nam"] = n; return o }
	born := func(dob any) object { o := vacc(nil); o["dob"] = dob; return o }
	x := func(n int) string { return strings.Repeat("ü", n) }
	X := func(n int) string { return strings.Repeat("X", n) }
	for _, v := range []struct {
		comment string
		content any
		want    string // issues, "path what" with commas
	}{
		{"a vaccination", vacc(nil), ""},
		{"a test", test(nil), ""},
		{"a recovery", recovery(nil), ""},
		{"a field that the schema does not have", vacc(object{"x": 1}), ""},
		{"a code that nobody knows", vacc(object{"mp": "new", "co": "UNHCR"}), ""},

		{"no version", without(vacc(nil), "ver"), "ver unknown_version"},
		{"version 2", of("2.0.0", vacc(nil)), "ver unknown_version"},
		{"version 0", of("0.9.0", vacc(nil)), "ver unknown_version"},
		{"half a version", of("1.3", vacc(nil)), "ver unknown_version"},
		{"a version too many", of("1.3.0.0", vacc(nil)), "ver unknown_version"},
		{"a version with letters", of("1.3.x", vacc(nil)), "ver unknown_version"},
		{"a long version", of("1.3.00000", vacc(nil)), "ver unknown_version"},
		{"version of no digits", of("1..0", vacc(nil)), "ver unknown_version"},
		{"version is a number", func() object { o := vacc(nil); o["ver"] = 1.3; return o }(), "ver unknown_version"},
		{"a version between (1.0.4)", of("1.0.4", test(object{"dr": "x"})), "t.0.dr date_time"},
		{"a later version", of("1.9.17", vacc(object{"dn": 12})), ""},

		{"no group", person(nil), " one_group"},
		{"two groups", func() object { o := vacc(nil); o["t"] = []any{entry(nil)}; return o }(), " one_group"},
		{"two groups in an old version", of("1.0.0", func() object { o := vacc(nil); o["t"] = []any{entry(nil)}; return o }()), " one_group"},
		{"a group and nulls (BG)", func() object { o := vacc(nil); o["t"], o["r"] = nil, nil; return o }(), ""},
		{"no entry", person(object{"v": []any{}}), "v one_entry"},
		{"two entries", person(object{"v": []any{dose(nil), dose(nil)}}), "v one_entry"},
		{"two entries in an old version", of("1.2.1", person(object{"v": []any{dose(nil), dose(nil)}})), ""},
		{"no entry in an old version", of("1.0.0", person(object{"v": []any{}})), "v one_entry"},
		{"group is a map", person(object{"v": dose(nil)}), "v type"},
		{"entry is text", person(object{"v": []any{"x"}}), "v.0 type"},

		{"no name", without(vacc(nil), "nam"), "nam missing"},
		{"name is text", name("x"), "nam type"},
		{"neither fnt nor gnt", of("1.3.3", name(object{"fn": "x", "gn": "x"})), "nam.fnt missing"},
		{"gnt alone", of("1.3.2", name(object{"gnt": "X"})), ""},
		{"gnt alone, before 1.3.2", of("1.3.1", name(object{"gnt": "X"})), "nam.fnt missing"},
		{"fnt in lower case", name(object{"fnt": "x"}), "nam.fnt pattern"},
		{"gnt with a space", name(object{"fnt": "X", "gnt": "X Y"}), "nam.gnt pattern"},
		{"fnt with <", name(object{"fnt": "X<Y<<"}), ""},
		{"fnt empty", name(object{"fnt": ""}), ""},
		{"80 characters of two bytes", name(object{"fnt": X(80), "fn": x(80)}), ""},
		{"81 characters", name(object{"fnt": X(81), "fn": x(81)}), "nam.fn length,nam.fnt length"},
		{"50 characters in an old version", of("1.2.1", name(object{"fnt": X(50), "gn": x(50)})), ""},
		{"51 characters in an old version", of("1.2.1", name(object{"fnt": X(51), "gn": x(51)})), "nam.gn length,nam.fnt length"},
		{"fn is a number", name(object{"fnt": "X", "fn": 5}), "nam.fn type"},

		{"no birth date", without(vacc(nil), "dob"), "dob missing"},
		{"birth date is a number", born(1979), "dob type"},
		{"birth date empty", born(""), ""},
		{"birth date empty, before 1.3.0", of("1.2.1", born("")), "dob pattern"},
		{"birth date of a month", of("1.1.0", born("1979-04")), ""},
		{"birth date of a month, before 1.1.0", of("1.0.1", born("1979-04")), "dob pattern"},
		{"birth date with a time, before 1.1.0 (BG)", of("1.0.0", born("1979-04-14T00:00:00")), ""},
		{"birth date with a time", born("1979-04-14T00:00:00"), "dob pattern"},
		{"born in 1899", born("1899-04-14"), "dob pattern"},
		{"born in 2100", born("2100"), "dob pattern"},
		{"born with slashes", born("1979/04/14"), "dob pattern"},
		{"born on XX", born("1979-XX-XX"), "dob pattern"},

		{"fields missing", person(object{"v": []any{object{}}}), "v.0.tg missing,v.0.vp missing,v.0.mp missing,v.0.ma missing,v.0.dn missing,v.0.sd missing,v.0.dt missing,v.0.co missing,v.0.is missing,v.0.ci missing"},
		{"fields null", test(object{"tg": nil, "nm": nil, "ma": nil}), "t.0.tg missing"},
		{"dose 0", vacc(object{"dn": 0}), "v.0.dn range"},
		{"dose is text", vacc(object{"dn": "1"}), "v.0.dn type"},
		{"dose 1.5", vacc(object{"dn": 1.5}), "v.0.dn type"},
		{"dose 2.0 (IE)", vacc(object{"dn": 2.0}), ""},
		{"dose 10", vacc(object{"dn": 10}), ""},
		{"dose 10 in an old version", of("1.2.1", vacc(object{"dn": 10, "sd": 9})), "v.0.dn range"},
		{"date with a time (PL)", vacc(object{"dt": "2026-01-15T10:00:00+02:00"}), ""},
		{"date of a month", vacc(object{"dt": "2026-01"}), "v.0.dt date"},
		{"date of no calendar", recovery(object{"fr": "2026-02-29", "df": "", "du": 5}), "r.0.fr date,r.0.df date,r.0.du type"},
		{"country in lower case", vacc(object{"co": "xa"}), "v.0.co pattern"},
		{"issuer and identifier too long", vacc(object{"is": x(81), "ci": X(81)}), "v.0.is length,v.0.ci length"},
		{"sampled without a zone", test(object{"sc": "2026-01-15T10:00:00"}), "t.0.sc date_time"},
		{"sampled without seconds", test(object{"sc": "2026-01-15T10:00Z"}), "t.0.sc date_time"},
		{"sampled on a day", test(object{"sc": "2026-01-15"}), "t.0.sc date_time"},
		{"zone of hours alone", test(object{"sc": "2026-01-15T10:00:00+02"}), ""},
		{"no centre", lacking(test(nil), "tc"), ""},
		{"no centre, before 1.3.0", of("1.2.1", lacking(test(nil), "tc")), "t.0.tc missing"},
		{"a long name of a test", test(object{"nm": x(81)}), "t.0.nm length"},
		{"a long name of a test, before 1.3.0", of("1.2.1", test(object{"nm": x(81)})), ""},
		{"a broken dr, left over", test(object{"dr": "x"}), ""},
		{"a broken dr, when it was a field", of("1.1.0", test(object{"dr": "x"})), "t.0.dr date_time"},
	} {
		got := ""
		for i, issue := range hc1.Schema(string(dcc(t, v.content))) {
			if i > 0 {
				got += ","
			}
			got += issue.Path + " " + issue.What
		}
		if got != v.want {
			t.Errorf("%s: %q, want %q", v.comment, got, v.want)
		}
	}
	if got := hc1.Schema(string(claims(t, map[int]any{-260: map[int]any{3: object{}}}))); !slices.Equal(got, []hc1.Issue{{Path: "-260.3", What: "no_schema"}}) {
		t.Errorf("other content: %v", got)
	}
}

// lacking removes a field of the test.
func lacking(o object, key string) object {
	delete(o["t"].([]any)[0].(object), key)
	return o
}

func TestUnlisted(t *testing.T) {
	listed := func(set, code string) bool {
		return map[string]string{
			"disease-agent-targeted": "840539006", "sct-vaccines-covid-19": "1119349007", "vaccines-covid-19-names": "EU/1/20/1528",
			"vaccines-covid-19-auth-holders": "ORG-100030215", "country-2-codes": "XA", "covid-19-lab-test-type": "LP6464-4", "covid-19-lab-result": "260415000",
			"covid-19-lab-test-manufacturer-and-name": "1232",
		}[set] == code
	}
	for _, v := range []struct {
		comment string
		content object
		want    []hc1.Issue
	}{
		{"all listed", person(object{"v": []any{dose(nil)}, "t": []any{entry(object{"ma": "1232"})}}), nil},
		{"with spaces, empty, or not there", person(object{"v": []any{dose(object{"tg": " 840539006 ", "co": ""})}, "t": []any{entry(nil)}}), nil},
		{"a product", person(object{"v": []any{dose(object{"mp": "new"})}}), []hc1.Issue{{Path: "v.0.mp", What: "not_in_value_set"}}},
		{"a device, and a country", person(object{"t": []any{entry(nil), entry(object{"ma": "9999", "co": "XY"})}}),
			[]hc1.Issue{{Path: "t.1.ma", What: "not_in_value_set"}, {Path: "t.1.co", What: "not_in_value_set"}}},
	} {
		if got := hc1.Unlisted(string(dcc(t, v.content)), listed); !slices.Equal(got, v.want) {
			t.Errorf("%s: %v, want %v", v.comment, got, v.want)
		}
	}
	if got := hc1.Unlisted("\xff", listed); got != nil {
		t.Error(got)
	}
}
