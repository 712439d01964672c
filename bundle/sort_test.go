package bundle_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// files are what a border post may be given.
func files(t testing.TB) []bundle.File {
	t.Helper()
	areas := keyOf(t, "office of statistics")
	list := lists.Text{Jurisdiction: "XA", Issued: now.AddDate(0, 0, -2), Until: now.AddDate(0, 0, 5), Entries: []lists.Entry{
		{Key: &trust.Key{ID: "norland1", Public: &keyOf(t, "laboratory").PublicKey, Country: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test}}}},
		{Key: &trust.Key{ID: "norland2", Public: &areas.PublicKey, Country: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Areas}}}},
	}}
	own := lists.Text{Jurisdiction: "XB", Issued: now.AddDate(0, 0, -1), Until: now.AddDate(0, 0, 9), Entries: []lists.Entry{
		{Recognition: &trust.Recognition{By: "XB", Of: "XA", Uses: trust.Uses{Any: true}, Until: now.AddDate(0, 1, 0)}},
	}}
	text := func(l lists.Text) []byte {
		b, err := l.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	area := []byte("pratique-areas/1.0\njurisdiction XA\npublished 2026-12-02T06:00:00Z\nuntil 2026-12-09T06:00:00Z\nfloor 20000\ndays 7\n\narea 01 812000 41.7 medium North\n")
	if _, err := history.ParseAreas(area); err != nil {
		t.Fatal(err)
	}
	area, err := signed.Sign(area, areas, nil)
	if err != nil {
		t.Fatal(err)
	}
	return []bundle.File{
		{Name: "norland.txt", Data: text(list)}, {Name: "sudmark.txt", Data: text(own)}, {Name: "sudmark.json", Data: pack(t, "sudmark").Encode()},
		{Name: "template.json", Data: append([]byte("\uFEFF"), pack(t, "baseline").Encode()...)}, {Name: "areas.txt", Data: area},
		{Name: "withdrawn.txt", Data: []byte("\uFEFFpratique-withdrawals/1.0\ncountry XA\nas-of 2026-12-03T00:00:00Z\nuntil 2026-12-10T00:00:00Z\n")},
		{Name: "withdrawn2.txt", Data: []byte("pratique-withdrawals/1.0\ncountry XA\nas-of 2026-12-02T00:00:00Z\nuntil 2026-12-09T00:00:00Z\n")},
	}
}

// A list of files and the bundle of them are the same world.
func TestFilesAndTheirBundleAreOneWorld(t *testing.T) {
	s, err := bundle.Sort(files(t))
	if err != nil {
		t.Fatal(err)
	}
	c, left := s.Contents(now)
	if len(left) > 0 || len(s.Left) > 0 {
		t.Fatalf("left out: %v %v", left, s.Left)
	}
	b := open(t, build(t, manifest(), c, ministry), pinned(t))
	for _, have := range []bundle.Contents{c, b.Contents} {
		w, err := have.World("XC")
		if err != nil {
			t.Fatal(err)
		}
		if w.Keys.Len() != 2 || len(w.Recognitions) != 1 || len(w.Rules) != 2 || len(w.Withdrawals) != 1 || len(w.Areas) != 1 {
			t.Errorf("%d keys, %d recognitions, %d rules, %d lists, %d areas", w.Keys.Len(), len(w.Recognitions), len(w.Rules), len(w.Withdrawals), len(w.Areas))
		}
		if got := w.Withdrawals[0].AsOf; got.Day() != 2 {
			t.Errorf("two lists of a country are complete up to %v", got)
		}
		if !slices.ContainsFunc(w.Rules, func(s ruleSet) bool { return s.Jurisdiction == "XC" }) {
			t.Error("the template is not a set of the destination")
		}
		if none, err := have.World(""); err != nil || len(none.Rules) != 1 {
			t.Errorf("a template counts where nobody asks for it: %v", err)
		}
	}
	if d := s.Data(); !d.AsOf.Equal(now.AddDate(0, 0, -2)) || !d.HardExpiry.Equal(now.AddDate(0, 0, 5)) {
		t.Errorf("%+v", d)
	}
}

func TestAFileThatCannotBeReadIsNotPassedOver(t *testing.T) {
	for name, v := range map[string]struct {
		data string
		kind bundle.Kind
	}{
		"withdrawn.txt": {"pratique-withdrawals/1.0\ncountry XA\n", bundle.WithdrawalList},
		"rules.json":    {`{"format":"pratique-rules/1.0"}`, bundle.RuleSet},
		"later.json":    {`{"format":"pratique-rules/9.0"}`, bundle.RuleSet},
		"notes.txt":     {"six small grey seals at dawn", bundle.KeyList},
		"empty":         {"", bundle.KeyList},
		"list.txt":      {"pratique-trust/1.0\njurisdiction XA\n", bundle.KeyList},
		"cards.json":    {`{"kid":"x","method":"rid","ctr":1,"rids":[1]}`, bundle.CardList},
	} {
		_, err := bundle.Sort(append(files(t), bundle.File{Name: name, Data: []byte(v.data)}))
		e, ok := errors.AsType[*bundle.FileError](err)
		if !ok || e.Name != name || e.Kind != v.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An area list that no key of its country signed, or of tomorrow, is left out by name.
func TestAnAreaListThatCountsForNothingIsNamed(t *testing.T) {
	fs := files(t)
	s, err := bundle.Sort(slices.Concat(fs[1:], []bundle.File{{Name: "a list", Data: fs[4].Data}}))
	if err != nil {
		t.Fatal(err)
	}
	if c, left := s.Contents(now); len(c.Areas) != 0 || len(left) != 2 || left[0].Entry != "a list" {
		t.Errorf("%d are taken, left out: %v", len(c.Areas), left)
	}
	s, err = bundle.Sort(fs)
	if err != nil {
		t.Fatal(err)
	}
	if c, left := s.Contents(now.AddDate(0, 0, -3)); len(c.Areas) != 0 || len(left) != 1 {
		t.Errorf("of the future: %d are taken, left out: %v", len(c.Areas), left)
	}
}

func ExampleSort() {
	s, err := bundle.Sort([]bundle.File{{Name: "withdrawn.txt", Data: []byte("pratique-withdrawals/1.0\ncountry XA\nas-of 2026-12-03T00:00:00Z\nuntil 2026-12-10T00:00:00Z\n")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, _ := s.Contents(now)
	w, err := c.World("XB")
	fmt.Println(len(w.Withdrawals), w.Keys.Len(), err)
	_, err = bundle.Sort([]bundle.File{{Name: "notes.txt", Data: []byte("hello")}})
	fmt.Println(strings.Contains(err.Error(), "notes.txt"))
	// Output:
	// 1 0 <nil>
	// true
}
