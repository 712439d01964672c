package tlog

import (
	"context"
	"crypto"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// Width is how many hashes, or entries, a full tile has.
const Width = 256

const tileHeight = 8

var (
	// ErrConflict means that the log has grown meanwhile by another's hand: read
	// its head and try again.
	ErrConflict = errors.New("the log has grown meanwhile")
	// ErrDamaged means that the files of a log do not agree with its checkpoint.
	ErrDamaged = errors.New("the log's files do not agree with its checkpoint")
	// ErrMissing means that a log has no such file; a [Source] wraps it.
	ErrMissing = errors.New("the log has no such file")
)

// Source is the door to the files of a log, by the names that c2sp.org/tlog-tiles
// gives them: "tile/0/000", "tile/entries/x001/234.p/7". What it gives is
// believed only where it agrees with a checkpoint.
type Source interface {
	// Read returns a file; an error that is [ErrMissing] if there is none.
	Read(ctx context.Context, path string) ([]byte, error)
}

// Storage is the door to where a log is kept. All methods may be called from
// several goroutines and programs.
type Storage interface {
	Source
	// Head returns the newest checkpoint of the log as it signed it; none: nil.
	Head(ctx context.Context) ([]byte, error)
	// Commit stores files and the checkpoint that needs them, all or nothing, and
	// returns once they are safe against a loss of power. If the head is not old
	// any more it stores nothing and returns [ErrConflict]. A partial tile may have
	// been stored before, by a Commit that has failed; then the new one stands.
	Commit(ctx context.Context, old, head []byte, files map[string][]byte) error
}

// Tree is a log to which entries are added. It keeps nothing in memory but its
// settings: several programs may add to one log, and one of them at a time will.
type Tree struct {
	Origin  string
	Signer  crypto.Signer // an Ed25519 key
	Storage Storage
}

// Head returns the newest checkpoint that the log has signed, and it as a note.
// Of a log that has not begun both are zero.
func (t *Tree) Head(ctx context.Context) (Checkpoint, []byte, error) {
	head, err := t.Storage.Head(ctx)
	if err != nil || head == nil {
		return Checkpoint{}, nil, err
	}
	k, err := NewKey(t.Origin, LogEd25519, t.Signer.Public())
	if err != nil {
		return Checkpoint{}, nil, err
	}
	w, err := Policy{Logs: []Party{{Name: k.Name, Key: k}}, quorum: none}.Open(head)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("reading the log's head: %w", err)
	}
	return w.Checkpoint, head, nil
}

// Append adds entries, in this order, and returns the index of the first of them
// and the new checkpoint, signed. Nobody has cosigned that yet. Adding nothing to
// a log that has not begun begins it. The error is [ErrConflict] if another was
// faster.
func (t *Tree) Append(ctx context.Context, entries ...[]byte) (first int64, head []byte, err error) {
	old, oldHead, err := t.Head(ctx)
	if err != nil {
		return 0, nil, err
	}
	if len(entries) == 0 && oldHead != nil {
		return old.Size, oldHead, nil
	}
	if oldHead == nil {
		old.Root = emptyRoot
	}
	for _, e := range entries {
		if len(e) == 0 || len(e) > MaxEntry {
			return 0, nil, fmt.Errorf("adding to log: an entry has 1 to %d bytes", MaxEntry)
		}
	}
	g, err := grow(ctx, t.Storage, old, entries)
	if err != nil {
		return 0, nil, fmt.Errorf("adding to log: %w", err)
	}
	next := Checkpoint{Origin: t.Origin, Size: g.size, Root: g.root}
	if head, err = Sign(next, t.Signer); err != nil {
		return 0, nil, fmt.Errorf("adding to log: %w", err)
	}
	if err := t.Storage.Commit(ctx, oldHead, head, g.files); err != nil {
		return 0, nil, fmt.Errorf("adding to log: %w", err)
	}
	return old.Size, head, nil
}

// growth is a log with new entries: its size, root and new files.
type growth struct {
	size  int64
	root  Hash
	files map[string][]byte
}

func grow(ctx context.Context, s Source, old Checkpoint, entries [][]byte) (growth, error) {
	fresh := map[int64]Hash{} // hashes that are new, by their place in storage
	before := reader(ctx, s, old)
	hashes := merkle.HashReaderFunc(func(at []int64) ([]Hash, error) {
		out := make([]Hash, len(at))
		var ask, where []int64
		for i, n := range at {
			h, ok := fresh[n]
			if !ok {
				ask, where = append(ask, n), append(where, int64(i))
			}
			out[i] = h
		}
		if len(ask) == 0 {
			return out, nil
		}
		got, err := before.ReadHashes(ask)
		if err != nil {
			return nil, err
		}
		for i, h := range got {
			out[where[i]] = h
		}
		return out, nil
	})
	g := growth{size: old.Size, root: old.Root, files: map[string][]byte{}}
	for _, e := range entries {
		hs, err := merkle.StoredHashes(g.size, e, hashes)
		if err != nil {
			return growth{}, err
		}
		at := merkle.StoredHashIndex(0, g.size)
		for i, h := range hs {
			fresh[at+int64(i)] = h
		}
		g.size++
	}
	if g.size == 0 {
		g.root = emptyRoot
		return g, nil
	}
	var err error
	if g.root, err = merkle.TreeHash(g.size, hashes); err != nil {
		return growth{}, err
	}
	for _, tile := range merkle.NewTiles(tileHeight, old.Size, g.size) {
		if g.files[tilePath(tile)], err = merkle.ReadTileData(tile, hashes); err != nil {
			return growth{}, err
		}
	}
	return g, g.bundle(ctx, s, old, entries)
}

// bundle adds the files of the entries.
func (g *growth) bundle(ctx context.Context, s Source, old Checkpoint, entries [][]byte) error {
	if len(entries) == 0 {
		return nil
	}
	n := old.Size
	var data []byte
	if w := n % Width; w > 0 {
		have, err := Entries(ctx, s, old, n/Width)
		if err != nil {
			return err
		}
		for _, e := range have {
			data = appendEntry(data, e)
		}
	}
	for _, e := range entries {
		data = appendEntry(data, e)
		if n++; n%Width == 0 || n == g.size {
			g.files[EntriesPath((n-1)/Width, int((n-1)%Width)+1)] = data
			data = nil
		}
	}
	return nil
}

func appendEntry(b, e []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(e))), e...)
}

// tilePath is the path of a tile, as C2SP writes it: without the height.
func tilePath(t merkle.Tile) string { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }

// EntriesPath is the path of the entries from n times [Width] on, of which there
// are w, at most Width.
func EntriesPath(n int64, w int) string {
	return strings.Replace(merkle.Tile{H: tileHeight, L: -1, N: n, W: w}.Path(), "tile/8/data/", "tile/entries/", 1)
}

// tiles reads tiles for package merkle.
type tiles struct {
	ctx context.Context
	s   Source
}

func (t tiles) Height() int                       { return tileHeight }
func (t tiles) SaveTiles([]merkle.Tile, [][]byte) {}

func (t tiles) ReadTiles(want []merkle.Tile) ([][]byte, error) {
	out := make([][]byte, len(want))
	for i, w := range want {
		data, err := part(t.ctx, t.s, tilePath(w), func() (string, int) {
			full := w
			full.W = Width
			return tilePath(full), w.W * merkle.HashSize
		})
		if err != nil {
			return nil, err
		}
		out[i] = data
	}
	return out, nil
}

// part reads a file, or, where a partial one has been dropped because there is
// the full one by now, the beginning of that.
func part(ctx context.Context, s Source, path string, full func() (string, int)) ([]byte, error) {
	b, err := s.Read(ctx, path)
	if !errors.Is(err, ErrMissing) {
		return b, err
	}
	name, n := full()
	if name == path {
		return nil, err
	}
	b, wrong := s.Read(ctx, name)
	if wrong != nil || len(b) < n {
		return nil, err
	}
	return b[:n], nil
}

// reader reads the hashes of a log and holds each against the checkpoint.
func reader(ctx context.Context, s Source, c Checkpoint) merkle.HashReader {
	if c.Size == 0 {
		return merkle.HashReaderFunc(func([]int64) ([]Hash, error) { return nil, ErrDamaged })
	}
	r := merkle.TileHashReader(merkle.Tree{N: c.Size, Hash: c.Root}, tiles{ctx, s})
	return merkle.HashReaderFunc(func(at []int64) ([]Hash, error) {
		hs, err := r.ReadHashes(at)
		if err != nil && !errors.Is(err, ErrMissing) && ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return hs, err
	})
}

// Entries returns the entries of a log from n times [Width] on, up to the size of
// the checkpoint or Width of them, each held against it.
func Entries(ctx context.Context, s Source, c Checkpoint, n int64) ([][]byte, error) {
	w := min(c.Size-n*Width, Width)
	if n < 0 || w <= 0 {
		return nil, fmt.Errorf("reading entries: %w", ErrMissing)
	}
	full := false
	data, err := s.Read(ctx, EntriesPath(n, int(w)))
	if errors.Is(err, ErrMissing) && w < Width {
		full = true
		data, err = s.Read(ctx, EntriesPath(n, Width))
	}
	if err != nil {
		return nil, fmt.Errorf("reading entries: %w", err)
	}
	out := make([][]byte, 0, w)
	at := make([]int64, 0, w)
	for i := range w {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("reading entries: %w", ErrDamaged)
		}
		l := 2 + int(binary.BigEndian.Uint16(data))
		out, data = append(out, data[2:l:l]), data[l:]
		at = append(at, merkle.StoredHashIndex(0, n*Width+i))
	}
	if len(data) > 0 && !full {
		return nil, fmt.Errorf("reading entries: %w", ErrDamaged)
	}
	hs, err := reader(ctx, s, c).ReadHashes(at)
	if err != nil {
		return nil, fmt.Errorf("reading entries: %w", err)
	}
	for i, e := range out {
		if EntryHash(e) != hs[i] {
			return nil, fmt.Errorf("reading entries: %w", ErrDamaged)
		}
	}
	return out, nil
}

// Consistency proves that the tree of a checkpoint begins with one of the size old.
func Consistency(ctx context.Context, s Source, c Checkpoint, old int64) ([]Hash, error) {
	if old < 0 || old > c.Size {
		return nil, fmt.Errorf("proving consistency: %w", ErrMissing)
	}
	if old == 0 || old == c.Size {
		return nil, nil
	}
	p, err := merkle.ProveTree(c.Size, old, reader(ctx, s, c))
	if err != nil {
		return nil, fmt.Errorf("proving consistency: %w", err)
	}
	return p, nil
}

// Prove makes the offline proof of the entry at an index under a checkpoint, whose
// note w holds.
func Prove(ctx context.Context, s Source, w Witnessed, index int64) (Proof, error) {
	if index < 0 || index >= w.Size {
		return Proof{}, fmt.Errorf("proving entry: %w", ErrMissing)
	}
	hs, err := merkle.ProveRecord(w.Size, index, reader(ctx, s, w.Checkpoint))
	if err != nil {
		return Proof{}, fmt.Errorf("proving entry: %w", err)
	}
	return Proof{Index: index, Hashes: hs, Note: w.Note}, nil
}

// Memory is a [Storage] that forgets: for demos and tests. The zero Memory is empty.
type Memory struct {
	mu    sync.Mutex
	head  []byte
	files map[string][]byte
}

// Read implements [Source].
func (m *Memory) Read(_ context.Context, path string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.files[path]
	if !ok {
		return nil, ErrMissing
	}
	return b, nil
}

// Head implements [Storage].
func (m *Memory) Head(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, nil
}

// Commit implements [Storage].
func (m *Memory) Commit(_ context.Context, old, head []byte, files map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if string(m.head) != string(old) {
		return ErrConflict
	}
	if m.files == nil {
		m.files = map[string][]byte{}
	}
	maps.Copy(m.files, files)
	m.head = head
	return nil
}

// Files returns a copy of all files, by path, without the checkpoint.
func (m *Memory) Files() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.files)
}
