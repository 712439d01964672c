package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// How a file that exists is written again: whole or not at all, whatever
// happens in between. The new content goes into a file beside it, is synced,
// takes the name, and the folder is synced. Who is interrupted, or loses power,
// has the old file or the new one.

// disk is the door to the disk for this. Rename and Sync return once it is safe.
type disk interface {
	// Create makes a new file beside a name, for its owner alone.
	Create(beside string) (diskFile, error)
	Rename(old, name string) error
	Remove(name string) error
	// SyncFolder makes the names in the folder of a file safe.
	SyncFolder(of string) error
}

type diskFile interface {
	io.WriteCloser
	Name() string
	Sync() error
}

// replaceFile puts data in the place of a file, which need not be there yet. A
// link is followed.
func replaceFile(name string, data []byte, mode os.FileMode) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return replaceOn(realDisk{mode}, name, data)
}

func replaceOn(d disk, name string, data []byte) error {
	f, err := d.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = d.Rename(f.Name(), name)
	}
	if err != nil {
		d.Remove(f.Name())
		return err
	}
	return d.SyncFolder(name)
}

type realDisk struct{ mode os.FileMode }

func (d realDisk) Create(beside string) (diskFile, error) {
	f, err := os.CreateTemp(filepath.Dir(beside), ".pratique-*.new")
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(d.mode); err != nil && runtime.GOOS != "windows" {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

func (realDisk) Rename(old, name string) error { return os.Rename(old, name) }
func (realDisk) Remove(name string) error      { return os.Remove(name) }

// SyncFolder does nothing on Windows, which has no such call.
func (realDisk) SyncFolder(of string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Dir(of))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
