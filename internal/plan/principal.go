package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// principal is one role or user of etcd, or the switch of its authentication,
// with its three sides as fields: what is wanted is in it, what was last
// applied in its record, what is there in live.
type principal struct {
	Kind    addr.Kind
	Address string
	// ID is the identity of its record, Name the one in etcd.
	ID, Name string
	// Wanted says that it is to be there.
	Wanted bool
	// released says that a rollback leaves it to others again.
	released bool
	// Grants are a role's, Roles and Password a user's, Enforce the switch's.
	Grants   []acl.Grant
	Roles    []string
	Password *kv.PasswordSource
	Enforce  bool

	record *state.Record
	// live is nil where it is not there.
	live map[string]string
}

func (p *principal) id() state.ID { return state.ID{Kind: p.Kind, ID: p.ID} }

// The names of the fields: a role has one for each range, with the access as
// its value, a user one for each role.
const (
	grantField   = "grants."
	roleField    = "roles."
	enforceField = "enforce"
	// passwordField is where the password of a user is, or that it has none: the
	// cluster tells neither.
	passwordField = "password"
)

// grantName is the field of a range. What sigilform makes is a key, or all
// keys below a prefix that ends in a slash; others may make any range.
func grantName(r kv.Range) string {
	prefix, below := r.Prefix()
	switch {
	case below && strings.HasSuffix(prefix, "/"), r.End == "" && !strings.HasSuffix(r.Key, "/"):
		return grantField + r.Key
	}
	return grantField + "[" + strconv.Quote(r.Key) + ", " + strconv.Quote(r.End) + ")"
}

// rangeOf reads what [grantName] writes of a range of ours.
func rangeOf(name string) kv.Range {
	key := strings.TrimPrefix(name, grantField)
	if strings.HasSuffix(key, "/") {
		return kv.Below(key)
	}
	return kv.Range{Key: key}
}

// desired are the fields that are wanted.
func (p *principal) desired() map[string]string {
	out := map[string]string{}
	switch p.Kind {
	case addr.ACLRole:
		for _, g := range p.Grants {
			out[grantName(g.Range)] = g.Access.String()
		}
	case addr.ACLUser:
		for _, role := range p.Roles {
			out[roleField+role] = ""
		}
	default:
		out[enforceField] = strconv.FormatBool(p.Enforce)
	}
	return out
}

// liveFields are the fields that a cluster has; nil where there is no such role
// or user.
func liveFields(a *kv.Auth, kind addr.Kind, name string) map[string]string {
	switch kind {
	case addr.ACLRole:
		permissions, ok := a.Roles[name]
		if !ok {
			return nil
		}
		out := make(map[string]string, len(permissions))
		for r, access := range permissions {
			out[grantName(r)] = access.String()
		}
		return out
	case addr.ACLUser:
		roles, ok := a.Users[name]
		if !ok {
			return nil
		}
		out := make(map[string]string, len(roles))
		for _, role := range roles {
			out[roleField+role] = ""
		}
		return out
	default:
		return map[string]string{enforceField: strconv.FormatBool(a.Enabled)}
	}
}

// compare classifies every field by the fifteen rows. What others added to a
// role or user that is wanted goes: both are declared whole.
func (p *principal) compare() []FieldChange {
	var desired, last map[string]string
	if p.Wanted {
		desired = p.desired()
	}
	if p.record != nil {
		last = p.record.Declared
	}
	names := map[string]bool{}
	for _, side := range []map[string]string{desired, last, p.live} {
		for name := range side {
			names[name] = true
		}
	}
	var out []FieldChange
	for name := range names {
		f := field{name: name, key: shownKey(name), desired: side(desired, name), last: side(last, name), live: side(p.live, name)}
		row := Classify(f.desired, f.last, f.live)
		v := decide(row)
		if row == RowForeign {
			v = verdict{action: Delete, reason: Drift}
		}
		if v.action == "" {
			continue
		}
		c := f.change(row, v)
		c.Member = p.Kind == addr.ACLUser
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b FieldChange) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func side(fields map[string]string, name string) Optional {
	text, ok := fields[name]
	return Optional{Present: ok, Text: text}
}

// shownKey is the range of a grant as a reader knows it.
func shownKey(name string) string {
	if key, ok := strings.CutPrefix(name, grantField); ok {
		return key
	}
	return ""
}

// action is what the changes of fields amount to.
func (p *principal) action(fields []FieldChange) Action {
	written := slices.ContainsFunc(fields, func(f FieldChange) bool { return f.writes() })
	switch {
	case p.live == nil:
		return Create
	case written:
		return Update
	case p.record == nil:
		return Adopt
	default:
		return Record
	}
}

// next is the record after the apply.
func (p *principal) next() *state.Record {
	r := &state.Record{Kind: p.Kind, ID: p.ID, Address: p.Address, Declared: p.desired()}
	if text := p.passwordText(); text != "" {
		r.Initial = map[string]string{passwordField: text}
	}
	return r
}
