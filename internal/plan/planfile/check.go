package planfile

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// check refuses a plan that no run of sigilform writes: above all one that
// touches keys outside its own network.
func check(p *plan.Plan) error {
	if err := checkIdentity(p); err != nil {
		return err
	}
	own := state.NewLayout(p.Network)
	for _, op := range p.Data {
		if err := checkOp(op, strings.HasPrefix(op.Key, p.Prefix)); err != nil {
			return err
		}
	}
	for _, op := range p.State {
		if err := checkOp(op, strings.HasPrefix(op.Key, own.Base()) || op.Key == own.Network()); err != nil {
			return err
		}
	}
	if err := checkCalls(p); err != nil {
		return err
	}
	return checkGuards(p.Guards)
}

func checkIdentity(p *plan.Plan) error {
	if p.Network == "" || p.ClusterID == "" || p.Generation == "" || p.Serial < 0 || p.HeadRevision < 0 {
		return &Damaged{Reason: "it lacks the network, the cluster or the generation"}
	}
	if p.Origin != nil {
		return &Damaged{Reason: "it is of a snapshot, and such a plan is never saved"}
	}
	if !strings.HasPrefix(p.Prefix, "/") || !strings.HasSuffix(p.Prefix, "/") || strings.HasPrefix(p.Prefix, state.Root) {
		return &Damaged{Reason: fmt.Sprintf("%q is not the prefix of a network", p.Prefix)}
	}
	if p.Mode != plan.ModeApply && p.Mode != plan.ModeDestroy && p.Mode != plan.ModeRollback {
		return &Damaged{Reason: fmt.Sprintf("it has the unknown mode %q", p.Mode)}
	}
	return nil
}

func checkOp(op kv.Op, inside bool) error {
	switch op.Kind {
	case kv.Put, kv.Delete, kv.DeletePrefix:
	default:
		return &Damaged{Reason: fmt.Sprintf("it holds the unknown operation %q", op.Kind)}
	}
	if !inside {
		return &Damaged{Reason: fmt.Sprintf("it writes %s, which is outside its network", op.Key)}
	}
	return nil
}

func checkGuards(guards []kv.Guard) error {
	for _, g := range guards {
		switch g.Kind {
		case kv.Unmoved, kv.Exists, kv.Empty, kv.NotAfter:
		case kv.Unwritten, kv.Unnamed, kv.Unheld:
			if g.Kind == kv.Unwritten && g.End <= g.Key || g.Looks() && (g.Form == "" || g.Value == "") {
				return &Damaged{Reason: "it holds a guard of nothing"}
			}
		default:
			return &Damaged{Reason: fmt.Sprintf("it holds the unknown guard %q", g.Kind)}
		}
		if g.Key == "" || g.Revision < 0 {
			return &Damaged{Reason: "it holds a guard without a key"}
		}
	}
	return nil
}
