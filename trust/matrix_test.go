package trust_test

import (
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/trust"
)

func TestMatrixSaysWhoRecognisesWhom(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	test := trust.Uses{Of: []trust.Use{trust.Test}}
	rs := trust.Recognitions{
		{By: "XA", Of: "XB", Uses: test, Until: day(200)},
		{By: "XB", Of: "XA", Uses: test, Methods: []string{"nucleic_acid"}, Until: day(20)},
		{By: "XA", Of: "XC", Uses: test, Until: day(10)},
		{By: "XA", Of: "XC", Uses: trust.Uses{Any: true}, From: day(10), Until: day(300)}, // renews it
		{By: "XC", Of: "XA", Uses: test, Until: day(-3)},
		{By: "XC", Of: "XB", Uses: test, From: day(5), Until: day(90)},
		{By: "XD", Of: trust.Anyone, Uses: test, Until: day(90)},
	}
	m := rs.Matrix(now, 30*24*time.Hour)
	if !slices.Equal(m.Parties, []string{"XA", "XB", "XC", "XD"}) || len(m.Cells) != 8 {
		t.Fatalf("%v, %d cells", m.Parties, len(m.Cells))
	}
	for _, v := range []struct {
		by, of   string
		standing trust.Standing
		back     bool
		until    int
	}{
		{"XA", "XB", trust.InForce, true, 200},
		{"XB", "XA", trust.Lapsing, true, 20},
		{"XA", "XC", trust.InForce, false, 10},
		{"XC", "XA", trust.Lapsed, true, -3},
		{"XC", "XB", trust.Coming, false, 90},
		{"XD", "XA", trust.InForce, false, 90},
	} {
		c, ok := m.Cell(v.by, v.of)
		if !ok || c.Standing != v.standing || c.Reciprocal != v.back || !c.Until.Equal(day(v.until)) {
			t.Errorf("%s of %s: %s until %s, in return %t", v.by, v.of, c.Standing, c.Until, c.Reciprocal)
		}
	}
	if c, _ := m.Cell("XB", "XA"); !c.Narrowed {
		t.Error("only nucleic acid tests, and not narrowed")
	}
	if _, ok := m.Cell("XB", "XC"); ok {
		t.Error("a cell of nothing")
	}
	if u := m.Unreturned(); len(u) != 4 || u[0].By != "XA" || u[0].Of != "XC" {
		t.Errorf("not returned: %v", u)
	}
	if l := m.Lapsing(); len(l) != 1 || l[0].By != "XB" {
		t.Errorf("lapsing: %v", l)
	}
	// A renewal of fewer kinds of evidence renews nothing of the rest.
	narrower := trust.Recognitions{
		{By: "XA", Of: "XB", Uses: trust.Uses{Any: true}, Until: day(10)},
		{By: "XA", Of: "XB", Uses: test, Until: day(300)},
	}
	if c, _ := narrower.Matrix(now, 30*24*time.Hour).Cell("XA", "XB"); c.Standing != trust.Lapsing {
		t.Errorf("what is renewed in part is %s", c.Standing)
	}
	if m := (trust.Recognitions)(nil).Matrix(now, 0); len(m.Cells) != 0 {
		t.Error("nobody recognises somebody")
	}
}
