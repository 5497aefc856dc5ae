package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// restored tells whether the cluster was restored from a snapshot since the
// network was last applied. A head that can't be read shows nothing: whoever
// needs it says what is wrong with it.
func (s *session) restored(ctx context.Context, network string) (*state.Head, *state.Restored) {
	found, err := s.Read(ctx, state.NewLayout(network).Head())
	if err != nil || len(found) == 0 {
		return nil, nil
	}
	head, err := state.DecodeHead(found[0].Value)
	if err != nil {
		return nil, nil
	}
	return &head, head.RestoredIn(s.ClusterID(), s.LogIndex(ctx, found[0].ModRevision))
}

// refuseRestored refuses a saved plan in a cluster that was restored with its
// id, and that looks as the plan saw it: nobody accepted that yet.
func refuseRestored(ctx context.Context, s *session, p *plan.Plan) error {
	if p.Restored != "" || p.ClusterID != s.ClusterID() {
		return nil
	}
	head, r := s.restored(ctx, p.Network)
	if r == nil || r.From != s.ClusterID() {
		return nil
	}
	return apply.RefuseRestored(head, fmt.Sprintf("Its log is shorter than it was when serial %d was applied by %s at %s.", r.Serial, r.Actor, r.Time.Format(time.RFC3339)))
}
