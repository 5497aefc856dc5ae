package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// review reads which calls of the authentication the interrupted run has made.
// From then on those are not made again.
func (j *journaled) review(ctx context.Context) error {
	if j.journal.Grants+j.journal.Revokes == 0 {
		return nil
	}
	if j.options.Auth == nil {
		return errNoAuth
	}
	now, err := j.options.Auth.Auth(ctx)
	if err != nil {
		return err
	}
	j.known, j.auth = now, now.Revision
	left := slices.Concat(j.intent.Grants[j.journal.Granted:], j.intent.Revokes[j.journal.Revoked:])
	return checkPasswords(left, j.options.Passwords)
}

// obstructed is why the calls before the data can't all be made any more.
func (j *journaled) obstructed() error {
	if j.known == nil {
		return nil
	}
	then, begun := j.known.Clone(), len(j.begunGrants(j.known))
	for i, op := range j.intent.Grants {
		switch {
		case i >= begun && op.Kind == kv.AddUser && op.Holds(then):
			return fmt.Errorf("someone else created the user %q, which the apply was to create", op.User)
		case op.Holds(then):
		case !op.Fits(then):
			return fmt.Errorf("someone else changed the roles or users that the apply changes: the call %q is not possible any more", op.String())
		default:
			op.Apply(then)
		}
	}
	return nil
}

// unmade are the calls of a batch that are still to be made. After the data is
// written nothing can be taken back: what others have made impossible since is
// left out, and the next plan shows it. Turning authentication on is never left
// out: that it is on proves nothing, and the rescue user may be there still.
func (j *journaled) unmade(batch []kv.AuthOp) []kv.AuthOp {
	if j.known == nil {
		return batch
	}
	var out []kv.AuthOp
	for _, op := range batch {
		if op.Kind == kv.EnableAuth || !op.Holds(j.known) && op.Fits(j.known) {
			op.Apply(j.known)
			out = append(out, op)
		}
	}
	return out
}

// settleEnforce ends, where an apply is abandoned, what an interrupted run has
// begun to turn authentication on with: where it is on, that is proven or undone,
// and the rescue user goes in any case.
func (j *journaled) settleEnforce(ctx context.Context) error {
	pending := j.intent.Revokes[j.journal.Revoked:]
	if !slices.ContainsFunc(pending, func(o kv.AuthOp) bool { return o.Kind == kv.EnableAuth }) {
		return nil
	}
	enabled, _, err := j.options.Auth.AuthStatus(ctx)
	switch {
	case err != nil:
	case enabled:
		_, err = j.enforce(ctx)
		return err
	default:
		_, err = j.options.Auth.TidyRescue(ctx, j.layout.Probe())
	}
	if err != nil {
		return j.stoppedBy(ctx, err)
	}
	return nil
}
