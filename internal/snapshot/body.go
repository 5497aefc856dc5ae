package snapshot

import (
	"cmp"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// body is what the file holds, packed.
type body struct {
	Format    int               `json:"format"`
	TakenAt   time.Time         `json:"taken_at"`
	Tool      string            `json:"tool"`
	Network   string            `json:"network"`
	Prefix    string            `json:"prefix"`
	ClusterID string            `json:"cluster_id"`
	Revision  int64             `json:"revision"`
	LogIndex  uint64            `json:"log_index,omitempty"`
	User      string            `json:"user,omitempty"`
	LogsIn    bool              `json:"logs_in,omitempty"`
	MaskKey   string            `json:"mask_key"`
	Masked    int               `json:"masked"`
	Journal   *state.Journal    `json:"journal,omitempty"`
	UnderWay  bool              `json:"under_way,omitempty"`
	Auth      *authBody         `json:"auth,omitempty"`
	Versions  map[string]string `json:"versions,omitempty"`
	Open      *Obstacle         `json:"open,omitempty"`
	Entries   []entry           `json:"entries"`
}

// text is a string that need not be UTF-8, which JSON's must be.
type text struct {
	Text  string `json:"text,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
}

func textOf(s string) text {
	if utf8.ValidString(s) {
		return text{Text: s}
	}
	return text{Bytes: []byte(s)}
}

func (t text) string() string {
	if len(t.Bytes) > 0 {
		return string(t.Bytes)
	}
	return t.Text
}

// entry is one key. Digest stands for a sensitive value.
type entry struct {
	Key      text   `json:"key"`
	Value    text   `json:"value"`
	Digest   string `json:"digest,omitempty"`
	Created  int64  `json:"created"`
	Modified int64  `json:"modified"`
}

func entryOf(e kv.Entry) entry {
	out := entry{Key: textOf(e.Key), Created: e.CreateRevision, Modified: e.ModRevision}
	if digest, ok := state.Unmasked(e.Value); ok {
		out.Digest = digest
		return out
	}
	out.Value = textOf(e.Value)
	return out
}

func (e *entry) entry() kv.Entry {
	out := kv.Entry{Key: e.Key.string(), Value: e.Value.string(), CreateRevision: e.Created, ModRevision: e.Modified}
	if e.Digest != "" {
		out.Value = state.Masked(e.Digest)
	}
	return out
}

// authBody are etcd's roles and users, sorted.
type authBody struct {
	Enabled  bool       `json:"enabled"`
	Revision uint64     `json:"revision"`
	Roles    []roleBody `json:"roles"`
	Users    []userBody `json:"users"`
}

type roleBody struct {
	Name   string      `json:"name"`
	Grants []grantBody `json:"grants"`
}

type grantBody struct {
	Key    text      `json:"key"`
	End    text      `json:"end"`
	Access kv.Access `json:"access"`
}

type userBody struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

func authOf(a *kv.Auth) *authBody {
	if a == nil {
		return nil
	}
	out := &authBody{Enabled: a.Enabled, Revision: a.Revision}
	for _, name := range slices.Sorted(maps.Keys(a.Roles)) {
		r := roleBody{Name: name}
		for _, at := range slices.SortedFunc(maps.Keys(a.Roles[name]), kv.Range.Compare) {
			r.Grants = append(r.Grants, grantBody{Key: textOf(at.Key), End: textOf(at.End), Access: a.Roles[name][at]})
		}
		out.Roles = append(out.Roles, r)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Users)) {
		out.Users = append(out.Users, userBody{Name: name, Roles: a.Users[name]})
	}
	return out
}

func (a *authBody) auth() *kv.Auth {
	if a == nil {
		return nil
	}
	out := &kv.Auth{Enabled: a.Enabled, Revision: a.Revision, Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{}}
	for _, r := range a.Roles {
		permissions := make(map[kv.Range]kv.Access, len(r.Grants))
		for _, g := range r.Grants {
			permissions[kv.Range{Key: g.Key.string(), End: g.End.string()}] = g.Access
		}
		out.Roles[r.Name] = permissions
	}
	for _, u := range a.Users {
		slices.SortFunc(u.Roles, cmp.Compare)
		out.Users[u.Name] = u.Roles
	}
	return out
}

func bodyOf(s *Snapshot) *body {
	out := &body{
		Format: Format, TakenAt: s.TakenAt.UTC(), Tool: s.Tool, Network: s.Network, Prefix: s.Prefix,
		ClusterID: s.Store.ClusterID, Revision: s.Store.Revision, LogIndex: s.LogIndex, User: s.User, LogsIn: s.LogsIn,
		MaskKey: s.MaskKey, Masked: s.Masked, Journal: s.Journal, UnderWay: s.UnderWay,
		Auth: authOf(s.Auth), Versions: s.Versions, Open: s.Open, Entries: make([]entry, len(s.Store.Entries)),
	}
	for i, e := range s.Store.Entries {
		out.Entries[i] = entryOf(e)
	}
	return out
}

func (b *body) snapshot() *Snapshot {
	out := &Snapshot{
		TakenAt: b.TakenAt.UTC(), Tool: b.Tool, Network: b.Network, Prefix: b.Prefix, User: b.User, LogsIn: b.LogsIn, LogIndex: b.LogIndex,
		MaskKey: b.MaskKey, Masked: b.Masked, Journal: b.Journal, UnderWay: b.UnderWay,
		Auth: b.Auth.auth(), Versions: b.Versions, Open: b.Open,
		Store: &kv.Snapshot{ClusterID: b.ClusterID, Revision: b.Revision},
	}
	for i := range b.Entries {
		out.Store.Entries = append(out.Store.Entries, b.Entries[i].entry())
	}
	return out
}
