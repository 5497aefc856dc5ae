package etcd

import (
	"context"
	"slices"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/retry"
)

// settle is after how long a revision is taken to be told in full by a server
// whose word on that can't be trusted. An event that comes later is a loss, after
// which everything is read again: so that is a matter of time, not of truth. A
// server looks every 100 ms for what a watch has to catch up with.
const settle = 250 * time.Millisecond

// askVersions is how long the members may take to say their versions.
const askVersions = time.Second

// hasty is that a server says how far it is before it has told what there was up
// to there; the library then resumes behind what was never told (etcd#15220).
func hasty() flaw { return flaw{fixed: []version{{3, 4, 25}, {3, 5, 8}}} }

// exact reports whether all members that answer may be asked how far a watch is.
func (c *Client) exact(ctx context.Context) bool {
	if c.inProcess {
		return true
	}
	limit, cancel := context.WithTimeout(ctx, min(askVersions, c.settings.Timeout))
	defer cancel()
	endpoints := c.api.Endpoints()
	known, old := make([]bool, len(endpoints)), make([]bool, len(endpoints))
	var wg fault.Group
	for i, endpoint := range endpoints {
		wg.Go(func() {
			answer, err := c.api.Status(limit, endpoint)
			if err != nil {
				// Only servers that are recent keep their version from a user.
				known[i] = is(err, rpctypes.ErrPermissionDenied)
				return
			}
			v, ok := parseVersion(answer.Version)
			_, old[i] = hasty().fixFor(v)
			known[i], old[i] = true, old[i] || !ok
		})
	}
	wg.Wait()
	answered := false
	for i := range endpoints {
		if old[i] {
			return false
		}
		answered = answered || known[i]
	}
	return answered
}

// await takes each revision for complete some time after it was first told of.
func (w *Watch) await(ctx context.Context) {
	for {
		select {
		case <-w.join.asked:
		case <-ctx.Done():
			return
		}
		for to, behind := w.join.ahead(); behind; to, behind = w.join.ahead() {
			if retry.Pause(ctx, settle) != nil {
				return
			}
			w.join.settle(to, time.Now())
		}
	}
}

// begin notes that the server has begun to watch a range.
func (j *joiner) begin(i int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun[i] = true
}

// ahead is the last revision that was told of, or is known to be there; not
// behind where it is complete.
func (j *joiner) ahead() (to int64, behind bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	to = max(j.openTo, j.target)
	return to, j.lost == nil && j.done < to
}

// settle takes all revisions up to one for complete.
func (j *joiner) settle(to int64, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lost != nil || to <= j.done || slices.Contains(j.begun, false) {
		return
	}
	for i := range j.at {
		j.at[i] = max(j.at[i], to)
	}
	j.pass(to, now)
}
