package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sigilgate/sigilform/internal/atomicfile"
)

// readyFile, in the data folder, says that its server was ready once.
const readyFile = "ready"

// putAside moves data away whose server never became ready. An etcd that ends
// within its very first moments leaves a log without a member in it, and never
// starts again from that. Nobody can have written to it: a server is handed
// out only after its mark is on the disk. Still nothing is deleted but what
// was put aside before.
func putAside(data string) error {
	if _, err := os.Lstat(data); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	_, err := os.Lstat(filepath.Join(data, readyFile))
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	aside := data + ".unfinished"
	if err := errors.Join(os.RemoveAll(aside), os.Rename(data, aside)); err != nil {
		return fmt.Errorf("put aside %s, which an interrupted start left: %w", data, err)
	}
	return nil
}

// markReady makes the mark, on the disk before it returns.
func markReady(data string) error {
	name := filepath.Join(data, readyFile)
	if _, err := os.Lstat(name); err == nil {
		return nil
	}
	err := atomicfile.Put(name, nil, atomicfile.Options{Mode: ownMode})
	if err := errors.Join(err, atomicfile.SyncFolder(filepath.Dir(data))); err != nil {
		return fmt.Errorf("mark %s as ready: %w", data, err)
	}
	return nil
}
