package embedded

import (
	"fmt"
	"runtime"
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
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

// OnWrite keeps the first reason and ends the goroutine.
func (b *breakdown) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	b.once.Do(func() {
		b.reason = fmt.Errorf("etcd gave up, its data may be damaged or the disk full: %s%s", entry.Message, cause(fields))
		close(b.happened)
	})
	runtime.Goexit()
}

func cause(fields []zapcore.Field) string {
	for _, f := range fields {
		if err, ok := f.Interface.(error); ok && f.Type == zapcore.ErrorType {
			return ": " + err.Error()
		}
	}
	return ""
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
