package acl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// addresses share their beginnings, so that a prefix without its slash leaks.
func addresses() []string {
	return []string{"10.1.0.1", "10.1.0.10", "10.1.0.100", "10.1.0.11", "10.1.0.12", "10.1.0.2", "2001:db8::1", "2001:db8::10", "2001:db8::11"}
}

// drawTopology makes any network of few nodes, all of them users, with a
// planner, a drift reader and a role of any targets.
func drawTopology(t *rapid.T) *network.Network {
	n := &network.Network{Catalogue: schema.Network(), Name: "small", Prefix: rapid.SampledFrom([]string{"/net/", "/", "/sigil/gate/"}).Draw(t, "prefix")}
	ips := rapid.Permutation(addresses()).Draw(t, "ips")
	cores := rapid.IntRange(1, 4).Draw(t, "cores")
	status := rapid.SampledFrom([]string{network.Active, network.Active, network.Inactive, network.Archived})
	for i := range cores {
		name := fmt.Sprintf("c%d", i)
		n.Cores = append(n.Cores, network.Core{Node: newNode(addr.Core, name, ips[i], status.Draw(t, name))})
		n.ACL.Users = append(n.ACL.Users, onCore(name))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "entries") {
		name := fmt.Sprintf("e%d", i)
		e := network.Entry{Node: newNode(addr.Entry, name, ips[cores+i], status.Draw(t, name))}
		if rapid.Bool().Draw(t, name+" is bound") {
			e.BoundTo = ref(addr.Core, fmt.Sprintf("c%d", rapid.IntRange(0, cores-1).Draw(t, name+" to")))
		}
		n.Entries = append(n.Entries, e)
		n.ACL.Users = append(n.ACL.Users, onEntry(name))
		for j := range cores {
			if rapid.Bool().Draw(t, name+" has a route") {
				n.Routes = append(n.Routes, newRoute(name, fmt.Sprintf("c%d", j), status.Draw(t, name+" route")))
			}
		}
	}
	n.ACL.Users = append(n.ACL.Users, newUser("ci", "planner"), newUser("watch", "drift"), newUser("other", "any"), newUser("admin", "root"))
	n.ACL.Roles = []network.ACLRole{drawRole(t, n)}
	n.Normalize()
	return n
}

func drawRole(t *rapid.T, n *network.Network) network.ACLRole {
	targets := []network.Target{{Key: "motd"}, {Key: "motd/"}}
	for _, c := range []string{"cells", "network", "nodes", "paths", "routes", "topology", "users"} {
		targets = append(targets, network.Target{Collection: c})
	}
	for i := range n.Entries {
		targets = append(targets, network.Target{Object: n.Entries[i].Addr}, network.Target{Object: n.Entries[i].Addr, Field: "status"},
			network.Target{Object: n.Entries[i].Addr, Field: "settings"}, network.Target{Object: n.Entries[i].Addr, Field: "bound_to"})
	}
	for i := range n.Cores {
		targets = append(targets, network.Target{Object: n.Cores[i].Addr}, network.Target{Object: n.Cores[i].Addr, Field: "links"})
	}
	for i := range n.Routes {
		targets = append(targets, network.Target{Object: n.Routes[i].Addr}, network.Target{Object: n.Routes[i].Addr, Field: "tls"})
	}
	role := network.ACLRole{Addr: at(addr.ACLRole, "any"), Name: "any"}
	for range rapid.IntRange(0, 3).Draw(t, "grants") {
		role.Grants = append(role.Grants, network.Grant{
			Access: rapid.SampledFrom([]string{"read", "write", "readwrite"}).Draw(t, "access"),
			On:     rapid.SliceOfN(rapid.SampledFrom(targets), 1, 4).Draw(t, "on"),
		})
	}
	return role
}

// mustCompile compiles within a property.
func mustCompile(t *rapid.T, n *network.Network) *acl.Set {
	set, found := acl.Compile(n, keys.NewLayout(schema.Network(), n.Prefix), ownKeys())
	if len(found) > 0 {
		t.Fatalf("compile: %v", found)
	}
	return set
}

// overlap reports whether two ranges have a key in common.
func overlap(a, b kv.Range) bool { return a.Contains(b.Key) || b.Contains(a.Key) }

// meets lists the permissions of a user that touch a range with an access.
func meets(set *acl.Set, user string, access kv.Access, r kv.Range) []acl.Grant {
	var out []acl.Grant
	auth := set.Auth()
	for _, role := range auth.Users[user] {
		for _, g := range acl.Grants(auth.Roles[role]) {
			if g.Access.Allows(access) && overlap(g.Range, r) {
				out = append(out, g)
			}
		}
	}
	return out
}

// territory are the prefixes of all keys of a node.
func territory(n *network.Network, ip string) []kv.Range {
	var out []kv.Range
	for _, p := range []string{"nodes/", "paths/", "topology/bindings/", "topology/links/"} {
		out = append(out, kv.Below(n.Prefix+p+ip+"/"))
	}
	return out
}

// TestNoEntryReadsAnother is the boundary between Entries.
func TestNoEntryReadsAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		set := mustCompile(t, n)
		for _, reader := range n.Entries {
			for _, other := range n.Entries {
				if reader.Addr == other.Addr {
					continue
				}
				for _, r := range territory(n, other.IP.Value) {
					if got := meets(set, reader.Addr.Name, kv.Read, r); len(got) > 0 {
						t.Fatalf("%s reads %s of %s: %v", reader.Addr, r, other.Addr, got)
					}
				}
			}
			if got := meets(set, reader.Addr.Name, kv.Write, kv.Range{Key: "\x00", End: kv.Beyond}); len(got) > 0 {
				t.Fatalf("%s writes %v", reader.Addr, got)
			}
		}
	})
}

// TestNoCoreWritesAnothersEntries is the boundary between Cores, and of
// archived nodes.
func TestNoCoreWritesAnothersEntries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		set := mustCompile(t, n)
		for _, c := range n.Cores {
			for _, e := range n.Entries {
				bound := e.BoundTo.Named && e.BoundTo.To == c.Addr && e.Status.Value != network.Archived && c.Status.Value != network.Archived
				writes := 0
				for _, r := range territory(n, e.IP.Value) {
					writes += len(meets(set, c.Addr.Name, kv.Write, r))
				}
				if (writes > 0) != bound {
					t.Fatalf("%s writes %d ranges of %s; bound to it: %t", c.Addr, writes, e.Addr, bound)
				}
			}
			for _, other := range n.Cores {
				if got := meets(set, c.Addr.Name, kv.Write, kv.Below(n.Prefix+"nodes/"+other.IP.Value+"/")); other.Addr != c.Addr && len(got) > 0 {
					t.Fatalf("%s writes %v of %s", c.Addr, got, other.Addr)
				}
			}
		}
	})
}

// TestOwnKeysAreRoots: nobody but Root writes sigilform's keys, and only the
// planner and the drift reader read what a snapshot reads of them.
func TestOwnKeysAreRoots(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		set := mustCompile(t, n)
		own := ownKeys()
		allowed := map[string]bool{own.Head: true, own.Objects: true, own.Networks: true}
		for _, u := range set.Users {
			if got := meets(set, u.Name, kv.Write, kv.Below("/sigilform/")); len(got) > 0 {
				t.Fatalf("%s writes %v", u.Name, got)
			}
			for _, g := range meets(set, u.Name, kv.Read, kv.Below("/sigilform/")) {
				observer := u.Name == "ci" || u.Name == "watch"
				if !observer || !allowed[g.Key] && (g.Key != own.DigestKey && g.Key != own.PlanKey || u.Name != "ci") {
					t.Fatalf("%s reads %v", u.Name, g)
				}
			}
		}
	})
}

// TestRangesDoNotLeak: each is one key, or all keys below a closing slash.
func TestRangesDoNotLeak(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		for _, role := range mustCompile(t, n).Roles {
			for i, g := range role.Grants {
				prefix, wide := g.Prefix()
				if g.End != "" && (!wide || !strings.HasSuffix(prefix, "/")) || g.Key == "" || g.Access == 0 {
					t.Fatalf("%s has %v", role.Name, g)
				}
				for j, other := range role.Grants {
					if i != j && other.Covers(g.Range) && other.Access.Allows(g.Access) {
						t.Fatalf("%s has %v within %v", role.Name, g, other)
					}
				}
			}
		}
	})
}

// TestMovedBindingMovesTwoRoles: those of the Cores, and no other.
func TestMovedBindingMovesTwoRoles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		before := mustCompile(t, n).Auth()
		e := &n.Entries[rapid.IntRange(0, len(n.Entries)-1).Draw(t, "moved")]
		to := n.Cores[rapid.IntRange(0, len(n.Cores)-1).Draw(t, "to")]
		from := e.BoundTo
		e.BoundTo = network.Ref{To: to.Addr, Named: true}
		after := mustCompile(t, n).Auth()
		ends := map[string]bool{acl.RoleName("small", "core/"+to.IP.Value): true}
		for _, c := range n.Cores {
			if from.Named && c.Addr == from.To {
				ends[acl.RoleName("small", "core/"+c.IP.Value)] = true
			}
		}
		for role := range before.Roles {
			if !ends[role] && !cmp.Equal(before.Roles[role], after.Roles[role]) {
				t.Fatalf("%s changes with a binding of others: %s", role, cmp.Diff(before.Roles[role], after.Roles[role]))
			}
		}
		if len(before.Roles) != len(after.Roles) || !cmp.Equal(before.Users, after.Users) {
			t.Fatalf("roles or users change: %s", cmp.Diff(before, after))
		}
	})
}

// TestWordsSayAll: the phrases together are the permissions, no less and no
// more, and equal ones give equal words.
func TestWordsSayAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawTopology(t)
		for _, role := range mustCompile(t, n).Roles {
			phrases := wordsOf(n).Phrases(role.Grants)
			said := map[kv.Range]kv.Access{}
			for _, p := range phrases {
				for _, r := range p.Ranges {
					if said[r]&p.Access != 0 {
						t.Fatalf("%s: %s of %s is said twice", role.Name, p.Access, r)
					}
					said[r] |= p.Access
				}
			}
			if diff := cmp.Diff(acl.Permissions(role.Grants), said); diff != "" {
				t.Fatalf("%s (-granted +said):\n%s", role.Name, diff)
			}
			shuffled := rapid.Permutation(role.Grants).Draw(t, "shuffled")
			if diff := cmp.Diff(phrases, wordsOf(n).Phrases(shuffled)); diff != "" {
				t.Fatalf("%s: another order has other words:\n%s", role.Name, diff)
			}
		}
	})
}
