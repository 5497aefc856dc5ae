package drift

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// identity is a live object's: a Core and an Entry share a space.
type identity struct {
	space      addr.Kind
	parent, id string
}

// Detect compares the live network with what was last applied, and the roles and
// users of etcd where they could be read: live is nil where not. The state must
// have a head: a network that was never applied can't drift.
func Detect(c *schema.Catalogue, s *kv.Snapshot, st *state.State, live *kv.Auth) *Report {
	h := st.Head
	r := &Report{
		Catalogue: c, ClusterID: s.ClusterID, Network: h.Network, Prefix: h.Prefix, Revision: s.Revision,
		Serial: h.Serial, AppliedAt: h.Time, AppliedBy: h.Actor, Commit: h.Commit,
	}
	layout := keys.NewLayout(c, h.Prefix)
	lives := keys.Decode(layout, s.Under(h.Prefix), st.Owner)
	byIdentity := make(map[identity]*keys.Live, len(lives))
	for i := range lives {
		l := &lives[i]
		byIdentity[identity{space: keys.Space(l.Kind), parent: l.Parent, id: l.ID}] = l
		if !plan.OwnedBy(st, l) {
			r.Unmanaged = append(r.Unmanaged, plan.UnmanagedOf(layout, st, l))
		}
	}
	for _, id := range st.IDs() {
		record := st.Records[id]
		live := byIdentity[identity{space: keys.Space(record.Kind), parent: record.Parent, id: record.ID}]
		change, compared := plan.CompareApplied(layout, record, live, st.DigestKey)
		r.CheckedObjects++
		r.compared = append(r.compared, comparedOf(record))
		r.CheckedFields += compared
		if st.DigestKey == "" {
			r.UncheckedFields += len(record.Secret)
		}
		if len(change.Fields) > 0 {
			r.Objects = append(r.Objects, change)
		}
	}
	r.detectAccess(st, live)
	plan.SortByAddress(r.Objects)
	r.Names = plan.References(layout, r.Objects, st.Address)
	return r
}

// detectAccess looks for drift of roles, users and permissions, and of whether
// authentication is on; and for a rescue user that is left, also where nothing
// of that was applied.
func (r *Report) detectAccess(st *state.State, live *kv.Auth) {
	if live == nil {
		r.AccessUnchecked = len(st.ACL) > 0
		return
	}
	for _, record := range st.ACL {
		r.compared = append(r.compared, comparedOf(record))
	}
	changes, objects, fields := plan.CompareAccess(st, live)
	r.Objects = append(r.Objects, changes...)
	r.CheckedObjects += objects
	r.CheckedFields += fields
}
