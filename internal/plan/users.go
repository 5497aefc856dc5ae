package plan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

func userID(u *network.User) string { return strconv.FormatUint(u.ID.Value, 10) }

// resolveUsers gives every user its id: the one that its file names, else that
// of its address in the state, else with --adopt that of its username in the
// network, else the next one of the shared counter. Ids are never reused.
func (m *maker) resolveUsers(users []network.User) {
	claimed := map[uint64]bool{}
	for i := range users {
		if users[i].ID.Named {
			claimed[users[i].ID.Value] = true
		}
	}
	recorded, names := m.recordedIDs(addr.User), m.liveUsernames(users)
	var open []*network.User
	for i := range users {
		u := &users[i]
		if u.ID.Named {
			continue
		}
		id, ok := m.knownUser(u, recorded, names)
		if !ok || claimed[id] {
			open = append(open, u)
			continue
		}
		claimed[id] = true
		u.ID.Value = id
	}
	next := m.highestUserID(claimed)
	for _, u := range open {
		next++
		u.ID.Value = next
		m.newIDs[u.Addr] = true
	}
}

func (m *maker) knownUser(u *network.User, recorded map[string]string, names map[string][]string) (uint64, bool) {
	if text, ok := recorded[u.Addr.String()]; ok {
		id, err := strconv.ParseUint(text, 10, 64)
		return id, err == nil
	}
	if !m.in.Adopt {
		return 0, false
	}
	for _, text := range names[u.Username.Value] {
		if _, ours := m.in.State.Records[state.ID{Kind: addr.User, ID: text}]; ours {
			continue
		}
		id, err := strconv.ParseUint(text, 10, 64)
		return id, err == nil
	}
	return 0, false
}

// liveUsernames maps usernames to the ids of the live users that bear them.
func (m *maker) liveUsernames(wanted []network.User) map[string][]string {
	names := map[string][]string{}
	nameOf := m.usernames(wanted)
	for i := range m.lives {
		if l := &m.lives[i]; l.Kind == addr.User && l.Exists {
			name := nameOf(l)
			names[name] = append(names[name], l.ID)
		}
	}
	return names
}

// highestUserID is the highest id that was ever handed out, as far as anyone
// remembers: the counter, the live users, the records, and the given ones.
func (m *maker) highestUserID(claimed map[uint64]bool) uint64 {
	highest := m.counter()
	for id := range claimed {
		highest = max(highest, id)
	}
	for id := range m.in.State.Records {
		if id.Kind == addr.User {
			highest = max(highest, number(id.ID))
		}
	}
	for i := range m.lives {
		if m.lives[i].Kind == addr.User {
			highest = max(highest, number(m.lives[i].ID))
		}
	}
	return highest
}

func number(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// counter is the shared counter's value; one that is not a number is a conflict.
func (m *maker) counter() uint64 {
	e, ok := m.in.Snapshot.Get(m.layout.UserIDCounter())
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(e.Value, 10, 64)
	if err != nil {
		m.conflict(Conflict{
			Summary: "The counter of user ids is damaged",
			Detail:  fmt.Sprintf("%s holds %q at revision %d, not a decimal number.", e.Key, e.Value, e.ModRevision),
			Hint:    "Put the highest user id that was ever handed out there, then plan again.",
		})
	}
	return n
}

// guardCounter moves the counter past every created user, and guards it: also
// where a user gets another username, which a user created meanwhile may bear.
func (m *maker) guardCounter() {
	if len(m.created) == 0 && !m.renamesUser() {
		return
	}
	key := m.layout.UserIDCounter()
	e := m.entry(key)
	highest := number(e.Value)
	before := highest
	for _, id := range m.created {
		highest = max(highest, id)
	}
	m.guards.unmoved(key, e.ModRevision)
	if highest > before || e.ModRevision == 0 && len(m.created) > 0 {
		m.data.put(key, strconv.FormatUint(highest, 10))
	}
}

func (m *maker) renamesUser() bool {
	return slices.ContainsFunc(m.changes, func(c Change) bool {
		f := usernameOf(m.layout, &c)
		return f != nil && f.Action == Update
	})
}

// noteCreated remembers the id of a created user.
func (m *maker) noteCreated(w *keys.Object) {
	if w.Kind == addr.User {
		m.created = append(m.created, number(w.ID))
	}
}

// usernameOf is what happens to a user's name.
func usernameOf(l keys.Layout, c *Change) *FieldChange {
	if c.Kind != addr.User {
		return nil
	}
	name := l.Title(c.Kind)
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i]
		}
	}
	return nil
}
