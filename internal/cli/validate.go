package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

func (a *app) newValidate() *cobra.Command {
	var out outputFlags
	var s sourceFlags
	c := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Check a configuration without etcd",
		Long: `Read a configuration, evaluate it and check the network that it describes. No
cluster is asked. All errors are reported, not the first one.

PATH is a .hcl file or a folder, the current folder by default.` + exits("0  valid, perhaps with warnings", "1  errors"),
		Example: "  sigilform validate\n  sigilform validate --json examples/network.hcl",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.output(&out, reportFormats()...); err != nil {
				return err
			}
			source, err := s.source(path(args))
			if err != nil {
				return err
			}
			v, err := a.engine.Validate(c.Context(), source)
			if err != nil {
				return err
			}
			return a.showValidation(v, path(args))
		},
	}
	out.addReports(c)
	s.add(c)
	return c
}

// showValidation prints the findings. Errors are the result here, and go to
// standard error for people like those of every other command.
func (a *app) showValidation(v *engine.Validated, path string) error {
	a.secrets = v.Secrets
	d := render.NewValidation(v.Diagnostics)
	d.Network, d.Objects = v.Network, v.Objects
	a.keepValidation(d, path)
	w := a.stdout
	if !d.Valid && !a.isJSON() {
		w = a.stderr
	}
	if err := render.Validation(w, d, a.optionsFor(w)); err != nil {
		return err
	}
	if !d.Valid {
		return &shown{cause: v.Diagnostics.Err(), silent: true}
	}
	return nil
}
