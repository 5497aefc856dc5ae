package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// The groups of commands in the help.
const (
	groupMain   = "main"
	groupLook   = "look"
	groupFiles  = "files"
	groupOthers = "others"
)

func (a *app) newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "sigilform",
		Short: "Keep a Sigil Gate network as it is written down",
		Long: `sigilform keeps a Sigil Gate network as it is written down.

HCL files describe the network that should be; the network that is lives in an
etcd cluster. sigilform plans the difference and applies it wholly or not at all.
Where nothing says where the cluster is, an embedded server is used.`,
		Example: `  sigilform plan
  sigilform apply
  sigilform drift`,
		Args:          unknownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true, SilenceUsage: true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(flagError)
	a.logs.add(root)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.AddGroup(
		&cobra.Group{ID: groupMain, Title: "Change the network:"},
		&cobra.Group{ID: groupLook, Title: "Look at the network:"},
		&cobra.Group{ID: groupFiles, Title: "Work with configurations:"},
		&cobra.Group{ID: groupOthers, Title: "Others:"},
	)
	root.SetHelpCommandGroupID(groupOthers)
	root.SetCompletionCommandGroupID(groupOthers)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			a.prepare(c)
			root.AddCommand(c)
		}
	}
	add(groupMain, a.newPlan(), a.newApply(), a.newDestroy(), a.newRollback(), a.newRecover())
	add(groupLook, a.newDrift(), a.newStatus(), a.newShow(), a.newHistory(), a.newSnapshot(), a.newLock(), a.newACL())
	add(groupFiles, a.newValidate(), a.newFmt(), a.newGraph(), a.newConsole(), a.newOutput())
	add(groupOthers, a.newHash(), a.newDev(), a.newVersion())
	strict(root)
	return root
}

// prepare gives a command what all have in common.
func (a *app) prepare(c *cobra.Command) {
	fit, run := c.Args, c.RunE
	c.Args = func(c *cobra.Command, args []string) error {
		if err := nothingEmpty(c, args); err != nil || fit == nil {
			return err
		}
		return fit(c, args)
	}
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		a.engine.Command = c.CommandPath()
		prepareAbort("`" + c.CommandPath() + "`")
		ctx, t, err := a.tell(c.Context(), c.CommandPath())
		if err != nil {
			return err
		}
		defer func() { t.end(ctx, err) }()
		c.SetContext(ctx)
		return endedBy(ctx, run(c, args))
	}
	if c.ValidArgsFunction == nil && strings.Contains(c.Use, "PATH") {
		c.ValidArgsFunction = completePath
	}
}

// completePath offers configurations and folders.
func completePath(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// exits is the last part of a command's help: its own codes, and those that every
// command has.
func exits(lines ...string) string {
	lines = append(lines, "70  it crashed: a fault of sigilform, or no memory left", "130  ended by Ctrl-C before it was done (143: by SIGTERM)")
	return "\n\nExit codes:\n  " + strings.Join(lines, "\n  ")
}
