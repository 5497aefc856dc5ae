package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

// The digits of an intent digest, and how many of them name one: by as many
// two changes of one network don't meet by chance.
const (
	digestDigits    = 64
	minDigestDigits = 12
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
	digest := strings.ToLower(x.text)
	if n := len(digest); n < minDigestDigits || n > digestDigits || strings.Trim(digest, "0123456789abcdef") != "" {
		return "", usage("--expect-digest is not an intent digest", "`sigilform plan` shows it last: 64 hexadecimal digits, of which the first 12 or more are enough")
	}
	return engine.Expected(digest), nil
}
