package embedded

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/sigilgate/sigilform/internal/fault"

	"github.com/sigilgate/sigilform/internal/failure"
)

// breakdown is how etcd's giving up is noticed: with damaged files, or a full
// disk, it logs and then ends or panics, in whatever goroutine. Here only that
// goroutine ends, and the reason is kept. The server is of no use afterwards.
type breakdown struct {
	once   sync.Once
	reason error
	// happened is closed when there is a reason.
	happened chan struct{}
}

var _ zapcore.CheckWriteHook = (*breakdown)(nil)

func newBreakdown() *breakdown { return &breakdown{happened: make(chan struct{})} }

// logger prints nothing.
func (b *breakdown) logger() *zap.Logger {
	return zap.NewNop().WithOptions(zap.WithFatalHook(b), zap.WithPanicHook(b))
}

// GaveUp is the error for a server that ended by itself.
type GaveUp struct {
	// Said is what etcd says, and Cause the error that it met, which may be nil.
	Said  string
	Cause error
}

var _ fault.Ended = (*GaveUp)(nil)

// Failure is what etcd said, and what to do about it.
func (e *GaveUp) Failure() *failure.Failure {
	if f := ofSystem(e); f != nil {
		return f
	}
	return &failure.Failure{
		Code: failure.ServerEnded, Summary: "The embedded server ended by itself", Detail: "Reason: " + failure.Because(e) + ".", Cause: e.Cause,
		Hint: "run it again; if that fails as well, look at the disk, and keep a copy of .sigilform before you change anything",
	}
}

// Error is what etcd said.
func (e *GaveUp) Error() string {
	if e.Cause == nil {
		return "etcd gave up: " + e.Said
	}
	return fmt.Sprintf("etcd gave up: %s: %v", e.Said, e.Cause)
}

// Unwrap returns the error that etcd met.
func (e *GaveUp) Unwrap() error { return e.Cause }

// Ended lets it end what called etcd.
func (*GaveUp) Ended() {}

// OnWrite keeps the first reason and ends the goroutine. One that is etcd's own
// just ends. One of ours, which is within a call of etcd's, panics with the
// reason: ended silently, it would leave the program without anyone to go on.
func (b *breakdown) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	reason := &GaveUp{Said: entry.Message, Cause: cause(fields)}
	b.once.Do(func() {
		b.reason = reason
		close(b.happened)
	})
	if ours() {
		panic(reason) //nolint:forbidigo // caught where our goroutine began
	}
	runtime.Goexit()
}

func cause(fields []zapcore.Field) error {
	for _, f := range fields {
		if err, ok := f.Interface.(error); ok && f.Type == zapcore.ErrorType {
			return err
		}
	}
	return nil
}

const (
	module = "github.com/sigilgate/sigilform/"
	hook   = module + "internal/embedded.(*breakdown)"
	// deepest is far more frames than a call of etcd's has.
	deepest = 256
)

// ours reports whether the goroutine is one of sigilform's, which ran into
// etcd's code, not one that etcd started.
func ours() bool {
	pcs := make([]uintptr, deepest)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if strings.HasPrefix(f.Function, module) && !strings.HasPrefix(f.Function, hook) {
			return true
		}
	}
	return false
}

// err is the reason, nil where nothing happened.
func (b *breakdown) err() error {
	select {
	case <-b.happened:
		return b.reason
	default:
		return nil
	}
}
