//go:build linux && (amd64 || arm64)

package abort

import (
	"syscall"
	"unsafe"
)

// last is what the handler writes: a pointer and a length.
type last struct {
	text *byte
	size uintptr
}

// written is read by the handler, in assembly.
var written *last //nolint:gochecknoglobals,unused // the handler of a signal is one of the process, and reads it

// handlerPC is the address of the handler, set in assembly: a pointer to the
// function would lead to a wrapper, which needs a goroutine.
var handlerPC uintptr //nolint:gochecknoglobals // a constant that only the linker knows

// action is the kernel's struct sigaction.
type action struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

const (
	onAlternateStack = 0x08000000 // SA_ONSTACK: a goroutine's stack is too small
	withRestorer     = 0x04000000 // SA_RESTORER, which amd64 insists on; the handler never returns
)

// catch sets the handler of SIGABRT. It is not os/signal's, which delivers to a
// goroutine: none runs any more. Where the kernel refuses, the abort kills.
func catch(note string) {
	if note == "" {
		note = "\n"
	}
	written = &last{text: unsafe.StringData(note), size: uintptr(len(note))} //nolint:gosec // read by the handler only
	act := action{handler: handlerPC, flags: onAlternateStack | withRestorer, restorer: handlerPC}
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGABRT), uintptr(unsafe.Pointer(&act)), 0, unsafe.Sizeof(act.mask), 0, 0) //nolint:gosec // the system call takes the address of act
}
