package apply

import (
	"context"
	"fmt"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// movedCluster recognises a plan for the cluster that this one was restored
// from: its state is still that of the plan's cluster. Nil where it is not, or
// can't be read; then the plan is for another cluster, which is true as well.
func movedCluster(ctx context.Context, s Store, p *plan.Plan) error {
	key := state.NewLayout(p.Network).Head()
	found, err := s.Read(ctx, key)
	if err != nil {
		return nil //nolint:nilerr // the caller has a reason of its own
	}
	head, err := headOf(find(found, key), key)
	if err != nil || head == nil || head.ClusterID != p.ClusterID {
		return nil //nolint:nilerr // the caller has a reason of its own
	}
	return RefuseRestored(head, fmt.Sprintf("The plan was made for cluster %s. This is cluster %s, and it holds the state of that one: %s.",
		p.ClusterID, s.ClusterID(), describe(head)))
}

// checkRestored finds out whether the cluster went back behind the plan. What
// shows it can't happen otherwise: within one life of a cluster its revision
// only grows, and within one generation of a network each serial has one apply.
func checkRestored(ctx context.Context, s Store, p *plan.Plan, head *state.Head, found []kv.Entry) error {
	layout := state.NewLayout(p.Network)
	now, err := s.Scan(ctx, 0, layout.Head())
	if err != nil {
		return err
	}
	switch {
	case now.Revision < p.Revision:
		return RefuseRestored(head, fmt.Sprintf("The plan was made at revision %d, and the cluster is at revision %d.", p.Revision, now.Revision))
	case head == nil, head.Generation != p.Generation && (p.Restored == "" || p.Restored != head.ClusterID):
		return nil // another network, or a restored one that somebody continued
	case head.Serial < p.Serial:
		return RefuseRestored(head, fmt.Sprintf("The plan starts from serial %d, and the network is at %s.", p.Serial, describe(head)))
	case otherApply(p, head, find(found, layout.History(p.Serial))):
		return RefuseRestored(head, fmt.Sprintf("The plan starts from serial %d of another apply (%s); the network is at %s.", p.Serial, p.HeadApply, describe(head)))
	}
	if at := find(found, layout.Head()).ModRevision; head.Serial == p.Serial && at < p.HeadRevision {
		return RefuseRestored(head, fmt.Sprintf("The plan saw the head at revision %d, now it is at revision %d; the network is at %s.", p.HeadRevision, at, describe(head)))
	}
	return nil
}

// otherApply reports whether the serial that the plan starts from is of another
// apply than the one which the plan saw.
func otherApply(p *plan.Plan, head *state.Head, recorded *kv.Entry) bool {
	if p.HeadApply == "" {
		return false
	}
	if head.Serial == p.Serial {
		return head.Apply != p.HeadApply
	}
	if recorded == nil {
		return false
	}
	h, err := state.DecodeHistory(recorded.Value, nil)
	return err == nil && h.Apply != p.HeadApply
}

// RefuseRestored is the refusal of a plan for a cluster that went back behind
// it; the detail says what shows that.
func RefuseRestored(head *state.Head, detail string) *Refused {
	return &Refused{
		Reason: failure.Restored, Summary: "The cluster was restored from an older snapshot since the plan", Head: head, Detail: detail,
		Hint: "compare what the cluster holds with git, then plan again, with --accept-restored where the new plan asks for it",
	}
}
