package apply

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
)

// never is a revision that no key has: a transaction that is guarded by it is
// taken or refused for its size, and writes nothing.
const never = math.MaxInt64

// learnTries bounds how often the limits are lowered: each try takes a quarter
// of them at least.
const learnTries = 64

// learn finds out what the server takes, before anything is written: it can't
// be asked, but a transaction that writes nothing can be sent. What the store
// learns of a refusal it keeps, see [Store.Limits]. No request of an apply is
// larger than the bytes in all, or than a step.
func (j *journaled) learn(ctx context.Context, all int) error {
	for range learnTries {
		limits := j.store.Limits()
		size := min(all, max(stepBytes, partBytes), limits.MaxRequestBytes) - requestOverhead
		r, err := j.store.Commit(ctx, j.probe(size, limits.MaxTxnOps))
		var large *kv.TooLarge
		switch {
		case errors.As(err, &large) && j.store.Limits() != limits:
			continue
		case err != nil:
			return err
		case r.Outcome == kv.Committed:
			return fmt.Errorf("internal error: the key %s has a revision that no key has", j.layout.Probe())
		}
		// Where the reply was lost nothing is learned, and what does not fit is undone.
		return nil
	}
	return nil
}

// requestOverhead is what a request has beside its writes: the envelope, and
// the guards that every step has.
const requestOverhead = 512

// probe is a transaction of so many bytes, and of as many guards as a level may
// have, that is never carried out.
func (j *journaled) probe(bytes, guards int) kv.Txn {
	key := j.layout.Probe()
	out := kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: key}}}
	guards = min(guards, max(bytes, 0)/2/guardBytes(kv.Guard{Key: key + "/000"}))
	for i := range guards {
		out.Guards = append(out.Guards, kv.Guard{Kind: kv.Unmoved, Key: fmt.Sprintf("%s/%d", key, i), Revision: never})
		bytes -= guardBytes(out.Guards[i])
	}
	out.Ops[0].Value = strings.Repeat("0", max(bytes, 0))
	return out
}

// bytesOf is about what all writes and guards of a plan come to, or its history
// where that is more.
func bytesOf(p *plan.Plan) int {
	writes, history := requestOverhead, requestOverhead
	for _, ops := range [][]kv.Op{p.Data, p.State} {
		for i := range ops {
			writes += opBytes(ops[i])
		}
	}
	for i := range p.Guards {
		writes += guardBytes(p.Guards[i])
	}
	for _, texts := range []map[string]string{p.Secrets, p.Before} {
		for key, text := range texts {
			history += len(key) + len(text) + perEntry
		}
	}
	for i := range p.Changes {
		history += perChange * (1 + len(p.Changes[i].Fields))
	}
	return max(writes, history)
}

// perChange is about what a change, or one of its fields, takes in the history.
const perChange = 200
