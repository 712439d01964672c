package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

var errPower = errors.New("no power")

// platter is a disk that keeps what was synced, and of the rest what chance
// decides, when the power goes; or that fails at a step and goes on.
type platter struct {
	names map[string]*track // as programs see them
	safe  map[string]*track // as they are after the power went, if nothing was lucky
	steps int               // until the power goes, or a step fails
	fails bool              // it is a fault of one step, and not the power
	off   bool
	made  int
}

type track struct {
	seen, safe []byte
}

func (p *platter) step() error {
	if p.off {
		return errPower
	}
	if p.steps--; p.steps == -1 {
		p.off = !p.fails
		return errPower
	}
	return nil
}

func (p *platter) Create(beside string) (diskFile, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	p.made++
	name := fmt.Sprint(".new", p.made)
	t := &track{}
	p.names[name] = t
	return &draft{p, name, t}, nil
}

func (p *platter) Rename(old, name string) error {
	if err := p.step(); err != nil {
		return err
	}
	p.names[name] = p.names[old]
	delete(p.names, old)
	return nil
}

func (p *platter) Remove(name string) error {
	if err := p.step(); err != nil {
		return err
	}
	delete(p.names, name)
	return nil
}

func (p *platter) SyncFolder(string) error {
	if err := p.step(); err != nil {
		return err
	}
	p.safe = maps.Clone(p.names)
	return nil
}

type draft struct {
	p    *platter
	name string
	t    *track
}

func (h *draft) Name() string { return h.name }
func (h *draft) Close() error { return h.p.step() }

// Write writes half of it before the power goes.
func (h *draft) Write(b []byte) (int, error) {
	if err := h.p.step(); err != nil {
		h.t.seen = append(h.t.seen, b[:len(b)/2]...)
		return len(b) / 2, err
	}
	h.t.seen = append(h.t.seen, b...)
	return len(b), nil
}

func (h *draft) Sync() error {
	if err := h.p.step(); err != nil {
		return err
	}
	h.t.safe = bytes.Clone(h.t.seen)
	return nil
}

// after are what the file may hold after the power went: the names may have
// become safe or not, and so may what was written.
func (p *platter) after(name string) [][]byte {
	var out [][]byte
	for _, names := range []map[string]*track{p.names, p.safe} {
		if t, ok := names[name]; ok {
			out = append(out, t.seen, t.safe)
		} else {
			out = append(out, nil)
		}
	}
	return out
}

// At whichever step the power goes or the disk fails, the file is the old one or
// the new one, whole; and what was acknowledged is the new one.
func TestAFileIsOldOrNewWhateverHappens(t *testing.T) {
	older, newer := []byte("the old wallet"), []byte("the new wallet, which is longer")
	for _, old := range [][]byte{older, nil} { // there is an old file, or none
		for _, fails := range []bool{false, true} {
			steps := 0
			for done := false; !done; steps++ {
				p := &platter{names: map[string]*track{}, steps: steps, fails: fails}
				if old != nil {
					p.names["f"] = &track{old, old}
				}
				p.safe = maps.Clone(p.names)
				err := replaceOn(p, "f", newer)
				done = err == nil
				outcomes := p.after("f")
				if fails { // the power is on: what programs see counts
					outcomes = outcomes[:1]
				}
				for _, got := range outcomes {
					if done && !bytes.Equal(got, newer) {
						t.Errorf("acknowledged, and it holds %q", got)
					}
					if !bytes.Equal(got, old) && !bytes.Equal(got, newer) {
						t.Errorf("step %d (fault %v): it holds %q", steps, fails, got)
					}
				}
				if _, there := p.names[".new1"]; there && !p.off {
					t.Errorf("step %d: the file in between was left", steps)
				}
			}
			if steps < 7 {
				t.Errorf("only %d steps: create, write, sync, close, rename and the folder are six", steps)
			}
		}
	}
}

// On a real disk: the mode is the owner's alone, a link is followed, and what
// cannot be written leaves the old file and nothing else.
func TestReplaceOnARealDisk(t *testing.T) {
	dir := t.TempDir()
	name, link := filepath.Join(dir, "a.wallet"), filepath.Join(dir, "link")
	if err := replaceFile(name, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Symlink(name, link); err == nil {
		if err := replaceFile(link, []byte("2"), 0o600); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Error("the link was replaced by a file")
		}
		if b, err := os.ReadFile(name); err != nil || string(b) != "2" {
			t.Errorf("%q, %v", b, err)
		}
	}
	if err := replaceFile(filepath.Join(dir, "no", "folder"), []byte("3"), 0o600); err == nil {
		t.Error("written into a folder that is not there")
	}
	if err := replaceFile(dir, []byte("3"), 0o600); err == nil {
		t.Error("written over a folder")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	entries, err = between(filepath.Dir(dir))
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind beside: %v, %v", entries, err)
	}
}

// between lists the files in between of a folder.
func between(dir string) ([]os.DirEntry, error) {
	all, err := os.ReadDir(dir)
	var out []os.DirEntry
	for _, e := range all {
		if ok, _ := filepath.Match(".pratique-*.new", e.Name()); ok {
			out = append(out, e)
		}
	}
	return out, err
}
