package apply_test

import (
	"errors"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"

	"github.com/sigilgate/sigilform/internal/failure"
)

// TestDatabaseFullBetweenSteps: nothing can be written any more, not even a
// rollback, so the journal stays until there is space again.
func TestDatabaseFullBetweenSteps(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	w := newTownOn(t, s.Verbs, etcd.Config{Endpoints: []string{s.Endpoint()}})
	api, err := clientv3.New(clientv3.Config{Endpoints: w.config.Endpoints, Context: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close() //nolint:errcheck // the test's own
	status, err := api.Status(t.Context(), s.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	alarm := &pb.AlarmRequest{Action: pb.AlarmRequest_ACTIVATE, MemberID: status.Header.GetMemberId(), Alarm: pb.AlarmType_NOSPACE}
	full := false
	w.faults.BeforeCommit = func(int, kv.Txn) error {
		if !full && w.steps(t) == 1 {
			full = true
			if _, err := pb.NewMaintenanceClient(api.ActiveConnection()).Alarm(t.Context(), alarm); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	_, err = apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second"))
	_ = as[*apply.Stopped](t, err)
	var refused *etcd.ConnectError
	if !errors.As(err, &refused) || refused.Code != failure.EtcdNoSpace {
		t.Errorf("the error does not say that the database is full: %v", err)
	}
	if found, err := apply.Recover(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("early")); found != nil || err == nil {
		t.Errorf("a recovery of a full database found %+v", found)
	}
	if _, err := api.AlarmDisarm(t.Context(), &clientv3.AlarmMember{MemberID: alarm.GetMemberID(), Alarm: pb.AlarmType_NOSPACE}); err != nil {
		t.Fatal(err)
	}
	w.recovered(t, err)
}
