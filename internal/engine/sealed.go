package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/seal"
)

// The variables that stand for --encrypt-to and --identity.
const (
	encryptToVariable    = "SIGILFORM_ENCRYPT_TO"
	identityFileVariable = "SIGILFORM_IDENTITY_FILE"
	identityVariable     = "SIGILFORM_IDENTITY"
)

// Recipients reads whom to encrypt to: those given, else those of the
// environment; none where neither names any.
func (e *Engine) Recipients(ctx context.Context, words []string) (seal.Recipients, error) {
	if named := e.Env.Get(encryptToVariable); len(words) == 0 && (named != "" || e.Env.Empty(encryptToVariable)) {
		for _, word := range strings.FieldsFunc(named, func(r rune) bool { return r == ',' || r == '\n' }) {
			if word = strings.TrimSpace(word); word != "" {
				words = append(words, word)
			}
		}
		if len(words) == 0 {
			return seal.Recipients{}, invalid(encryptToVariable+" names nobody", "What was to be encrypted would be saved in plain.",
				"Name a recipient in it, or unset it.")
		}
	}
	return seal.ParseRecipients(ctx, words) //nolint:wrapcheck // a *seal.Failure, whole as it is
}

// identities reads what decrypts: the given files, else what the environment
// names and holds. They are read only where something is encrypted.
func (e *Engine) identities(ctx context.Context, files []string) (seal.Identities, error) {
	var out seal.Identities
	if len(files) == 0 {
		if name := e.Env.Get(identityFileVariable); name != "" {
			files = []string{name}
		}
		if text := e.Env.Get(identityVariable); text != "" {
			if err := out.ParseIdentity(text, identityVariable); err != nil {
				return out, err //nolint:wrapcheck // a *seal.Failure, whole as it is
			}
		}
	}
	for _, name := range files {
		if err := out.ReadIdentity(ctx, name); err != nil {
			return out, err //nolint:wrapcheck // a *seal.Failure, whole as it is
		}
	}
	return out, nil
}

// sealing lets a writer fill w, encrypted where there are recipients.
func sealing(w io.Writer, to seal.Recipients, write func(io.Writer) error) error {
	if to.None() {
		return write(w)
	}
	out, err := seal.Encrypt(w, to)
	if err != nil {
		return err //nolint:wrapcheck // a *seal.Failure, whole as it is
	}
	if err := write(out); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	return nil
}

// unsealed is a file that may be encrypted, opened as plaintext. sealed says
// that it was.
type unsealed struct {
	io.Reader
	file   io.Closer
	sealed bool
}

func (u *unsealed) close() { _ = u.file.Close() }

// unseal opens a file and decrypts it as it is read. It is opened once, so that
// it may be a pipe.
func (e *Engine) unseal(ctx context.Context, name string, identityFiles []string) (*unsealed, error) {
	f, err := intake.Open(ctx, name)
	if err != nil {
		return nil, &NoSuchPath{Path: name, Cause: err, Saved: true}
	}
	in := bufio.NewReader(f)
	first, err := in.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		_ = f.Close()
		return nil, &NoSuchPath{Path: name, Cause: err, Saved: true}
	}
	out := &unsealed{Reader: in, file: f, sealed: seal.Is(first)}
	if !out.sealed {
		return out, nil
	}
	with, err := e.identities(ctx, identityFiles)
	if err == nil {
		out.Reader, err = seal.Decrypt(in, name, with)
	}
	if err != nil {
		out.close()
		return nil, err //nolint:wrapcheck // a *seal.Failure, whole as it is
	}
	return out, nil
}
