package cli

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/sigilgate/sigilform/internal/intake"
)

// errNobodyReads is why a report is not written into a pipe.
var errNobodyReads = errors.New("it is a pipe, and nobody reads from it")

// openReport opens a file to be written where it is. A pipe without a reader is
// waited for as long as one without a writer, and not for ever.
func openReport(name string, flag int) (*os.File, error) {
	every := time.NewTicker(pipeEvery)
	defer every.Stop()
	for until := time.Now().Add(intake.Patience); ; <-every.C {
		f, err := os.OpenFile(name, flag|os.O_CREATE|os.O_WRONLY|syscall.O_NONBLOCK, reportMode) //nolint:gosec // the user names it
		if !errors.Is(err, syscall.ENXIO) {
			return f, err //nolint:wrapcheck // the caller names the file
		}
		if info, stat := os.Stat(name); stat != nil || info.Mode()&os.ModeNamedPipe == 0 {
			return nil, err //nolint:wrapcheck // the caller names the file
		}
		if time.Now().After(until) {
			return nil, errNobodyReads
		}
	}
}

// pipeEvery is how often a reader is looked for.
const pipeEvery = 20 * time.Millisecond
