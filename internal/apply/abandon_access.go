package apply

import (
	"context"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// leaveAccess ends the calls of an apply that is abandoned so that the next plan
// sees what is left of them. That shows by itself but for three things: whether
// authentication that is on was proven, whether a new user has its password, and
// whether the password of an old one was changed, of which etcd tells nobody.
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
	if err := j.dropHalfMade(ctx); err != nil {
		return err
	}
	return j.unrecordPasswords(ctx)
}

// dropHalfMade takes users away that were added and perhaps got no password: the
// next plan would take them for whole.
func (j *journaled) dropHalfMade(ctx context.Context) error {
	half := usersOf(j.intent.Grants[j.journal.Granted:], kv.SetPassword)
	if len(half) == 0 {
		return nil
	}
	now, err := j.options.Auth.Auth(ctx)
	if err != nil {
		return j.stoppedBy(ctx, err)
	}
	for _, user := range half {
		if _, there := now.Users[user]; !there {
			continue
		}
		if err := j.call(ctx, kv.AuthOp{Kind: kv.DeleteUser, User: user}); err != nil {
			return j.stoppedBy(ctx, err)
		}
	}
	return nil
}

// patchedAtOnce is how many records are written in one transaction.
const patchedAtOnce = 100

// unrecordPasswords lets the records of users whose password was to be changed
// after the data say again what they said before. Of those in the batch that the
// apply was at, the call may have been made: their records say so.
func (j *journaled) unrecordPasswords(ctx context.Context) error {
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
			return &state.Damaged{Key: key, Cause: err}
		}
		ops = append(ops, kv.Op{Kind: kv.Put, Key: key, Value: text})
	}
	for some := range slices.Chunk(ops, patchedAtOnce) {
		if _, err := j.write(ctx, kv.Txn{Ops: some}, j.journal.At(j.fence)); err != nil {
			return err
		}
	}
	return nil
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
