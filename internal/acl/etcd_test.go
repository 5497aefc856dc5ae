package acl_test

import (
	"context"
	"sync"
	"testing"

	"go.etcd.io/etcd/client/pkg/v3/transport"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestEveryKeyByEveryRole asks a real server, with authentication on and a
// client certificate for each user, whether each user may read and write each
// key of the layout, and each range that any role has: the answers are those
// that were compiled, before and after a binding moves.
func TestEveryKeyByEveryRole(t *testing.T) {
	t.Parallel()
	ca := etcdtest.NewCA(t, "ca")
	pair := ca.Server(t, "127.0.0.1")
	s := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{
		CertFile: pair.CertFile, KeyFile: pair.KeyFile, TrustedCAFile: ca.File, ClientCertAuth: true,
	}})
	connect := func(name string) *etcd.Client {
		user := ca.User(t, name)
		c, err := etcd.Connect(t.Context(), etcd.Config{
			Endpoints: []string{s.Endpoint()}, CAFile: ca.File, CertFile: user.CertFile, KeyFile: user.KeyFile, Any: true,
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	root := connect("root")
	n := town(2, 3)
	bind(n, 0, 0)
	bind(n, 1, 0)
	bind(n, 2, 1)
	route(n, 0, 0)
	route(n, 1, 1)
	set := compiled(t, n)
	become(t, root, set)
	if err := root.Enforce(t.Context(), "/sigilform/v1/t/probe"); err != nil {
		t.Fatal(err)
	}
	clients := map[string]*etcd.Client{}
	for i := range set.Users {
		clients[set.Users[i].Name] = connect(set.Users[i].Name)
	}
	tries := rangesOf(set, allKeys(n))
	compare(t, clients, set.Auth(), tries)

	bind(n, 1, 1)
	moved := compiled(t, n)
	become(t, root, moved)
	compare(t, clients, moved.Auth(), append(tries, rangesOf(moved, nil)...))
}

// become makes a cluster's roles and users those of a set.
func become(t *testing.T, root *etcd.Client, set *acl.Set) {
	t.Helper()
	now, err := root.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := set.Auth()
	before, after := acl.Sequence(now, acl.Target{Roles: want.Roles, Users: want.Users})
	for _, op := range append(before, after...) {
		if err := root.DoAuth(t.Context(), op, ""); err != nil {
			t.Fatalf("%v: %v", op, err)
		}
	}
}

// rangesOf are keys, the folders that they lie in, and the ranges of a set.
func rangesOf(set *acl.Set, all []string) []kv.Range {
	seen := map[kv.Range]bool{}
	for _, key := range all {
		seen[kv.Range{Key: key}] = true
		for i := range key {
			if key[i] == '/' && i > 0 {
				seen[kv.Below(key[:i+1])] = true
			}
		}
	}
	for i := range set.Roles {
		for _, g := range set.Roles[i].Grants {
			seen[g.Range] = true
			seen[kv.Below(g.Key)] = true
		}
	}
	out := make([]kv.Range, 0, len(seen))
	for r := range seen {
		out = append(out, r)
	}
	return out
}

func compare(t *testing.T, clients map[string]*etcd.Client, a *kv.Auth, tries []kv.Range) {
	t.Helper()
	var wg sync.WaitGroup
	for user, c := range clients {
		wg.Go(func() {
			for _, r := range tries {
				for access, try := range map[kv.Access]func(context.Context, kv.Range) (bool, error){kv.Read: c.TryRead, kv.Write: c.TryWrite} {
					got, err := try(t.Context(), r)
					if want := acl.Can(a, user, access, r).Allowed; err != nil || got != want {
						t.Errorf("%s may %v %v: etcd says %v (%v), compiled is %v", user, access, r, got, err, want)
					}
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d users × %d ranges × 2", len(clients), len(tries))
}
