package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// word says in words what a change of a role or user allows and takes.
func (a *accessMaker) word(c *Change, w *principal) {
	switch w.Kind {
	case addr.ACLRole:
		var to []acl.Grant
		if w.Wanted {
			to = w.Grants
		}
		words := acl.Words{Layout: a.layout, Own: OwnKeys(a.in.State.Layout), Name: a.addressOf}
		c.Notes = words.Changed(subjectOf(w), acl.Grants(a.live.Roles[w.Name]), to)
	case addr.ACLUser:
		c.Notes = append(administrator(w, a.live.Users[w.Name]), w.passwordNote()...)
		if note := sourceNote(w.record, w.next()); note != "" && w.Wanted {
			c.Notes = append(c.Notes, note)
		}
		if note := w.otherPassword(); note != "" && a.in.Mode == ModeRollback {
			c.Notes = append(c.Notes, note)
			a.lost = append(a.lost, note)
		}
	default:
		if c.Action != Forget && w.Enforce != a.live.Enabled {
			c.Notes = []string{"everybody who reaches the cluster may read and write everything from then on"}
			if w.Enforce {
				c.Notes = []string{"etcd asks everybody for a user from then on"}
			}
		}
	}
}

// administrator says who becomes one, and who is one no more.
func administrator(w *principal, live []string) []string {
	is, will := slices.Contains(live, kv.RootName), w.Wanted && slices.Contains(w.Roles, kv.RootName)
	switch {
	case will && !is:
		return []string{fmt.Sprintf("%s may do everything in the whole cluster", w.Name)}
	case is && !will:
		return []string{fmt.Sprintf("%s administers the cluster no more", w.Name)}
	}
	return nil
}

// subjectOf is who a reader knows a role by: the node that it is of, or its
// name.
func subjectOf(w *principal) string {
	if at, err := addr.Parse(w.Address); err == nil && at.Key.IsSet() && !strings.HasPrefix(w.ID, "role/") {
		return at.Key.Text()
	}
	return "the role " + strings.TrimPrefix(w.ID, "role/")
}

// addressOf is the address of an identity, wanted or as it was applied.
func (m *maker) addressOf(id string) string {
	if m.byID == nil {
		m.byID = map[string]string{}
		for known, r := range m.in.State.Records {
			m.nameIdentity(known, r.Address)
		}
		for known, w := range m.wanted {
			m.nameIdentity(known, w.Addr.String())
		}
	}
	return m.byID[id]
}

// nameIdentity notes the address of what a range may be about: the kinds whose
// identities can't be mistaken for each other's.
func (m *maker) nameIdentity(id state.ID, address string) {
	switch id.Kind {
	case addr.Core, addr.Entry, addr.Cell, addr.User:
		m.byID[id.ID] = address
	default:
	}
}
