package apply

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// A batch is calls of one kind, which may be made in any order. Between two the
// revision is compared and the journal's position moves. While authentication
// is on, a call ends the session of the one beside it: then a batch is made one
// by one.
const (
	batchCalls    = 64
	parallelCalls = 16
)

// calls makes those calls of one side of the intent that are not made yet.
func (j *journaled) calls(ctx context.Context, all []kv.AuthOp, position func(*state.Journal) *int) error {
	if len(all) == 0 || *position(j.journal) == len(all) {
		return nil
	}
	if j.journal.Phase == state.Preparing {
		if err := j.move(ctx, func(next *state.Journal) { next.Phase = state.Applying }); err != nil {
			return err
		}
	}
	enabled, err := j.unmovedAuth(ctx, all[*position(j.journal):])
	if err != nil {
		return err
	}
	for at := *position(j.journal); at < len(all); at = *position(j.journal) {
		if j.options.stopped() && j.journal.Done < j.journal.Ops {
			return ErrStopped
		}
		batch := nextBatch(all[at:])
		if send := j.unmade(batch); len(send) > 0 {
			moved, err := j.batch(ctx, send, enabled)
			if err != nil {
				return err
			}
			j.auth += moved
			j.stats.Calls += len(send)
		}
		err = j.move(ctx, func(next *state.Journal) { *position(next) = at + len(batch); next.AuthRevision = j.auth })
		if err != nil {
			return err
		}
		j.report()
		if enabled, err = j.unmovedAuth(ctx, all[at+len(batch):]); err != nil {
			return err
		}
	}
	return nil
}

// nextBatch is the calls of one kind that come first, no two of them about the
// same: a permission that becomes another by way of both has an order.
func nextBatch(rest []kv.AuthOp) []kv.AuthOp {
	type about struct {
		role, user string
		keys       kv.Range
	}
	rest = rest[:min(len(rest), batchCalls)]
	seen := map[about]bool{}
	n := slices.IndexFunc(rest, func(o kv.AuthOp) bool {
		is := about{role: o.Role, user: o.User, keys: o.Range()}
		again := seen[is]
		seen[is] = true
		return again || o.Kind != rest[0].Kind
	})
	if n < 0 {
		return rest
	}
	return rest[:n]
}

// unmovedAuth stops the run where others have changed the authentication.
func (j *journaled) unmovedAuth(ctx context.Context, left []kv.AuthOp) (enabled bool, err error) {
	enabled, revision, err := j.options.Auth.AuthStatus(ctx)
	if err != nil {
		return false, j.stoppedBy(ctx, err)
	}
	if revision == j.auth {
		return enabled, nil
	}
	made, all := j.journal.Granted+j.journal.Revoked, j.journal.Grants+j.journal.Revokes
	return false, j.stoppedBy(ctx, &AuthInterrupted{Made: made, All: all, Left: left, Expected: j.auth, Found: revision})
}

// stoppedBy leaves the journal as it is.
func (j *journaled) stoppedBy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return j.judge(ctx, err)
	}
	return j.stands(err)
}

// batch makes some calls of one kind, and returns by how much they moved the
// revision.
func (j *journaled) batch(ctx context.Context, ops []kv.AuthOp, enabled bool) (moved uint64, err error) {
	if ops[0].Kind == kv.EnableAuth {
		return j.enforce(ctx)
	}
	slots := parallelCalls
	if enabled || ops[0].Kind == kv.DisableAuth {
		slots = 1
	}
	errs := make([]error, len(ops))
	var again atomic.Uint64
	free := make(chan struct{}, slots)
	var wg fault.Group
	for i, op := range ops {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			repeats, err := j.call(ctx, op)
			again.Add(repeats)
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return 0, err
	}
	return j.movedBy(ctx, uint64(len(ops)), again.Load())
}

// movedBy is by how much calls moved the revision, of which some were made again
// after a lost reply: each of those may have moved it twice.
func (j *journaled) movedBy(ctx context.Context, made, again uint64) (uint64, error) {
	if again == 0 {
		return made, nil
	}
	_, revision, err := j.options.Auth.AuthStatus(ctx)
	if err != nil {
		return 0, j.stoppedBy(ctx, err)
	}
	return min(max(made, revision-j.auth), made+again), nil
}

// call makes one call, and where that fails looks whether it was made. Where that
// does not show (a password), or nobody could look, it is made again: again says
// how often.
func (j *journaled) call(ctx context.Context, op kv.AuthOp) (again uint64, err error) {
	password := ""
	if op.Kind == kv.SetPassword && op.Password != nil {
		if password, err = j.options.Passwords(*op.Password); err != nil {
			return 0, err
		}
	}
	for waits := j.options.waits(); ; again++ {
		err := j.options.Auth.DoAuth(ctx, op, password)
		if err == nil {
			return again, nil
		}
		now, looked := j.options.Auth.Auth(ctx)
		if looked == nil && op.Holds(now) {
			return again, nil
		}
		if !passing(err) && looked == nil {
			return again, err
		}
		if isShutOut(looked) {
			return again, j.stoppedBy(ctx, errors.Join(err, looked))
		}
		if !waits.Again(ctx) {
			return again, j.stoppedBy(ctx, err)
		}
	}
}

// enforce turns authentication on, and returns by how much that moved the
// revision. What can't be relied on is undone already; the rest of the apply
// stands.
func (j *journaled) enforce(ctx context.Context) (moved uint64, err error) {
	err = j.options.Auth.Enforce(ctx, j.layout.Probe())
	if unsafe := (*kv.NotEnforced)(nil); errors.As(err, &unsafe) {
		j.notEnforced, err = unsafe, nil
	}
	if err != nil {
		return 0, j.stoppedBy(ctx, err)
	}
	_, revision, err := j.options.Auth.AuthStatus(ctx)
	if err != nil {
		return 0, j.stoppedBy(ctx, err)
	}
	return revision - j.auth, nil
}

// unproven is why authentication was turned off again, nil where it was not.
func (j *journaled) unproven() error {
	if j.notEnforced == nil {
		return nil
	}
	return j.notEnforced
}

// grant makes the calls before the data.
func (j *journaled) grant(ctx context.Context) error {
	return j.calls(ctx, j.intent.Grants, func(s *state.Journal) *int { return &s.Granted })
}

// revoke makes the calls after the data. Nothing can be taken back any more:
// where one fails, the journal stands.
func (j *journaled) revoke(ctx context.Context) error {
	err := j.calls(ctx, j.intent.Revokes, func(s *state.Journal) *int { return &s.Revoked })
	if err != nil && !errors.As(err, new(*Stopped)) && !errors.As(err, new(*Unknown)) {
		return j.stoppedBy(ctx, err)
	}
	return err
}

// ungrant takes back those of some calls before the data that were made, the last
// one first. What others changed since stays.
func (j *journaled) ungrant(ctx context.Context, some func(kv.AuthOp) bool) (made int, err error) {
	if len(j.intent.Grants) == 0 {
		return 0, nil
	}
	now, err := j.options.Auth.Auth(ctx)
	if err != nil {
		return 0, err
	}
	begun := j.begunGrants(now)
	whole := wholes(begun)
	for _, op := range slices.Backward(begun) {
		if !some(op) || !op.Holds(now) || op.Kind != kv.AddRole && whole["role "+op.Role] || op.Kind != kv.AddUser && whole["user "+op.User] {
			continue
		}
		back := op.Inverse()
		if _, err := j.call(ctx, back); err != nil {
			return made, err
		}
		made++
		back.Apply(now)
	}
	return made, nil
}

// begunGrants are the calls before the data that may have been made: those that the
// journal knows of, and the batch that it was at, unless nobody has changed
// anything since. What others did that a later call was to do is theirs.
func (j *journaled) begunGrants(now *kv.Auth) []kv.AuthOp {
	made := j.journal.Granted
	if now.Revision != j.journal.AuthRevision {
		made += len(nextBatch(j.intent.Grants[made:]))
	}
	return j.intent.Grants[:made]
}

// wholes are the roles and users that calls add: what they got goes with them.
func wholes(ops []kv.AuthOp) map[string]bool {
	out := map[string]bool{}
	for _, op := range ops {
		switch op.Kind {
		case kv.AddRole:
			out["role "+op.Role] = true
		case kv.AddUser:
			out["user "+op.User] = true
		default:
		}
	}
	return out
}

// move writes the journal with another position.
func (j *journaled) move(ctx context.Context, change func(*state.Journal)) error {
	next := j.journal.At(j.fence)
	change(next)
	_, err := j.write(ctx, kv.Txn{}, next)
	return err
}
