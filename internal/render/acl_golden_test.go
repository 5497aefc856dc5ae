package render_test

import (
	"bytes"
	"testing"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/render"
)

func TestACLGolden(t *testing.T) {
	eachGolden(t, "acl", func(t *testing.T, g *golden) {
		t.Helper()
		d := *decode[render.ACLDocument](t, g.section("acl.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.ACL(w, d, o) })
	})
}

func TestMatrixGolden(t *testing.T) {
	eachGolden(t, "matrix", func(t *testing.T, g *golden) {
		t.Helper()
		d := *decode[render.MatrixDocument](t, g.section("matrix.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Matrix(w, d, o) })
	})
}

func TestVerifiedGolden(t *testing.T) {
	eachGolden(t, "verified", func(t *testing.T, g *golden) {
		t.Helper()
		d := *decode[render.VerifiedDocument](t, g.section("verified.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Verified(w, d, o) })
	})
}

// TestCan says yes or no, and by what or what is missing.
func TestCan(t *testing.T) {
	t.Parallel()
	key, below := kv.Range{Key: "/net/users/7/status"}, kv.Below("/net/users/")
	ground := acl.Ground{Role: "sigilform/net/core/10.0.0.1", Grant: acl.Grant{Range: below, Access: kv.ReadWrite}}
	for want, x := range map[string]struct {
		keys kv.Range
		d    acl.Decision
	}{
		"yes\nThese grants allow it.\n  sigilform/net/core/10.0.0.1: readwrite /net/users/*\n": {key, acl.Decision{Allowed: true, By: []acl.Ground{ground}}},
		"yes\nThe user has the role root.\n":                                                   {key, acl.Decision{Allowed: true, Root: true}},
		"yes\nAuthentication is off: everybody may do everything.\n":                           {key, acl.Decision{Allowed: true, Open: true}},
		"no\nThere is no such user.\n":                                                         {key, acl.Decision{Unknown: true}},
		"no\nNo role of the user allows to write it.\n":                                        {key, acl.Decision{Missing: kv.Write}},
		"no\nNo role of the user allows to read or write all of it.\n":                         {below, acl.Decision{Missing: kv.ReadWrite}},
		"no\nNo role of the user allows to read all of it.\n":                                  {below, acl.Decision{Missing: kv.Read}},
	} {
		got := rendered(t, func(w *bytes.Buffer) error {
			return render.Can(w, render.NewCan("ams", kv.ReadWrite, x.keys, false, x.d), render.Options{})
		})
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		quiet := rendered(t, func(w *bytes.Buffer) error {
			return render.Can(w, render.NewCan("ams", kv.ReadWrite, x.keys, false, x.d), render.Options{Quiet: true})
		})
		if quiet != "yes\n" && quiet != "no\n" {
			t.Errorf("quietly it says %q", quiet)
		}
	}
}

// TestACLOnly finds a role or user by each of its names.
func TestACLOnly(t *testing.T) {
	t.Parallel()
	whole := func() render.ACLDocument {
		return render.ACLDocument{
			Roles: []render.ACLRoleDocument{
				{Name: "sigilform/net/core/10.0.0.1", Address: `acl_role.core["core.ams"]`}, {Name: "sigilform/net/role/support", Address: "acl_role.support"},
			},
			Users: []render.ACLUserDocument{
				{Name: "ams.example.net", Address: "acl_user.ams", Roles: []string{"sigilform/net/core/10.0.0.1"}}, {Name: "stranger", Roles: []string{}},
			},
		}
	}
	for name, want := range map[string][2]int{ // roles, users
		"sigilform/net/core/10.0.0.1": {1, 0}, "core/10.0.0.1": {1, 0}, `acl_role.core["core.ams"]`: {1, 0}, "support": {1, 0}, "acl_role.support": {1, 0},
		"ams.example.net": {1, 1}, "acl_user.ams": {1, 1}, "stranger": {0, 1}, "nobody": {0, 0},
	} {
		d := whole()
		found := d.Only(name, "net")
		if got := [2]int{len(d.Roles), len(d.Users)}; got != want || found != (want != [2]int{}) {
			t.Errorf("%q leaves %d roles and %d users, found %t", name, got[0], got[1], found)
		}
	}
}
