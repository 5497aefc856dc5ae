package etcd

import (
	"context"
	"errors"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// referTries is how often a commit is tried whose Unnamed guards hold, while
// others keep on writing where they look.
const referTries = 50

// errBusy is why a commit was given up whose guards all held.
var errBusy = errors.New("others kept on writing to the keys that could refer to what is deleted")

// referred commits a transaction that has Unnamed guards. Each try reads where
// they look. What is named there rejects the transaction; else it is committed
// if nothing was written since that could name anything. Where something was,
// and nothing else moved, it was certainly not carried out, and is tried again.
func (c *Client) referred(ctx context.Context, t kv.Txn, r *kv.Referring) (kv.Result, error) {
	plain := slices.DeleteFunc(slices.Clone(t.Guards), func(g kv.Guard) bool { return g.Looks() })
	for try := 0; ; try++ {
		now, err := c.Scan(ctx, 0, r.Prefixes()...)
		if err != nil {
			return kv.Result{}, err
		}
		if named := r.Moved(now); len(named) > 0 {
			moved, cause := c.moved(ctx, plain)
			return kv.Result{Outcome: kv.Rejected, Moved: append(moved, named...), Cause: cause}, nil
		}
		out, err := c.watched(ctx, t, plain, r, now)
		switch {
		case err != nil || out.Outcome != kv.Rejected || out.Cause != nil || len(out.Moved) > 0:
			return out, err
		case try == referTries:
			out.Cause = errBusy
			return out, nil
		}
	}
}

// pointBytes is about what a guard of one key costs a request.
const pointBytes = 100

// watched commits what was found not to be named, guarded against what was
// written since: key by key where there is room, which others disturb less.
func (c *Client) watched(ctx context.Context, t kv.Txn, plain []kv.Guard, r *kv.Referring, now *kv.Snapshot) (kv.Result, error) {
	out, err := c.fit(ctx, watching(t, r, now, c.Limits().MaxRequestBytes/8/pointBytes), plain)
	if errors.As(err, new(*kv.TooLarge)) {
		return c.fit(ctx, watching(t, r, now, 0), plain)
	}
	return out, err
}

// watching is the transaction with guards of etcd's in the place of the Unnamed ones.
func watching(t kv.Txn, r *kv.Referring, now *kv.Snapshot, points int) kv.Txn {
	if r.None() {
		return t
	}
	out := kv.Txn{Ops: t.Ops, Guards: make([]kv.Guard, 0, len(t.Guards))}
	seen := make(map[kv.Guard]bool, len(t.Guards))
	for _, g := range append(slices.Clip(t.Guards), r.Watched(now, points)...) {
		if !g.Looks() && !seen[g] {
			seen[g] = true
			out.Guards = append(out.Guards, g)
		}
	}
	return out
}
