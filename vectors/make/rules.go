package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/pratique/pratique/vectors"
)

//go:embed rules/*.txt
var rulesTexts embed.FS

var rulesNotes = map[string]vectors.Note{
	"form":            {What: "what is an expression, and what not", Effect: "an expression that says nothing is taken for false, or true", Source: "CertLogic specification"},
	"var":             {What: "how data is reached", Effect: "a rule reads another field than it names", Source: "CertLogic specification, var"},
	"truth":           {What: "what counts as true", Effect: "a field that is absent, or empty, meets a rule", Source: "CertLogic specification, truthiness"},
	"equality":        {What: "what is equal, and what is in a list", Effect: "a product passes that is on no list", Source: "CertLogic specification, === and in"},
	"integers":        {What: "sums and order", Effect: "an incomplete course of doses passes", Source: "CertLogic specification, +, <, >, <=, >="},
	"reduce":          {What: "going through a list", Effect: "events are counted wrongly", Source: "CertLogic specification, reduce"},
	"plusTime":        {What: "moments that are days, months, years or hours apart", Effect: "a window of time ends on another day in every country", Source: "CertLogic specification, plusTime; ECMA-262, Date"},
	"dccDateOfBirth":  {What: "birth dates of which parts are not known", Effect: "a child is judged as an adult, or otherwise", Source: "CertLogic specification, dccDateOfBirth"},
	"extractFromUVCI": {What: "parts of a certificate's identifier", Effect: "certificates of another issuer are invalidated", Source: "CertLogic specification, extractFromUVCI"},
	"dates":           {What: "how a date or a moment is written", Effect: "a date that is in no calendar passes, or another one is read", Source: "CertLogic specification, date-times"},
	"border":          {What: "a country's rule on a certificate", Effect: "somebody is refused, or admitted, against the rule", Source: "EU DCC business rules"},
}

func rulesFile() vectors.RulesFile {
	f := vectors.RulesFile{
		Format: vectors.RulesFormat,
		About:  "Expressions of CertLogic on data, each with its value, or that there is none.",
		Notes:  rulesNotes,
	}
	for _, name := range []string{"language", "border"} {
		b, err := rulesTexts.ReadFile("rules/" + name + ".txt")
		must(err)
		f.Cases = append(f.Cases, readRules(string(b), name == "border")...)
	}
	return f
}

// readRules reads the cases of a text, see the two.
func readRules(text string, border bool) []vectors.RulesCase {
	var out []vectors.RulesCase
	var flags []string
	named := map[string]string{}
	for n, l := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(l, " ")
		switch word {
		case "", "#":
			continue
		case "flag":
			flags = strings.Fields(rest)[:1]
			continue
		case "rule", "payload":
			name, value, _ := strings.Cut(rest, " ")
			named[word+" "+name] = value
			continue
		}
		if strings.HasPrefix(l, "#") {
			continue
		}
		p := strings.Split(l, " | ")
		id, err := strconv.Atoi(p[0])
		must(err)
		c := vectors.RulesCase{ID: id, Comment: p[1], Flags: flags}
		want := p[len(p)-1]
		if border {
			c.Logic = json.RawMessage(named["rule "+p[2]])
			c.Data = json.RawMessage(fmt.Sprintf(`{"payload":%s,"external":{"validationClock":%q,"countryCode":"XB","issuerCountryCode":"XA","valueSets":{"vaccines-covid-19-names":["EU/1/20/1528"]}}}`, named["payload "+p[3]], p[4]))
		} else {
			c.Logic = json.RawMessage(p[2])
			if p[3] != "" {
				c.Data = json.RawMessage(p[3])
			}
		}
		if c.Error = want == "error"; !c.Error {
			c.Want = json.RawMessage(want)
		}
		if !json.Valid(c.Logic) || c.Data != nil && !json.Valid(c.Data) || c.Want != nil && !json.Valid(c.Want) {
			panic(fmt.Sprintf("rules, line %d: not JSON", n+1))
		}
		out = append(out, c)
	}
	return out
}

// finishRules refuses cases that break their own rules.
func finishRules(f vectors.RulesFile) error {
	seen, used := map[int]bool{}, map[string]bool{}
	for _, c := range f.Cases {
		if c.ID == 0 || seen[c.ID] || c.Error == (c.Want != nil) {
			return fmt.Errorf("case %d (%s): identifiers are used once, and there is a value or none", c.ID, c.Comment)
		}
		seen[c.ID] = true
		if err := noted(c.ID, c.Flags, f.Notes, used); err != nil {
			return err
		}
	}
	return unused(f.Notes, used)
}
