package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// tellLost says what a rollback does not bring back: what others had made, an
// undone apply adopted, and a later one deleted.
func (m *maker) tellLost() {
	if m.in.Mode != ModeRollback {
		return
	}
	for _, id := range m.in.Past.Lost() {
		if m.thereAgain(id) {
			continue
		}
		u := m.in.Past.Undone(id)
		m.plan.Warnings = append(m.plan.Warnings, diag.Diagnostic{
			Severity: diag.Warning, Address: u.Address,
			Summary: u.Address + " does not come back",
			Detail: fmt.Sprintf("Others had made it (%s %s), serial %d adopted it, and serial %d deleted it. "+
				"A rollback makes again only what was sigilform's. Lost is what they had given it%s.",
				strings.ReplaceAll(string(id.Kind), "_", " "), id.ID, u.Since, u.DeletedBy, m.lostFields(id, u)),
			Hint: fmt.Sprintf("`sigilform show %d` lists what was deleted. Write it into the configuration and apply that, or let those who had made it make it again.", u.DeletedBy),
		})
	}
}

// thereAgain reports whether an object that went is there, whoever made it.
func (m *maker) thereAgain(id state.ID) bool {
	live := m.in.Access.Live
	switch {
	case id.Kind == addr.ACLUser && live != nil:
		_, there := live.Users[id.ID]
		return there
	case id.Kind == addr.ACLRole && live != nil:
		_, there := live.Roles[acl.RoleName(m.plan.Network, id.ID)]
		return there
	case state.IsACL(id.Kind):
		return false
	}
	return slices.ContainsFunc(m.lives, func(l keys.Live) bool {
		return l.Exists && l.ID == id.ID && keys.Space(l.Kind) == keys.Space(id.Kind)
	})
}

// lostFields names what an object had before it was adopted.
func (m *maker) lostFields(id state.ID, u *state.Undone) string {
	var names []string
	for key, f := range u.Fields {
		name := f.Name
		if name == "" {
			name = m.layout.FieldOf(id.Kind, kv.Entry{Key: key}).Name
		}
		if u.SinceTheirs(f).Before.Present && name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return ": " + strings.Join(slices.Compact(names), ", ")
}
