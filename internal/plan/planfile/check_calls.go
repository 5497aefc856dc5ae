package planfile

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// checkCalls refuses calls of the authentication that no plan has: roles of
// others, and permissions beyond the network and what roles read of the state.
func checkCalls(p *plan.Plan) error {
	if p.Access == nil {
		return nil
	}
	for _, op := range append(append([]kv.AuthOp{}, p.Access.Grants...), p.Access.Revokes...) {
		if err := checkCall(p, op); err != nil {
			return err
		}
	}
	return nil
}

func checkCall(p *plan.Plan, op kv.AuthOp) error {
	_, ours := acl.RoleID(p.Network, op.Role)
	switch op.Kind {
	case kv.AddRole, kv.DeleteRole, kv.RevokePermission:
	case kv.GrantPermission:
		if op.Access < kv.Read || op.Access > kv.ReadWrite || !grantable(p, op) {
			return &Damaged{Reason: fmt.Sprintf("it grants %s on %v, which no role of its network has", op.Access, op.Range())}
		}
	case kv.GrantRole:
		ours = ours || op.Role == kv.RootName
	case kv.RevokeRole, kv.AddUser, kv.SetPassword, kv.ClearPassword, kv.DeleteUser, kv.EnableAuth, kv.DisableAuth:
		ours = true
	default:
		return &Damaged{Reason: fmt.Sprintf("it holds the unknown call %q", op.Kind)}
	}
	if !ours {
		return &Damaged{Reason: fmt.Sprintf("it changes the role %q, which is not its network's", op.Role)}
	}
	return nil
}

// grantable reports whether a range is within the network, or is of those that
// observers read.
func grantable(p *plan.Plan, op kv.AuthOp) bool {
	r := op.Range()
	if kv.Below(p.Prefix).Covers(r) && strings.HasPrefix(op.Key, p.Prefix) {
		return true
	}
	own := plan.OwnKeys(state.NewLayout(p.Network))
	for _, known := range []kv.Range{{Key: own.Head}, {Key: own.DigestKey}, {Key: own.PlanKey}, kv.Below(own.Objects), kv.Below(own.Networks)} {
		if r == known {
			return op.Access == kv.Read
		}
	}
	return false
}
