package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

// stdinName is the PATH that stands for standard input.
const stdinName = "-"

// maxFormat bounds what is read from standard input.
const maxFormat = 64 << 20

type fmtFlags struct {
	check, diff, recursive bool
	reveal                 string
}

func (a *app) newFmt() *cobra.Command {
	var f fmtFlags
	c := &cobra.Command{
		Use:   "fmt [PATH|-]",
		Short: "Put files into canonical form",
		Long: `Rewrite .hcl files in canonical form, in place, and list those that changed. With
- as PATH, format standard input to standard output.

PATH is a file or a folder, the current folder by default. Subfolders are left
alone without --recursive. HCL in JSON is left alone.` + exits("0  done; with --check: all are in canonical form", "1  error",
			"2  with --check: some files are not in canonical form"),
		Example: "  sigilform fmt\n  sigilform fmt --check --diff --recursive\n  sigilform fmt - <network.hcl",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := a.reveal(f.reveal); err != nil {
				return err
			}
			if path(args) == stdinName {
				return a.formatInput(c.Context(), f)
			}
			files, err := a.engine.FormatFiles(path(args), f.recursive)
			if err := a.endFormat(f, files); err != nil && !isFound(err) {
				return err
			}
			if err == nil && f.check && len(files) > 0 {
				return &found{what: "unformatted files"}
			}
			return err
		},
	}
	c.Flags().BoolVar(&f.check, "check", false, "write nothing; end with exit code 2 if a file is not in canonical form")
	c.Flags().BoolVar(&f.diff, "diff", false, "print the differences")
	addReveal(c, &f.reveal)
	c.Flags().BoolVar(&f.recursive, "recursive", false, "the files of subfolders, too")
	return c
}

// endFormat prints the names or the differences, and writes the files.
func (a *app) endFormat(f fmtFlags, files []engine.Formatted) error {
	for i := range files {
		text := files[i].Name + "\n"
		if f.diff {
			text = a.engine.Diff(&files[i])
		}
		if _, err := io.WriteString(a.stdout, text); err != nil {
			return fmt.Errorf("write output: %w", err)
		}
		if f.check {
			continue
		}
		if err := files[i].Write(); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) formatInput(ctx context.Context, f fmtFlags) error {
	text, err := awaited(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(a.stdin, maxFormat+1)) })
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	if len(text) > maxFormat {
		return usage("Standard input is larger than 64 MiB", "format the file by its name")
	}
	out, err := a.engine.Format("<stdin>", text)
	if err != nil {
		return err
	}
	same := string(out) == string(text)
	shown, to := string(out), asItIs(a.stdout)
	if f.check || f.diff {
		shown = ""
	}
	if f.diff && !same {
		to = a.stdout
		shown = a.engine.Diff(&engine.Formatted{Name: "<stdin>", Before: text, After: out})
	}
	if _, err := io.WriteString(to, shown); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	if f.check && !same {
		return &found{what: "unformatted input"}
	}
	return nil
}
