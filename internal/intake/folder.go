package intake

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// errIrregular is why something in a folder is not read.
var errIrregular = errors.New("it is not a regular file")

// Folder is a folder as a configuration sees it: nothing outside it, and regular
// files only. A pipe or a device is not even opened: to do so may wait for ever.
type Folder struct{ Root *os.Root }

// Open opens a file or a folder.
func (f Folder) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	info, err := f.Root.Stat(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // a file system is transparent
	}
	if !readable(info) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	file, err := f.Root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err //nolint:wrapcheck // a file system is transparent
	}
	// It may be another one by now.
	if info, err = file.Stat(); err != nil || !readable(info) {
		_ = file.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	return file, nil
}

func readable(info fs.FileInfo) bool { return info.IsDir() || info.Mode().IsRegular() }

// Stat asks for a file without opening it.
func (f Folder) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	return f.Root.Stat(name) //nolint:wrapcheck // a file system is transparent
}

// ReadDir lists a folder.
func (f Folder) ReadDir(name string) ([]fs.DirEntry, error) {
	return fs.ReadDir(f.Root.FS(), name) //nolint:wrapcheck // a file system is transparent
}

// Read reads a whole file of the folder.
func (f Folder) Read(name string, limit int64) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	return readAll(file, limit)
}
