package seal

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"

	"github.com/sigilgate/sigilform/internal/intake"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Recipients are those whom a file is encrypted to.
type Recipients struct{ list []age.Recipient }

// None reports whether nothing is to be encrypted.
func (r Recipients) None() bool { return len(r.list) == 0 }

// recipientHint says what a recipient looks like.
const recipientHint = "a recipient is an age1… key (age-keygen prints one), an \"ssh-ed25519 …\" key, or @FILE with one of them a line"

// ParseRecipients reads recipients: age1… and ssh-ed25519 keys, and @FILE for
// a file with one a line, where lines that begin with # are left out.
func ParseRecipients(ctx context.Context, words []string) (Recipients, error) {
	var out Recipients
	for _, word := range words {
		word = strings.TrimSpace(word)
		name, isFile := strings.CutPrefix(word, "@")
		if !isFile {
			r, err := parseRecipient(word, "")
			if err != nil {
				return Recipients{}, err
			}
			out.list = append(out.list, r)
			continue
		}
		found, err := readRecipients(ctx, name)
		if err != nil {
			return Recipients{}, err
		}
		out.list = append(out.list, found...)
	}
	return out, nil
}

func readRecipients(ctx context.Context, name string) ([]age.Recipient, error) {
	text, err := readSmall(ctx, name)
	if err != nil {
		return nil, &failure.Failure{Code: failure.BadRecipient, Summary: fmt.Sprintf("The recipients in %s can't be read", name), Detail: "Reason: " + intake.Cause(err) + ".", Hint: intake.Advice(err, "a file with one recipient a line")}
	}
	var out []age.Recipient
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxKeyFile)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := parseRecipient(line, fmt.Sprintf(" in line %d of %s", n, name))
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, &failure.Failure{Code: failure.BadRecipient, Summary: fmt.Sprintf("%s holds no recipient", name), Hint: recipientHint}
	}
	return out, nil
}

// parseRecipient reads one recipient. What is none is not repeated: it may be
// an identity, which is secret.
func parseRecipient(word, where string) (age.Recipient, error) {
	bad := func(what, detail string) error {
		return &failure.Failure{Code: failure.BadRecipient, Summary: what + where, Detail: detail, Hint: recipientHint}
	}
	switch {
	case word == "":
		return nil, bad("a recipient is empty", "")
	case looksSecret(word):
		return nil, bad("an identity is not a recipient", "A file is encrypted to the public half of a key. This is the secret one, and belongs to who decrypts.")
	case strings.HasPrefix(word, "ssh-"):
		r, err := agessh.ParseRecipient(word)
		if err != nil {
			return nil, bad("this is not an SSH key that can be encrypted to", reason(err))
		}
		return r, nil
	}
	found, err := age.ParseRecipients(strings.NewReader(word))
	if err != nil || len(found) != 1 {
		return nil, bad("this is not a recipient", "It is neither an age1… nor an ssh-ed25519 key, or a letter of it is wrong. Recipients of plugins are not supported.")
	}
	return found[0], nil
}

// looksSecret reports whether a text is the secret half of a key.
func looksSecret(text string) bool {
	return strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") || strings.Contains(text, "PRIVATE KEY")
}

// maxKeyFile bounds files of keys.
const maxKeyFile = 1 << 20

// readSmall reads a file of keys.
func readSmall(ctx context.Context, name string) ([]byte, error) {
	text, err := intake.Read(ctx, name, maxKeyFile)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller names the file
	}
	return text, nil
}
