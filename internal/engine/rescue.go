package engine

import (
	"context"

	"github.com/sigilgate/sigilform/internal/etcd"
)

// Rescue turns the cluster's authentication off again where an apply was killed
// right after it had turned it on, and these credentials do not work.
func (e *Engine) Rescue(ctx context.Context, o LiveOptions) error {
	t, _, err := e.find(ctx, o)
	if err != nil {
		return err
	}
	if t.embedded != "" {
		return failure("The embedded server asks nobody for a user", "", "Name the cluster that is to be rescued.")
	}
	if t.config.Timeout, err = e.timeout(o.Connection); err != nil {
		return err
	}
	e.progress("turning authentication off")
	return etcd.Rescue(ctx, t.config)
}
