package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// Status reads the live network and asks its cluster.
func (e *Engine) Status(ctx context.Context, o LiveOptions) (out *render.StatusDocument, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	v, err := l.view(ctx)
	if err != nil {
		return nil, err
	}
	e.progress("asking the members of the cluster")
	cluster, err := l.session.Cluster(ctx)
	if err != nil {
		return nil, err
	}
	b := newStatus(v)
	b.out.Time = e.now()
	b.members(cluster)
	if len(v.state.ACL) > 0 {
		b.out.Warnings = advise(cluster.Versions())
	}
	switch b.out.Rescue, err = l.session.HasRescue(ctx); {
	case b.out.Rescue:
		b.out.Warnings = append(b.out.Warnings, plan.RescueWarning())
	case err != nil && !etcd.IsDenied(err):
		return nil, err
	}
	return b.finish(), nil
}

// statusBuilder sorts the live objects into a status.
type statusBuilder struct {
	view   *view
	layout keys.Layout
	out    *render.StatusDocument
	nodes  map[string]*render.StatusNode
	links  map[[2]string]bool
	// routes are by Entry.
	routes map[string][]render.StatusRoute
}

func newStatus(v *view) *statusBuilder {
	h := v.state.Head
	at := h.Time.UTC()
	b := &statusBuilder{
		view: v, layout: v.layout(h.Prefix), nodes: map[string]*render.StatusNode{}, links: map[[2]string]bool{}, routes: map[string][]render.StatusRoute{},
		out: &render.StatusDocument{
			Network: h.Network, Prefix: h.Prefix, ClusterID: v.snapshot.ClusterID, Revision: v.snapshot.Revision,
			Serial: h.Serial, AppliedAt: &at, AppliedBy: h.Actor, Commit: h.Commit,
		},
	}
	lives := keys.Decode(b.layout, v.snapshot.Under(h.Prefix), v.state.Owner)
	for i := range lives {
		b.add(&lives[i])
	}
	for prefix, n := range v.snapshot.Foreign {
		if n > 0 {
			b.out.Foreign = append(b.out.Foreign, render.StatusForeign{Prefix: prefix, Keys: n})
		}
	}
	return b
}

// facts are the fields of a live object by name.
type facts map[string]string

// facts of an object leave out what its record keeps secret.
func (b *statusBuilder) facts(l *keys.Live) facts {
	r := b.recordOf(l)
	out := make(facts, len(l.Fields))
	for i := range l.Fields {
		f := &l.Fields[i]
		out[f.Name] = f.Value
		if r.Hides(f.Name) || b.view.state.ReleasedDigest(b.layout, f.Key) != "" {
			out[f.Name] = render.Sensitive
		}
	}
	return out
}

// recordOf is the record of a live object, nil where it has none. A node's is
// found under either kind: someone may have changed the role.
func (b *statusBuilder) recordOf(l *keys.Live) *state.Record {
	kinds := []addr.Kind{l.Kind}
	if keys.Space(l.Kind) == keys.Node {
		kinds = []addr.Kind{addr.Core, addr.Entry}
	}
	for _, kind := range kinds {
		if r := b.view.state.Records[state.ID{Kind: kind, ID: l.ID}]; r != nil {
			return r
		}
	}
	return nil
}

// time reads a stamp; one that is absent, or no time, is nil.
func (f facts) time(name string) *time.Time {
	t, err := time.Parse(time.RFC3339, f[name])
	if err != nil {
		return nil
	}
	t = t.UTC()
	return &t
}

func (b *statusBuilder) add(l *keys.Live) {
	if !plan.OwnedBy(b.view.state, l) {
		b.out.Unmanaged++
	}
	f := b.facts(l)
	switch l.Kind {
	case addr.Core, addr.Entry, keys.Node:
		b.node(l, f)
	case addr.Route:
		entry, core, _ := strings.Cut(l.ID, "/")
		b.routes[entry] = append(b.routes[entry], render.StatusRoute{
			Core: core, Address: b.address(addr.Route, l.ID), Status: f["status"], StatusAt: f.time("status_at"), RotatedAt: f.time("rotated_at"),
		})
	case addr.User:
		count(&b.out.Users, f["status"])
	case addr.Device:
		if l.Exists {
			count(&b.out.Devices, f["status"])
		}
	default:
	}
}

func (b *statusBuilder) node(l *keys.Live, f facts) {
	b.nodes[l.ID] = &render.StatusNode{
		Kind: string(l.Kind), IP: l.ID, Address: b.address(l.Kind, l.ID), Domain: f["domain"], Cell: f["cell"], Region: f["region"],
		Status: f["status"], StatusAt: f.time("status_at"), Health: f["health"], HealthAt: f.time("health_at"), BoundTo: f["bound_to"],
	}
	for i := range l.Fields {
		if at, ok := b.layout.Locate(l.Fields[i].Key); ok && at.IsLink() && l.Fields[i].Set != "" {
			b.links[[2]string{l.ID, b.layout.Member(at)}] = true
		}
	}
}

// address is that of the record of an object, empty where others made it.
func (b *statusBuilder) address(kind addr.Kind, id string) string {
	if r, ok := b.view.state.Records[state.ID{Kind: kind, ID: id}]; ok {
		return r.Address
	}
	return ""
}

func count(c *render.StatusCount, status string) {
	switch status {
	case network.Active:
		c.Active++
	case network.Inactive:
		c.Inactive++
	case network.Archived:
		c.Archived++
	default:
		c.Other++
	}
}

func (b *statusBuilder) members(c etcd.Cluster) {
	for _, m := range c.Members {
		b.out.Members = append(b.out.Members, render.StatusMember{
			ID: m.ID, Name: m.Name, ClientURLs: m.ClientURLs, PeerURLs: m.PeerURLs, Version: m.Version, DBSize: m.DBSize, DBInUse: m.DBInUse,
			RaftIndex: m.RaftIndex, Leader: m.Leader, Learner: m.Learner, Reachable: m.Reachable, Alarms: m.Alarms, Problem: m.Problem,
		})
	}
	if c.Partial {
		return
	}
	b.out.Quorum = &render.StatusQuorum{Voters: c.Voters, Reachable: c.Reachable, Needed: c.Quorum, Tolerance: c.Tolerance, HasQuorum: c.HasQuorum}
}

// finish joins the parts in their order.
func (b *statusBuilder) finish() *render.StatusDocument {
	for entry, routes := range b.routes {
		slices.SortFunc(routes, func(x, y render.StatusRoute) int { return cmp.Compare(x.Core, y.Core) })
		if n, ok := b.nodes[entry]; ok {
			n.Routes = routes
		}
	}
	for _, n := range b.nodes {
		b.out.Nodes = append(b.out.Nodes, *n)
	}
	slices.SortFunc(b.out.Nodes, func(x, y render.StatusNode) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.IP, y.IP)) })
	for ends := range b.links {
		back := b.links[[2]string{ends[1], ends[0]}]
		if back && ends[0] > ends[1] {
			continue // its other direction is listed
		}
		b.out.Links = append(b.out.Links, render.StatusLink{A: ends[0], B: ends[1], OneWay: !back})
	}
	slices.SortFunc(b.out.Links, func(x, y render.StatusLink) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	slices.SortFunc(b.out.Foreign, func(x, y render.StatusForeign) int { return cmp.Compare(x.Prefix, y.Prefix) })
	return b.out
}
