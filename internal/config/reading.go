package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
)

// watched is the folder as functions see it. It remembers what was read, for
// the digest, and refuses files that hold secrets.
type watched struct {
	fs.FS
	run *run
}

// Stat and ReadDir leave what they ask for out of the record.
func (w watched) Stat(name string) (fs.FileInfo, error) { return fs.Stat(w.FS, name) } //nolint:wrapcheck // a file system is transparent

func (w watched) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(w.FS, name) } //nolint:wrapcheck // as above

// Open opens a file whose reading is recorded.
func (w watched) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // a file system is transparent
	}
	return &watchedFile{File: f, name: name, run: w.run, sum: sha256.New()}, nil
}

type watchedFile struct {
	fs.File
	name string
	run  *run
	sum  hash.Hash
	// tail is the end of what was read before, so that a secret is found that
	// two reads have a part of each.
	tail string
}

// secretSpan is longer than any form of secret that is looked for.
const secretSpan = 512

// Read reads on, and fails where a secret was read.
func (f *watchedFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.sum.Write(p[:n])
	text := f.tail + string(p[:n])
	for _, s := range f.run.secrets.Find(text) {
		return 0, fmt.Errorf("the file holds %s, and no secret is read in plain text", s.Noun)
	}
	f.tail = text[max(0, len(text)-secretSpan):]
	if errors.Is(err, io.EOF) {
		f.run.reads[f.name] = f.sum.Sum(nil)
	}
	return n, err //nolint:wrapcheck // a file is transparent
}
