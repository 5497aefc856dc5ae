package fault

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Fault is a panic that was caught: the program is wrong, not what it was given.
type Fault struct {
	// What says what happened, without a value of the network.
	What string
	// Stack is where, from the panic outwards: a function, its file and line.
	Stack string
}

// Failure says that it is the program's fault. Where to report it, and with what,
// is for whoever shows it to say.
func (f *Fault) Failure() *failure.Failure {
	return &failure.Failure{Code: failure.Crash, Summary: "sigilform has a fault: " + f.What, Detail: "Neither your files nor the network are at fault."}
}

// Error is the summary.
func (f *Fault) Error() string { return f.Failure().Summary }

// Ended is a panic on purpose: an error that ends what runs in a library which
// can't return it.
type Ended interface {
	error
	// Ended marks the type.
	Ended()
}

// Of is the error of what recover returned, nil where that is nil. It must be
// called by the deferred function itself, as long as the stack is there.
func Of(recovered any) error {
	switch v := recovered.(type) {
	case nil:
		return nil
	case *Fault:
		return v // thrown on by the one who waited
	case Ended:
		return v
	case runtime.Error:
		return &Fault{What: v.Error(), Stack: stack()}
	default:
		return &Fault{What: fmt.Sprintf("a panic with a value of type %T, which is not shown", v), Stack: stack()}
	}
}

// Into is deferred: it joins a panic to the error that a function returns.
func Into(err *error) {
	if caught := Of(recover()); caught != nil {
		*err = errors.Join(*err, caught)
	}
}

// deepest is how many frames of a stack are kept.
const deepest = 100

// stack is the stack of a panic, without the frames of catching it.
func stack() string {
	pcs := make([]uintptr, deepest)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var b strings.Builder
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.Function == "runtime.gopanic" {
			b.Reset() // what stands above is the catching
			continue
		}
		if f.Function != "" {
			fmt.Fprintf(&b, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
		}
	}
	return b.String()
}
