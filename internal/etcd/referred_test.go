package etcd_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// unnamed are guards of every way to name a node.
func unnamed(id string) []kv.Guard {
	return []kv.Guard{
		{Kind: kv.Unnamed, Key: "/n/users/", Form: "*/cores/=", Value: id},
		{Kind: kv.Unnamed, Key: "/n/users/", Form: "*/core", Value: id},
		{Kind: kv.Unnamed, Key: "/n/paths/", Form: "*/=/", Value: id},
	}
}

// TestNoReferenceIsLeftBehind deletes nodes while others, who look first
// whether a node is there, write keys that name it: by their text and by their
// value, new keys and changed ones. No order of the two leaves a key that names
// a node which is gone, and who is refused is told the key. Much else is
// written meanwhile where the guards look.
func TestNoReferenceIsLeftBehind(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]kv.Limits{"key by key": kv.DefaultLimits(), "by value": {MaxTxnOps: 128, MaxRequestBytes: 4 << 10}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := etcdtest.Start(t)
			c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Limits: limits})
			for i := range 30 {
				s.Put(t, fmt.Sprintf("/n/users/%d/core", i), "first")
			}
			ctx, stop := context.WithCancel(t.Context())
			var busy sync.WaitGroup
			busy.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					_, _ = s.Client().Put(ctx, fmt.Sprintf("/n/users/%d/status", n%5), strconv.Itoa(n))
				}
			})
			refused := 0
			for round := range 60 {
				refused += race(t, s, c, round)
			}
			stop()
			busy.Wait()
			t.Logf("%d of 60 were refused", refused)
		})
	}
}

// race deletes a node while others refer to it, and reports 1 where that was refused.
func race(t *testing.T, s *etcdtest.Server, c *etcd.Client, round int) int {
	t.Helper()
	id := fmt.Sprintf("10.0.0.%d", round)
	marker := "/n/nodes/" + id + "/role"
	s.Put(t, marker, "core")
	refer := []clientv3.Op{
		clientv3.OpPut("/n/users/7/core", id), clientv3.OpPut("/n/users/7/cores/"+id, ""),
		clientv3.OpPut("/n/users/"+id+"/core", id), clientv3.OpPut("/n/paths/1/"+id+"/status", "active"),
	}[round%4]
	var others sync.WaitGroup
	others.Go(func() {
		for range round % 12 * 5 { // sometimes they come first, sometimes late
			_, _ = s.Client().Get(t.Context(), marker)
		}
		_, _ = s.Client().Txn(t.Context()).If(clientv3.Compare(clientv3.CreateRevision(marker), ">", 0)).Then(refer).Commit()
	})
	r := commit(t, c, kv.Txn{Guards: unnamed(id), Ops: []kv.Op{{Kind: kv.DeletePrefix, Key: "/n/nodes/" + id + "/"}}})
	others.Wait()
	_, lives := s.Get(t, marker)
	e, there := s.Get(t, string(refer.KeyBytes()))
	named := there && (e.Value == id || strings.Contains(e.Key, id) && e.Value != "first")
	switch {
	case r.Outcome == kv.Committed && (lives || named):
		t.Errorf("%s is gone, and %s is left", id, e.Key)
	case r.Outcome == kv.Rejected && (!lives || len(r.Moved) != 1 || r.Moved[0].Key != e.Key):
		t.Errorf("refused: %+v", r)
	case r.Outcome == kv.Rejected:
		return 1
	}
	return 0
}

// TestOwnReferencesAreNoneOfOthers: what the transaction itself takes away or
// changes may name what goes.
func TestOwnReferencesAreNoneOfOthers(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]kv.Limits{"key by key": kv.DefaultLimits(), "by value": {MaxTxnOps: 128, MaxRequestBytes: 4 << 10}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := etcdtest.Start(t)
			c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Limits: limits})
			for i := range 20 {
				s.Put(t, fmt.Sprintf("/n/users/%02d/core", i), "other")
			}
			s.Put(t, "/n/users/03/core", "1")
			s.Put(t, "/n/users/03/cores/1", "")
			s.Put(t, "/n/users/04/name", "1")
			s.Put(t, "/n/paths/5/1/status", "active")
			committed(t, c, kv.Txn{Guards: unnamed("1"), Ops: []kv.Op{
				{Kind: kv.Put, Key: "/n/users/03/core", Value: "2"}, {Kind: kv.Delete, Key: "/n/users/03/cores/1"}, {Kind: kv.DeletePrefix, Key: "/n/paths/5/"},
			}})
		})
	}
}
