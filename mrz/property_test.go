package mrz_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pratique/pratique/mrz"
)

// What holds for names that nobody bears: made of the letters and words that
// our rules are about, in any mixture of scripts.
func TestProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	atoms := strings.Fields("A E U UE AE OE X KS II IY YI AL EL BIN VAN DE LA DR JR SR II NEE M É Ü Å Ø Ł ß Ж Ий И Я Е Г Χ ΟΥ ΑΥ ΜΠ م ح ّ د ا ل ع و ي ة 王 李 3 FNU OVICH MUHAMMAD MOHAMED محمد ABD UL RAHMAN AR R RAZI َ .")
	part := func(n int) string {
		var b strings.Builder
		for range rng.IntN(n + 1) {
			b.WriteString(atoms[rng.IntN(len(atoms))])
			if i := rng.IntN(4); i < 2 {
				b.WriteByte(" -"[i])
			}
		}
		return b.String()
	}
	classes := map[mrz.Class]int{}
	for range 3000 {
		k := []int{1, 2, 4, 8}[rng.IntN(4)]
		a := mrz.Name{Family: part(k), Given: part(k)}
		if rng.IntN(2) == 0 {
			a.FamilyICAO, a.GivenICAO, a.Truncated = mrz.Transliterate(part(k)), mrz.Transliterate(part(k)), rng.IntN(3) == 0
		}
		b := mrz.Name{Family: part(k), Given: part(k)}
		switch rng.IntN(4) {
		case 0:
			b = mrz.Name{FamilyICAO: mrz.Transliterate(a.Family), GivenICAO: mrz.Transliterate(a.Given)}
		case 1:
			b = a
			b.Given = part(k)
		case 2:
			b = mrz.Name{Family: a.Given, Given: a.Family}
		}
		r, back := mrz.Match(a, b), mrz.Match(b, a)
		classes[r.Class]++
		if r.Class != back.Class || r.Near != back.Near {
			t.Fatalf("not symmetric: %+v, %+v: %v, back %v", a, b, r, back)
		}
		self := mrz.Match(a, a)
		if self.Class != mrz.Same && (self.Class != mrz.Unknown || self.Reasons[0].Code != mrz.NothingToCompare) {
			t.Fatalf("not reflexive: %+v: %v", a, self)
		}
		if !mrz.Covered(a.Family) {
			continue
		}
		lines := mrz.Name{FamilyICAO: mrz.Transliterate(a.Family)}
		if r := mrz.Match(mrz.Name{Family: a.Family}, lines); r.Class != mrz.Same {
			t.Errorf("%q is not Same as its transliteration: %v", a.Family, r)
		}
		for _, v := range mrz.Variants(a.Family) {
			if r := mrz.Match(mrz.Name{Family: a.Family}, mrz.Name{FamilyICAO: v}); r.Class < mrz.Variant {
				t.Errorf("%q and its variant %s: %v", a.Family, v, r)
			}
		}
	}
	for c := mrz.Unknown; c <= mrz.Same; c++ {
		if classes[c] == 0 {
			t.Errorf("no pair of class %v was made", c)
		}
	}
}
