package engine

import (
	"context"
	"fmt"

	"github.com/sigilgate/sigilform/internal/embedded"
)

// DefaultListen is where `dev` listens: on a port that the system chooses.
const DefaultListen = "127.0.0.1:0"

// DevOptions say which embedded server to run.
type DevOptions struct {
	// Path is a file or a folder of the configuration.
	Path string
	// Listen is a loopback address, DefaultListen where empty.
	Listen string
}

// Dev runs the embedded server for other programs until ctx ends.
func (e *Engine) Dev(ctx context.Context, o DevOptions) (err error) {
	p, err := open(o.Path)
	if err != nil {
		return err
	}
	defer p.close()
	e.progress("starting the embedded server")
	wait := heldPatience
	if _, runs := embedded.Endpoint(ctx, p.folder); runs {
		wait = 0 // another dev, which nobody should wait for
	}
	server, err := embedded.Start(ctx, embedded.Options{
		Dir: p.folder, Wait: wait, Listen: first(o.Listen, DefaultListen), Command: e.Command,
	})
	if err != nil {
		return err
	}
	defer func() {
		if closed := server.Close(); err == nil {
			err = closed
		}
	}()
	if err := e.say(Listening{Endpoint: server.Endpoint()}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case <-server.Broken():
		return fmt.Errorf("the embedded server broke down: %w", server.Err())
	}
}
