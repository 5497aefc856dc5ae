package apply

import (
	"context"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// leaveAccess ends the calls of an apply that is abandoned so that the next plan
// sees what is left of them, whether it goes on or back. What has a record shows
// by itself. The rest is settled here: whether authentication that is on was
// proven; what roles and users got that have no record yet, which goes again;
// those that were to go and are there, which have their record again; those that a
// rollback has given back to others, which get what they are to have; and whose
// password was changed, of which etcd tells nobody.
func (j *journaled) leaveAccess(ctx context.Context) error {
	if j.journal.Grants+j.journal.Revokes == 0 {
		return nil
	}
	if j.options.Auth == nil {
		return errNoAuth
	}
	// From here on a recovery abandons it too: users may go that it would need.
	if err := j.move(ctx, func(next *state.Journal) { next.Phase = state.Abandoning }); err != nil {
		return err
	}
	if err := j.settleEnforce(ctx); err != nil {
		return err
	}
	if err := j.dropUnrecorded(ctx); err != nil {
		return err
	}
	if err := j.giveBack(ctx); err != nil {
		return err
	}
	return j.restoreRecords(ctx)
}

// dropUnrecorded takes back what was granted to roles and users that the steps
// did not come to record: nobody would know of it as ours. Users that were added
// and perhaps got no password go as well: the next plan would take them for whole.
func (j *journaled) dropUnrecorded(ctx context.Context) error {
	if len(j.intent.Grants) == 0 {
		return nil
	}
	unrecorded := map[string]bool{}
	for _, op := range j.intent.Ops[j.journal.Done:] {
		if op.Kind == kv.Put && j.formerOf(op.Key, true).was == nil {
			unrecorded[op.Key] = true
		}
	}
	half := usersOf(j.intent.Grants[j.journal.Granted:], kv.SetPassword)
	_, err := j.ungrant(ctx, func(op kv.AuthOp) bool {
		return unrecorded[j.recordOf(op)] || op.Role == "" && slices.Contains(half, op.User)
	})
	if err != nil {
		return j.stoppedBy(ctx, err)
	}
	return nil
}

// recordOf is the key of the record of what a call changes.
func (j *journaled) recordOf(op kv.AuthOp) string {
	switch op.Kind {
	case kv.AddRole, kv.DeleteRole, kv.GrantPermission, kv.RevokePermission:
		id, _ := acl.RoleID(j.network, op.Role)
		return j.layout.Record(addr.ACLRole, id)
	case kv.EnableAuth, kv.DisableAuth:
		return j.layout.Record(addr.ACL, plan.Authentication)
	case kv.AddUser, kv.DeleteUser, kv.SetPassword, kv.ClearPassword, kv.GrantRole, kv.RevokeRole:
	}
	return j.layout.Record(addr.ACLUser, op.User)
}

// restoreRecords gives what the calls that were not made are about its record
// again, where the steps have removed it: it is ours, and still to go. The records
// of users whose password was to be changed say what they said before.
func (j *journaled) restoreRecords(ctx context.Context) error {
	ops, err := j.formerPasswords()
	if err != nil {
		return err
	}
	ops = append(ops, j.formerRecords()...)
	if len(ops) == 0 {
		return nil
	}
	if err := j.learn(ctx, max(stepBytes, partBytes)); err != nil {
		return j.judge(ctx, err)
	}
	for len(ops) > 0 {
		n := j.fittingOps(ops, len(ops))
		if _, err := j.write(ctx, kv.Txn{Ops: ops[:n:n]}, j.journal.At(j.fence)); err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

// formerRecords are the records that the steps have removed although calls are
// left to be made. What was given back to others has none any more.
func (j *journaled) formerRecords() []kv.Op {
	left, released := map[string]bool{}, j.released()
	for _, op := range j.intent.Revokes[j.journal.Revoked:] {
		left[j.recordOf(op)] = !released[j.recordOf(op)]
	}
	var ops []kv.Op
	for _, op := range j.intent.Ops[:j.journal.Done] {
		if was := j.formerOf(op.Key, false).was; op.Kind == kv.Delete && left[op.Key] && was != nil {
			ops = append(ops, kv.Op{Kind: kv.Put, Key: op.Key, Value: was.Value})
		}
	}
	return ops
}

// formerPasswords lets the records of users whose password was to be changed
// after the data say again what they said before. Of those in the batch that the
// apply was at, the call may have been made: their records say so.
func (j *journaled) formerPasswords() ([]kv.Op, error) {
	var ops []kv.Op
	left := j.intent.Revokes[j.journal.Revoked:]
	doubtful := usersOf(nextBatch(left), kv.SetPassword, kv.ClearPassword)
	for _, user := range usersOf(left, kv.SetPassword, kv.ClearPassword) {
		key := j.layout.Record(addr.ACLUser, user)
		at := slices.IndexFunc(j.intent.Ops[:j.journal.Done], func(o kv.Op) bool { return o.Key == key && o.Kind == kv.Put })
		if at < 0 {
			continue
		}
		before := ""
		if was := j.formerOf(key, true).was; was != nil {
			before = was.Value
		}
		text, err := plan.WithFormerPassword(j.intent.Ops[at].Value, before, slices.Contains(doubtful, user))
		if err != nil {
			return nil, &state.Damaged{Key: key, Cause: err}
		}
		ops = append(ops, kv.Op{Kind: kv.Put, Key: key, Value: text})
	}
	return ops, nil
}

// usersOf are the users that calls of some kinds are about.
func usersOf(ops []kv.AuthOp, kinds ...kv.AuthOpKind) []string {
	var out []string
	for _, op := range ops {
		if slices.Contains(kinds, op.Kind) {
			out = append(out, op.User)
		}
	}
	return out
}
