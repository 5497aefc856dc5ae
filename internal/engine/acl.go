package engine

import (
	"context"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// ACLOptions say which configuration's ACL to look at.
type ACLOptions struct {
	Source     Source
	Connection Connection
	// Live asks the cluster for its own roles and users.
	Live bool
}

// ACL is who may do what: as the configuration says, or as the cluster does.
type ACL struct {
	Network *network.Network
	// Set is what the configuration means to etcd.
	Set *acl.Set
	// Auth are the set's roles and users, or those of the cluster.
	Auth *kv.Auth
	Live bool
	// Warnings are those of the configuration, and of what can't be trusted.
	Warnings diag.List
}

// Enforced says whether authentication is on, or is to be; nil where nothing
// says so.
func (a *ACL) Enforced() *bool {
	switch {
	case a.Live:
		return &a.Auth.Enabled
	case a.Set.EnforceNamed:
		return &a.Set.Enforce
	}
	return nil
}

// Layout spells the network's keys.
func (a *ACL) Layout() keys.Layout { return keys.NewLayout(a.Network.Catalogue, a.Network.Prefix) }

// Words explains ranges of keys.
func (a *ACL) Words() acl.Words {
	n, names := a.Network, map[string]string{}
	for i := range n.Cells {
		names[n.Cells[i].Domain.Value] = n.Cells[i].Addr.String()
	}
	for i := range n.Cores {
		names[n.Cores[i].IP.Value] = n.Cores[i].Addr.String()
	}
	for i := range n.Entries {
		names[n.Entries[i].IP.Value] = n.Entries[i].Addr.String()
	}
	for i := range n.Users {
		u := &n.Users[i]
		if u.ID.Named || u.ID.Value > 0 {
			names[strconv.FormatUint(u.ID.Value, 10)] = u.Addr.String()
		}
		for j := range u.Devices {
			if d := &u.Devices[j]; d.UUID.Value != "" {
				names[d.UUID.Value] = d.Addr.String()
			}
		}
	}
	return acl.Words{Layout: a.Layout(), Own: plan.OwnKeys(a.state()), Name: func(id string) string { return names[id] }}
}

func (a *ACL) state() state.Layout { return state.NewLayout(a.Network.Name) }

// Kinds are the kinds of data of the network.
func (a *ACL) Kinds() []acl.Kind {
	own := a.state()
	return acl.Kinds(a.Network, a.Layout(), plan.OwnKeys(own), acl.Private{History: own.HistoryPrefix(), Journal: own.JournalPrefix()})
}

// ACL compiles the ACL of a configuration; live, it reads the cluster's.
func (e *Engine) ACL(ctx context.Context, o ACLOptions) (out *ACL, err error) {
	if !o.Live {
		return e.compileACL(ctx, o.Source)
	}
	w, err := e.reach(ctx, o)
	if err != nil {
		return nil, err
	}
	defer w.close(&err)
	if out, err = w.acl(ctx); err != nil {
		return nil, err
	}
	e.progress("reading roles and users")
	out.Live, out.Warnings = true, w.warnings
	out.Auth, err = w.session.Auth(ctx)
	return out, forRoot(err)
}

func (e *Engine) compileACL(ctx context.Context, s Source) (*ACL, error) {
	c, warnings, err := e.evaluate(ctx, s)
	if err != nil {
		return nil, err
	}
	out, err := compiled(c.Network, c.Locate)
	if err != nil {
		return nil, err
	}
	out.Warnings = warnings
	return out, nil
}

// compiled is the ACL of a network; what can't be compiled is located in the
// configuration.
func compiled(n *network.Network, locate func(diag.List) diag.List) (*ACL, error) {
	set, found := acl.Compile(n, keys.NewLayout(n.Catalogue, n.Prefix), plan.OwnKeys(state.NewLayout(n.Name)))
	if err := locate(found).Err(); err != nil {
		return nil, err
	}
	if !set.Declared {
		return nil, invalid("The configuration declares no ACL", "It has none of the blocks acl, acl_role and acl_user.", "docs/acl.md shows how one is written")
	}
	return &ACL{Network: n, Set: set, Auth: set.Auth()}, nil
}

// Can says whether a user may read or write a key: below the network's prefix
// where it does not begin with a slash, and all keys below it where it ends in
// one.
func (a *ACL) Can(user string, access kv.Access, key string) (kv.Range, acl.Decision) {
	if !strings.HasPrefix(key, "/") {
		key = a.Network.Prefix + key
	}
	keys := kv.Range{Key: key}
	if strings.HasSuffix(key, "/") {
		keys = kv.Below(key)
	}
	return keys, acl.Can(a.Auth, user, access, keys)
}

// Matrix is users by kinds of data.
func (a *ACL) Matrix() ([]acl.Kind, []acl.Row) {
	kinds := a.Kinds()
	return kinds, acl.Matrix(a.Auth, kinds)
}
