package plan

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/kv"
)

// checkSelf refuses what would lock out who applies it, or everybody.
func (a *accessMaker) checkSelf() {
	on := a.live.Enabled
	if a.target.EnforceNamed {
		on = a.target.Enforce
	}
	switch {
	case a.live.Enabled && !on && !a.in.Access.DisableAuth:
		a.conflict(Conflict{
			Address: "acl", Summary: "The plan would turn authentication off",
			Detail: "Then everybody who reaches the cluster may read and write everything in it.",
			Hint:   "If that is meant, plan and apply with --disable-auth.",
		})
	case on && slices.Contains(a.target.GoneUsers, kv.RootName):
		a.conflict(Conflict{
			Address: "acl", Summary: "The plan would delete etcd's user root while authentication is on",
			Detail: "etcd refuses that: without root nobody could administer the cluster.",
			Hint:   "Turn authentication off as well, with --disable-auth, where this network turned it on; else apply acl { enforce = false } first. Or keep the acl_user root.",
		})
	case !on:
	case a.live.Enabled:
		a.keepSelf()
	default:
		a.proveSelf()
	}
}

// keepSelf refuses to take the administrator's rights from the user of this
// connection while authentication is on.
func (a *accessMaker) keepSelf() {
	self := a.in.Access.Self
	if !slices.Contains(a.live.Users[self], kv.RootName) || a.remainsRoot(self) {
		return
	}
	a.conflict(Conflict{
		Address: "acl", Summary: fmt.Sprintf("The plan would take the role root from %q, the user of this connection", self),
		Detail: "The run could not come to its end, and perhaps nobody could undo it.",
		Hint:   "Apply it as another administrator, or keep the role.",
	})
}

// proveSelf refuses to turn authentication on where this connection would not
// be an administrator's. The run proves it once more, before it relies on it.
func (a *accessMaker) proveSelf() {
	self := a.in.Access.Self
	switch {
	case !a.remainsRoot(kv.RootName):
		a.conflict(Conflict{
			Address: "acl", Summary: "Authentication can't be on without the user root",
			Detail: "etcd demands its own administrator: a user of that name with the role root.",
			Hint:   "Declare it: acl_user \"root\" { roles = [\"root\"] }.",
		})
	case self == "":
		a.conflict(Conflict{
			Address: "acl", Summary: "This connection has no user",
			Detail: "Once authentication is on, the cluster would refuse it: it gives neither a user with a password nor a client certificate with a common name.",
			Hint: "Connect as an administrator: with --cert and --key of a certificate whose common name is root, or with --user and --password-file. " +
				"The embedded server serves one process only and needs no authentication: leave enforce out there.",
		})
	case !a.remainsRoot(self):
		a.conflict(Conflict{
			Address: "acl", Summary: fmt.Sprintf("The user %q of this connection would not be an administrator", self),
			Detail: "Once authentication is on, the run could do nothing more, not even turn it off again.",
			Hint:   fmt.Sprintf("Declare acl_user %q { roles = [\"root\"] }, or connect as a user that has the role root.", self),
		})
	}
}

// remainsRoot reports whether a user has the role root after the calls.
func (a *accessMaker) remainsRoot(user string) bool {
	if roles, wanted := a.target.Users[user]; wanted {
		return slices.Contains(roles, kv.RootName)
	}
	return slices.Contains(a.live.Users[user], kv.RootName) && !slices.Contains(a.target.GoneUsers, user)
}

// refuseOddRanges refuses to revoke a permission whose ends are not UTF-8: a
// saved plan could not hold them to the letter.
func (a *accessMaker) refuseOddRanges() {
	for _, op := range a.plan.Access.Revokes {
		if !utf8.ValidString(op.Key) || !utf8.ValidString(op.End) {
			a.conflict(Conflict{
				Address: "acl", Summary: fmt.Sprintf("The role %s has a permission whose range is not UTF-8", op.Role),
				Detail: fmt.Sprintf("Someone else granted it: %v.", op.Range()),
				Hint:   "Revoke it with `etcdctl role revoke-permission`, then plan again.",
			})
		}
	}
}
