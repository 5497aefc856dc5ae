package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wrongUse is the error for a command line that can't be carried out.
type wrongUse struct{ what, hint string }

func (w *wrongUse) Error() string { return w.what }

func usage(what, hint string) error { return &wrongUse{what: what, hint: hint} }

// flagError says what is wrong with a flag, and which one was meant.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		hint := "`" + c.CommandPath() + " --help` lists its flags"
		if near := nearestFlag(c, unknown.GetSpecifiedName()); near != "" {
			hint = "did you mean --" + near + "?"
		}
		return usage("unknown flag --"+strings.TrimLeft(unknown.GetSpecifiedName(), "-"), hint)
	}
	return usage(err.Error(), "`"+c.CommandPath()+" --help` says how it is used")
}

// nearestFlag finds the flag that was meant. cobra measures the distance of
// commands only, so the flags are lent to it as commands.
func nearestFlag(c *cobra.Command, name string) string {
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	if near := names.SuggestionsFor(name); len(near) > 0 {
		return near[0]
	}
	return ""
}

// unknownCommand is what the root says of a word that is no command.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "`sigilform --help` lists the commands"
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean `sigilform " + strings.Join(near, "` or `sigilform ") + "`?"
	}
	return usage("unknown command "+quoted(args[0]), hint)
}

func quoted(s string) string { return "\"" + s + "\"" }

// atMost refuses more arguments than a command takes.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usage("too many arguments: "+quoted(args[n])+" is one too many", "usage: "+c.UseLine())
	}
}
