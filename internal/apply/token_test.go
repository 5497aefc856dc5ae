package apply_test

import (
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/metadata"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestTokenExpiresBetweenSteps: the client logs in again and the apply ends.
func TestTokenExpiresBetweenSteps(t *testing.T) {
	t.Parallel()
	etcdtest.Start(t).NeedsAuthRevision(t) // --auth-token-ttl came with it
	s := etcdtest.StartWith(t, etcdtest.Options{AuthTokenTTL: 1})
	s.EnableAuth(t, "root")
	root, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "root", Context: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // the test's own
	bare, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Endpoint()}, Context: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close() //nolint:errcheck // the test's own
	w := newTownOn(t, etcdtest.VerbsOf(root), etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "root"})
	expired := false
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if n != 8 {
			return nil
		}
		// A token made now, later than the apply's own last use, says when that is gone too.
		login, err := bare.Authenticate(t.Context(), "root", "root")
		if err != nil {
			return err
		}
		// Each use prolongs a simple token, so it is used at ever longer intervals.
		for wait := 1100 * time.Millisecond; !expired; wait += 500 * time.Millisecond {
			after := time.NewTimer(wait)
			<-after.C
			_, err := bare.Get(metadata.AppendToOutgoingContext(t.Context(), rpctypes.TokenFieldNameGRPC, login.Token), "/")
			expired = err != nil
		}
		return nil
	}
	if _, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second")); err != nil {
		t.Fatal(err)
	}
	if !expired {
		t.Error("no token expired during the apply")
	}
	w.isNew(t)
}
