package failure

import "slices"

// The exit codes of a command. 2 is not one of a failure: it says that what was
// looked for was found.
const (
	ExitDone        = 0
	ExitError       = 1
	ExitFound       = 2
	ExitConflict    = 3
	ExitHeld        = 4
	ExitInterrupted = 5
	ExitDenied      = 6
	ExitUnknown     = 7
	ExitCrash       = 70
	// ExitCanceled is that of a command that Ctrl-C ended before it wrote anything.
	ExitCanceled = 130
)

// precedence is the order in which exit codes count where several hold.
func precedence() []int {
	return []int{ExitCrash, ExitUnknown, ExitInterrupted, ExitHeld, ExitConflict, ExitDenied, ExitError, ExitFound, ExitDone}
}

func rankOf(exit int) int { return slices.Index(precedence(), exit) }
