package render

import (
	"io"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

// ACLDocument is who may do what, role by role and user by user.
type ACLDocument struct {
	Head
	Network string `json:"network"`
	Prefix  string `json:"prefix"`
	// Live says that it is the cluster's own, else the configuration's.
	Live bool `json:"live"`
	// Enforced says whether authentication is on, or is to be; nil where
	// nothing says so.
	Enforced *bool             `json:"enforced,omitempty"`
	Roles    []ACLRoleDocument `json:"roles"`
	Users    []ACLUserDocument `json:"users"`
}

// ACLRoleDocument is one role of etcd's.
type ACLRoleDocument struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	// Words say what the grants allow.
	Words  []string           `json:"words"`
	Grants []ACLGrantDocument `json:"grants"`
}

// ACLGrantDocument is one range of keys, as etcd has it.
type ACLGrantDocument struct {
	Access string `json:"access"`
	Key    string `json:"key"`
	// RangeEnd is where the range ends, exclusive; empty for a single key.
	RangeEnd string `json:"range_end,omitempty"`
}

// ACLUserDocument is one user of etcd's.
type ACLUserDocument struct {
	Name    string   `json:"name"`
	Address string   `json:"address,omitempty"`
	Roles   []string `json:"roles"`
}

// NewACL makes the Document of roles and users; addresses are those of the set.
func NewACL(a *kv.Auth, set *acl.Set, words acl.Words) ACLDocument {
	d := ACLDocument{Roles: []ACLRoleDocument{}, Users: []ACLUserDocument{}}
	addresses := map[string]string{}
	for i := range set.Roles {
		addresses["role "+set.Roles[i].Name] = set.Roles[i].Address
	}
	for i := range set.Users {
		addresses["user "+set.Users[i].Name] = set.Users[i].Address
	}
	for _, name := range sortedNames(a.Roles) {
		r := ACLRoleDocument{Name: name, Address: addresses["role "+name], Words: []string{}, Grants: []ACLGrantDocument{}}
		grants := acl.Grants(a.Roles[name])
		for _, p := range words.Phrases(grants) {
			r.Words = append(r.Words, p.Text)
		}
		for _, g := range grants {
			r.Grants = append(r.Grants, ACLGrantDocument{Access: g.Access.String(), Key: g.Key, RangeEnd: g.End})
		}
		d.Roles = append(d.Roles, r)
	}
	for _, name := range sortedNames(a.Users) {
		d.Users = append(d.Users, ACLUserDocument{Name: name, Address: addresses["user "+name], Roles: list(a.Users[name])})
	}
	return d
}

// ACL shows roles with what they allow, and users with their roles.
func ACL(w io.Writer, d ACLDocument, o Options) error {
	d.Head = head("acl")
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	p.prefix = d.Prefix
	for i := range d.Users {
		p.aclUser(&d.Users[i])
	}
	for i := range d.Roles {
		p.space()
		p.aclRole(&d.Roles[i])
	}
	p.open(d.Live, d.Enforced)
	return p.flush(w)
}

// open says that what was shown binds nobody.
func (p *page) open(live bool, enforced *bool) {
	if live && enforced != nil && !*enforced {
		p.space()
		p.line(p.color(red, "Authentication is off:"), " everybody who reaches the cluster may do everything.")
	}
}

func (p *page) aclUser(u *ACLUserDocument) {
	roles := make([]string, len(u.Roles))
	for i, r := range u.Roles {
		roles[i] = p.word(r)
	}
	if len(roles) == 0 {
		roles = append(roles, p.color(dim, "no roles"))
	}
	p.line(p.color(bold, "user "+p.word(u.Name)), p.aclAddress(u.Address), ": ", strings.Join(roles, ", "))
}

func (p *page) aclRole(r *ACLRoleDocument) {
	p.line(p.color(bold, "role "+p.word(r.Name)), p.aclAddress(r.Address))
	for _, words := range r.Words {
		p.line("  may ", p.sentence(words))
	}
	for _, g := range r.Grants {
		p.line("    ", pad(p.word(g.Access), len("readwrite")), "  ", p.color(dim, p.grant(g)))
	}
}

// grant is the range of a grant. It quotes what is odd, so a secret is taken
// out of it before.
func (p *page) grant(g ACLGrantDocument) string {
	return p.word(kv.Range{Key: p.redact.text(g.Key), End: p.redact.text(g.RangeEnd)}.String())
}

func (p *page) aclAddress(address string) string {
	if address == "" {
		return p.color(dim, "  (of others)")
	}
	return "  " + p.color(dim, p.address(address))
}

// Only keeps one role or user, known by its name in etcd, by the end of a
// role's name within the network, or by its address. A user's roles stay with
// it. It reports whether there is such a one.
func (d *ACLDocument) Only(name, network string) bool {
	keep := map[string]bool{}
	d.Users = slices.DeleteFunc(d.Users, func(u ACLUserDocument) bool {
		found := u.Name == name || u.Address == name
		if found {
			for _, r := range u.Roles {
				keep[r] = true
			}
		}
		return !found
	})
	d.Roles = slices.DeleteFunc(d.Roles, func(r ACLRoleDocument) bool {
		own := r.Name == name || r.Address == name || r.Name == acl.RoleName(network, name) || r.Name == acl.RoleName(network, "role/"+name)
		return !own && !keep[r.Name]
	})
	return len(d.Users)+len(d.Roles) > 0
}
