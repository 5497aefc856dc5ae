package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

func (a *app) newOutput() *cobra.Command {
	var out outputFlags
	var s sourceFlags
	var raw bool
	c := &cobra.Command{
		Use:   "output [NAME] [PATH]",
		Short: "Print the outputs of a configuration",
		Long: `Evaluate the outputs of a configuration and print all of them, or the one that is
named. No cluster is asked. A sensitive output is never printed.

A single argument is a PATH where there is such a file or folder, else a NAME.` + exits("0  printed", "1  error, or no such output"),
		Example: "  sigilform output\n  sigilform output core_ips --json\n  sigilform output --raw region examples/regions",
		Args:    atMost(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.output(&out, formatText, formatJSON); err != nil {
				return err
			}
			name, where := nameAndPath(args)
			if raw && (name == "" || out.json) {
				return usage("--raw prints the value of one output as it is", "name the output, and leave --json out")
			}
			source, err := s.source(where)
			if err != nil {
				return err
			}
			outputs, warnings, err := a.engine.Output(c.Context(), source, name)
			if err != nil {
				return err
			}
			if err := a.warn(warnings); err != nil {
				return err
			}
			return a.showOutputs(outputs, raw)
		},
	}
	out.add(c)
	s.add(c)
	c.Flags().BoolVar(&raw, "raw", false, "print the value of one output without quotes and line end")
	return c
}

// nameAndPath tells the two optional arguments apart.
func nameAndPath(args []string) (name, path string) {
	switch len(args) {
	case 0:
		return "", ""
	case 2:
		return args[0], args[1]
	}
	if _, err := os.Stat(args[0]); err == nil || strings.ContainsAny(args[0], "/.") {
		return "", args[0]
	}
	return args[0], ""
}

func (a *app) showOutputs(outputs []engine.Output, raw bool) error {
	if raw {
		return a.rawOutput(outputs[0])
	}
	list := make([]render.Output, 0, len(outputs))
	for _, o := range outputs {
		list = append(list, render.Output{
			Name: o.Name, Value: o.Value, Text: o.Text, Description: o.Description, Sensitive: o.Sensitive,
		})
	}
	return render.Outputs(a.stdout, list, a.options())
}

func (a *app) rawOutput(o engine.Output) error {
	if o.Sensitive {
		return usage(fmt.Sprintf("The output %q is sensitive and is not printed", o.Name), "read the value where the configuration has it from")
	}
	var text string
	switch v := o.Value.(type) {
	case string:
		text = v
	case bool, json.Number, float64, int64, int:
		text = fmt.Sprint(v)
	default:
		return usage(fmt.Sprintf("The output %q is not a text, a number or a truth value", o.Name), "print it with --json")
	}
	if a.veilOf(a.stdout).Text(text) != text {
		return usage(fmt.Sprintf("The output %q holds a private value, which is not printed whole", o.Name), "say --reveal=force where that is meant")
	}
	if _, err := io.WriteString(asItIs(a.stdout), text); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}
