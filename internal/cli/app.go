package cli

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
	"github.com/sigilgate/sigilform/internal/veil"
)

// app is one run of the program.
type app struct {
	root   *cobra.Command
	stdin  *os.File
	stdout io.Writer
	stderr io.Writer
	build  render.VersionDocument
	engine *engine.Engine
	// out is how the running command was asked to print.
	out  outputFlags
	logs logFlags
	// secrets are values that no output may hold, as far as they are known.
	secrets  []string
	progress *progress
	// unsaid are warnings that an error as JSON has with it.
	unsaid diag.List
	// journal is that of an apply in the middle of which something is shown.
	journal *state.Journal
	// reports are written beside what is printed. machine says that standard
	// output is one of them, and holds nothing else.
	reports reports
	machine bool
	// restored says that the cluster was restored from a snapshot.
	restored *render.RestoredDocument
	// stream prints what a watch says, nil where there is none.
	stream *driftStream
}

// run carries out one command and returns the exit code.
func (a *app) run(ctx context.Context, args []string) (code int) {
	defer func() {
		if err := fault.Of(recover()); err != nil {
			code = a.crashed(err)
		}
	}()
	// An error before the flags are read, or in them, is printed as they ask.
	a.out.json = wantsJSON(args)
	a.root.SetArgs(args)
	ran, err := a.root.ExecuteContextC(ctx)
	a.clear()
	if err == nil {
		return a.publish(failure.ExitDone)
	}
	if ran == a.root && a.out.json {
		a.out.format = formatJSON
	}
	a.keepError(err, codeOf(err))
	return a.publish(a.fail(err))
}

// wantsJSON looks for the flags that ask for JSON, for a command line that
// can't be understood otherwise.
func wantsJSON(args []string) bool {
	for i, arg := range args {
		switch {
		case arg == "--":
			return false
		case arg == "--json", arg == "--json=true", arg == "--format=json":
			return true
		case arg == "--format" && i+1 < len(args) && args[i+1] == "json":
			return true
		}
	}
	return false
}

// options are how the result is printed.
func (a *app) options() render.Options { return a.optionsFor(a.stdout) }

// optionsFor are how something is printed to one of the streams: in colour
// only to a terminal, and only where nobody minds.
func (a *app) optionsFor(w io.Writer) render.Options {
	o := render.Options{
		Format: render.Text, Quiet: a.out.quiet, Secrets: a.secrets, Veil: a.veilOf(w), Journal: a.journal, Restored: a.restored,
	}
	if a.isJSON() {
		o.Format = render.JSON
	}
	fd, ok := terminal(w)
	if !ok {
		return o
	}
	if width, _, err := term.GetSize(fd); err == nil {
		o.Width = width
	}
	env := a.engine.Env.Get
	o.Color = !a.out.noColor && env("NO_COLOR") == "" && env("TERM") != "dumb"
	return o
}

func (a *app) isJSON() bool { return a.out.format == formatJSON || a.out.json }

// terminal is the descriptor of a stream that is a terminal.
func terminal(stream any) (fd int, ok bool) {
	if veiled, isVeiled := stream.(*veil.Writer); isVeiled {
		stream = veiled.To
	}
	f, isFile := stream.(*os.File)
	if !isFile {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}

// note prints a remark for people, beside the result.
func (a *app) note(lines ...string) {
	if a.out.quiet || a.isJSON() {
		return
	}
	_, _ = io.WriteString(a.stderr, strings.Join(lines, "\n")+"\n")
}
