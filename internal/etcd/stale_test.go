package etcd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/kv"
)

// restless changes the authentication until it is stopped.
func restless(t *testing.T, c *etcd.Client, ops ...kv.AuthOp) (stop func()) {
	t.Helper()
	halt := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			for _, op := range ops {
				if err := c.DoAuth(t.Context(), op, ""); err != nil {
					t.Errorf("%s: %v", op, err)
					return
				}
			}
			select {
			case <-halt:
				return
			default:
			}
		}
	})
	return func() { close(halt); wg.Wait() }
}

// comeAndGo are changes that leave all as it was.
func comeAndGo() []kv.AuthOp {
	return []kv.AuthOp{{Kind: kv.AddRole, Role: "fleeting"}, grant("fleeting", kv.Read, kv.Below("/x/")), {Kind: kv.DeleteRole, Role: "fleeting"}}
}

// writes commits and reads n times, each of which must succeed at once.
func writes(t *testing.T, c *etcd.Client, n int) {
	t.Helper()
	for i := range n {
		committed(t, c, puts(fmt.Sprintf("/a/%d/", i), 3, 0, "v"))
		if _, err := c.Read(t.Context(), "/a/1"); err != nil {
			t.Fatalf("read: %v", err)
		}
	}
}

func TestCommitWhileOthersChangePermissions(t *testing.T) {
	t.Parallel()
	for name, build := range forts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := build(t)
			boss := connectWith(t, f.config)
			do(t, boss, kv.AuthOp{Kind: kv.AddRole, Role: "writer"}, grant("writer", kv.ReadWrite, kv.Below("/a/")), kv.AuthOp{Kind: kv.GrantRole, User: "clerk", Role: "writer"}, kv.AuthOp{Kind: kv.EnableAuth})
			config := f.as("clerk")
			config.Any = true
			clerk := connectWith(t, config)
			stop := restless(t, boss, comeAndGo()...)
			defer stop()
			writes(t, clerk, 150)
		})
	}
}

// TestCommitWhileAuthenticationIsTurnedOnAndOff: what was checked before and is
// written after has no user, and no token outlives it.
func TestCommitWhileAuthenticationIsTurnedOnAndOff(t *testing.T) {
	t.Parallel()
	for name, build := range forts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := build(t)
			boss, root := connectWith(t, f.config), connectWith(t, f.as("root"))
			for i := range 20 {
				var wg sync.WaitGroup
				for _, kind := range []kv.AuthOpKind{kv.EnableAuth, kv.DisableAuth} {
					wg.Go(func() { committed(t, boss, puts(fmt.Sprintf("/a/%d/%s/", i, kind), 3, 0, "v")) })
					do(t, root, kv.AuthOp{Kind: kind})
					wg.Wait()
					committed(t, boss, puts(fmt.Sprintf("/b/%d/%s/", i, kind), 3, 0, "v"))
				}
			}
		})
	}
}

// TestCommitWithATokenThatIsOld: a signed token holds the revision that it was
// given at, and each change makes all of them old.
func TestCommitWithATokenThatIsOld(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("a key of this test only"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := etcdtest.StartWith(t, etcdtest.Options{AuthToken: "jwt,sign-method=HS256,ttl=10m,priv-key=" + key})
	c := connect(t, s.Endpoint())
	populate(t, c, &kv.PasswordSource{Env: "UNUSED"})
	do(t, c,
		kv.AuthOp{Kind: kv.AddRole, Role: "writer"}, grant("writer", kv.ReadWrite, kv.Below("/a/")),
		kv.AuthOp{Kind: kv.GrantRole, User: "clerk", Role: "writer"}, kv.AuthOp{Kind: kv.EnableAuth})
	login := func(name string) *etcd.Client {
		return connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: name, Password: "the word", Any: true})
	}
	w, root := login("clerk"), login("root")
	for i := range 10 {
		var wg sync.WaitGroup
		for _, op := range comeAndGo() {
			wg.Go(func() { committed(t, w, puts(fmt.Sprintf("/a/%d/%s/", i, op.Kind), 3, 0, "v")) })
			do(t, root, op)
			committed(t, w, puts(fmt.Sprintf("/a/%d/after/%s/", i, op.Kind), 3, 0, "v"))
		}
		wg.Wait()
		if _, err := w.Read(t.Context(), "/a/1"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNamelessCertificateLogsIn: authentication is turned on after somebody with a
// password connected, over a certificate that names nobody. It logs in then.
func TestNamelessCertificateLogsIn(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	boss := connectWith(t, g.as(t, "boss"))
	populate(t, boss, &kv.PasswordSource{Env: "UNUSED"})
	as := func(user, word string) *etcd.Client {
		config := g.as(t, "")
		config.Username, config.Password = user, word
		return connectWith(t, config)
	}
	root, clerk, wrong := as("root", "the word"), as("clerk", "the word"), as("root", "another word")
	do(t, boss, kv.AuthOp{Kind: kv.EnableAuth})
	writes(t, root, 2)
	// What is refused is so for what it is.
	read := func(c *etcd.Client) func() error {
		return func() error { _, err := c.Read(t.Context(), "/a"); return err }
	}
	check(t, connectError(t, read(clerk)), failure.EtcdDenied, `"clerk" lacks a permission`)
	check(t, connectError(t, read(wrong)), failure.EtcdUnauthenticated, `does not accept the user "root"`)
}
