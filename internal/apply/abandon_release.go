package apply

import (
	"context"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// released are the records of roles and users that the steps of a rollback have
// given back to others who had made them. None where authentication was still to
// be turned off before anything is taken from anybody: then all of it stands.
func (j *journaled) released() map[string]bool {
	if slices.ContainsFunc(j.intent.Revokes[j.journal.Revoked:], func(o kv.AuthOp) bool { return o.Kind == kv.DisableAuth }) {
		return nil
	}
	past, err := recorded(j.layout, j.journal.Serial, j.intent.Ops)
	if err != nil {
		return nil // a journal without a history is damaged, which is said elsewhere
	}
	out, done := map[string]bool{}, doneKeys(j.intent.Ops[:j.journal.Done])
	for i := range past.Changes {
		c := &past.Changes[i]
		key := j.layout.Record(addr.Kind(c.Kind), c.ID)
		if state.IsACL(addr.Kind(c.Kind)) && c.Reason == string(plan.Released) && done(key) {
			out[key] = true
		}
	}
	return out
}

// giveBack makes the calls that are left about roles and users which are others'
// again. No plan will: they have no record, and with one they would be ours to
// delete.
func (j *journaled) giveBack(ctx context.Context) error {
	released := j.released()
	if len(released) == 0 {
		return nil
	}
	now, err := j.options.Auth.Auth(ctx)
	if err != nil {
		return j.stoppedBy(ctx, err)
	}
	for _, op := range j.givingBack(released) {
		if op.Holds(now) || !op.Fits(now) {
			continue
		}
		if _, err := j.call(ctx, op); err != nil {
			return j.stoppedBy(ctx, err)
		}
		op.Apply(now)
	}
	return nil
}

// givingBack are those calls, in their order, with those by which nobody gets a
// right that it is not to have: what is given to a user of others loses before, and
// who is to leave a role of others has left before that gains.
func (j *journaled) givingBack(released map[string]bool) []kv.AuthOp {
	given := map[string]bool{}
	left := j.intent.Revokes[j.journal.Revoked:]
	for _, op := range left {
		if op.Kind == kv.GrantRole && released[j.recordOf(op)] {
			given[op.Role] = true
		}
	}
	var out []kv.AuthOp
	for _, op := range left {
		loses := op.Kind == kv.RevokePermission || op.Kind == kv.GrantPermission && op.Was.Allows(op.Access)
		leaves := op.Kind == kv.RevokeRole && released[j.recordOf(kv.AuthOp{Kind: kv.DeleteRole, Role: op.Role})]
		if released[j.recordOf(op)] || loses && given[op.Role] || leaves {
			out = append(out, op)
		}
	}
	return out
}
