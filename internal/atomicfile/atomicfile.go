package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Options say how a file is written.
type Options struct {
	// Mode is the file's, whatever the umask. 0 keeps that of the file that is
	// replaced; a new one is for its owner only.
	Mode fs.FileMode
	// Follow writes the file that is there, where a link leads to. Without it a
	// link is replaced: who laid it does not choose what is written.
	Follow bool
	// Unsynced is for what says nothing any more after a power cut: the disk is
	// not waited for.
	Unsynced bool
}

// File is a file that is being written, aside.
type File struct {
	aside    *os.File
	name     string
	mode     fs.FileMode
	unsynced bool
	// sync brings a file or a folder to the disk.
	sync func(*os.File) error
}

// Create begins a file, in the folder where it will be.
func Create(name string, o Options) (*File, error) {
	if o.Follow {
		target, err := filepath.EvalSymlinks(name)
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the file
		}
		name = target
	}
	if info, err := os.Lstat(name); o.Mode == 0 && err == nil && info.Mode().IsRegular() { //nolint:gosec // the caller names the file
		o.Mode = info.Mode().Perm()
	}
	aside, err := os.CreateTemp(filepath.Dir(name), ".sigilform-*")
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the file
	}
	return &File{aside: aside, name: name, mode: o.Mode, unsynced: o.Unsynced, sync: (*os.File).Sync}, nil
}

// Write adds to the file.
func (f *File) Write(b []byte) (int, error) {
	return f.aside.Write(b) //nolint:wrapcheck // a file is transparent
}

// Close puts the file in its place. With an error, the caller's or one of its
// own, it takes it away instead and returns the error.
func (f *File) Close(err error) error {
	if err == nil && f.mode != 0 {
		err = f.aside.Chmod(f.mode)
	}
	if err == nil && !f.unsynced {
		err = f.sync(f.aside)
	}
	if err = errors.Join(err, f.aside.Close()); err == nil {
		err = os.Rename(f.aside.Name(), f.name) //nolint:gosec // the caller names the file
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.aside.Name())) //nolint:gosec // it is the one that Create made
	}
	if f.unsynced {
		return nil
	}
	return syncFolder(filepath.Dir(f.name), f.sync)
}

// Put writes a file of this text.
func Put(name string, text []byte, o Options) error {
	f, err := Create(name, o)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return f.Close(err)
}

// SyncFolder brings the names in a folder to the disk.
func SyncFolder(name string) error { return syncFolder(name, (*os.File).Sync) }

// syncFolder leaves alone a folder of which this can't be asked: one that may be
// written and not read, or is on a file system that knows no such thing.
func syncFolder(name string, sync func(*os.File) error) error {
	f, err := os.Open(name) //nolint:gosec // a folder in which something was written
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err //nolint:wrapcheck // it names the folder
	}
	err = sync(f)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
