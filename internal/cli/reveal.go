package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/veil"
)

// The values of --reveal: as it stands by itself, and for who means it.
const (
	revealHere  = "terminal"
	revealForce = "force"
)

// addReveal defines --reveal.
func addReveal(c *cobra.Command, value *string) {
	f := c.Flags()
	f.StringVar(value, "reveal", "", "show private values whole, not their beginning; off a terminal only as --reveal=force")
	f.Lookup("reveal").NoOptDefVal = revealHere
	_ = c.RegisterFlagCompletionFunc("reveal", cobra.FixedCompletions(toCompletions([]string{revealHere, revealForce}), cobra.ShellCompDirectiveNoFileComp))
}

// reveal shows private values whole, where somebody sees them or means it. Each
// stream is looked at by itself: a log of errors is not a terminal because the
// result goes to one.
func (a *app) reveal(value string) error {
	switch value {
	case "":
		return nil
	case revealHere, revealForce:
	default:
		return usage(fmt.Sprintf("--reveal can't be %q", value), "write --reveal, or --reveal="+revealForce+" where there is no terminal")
	}
	if _, ok := terminal(a.stdout); !ok && value != revealForce {
		return usage("--reveal shows private values on a terminal only, and standard output is not one", "--reveal="+revealForce+" prints them all the same: into a file or a log that others may read")
	}
	for _, w := range []io.Writer{a.stdout, a.stderr} {
		stream, ok := w.(*veil.Writer)
		if _, seen := terminal(w); ok && (seen || value == revealForce) {
			stream.Veil = nil
		}
	}
	return nil
}

// veilOf is what a stream is to be read through: nil for one that shows private
// values whole. What is no stream of ours never does.
func (a *app) veilOf(w io.Writer) *veil.Veil {
	if stream, ok := w.(*veil.Writer); ok {
		return stream.Veil
	}
	return a.engine.Veil
}

// asItIs is a stream for what is the user's own text, and goes back to the user as
// it is.
func asItIs(w io.Writer) io.Writer {
	if stream, ok := w.(*veil.Writer); ok {
		return stream.To
	}
	return w
}
