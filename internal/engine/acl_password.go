package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// ACLPassword gives a user of the ACL another password: the given one, or where
// that is empty the one that the configuration says where to find. The cluster
// gets its hash where it takes one; sigilform keeps nothing of it. It is refused
// while an apply has not come to its end, which may be clearing passwords, and to
// a user that, as the network is applied, has none.
func (e *Engine) ACLPassword(ctx context.Context, o ACLOptions, user, password string) (err error) {
	w, err := e.reach(ctx, o)
	if err != nil {
		return err
	}
	defer w.close(&err)
	name := w.network.Name
	if err := e.idle(ctx, w.session, name); err != nil {
		return err
	}
	v, err := e.read(ctx, w.session, name, w.network.Prefix)
	if err != nil {
		return err
	}
	a, err := compiled(known(w.network, v.state), w.locate)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(a.Set.Users, func(u acl.User) bool { return u.Name == user })
	record := v.state.ACL[state.ID{Kind: addr.ACLUser, ID: user}]
	_, none := plan.FormerPassword(record)
	switch {
	case at < 0:
		return invalid(fmt.Sprintf("The configuration declares no ACL user %q", user), "", "`sigilform acl show` lists them")
	case w.network.ACL.Auth != network.ByPassword:
		return invalid(fmt.Sprintf("The user %q has no password", user), "Users are known by their certificates here.", "issue another certificate instead")
	case record == nil:
		return invalid(fmt.Sprintf("The user %q is not applied yet", user), "", "apply first, which gives it the password that the configuration names")
	case none:
		return invalid(fmt.Sprintf("The user %q has no password in the network as it is applied", user), "Users are known by their certificates there, until another configuration is applied.",
			"apply first, which gives it the password that the configuration names")
	}
	if source := a.Set.Users[at].Password; password == "" && source != nil {
		if password, err = e.passwords(ctx, w.folder.folder)(*source); err != nil {
			return err
		}
	}
	e.progress("changing the password")
	return w.session.ChangePassword(ctx, user, password)
}

// idle refuses a network with an apply of several transactions that has not come
// to its end. It takes no lock: who changes its own password could not give that
// back.
func (e *Engine) idle(ctx context.Context, s *session, network string) error {
	shown, _, err := (&live{engine: e, session: s, name: network}).lock(ctx)
	switch {
	case err != nil:
		return err
	case shown.Lock != nil:
		return &apply.Locked{Network: network, Lock: *shown.Lock, NoWait: true}
	case shown.Journal != nil:
		return &apply.Interrupted{Network: network, Journal: shown.Journal}
	}
	return nil
}
