package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

// expectFlag names the change that was reviewed.
type expectFlag struct{ text string }

func (x *expectFlag) add(c *cobra.Command) {
	c.Flags().StringVar(&x.text, "expect-digest", "", "apply only the change whose intent digest is `DIGEST`, or begins so")
}

// digest checks how the digest is written.
func (x *expectFlag) digest(c *cobra.Command) (engine.Expected, error) {
	if !c.Flags().Changed("expect-digest") {
		return "", nil
	}
	digest, ok := engine.ParseExpected(x.text)
	if !ok {
		return "", usage("--expect-digest is not an intent digest", "`sigilform plan` shows it last: 64 hexadecimal digits, of which the first 12 or more are enough")
	}
	return digest, nil
}
