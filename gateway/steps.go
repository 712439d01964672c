package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"sync"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/tlog"
)

// Step does what there is to do: it adds what waits, asks the witnesses, and
// publishes. It returns whether anything new can be seen. That a quorum of
// witnesses cannot be reached is an error (ErrQuorum); the next Step tries again.
func (g *Gateway) Step(ctx context.Context) (bool, error) {
	if _, err := g.Sequence(ctx); err != nil && !errors.Is(err, tlog.ErrConflict) {
		return false, err
	}
	err := g.Witness(ctx)
	shown, failed := g.Publish(ctx) // what an earlier step has had cosigned, perhaps
	return shown, errors.Join(err, failed)
}

// peek reads an act that was checked before, without judging it.
func peek(entry []byte) (act.Act, error) {
	f, err := signed.Parse(entry)
	if err != nil {
		return act.Act{}, &act.Refusal{Reason: act.Malformed, Text: err.Error()}
	}
	a, err := act.Parse(f.Text)
	if err != nil {
		return act.Act{}, &act.Refusal{Reason: act.Malformed, Text: err.Error()}
	}
	return a, nil
}

// Sequence adds what waits to the log, and returns how many entries that were.
// The error is tlog.ErrConflict if another process was faster.
func (g *Gateway) Sequence(ctx context.Context) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.catchUp(ctx); err != nil {
		return 0, err
	}
	line, err := g.storage.line(ctx)
	if err != nil || len(line) == 0 {
		return 0, err
	}
	next := &sequel{storage: g.storage, from: g.head, first: g.state.Size(), refused: map[Hash]error{}}
	var entries [][]byte
	// The state goes ahead of the log; if the log does not follow, it is read anew.
	for more := true; more && len(entries) < maxBatch; {
		more = false
		var rest []waiting
		for _, w := range line {
			switch err := g.ready(w); {
			case len(entries) == maxBatch, errors.Is(err, errLater):
				rest = append(rest, w)
			case err != nil:
				next.refused[w.hash] = err
			case g.state.Apply(w.entry) == nil:
				entries, next.taken = append(entries, w.entry), append(next.taken, w.hash)
				more = true // its successor may follow now
			}
		}
		line = rest
	}
	for h, why := range next.refused {
		if err := g.storage.refuse(ctx, h, why); err != nil {
			g.state = nil
			return 0, err
		}
	}
	if len(entries) == 0 {
		return 0, nil
	}
	if _, _, err := g.tree(next).Append(ctx, entries...); err != nil {
		g.state = nil
		return 0, err
	}
	return len(entries), g.catchUp(ctx)
}

var errLater = errors.New("not yet")

// ready says whether an act that waits can enter the log now.
func (g *Gateway) ready(w waiting) error {
	_, err := g.state.Check(w.entry)
	late := g.o.Now().Sub(w.received) > Patience
	switch {
	case act.ReasonOf(err) == act.Gap && !late:
		return errLater
	case err != nil:
		return err
	case !w.there && late:
		return &act.Refusal{Reason: act.Content, Text: "the file that it names did not come"}
	case !w.there:
		return errLater
	}
	return nil
}

// policy is what judges checkpoints now. The caller holds the lock.
func (g *Gateway) policy() tlog.Policy { return g.state.Witnesses(g.o.Policy) }

// Policy is the text of what judges the log's checkpoints now.
func (g *Gateway) Policy(ctx context.Context) (tlog.Policy, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.catchUp(ctx); err != nil {
		return tlog.Policy{}, err
	}
	return g.policy(), nil
}

// Witness asks all witnesses to cosign the newest checkpoint, if there is a newer
// one than a quorum has cosigned, or if that was long ago. Witnesses that cannot
// be reached are passed over while a quorum can.
func (g *Gateway) Witness(ctx context.Context) error {
	g.mu.Lock()
	err := g.catchUp(ctx)
	var head []byte
	var policy tlog.Policy
	if err == nil {
		head, policy = g.head, g.policy()
	}
	g.mu.Unlock()
	if err != nil {
		return err
	}
	was, err := g.storage.witnessed(ctx)
	if err != nil {
		return err
	}
	open, err := policy.OpenUnwitnessed(head)
	if err != nil {
		return err
	}
	now := g.o.Now()
	if was.size >= open.Size && now.Sub(was.at) < g.o.Refresh {
		return nil
	}
	type answer struct {
		witness string
		lines   string
		err     error
	}
	answers := make(chan answer, len(policy.Witnesses))
	var wg sync.WaitGroup
	asking, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for _, w := range policy.Witnesses {
		if w.URL == "" {
			continue
		}
		g.asking.Lock()
		known := g.known[w.Name]
		g.asking.Unlock()
		wg.Go(func() {
			lines, err := g.client(w.URL).Cosign(asking, g.storage, open, known)
			answers <- answer{w.Name, lines, err}
		})
	}
	go func() { wg.Wait(); close(answers) }()
	note, failures := head, []error(nil)
	for a := range answers {
		if a.err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", a.witness, a.err))
			continue
		}
		merged, err := policy.Merge(note, a.lines)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", a.witness, err))
			continue
		}
		note = merged
		g.asking.Lock()
		g.known[a.witness] = open.Size
		g.asking.Unlock()
	}
	w, err := policy.Open(note)
	if err != nil {
		return errors.Join(append([]error{err}, failures...)...)
	}
	return g.storage.vouch(ctx, witnessed{note: note, size: w.Size, at: now})
}

// Publish writes the files of the newest checkpoint that a quorum has cosigned, the
// checkpoint last. It returns whether there was anything to write. No two processes
// may publish into one folder.
func (g *Gateway) Publish(ctx context.Context) (bool, error) {
	g.publishing.Lock()
	defer g.publishing.Unlock()
	top := srv.Files{Disk: g.o.Disk("")}
	there, err := top.Read("checkpoint")
	if err != nil {
		return false, fmt.Errorf("reading the published checkpoint: %w", err)
	}
	from := int64(0)
	if there != nil {
		if from, err = sizeOf(there); err != nil {
			return false, fmt.Errorf("reading the published checkpoint: %w", err)
		}
	}
	e, err := g.storage.edition(ctx, from)
	if err != nil || e.size < from || bytes.Equal(e.note, there) {
		return false, err
	}
	if e.size < 0 {
		return false, nil
	}
	for path, data := range e.files {
		if err := g.write(path, data); err != nil {
			return false, err
		}
	}
	for _, hash := range e.contents {
		data, err := g.storage.content(ctx, hash)
		if err != nil {
			return false, fmt.Errorf("publishing a file that an act names: %w", err)
		}
		if err := g.write("content/"+hash, data); err != nil {
			return false, err
		}
	}
	if err := top.Replace("checkpoint", e.note); err != nil {
		return false, fmt.Errorf("publishing the checkpoint: %w", err)
	}
	return true, nil
}

func (g *Gateway) write(name string, data []byte) error {
	f := srv.Files{Disk: g.o.Disk(path.Dir(name))}
	if err := f.Replace(path.Base(name), data); err != nil {
		return fmt.Errorf("publishing %s: %w", name, err)
	}
	return nil
}

// Prove makes the offline proof of a published act; [ErrNotThere].
func (g *Gateway) Prove(ctx context.Context, h Hash) (tlog.Proof, error) {
	st, err := g.Standing(ctx, h)
	if err != nil {
		return tlog.Proof{}, err
	}
	if st.Stage != Shown {
		return tlog.Proof{}, ErrNotThere
	}
	w, err := g.storage.witnessed(ctx)
	if err != nil {
		return tlog.Proof{}, err
	}
	policy, err := g.Policy(ctx)
	if err != nil {
		return tlog.Proof{}, err
	}
	open, err := policy.Open(w.note)
	if err != nil {
		return tlog.Proof{}, err
	}
	return tlog.Prove(ctx, g.storage, open, st.Index)
}
