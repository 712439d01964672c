package certlogic_test

import (
	"testing"

	"github.com/pratique/pratique/certlogic"
)

// One evaluation of a public rule on the data of one of its tests.
func BenchmarkRules(b *testing.B) {
	cases := ruleTests(b)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		c := &cases[i]
		if i++; i == len(cases) {
			i = 0
		}
		if got, err := c.rule.Eval(c.data); err != nil || got.Kind() != certlogic.Bool {
			b.Fatal(got, err)
		}
	}
}
