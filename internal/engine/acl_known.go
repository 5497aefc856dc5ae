package engine

import (
	"context"
	"slices"
	"strconv"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// reach reads a configuration and connects to its cluster, which must be there
// already: who only asks makes none.
func (e *Engine) reach(ctx context.Context, o ACLOptions) (w *work, err error) {
	p, err := open(o.Source.Path)
	if err != nil {
		return nil, err
	}
	w = &work{engine: e, options: PlanOptions{Source: o.Source, Connection: o.Connection}, folder: p}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	block, err := w.load(ctx)
	if err != nil {
		return nil, err
	}
	if w.target, err = e.choose(ctx, p, o.Connection, block); err != nil {
		return nil, err
	}
	w.session, err = e.connect(ctx, w.target, o.Connection, mustExist)
	return w, err
}

// acl compiles the ACL of a configuration whose cluster is connected: there
// what no file says is known by now.
func (w *work) acl(ctx context.Context) (*ACL, error) {
	v, err := w.engine.read(ctx, w.session, w.network.Name, w.network.Prefix)
	if err != nil {
		return nil, err
	}
	return compiled(known(w.network, v.state), w.locate)
}

// known is a network with the identities that an apply has chosen: those of
// users and devices without one, by their addresses.
func known(n *network.Network, s *state.State) *network.Network {
	applied := s.ByAddress()
	out := *n
	out.Users = slices.Clone(n.Users)
	for i := range out.Users {
		u := &out.Users[i]
		if r := applied[u.Addr.String()]; r != nil && !u.ID.Named {
			if id, err := strconv.ParseUint(r.ID, 10, 64); err == nil {
				u.ID.Value = id
			}
		}
		u.Devices = slices.Clone(u.Devices)
		for j := range u.Devices {
			d := &u.Devices[j]
			if r := applied[d.Addr.String()]; r != nil && d.UUID.Value == "" {
				d.UUID.Value = r.ID
			}
		}
	}
	return &out
}

// forRoot says of a refusal what the cluster does not: who might have asked.
func forRoot(err error) error {
	if !etcd.IsDenied(err) {
		return err
	}
	return invalid("Only an administrator may ask the cluster for roles and users", "etcd refused it to the user of this connection.",
		"Use a user with the role root, or ask of the configuration: without --live.")
}
