package etcd_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestClearedPassword: a password that was cleared is refused at once, root's
// too, and what its user may do by a certificate stays. etcd tells of a user that
// was made without one.
func TestClearedPassword(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	g.NeedsAuthRevision(t)
	root := connectWith(t, g.as(t, "root"))
	do(t, root, rootWithPassword()...)
	do(t, root,
		kv.AuthOp{Kind: kv.AddUser, User: "dana", Password: &kv.PasswordSource{Env: "X"}}, kv.AuthOp{Kind: kv.SetPassword, User: "dana"},
		kv.AuthOp{Kind: kv.AddRole, Role: "r"}, kv.AuthOp{Kind: kv.GrantRole, User: "dana", Role: "r"}, grant("r", kv.Read, kv.Below("/a/")),
		kv.AuthOp{Kind: kv.AddUser, User: "never"})
	if err := root.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	config := g.as(t, "dana")
	config.Any = true
	dana := connectWith(t, config)
	logins := func(want map[string]etcd.Login) {
		t.Helper()
		for user, login := range want {
			if got, err := root.TryPassword(t.Context(), user, "the word"); err != nil || got != login {
				t.Errorf("the login of %s is %q, %v; want %q", user, got, err, login)
			}
		}
		if allowed, err := dana.TryRead(t.Context(), kv.Below("/a/")); !allowed || err != nil {
			t.Errorf("dana may read: %v, %v", allowed, err)
		}
	}
	logins(map[string]etcd.Login{"root": etcd.LoginAccepted, "dana": etcd.LoginAccepted, "never": etcd.LoginNone})
	do(t, root, kv.AuthOp{Kind: kv.ClearPassword, User: "root"}, kv.AuthOp{Kind: kv.ClearPassword, User: "dana"}, kv.AuthOp{Kind: kv.ClearPassword, User: "never"})
	logins(map[string]etcd.Login{"root": etcd.LoginRefused, "dana": etcd.LoginRefused, "never": etcd.LoginNone})
	for _, guess := range []string{"!", "", " "} {
		if got, err := root.TryPassword(t.Context(), "root", guess); err != nil || got != etcd.LoginRefused {
			t.Errorf("the login with %q is %q, %v", guess, got, err)
		}
	}
	do(t, root, kv.AuthOp{Kind: kv.SetPassword, User: "dana"}, kv.AuthOp{Kind: kv.SetPassword, User: "never"})
	logins(map[string]etcd.Login{"root": etcd.LoginRefused, "dana": etcd.LoginAccepted, "never": etcd.LoginNone})
}
