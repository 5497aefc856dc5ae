package seal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/intake"
)

// Identities are the secret halves of keys: what decrypts.
type Identities struct{ list []age.Identity }

// identityHint says where an identity comes from.
const identityHint = "name a file that age-keygen made, or an SSH key without a passphrase, with --identity FILE or SIGILFORM_IDENTITY_FILE; or put the key itself into SIGILFORM_IDENTITY"

// ReadIdentity adds the identities of a file.
func (i *Identities) ReadIdentity(ctx context.Context, name string) error {
	text, err := readSmall(ctx, name)
	if err != nil {
		return &failure.Failure{Code: failure.BadIdentity, Summary: fmt.Sprintf("The identity in %s can't be read", name), Detail: "Reason: " + intake.Cause(err) + ".", Hint: intake.Advice(err, "a file that age-keygen made, or an SSH key without a passphrase")}
	}
	return i.parse(text, name)
}

// ParseIdentity adds identities that a variable of the environment holds.
func (i *Identities) ParseIdentity(text, variable string) error {
	return i.parse([]byte(text), variable)
}

// parse reads identities. Their text is not repeated, and neither are the
// errors of the parsers, which might.
func (i *Identities) parse(text []byte, where string) error {
	bad := func(what, detail string) error {
		return &failure.Failure{Code: failure.BadIdentity, Summary: fmt.Sprintf("%s %s", where, what), Detail: detail, Hint: identityHint}
	}
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return bad("holds no identity", "It is empty.")
	case Is(text):
		return bad("is protected by a passphrase", "sigilform asks for none: it runs where nobody types. Decrypt the identity first, for example with `age -d`.")
	case bytes.HasPrefix(text, []byte("-----BEGIN")):
		return i.parseSSH(text, bad)
	case bytes.Contains(text, []byte("AGE-PLUGIN-")):
		return bad("is an identity of an age plugin", "sigilform runs no plugins: it decrypts with AGE-SECRET-KEY-1… and SSH keys only.")
	}
	found, err := age.ParseIdentities(strings.NewReader(withoutCarriageReturns(text)))
	if err != nil {
		return bad("holds no identity", "It has neither an AGE-SECRET-KEY-1… line nor an SSH key, or a letter of it is wrong.")
	}
	i.list = append(i.list, found...)
	return nil
}

func (i *Identities) parseSSH(text []byte, bad func(what, detail string) error) error {
	found, err := agessh.ParseIdentity(append(text, '\n'))
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		return bad("is protected by a passphrase", "sigilform asks for none: it runs where nobody types. Use a key of its own for this, without a passphrase.")
	case err != nil:
		return bad("holds no SSH key that can decrypt", "It must be the private half of an Ed25519 or RSA key.")
	}
	i.list = append(i.list, found)
	return nil
}

// withoutCarriageReturns undoes what editors of other systems do to lines.
func withoutCarriageReturns(text []byte) string {
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// reason is why a file can't be used, as a sentence without its name.
func reason(err error) string {
	var e *fs.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	return "Reason: " + failure.Because(err) + "."
}
