package act_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
)

// ruleSet is the pack of the baseline as one of Sudmark, with one rule changed.
func ruleSet(t *testing.T, logic string) []byte {
	t.Helper()
	b, err := os.ReadFile("../rules/packs/baseline.json")
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	b = []byte(strings.NewReplacer("-ZZ-", "-XB-", `"ZZ"`, `"XB"`).Replace(string(b)))
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	f["jurisdiction"], f["until"] = "XB", after(20).Format(time.RFC3339)
	f["from"] = start.Format(time.RFC3339)
	delete(f, "tests")
	if logic != "" {
		first := f["rules"].([]any)[0].(map[string]any)
		first["Logic"] = json.RawMessage(logic)
	}
	out, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

const areas = `pratique-areas/1.0
jurisdiction XB
published 2026-11-23T06:00:00Z
until 2026-11-30T06:00:00Z
floor 20000
days 7

area 01 812000 41.7 medium North
area 02 97500 8 low The Isles
`

func withdrawals(appeal string, reasons ...revoke.Reason) []byte {
	l := revoke.NewList("XB", start, after(20), appeal)
	for i, r := range reasons {
		l.Add(revoke.Entry{Handle: revoke.Handle{Scheme: revoke.ByCountryID, Hash: [16]byte{byte(i + 1)}}, Reason: r, Since: start})
	}
	return []byte(l.String())
}

func TestWhatMayBePublished(t *testing.T) {
	const appeal = "https://appeals.sudmark.example/"
	for _, v := range []struct {
		comment string
		class   act.Class
		by      string
		content []byte
		change  func(d *act.Document)
		want    act.Reason
	}{
		{"rules", act.Rules, "XB", ruleSet(t, ""), nil, ""},
		{"rules that read a name", act.Rules, "XB", ruleSet(t, `{"===":[{"var":"payload.nam.fnt"},"MUSTERMANN"]}`), nil, act.Identity},
		{"rules of another country", act.Rules, "XA", ruleSet(t, ""), nil, act.WrongCountry},
		{"rules that outlive their act", act.Rules, "XB", ruleSet(t, ""), func(d *act.Document) { d.Until = after(19) }, act.OpenEnded},
		{"other rules than the act states", act.Rules, "XB", ruleSet(t, ""), func(d *act.Document) { d.Hash = strings.Repeat("ab", 32) }, act.Content},
		{"a file of another size", act.Rules, "XB", ruleSet(t, ""), func(d *act.Document) { d.Size++ }, act.Content},
		{"no rules at all", act.Rules, "XB", []byte("{}"), nil, act.Content},
		{"areas", act.Areas, "XB", []byte(areas), nil, ""},
		{"an area of a street", act.Areas, "XB", []byte(strings.Replace(areas, " 97500 ", " 19999 ", 1)), nil, act.SmallArea},
		{"a floor of a village", act.Areas, "XB", []byte(strings.Replace(areas, "floor 20000", "floor 500", 1)), nil, act.SmallArea},
		{"areas of another country", act.Areas, "XA", []byte(areas), nil, act.WrongCountry},
		{"no areas at all", act.Areas, "XB", []byte("pratique-areas/1.0\n"), nil, act.Content},
		{"withdrawals", act.Withdrawals, "XB", withdrawals(appeal, revoke.Error, revoke.Fraud, revoke.Fraud), nil, ""},
		{"withdrawals without an appeal", act.Withdrawals, "XB", withdrawals("", revoke.Fraud), nil, act.Unexplained},
		{"more withdrawn than counted", act.Withdrawals, "XB", withdrawals(appeal, revoke.Fraud, revoke.Fraud), func(d *act.Document) { d.Counts[1].Count = 1 }, act.Content},
		{"fewer withdrawn than counted", act.Withdrawals, "XB", withdrawals(appeal, revoke.Fraud), func(d *act.Document) { d.Counts[1].Count = 2 }, act.Content},
		{"a reason that is not counted", act.Withdrawals, "XB", withdrawals(appeal, revoke.Fraud), func(d *act.Document) { d.Counts = d.Counts[:1] }, act.Content},
		{"withdrawals of another country", act.Withdrawals, "XA", withdrawals(appeal, revoke.Fraud), nil, act.WrongCountry},
		{"complete up to another moment", act.Withdrawals, "XB", withdrawals(appeal, revoke.Fraud), func(d *act.Document) { d.AsOf = after(1) }, act.Content},
		{"values", act.Values, "XB", []byte("{}"), nil, ""},
	} {
		t.Run(v.comment, func(t *testing.T) {
			d, err := act.Describe(v.class, "main", 1, after(25), v.content)
			if err != nil {
				t.Fatal(err)
			}
			if v.change != nil {
				v.change(&d)
			}
			if err := act.CheckContent(v.by, d, v.content); act.ReasonOf(err) != v.want || (err == nil) != (v.want == "") {
				t.Errorf("got %v, want %q", err, v.want)
			}
		})
	}
	if len(rules.Packs()) == 0 {
		t.Fatal("no packs")
	}
}
