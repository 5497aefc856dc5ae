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
)

// Main runs the program with the process's arguments, streams and environment,
// and returns its exit code.
func Main() int {
	a := newApp()
	ctx, stop := interruptible(context.Background())
	defer stop()
	return a.run(ctx, os.Args[1:])
}

func newApp() *app {
	version := build()
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		build: version,
		engine: &engine.Engine{
			Version: version.Version, Clock: time.Now, Random: rand.Reader, Env: os.Environ(),
		},
	}
	a.root = a.newRoot()
	return a
}

// interruptible is a context that the first Ctrl-C ends. What is under way
// then finishes or refuses; a second Ctrl-C ends the process at once.
func interruptible(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			fmt.Fprintln(os.Stderr, "\nstopping; press Ctrl-C again to end at once")
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}
