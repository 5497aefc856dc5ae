package acl_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestServerAgrees asks a real server with authentication on for every key of
// the layout as every subject of the small network, by etcd's own client and
// with every operation that clients have, and compares its answers with Can.
// What is tried stands in a branch that never runs.
func TestServerAgrees(t *testing.T) {
	t.Parallel()
	n := small()
	set := compile(t, n)
	s := etcdtest.Start(t)
	enforce(t, s, set)
	root := login(t, s, "alice")
	if diff := cmp.Diff(set.Auth().Roles, liveAuth(t, root).Roles, cmp.FilterPath(isRootRole, cmp.Ignore())); diff != "" {
		t.Fatalf("the server's roles (-compiled +live):\n%s", diff)
	}
	compareAll(t, s, n, set.Auth())
}

// compareAll asks as all users, and sees that nothing was written.
func compareAll(t *testing.T, s *etcdtest.Server, n *network.Network, want *kv.Auth) {
	t.Helper()
	before := revision(t, s, "alice")
	tries := triesOf(n, want)
	var allowed, refused atomic.Int64
	var wg sync.WaitGroup
	for _, user := range slices.Sorted(maps.Keys(want.Users)) {
		api := dial(t, s, user)
		wg.Go(func() {
			for _, try := range tries {
				may, err := ask(t.Context(), api, try.op)
				if err != nil {
					t.Errorf("%s, %s: %v", user, try, err)
					return
				}
				if can := acl.Can(want, user, try.access, try.keys); can.Allowed != may {
					t.Errorf("%s, %s: the server says %t, Can %+v", user, try, may, can)
				}
				if may {
					allowed.Add(1)
				} else {
					refused.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if after := revision(t, s, "alice"); after != before {
		t.Errorf("the tries moved the revision from %d to %d", before, after)
	}
	if allowed.Load() < 1000 || refused.Load() < 1000 {
		t.Errorf("%d tries were allowed and %d refused", allowed.Load(), refused.Load())
	}
}

func isRootRole(p cmp.Path) bool {
	at, ok := p.Last().(cmp.MapIndex)
	return ok && at.Key().String() == kv.RootName
}

// enforce puts a set on an empty server, and turns authentication on.
func enforce(t *testing.T, s *etcdtest.Server, set *acl.Set) {
	t.Helper()
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}, HashCost: etcdtest.HashCost})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	target := acl.Target{Roles: set.Auth().Roles, Users: set.Auth().Users, Passwords: map[string]*kv.PasswordSource{}, EnforceNamed: true, Enforce: true}
	for user := range target.Users {
		target.Passwords[user] = &kv.PasswordSource{Env: "UNUSED"}
	}
	target.Roles[kv.RootName] = nil
	target.Users[kv.RootName] = []string{kv.RootName}
	target.Passwords[kv.RootName] = &kv.PasswordSource{Env: "UNUSED"}
	calls, after := acl.Sequence(liveAuth(t, c), target)
	for _, op := range append(calls, after...) {
		if err := c.DoAuth(t.Context(), op, password(op.User)); err != nil {
			t.Fatalf("%s: %v", op, err)
		}
	}
}

func password(user string) string { return "password of " + user }

func login(t *testing.T, s *etcdtest.Server, user string) *etcd.Client {
	t.Helper()
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}, Username: user, Password: password(user), Any: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func liveAuth(t *testing.T, c *etcd.Client) *kv.Auth {
	t.Helper()
	live, err := c.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return live
}

// dial is etcd's own client, without any code of this module in between.
func dial(t *testing.T, s *etcdtest.Server, user string) *clientv3.Client {
	t.Helper()
	api, err := clientv3.New(clientv3.Config{Logger: zap.NewNop(), Endpoints: []string{s.Endpoint()}, Username: user, Password: password(user), Context: t.Context()})
	if err != nil {
		t.Fatalf("log in as %s: %v", user, err)
	}
	t.Cleanup(func() { _ = api.Close() })
	return api
}

func revision(t *testing.T, s *etcdtest.Server, user string) int64 {
	t.Helper()
	return etcdtest.VerbsOf(dial(t, s, user)).Revision(t)
}

// ask tries an operation without carrying it out.
func ask(ctx context.Context, api *clientv3.Client, op clientv3.Op) (allowed bool, err error) {
	_, err = api.Txn(ctx).Else(op).Commit()
	if errors.Is(err, rpctypes.ErrPermissionDenied) {
		return false, nil
	}
	return err == nil, err
}

// try is one operation, and what it needs.
type try struct {
	what   string
	keys   kv.Range
	access kv.Access
	op     clientv3.Op
}

func (t try) String() string { return fmt.Sprintf("%s %s", t.what, t.keys) }

// triesOf are all operations on all keys of a network, and on some beside them.
// Those that write and return what was there before need both rights, which
// matters only where someone may write.
func triesOf(n *network.Network, want *kv.Auth) []try {
	var out []try
	for _, r := range everyRange(n) {
		out = append(out, try{"get", r, kv.Read, clientv3.OpGet(r.Key, clientv3.WithRange(r.End))},
			try{"delete", r, kv.Write, clientv3.OpDelete(r.Key, clientv3.WithRange(r.End))})
		if r.End == "" {
			out = append(out, try{"put", r, kv.Write, clientv3.OpPut(r.Key, "x")})
		}
		if !anyMayWrite(want, r) {
			continue
		}
		out = append(out, try{"delete and return", r, kv.ReadWrite, clientv3.OpDelete(r.Key, clientv3.WithRange(r.End), clientv3.WithPrevKV())})
		if r.End == "" {
			out = append(out, try{"put and return", r, kv.ReadWrite, clientv3.OpPut(r.Key, "x", clientv3.WithPrevKV())})
		}
	}
	return out
}

// anyMayWrite reports whether anyone but an administrator may write a range.
func anyMayWrite(want *kv.Auth, r kv.Range) bool {
	for user := range want.Users {
		if can := acl.Can(want, user, kv.Write, r); can.Allowed && !can.Root {
			return true
		}
	}
	return false
}

// everyRange is every field of every object, every prefix of one, those of
// sigilform, of others, and what lies just beside.
func everyRange(n *network.Network) []kv.Range {
	layout := keys.NewLayout(schema.Network(), n.Prefix)
	all := map[kv.Range]bool{}
	add := func(ranges ...kv.Range) {
		for _, r := range ranges {
			all[r] = true
			if prefix, ok := r.Prefix(); ok { // a member, the prefix itself, and what leaks without its slash
				add := []kv.Range{{Key: prefix + "x"}, {Key: prefix + "x/y"}, {Key: prefix}, {Key: prefix[:len(prefix)-1]}, kv.Below(prefix[:len(prefix)-1])}
				for _, r := range add {
					all[r] = true
				}
			}
		}
	}
	object := func(kind addr.Kind, id, parent string) {
		for _, p := range layout.Prefixes(kind, id, parent) {
			add(kv.Below(p))
		}
		for _, f := range layout.FieldRanges(kind, id, parent) {
			add(f.Range)
		}
	}
	for _, c := range n.Cores {
		object(addr.Core, c.IP.Value, "")
	}
	for _, e := range n.Entries {
		object(addr.Entry, e.IP.Value, "")
		for _, c := range n.Cores {
			object(addr.Route, e.IP.Value+"/"+c.IP.Value, "")
		}
		add(kv.Below(n.Prefix + "paths/" + e.IP.Value + "/"))
	}
	object(addr.Cell, "cell.example.net", "")
	object(addr.User, "7", "")
	object(addr.User, "70", "")
	object(addr.Device, phone, "7")
	object(addr.Device, phone+"0", "7")
	for _, k := range kindsOf(n) {
		add(k.Ranges...)
	}
	for _, prefix := range append(layout.ReadPrefixes(), layout.ForeignPrefixes()...) {
		add(kv.Below(prefix))
	}
	add(kv.Below(n.Prefix), kv.Below("/sigilform/"), kv.Range{Key: state.NewLayout("small").Lock()}, kv.Range{Key: state.NewLayout("small").HistorySecret(1)},
		kv.Range{Key: n.Prefix + "motd"}, kv.Range{Key: "/elsewhere"}, kv.Range{Key: "\x00", End: kv.Beyond})
	return slices.SortedFunc(maps.Keys(all), kv.Range.Compare)
}
