package etcdtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// askTimeout is how long a member may take to answer before it is asked again.
const askTimeout = 2 * time.Second

// askAgain is how soon a member in another process is asked again: nothing
// tells when its standing changes.
const askAgain = 10 * time.Millisecond

// Leader is the index of the member that leads as the running members see it,
// -1 while there is none. Of two that claim to lead, as one does that was
// paused, the one of the higher term does.
func (c *Processes) Leader(tb testing.TB) int {
	tb.Helper()
	leader, term := -1, uint64(0)
	for i, s := range c.statuses(tb) {
		if s != nil && s.Leader == s.Header.GetMemberId() && s.RaftTerm > term {
			leader, term = i, s.RaftTerm
		}
	}
	return leader
}

// AwaitLeader returns the index of the member that leads, once a majority
// follows it.
func (c *Processes) AwaitLeader(tb testing.TB) int {
	tb.Helper()
	leader := -1
	c.await(tb, "a leader that a majority follows", func() error {
		statuses := c.statuses(tb)
		followers := map[uint64]int{}
		for _, s := range statuses {
			if s != nil && s.Leader != 0 {
				followers[s.Leader]++
			}
		}
		for i, s := range statuses {
			if s != nil && followers[s.Header.GetMemberId()] > len(c.blueprints)/2 {
				leader = i
				return nil
			}
		}
		return fmt.Errorf("followers by member: %v", followers)
	})
	return leader
}

// AwaitHealthy returns once every running member answers a read that needs a
// quorum, and holds all that was written before the call.
func (c *Processes) AwaitHealthy(tb testing.TB) {
	tb.Helper()
	c.AwaitLeader(tb)
	for _, i := range c.Running() {
		c.await(tb, fmt.Sprintf("an answer of member %d", i), func() error {
			return c.withClient(tb, i, func(ctx context.Context, api *clientv3.Client) error {
				_, err := api.Get(ctx, "healthy")
				return err
			})
		})
	}
}

// AwaitRevision returns once a member holds a revision.
func (c *Processes) AwaitRevision(tb testing.TB, i int, revision int64) {
	tb.Helper()
	c.await(tb, fmt.Sprintf("revision %d of member %d", revision, i), func() error {
		s, err := c.status(tb, i)
		if err == nil && s.Header.GetRevision() < revision {
			err = fmt.Errorf("it holds revision %d", s.Header.GetRevision())
		}
		return err
	})
}

// Hash is the hash of all that a member holds at a revision, for which it waits.
func (c *Processes) Hash(tb testing.TB, i int, revision int64) uint32 {
	tb.Helper()
	c.AwaitRevision(tb, i, revision)
	var hash uint32
	c.await(tb, fmt.Sprintf("the hash of member %d", i), func() error {
		return c.withClient(tb, i, func(ctx context.Context, api *clientv3.Client) error {
			r, err := api.HashKV(ctx, c.Endpoint(i), revision)
			if err == nil {
				hash = r.Hash
			}
			return err
		})
	})
	return hash
}

func (c *Processes) status(tb testing.TB, i int) (*clientv3.StatusResponse, error) {
	tb.Helper()
	var s *clientv3.StatusResponse
	err := c.withClient(tb, i, func(ctx context.Context, api *clientv3.Client) (err error) {
		s, err = api.Status(ctx, c.Endpoint(i))
		return err
	})
	return s, err
}

// statuses asks all running members at the same time; nil for those that don't
// answer.
func (c *Processes) statuses(tb testing.TB) []*clientv3.StatusResponse {
	tb.Helper()
	out := make([]*clientv3.StatusResponse, len(c.blueprints))
	running := c.Running()
	if len(running) == 0 {
		return out
	}
	api := c.dial(tb, running)
	defer api.Close() //nolint:errcheck // a connection that only asked
	limit, stop := context.WithTimeout(tb.Context(), askTimeout)
	defer stop()
	var wg sync.WaitGroup
	for _, i := range running {
		wg.Go(func() {
			if s, err := api.Status(limit, c.Endpoint(i)); err == nil {
				out[i] = s
			}
		})
	}
	wg.Wait()
	return out
}

// await asks until there is no error any more.
func (c *Processes) await(tb testing.TB, what string, ask func() error) {
	tb.Helper()
	limit := time.NewTimer(startTimeout)
	defer limit.Stop()
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-limit.C:
			tb.Fatalf("await %s: not within %s: %v", what, startTimeout, err)
		case <-tb.Context().Done():
			tb.Fatalf("await %s: %v", what, tb.Context().Err())
		}
	}
}
