package claim_test

import (
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/issue/claim"
)

// When the power goes at any moment, again and again: behind each code that was
// given out stands its certificate, and one that a wallet has fetched no other
// wallet gets.
func TestThePowerGoes(t *testing.T) {
	type given struct {
		code   claim.Code
		ref    string
		wallet *claim.Wallet // which has fetched it; nil: none
	}
	r := mathrand.New(mathrand.NewPCG(6, 1))
	first, second := newWallet(t), newWallet(t)
	cut, kept := 0, 0
	for run := range 5 {
		disk := storetest.NewDisk(fmt.Sprint("claim-", run))
		var all []*given
		life := func(work func(d *desk) error) error {
			db, err := store.Open(t.Context(), disk.Address())
			if err != nil {
				return err
			}
			defer db.Close()
			s, err := claim.NewDatabase(t.Context(), db)
			if err != nil {
				return err
			}
			return work(newDesk(t, s, generous))
		}
		for n := range 5 {
			disk.CutAfter(r.IntN(400))
			if err := life(func(d *desk) error {
				for i := range 40 {
					g := &given{ref: fmt.Sprint("serial-", n, "-", i)}
					var err error
					if g.code, _, err = d.Make(t.Context(), g.ref, []byte(g.ref), claim.Terms{}); err != nil {
						return err
					}
					all = append(all, g)
					if r.IntN(2) == 0 {
						if got, err := d.fetch(first, g.code, ""); err != nil || got != g.ref {
							return fmt.Errorf("fetched %q: %w", got, err)
						}
						g.wallet = first
					}
				}
				return nil
			}); err != nil {
				cut++
				disk.Restore(r)
			}
		}
		disk.CutAfter(-1)
		if err := life(func(d *desk) error {
			for _, g := range all {
				if g.wallet != nil {
					if _, err := d.fetch(second, g.code, ""); !errors.Is(err, claim.ErrCode) {
						t.Errorf("run %d: another wallet: %v", run, err)
					}
				}
				// What was fetched in the moment of the cut may be bound to the first.
				got, err := d.fetch(first, g.code, "")
				if err != nil || got != g.ref {
					t.Errorf("run %d: %q, %v", run, got, err)
				}
				kept++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		disk.Close()
	}
	if cut < 5 || kept < 50 {
		t.Errorf("the power went %d times, %d codes were given out", cut, kept)
	}
}
