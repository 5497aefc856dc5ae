package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

func (a *app) newDev() *cobra.Command {
	o := engine.DevOptions{}
	c := &cobra.Command{
		Use:   "dev [PATH]",
		Short: "Run the embedded server for etcdctl and other clients",
		Long: `Run the embedded server of a configuration's folder in the foreground, on a
loopback port, until Ctrl-C. Its endpoint is printed, and written to
.sigilform/endpoint, which other sigilform commands in that folder then use.

It has no TLS and no users: whoever is on this machine may use it.` + exits("0  ended by Ctrl-C", "1  error", "4  another process holds the embedded server"),
		Example: "  sigilform dev\n  etcdctl --endpoints \"$(cat .sigilform/endpoint)\" get --prefix /sigilgate/",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Path = path(args)
			return a.engine.Dev(c.Context(), o)
		},
	}
	c.Flags().StringVar(&o.Listen, "listen", engine.DefaultListen, "loopback `ADDRESS` to listen on; port 0 lets the system choose")
	return c
}
