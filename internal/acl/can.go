package acl

import (
	"cmp"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Decision is whether a user may do something, and by what.
type Decision struct {
	Allowed bool
	// Open says that authentication is off: everybody may do everything.
	Open bool
	// Unknown says that there is no such user.
	Unknown bool
	// Root says that it is allowed since the user is an administrator.
	Root bool
	// By are the permissions that allow it, one where one is enough.
	By []Ground
	// Missing is the access that no permissions cover all of the range with.
	Missing kv.Access
}

// Ground is a permission with the role that has it.
type Ground struct {
	Role string
	Grant
}

// Can answers as etcd does: a range is allowed where the user's permissions
// together cover all of it.
func Can(a *kv.Auth, user string, access kv.Access, keys kv.Range) Decision {
	if !a.Enabled {
		return Decision{Allowed: true, Open: true}
	}
	roles, ok := a.Users[user]
	if !ok {
		return Decision{Unknown: true}
	}
	if slices.Contains(roles, kv.RootName) {
		return Decision{Allowed: true, Root: true}
	}
	out := Decision{Allowed: true}
	for _, one := range []kv.Access{kv.Read, kv.Write} {
		if !access.Allows(one) {
			continue
		}
		by, covered := cover(grounds(a, roles, one), keys)
		if !covered {
			out.Missing |= one
		}
		for _, g := range by {
			if !slices.Contains(out.By, g) {
				out.By = append(out.By, g)
			}
		}
	}
	if out.Missing != 0 {
		return Decision{Missing: out.Missing}
	}
	return out
}

// grounds are all permissions of roles with an access, by range, the widest
// first where two begin alike.
func grounds(a *kv.Auth, roles []string, access kv.Access) []Ground {
	var out []Ground
	for _, role := range roles {
		for r, has := range a.Roles[role] {
			if has.Allows(access) {
				out = append(out, Ground{Role: role, Grant: Grant{Range: r, Access: has}})
			}
		}
	}
	slices.SortFunc(out, func(x, y Ground) int {
		return cmp.Or(cmp.Compare(x.Key, y.Key), -compareEnds(x.Range, y.Range), cmp.Compare(x.Role, y.Role))
	})
	return out
}

// compareEnds orders ranges by how far they reach.
func compareEnds(a, b kv.Range) int {
	x, y := reach(a), reach(b)
	switch {
	case x == y:
		return 0
	case x == kv.Beyond:
		return 1
	case y == kv.Beyond:
		return -1
	}
	return cmp.Compare(x, y)
}

// reach is the end of a range, also that of a single key: its successor.
func reach(r kv.Range) string {
	if r.End == "" {
		return r.Key + "\x00"
	}
	return r.End
}

// cover finds permissions that together hold all keys of a range: of those
// that begin at or before the first key that is not covered yet, the one that
// reaches farthest.
func cover(all []Ground, keys kv.Range) (by []Ground, ok bool) {
	at, end := keys.Key, reach(keys)
	for i := 0; ; {
		best := -1
		for ; i < len(all) && all[i].Key <= at; i++ {
			if beyond(all[i].Range, at) && (best < 0 || compareEnds(all[i].Range, all[best].Range) > 0) {
				best = i
			}
		}
		if best < 0 {
			return nil, false
		}
		by = append(by, all[best])
		at = reach(all[best].Range)
		if at == kv.Beyond || end != kv.Beyond && at >= end {
			return by, true
		}
	}
}

// beyond reports whether a range holds the key or what follows it.
func beyond(r kv.Range, key string) bool {
	end := reach(r)
	return end == kv.Beyond || end > key
}
