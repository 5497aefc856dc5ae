package acl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestFingerprints tells every change of a role or user from what was, and what
// is not there from what has nothing.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	role := func(r kv.Range, access kv.Access) *kv.Auth {
		return &kv.Auth{Roles: map[string]map[kv.Range]kv.Access{"r": {r: access}}}
	}
	user := func(roles ...string) *kv.Auth { return &kv.Auth{Users: map[string][]string{"u": roles}} }
	all := map[string]*kv.Auth{
		"a role":               role(kv.Range{Key: "/a", End: "/b"}, kv.Read),
		"with another access":  role(kv.Range{Key: "/a", End: "/b"}, kv.Write),
		"with another key":     role(kv.Range{Key: "/a1", End: "/b"}, kv.Read),
		"with another end":     role(kv.Range{Key: "/a", End: "/c"}, kv.Read),
		"with a key":           role(kv.Range{Key: "/a"}, kv.Read),
		"without a permission": {Roles: map[string]map[kv.Range]kv.Access{"r": {}}},
		"a user":               user("x", "y"),
		"with one role":        user("xy"),
		"without a role":       user(),
	}
	seen := map[string]string{}
	for name, a := range all {
		got := acl.Fingerprints(a, []string{"r"}, []string{"u"})
		if len(got) != 2 || (len(a.Roles) == 0) != (got["role r"] == "") || (len(a.Users) == 0) != (got["user u"] == "") {
			t.Errorf("%s: %v", name, got)
		}
		one := got["role r"] + got["user u"]
		if len(one) != 16 {
			t.Errorf("%s is %q", name, one)
		}
		if other, ok := seen[one]; ok && name != "without a role" && other != "without a role" {
			t.Errorf("%s is like %s", name, other)
		}
		seen[one] = name
	}
	first := acl.Fingerprints(user("x", "y"), nil, []string{"u"})
	if diff := cmp.Diff(first, acl.Fingerprints(user("y", "x"), nil, []string{"u"})); diff != "" || len(first) != 1 {
		t.Errorf("the order of roles is told:\n%s", diff)
	}
}

func TestRoleID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"sigilform/t/role/x": "role/x", "sigilform/t/": "", "sigilform/tt/role/x": "", "root": "",
	} {
		if id, ok := acl.RoleID("t", name); ok != (want != "") || ok && (id != want || acl.RoleName("t", id) != name) {
			t.Errorf("%s: %q, %v", name, id, ok)
		}
	}
}
