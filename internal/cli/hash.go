package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

func (a *app) newHash() *cobra.Command {
	o := engine.DefaultHash()
	c := &cobra.Command{
		Use:   "hash",
		Short: "Make the credential of a user from a secret",
		Long: `Read a secret, from the terminal without showing it or as one line from standard
input, and print its argon2id hash for the credential of a user. A secret is
never an argument: others would see it.` + exits("0  printed", "1  error"),
		Example: "  sigilform hash\n  pass show alice | sigilform hash",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			// The argument is not repeated: it probably is the secret.
			return usage("A secret is never given as an argument", "type it when asked, or send it to standard input; this one should be changed, since it is in the shell's history now")
		},
		RunE: func(c *cobra.Command, _ []string) error {
			secret, err := a.secret(c.Context())
			if err != nil {
				return err
			}
			credential, err := a.engine.Hash(secret, o)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(a.stdout, credential+"\n"); err != nil {
				return fmt.Errorf("write output: %w", err)
			}
			return nil
		},
	}
	f := c.Flags()
	f.Uint32Var(&o.MemoryKiB, "memory", o.MemoryKiB, "memory cost in KiB (argon2's m)")
	f.Uint32Var(&o.Passes, "passes", o.Passes, "passes over the memory (argon2's t)")
	f.Uint8Var(&o.Threads, "threads", o.Threads, "threads (argon2's p)")
	return c
}
