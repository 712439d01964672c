// Package gateway answers one question: how does a country's statement get into
// the one log that everybody sees, so that nobody, the operator among them, can
// publish, hold back or lose one unseen?
//
// A [Gateway] takes acts (package act) from whoever brings them: an act carries
// its own authority in its signatures, so there are no accounts. It keeps them,
// puts them into the log in the order of their numbers, collects the cosignatures
// of the witnesses, and only then shows them, as plain files that any web server
// or object store can serve (c2sp.org/tlog-tiles):
//
//	checkpoint            the newest that a quorum of witnesses has cosigned
//	tile/...              the hashes and the entries
//	content/SHA256        the files that documents name
//
// # The way of an act
//
//	Submit    it is checked against all that the log holds (act.State), kept
//	          durably, and waits. Refused is what the network would refuse; a
//	          refusal says why and is no secret
//	content   an act that names a file waits until the file is there ([Gateway.Content]);
//	          a file is taken only if a waiting act names it
//	Sequence  what waits enters the log. Acts of a party enter in the order of their
//	          numbers; one whose predecessor is missing waits for it
//	Witness   every witness is asked to cosign; with a quorum the checkpoint counts
//	Publish   the files of that checkpoint are written, the checkpoint last
//
// Each step can be repeated, by several processes on one database: one of them at
// a time adds to the log, because the head is replaced only if it still is what
// the adder has read. A process that dies anywhere leaves a consistent log, and
// the next step of any process goes on from there.
//
// # Nothing is shown early
//
// An entry that is in the log but not under a cosigned checkpoint is in no file
// and no answer. So whoever sees an act sees it in the history that the witnesses
// have vouched for.
//
// # Limits
//
// An act has act.MaxSize bytes, a file [MaxContent]; [MaxWaiting] acts wait, of
// one party a tenth of them. What waits for its file or its predecessor for longer
// than [Patience] is refused.
package gateway

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/witness"
)

// Limits of what is taken.
const (
	MaxContent = 16 << 20         // bytes of a file
	MaxWaiting = 10_000           // acts that wait
	MaxSkew    = 10 * time.Minute // by which an act may be of the future
	Patience   = time.Hour        // for which an act waits for its file or its predecessor
	maxBatch   = 1000             // acts that enter the log at a time
)

var (
	// ErrBusy means that too many acts wait already.
	ErrBusy = errors.New("too many acts wait already")
	// ErrNotAsked means that no waiting act names this file.
	ErrNotAsked = errors.New("no act that waits names this file")
	// ErrNotThere means that the gateway has no such act.
	ErrNotThere = errors.New("the gateway has no such act")
	// ErrFuture means that an act was issued later than now.
	ErrFuture = errors.New("the act is of the future")
	// ErrQuorum means that too few witnesses have cosigned so far.
	ErrQuorum = tlog.ErrQuorum
)

// Options are what a gateway works with.
type Options struct {
	Root   []byte        // the root document with its signatures: the first entry
	Signer crypto.Signer // the log's Ed25519 key
	// Policy says which witnesses there are, where they are asked (their URLs), and
	// how many of them are enough, until the keyholders have said it in the log.
	Policy tlog.Policy
	DB     *store.DB
	Disk   func(folder string) srv.Disk // of the published files, by folder: "", "tile/0", ...
	HTTP   *http.Client                 // asks the witnesses
	Now    func() time.Time
	Log    *slog.Logger // what the operator should know: nothing of a person
	// Refresh is how old a checkpoint may become before the witnesses are asked for
	// newer cosignatures, though nothing was added. Zero: five minutes.
	Refresh time.Duration
}

// Gateway is one process's part in a gateway. Its methods may be called from
// several goroutines.
type Gateway struct {
	o       Options
	root    act.Root
	storage *storage

	mu    sync.Mutex // of what follows
	state *act.State // all that the log holds up to head; nil: to be read
	head  []byte

	seeing sync.Mutex
	seen   *act.State // all that is published

	publishing sync.Mutex
	asking     sync.Mutex
	known      map[string]int64 // by witness: the size that it has cosigned
}

// New opens a gateway on a database, and begins its log with the root document if
// there is none.
func New(ctx context.Context, o Options) (*Gateway, error) {
	root, err := act.OpenRoot(o.Root, "")
	if err != nil {
		return nil, fmt.Errorf("opening the gateway: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Refresh == 0 {
		o.Refresh = 5 * time.Minute
	}
	if len(o.Policy.Logs) != 1 || o.Policy.Logs[0].Name != root.Network {
		return nil, fmt.Errorf("opening the gateway: the policy must name one log, %s", root.Network)
	}
	k, err := tlog.NewKey(root.Network, tlog.LogEd25519, o.Signer.Public())
	if err != nil {
		return nil, fmt.Errorf("opening the gateway: %w", err)
	}
	if o.Policy.Logs[0].Key.String() != k.String() {
		return nil, errors.New("opening the gateway: the key is not that of the log which the policy names")
	}
	if err := o.DB.Migrate(ctx, "gateway", tables); err != nil {
		return nil, err
	}
	g := &Gateway{o: o, root: root, storage: &storage{db: o.DB, origin: root.Network}, known: map[string]int64{}}
	if err := g.begin(ctx); err != nil {
		return nil, fmt.Errorf("opening the gateway: %w", err)
	}
	return g, nil
}

func (g *Gateway) tree(s *sequel) *tlog.Tree {
	return &tlog.Tree{Origin: g.root.Network, Signer: g.o.Signer, Storage: s}
}

// newest is the newest checkpoint that the log has signed.
func (g *Gateway) newest(ctx context.Context) (tlog.Checkpoint, []byte, error) {
	return g.tree(&sequel{storage: g.storage}).Head(ctx)
}

// begin puts the root document into an empty log.
func (g *Gateway) begin(ctx context.Context) error {
	c, head, err := g.newest(ctx)
	if err != nil {
		return err
	}
	if c.Size == 0 {
		if _, _, err := g.tree(&sequel{storage: g.storage, from: head}).Append(ctx, g.o.Root); err != nil && !errors.Is(err, tlog.ErrConflict) {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.catchUp(ctx)
}

// catchUp reads what was added to the log since. The caller holds the lock.
func (g *Gateway) catchUp(ctx context.Context) (err error) {
	for range 3 { // what is read may just have been replaced by wider tiles
		if err = g.read(ctx); !errors.Is(err, tlog.ErrMissing) {
			return err
		}
	}
	return err
}

func (g *Gateway) read(ctx context.Context) error {
	_, head, err := g.newest(ctx)
	if err != nil {
		return err
	}
	if g.state == nil {
		g.state = act.NewState(g.root)
	}
	if err := g.fold(ctx, g.state, head); err != nil {
		g.state = nil
		return err
	}
	g.head = head
	return nil
}

// fold applies the entries of the log to a state, up to a checkpoint of ours.
func (g *Gateway) fold(ctx context.Context, s *act.State, note []byte) error {
	c, err := checkpointOf(note)
	if err != nil {
		return err
	}
	for s.Size() < c.Size {
		at := s.Size()
		entries, err := tlog.Entries(ctx, g.storage, c, at/tlog.Width)
		if err != nil {
			return err
		}
		for _, e := range entries[at%tlog.Width:] {
			_ = s.Apply(e) // what others would refuse counts for nothing here as well
		}
	}
	return nil
}

// Hash names an act: the SHA-256 of it with its signatures.
type Hash = [sha256.Size]byte

// Stage is how far an act has come.
type Stage string

// The stages.
const (
	NeedsContent Stage = "needs_content" // it waits for the file that it names
	Waiting      Stage = "waiting"       // it is kept, and will enter the log
	Witnessing   Stage = "witnessing"    // it is in the log; the witnesses are asked
	Shown        Stage = "published"     // everybody can see it
	Refused      Stage = "refused"
)

// Standing is how an act stands.
type Standing struct {
	Stage  Stage
	Index  int64      // of the entry, once it is Shown
	Needs  string     // SHA-256 of the file that it waits for, in hex
	Reason act.Reason // of a refusal
	Text   string
}

// Submit takes an act. It returns once the act is kept for good, and how it
// stands; the same act again is answered again. The error is an *act.Refusal,
// [ErrFuture] or [ErrBusy], if it is refused, and then nothing was kept.
func (g *Gateway) Submit(ctx context.Context, entry []byte) (Hash, Standing, error) {
	h := sha256.Sum256(entry)
	if st, err := g.Standing(ctx, h); !errors.Is(err, ErrNotThere) {
		return h, st, err
	}
	a, err := g.check(ctx, entry)
	if reason := act.ReasonOf(err); reason != "" && reason != act.Malformed {
		// What it builds on may be waiting: the admission of its country, a key.
		if _, late := g.Sequence(ctx); late != nil && !errors.Is(late, tlog.ErrConflict) {
			return h, Standing{}, late
		}
		a, err = g.check(ctx, entry)
	}
	now := g.o.Now()
	switch {
	case act.ReasonOf(err) == act.Gap: // its predecessor may be on its way
		a, err = peek(entry)
	case err == nil && a.By != "" && a.Issued.After(now.Add(MaxSkew)):
		err = ErrFuture
	}
	if err != nil {
		return h, Standing{}, err
	}
	w := waiting{hash: h, entry: entry, by: a.By, received: now}
	if d, ok := a.Body.(act.Document); ok {
		w.needs, w.size = d.Hash, d.Size
		if d.Size > MaxContent {
			return h, Standing{}, &act.Refusal{Reason: act.Content, Text: fmt.Sprintf("the file is longer than %d bytes", MaxContent)}
		}
	}
	if err := g.storage.wait(ctx, w); err != nil {
		return h, Standing{}, err
	}
	st, err := g.Standing(ctx, h)
	return h, st, err
}

// check says whether the log would take an act now.
func (g *Gateway) check(ctx context.Context, entry []byte) (act.Act, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.catchUp(ctx); err != nil {
		return act.Act{}, err
	}
	return g.state.Check(entry)
}

// Standing says how an act stands; [ErrNotThere].
func (g *Gateway) Standing(ctx context.Context, h Hash) (Standing, error) {
	return g.storage.standing(ctx, h)
}

// Content takes the file that a waiting act names. The error is [ErrNotAsked] if
// there is none, or an *act.Refusal if the party must not publish it; then the act
// is refused as well.
func (g *Gateway) Content(ctx context.Context, content []byte) error {
	if len(content) > MaxContent {
		return &act.Refusal{Reason: act.Content, Text: fmt.Sprintf("longer than %d bytes", MaxContent)}
	}
	h := sha256.Sum256(content)
	asked, err := g.storage.askers(ctx, h)
	if err != nil {
		return err
	}
	var refused error
	taken := false
	for _, w := range asked {
		a, err := peek(w.entry)
		if err != nil {
			return err
		}
		if err := act.CheckContent(a.By, a.Body.(act.Document), content); err != nil {
			refused = err
			if err := g.storage.refuse(ctx, w.hash, err); err != nil {
				return err
			}
			continue
		}
		taken = true
	}
	if !taken {
		if refused == nil {
			refused = ErrNotAsked
		}
		return refused
	}
	return g.storage.put(ctx, h, content, g.o.Now())
}

// Party says how a country stands in the network, as far as it is published.
type Party struct {
	Member       act.Member
	Keys         int // of its own that sign certificates now
	Recognitions int
	Documents    map[act.Class]int
	Waiting      int // acts of it that are not published yet
}

// Parties are all that are or were admitted. What is not published yet is counted,
// and otherwise unknown.
func (g *Gateway) Parties(ctx context.Context) ([]Party, error) {
	w, err := g.storage.witnessed(ctx)
	if err != nil || w.size < 0 {
		return nil, err
	}
	waiting, err := g.storage.unpublished(ctx, w.size)
	if err != nil {
		return nil, err
	}
	g.seeing.Lock()
	defer g.seeing.Unlock()
	if g.seen == nil || g.seen.Size() > w.size {
		g.seen = act.NewState(g.root)
	}
	if err := g.fold(ctx, g.seen, w.note); err != nil {
		g.seen = nil
		return nil, err
	}
	now := g.o.Now()
	count := map[string]*Party{}
	var out []Party
	for _, m := range g.seen.Members() {
		out = append(out, Party{Member: m, Documents: map[act.Class]int{}, Waiting: waiting[m.Code]})
	}
	for i := range out {
		count[out[i].Member.Code] = &out[i]
	}
	for _, k := range g.seen.Keys(now).All() {
		if p := count[k.Country]; p != nil {
			p.Keys++
		}
	}
	for _, r := range g.seen.Recognitions(now) {
		if p := count[r.By]; p != nil {
			p.Recognitions++
		}
	}
	for _, d := range g.seen.Documents(now) {
		if p := count[d.By]; p != nil && !d.Ended {
			p.Documents[d.Class]++
		}
	}
	return out, nil
}

func (g *Gateway) client(url string) witness.Client { return witness.Client{URL: url, HTTP: g.o.HTTP} }
