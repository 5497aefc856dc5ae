package acl_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

// copyOf keeps a description from the changes of another.
func copyOf(a *kv.Auth) *kv.Auth {
	out := &kv.Auth{Enabled: a.Enabled, Revision: a.Revision, Roles: map[string]map[kv.Range]kv.Access{}, Users: maps.Clone(a.Users)}
	for name, perms := range a.Roles {
		out.Roles[name] = maps.Clone(perms)
	}
	return out
}

// draw makes roles and users over few keys, so that they meet.
func draw(t *rapid.T, label string) *kv.Auth {
	out := &kv.Auth{Enabled: rapid.Bool().Draw(t, label+" enabled"), Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{}}
	for _, role := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"r1", "r2", "r3"}), rapid.ID).Draw(t, label+" roles") {
		out.Roles[role] = map[kv.Range]kv.Access{}
		for _, r := range rapid.SliceOfDistinct(rapid.SampledFrom(ranges()), rapid.ID).Draw(t, label+" ranges of "+role) {
			out.Roles[role][r] = kv.Access(rapid.IntRange(1, 3).Draw(t, label+" access"))
		}
	}
	for _, user := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"u1", "u2", "u3"}), rapid.ID).Draw(t, label+" users") {
		out.Users[user] = nil
		for _, role := range slices.Sorted(maps.Keys(out.Roles)) {
			if rapid.Bool().Draw(t, label+" "+user+" has "+role) {
				out.Users[user] = append(out.Users[user], role)
			}
		}
	}
	return out
}

func ranges() []kv.Range {
	return []kv.Range{{Key: "/a"}, {Key: "/b"}, kv.Below("/c/"), {Key: "/c/x"}, {Key: "/c", End: "/e"}}
}

func probes() []kv.Range {
	return []kv.Range{{Key: "/a"}, {Key: "/b"}, {Key: "/c/x"}, {Key: "/c/y"}, kv.Below("/c/"), {Key: "/d"}}
}

// gone are the names of one side that the other lacks.
func gone[V any](from, to map[string]V) []string {
	var out []string
	for name := range from {
		if _, ok := to[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}

// targetOf wants exactly what another cluster has.
func targetOf(from, to *kv.Auth) acl.Target {
	return acl.Target{
		Roles: to.Roles, Users: to.Users, GoneRoles: gone(from.Roles, to.Roles), GoneUsers: gone(from.Users, to.Users),
		EnforceNamed: true, Enforce: to.Enabled,
	}
}

// TestNoRightThatIsAtNeitherEnd holds the law of a sequence over any two sets
// of roles and users: it ends where it should, a second one is empty, what it
// says of each call is so, and between the calls nobody has a right that it has
// neither before nor after.
func TestNoRightThatIsAtNeitherEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := draw(t, "from"), draw(t, "to")
		before, after := acl.Sequence(from, targetOf(from, to))
		now := copyOf(from)
		for i, op := range slices.Concat(before, after) {
			if op.Holds(now) {
				t.Fatalf("call %d, %v, changes nothing", i, op)
			}
			if op.Kind == kv.GrantPermission || op.Kind == kv.RevokePermission {
				if was := now.Roles[op.Role][op.Range()]; was != op.Was {
					t.Fatalf("call %d, %v, expects %v, there is %v", i, op, op.Was, was)
				}
			}
			op.Apply(now)
			if !op.Holds(now) {
				t.Fatalf("call %d, %v, does not hold after it", i, op)
			}
			checkRights(t, fmt.Sprintf("after call %d, %v", i, op), from, now, to)
		}
		now.Revision = to.Revision
		if diff := cmp.Diff(to, now, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the end is another than was wanted:\n%s", diff)
		}
		if before, after := acl.Sequence(now, targetOf(now, to)); len(before)+len(after) > 0 {
			t.Fatalf("a second sequence is not empty: %v %v", before, after)
		}
	})
}

func checkRights(t *rapid.T, when string, from, now, to *kv.Auth) {
	for _, user := range []string{"u1", "u2", "u3"} {
		for _, keys := range probes() {
			for _, access := range []kv.Access{kv.Read, kv.Write} {
				allowed := func(a *kv.Auth) bool { return acl.Can(a, user, access, keys).Allowed }
				if allowed(now) && !allowed(from) && !allowed(to) {
					t.Fatalf("%s, %s may %v %v, which it may at neither end", when, user, access, keys)
				}
			}
		}
	}
}

// TestUndoneBackwards holds that the inverse calls lead back.
func TestUndoneBackwards(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := draw(t, "from"), draw(t, "to")
		before, _ := acl.Sequence(from, targetOf(from, to))
		now := copyOf(from)
		for _, op := range before {
			op.Apply(now)
		}
		for _, op := range slices.Backward(before) {
			op.Inverse().Apply(now)
		}
		now.Revision = from.Revision
		if diff := cmp.Diff(from, now, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}
