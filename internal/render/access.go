package render

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/plan"
)

// AccessDocument is what a plan knows and does about etcd's authentication.
type AccessDocument struct {
	// Live says that the cluster's own roles and users were compared; else what
	// was last applied was taken for them.
	Live bool `json:"live"`
	// Revision is that of the authentication, 0 where it was not read.
	Revision uint64 `json:"revision"`
	// Grants and Revokes count the calls before and after the data.
	Grants  int `json:"grants"`
	Revokes int `json:"revokes"`
	// OtherRoles and OtherUsers are those of others.
	OtherRoles []string `json:"other_roles"`
	OtherUsers []string `json:"other_users"`
}

// accessDocument is nil where a plan has nothing to do with authentication.
func accessDocument(a *plan.Access) *AccessDocument {
	if a == nil {
		return nil
	}
	return &AccessDocument{
		Live: a.Live, Revision: a.Revision, Grants: len(a.Grants), Revokes: len(a.Revokes),
		OtherRoles: list(a.OtherRoles), OtherUsers: list(a.OtherUsers),
	}
}

// grantsPrefix begins the fields of a role: the rest is a range of keys.
const grantsPrefix = "grants."

// permissions shows a role: what changes in words, then range by range.
func (p *page) permissions(c *ChangeDocument) {
	for _, note := range c.Notes {
		p.line(inner, p.word(note))
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		keys, isRange := strings.CutPrefix(f.Name, grantsPrefix)
		if !isRange {
			p.field(inner, f)
			continue
		}
		p.line(inner, p.sign(f.action()), " ", p.value(strings.TrimPrefix(keys, p.prefix)), ": ", p.accessOf(f), p.note(f))
	}
}

// accessOf is what a permission allows, before and after where it changes.
func (p *page) accessOf(f *FieldDocument) string {
	switch {
	case f.Old == nil:
		return p.shown(f.New)
	case f.New == nil:
		return p.shown(f.Old)
	}
	return p.shown(f.Old) + " → " + p.shown(f.New)
}

// isRole reports whether a change is of a role of etcd's.
func isRole(c *ChangeDocument) bool { return c.Kind == string(addr.ACLRole) }

// notes are the words of a change that is not of a role.
func (p *page) notes(c *ChangeDocument) {
	for _, note := range c.Notes {
		p.line(inner, p.word(note))
	}
}

// accessLines say how the authentication was compared, and what is called.
// saved says that the plan is of a saved snapshot.
func (p *page) accessLines(a *AccessDocument, saved bool) {
	if a == nil {
		return
	}
	if n := a.Grants + a.Revokes; n > 0 {
		p.line(p.color(bold, "Access: "), counted(n, "call", "calls"), " to etcd's authentication, ", number(a.Grants), " before the data and ",
			number(a.Revokes), " after it. Each ends the sessions of clients with JWT tokens.")
	}
	switch {
	case a.Live:
	case saved:
		p.line(p.color(yellow, "Access: "), "compared with what was last applied: the snapshot holds no roles and users of etcd.")
	default:
		p.line(p.color(yellow, "Access: "), "compared with what was last applied: only an administrator may read roles and users in etcd.")
	}
}

// otherAccess lists the roles and users of others.
func (p *page) otherAccess(a *AccessDocument) {
	if a == nil || p.o.Quiet || len(a.OtherRoles)+len(a.OtherUsers) == 0 {
		return
	}
	p.space()
	p.line(p.color(bold, "Roles and users of others in etcd"), p.color(dim, ", left alone"))
	p.space()
	for _, kind := range []struct {
		word  string
		names []string
	}{{"roles: ", a.OtherRoles}, {"users: ", a.OtherUsers}} {
		if len(kind.names) == 0 {
			continue
		}
		f := p.fill("    ")
		f.add(kind.word)
		for _, name := range kind.names {
			f.add(p.value(name))
		}
		f.end()
	}
}

// danger says in a line, where all that explains is left out, that a rescue user
// is there.
func (p *page) danger(rescue bool) {
	if !rescue {
		return
	}
	w := plan.RescueWarning()
	p.line(p.color(yellow, "Warning: "), p.word(w.Summary), ". ", p.word(w.Hint))
}

// driftPermissions is what others did to a role: applied → live.
func (p *page) driftPermissions(c *ChangeDocument) {
	for i := range c.Fields {
		f := &c.Fields[i]
		keys := strings.TrimPrefix(strings.TrimPrefix(f.Name, grantsPrefix), p.prefix)
		p.line(inner, p.driftSign(f), " ", p.value(keys), ": ", p.bothShown(f))
	}
}

// unchecked says what the user of a drift report may not read.
func (p *page) unchecked(d *DriftDocument) {
	if d.UncheckedFields > 0 {
		p.line(p.color(yellow, "Not checked: "), counted(d.UncheckedFields, "sensitive field", "sensitive fields"),
			", since this user may not read the key of digests. The role planner may.")
	}
	if d.AccessUnchecked {
		p.line(p.color(yellow, "Not checked: "), "roles and users in etcd, which only an administrator may read.")
	}
}
