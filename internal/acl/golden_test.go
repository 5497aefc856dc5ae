package acl_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestCompile lists every range of every role of the small network.
func TestCompile(t *testing.T) {
	t.Parallel()
	n := small()
	set := compile(t, n)
	var b strings.Builder
	for _, r := range set.Roles {
		fmt.Fprintf(&b, "%s (%s) of %s\n", r.Name, r.Address, r.Subject)
		for _, g := range r.Grants {
			fmt.Fprintf(&b, "  %-9s %s\n", g.Access, g.Range)
		}
	}
	for _, u := range set.Users {
		fmt.Fprintf(&b, "%s (%s): %s\n", u.Name, u.Address, strings.Join(u.Roles, ", "))
	}
	golden(t, "testdata/compile.txt", b.String())
}

// TestWordsOfSmall says the same to a reader.
func TestWordsOfSmall(t *testing.T) {
	t.Parallel()
	n := small()
	var b strings.Builder
	for _, r := range compile(t, n).Roles {
		fmt.Fprintf(&b, "%s\n", r.Subject)
		for _, p := range wordsOf(n).Phrases(r.Grants) {
			fmt.Fprintf(&b, "  %s (%d)\n", p.Text, len(p.Ranges))
		}
	}
	golden(t, "testdata/words.txt", b.String())
}

// TestCompileUnknownIdentity says which grant has to wait for its plan.
func TestCompileUnknownIdentity(t *testing.T) {
	t.Parallel()
	n := small()
	n.Users = append(n.Users, network.User{Addr: at(addr.User, "new"), Username: named("new")})
	n.ACL.Roles = append(n.ACL.Roles, network.ACLRole{Addr: at(addr.ACLRole, "late"), Name: "late", Grants: []network.Grant{
		{Access: "read", On: []network.Target{{Object: at(addr.User, "new")}, {Object: at(addr.User, "new"), Field: "status"}}},
	}})
	set, found := acl.Compile(n, keys.NewLayout(schema.Network(), n.Prefix), ownKeys())
	if len(found) != 2 || found[0].Address != "acl_role.late" || !strings.Contains(found[0].Summary, "user.new") {
		t.Errorf("diagnostics: %v", found)
	}
	if r, ok := set.Role(acl.RoleName("small", "role/late")); !ok || len(r.Grants) != 0 {
		t.Errorf("the role is %v", r)
	}
}
