package storetest

import (
	"io"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Disk is a file system for SQLite whose power can go. Programs see what they
// have written. When the power goes, a file keeps what was synced; of each later
// write, sector by sector, some may be there and some not. A file that was made
// or removed is so after a sync of it or of the folder, before that perhaps.
//
// The model is that of a disk that tells the truth about syncing and writes a
// sector of 512 bytes whole or not at all.
type Disk struct {
	name string

	mu    sync.Mutex
	steps int // until the power goes; negative: never
	made  int // steps since the power came
	age   int // how often the power has come back: files of before are gone
	files map[string]*sectors
	names map[string]*sectors // as the disk has them
}

const sector = 512

// sectors is a file: as it is seen, and as it is safe.
type sectors struct {
	seen, safe []byte
	shrunk     int // the shortest that it was since the last sync
}

// NewDisk makes an empty disk. Two may not have the same name at a time.
func NewDisk(name string) *Disk {
	d := &Disk{name: "pratique-" + name, steps: -1, files: map[string]*sectors{}, names: map[string]*sectors{}}
	vfs.Register(d.name, d)
	return d
}

// Address is what store.Open takes.
func (d *Disk) Address() string { return "sqlite:/test.db?vfs=" + d.name }

// Close forgets the disk.
func (d *Disk) Close() { vfs.Unregister(d.name) }

// CutAfter lets the power go after so many further writes, syncs, and changes of
// names; each later one fails.
func (d *Disk) CutAfter(steps int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps, d.made = steps, 0
}

// Steps is how many there were since CutAfter or Restore.
func (d *Disk) Steps() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.made
}

// Restore brings the power back. What was not synced is there or not, as the
// random source says. Databases that were open see nothing of it any more.
func (d *Disk) Restore(r *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	there := map[string]*sectors{}
	for name, f := range d.names {
		if d.files[name] == f || r.IntN(2) == 0 { // a removal that was not synced
			there[name] = f.afterwards(r)
		}
	}
	for name, f := range d.files {
		if d.names[name] != f && r.IntN(2) == 0 { // a new name that was not
			there[name] = f.afterwards(r)
		}
	}
	d.names, d.files = map[string]*sectors{}, there
	for name, f := range there {
		d.names[name] = f
	}
	d.steps, d.made = -1, 0
	d.age++
}

// afterwards is what is left of a file.
func (f *sectors) afterwards(r *rand.Rand) *sectors {
	size := len(f.safe)
	if len(f.seen) != size && r.IntN(2) == 0 { // its length is of before or of after
		size = len(f.seen)
	}
	out := make([]byte, size)
	for at := 0; at < size; at += sector {
		end := min(at+sector, size)
		from := f.safe
		if at >= f.shrunk && at < len(f.safe) && r.IntN(2) == 0 {
			from = nil // it was cut off in between
		}
		if !same(f.safe, f.seen, at, end) && r.IntN(2) == 0 {
			from = f.seen
		}
		if at < len(from) {
			copy(out[at:end], from[at:min(end, len(from))])
		}
	}
	return &sectors{seen: out, safe: append([]byte(nil), out...), shrunk: len(out)}
}

func same(a, b []byte, at, end int) bool {
	cut := func(x []byte) string { return string(x[min(at, len(x)):min(end, len(x))]) }
	return cut(a) == cut(b)
}

// step counts one, and fails without power. The caller holds the lock.
func (d *Disk) step() error {
	if d.steps == 0 {
		return sqlite3.IOERR
	}
	d.steps--
	d.made++
	return nil
}

// Open implements vfs.VFS.
func (d *Disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if name == "" || flags&(vfs.OPEN_TEMP_DB|vfs.OPEN_TEMP_JOURNAL|vfs.OPEN_TRANSIENT_DB|vfs.OPEN_SUBJOURNAL) != 0 {
		return &handle{disk: d, age: d.age, of: new(sectors), passing: true}, flags, nil
	}
	f, ok := d.files[name]
	if !ok {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		if d.step() != nil {
			return nil, flags, sqlite3.CANTOPEN
		}
		f = new(sectors)
		d.files[name] = f
	}
	return &handle{disk: d, age: d.age, of: f, name: name}, flags, nil
}

// Delete implements vfs.VFS.
func (d *Disk) Delete(name string, syncDir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return sqlite3.IOERR_DELETE
	}
	if _, ok := d.files[name]; !ok {
		return sqlite3.IOERR_DELETE_NOENT
	}
	delete(d.files, name)
	if syncDir {
		d.syncNames()
	}
	return nil
}

func (d *Disk) syncNames() {
	d.names = map[string]*sectors{}
	for name, f := range d.files {
		d.names[name] = f
	}
}

// Access implements vfs.VFS.
func (d *Disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.files[name]
	return ok, nil
}

// FullPathname implements vfs.VFS.
func (d *Disk) FullPathname(name string) (string, error) {
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	return name, nil
}

// handle is an open file. Locks are the business of the one connection that a
// database on a Disk has.
type handle struct {
	disk    *Disk
	of      *sectors
	name    string
	age     int
	passing bool // a file that nobody wants to see again
	lock    vfs.LockLevel
}

func (h *handle) step() error {
	if h.age != h.disk.age {
		return sqlite3.IOERR // it belongs to a program that died with the power
	}
	if h.passing {
		return nil
	}
	return h.disk.step()
}

func (h *handle) ReadAt(p []byte, off int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.age != h.disk.age {
		return 0, sqlite3.IOERR_READ
	}
	if off >= int64(len(h.of.seen)) {
		return 0, io.EOF
	}
	n := copy(p, h.of.seen[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.step() != nil {
		return 0, sqlite3.IOERR_WRITE
	}
	if end := int(off) + len(p); end > len(h.of.seen) {
		h.of.seen = append(h.of.seen, make([]byte, end-len(h.of.seen))...)
	}
	return copy(h.of.seen[off:], p), nil
}

func (h *handle) Truncate(size int64) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.step() != nil {
		return sqlite3.IOERR_TRUNCATE
	}
	if int(size) <= len(h.of.seen) {
		h.of.seen = h.of.seen[:size:size]
		h.of.shrunk = min(h.of.shrunk, int(size))
	} else {
		h.of.seen = append(h.of.seen, make([]byte, int(size)-len(h.of.seen))...)
	}
	return nil
}

func (h *handle) Sync(vfs.SyncFlag) error {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	if h.step() != nil {
		return sqlite3.IOERR_FSYNC
	}
	h.of.safe = append([]byte(nil), h.of.seen...)
	h.of.shrunk = len(h.of.seen)
	if !h.passing && h.disk.files[h.name] == h.of && h.disk.names[h.name] != h.of {
		h.disk.syncNames() // the first sync of a file is one of its folder as well
	}
	return nil
}

func (h *handle) Size() (int64, error) {
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	return int64(len(h.of.seen)), nil
}

func (h *handle) Close() error                     { return nil }
func (h *handle) Lock(l vfs.LockLevel) error       { h.lock = l; return nil }
func (h *handle) Unlock(l vfs.LockLevel) error     { h.lock = l; return nil }
func (h *handle) CheckReservedLock() (bool, error) { return h.lock >= vfs.LOCK_RESERVED, nil }
func (h *handle) SectorSize() int                  { return sector }
func (h *handle) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return 0
}
