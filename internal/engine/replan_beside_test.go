package engine_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/sigilgate/sigilform/internal/engine"
)

// tabletAdded is twoCores with both Cores and a device for the user.
const tabletAdded = `network "t" {}

core "a" {
  ip = "192.0.2.1"
}

core "b" {
  ip = "192.0.2.2"
}

user "alice" {
  core_nodes = [core.a]

  device "tablet" {
    core = core.a
  }
}
`

// TestReplansWhenOthersTookWhatAWriteStandsOn: others take the Core of a new
// device from its user. A direct apply plans again, and gives it back; the
// user's device is never left without it.
func TestReplansWhenOthersTookWhatAWriteStandsOn(t *testing.T) {
	t.Parallel()
	const member = "/sigilgate/users/1/core_nodes/192.0.2.1"
	server, e, o := setUp(t)
	o.Source.Path = filepath.Join(t.TempDir(), "network.hcl")
	write(t, o.Source.Path, twoCores)
	mustApply(t, e, o)
	write(t, o.Source.Path, tabletAdded)
	var reviewed []*engine.Planned
	take := server.Delete
	_, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: func(_ context.Context, p *engine.Planned) error {
		if reviewed = append(reviewed, p); len(reviewed) == 1 {
			take(t, member)
		}
		return nil
	}})
	if err != nil || len(reviewed) != 2 || reviewed[1].Replanned != engine.BesideWritten {
		t.Fatalf("%d reviews, %v", len(reviewed), err)
	}
	if _, there := server.Get(t, member); !there {
		t.Error("the device is at a Core that its user may not use")
	}
}
