package apply_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestACLChangeOnThreeMembersInTrouble changes roles and users on a cluster of
// three processes whose leader dies at one of the calls, before the data or
// after it. It ends with everything old or everything new, perhaps by a recovery.
func TestACLChangeOnThreeMembersInTrouble(t *testing.T) {
	t.Parallel()
	for _, at := range []int{3, 20} {
		t.Run(fmt.Sprintf("call %d", at), func(t *testing.T) {
			t.Parallel()
			c := etcdtest.StartProcesses(t, 3, etcdtest.Options{})
			c.AwaitHealthy(t)
			w := newTownOn(t, c.Verbs(t), etcd.Config{Endpoints: c.Endpoints(), Timeout: requestLimit})
			k := newCastleOf(t, w)
			killed := -1
			k.gate.at, k.gate.calls = at, 0
			k.gate.seen = nil // the check of each call is for one member: here reads take long
			k.gate.before = func() {
				killed = c.AwaitLeader(t)
				c.Kill(t, killed)
			}
			o := k.options("third")
			o.Patience, o.Pause = clusterPatience, paused
			_, err := apply.Run(t.Context(), k.faults, k.plan(t, newCastleNetwork(t)), o)
			if killed < 0 {
				t.Fatal("the leader never died")
			}
			c.Restart(t, killed)
			c.AwaitHealthy(t)
			k.Verbs = c.Verbs(t)
			k.client = k.connect(t, narrow())
			k.gate = &gate{real: k.client}
			k.lawful(t, "after the run")
			k.unlock(t)
			r, recovered := apply.Recover(t.Context(), k.client, nettest.Name, "/sigilgate/", k.options("recovery"))
			if recovered != nil {
				t.Fatalf("recover after %v: %v", err, recovered)
			}
			t.Logf("%v; then %+v", err, r)
			_, committed := k.Get(t, state.NewLayout(nettest.Name).History(3))
			k.ends(t, committed)
			k.agree(t, c)
		})
	}
}

// paused waits as a run does.
func paused(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
