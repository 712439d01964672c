package desk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Folder is a [Disk] on a real one. The folder is made when the first file is.
type Folder string

// Names implements [Disk].
func (f Folder) Names() ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if isMissing(err) {
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
func (f Folder) Read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), name))
}

// Append implements [Disk].
func (f Folder) Append(name string) (File, error) {
	if err := os.MkdirAll(string(f), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(string(f), name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
}

// Sync implements [Disk]. The folder above is told as well, because this one
// may be new. Windows has no such call: names are safe there with the file.
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

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
