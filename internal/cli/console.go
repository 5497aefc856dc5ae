package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// maxExpression bounds one line of the console.
const maxExpression = 1 << 20

func (a *app) newConsole() *cobra.Command {
	var s sourceFlags
	var reveal string
	c := &cobra.Command{
		Use:   "console [PATH]",
		Short: "Evaluate expressions over a configuration",
		Long: `Read expressions line by line, and print their values: variables, locals, objects
and functions, as a file may use them. Sensitive values are not shown. No cluster
is asked. The end of the input, or exit, ends it.` + exits("0  every expression had a value", "1  error, or an expression had none"),
		Example: "  sigilform console\n  echo 'core.ams.ip' | sigilform console examples/network.hcl",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.reveal(reveal); err != nil {
				return err
			}
			source, err := s.source(path(args))
			if err != nil {
				return err
			}
			console, err := a.engine.Console(c.Context(), source)
			if err != nil {
				return err
			}
			defer console.Close()
			if err := a.warn(console.Warnings); err != nil {
				return err
			}
			return a.converse(c.Context(), console)
		},
	}
	s.add(c)
	addReveal(c, &reveal)
	return c
}

// converse evaluates line after line. At a terminal an error is forgotten with
// the next line; in a pipe it decides the exit code.
func (a *app) converse(ctx context.Context, console *engine.Console) error {
	_, typed := terminal(a.stdin)
	in := bufio.NewScanner(a.stdin)
	in.Buffer(nil, maxExpression)
	failed := false
	for {
		if typed {
			_, _ = io.WriteString(a.stderr, "> ")
		}
		text, more, err := nextExpression(ctx, in)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if text == "" {
			continue
		}
		ok, err := a.evaluate(ctx, console, text)
		if err != nil {
			return err
		}
		failed = failed || !ok && (!typed || console.Ended)
		if console.Ended {
			break
		}
	}
	if typed {
		_, _ = io.WriteString(a.stderr, "\n")
	}
	if failed {
		return &shown{cause: errors.New("an expression had no value"), silent: true}
	}
	return nil
}

// nextExpression reads a line; a comment is an empty one.
func nextExpression(ctx context.Context, in *bufio.Scanner) (text string, more bool, err error) {
	more, err = awaited(ctx, func() (bool, error) { return in.Scan(), in.Err() })
	if err != nil {
		return "", false, fmt.Errorf("read the expression: %w", err)
	}
	switch text = strings.TrimSpace(in.Text()); {
	case text == "exit", text == "quit":
		return "", false, nil
	case strings.HasPrefix(text, "#"):
		return "", more, nil
	}
	return text, more, nil
}

// evaluate prints the value of an expression, or what is wrong with it.
func (a *app) evaluate(ctx context.Context, console *engine.Console, text string) (ok bool, err error) {
	value, _, err := console.Eval(ctx, text)
	var wrong *diag.Failure
	switch {
	case errors.As(err, &wrong):
		return false, render.Diagnostics(a.stderr, wrong.Diagnostics, a.optionsFor(a.stderr))
	case err != nil:
		return false, err
	}
	if _, err := io.WriteString(a.stdout, strings.TrimSuffix(value, "\n")+"\n"); err != nil {
		return false, fmt.Errorf("write output: %w", err)
	}
	return true, nil
}
