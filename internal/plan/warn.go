package plan

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/state"
)

// warn collects what a reader should know and what stops nothing.
func (m *maker) warn() {
	if named := m.newlyNamedStatuses(); len(named) > 0 {
		m.plan.Warnings = append(m.plan.Warnings, statusWarning(named))
	}
}

// newlyNamedStatuses lists the Entries and users whose file names a status for
// the first time.
func (m *maker) newlyNamedStatuses() []string {
	var named []string
	note := func(a addr.Addr, kind addr.Kind, id string, isNamed bool) {
		r := m.in.State.Records[state.ID{Kind: kind, ID: id}]
		if _, before := LastApplied(m.layout, r)[m.layout.Status(kind)]; isNamed && !before {
			named = append(named, a.String())
		}
	}
	for i := range m.in.Network.Entries {
		e := &m.in.Network.Entries[i]
		note(e.Addr, addr.Entry, e.IP.Value, e.Status.Named)
	}
	ids := map[string]string{}
	for id, w := range m.wanted {
		if id.Kind == addr.User {
			ids[w.Addr.String()] = id.ID
		}
	}
	for i := range m.in.Network.Users {
		u := &m.in.Network.Users[i]
		note(u.Addr, addr.User, ids[u.Addr.String()], u.Status.Named)
	}
	return named
}

func statusWarning(named []string) diag.Diagnostic {
	list := named
	if len(list) > 5 {
		list = append(append([]string{}, list[:5]...), fmt.Sprintf("and %d more", len(named)-5))
	}
	return diag.Diagnostic{
		Severity: diag.Warning,
		Summary:  "The files name a status that Core nodes may change",
		Detail: fmt.Sprintf("From this apply on git is right: when a Core node changes the status, that is drift and is reverted. It concerns %s.",
			strings.Join(list, ", ")),
		Hint: "Leave status out to let Core nodes decide.",
	}
}

func (m *maker) fail(a addr.Addr, err error) {
	m.diags = append(m.diags, diag.Diagnostic{
		Severity: diag.Error, Summary: "The plan can't be made", Detail: err.Error(), Address: a.String(),
	})
}
