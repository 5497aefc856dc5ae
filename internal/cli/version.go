package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/render"
)

func (a *app) newVersion() *cobra.Command {
	var o outputFlags
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.output(&o, formatText, formatJSON); err != nil {
				return err
			}
			return render.Version(a.stdout, a.build, a.options())
		},
	}
	o.add(c)
	return c
}
