package cli

import (
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// takeFlags are those of snapshot.
type takeFlags struct {
	out        outputFlags
	source     sourceFlags
	connection connectionFlags
	encrypt    encryptFlag
	file       string
}

func (a *app) newSnapshot() *cobra.Command {
	var t takeFlags
	c := &cobra.Command{
		Use:   "snapshot [PATH] --out FILE",
		Short: "Save what a plan reads, for plans without a connection",
		Long: `Save what a plan reads of the live network, at one revision, so that
` + "`sigilform plan --snapshot FILE`" + ` can plan without a connection: in pull requests
from forks, or to look back. No sensitive value is in the file: a keyed digest
stands for each. The key of the digests is, so guesses can be tested with it.

PATH is a .hcl file or a folder, the current folder by default. It says where the
cluster is, which network is meant, and which values are sensitive.` + exits("0  saved", "1  error, or this user may not plan",
			"4  another process holds the embedded server"),
		Example: `  sigilform snapshot --out network.sigilsnap
  sigilform snapshot --out network.sigilsnap --encrypt-to @team.txt examples/network.hcl`,
		Args: atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.take(c, &t, path(args))
		},
	}
	t.out.add(c)
	t.source.add(c)
	t.connection.add(c)
	t.encrypt.add(c)
	c.Flags().StringVar(&t.file, "out", "", "save the snapshot to `FILE`, for `sigilform plan --snapshot FILE`")
	return c
}

func (a *app) take(c *cobra.Command, t *takeFlags, path string) (err error) {
	if err := a.output(&t.out, formatText, formatJSON); err != nil {
		return err
	}
	if t.file == "" {
		return usage("--out is missing", "usage: "+c.UseLine())
	}
	a.watch()
	o := engine.TakeOptions{File: t.file}
	if o.Source, err = t.source.source(path); err != nil {
		return err
	}
	if o.Connection, err = t.connection.connection(c); err != nil {
		return err
	}
	if o.To, err = t.encrypt.recipients(c.Context(), a.engine, true); err != nil {
		return err
	}
	taken, err := a.engine.Take(c.Context(), o)
	if err != nil {
		return err
	}
	a.clear()
	return render.Snapshot(a.stdout, taken, render.Saved{File: t.file, Encrypted: !o.To.None()}, a.options())
}

// snapshotFlags make a plan of a saved snapshot.
type snapshotFlags struct {
	file     string
	identity identityFlag
}

func (s *snapshotFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&s.file, "snapshot", "", "plan from the saved snapshot `FILE`, without any connection")
	_ = c.MarkFlagFilename("snapshot")
	s.identity.add(c)
}

// plan makes a plan, of the snapshot where one is given.
func (s *snapshotFlags) plan(c *cobra.Command, a *app, o engine.PlanOptions, save string) (*engine.Planned, error) {
	switch {
	case !c.Flags().Changed("snapshot"):
		if err := s.identity.unused(); err != nil {
			return nil, err
		}
		return a.engine.Plan(c.Context(), o) //nolint:wrapcheck // explained as it is
	case s.file == "":
		return nil, usage("--snapshot is empty", "name a file that `sigilform snapshot --out FILE` made")
	case save != "":
		return nil, usage("A plan from a snapshot can't be saved", "it holds digests in the place of values; plan with a connection to save it, or apply what it shows with `sigilform apply --expect-digest`")
	}
	for _, name := range []string{"endpoints", "cacert", "cert", "key", "user", "password-file", "timeout"} {
		if c.Flags().Changed(name) {
			return nil, usage("--"+name+" and --snapshot contradict each other", "a plan from a snapshot connects to nothing: leave --"+name+" out")
		}
	}
	return a.engine.PlanSnapshot(c.Context(), o, s.file, s.identity.files) //nolint:wrapcheck // explained as it is
}
