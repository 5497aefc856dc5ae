package apply

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// fits refuses what does not depend on what others did meanwhile.
func fits(ctx context.Context, s Store, p *plan.Plan) error {
	if len(p.Conflicts) > 0 {
		return &Refused{
			Reason: failure.PlanConflicts, Summary: "The plan has conflicts",
			Detail: fmt.Sprintf("They must be settled first. There are %d; the first is: %s.", len(p.Conflicts), p.Conflicts[0].Summary),
			Hint:   "`sigilform plan` lists them",
		}
	}
	if p.ClusterID != s.ClusterID() {
		if restored := movedCluster(ctx, s, p); restored != nil {
			return restored
		}
		return &Refused{
			Reason: failure.OtherCluster, Summary: "The plan was made for another cluster",
			Detail: fmt.Sprintf("It was made for cluster %s, and this is cluster %s.", p.ClusterID, s.ClusterID()),
			Hint:   "give the endpoints of the plan's cluster, or plan again for this one",
		}
	}
	return nil
}

// Examine compares a plan with the cluster and the network's head, as [Run] does
// at first; the error is a *Refused where it does not fit them any more.
func Examine(ctx context.Context, s Store, p *plan.Plan) error {
	if err := fits(ctx, s, p); err != nil {
		return err
	}
	return checkHead(ctx, s, p)
}

// checkHead compares the head with the one that the plan starts from. The
// guard of the commit would reject the plan as well, but could not say why.
func checkHead(ctx context.Context, s Store, p *plan.Plan) error {
	layout := state.NewLayout(p.Network)
	found, err := s.Read(ctx, layout.Head(), layout.History(p.Serial), layout.History(p.Serial+1), layout.Journal())
	if err != nil {
		return err
	}
	if e := find(found, layout.Journal()); e != nil {
		j, err := state.DecodeJournal(e.Value)
		if err != nil {
			return &state.Damaged{Key: e.Key, Cause: err}
		}
		return &Interrupted{Network: p.Network, Journal: j}
	}
	head, err := headOf(find(found, layout.Head()), layout.Head())
	if err != nil {
		return err
	}
	if err := checkRestored(ctx, s, p, head, found); err != nil {
		return err
	}
	if head == nil {
		if p.Serial == 0 && p.HeadRevision == 0 {
			return nil
		}
		return &Refused{
			Reason: failure.StateGone, Summary: fmt.Sprintf("The state of network %q is gone", p.Network),
			Detail: fmt.Sprintf("The plan starts from serial %d, and the cluster has no %s.", p.Serial, layout.Head()),
			Hint:   "find out who removed it; then plan again",
		}
	}
	return compareHead(p, head, find(found, layout.Head()).ModRevision, find(found, layout.History(p.Serial+1)))
}

func compareHead(p *plan.Plan, head *state.Head, revision int64, next *kv.Entry) error {
	out := &Refused{Head: head, Hint: "plan again"}
	switch {
	case head.Network != p.Network, head.Prefix != p.Prefix && !moves(p):
		out.Reason, out.Summary = failure.OtherNetwork, "The plan is for another network"
		out.Detail = fmt.Sprintf("The plan's network %q is under %s; the cluster's network %q is under %s.", p.Network, p.Prefix, head.Network, head.Prefix)
	case p.Serial > 0 && head.Generation != p.Generation && p.Restored == "":
		out.Reason, out.Summary = failure.OtherGeneration, fmt.Sprintf("The network %q was made anew since the plan", p.Network)
		out.Detail = fmt.Sprintf("The plan is for generation %s, the cluster has generation %s: the network was removed and made anew, or a restored cluster was continued.", p.Generation, head.Generation)
	case appliedAlready(p, next):
		out.Reason, out.Summary = failure.AppliedAlready, "The plan was applied already"
		out.Detail = fmt.Sprintf("It became serial %d; the network is at %s.", p.Serial+1, describe(head))
		out.Hint = "nothing is left to do; a new plan shows what has changed since"
	case head.Serial == p.Serial && revision != p.HeadRevision:
		out.Reason, out.Summary = failure.HeadMoved, "The head was written since the plan was made"
		out.Detail = fmt.Sprintf("The plan saw it at revision %d, now it is at revision %d; the network is at %s.", p.HeadRevision, revision, describe(head))
	case head.Serial != p.Serial:
		out.Reason, out.Summary = failure.HeadMoved, "Another apply happened since the plan was made"
		out.Detail = fmt.Sprintf("The plan starts from serial %d; the network is at %s.", p.Serial, describe(head))
	default:
		return nil
	}
	return out
}

// moves reports whether the plan registers its prefix: it does for a network
// that comes back after a destroy, perhaps elsewhere.
func moves(p *plan.Plan) bool {
	return slices.Contains(p.State, kv.Op{Kind: kv.Put, Key: state.NewLayout(p.Network).Network(), Value: p.Prefix})
}

// appliedAlready reports whether the apply that followed the plan's serial was
// one of this plan: its intent covers all changes, its digest the files.
func appliedAlready(p *plan.Plan, next *kv.Entry) bool {
	if next == nil {
		return false
	}
	h, err := state.DecodeHistory(next.Value, nil)
	return err == nil && p.Intent != "" && h.Intent == p.Intent && h.ConfigDigest == p.ConfigDigest && h.Mode == string(p.Mode)
}

func describe(h *state.Head) string {
	return fmt.Sprintf("serial %d, applied by %s at %s", h.Serial, h.Actor, h.Time.UTC().Format(time.RFC3339))
}

func headOf(e *kv.Entry, key string) (*state.Head, error) {
	if e == nil {
		return nil, nil //nolint:nilnil // no head is a state of its own: before the first apply
	}
	h, err := state.DecodeHead(e.Value)
	if err != nil {
		return nil, &state.Damaged{Key: key, Cause: err}
	}
	return &h, nil
}

func find(entries []kv.Entry, key string) *kv.Entry {
	for i := range entries {
		if entries[i].Key == key {
			return &entries[i]
		}
	}
	return nil
}
