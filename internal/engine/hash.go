package engine

import (
	"encoding/base64"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"
)

// HashOptions are the costs of a password hash.
type HashOptions struct {
	// MemoryKiB, Passes and Threads are argon2's m, t and p.
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// The least costs that a credential may have, and the most that a server
// could still be expected to pay at each login.
const (
	MinHashMemoryKiB = 19 * 1024
	MinHashPasses    = 2
	MinHashThreads   = 1

	maxHashMemoryKiB = 4 << 20
	maxHashPasses    = 64
)

// DefaultHash is what a credential costs unless more is asked for.
func DefaultHash() HashOptions {
	return HashOptions{MemoryKiB: MinHashMemoryKiB, Passes: MinHashPasses, Threads: MinHashThreads}
}

const (
	saltBytes = 16
	hashBytes = 32
)

// Hash makes the credential of a secret: argon2id in PHC form, with a fresh salt.
func (e *Engine) Hash(secret []byte, o HashOptions) (string, error) {
	if err := o.check(); err != nil {
		return "", err
	}
	if len(secret) == 0 {
		return "", invalid("The secret is empty", "A credential of nothing would let everybody in.", "Type the secret, or send it as one line to standard input.")
	}
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(e.Random, salt); err != nil {
		return "", fmt.Errorf("read the random source: %w", err)
	}
	sum := argon2.IDKey(secret, salt, o.Passes, o.MemoryKiB, o.Threads, hashBytes)
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, o.MemoryKiB, o.Passes, o.Threads, text(salt), text(sum)), nil
}

func (o HashOptions) check() error {
	switch {
	case o.MemoryKiB < MinHashMemoryKiB || o.MemoryKiB > maxHashMemoryKiB:
		return invalid(fmt.Sprintf("The memory cost must be from %d to %d KiB", MinHashMemoryKiB, maxHashMemoryKiB),
			"With less a stolen credential is guessed too fast.", "")
	case o.Passes < MinHashPasses || o.Passes > maxHashPasses:
		return invalid(fmt.Sprintf("The number of passes must be from %d to %d", MinHashPasses, maxHashPasses),
			"With fewer a stolen credential is guessed too fast.", "")
	case o.Threads < MinHashThreads:
		return invalid("At least one thread is needed", "", "")
	}
	return nil
}
