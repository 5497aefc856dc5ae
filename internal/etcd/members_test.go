package etcd_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"

	"github.com/sigilgate/sigilform/internal/failure"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	c := etcdtest.StartCluster(t, 3)
	client := connectWith(t, etcd.Config{Endpoints: []string{c.Endpoint(0), c.Endpoint(1)}, Timeout: 2 * short})
	got, err := client.Cluster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkWhole(t, client, got)

	// One lost: it works and says so.
	c.Stop(t, 2)
	committed(t, client, puts("/a/", 300, 0, "v"))
	got, err = client.Cluster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Reachable != 2 || !got.HasQuorum || got.Members[2].Reachable || got.Members[2].Problem == "" {
		t.Errorf("got %+v", got)
	}

	// Two lost: one endpoint answers for a cluster of three.
	c.Stop(t, 1)
	e := refusal(t, etcd.Config{Endpoints: c.Endpoints(), Timeout: short})
	check(t, e, failure.EtcdNoQuorum, "3 members", "needs 2", "1 of 3 endpoints")
	e = refusal(t, etcd.Config{Endpoints: []string{c.Endpoint(0)}, Timeout: short})
	check(t, e, failure.EtcdNoQuorum, "no quorum", "3 members")
	late := connectError(t, func() error { _, err := client.Read(t.Context(), "/a"); return err })
	if late.Code != failure.EtcdNoQuorum && late.Code != failure.EtcdUnreachable {
		t.Errorf("got %+v", late)
	}
}

// checkWhole expects all three members to be there.
func checkWhole(t *testing.T, client *etcd.Client, got etcd.Cluster) {
	t.Helper()
	if got.ID != client.ClusterID() || got.Voters != 3 || got.Reachable != 3 || got.Quorum != 2 || got.Tolerance != 1 || !got.HasQuorum {
		t.Errorf("got %+v", got)
	}
	leaders := 0
	for i, m := range got.Members {
		if m.Leader {
			leaders++
		}
		if m.Name != []string{"m0", "m1", "m2"}[i] || !m.Reachable || m.Version == "" || m.DBSize == 0 || len(m.ClientURLs) != 1 {
			t.Errorf("member %d is %+v", i, m)
		}
	}
	if leaders != 1 {
		t.Errorf("%d members lead", leaders)
	}
}

func TestLearner(t *testing.T) {
	t.Parallel()
	c := etcdtest.StartCluster(t, 1)
	learner := c.AddLearner(t)
	check(t, refusal(t, etcd.Config{Endpoints: []string{learner}}), failure.EtcdLearner, "learner", "promote")
	client := connect(t, learner, c.Endpoint(0))
	committed(t, client, puts("/a/", 3, 0, "v"))
	got, err := client.Cluster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Voters != 1 || len(got.Members) != 2 || !got.Members[1].Learner || !got.Members[1].Reachable {
		t.Errorf("got %+v", got)
	}
}
