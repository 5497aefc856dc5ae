package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

// provenanceFlags say who applies, and of what.
type provenanceFlags struct{ engine.Provenance }

func (p *provenanceFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&p.Commit, "commit", "", "source commit `SHA`, instead of CI's or git's (SIGILFORM_COMMIT)")
}

func (p *provenanceFlags) addActor(c *cobra.Command) {
	c.Flags().StringVar(&p.Actor, "actor", "", "`NAME` of who applies, instead of CI's, git's or the user's (SIGILFORM_ACTOR)")
}

// provenance checks what is said: what was given on purpose is not passed over.
func (p *provenanceFlags) provenance(c *cobra.Command) (engine.Provenance, error) {
	out := p.Provenance
	if !c.Flags().Changed("commit") {
		return out, nil
	}
	sha, ok := engine.ParseCommit(p.Commit)
	if !ok {
		return out, usage("--commit is not a commit", "write 7 to 64 hexadecimal digits, as `git rev-parse HEAD` does")
	}
	out.Commit = sha
	return out, nil
}
