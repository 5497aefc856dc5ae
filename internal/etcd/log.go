package etcd

import (
	"context"
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
	answers := make(chan uint64, len(endpoints))
	for _, e := range endpoints {
		go func() { answers <- c.logOf(ctx, e, revision) }()
	}
	// The first one that knows is enough.
	for range endpoints {
		if index := <-answers; index > 0 {
			return index
		}
	}
	return 0
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
