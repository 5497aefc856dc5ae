package kv_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/kv"
)

// world is a cluster's authentication with one of everything.
func world() *kv.Auth {
	return &kv.Auth{
		Revision: 7,
		Roles: map[string]map[kv.Range]kv.Access{
			"core":  {kv.Below("/a/"): kv.Read, {Key: "/b"}: kv.ReadWrite},
			"entry": {kv.Below("/a/"): kv.Read},
			"idle":  {},
		},
		Users: map[string][]string{"ams": {"core", "entry"}, "new": nil, "root": {"root"}},
	}
}

// TestEveryCall: of each kind, what a call does to the cluster, whether it
// fits, whether it holds already, and that its inverse takes it back.
func TestEveryCall(t *testing.T) {
	t.Parallel()
	a, b := kv.Below("/a/"), kv.Range{Key: "/b"}
	for _, test := range []struct {
		op   kv.AuthOp
		text string
		// fits says that the call can be made; holds, that it is made already.
		fits, holds bool
		change      func(*kv.Auth)
		back        kv.AuthOpKind
	}{
		{
			kv.AuthOp{Kind: kv.AddRole, Role: "x"},
			"add-role x", true, false,
			func(w *kv.Auth) { w.Roles["x"] = map[kv.Range]kv.Access{} }, kv.DeleteRole,
		},
		{kv.AuthOp{Kind: kv.AddRole, Role: "core"}, "add-role core", false, true, nil, kv.DeleteRole},
		{
			kv.AuthOp{Kind: kv.DeleteRole, Role: "idle"},
			"delete-role idle", true, false,
			func(w *kv.Auth) { delete(w.Roles, "idle") }, kv.AddRole,
		},
		{kv.AuthOp{Kind: kv.DeleteRole, Role: "x"}, "delete-role x", false, true, nil, kv.AddRole},
		{
			kv.AuthOp{Kind: kv.GrantPermission, Role: "entry", Key: "/b", Access: kv.Write},
			"grant-permission write /b to role entry", true, false,
			func(w *kv.Auth) { w.Roles["entry"][b] = kv.Write }, kv.RevokePermission,
		},
		{
			kv.AuthOp{Kind: kv.GrantPermission, Role: "core", Key: "/b", Access: kv.Read, Was: kv.ReadWrite},
			"grant-permission read /b to role core", true, false,
			func(w *kv.Auth) { w.Roles["core"][b] = kv.Read }, kv.GrantPermission,
		},
		{kv.AuthOp{Kind: kv.GrantPermission, Role: "core", Key: a.Key, End: a.End, Access: kv.Read}, "grant-permission read /a/* to role core", false, true, nil, kv.RevokePermission},
		{kv.AuthOp{Kind: kv.GrantPermission, Role: "core", Key: "/b", Access: kv.Read, Was: kv.Write}, "grant-permission read /b to role core", false, false, nil, kv.GrantPermission},
		{kv.AuthOp{Kind: kv.GrantPermission, Role: "x", Key: "/b", Access: kv.Read}, "grant-permission read /b to role x", false, false, nil, kv.RevokePermission},
		{
			kv.AuthOp{Kind: kv.RevokePermission, Role: "core", Key: "/b", Was: kv.ReadWrite},
			"revoke-permission /b from role core", true, false,
			func(w *kv.Auth) { delete(w.Roles["core"], b) }, kv.GrantPermission,
		},
		{kv.AuthOp{Kind: kv.RevokePermission, Role: "core", Key: "/c", Was: kv.Read}, "revoke-permission /c from role core", false, true, nil, kv.GrantPermission},
		{kv.AuthOp{Kind: kv.RevokePermission, Role: "core", Key: "/b", Was: kv.Read}, "revoke-permission /b from role core", false, false, nil, kv.GrantPermission},
		{
			kv.AuthOp{Kind: kv.AddUser, User: "x"},
			"add-user x", true, false,
			func(w *kv.Auth) { w.Users["x"] = nil }, kv.DeleteUser,
		},
		{kv.AuthOp{Kind: kv.AddUser, User: "new"}, "add-user new", false, true, nil, kv.DeleteUser},
		{
			kv.AuthOp{Kind: kv.DeleteUser, User: "new"},
			"delete-user new", true, false,
			func(w *kv.Auth) { delete(w.Users, "new") }, kv.AddUser,
		},
		{kv.AuthOp{Kind: kv.DeleteUser, User: "x"}, "delete-user x", false, true, nil, kv.AddUser},
		{
			kv.AuthOp{Kind: kv.GrantRole, User: "ams", Role: "idle"},
			"grant-role idle to user ams", true, false,
			func(w *kv.Auth) { w.Users["ams"] = []string{"core", "entry", "idle"} }, kv.RevokeRole,
		},
		{kv.AuthOp{Kind: kv.GrantRole, User: "ams", Role: "core"}, "grant-role core to user ams", true, true, nil, kv.RevokeRole},
		{
			kv.AuthOp{Kind: kv.GrantRole, User: "new", Role: "root"},
			"grant-role root to user new", true, false,
			func(w *kv.Auth) { w.Users["new"] = []string{"root"} }, kv.RevokeRole,
		},
		{kv.AuthOp{Kind: kv.GrantRole, User: "new", Role: "x"}, "grant-role x to user new", false, false, nil, kv.RevokeRole},
		{kv.AuthOp{Kind: kv.GrantRole, User: "x", Role: "core"}, "grant-role core to user x", false, false, nil, kv.RevokeRole},
		{
			kv.AuthOp{Kind: kv.RevokeRole, User: "ams", Role: "core"},
			"revoke-role core from user ams", true, false,
			func(w *kv.Auth) { w.Users["ams"] = []string{"entry"} }, kv.GrantRole,
		},
		{kv.AuthOp{Kind: kv.RevokeRole, User: "x", Role: "core"}, "revoke-role core from user x", false, true, nil, kv.GrantRole},
		{kv.AuthOp{Kind: kv.SetPassword, User: "ams"}, "set-password ams", true, false, func(*kv.Auth) {}, kv.SetPassword},
		{kv.AuthOp{Kind: kv.SetPassword, User: "x"}, "set-password x", false, false, nil, kv.SetPassword},
		{kv.AuthOp{Kind: kv.ClearPassword, User: "ams"}, "clear-password ams", true, false, func(*kv.Auth) {}, kv.ClearPassword},
		{kv.AuthOp{Kind: kv.ClearPassword, User: "x"}, "clear-password x", false, false, nil, kv.ClearPassword},
		{
			kv.AuthOp{Kind: kv.EnableAuth},
			"enable-auth", true, false,
			func(w *kv.Auth) { w.Enabled = true; w.Revision-- }, kv.DisableAuth,
		},
		{kv.AuthOp{Kind: kv.DisableAuth}, "disable-auth", false, true, nil, kv.EnableAuth},
		{kv.AuthOp{Kind: "unknown"}, "unknown", false, false, nil, "unknown"},
	} {
		got := world()
		if test.op.String() != test.text {
			t.Errorf("%+v is spelled %q", test.op, test.op)
		}
		if fits, holds := test.op.Fits(got), test.op.Holds(got); fits != test.fits || holds != test.holds {
			t.Errorf("%s: fits %v, holds %v", test.op, fits, holds)
		}
		back := test.op.Inverse()
		if back.Kind != test.back {
			t.Errorf("%s is taken back by %s", test.op, back)
		}
		if test.change == nil {
			continue
		}
		want := world()
		want.Revision++
		test.change(want)
		test.op.Apply(got)
		if !cmp.Equal(got, want, cmpopts.EquateEmpty()) {
			t.Errorf("%s leaves %+v, not %+v", test.op, got, want)
		}
		if password := back.Kind == kv.SetPassword || back.Kind == kv.ClearPassword; !password && (!test.op.Holds(got) || !back.Fits(got)) {
			t.Errorf("%s does not hold, or can't be taken back", test.op)
		}
		back.Apply(got)
		got.Revision = 7
		if !cmp.Equal(got, world(), cmpopts.EquateEmpty()) {
			t.Errorf("%s and %s leave %+v", test.op, back, got)
		}
	}
}

// TestDeletedRoleIsNobodys: as etcd does, a deleted role is taken from everyone.
func TestDeletedRoleIsNobodys(t *testing.T) {
	t.Parallel()
	w := world()
	kv.AuthOp{Kind: kv.DeleteRole, Role: "core"}.Apply(w)
	if _, there := w.Roles["core"]; there || !slices.Equal(w.Users["ams"], []string{"entry"}) || !slices.Equal(w.Users["root"], []string{"root"}) {
		t.Errorf("it leaves %+v", w)
	}
	kv.AuthOp{Kind: kv.GrantRole, User: "ams", Role: "entry"}.Apply(w)
	if !slices.Equal(w.Users["ams"], []string{"entry"}) {
		t.Errorf("a role that is granted twice is there twice: %q", w.Users["ams"])
	}
	w.Revision--
	kv.AuthOp{Kind: kv.DisableAuth}.Apply(w)
	if w.Revision != 9 || w.Enabled {
		t.Errorf("turning it off leaves %+v", w)
	}
	w.Enabled = true
	for _, op := range []kv.AuthOp{{Kind: kv.EnableAuth}, {Kind: kv.DisableAuth}} {
		if on := op.Kind == kv.EnableAuth; op.Holds(w) != on || op.Fits(w) == on {
			t.Errorf("%s of what is on: holds %v, fits %v", op, op.Holds(w), op.Fits(w))
		}
	}
	kv.AuthOp{Kind: kv.DisableAuth}.Apply(w)
	if w.Enabled {
		t.Error("it is still on")
	}
}

// TestCloneSharesNothing: what is done to a copy is not done to the original.
func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	w := world()
	w.Enabled = true
	c := w.Clone()
	if !cmp.Equal(c, w, cmpopts.EquateEmpty()) {
		t.Fatalf("the copy is %+v", c)
	}
	for _, op := range []kv.AuthOp{
		{Kind: kv.DeleteRole, Role: "entry"},
		{Kind: kv.AddUser, User: "x"},
		{Kind: kv.RevokePermission, Role: "core", Key: "/b"},
		{Kind: kv.GrantRole, User: "ams", Role: "aaa"},
		{Kind: kv.DisableAuth},
	} {
		op.Apply(c)
	}
	want := world()
	want.Enabled = true
	if !cmp.Equal(w, want, cmpopts.EquateEmpty()) {
		t.Errorf("the original became %+v", w)
	}
}

// TestAccess: what an access allows, and how it is spelled.
func TestAccess(t *testing.T) {
	t.Parallel()
	names := map[kv.Access]string{kv.Read: "read", kv.Write: "write", kv.ReadWrite: "readwrite"}
	for _, a := range slices.Sorted(maps.Keys(names)) {
		if got, ok := kv.ParseAccess(names[a]); !ok || got != a || a.String() != names[a] {
			t.Errorf("%q is %v, %v; spelled %q", names[a], got, ok, a)
		}
		for _, want := range []kv.Access{kv.Read, kv.Write, kv.ReadWrite} {
			if allows := want == a || a == kv.ReadWrite; a.Allows(want) != allows {
				t.Errorf("%s allows %s: %v", a, want, !allows)
			}
		}
	}
	if got, ok := kv.ParseAccess("none"); ok || got != 0 || kv.Access(0).String() != "none" || kv.Access(0).Allows(kv.Read) {
		t.Errorf("none is %v, %v", got, ok)
	}
}
