package apply_test

import (
	"errors"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// TestPermissionLostBetweenSteps: a user who may not write any more can't roll
// back either. The journal stays until the right is back.
func TestPermissionLostBetweenSteps(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.AddUser(t, "applier", "secret", "applier", "/")
	s.EnableAuth(t, "root")
	root, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "root", Context: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // the test's own
	w := newTownOn(t, etcdtest.VerbsOf(root), etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "applier", Password: "secret"})
	revoked := false
	w.faults.BeforeCommit = func(int, kv.Txn) error {
		if !revoked && w.steps(t) == 1 {
			revoked = true
			if _, err := root.RoleRevokePermission(t.Context(), "applier", "/", clientv3.GetPrefixRangeEnd("/")); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	_, err = apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second"))
	_ = as[*apply.Stopped](t, err)
	var denied *etcd.ConnectError
	if !errors.As(err, &denied) || denied.Code != failure.EtcdDenied {
		t.Errorf("the error does not say that the right is gone: %v", err)
	}
	if _, failed := root.RoleGrantPermission(t.Context(), "applier", "/", clientv3.GetPrefixRangeEnd("/"), clientv3.PermissionType(clientv3.PermReadWrite)); failed != nil {
		t.Fatal(failed)
	}
	w.recovered(t, err)
}
