package etcdtest

import (
	"net/url"
	"testing"

	"go.etcd.io/etcd/server/v3/embed"
)

// TestAbandon: a member that never finds its peers can still be closed.
func TestAbandon(t *testing.T) {
	t.Parallel()
	c := config(t, "lonely", Options{})
	client, peer, other := freeURL(t, "http"), freeURL(t, "http"), freeURL(t, "http")
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	c.InitialCluster = "lonely=" + peer.String() + ",missing=" + other.String()
	e, err := embed.StartEtcd(c)
	if err != nil {
		t.Fatal(err)
	}
	abandon(e)
}
