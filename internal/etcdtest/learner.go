package etcdtest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// AddLearner adds a member that does not vote, and returns its endpoint.
func (c *Cluster) AddLearner(tb testing.TB) string {
	tb.Helper()
	m := config(tb, fmt.Sprintf("m%d", len(c.configs)), Options{})
	client, peer := freeURL(tb, "http"), freeURL(tb, "http")
	m.ListenClientUrls, m.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	m.ListenPeerUrls, m.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	m.ClusterState = embed.ClusterStateFlagExisting
	m.InitialCluster = strings.Join([]string{c.configs[0].InitialCluster, m.Name + "=" + peer.String()}, ",")
	api := v3client.New(c.members[0].Server)
	defer api.Close() //nolint:errcheck // a client within the process
	if _, err := api.MemberAddAsLearner(tb.Context(), []string{peer.String()}); err != nil {
		tb.Fatalf("add a learner: %v", err)
	}
	c.configs = append(c.configs, *m)
	c.members = append(c.members, nil)
	c.Restart(tb, len(c.members)-1)
	return client.String()
}
