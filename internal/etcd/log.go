package etcd

import (
	"context"

	"github.com/sigilgate/sigilform/internal/fault"
)

// LogIndex is how long the cluster's own log is, at least, by one member that
// has applied a revision. It only grows for as long as a cluster lives, and
// begins anew when it is restored from a snapshot. It is 0 where no member told:
// whoever may not ask for the status is none the worse for it.
//
// A member that has a revision has the log up to the entry that wrote it. That
// is why a member which lags behind is not believed, and why each is asked
// twice: the first answer shows the revision, the second then the log.
func (c *Client) LogIndex(ctx context.Context, revision int64) uint64 {
	ctx, cancel := context.WithTimeout(ctx, c.settings.Timeout/3)
	defer cancel()
	endpoints := c.settings.urls()
	if c.inProcess {
		endpoints = []string{""}
	}
	answers := make(chan logged, len(endpoints))
	for _, e := range endpoints {
		fault.Go(func() { answers <- logged{index: c.logOf(ctx, e, revision)} }, func(err error) { answers <- logged{failed: err} })
	}
	// The first one that knows is enough.
	for range endpoints {
		answer := <-answers
		if answer.failed != nil {
			panic(answer.failed) //nolint:forbidigo // a fault goes on where it is waited for
		}
		if answer.index > 0 {
			return answer.index
		}
	}
	return 0
}

// logged is what one endpoint says of its log.
type logged struct {
	index  uint64
	failed error
}

func (c *Client) logOf(ctx context.Context, endpoint string, revision int64) uint64 {
	first, err := c.api.Status(ctx, endpoint)
	if err != nil || first.Header.GetRevision() < revision || first.Header.GetClusterId() != c.clusterID {
		return 0
	}
	second, err := c.api.Status(ctx, endpoint)
	// Several members may be behind one endpoint.
	if err != nil || second.Header.GetMemberId() != first.Header.GetMemberId() || second.Header.GetClusterId() != c.clusterID {
		return 0
	}
	return second.RaftIndex
}
