package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sigilgate/sigilform/internal/abort"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/fault"
)

// whereToReport is for faults of the program.
const whereToReport = "https://github.com/sigilgate/sigilform/issues"

// prepareAbort says what is told when Go itself ends the process: there is
// nobody to ask then what was running.
func prepareAbort(command string) {
	abort.Prepare(fmt.Sprintf(`
error: %s crashed (exit code %d)
  Go ended the process; the lines above say why and where. If they say
  "out of memory" or "cannot allocate memory", it needs more of it. If it was not
  told to end so by a signal either, this is a fault of sigilform.
  hint: run "sigilform status" to see whether an apply has to be recovered; report a
  fault at %s
  with the lines above, after you looked through them for what nobody should see
`, command, failure.ExitCrash, whereToReport))
}

// crashed is the end of a command whose panic was caught.
func (a *app) crashed(err error) (code int) {
	// What prints the error may be what is at fault.
	defer func() {
		if again := fault.Of(recover()); again != nil {
			a.abandonReports()
			_, _ = fmt.Fprintf(a.stderr, "error: %v\n", again)
			code = failure.ExitCrash
		}
	}()
	a.clear()
	code = codeOf(err)
	a.keepError(err, code)
	return a.publish(a.fail(err))
}

// explainFault is a fault as it is shown: where to report it, and with what.
func (a *app) explainFault(f *fault.Fault) *failure.Failure {
	d := f.Failure()
	d.Detail = fmt.Sprintf("It happened in `%s`. %s", a.commandName(), d.Detail)
	name, err := a.writeFault(f)
	if err != nil {
		d.Detail += fmt.Sprintf(" The stack could not be written to a file (%v): %s", err, strings.ReplaceAll(strings.TrimSpace(f.Stack), "\n", " "))
		d.Hint = "report it at " + whereToReport + " with the stack; `sigilform status` says whether an apply has to be recovered"
		return d
	}
	d.Hint = fmt.Sprintf("report it at %s with the file %s, which holds the stack and no value of the network; `sigilform status` says whether an apply has to be recovered", whereToReport, name)
	return d
}

// writeFault writes what a report needs to a file: the versions, the command
// without its arguments, and the stack without any.
func (a *app) writeFault(f *fault.Fault) (name string, err error) {
	file, err := os.CreateTemp("", "sigilform-crash-*.txt")
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(file, "%s\nin %s, sigilform %s, %s, etcd %s\n\n%s", f.What, a.commandName(), a.build.Version, a.build.Go, a.build.Etcd, f.Stack)
	return file.Name(), errors.Join(err, file.Close())
}
