package abort

import (
	"runtime/debug"
	"sync"
)

// Code is the exit code of a process that was given up: EX_SOFTWARE.
const Code = 70

// Prepare makes Go's runtime abort where it gives up, after it has written its
// traces. The abort then ends the process with Code, and note is the last that
// is written to standard error. Where the system or the processor is one that
// this is not written for, the abort kills the process, which a shell shows as
// code 134. A later call replaces the note.
func Prepare(note string) {
	preparing.Lock()
	defer preparing.Unlock()
	catch(note)
	debug.SetTraceback("crash")
}

// preparing lets one goroutine at a time change what the handler writes.
var preparing sync.Mutex //nolint:gochecknoglobals // the handler is one of the process
