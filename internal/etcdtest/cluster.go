package etcdtest

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// Cluster is a real cluster of several members in this process.
type Cluster struct {
	configs []embed.Config
	members []*embed.Etcd
}

// StartCluster runs n members and waits until all of them serve.
func StartCluster(tb testing.TB, n int) *Cluster {
	tb.Helper()
	return StartClusterWith(tb, n, func(int) Options { return Options{} })
}

// StartClusterWith runs n members, each with options of its own.
func StartClusterWith(tb testing.TB, n int, options func(i int) Options) *Cluster {
	tb.Helper()
	for try := 0; ; try++ {
		c, err := tryCluster(tb, n, options)
		if err == nil {
			tb.Cleanup(c.stopAll)
			return c
		}
		if !inUse(err) || try == bindTries {
			tb.Fatalf("start a cluster of %d: %v", n, err)
		}
	}
}

func tryCluster(tb testing.TB, n int, options func(i int) Options) (*Cluster, error) {
	tb.Helper()
	c := &Cluster{configs: make([]embed.Config, n), members: make([]*embed.Etcd, n)}
	initial, token := make([]string, n), rand.Text()
	for i := range n {
		m := config(tb, fmt.Sprintf("m%d", i), options(i))
		client, peer := freeURL(tb, "http"), freeURL(tb, "http")
		m.ListenClientUrls, m.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
		m.ListenPeerUrls, m.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
		initial[i] = m.Name + "=" + peer.String()
		m.InitialClusterToken = token
		m.TickMs, m.ElectionMs = clusterTick, clusterElection
		c.configs[i] = *m
	}
	for i := range n {
		c.configs[i].InitialCluster = strings.Join(initial, ",")
		e, err := c.launch(i)
		if err != nil {
			c.abandonAll()
			return nil, err
		}
		c.members[i] = e
	}
	for _, e := range c.members {
		if err := ready(tb, e); err != nil {
			c.abandonAll()
			return nil, err
		}
	}
	return c, nil
}

func (c *Cluster) launch(i int) (*embed.Etcd, error) {
	config := c.configs[i]
	return embed.StartEtcd(&config)
}

// Endpoints are those of all members, also of stopped ones.
func (c *Cluster) Endpoints() []string {
	out := make([]string, 0, len(c.configs))
	for i := range c.configs {
		out = append(out, c.Endpoint(i))
	}
	return out
}

// Endpoint is that of one member.
func (c *Cluster) Endpoint(i int) string { return c.configs[i].AdvertiseClientUrls[0].String() }

// Stop ends a member; a stopped one stays so.
func (c *Cluster) Stop(tb testing.TB, i int) {
	tb.Helper()
	if c.members[i] != nil {
		c.members[i].Close()
		c.members[i] = nil
	}
}

func (c *Cluster) abandonAll() {
	for _, m := range c.members {
		if m != nil {
			abandon(m)
		}
	}
}

// stopAll ends all members at once: each waits a while for its peers.
func (c *Cluster) stopAll() {
	var wg sync.WaitGroup
	for _, m := range c.members {
		if m != nil {
			wg.Go(m.Close)
		}
	}
	wg.Wait()
}

// Restart runs a stopped member again and waits until it serves.
func (c *Cluster) Restart(tb testing.TB, i int) {
	tb.Helper()
	e, err := c.launch(i)
	if err != nil {
		tb.Fatalf("restart member %d: %v", i, err)
	}
	c.members[i] = e
	if err := ready(tb, e); err != nil {
		abandon(e)
		c.members[i] = nil
		tb.Fatalf("restart member %d: %v", i, err)
	}
}

// Leader is the index of the member that leads, -1 while there is none.
func (c *Cluster) Leader() int {
	for i, m := range c.members {
		if m != nil && m.Server.Leader() == m.Server.MemberID() {
			return i
		}
	}
	return -1
}

// Member is a running member's view of the data, without network.
func (c *Cluster) Member(tb testing.TB, i int) Verbs {
	tb.Helper()
	api := v3client.New(c.members[i].Server)
	tb.Cleanup(func() { _ = api.Close() })
	return Verbs{api: api}
}

// Hash is the hash of all that a member holds at a revision.
func (c *Cluster) Hash(tb testing.TB, i int, revision int64) uint32 {
	tb.Helper()
	api, err := clientv3.New(clientv3.Config{Endpoints: []string{c.Endpoint(i)}, Context: tb.Context()})
	if err != nil {
		tb.Fatalf("hash of member %d: %v", i, err)
	}
	defer api.Close() //nolint:errcheck // a connection that only asked
	r, err := api.HashKV(tb.Context(), c.Endpoint(i), revision)
	if err != nil {
		tb.Fatalf("hash of member %d: %v", i, err)
	}
	return r.Hash
}
