package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/network"
)

// ACLPassword gives a user of the ACL another password: the given one, or where
// that is empty the one that the configuration says where to find. The cluster
// gets its hash where it takes one; sigilform keeps nothing of it.
func (e *Engine) ACLPassword(ctx context.Context, o ACLOptions, user, password string) (err error) {
	w, err := e.reach(ctx, o)
	if err != nil {
		return err
	}
	defer w.close(&err)
	a, err := w.acl(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(a.Set.Users, func(u acl.User) bool { return u.Name == user })
	switch {
	case at < 0:
		return invalid(fmt.Sprintf("The configuration declares no ACL user %q", user), "", "`sigilform acl show` lists them")
	case w.network.ACL.Auth != network.ByPassword:
		return invalid(fmt.Sprintf("The user %q has no password", user), "Users are known by their certificates here.", "issue another certificate instead")
	}
	if source := a.Set.Users[at].Password; password == "" && source != nil {
		if password, err = e.passwords(ctx, w.folder.folder)(*source); err != nil {
			return err
		}
	}
	e.progress("changing the password")
	return w.session.ChangePassword(ctx, user, password)
}
