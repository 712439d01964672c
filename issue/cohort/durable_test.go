package cohort_test

import (
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue/cohort"
	"github.com/pratique/pratique/keys"
)

// When the power goes at any moment, again and again, no key serves more than its
// number, for what was handed out is counted; and the keys are served to their end.
func TestThePowerGoes(t *testing.T) {
	const most = 120
	all := []*keys.Key{key(t, 0, 800), key(t, 0, 800)}
	r := mathrand.New(mathrand.NewPCG(5, 1))
	cut := 0
	for run := range 12 {
		disk := storetest.NewDisk(fmt.Sprint("cohort-", run))
		served := map[*keys.Key]int{}
		life := func() error { // until all is served, or the power goes
			db, err := store.Open(t.Context(), disk.Address())
			if err != nil {
				return err
			}
			defer db.Close()
			s, err := cohort.NewDatabase(t.Context(), db)
			if err != nil {
				return err
			}
			c := newCohort(t, cohort.Options{Keys: all, Store: s, Most: most, Block: 5})
			for {
				k, err := c.Next(t.Context(), test, 1)
				if errors.Is(err, cohort.ErrEmpty) {
					return nil
				}
				if err != nil {
					return err
				}
				served[k]++
			}
		}
		for n := 0; ; n++ {
			if n < 5 {
				disk.CutAfter(r.IntN(300))
			}
			err := life()
			if err == nil {
				break
			}
			if n >= 5 {
				t.Fatalf("run %d: with power: %v", run, err)
			}
			cut++
			disk.Restore(r)
		}
		for i, k := range all { // each cut may take a block, of the one that was in hand and of the one that was asked for
			if n := served[k]; n > most || n < most-5*2*5 {
				t.Errorf("run %d: key %d served %d of %d", run, i, n, most)
			}
		}
		disk.Close()
	}
	if cut < 12 {
		t.Errorf("the power went %d times", cut)
	}
}
