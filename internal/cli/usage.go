package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sigilgate/sigilform/internal/failure"
)

// usage is the error for a command line that can't be carried out.
func usage(summary, hint string) error {
	return &failure.Failure{Code: failure.Usage, Summary: summary, Hint: hint}
}

// flagError says what is wrong with a flag, and which one was meant.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		hint := "`" + c.CommandPath() + " --help` lists its flags"
		if near := nearestFlag(c, unknown.GetSpecifiedName()); near != "" {
			hint = "did you mean --" + near + "?"
		} else if meant := c.SuggestionsFor(unknown.GetSpecifiedName()); len(meant) > 0 {
			hint = "did you mean `" + c.CommandPath() + " " + meant[0] + "`?" // such as --version
		}
		return usage("Unknown flag --"+strings.TrimLeft(unknown.GetSpecifiedName(), "-"), hint)
	}
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) && bad.GetFlag().Value.Type() == "duration" {
		return usage(fmt.Sprintf("--%s can't be %q", bad.GetFlag().Name, bad.GetValue()), "write it as 10s or 1m30s")
	}
	if bad != nil && bad.GetFlag().Value.Type() == "size" {
		return usage(fmt.Sprintf("--%s can't be %q", bad.GetFlag().Name, bad.GetValue()), "write it as 512MiB or 2GiB")
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

// unknownCommand is what a command with others below it says of a word that is
// none of them.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	path := c.CommandPath()
	hint := "`" + path + " --help` lists the commands"
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean `" + path + " " + strings.Join(near, "` or `"+path+" ") + "`?"
	}
	return usage("Unknown command "+quoted(args[0]), hint)
}

// knownTopic refuses to help with what is not a command.
func knownTopic(c *cobra.Command, args []string) error {
	found, rest, err := c.Root().Find(args)
	if err != nil || !found.HasSubCommands() {
		return err
	}
	return unknownCommand(found, rest)
}

// strict makes the commands that cobra adds by itself refuse wrong words, too.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Args = knownTopic
		case "completion":
			c.Args = unknownCommand
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}

func quoted(s string) string { return "\"" + s + "\"" }

// between asks for some arguments, and refuses more than a command takes.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least {
			return usage("An argument is missing", "usage: "+c.UseLine())
		}
		return atMost(most)(c, args)
	}
}

// atMost refuses more arguments than a command takes.
func atMost(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usage("Too many arguments: "+quoted(args[n])+" is one too many", "usage: "+c.UseLine())
	}
}
