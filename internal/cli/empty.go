package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nothingEmpty refuses flags and arguments without a value. They come from a
// variable of a pipeline that is not set, and what was asked for with them would
// silently not be done: another cluster, a file in plain, no digest to compare.
func nothingEmpty(c *cobra.Command, args []string) error {
	var wrong error
	c.Flags().Visit(func(f *pflag.Flag) {
		if wrong == nil && emptyValue(f.Value) {
			wrong = usage(fmt.Sprintf("--%s has an empty value", f.Name), "leave it out, or give it a value: is the variable set that it comes from?")
		}
	})
	if wrong == nil && slices.ContainsFunc(args, blank) {
		wrong = usage("An argument is empty", "leave it out, or give it a value: is the variable set that it comes from?")
	}
	return wrong
}

// emptyValue reports whether a flag was given nothing, or a list with nothing in
// one place.
func emptyValue(v pflag.Value) bool {
	if list, ok := v.(pflag.SliceValue); ok {
		values := list.GetSlice()
		return len(values) == 0 || slices.ContainsFunc(values, blank)
	}
	return blank(v.String())
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
