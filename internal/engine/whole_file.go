package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sigilgate/sigilform/internal/atomicfile"
)

// valueMode is the mode of files that hold values, or what says something of
// them.
const valueMode = 0o600

// writeWhole writes a file that is there wholly or not at all, and that nobody
// else may read. what says what it is: "the plan".
func writeWhole(name, what string, write func(io.Writer) error) error {
	f, err := atomicfile.Create(name, atomicfile.Options{Mode: valueMode})
	if errors.Is(err, os.ErrNotExist) {
		return invalid(fmt.Sprintf("There is no folder %s to save %s in", filepath.Dir(name), what), "", "make the folder first, or choose another one")
	}
	if err == nil {
		err = f.Close(write(f))
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", what, err)
	}
	return nil
}

// mayReplace refuses to put a file in the place of anything but one of its own
// kind: a slip of the hand must not cost a configuration. what is "saved plan".
func mayReplace(name, what string, same func(first []byte) bool) error {
	info, err := os.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	if info.Mode().IsRegular() {
		first, err := peek(name)
		if err == nil && (same(first) || info.Size() == 0) {
			return nil
		}
	}
	return invalid(fmt.Sprintf("%s is there already, and is not a %s", name, what), "It would be overwritten.", "Choose another name, or remove it first.")
}
