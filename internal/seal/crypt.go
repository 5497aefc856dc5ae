package seal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/sigilgate/sigilform/internal/failure"
)

// binary is how every age file begins but for those that are armored.
const binary = "age-encryption.org/v1\n"

// Peek is how many of a file's first bytes [Is] needs.
const Peek = max(len(binary), len(armor.Header))

// Is reports whether a file that begins so is encrypted with age.
func Is(first []byte) bool {
	return bytes.HasPrefix(first, []byte(binary)) || bytes.HasPrefix(first, []byte(armor.Header))
}

// Encrypt returns a writer whose plaintext goes to w encrypted. It must be
// closed: the file is not whole before.
func Encrypt(w io.Writer, to Recipients) (io.WriteCloser, error) {
	out, err := age.Encrypt(w, to.list...)
	if err != nil {
		return nil, &failure.Failure{
			Code: failure.BadRecipient, Summary: "The file can't be encrypted to these recipients", Detail: reason(err),
			Hint: "post-quantum recipients (age1pq1…) can't be mixed with others",
		}
	}
	return out, nil
}

// Decrypt returns the plaintext of an encrypted file. Its errors, also those
// of the reader, are [*failure.Failure]s that name the file, or those of r.
func Decrypt(r io.Reader, name string, with Identities) (io.Reader, error) {
	if len(with.list) == 0 {
		return nil, &failure.Failure{
			Code: failure.NoIdentity, Summary: name + " is encrypted, and no identity was given",
			Detail: "It was encrypted to age recipients. The identity of one of them decrypts it.", Hint: identityHint,
		}
	}
	source := &watched{from: bufio.NewReader(r)}
	var in io.Reader = source
	if first, _ := source.from.Peek(len(armor.Header)); bytes.HasPrefix(first, []byte(armor.Header)) {
		in = armor.NewReader(source)
	}
	plain, err := age.Decrypt(in, with.list...)
	var none *age.NoIdentityMatchError
	switch {
	case source.failed != nil:
		return nil, fmt.Errorf("read %s: %w", name, source.failed)
	case errors.As(err, &none):
		return nil, &failure.Failure{
			Code: failure.WrongIdentity, Summary: name + " is encrypted to others",
			Detail: fmt.Sprintf("None of the given identities (%d) is that of a recipient.", len(with.list)),
			Hint:   "give the identity of one of those whom it was encrypted to, or make it again, encrypted to this one as well",
		}
	case err != nil:
		return nil, damaged(name)
	}
	return &plaintext{from: plain, source: source, name: name}, nil
}

// plaintext is a decrypted stream whose errors say what they mean: age gives a
// piece of it away only when that is as it was written.
type plaintext struct {
	from   io.Reader
	source *watched
	name   string
}

// Read reads plaintext.
func (p *plaintext) Read(b []byte) (int, error) {
	n, err := p.from.Read(b)
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err //nolint:wrapcheck // io.EOF is not an error
	case p.source.failed != nil:
		return n, fmt.Errorf("read %s: %w", p.name, p.source.failed)
	}
	return n, damaged(p.name)
}

// watched is a reader that remembers its own failure, which is not damage.
type watched struct {
	from   *bufio.Reader
	failed error
}

// Read reads on.
func (w *watched) Read(b []byte) (int, error) {
	n, err := w.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.failed = err
	}
	return n, err //nolint:wrapcheck // passed on as it is
}

func damaged(name string) error {
	return &failure.Failure{
		Code: failure.DamagedEncryption, Summary: name + " is encrypted, and damaged",
		Detail: "It is truncated, or was changed after it was written.", Hint: "make it again, or fetch it again",
	}
}
