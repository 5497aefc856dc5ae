package plan

import (
	"maps"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// CompareAccess compares what was last applied to the authentication with what
// is there: the same comparison as a plan's, with what was applied in the place
// of what is desired. It returns what drifted, and how many roles, users and
// fields were looked at. A rescue user that is left is drift too.
func CompareAccess(st *state.State, live *kv.Auth) (changes []Change, objects, fields int) {
	for _, id := range slices.SortedFunc(maps.Keys(st.ACL), state.CompareIDs) {
		p := appliedPrincipal(st.Layout.NetworkName(), id, st.ACL[id])
		p.live = liveFields(live, p.Kind, p.Name)
		objects++
		fields += len(p.record.Declared)
		found := p.compare()
		if len(found) == 0 && p.live != nil {
			continue
		}
		c := Change{Address: p.Address, Kind: p.Kind, ID: p.ID, Action: Update, Reason: Drift, Fields: found}
		if p.live == nil {
			c.Action = Create
		}
		changes = append(changes, c)
	}
	if HasRescue(live) {
		changes = append(changes, rescueLeft())
	}
	return changes, objects, fields
}

// appliedPrincipal is a role or user as its record has it, wanted again.
func appliedPrincipal(network string, id state.ID, r *state.Record) *principal {
	p := remembered(network, id, r)
	p.record = r
	return &p
}

// nameOf is the name in etcd of a record's role or user.
func nameOf(network string, id state.ID) string {
	if id.Kind == addr.ACLRole {
		return acl.RoleName(network, id.ID)
	}
	return id.ID
}
