package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sigilgate/sigilform/internal/atomicfile"
)

const (
	dataFolder   = "etcd"
	lockFile     = "lock"
	holderFile   = "holder"
	endpointFile = "endpoint"
	ignoreFile   = ".gitignore"
	// ownMode is the mode of the files in it.
	ownMode = 0o600
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
		return dir, write(ignore, "# sigilform's embedded server: data, never source.\n*\n")
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

// write writes a file of the folder, wholly or not at all. No file of the folder
// but the data is of use after a power cut.
func write(name, text string) error {
	if err := atomicfile.Put(name, []byte(text), atomicfile.Options{Mode: ownMode, Unsynced: true}); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
