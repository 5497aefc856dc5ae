package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	dataFolder   = "etcd"
	lockFile     = "lock"
	holderFile   = "holder"
	endpointFile = "endpoint"
	ignoreFile   = ".gitignore"
)

// prepareFolder makes .sigilform, readable by its owner only and ignored by git.
func prepareFolder(config string) (string, error) {
	dir, err := filepath.Abs(filepath.Join(config, Folder))
	if err != nil {
		return "", fmt.Errorf("find the folder of the embedded etcd server: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the folder of the embedded etcd server: %w", err)
	}
	if err := secure(dir); err != nil {
		return "", err
	}
	ignore := filepath.Join(dir, ignoreFile)
	if _, err := os.Lstat(ignore); errors.Is(err, os.ErrNotExist) {
		return dir, writeAtomically(ignore, "# sigilform's embedded server: data, never source.\n*\n")
	}
	return dir, nil
}

// secure refuses a folder that is a link, which may lead anywhere, and closes
// one that others may read.
func secure(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the folder of the embedded etcd server: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder: the embedded etcd server keeps its data there", dir)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder needs the execute bit; nobody else gets any
		return fmt.Errorf("close the folder of the embedded etcd server to others: %w", err)
	}
	return nil
}

// writeAtomically writes a file of mode 0600 that is there wholly or not at all.
func writeAtomically(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, removeIfThere(f.Name())))
	}
	return nil
}
