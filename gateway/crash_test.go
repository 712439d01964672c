package gateway_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"testing"

	"github.com/pratique/pratique/gateway"
	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/srv/plug"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/tlog"
)

// platters are the folders of a published log, whose power goes at one moment.
type platters map[string]*plug.Platter

func (p platters) disk(folder string) srv.Disk {
	if p[folder] == nil {
		p[folder] = plug.New()
	}
	return p[folder]
}

// Read is how a stranger reads them.
func (p platters) Read(_ context.Context, name string) ([]byte, error) {
	folder := path.Dir(name)
	if folder == "." {
		folder = ""
	}
	b, err := p.disk(folder).Read(path.Base(name))
	if err != nil {
		return nil, tlog.ErrMissing
	}
	return b, nil
}

// The power goes at any moment of sequencing and publishing, in the database and
// in the published files: whoever reads the files from nothing finds one consistent
// history, each time a continuation of the last one, and no act that was
// acknowledged is lost.
func TestNoLossOfPowerLosesAnActOrTearsTheLog(t *testing.T) {
	ctx := t.Context()
	r := rand.New(rand.NewPCG(11, 12))
	cuts, shown := 0, 0
	for run := range 40 {
		w := newWorld(t)
		db := storetest.NewDisk(fmt.Sprint("gateway-", run))
		out := platters{}
		acts := [][]byte{w.act("root", admission("XA"))}
		for n := range 12 {
			acts = append(acts, w.act("XA", signingKey("XA", n)))
		}
		acknowledged := map[gateway.Hash]bool{}
		var last tlog.Checkpoint
		next := 0
		for life := range 6 {
			final := life == 5
			db.CutAfter(r.IntN(400))
			if final {
				db.CutAfter(-1)
			} else if p := out[""]; p != nil && r.IntN(2) == 0 {
				p.Steps = r.IntN(12)
			}
			d, err := store.Open(ctx, db.Address())
			var g *gateway.Gateway
			if err == nil {
				g, err = gateway.New(ctx, w.options(d, out.disk))
			}
			for err == nil && next < len(acts) && (final || r.IntN(6) > 0) {
				var h gateway.Hash
				if h, _, err = g.Submit(ctx, acts[next]); err == nil {
					acknowledged[h] = true
					next++
				}
				if err == nil && r.IntN(3) > 0 {
					_, err = g.Step(ctx)
				}
			}
			if err == nil {
				_, err = g.Step(ctx)
			}
			if err != nil {
				cuts++
				if final {
					t.Fatalf("run %d: with power: %v", run, err)
				}
			}
			if final {
				for h := range acknowledged {
					if st, err := g.Standing(ctx, h); err != nil || st.Stage != gateway.Shown {
						t.Errorf("run %d: an acknowledged act is %+v, %v", run, st, err)
					}
				}
			}
			if d != nil {
				d.Close()
			}
			db.Restore(r)
			for folder, p := range out {
				out[folder] = p.Cut(r)
			}
			if note, err := out.Read(ctx, "checkpoint"); err == nil && len(note) > 0 {
				seen, state, entries := read(t, w.policy, w.root, out)
				shown++
				if len(state.Refused()) > 0 || int64(len(entries)) != seen.Size {
					t.Errorf("run %d: refused %v", run, state.Refused())
				}
				if last.Size > 0 {
					proof, err := tlog.Consistency(ctx, out, seen.Checkpoint, last.Size)
					if err == nil {
						err = seen.Follows(last, proof)
					}
					if err != nil {
						t.Errorf("run %d: %v", run, err)
					}
				}
				last = seen.Checkpoint
			}
		}
		if last.Size != int64(len(acts))+1 {
			t.Errorf("run %d: %d of %d entries", run, last.Size, len(acts)+1)
		}
		db.Close()
	}
	if cuts < 40 || shown < 40 {
		t.Errorf("the power went %d times, %d logs were read", cuts, shown)
	}
}
