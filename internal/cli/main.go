package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/veil"
)

// Main runs the program with the process's arguments, streams and environment,
// and returns its exit code. The catalogue says which kinds and fields there are.
func Main(c *schema.Catalogue) int {
	prepareAbort("sigilform")
	a := newApp(c)
	ctx, abort, stop := interruptible(context.Background())
	defer stop()
	a.engine.Abort = abort
	return a.run(ctx, os.Args[1:])
}

func newApp(c *schema.Catalogue) *app {
	version := engine.Build()
	private := new(veil.Veil)
	a := &app{
		stdin:  os.Stdin,
		stdout: &veil.Writer{To: os.Stdout, Veil: private}, stderr: &veil.Writer{To: os.Stderr, Veil: private, Strict: true},
		build: version,
		engine: &engine.Engine{
			Version: version.Version, Catalogue: c, Clock: time.Now, Random: rand.Reader, Env: os.Environ(), Veil: private,
		},
	}
	a.engine.Events = a.event
	a.root = a.newRoot()
	return a
}

// interruptible is a context that the first Ctrl-C ends: what is under way then
// comes to an end, forward or back. The second one closes abort, at which it
// stops where it is. A third ends the process.
func interruptible(parent context.Context) (ctx context.Context, abort <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	twice := make(chan struct{})
	ended := make(chan struct{})
	fault.Go(func() {
		said := func(text string) (*signalled, bool) {
			select {
			case s := <-signals:
				fmt.Fprintln(os.Stderr, "\n"+text)
				which, _ := s.(syscall.Signal)
				return &signalled{signal: which}, true
			case <-ended:
				return nil, false
			}
		}
		by, ok := said("stopping; press Ctrl-C again to stop at once")
		if !ok {
			return
		}
		cancel(by)
		if _, again := said("stopping at once"); again {
			signal.Stop(signals)
			close(twice)
		}
	}, cancel)
	return ctx, twice, func() {
		signal.Stop(signals)
		close(ended)
		cancel(nil)
	}
}
