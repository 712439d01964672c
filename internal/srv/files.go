// Package srv answers one question: is what a service has acknowledged still there
// after the power went?
//
// [Files] is a folder whose files are replaced whole: after a loss of power at any
// moment a file is what it was before or what it was made to be, and once Replace
// has returned it is the latter. [Lock] keeps a second program out of the folder.
// The door to the disk is [Disk], so that tests can pull the plug.
package srv

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Disk is the door to a folder.
type Disk interface {
	// Names lists the files.
	Names() ([]string, error)
	// Read returns what a file holds; an error that is fs.ErrNotExist if there is none.
	Read(name string) ([]byte, error)
	// Create opens a new file to write, or an old one, which it empties.
	Create(name string) (File, error)
	// Rename gives a file another name, at once, and takes that from the one that had it.
	Rename(from, to string) error
	// Remove removes a file.
	Remove(name string) error
	// Sync returns once the names of files are safe against a loss of power.
	Sync() error
}

// File is a file that is being written.
type File interface {
	io.Writer
	// Sync returns once what was written is safe against a loss of power.
	Sync() error
	Close() error
}

// Files are the files of a folder, each of which is replaced whole. The caller
// sees to it that no two replace one file at a time.
type Files struct{ Disk Disk }

// part is how the name of a file ends that is being written.
const part = ".part"

// Read returns what a file holds; nil if there is none.
func (f Files) Read(name string) ([]byte, error) {
	b, err := f.Disk.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return b, nil
}

// Replace makes a file hold data, and returns once that is safe. On error the file
// is as it was, or holds data: read it again.
func (f Files) Replace(name string, data []byte) error {
	if err := f.replace(name, data); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

func (f Files) replace(name string, data []byte) error {
	w, err := f.Disk.Create(name + part)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
		return err
	}
	if err := f.Disk.Rename(name+part, name); err != nil {
		return err
	}
	return f.Disk.Sync()
}

// Names lists the files, without those that were never finished.
func (f Files) Names() ([]string, error) {
	all, err := f.Disk.Names()
	if err != nil {
		return nil, fmt.Errorf("listing files: %w", err)
	}
	var names []string
	for _, n := range all {
		if !strings.HasSuffix(n, part) {
			names = append(names, n)
		}
	}
	return names, nil
}

// Folder is a [Disk] on a real one. The folder is made when the first file is.
type Folder string

// Names implements [Disk].
func (f Folder) Names() ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Read implements [Disk].
func (f Folder) Read(name string) ([]byte, error) { return os.ReadFile(f.path(name)) }

// Create implements [Disk].
func (f Folder) Create(name string) (File, error) {
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(f.path(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
}

// Rename implements [Disk].
func (f Folder) Rename(from, to string) error { return os.Rename(f.path(from), f.path(to)) }

// Remove implements [Disk].
func (f Folder) Remove(name string) error { return os.Remove(f.path(name)) }

func (f Folder) path(name string) string { return filepath.Join(string(f), name) }

// Sync implements [Disk]. The folder above is told as well, because this one may
// be new. Windows has no such call: names are safe there with the file.
func (f Folder) Sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return errors.Join(syncFolder(string(f)), syncFolder(filepath.Dir(string(f))))
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ErrLocked means that another program works in the folder.
var ErrLocked = errors.New("another program works in this folder")

// Lock keeps other programs out of the folder until it is closed, or this program
// ends, however it does. The error is [ErrLocked] if another was first.
func (f Folder) Lock() (io.Closer, error) {
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return nil, err
	}
	return lock(f.path("lock"))
}
