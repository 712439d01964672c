package verify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// Every published vector of own colours comes out as it says.
func TestSelfVectors(t *testing.T) {
	f, err := vectors.LoadSelf()
	if err != nil {
		t.Fatal(err)
	}
	keys := new(trust.Keys)
	for _, name := range f.Keys {
		l, err := lists.Read(name, []byte(f.Files[name]))
		if err != nil || len(l.Skipped) > 0 {
			t.Fatal(name, err, l.Skipped)
		}
		for _, k := range l.Keys {
			keys.Add(k)
		}
	}
	if len(f.Cases) < 60 {
		t.Fatalf("%d cases", len(f.Cases))
	}
	colours := map[string]int{}
	for _, c := range f.Cases {
		colours[c.Want.Verdict]++
		t.Run(fmt.Sprintf("%d %s", c.ID, c.Comment), func(t *testing.T) { runSelf(t, f, c, keys) })
	}
	if len(colours) != 4 {
		t.Errorf("colours: %v", colours)
	}
}

func runSelf(t *testing.T, f *vectors.SelfFile, c vectors.SelfCase, keys *trust.Keys) {
	w := &verify.World{Keys: keys}
	for _, name := range c.Rules {
		s, err := rules.Parse([]byte(f.Files[name]))
		if err != nil {
			t.Fatal(name, err)
		}
		w.Rules = append(w.Rules, s)
	}
	for _, name := range c.Lists {
		l, err := history.OpenAreas([]byte(f.Files[name]), keys, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(name, err)
		}
		w.Areas = append(w.Areas, l)
	}
	file, wrong, err := history.Parse([]byte(c.Text))
	if err != nil || len(wrong) > 0 {
		t.Fatal(err, wrong)
	}
	var holder history.Holder
	if d, ok := f.Holders[c.Holder]; ok {
		birth, err := cert.ParseDate(d.Birth)
		if err != nil {
			t.Fatal(err)
		}
		holder = history.Holder{Number: d.Number, Country: d.Country, Birth: birth}
	}
	in, region, _ := strings.Cut(c.In, "/")
	q := verify.Question{Trip: verify.Trip{Legs: []verify.Leg{{Jurisdiction: in, Region: region}}}, At: c.At}
	r := verify.Self(w, verify.OpenOwn(w, c.Codes, file, holder, nil), q)
	if got := reasonCodes(r.Reasons); r.Verdict.String() != c.Want.Verdict || !slices.Equal(got, c.Want.Reasons) {
		t.Errorf("%v %v, want %s %v", r.Verdict, got, c.Want.Verdict, c.Want.Reasons)
	}
	if to := r.ChangesTo.String(); !r.ChangesAt.Equal(c.Want.Changes) || c.Want.To != "" && to != c.Want.To {
		t.Errorf("changes at %s to %s, want %s to %s", r.ChangesAt.Format(time.RFC3339Nano), to, c.Want.Changes.Format(time.RFC3339Nano), c.Want.To)
	}
	if !r.GreenAt.Equal(c.Want.Green) {
		t.Errorf("green at %s, want %s", r.GreenAt, c.Want.Green)
	}
	var aside []vectors.SelfAside
	for _, a := range r.Aside {
		aside = append(aside, vectors.SelfAside{Kind: a.Kind, Index: a.Index, Reason: a.Reasons[0].Code, Kept: a.Kept})
	}
	if !slices.Equal(aside, c.Want.Aside) {
		t.Errorf("set aside %+v, want %+v", aside, c.Want.Aside)
	}
}
