package certlogic_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pratique/pratique/certlogic"
)

// Rules of every shape, in the words of both languages.
func TestExplain(t *testing.T) {
	for _, c := range []struct{ comment, logic, en, fr string }{
		{"a rule of one sentence",
			`{"if":[{"var":"payload.t.0"},{"not-after":[` + now(0, "day") + `,{"plusTime":[{"var":"payload.t.0.sc"},72,"hour"]}]},true]}`,
			"If the test is given, then the moment of the check is not after the time of sampling plus 72 hours; otherwise the rule is met.",
			"Si le test figure dans les données, alors le moment du contrôle n’est pas après l’heure du prélèvement plus 72 heures ; sinon la règle est remplie."},
		{"conditions in conditions, and what rules write for a or b",
			`{"if":[{"and":[{"var":"payload.v.0"},{"!":[{"var":"payload.v.1"}]}]},{"and":[{"and":[{">=":[{"var":"payload.v.0.dn"},{"var":"payload.v.0.sd"}]},{"in":[{"var":"payload.v.0.mp"},["EU/1/20/1528","x"]]}]},{"in":[true,[{"===":[{"var":"payload.v.0.co"},"FR"]},{"!":[{"in":[{"var":"payload.v.0.mp"},{"var":"external.valueSets.vaccines-covid-19-names"}]}]}]]}]},false]}`,
			"If the vaccination is given and the vaccination (no. 2) is not given, all of these hold:\n" +
				"  - The number of the dose is at least the number of doses in the series.\n" +
				"  - The vaccine is one of “EU/1/20/1528” (Comirnaty), “x”.\n" +
				"  - At least one of these holds:\n" +
				"    - The country of vaccination is “FR”.\n" +
				"    - The vaccine is not in the list of known vaccines.\n" +
				"Otherwise, the rule is not met.",
			"Si la vaccination figure dans les données et la vaccination (n° 2) ne figure pas dans les données, toutes ces conditions sont remplies :\n" +
				"  - Le numéro de la dose atteint le nombre de doses de la série.\n" +
				"  - Le vaccin fait partie de : « EU/1/20/1528 » (Comirnaty), « x ».\n" +
				"  - Au moins une de ces conditions est remplie :\n" +
				"    - Le pays de vaccination est « FR ».\n" +
				"    - Le vaccin ne figure pas dans la liste des vaccins connus.\n" +
				"Sinon, la règle n’est pas remplie."},
		{"a negation turns the verb, and or for and",
			`{"!":[{"and":[{"<":[1,{"var":"payload.r.0.x"},3]},{"after":[` + now(-1, "year") + `,{"dccDateOfBirth":[{"var":"payload.dob"}]}]}]}]}`,
			"1 is at least “payload.r.0.x” or “payload.r.0.x” is at least 3 or the moment of the check minus 1 year is not after the date of birth, taken as its last possible day.",
			"1 atteint « payload.r.0.x » ou « payload.r.0.x » atteint 3 ou le moment du contrôle moins 1 an n’est pas après la date de naissance, comptée comme son dernier jour possible."},
		{"brackets where and meets or",
			`{"if":[{"and":[{"!":[{"<":[1,{"var":"x"},3]}]},{"<=":[5,{"var":"x"},7]},{"in":[true,[{"===":[1,2]},{"!":[{"var":"y"}]}]]},{"and":[{"var":"a"},{"var":"b"}]}]},true,false]}`,
			"If (1 is at least “x” or “x” is at least 3) and 5 is at most “x” and “x” is at most 7 and (1 is 2 or “y” is not given) and “a” is given and “b” is given, then the rule is met; otherwise the rule is not met.",
			"Si (1 atteint « x » ou « x » atteint 3) et 5 ne dépasse pas « x » et « x » ne dépasse pas 7 et (1 est 2 ou « y » ne figure pas dans les données) et « a » figure dans les données et « b » figure dans les données, alors la règle est remplie ; sinon la règle n’est pas remplie."},
		{"a choice in a choice, then another one",
			`{"if":[{"var":"a"},{"if":[{"var":"b"},{"var":"c"},true]},{"if":[{"var":"d"},{"and":[{"!":[1]},{"!":[2]}]},false]}]}`,
			"If “a” is given:\n  - If “b” is given, then the answer is “c”; otherwise the rule is met.\nOtherwise, if “d” is given, all of these hold:\n  - Never.\n  - Never.\nOtherwise, the rule is not met.",
			"Si « a » figure dans les données :\n  - Si « b » figure dans les données, alors la réponse est « c » ; sinon la règle est remplie.\nSinon, si « d » figure dans les données, toutes ces conditions sont remplies :\n  - Jamais.\n  - Jamais.\nSinon, la règle n’est pas remplie."},
		{"how many",
			`{"===":[{"reduce":[{"var":"payload.t"},{"+":[{"var":"accumulator"},{"if":[{"===":[{"var":"current.tr"},"260415000"]},1,0]}]},0]},1]}`,
			"The number of items in the list of tests of which it is true that “tr” of the item is “260415000” (not detected) is 1.",
			"Le nombre d’éléments, parmi la liste des tests, pour lesquels « tr » de cet élément est « 260415000 » (non détecté) est 1."},
		{"the latest of some",
			`{"not-before":[` + now(0, "day") + `,{"reduce":[{"var":"external.history.areas"},{"if":[{"and":[{">=":[{"var":"current.cases"},50]},{"after":[{"plusTime":[{"var":"current.until"},14,"day"]},{"var":"accumulator"}]}]},{"plusTime":[{"var":"current.until"},14,"day"]},{"var":"accumulator"}]},{"plusTime":["2020-01-01",0,"day"]}]}]}`,
			"The moment of the check is not before the latest “until” of the item plus 14 days, among the areas where one was of which it is true that “cases” of the item is at least 50 (“2020-01-01” if there is none).",
			"Le moment du contrôle n’est pas avant le plus tardif parmi : « until » de cet élément plus 14 jours, pour les zones où l’on a été où « cases » de cet élément atteint 50 (« 2020-01-01 » s’il n’y en a pas)."},
		{"what is not the latest of some, by one number",
			`{"reduce":[{"var":"x"},{"if":[{"and":[{"var":"current.a"},{"after":[{"plusTime":[{"var":"current.b"},14,"day"]},{"var":"accumulator"}]}]},{"plusTime":[{"var":"current.b"},13,"day"]},{"var":"accumulator"}]},1]}`,
			"The answer is what comes out of going through “x”, beginning with 1, and taking for each item (if “a” of the item is given and “b” of the item plus 14 days is after the result so far then “b” of the item plus 13 days, otherwise the result so far).",
			"La réponse est ce que l’on obtient en parcourant « x », à partir de 1, et en prenant pour chaque élément (si « a » de cet élément figure dans les données et « b » de cet élément plus 14 jours est après le résultat jusque-là alors « b » de cet élément plus 13 jours, sinon le résultat jusque-là)."},
		{"any other loop",
			`{"reduce":[{"var":"x"},{"+":[{"var":"accumulator"},{"var":"current.0"}]},5]}`,
			"The answer is what comes out of going through “x”, beginning with 5, and taking for each item the result so far plus entry 1 of the item.",
			"La réponse est ce que l’on obtient en parcourant « x », à partir de 5, et en prenant pour chaque élément le résultat jusque-là plus l’entrée 1 de cet élément."},
		{"a part of an identifier, and a loose end",
			`{"and":[{"===":[{"extractFromUVCI":[{"var":"payload.v.0.ci"},1]},"AT"]},{"or":[1,2]}]}`,
			"All of these hold:\n  - Part 2 of the certificate identifier is “AT”.\n  - The answer is [this program does not understand: \"or\": unknown operator: write a or b as {\"if\": [a, a, b]}].",
			"Toutes ces conditions sont remplies :\n  - La partie 2 de : l’identifiant du certificat est « AT ».\n  - La réponse est [ce programme ne comprend pas : \"or\": unknown operator: write a or b as {\"if\": [a, a, b]}]."},
		{"a condition as a value, a choice as a value",
			`{"===":[{"if":[{"var":"x"},true,[]]},{">":[{"var":""},-2]}]}`,
			"(if “x” is given then yes, otherwise an empty list) is whether all the data is more than -2.",
			"(si « x » figure dans les données alors oui, sinon une liste vide) est le fait que toutes les données dépasse -2."},
		{"choices within a sentence, and literals as conditions",
			`{"if":[{"and":[{"if":[{"var":"x"},1,{"!":[{"var":"y"}]}]},{"in":[{"var":"payload.t.0.tr"},["260373001"]]}]},"EU/1/20/1507",{"plusTime":[{"var":"payload.x.y.z"},-1,"month"]}]}`,
			"If (if “x” is given then always, otherwise “y” is not given) and the test result is “260373001” (detected), then the answer is “EU/1/20/1507” (Spikevax); otherwise the answer is “payload.x.y.z” minus 1 month.",
			"Si (si « x » figure dans les données alors toujours, sinon « y » ne figure pas dans les données) et le résultat du test est « 260373001 » (détecté), alors la réponse est « EU/1/20/1507 » (Spikevax) ; sinon la réponse est « payload.x.y.z » moins 1 mois."},
		{"a long list", `{"in":[{"var":"payload.v.0.mp"},[` + strings.Repeat("1,", 29) + `1]]}`,
			"The vaccine is one of " + strings.Repeat("1, ", 24) + "and 6 more.",
			"Le vaccin fait partie de : " + strings.Repeat("1, ", 24) + "et 6 de plus."},
		{"a rule that would disguise itself",
			`{"===":[{"var":"a\nb"},"x\u202e\u2028y"]}`,
			"“a\ufffdb” is “x\ufffd\ufffdy”.",
			"« a\ufffdb » est « x\ufffd\ufffdy »."},
	} {
		e := parse(t, c.logic)
		if got := e.Explain("en"); got != c.en {
			t.Errorf("%s: got\n%s\nwant\n%s", c.comment, got, c.en)
		}
		if got := e.Explain("fr"); got != c.fr {
			t.Errorf("%s: got\n%s\nwant\n%s", c.comment, got, c.fr)
		}
		if e.Explain("xx") != c.en {
			t.Errorf("%s: an unknown language is not English", c.comment)
		}
	}
}

// A rule made to take forever to explain is cut short.
func TestExplainIsBounded(t *testing.T) {
	logic := `{"<":[1,{"var":"x"},1]}`
	for range 60 {
		logic = `{"<":[1,` + logic + `,1]}`
	}
	for _, logic := range []string{logic, `{"and":[` + strings.Repeat(`{"var":"x"},`, 30_000/2) + `1]}`} {
		if text := parse(t, logic).Explain("en"); len(text) > 1<<20 || !strings.Contains(text, "…") {
			t.Errorf("%d bytes", len(text))
		}
		if steps := parse(t, logic).Trace(certlogic.Value{}, "en"); len(steps) == 0 {
			t.Error("no steps")
		}
	}
}

// No public rule has a path without a name, in either language.
func TestPublicExplanations(t *testing.T) {
	for _, c := range ruleTests(t) {
		for _, lang := range []string{"en", "fr"} {
			text := c.rule.Explain(lang)
			if !utf8.ValidString(text) || strings.Contains(text, "payload.") || strings.Contains(text, "external.") || strings.Contains(text, "{") {
				t.Errorf("%s: %s", c.name, text)
			}
			for _, s := range c.rule.Trace(c.data, lang) {
				if s.Text == "" || s.Fact == "" || (s.Outcome == certlogic.Undecided) != (s.Err != nil) {
					t.Errorf("%s: %+v", c.name, s)
				}
			}
		}
	}
}
