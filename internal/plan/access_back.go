package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// turnedOn reports whether sigilform turned authentication on: of a rollback,
// whether an undone apply did. It may have been on before anybody declared it.
func (m *maker) turnedOn() bool {
	if m.in.Mode != ModeRollback {
		return true
	}
	f := m.in.Past.Undone(state.ID{Kind: addr.ACL, ID: Authentication}).Fields[enforceField]
	return f != nil && f.Whole.Wrote && f.Whole.Before.Text != "true"
}

// keepsAuthentication reports whether a rollback leaves the authentication
// wholly alone: an undone apply turned it on, and nobody says that it may go off.
// Without the roles and users that there are now, no node could reach the
// cluster any more.
func (m *maker) keepsAuthentication(live *kv.Auth) bool {
	if m.in.Mode != ModeRollback || !live.Enabled || m.in.Access.DisableAuth || !m.turnedOn() {
		return false
	}
	id := state.ID{Kind: addr.ACL, ID: Authentication}
	if r := m.in.Past.ACL[id]; r != nil && r.Declared[enforceField] == "true" {
		return false
	}
	m.plan.Warnings = append(m.plan.Warnings, diag.Diagnostic{
		Severity: diag.Warning, Address: "acl",
		Summary: fmt.Sprintf("Authentication was off at serial %d, and stays on", m.in.Serial),
		Detail: "Without it everybody who reaches the cluster could read and write everything in it. " +
			"Roles and users stay as they are, too: they are what the nodes reach the cluster by.",
		Hint: "Apply a configuration with acl blocks next, so that the roles fit what came back. To turn authentication off and remove what was added for it, roll back with --disable-auth.",
	})
	return true
}

// isGivenBack reports whether a rollback forgets a role or user that others had
// made before an undone apply took it over.
func (a *accessMaker) isGivenBack(w *principal) bool {
	return a.in.Mode == ModeRollback && w.Kind != addr.ACL && w.live != nil && a.in.Past.Undone(w.id()).Theirs()
}

// release gives a role or user back: what the undone applies gave it is taken
// away again, and what they took is given, where it still is as they left it.
func (a *accessMaker) release(w *principal) {
	fields := maps.Clone(w.live)
	undone := a.in.Past.Undone(w.id())
	for _, f := range undone.Fields { // a grant is noted by its range, not by its name
		name := f.Name
		text, there := w.live[name]
		since := undone.SinceTheirs(f)
		switch {
		case !since.Wrote, there != f.Left.Present, there && text != f.Left.Text:
		case since.Before.Present:
			fields[name] = since.Before.Text
		default:
			delete(fields, name)
		}
	}
	w.Wanted, w.released = true, true
	permissions := map[kv.Range]kv.Access{}
	for name, text := range fields {
		if access, ok := kv.ParseAccess(text); ok && w.Kind == addr.ACLRole {
			permissions[anyRangeOf(name)] = access
		}
		if w.Kind == addr.ACLUser {
			w.Roles = append(w.Roles, strings.TrimPrefix(name, roleField))
		}
	}
	w.Grants = acl.Grants(permissions)
	slices.Sort(w.Roles)
	c := Change{Address: w.Address, Kind: w.Kind, ID: w.ID, Action: Forget, Reason: Released, Fields: w.compare()}
	if slices.ContainsFunc(c.Fields, func(f FieldChange) bool { return f.writes() }) {
		c.Action = Update
	}
	a.word(&c, w)
	if note := w.lostPassword(); note != "" {
		c.Notes = append(c.Notes, note)
		a.lost = append(a.lost, note)
	}
	a.changes = append(a.changes, c)
	a.released = append(a.released, *w)
}

// warnOfPasswords says of a rollback, in every form that a plan is shown in, which
// passwords it can't bring back.
func (a *accessMaker) warnOfPasswords() {
	if len(a.lost) == 0 {
		return
	}
	slices.Sort(a.lost)
	list := a.lost[:min(len(a.lost), shownUsers)]
	detail := strings.Join(list, "\n")
	if more := len(a.lost) - len(list); more > 0 {
		detail += fmt.Sprintf("\nand %d more", more)
	}
	a.plan.Warnings = append(a.plan.Warnings, diag.Diagnostic{
		Severity: diag.Warning, Address: "acl", Summary: "A rollback brings no former password back",
		Detail: detail,
		Hint:   "Tell the people and programs concerned, and set a password for those that need one: etcdctl user passwd NAME.",
	})
}

// anyRangeOf reads what [grantName] writes of any range.
func anyRangeOf(name string) kv.Range {
	text, odd := strings.CutPrefix(strings.TrimPrefix(name, grantField), "[")
	if !odd {
		return rangeOf(name)
	}
	var ends [2]string
	for i := range ends {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return rangeOf(name)
		}
		ends[i], _ = strconv.Unquote(quoted)
		text = strings.TrimPrefix(text[len(quoted):], ", ")
	}
	return kv.Range{Key: ends[0], End: ends[1]}
}
