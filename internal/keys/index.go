package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Node is the kind of a live node whose role is missing or unknown, and the
// space of the identities that Cores and Entries share.
const Node addr.Kind = "node"

// Space is the kind within which an identity is unique.
func Space(kind addr.Kind) addr.Kind {
	if kind == addr.Core || kind == addr.Entry {
		return Node
	}
	return kind
}

// place is where a field without members lies below its object.
type place struct {
	base schema.Base
	path string
}

// index finds the field of a key, or of a name, without a walk over the table.
type index struct {
	kind   *schema.Kind
	fields []*schema.Field
	exact  map[place]*schema.Field
	named  map[string]*schema.Field
	many   []*schema.Field
	marker *schema.Field
	// privateID says that the identity is private.
	privateID bool
	// title is the field that people call the object by, status the one that is its
	// status, among the one whose value must be in a set of the parent; each is nil
	// where there is none.
	title, status, among *schema.Field
}

// newIndex indexes the stored fields of kinds that share a space: where they
// differ, the first one counts.
func newIndex(kinds ...*schema.Kind) *index {
	x := &index{kind: kinds[0], exact: map[place]*schema.Field{}, named: map[string]*schema.Field{}}
	for _, k := range kinds {
		for _, part := range k.Parts() {
			x.privateID = x.privateID || part.Degree() == schema.Private
		}
		for i := range k.Fields {
			if f := &k.Fields[i]; f.Stored && !x.has(f) {
				x.add(f)
			}
		}
	}
	return x
}

func (x *index) has(f *schema.Field) bool {
	for _, known := range x.fields {
		if known.Name == f.Name || known.Base == f.Base && known.Key == f.Key {
			return true
		}
	}
	return false
}

func (x *index) add(f *schema.Field) {
	x.fields = append(x.fields, f)
	if f.Marker {
		x.marker = f
	}
	if f.Many() {
		x.many = append(x.many, f)
		return
	}
	if f.Check == schema.Status {
		x.status = f
	}
	if f.Title {
		x.title = f
	}
	if f.Among != "" {
		x.among = f
	}
	x.exact[place{base: f.Base, path: f.Key}] = f
	x.named[f.Name] = f
}

// find returns the field and its name of a key below a base. What lies deeper
// than a member of a set or map is not a member.
func (x *index) find(b schema.Base, path string) (f *schema.Field, name string, ok bool) {
	if f, ok := x.exact[place{base: b, path: path}]; ok {
		return f, f.Name, true
	}
	for _, f := range x.many {
		if member, below := strings.CutPrefix(path, f.Key); f.Base == b && below && isMember(member) {
			return f, f.Name + "." + member, true
		}
	}
	return nil, "", false
}

func isMember(s string) bool { return s != "" && !strings.Contains(s, "/") }

// byName finds a field by its name, and the member's part of the key.
func (x *index) byName(name string) (f *schema.Field, member string, ok bool) {
	if f, ok := x.named[name]; ok {
		return f, "", true
	}
	for _, f := range x.many {
		if strings.HasPrefix(name, f.Name) && len(name) > len(f.Name) && name[len(f.Name)] == '.' {
			return f, name[len(f.Name)+1:], true
		}
	}
	return nil, "", false
}

// stored is what the network stores of a name, nil for what a kind has not.
func (l Layout) stored(kind addr.Kind, name string) *schema.Field {
	f, _, _ := l.index(kind).byName(name)
	return f
}
