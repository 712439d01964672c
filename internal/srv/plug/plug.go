// Package plug answers one question: what is on the disk after somebody has pulled
// the plug?
//
// A [Platter] is a disk for tests. It shows programs what they have written, and
// keeps of it, when the power goes, only what they have synced; of the rest some
// may be there, torn or as rubbish, and a new name may be there or not.
package plug

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/pratique/pratique/internal/srv"
)

// ErrPower means that the power is off.
var ErrPower = errors.New("no power")

// Platter is an [srv.Disk]. The zero Platter is empty and has no power; see [New].
type Platter struct {
	Steps int // until the power goes; negative: never

	files map[string]*content // as programs see them
	names map[string]*content // as the disk has them
	moves []func(map[string]*content)
}

type content struct{ safe, written []byte }

// New is an empty disk whose power does not go.
func New() *Platter {
	return &Platter{Steps: -1, files: map[string]*content{}, names: map[string]*content{}}
}

var _ srv.Disk = (*Platter)(nil)

func (p *Platter) step() error {
	if p.Steps == 0 {
		return ErrPower
	}
	p.Steps--
	return nil
}

// move changes names, for programs at once and on the disk perhaps later.
func (p *Platter) move(f func(map[string]*content)) {
	f(p.files)
	p.moves = append(p.moves, f)
}

// Names implements [srv.Disk].
func (p *Platter) Names() ([]string, error) {
	return slices.Sorted(maps.Keys(p.files)), p.step()
}

// Read implements [srv.Disk].
func (p *Platter) Read(name string) ([]byte, error) {
	c, ok := p.files[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Clone(c.written), p.step()
}

// Create implements [srv.Disk].
func (p *Platter) Create(name string) (srv.File, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	c, ok := p.files[name]
	if !ok {
		c = new(content)
		p.move(func(m map[string]*content) { m[name] = c })
	}
	c.written = nil // emptied, though not yet on the disk
	return &track{p, c}, nil
}

// Rename implements [srv.Disk].
func (p *Platter) Rename(from, to string) error {
	if err := p.step(); err != nil {
		return err
	}
	c, ok := p.files[from]
	if !ok {
		return fs.ErrNotExist
	}
	p.move(func(m map[string]*content) { delete(m, from); m[to] = c })
	return nil
}

// Remove implements [srv.Disk].
func (p *Platter) Remove(name string) error {
	if err := p.step(); err != nil {
		return err
	}
	p.move(func(m map[string]*content) { delete(m, name) })
	return nil
}

// Sync implements [srv.Disk].
func (p *Platter) Sync() error {
	if err := p.step(); err != nil {
		return err
	}
	p.names, p.moves = maps.Clone(p.files), nil
	return nil
}

type track struct {
	p *Platter
	c *content
}

func (t *track) Write(b []byte) (int, error) {
	if err := t.p.step(); err != nil {
		return 0, err
	}
	t.c.written = append(t.c.written, b...)
	return len(b), nil
}

func (t *track) Sync() error {
	if err := t.p.step(); err != nil {
		return err
	}
	t.c.safe = slices.Clone(t.c.written)
	return nil
}

func (t *track) Close() error { return t.p.step() }

// Cut is the disk after the power went: some of the changes of names that were not
// synced have come to it, in their order, and of contents that were not synced the
// old, the new, a part of it or rubbish.
func (p *Platter) Cut(r *rand.Rand) *Platter {
	names := maps.Clone(p.names)
	for _, m := range p.moves[:r.IntN(len(p.moves)+1)] {
		m(names)
	}
	q := New()
	for n, c := range names {
		b := slices.Clone(c.safe)
		if !slices.Equal(c.safe, c.written) {
			switch r.IntN(4) {
			case 0:
				b = slices.Clone(c.written)
			case 1:
				b = slices.Clone(c.written[:r.IntN(len(c.written)+1)])
			case 2:
				b = []byte{0, 'x', '\n', 0xFF}[:r.IntN(5)]
			}
		}
		d := &content{b, slices.Clone(b)}
		q.files[n], q.names[n] = d, d
	}
	return q
}
