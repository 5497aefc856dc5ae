package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/snapshot"
)

// isSavedSnapshot reports whether a file that begins so is a saved snapshot, as
// far as can be seen: what an encrypted one holds shows when it is decrypted.
func isSavedSnapshot(first []byte) bool { return snapshot.Is(first) || seal.Is(first) }

func saveSnapshot(s *snapshot.Snapshot, name string, to seal.Recipients) error {
	return writeWhole(name, "the snapshot", func(w io.Writer) error {
		return sealing(w, to, func(w io.Writer) error { return snapshot.Write(w, s) })
	})
}

// readSnapshot reads a saved snapshot, and decrypts it where it is encrypted.
func (e *Engine) readSnapshot(ctx context.Context, name string, identities []string) (*snapshot.Snapshot, error) {
	f, err := e.unseal(ctx, name, identities)
	if e, ok := errors.AsType[*NoSuchPath](err); ok && errors.Is(e.Cause, fs.ErrNotExist) {
		return nil, invalid(fmt.Sprintf("There is no snapshot %s", name), "", "`sigilform snapshot --out FILE` saves one.")
	}
	if err != nil {
		return nil, err
	}
	defer f.close()
	s, err := snapshot.Read(f)
	switch {
	case f.sealed && errors.Is(err, snapshot.ErrNoSnapshot):
		return nil, invalid(fmt.Sprintf("%s is encrypted, and what it holds is not a snapshot", name), "It could be decrypted.",
			"Give a file that `sigilform snapshot --out FILE --encrypt-to …` made.")
	case err != nil:
		return nil, ofFile(name, err)
	}
	return s, nil
}
