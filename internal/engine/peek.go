package engine

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/snapshot"
)

// peeked is how many first bytes tell every kind of file apart.
const peeked = max(planfile.Peek, seal.Peek, snapshot.Peek)

// peek returns the first bytes of a file.
func peek(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", name, err)
	}
	defer f.Close() //nolint:errcheck // only read
	first := make([]byte, peeked)
	n, err := io.ReadFull(f, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("look at %s: %w", name, err)
	}
	return first[:n], nil
}

// IsPlanFile reports whether a file is a saved plan, by its first bytes, or is
// encrypted, as only a plan can be where one is asked for. A folder, or a path
// that leads nowhere, is none.
func IsPlanFile(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, nil //nolint:nilerr // whoever opens it next says why it can't be opened
	}
	first, err := peek(path)
	if err != nil {
		return false, err
	}
	return isSavedPlan(first), nil
}

// isSavedPlan reports whether a file that begins so is a saved plan, as far as
// can be seen: what an encrypted one holds shows when it is decrypted.
func isSavedPlan(first []byte) bool { return planfile.Is(first) || seal.Is(first) }
