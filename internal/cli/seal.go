package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/seal"
)

// encryptFlag says whom a saved file is encrypted to.
type encryptFlag struct{ to []string }

func (f *encryptFlag) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.to, "encrypt-to", nil,
		"encrypt the saved file to an age `RECIPIENT`: age1…, \"ssh-ed25519 …\" or @FILE; may be repeated (SIGILFORM_ENCRYPT_TO)")
}

// recipients are those of a file that is saved, none where none is.
func (f *encryptFlag) recipients(ctx context.Context, e *engine.Engine, saved bool) (seal.Recipients, error) {
	switch {
	case saved:
		return e.Recipients(ctx, f.to) //nolint:wrapcheck // explained as it is
	case len(f.to) > 0:
		return seal.Recipients{}, usage("--encrypt-to encrypts the file of --out, and none is saved", "give --out FILE as well")
	}
	return seal.Recipients{}, nil
}

// identityFlag says what decrypts a saved file.
type identityFlag struct{ files []string }

func (f *identityFlag) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.files, "identity", nil,
		"`FILE` with the age identity or SSH key that decrypts; may be repeated (SIGILFORM_IDENTITY_FILE, or the key itself in SIGILFORM_IDENTITY)")
	_ = c.MarkFlagFilename("identity")
}

// unused refuses an identity where nothing is decrypted.
func (f *identityFlag) unused() error {
	if len(f.files) == 0 {
		return nil
	}
	return usage("--identity decrypts a file, and none is read", "leave it out, or name the encrypted file")
}

// saving says where a plan is saved, and encrypted to whom.
type saving struct {
	file string
	to   seal.Recipients
}

// said tells where the plan is, and how it is applied: with a path behind it where
// that has to say where the cluster is.
func (s saving) said(path string) string {
	command := "sigilform apply " + shellWord(s.file)
	if path != "" {
		command += " " + shellWord(path)
	}
	if s.to.None() {
		return fmt.Sprintf("Saved to %s. Exactly this plan is applied by: %s", s.file, command)
	}
	return fmt.Sprintf("Saved to %s, encrypted. Exactly this plan is applied by: %s --identity FILE", s.file, command)
}
