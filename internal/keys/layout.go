package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Layout spells the keys of one network, as the catalogue of its kinds and
// fields says. It is immutable and safe for concurrent use.
type Layout struct {
	prefix      string
	catalogue   *schema.Catalogue
	indexes     map[addr.Kind]*index
	collections map[string]collection
	// below are the kinds whose keys lie below those of a parent.
	below []*schema.Kind
	// holders are the fields that hold unique values, by space.
	holders map[addr.Kind][]schema.Holder
}

// NewLayout is the layout that a catalogue says below a network's prefix, which
// ends in a slash.
func NewLayout(c *schema.Catalogue, prefix string) Layout {
	l := Layout{
		prefix: prefix, catalogue: c, indexes: map[addr.Kind]*index{}, collections: map[string]collection{}, holders: map[addr.Kind][]schema.Holder{},
	}
	for i := range c.Kinds() {
		k := &c.Kinds()[i]
		if k.Path == "" {
			continue
		}
		l.indexes[k.Name] = newIndex(k)
		l.collect(k)
	}
	l.indexes[Node] = newIndex(c.Kind(addr.Core), c.Kind(addr.Entry))
	l.claim(c)
	return l
}

// collection is where the keys of a space lie, without the last slash.
type collection struct {
	space addr.Kind
	base  schema.Base
	// parts is how many parts of a key an identity takes.
	parts int
}

func (l *Layout) collect(k *schema.Kind) {
	space := Space(k.Name)
	if k.Parent != "" {
		l.below = append(l.below, k)
	} else {
		l.collections[strings.TrimSuffix(k.Path, "/")] = collection{space: space, parts: len(k.Parts())}
	}
	for _, p := range k.Beside {
		l.collections[strings.TrimSuffix(p.Path, "/")] = collection{space: space, base: p.Base, parts: 1}
	}
}

// index is that of a kind; one without keys has no path and no fields.
func (l Layout) index(kind addr.Kind) *index {
	if x := l.indexes[kind]; x != nil {
		return x
	}
	return &index{kind: &schema.Kind{}}
}

// Catalogue says which kinds and fields there are.
func (l Layout) Catalogue() *schema.Catalogue { return l.catalogue }

// Prefix is the network's prefix.
func (l Layout) Prefix() string { return l.prefix }

// UserIDCounter is the key of the highest user id that was handed out.
func (l Layout) UserIDCounter() string { return l.prefix + l.index(addr.User).kind.Counter }

// All is the prefix of the keys of all objects of a kind, or of those whose
// identity begins with some parts.
func (l Layout) All(kind addr.Kind, parts ...string) string {
	return l.prefix + l.index(kind).kind.Path + strings.Join(append(parts, ""), "/")
}

// AllBeside is the prefix of what all objects of a kind have in a place beside.
func (l Layout) AllBeside(kind addr.Kind, b schema.Base) string {
	return l.prefix + l.index(kind).kind.Place(b).Path
}

// ReadPrefixes are the prefixes that a snapshot reads.
func (l Layout) ReadPrefixes() []string {
	folders := l.catalogue.Folders()
	out := make([]string, len(folders))
	for i, folder := range folders {
		out[i] = l.prefix + folder + "/"
	}
	slices.Sort(out)
	return out
}

// ForeignPrefixes are those of other programs: only counted, never read.
func (l Layout) ForeignPrefixes() []string {
	return []string{l.prefix + "api_tokens/", l.prefix + "join_tokens/"}
}

// Devices is the prefix of all devices of a user.
func (l Layout) Devices(user string) string {
	return l.base(schema.Own, addr.User, user, "") + l.index(addr.Device).kind.Path
}

// base is the prefix of an object's keys of one base.
func (l Layout) base(b schema.Base, kind addr.Kind, id, parent string) string {
	k := l.index(kind).kind
	if b == schema.Own && k.Parent != "" {
		return l.prefix + l.index(k.Parent).kind.Path + parent + "/" + k.Path + id + "/"
	}
	return l.prefix + k.Place(b).Path + id + "/"
}

// Prefixes are the prefixes of the keys that are an object's alone, none for a
// kind without keys.
func (l Layout) Prefixes(kind addr.Kind, id, parent string) []string {
	k := l.index(kind).kind
	if k.Path == "" {
		return nil
	}
	out := make([]string, 0, 1+len(k.Beside))
	if k.Parent == "" || parent != "" {
		out = append(out, l.base(schema.Own, kind, id, parent))
	}
	for _, p := range k.Beside {
		out = append(out, l.base(p.Base, kind, id, parent))
	}
	return out
}

// Places are those of the [Layout.Prefixes] where an object of the kind has keys:
// a Core has no binding, an Entry no links, whatever others leave there.
func (l Layout) Places(kind addr.Kind, id, parent string) []string {
	k := l.index(kind).kind
	out := l.Prefixes(kind, id, parent)
	for _, p := range k.Beside {
		if p.Of != "" && p.Of != kind {
			out = slices.DeleteFunc(out, func(at string) bool { return at == l.base(p.Base, kind, id, parent) })
		}
	}
	return out
}

// FieldKey is the key of a field by its name, empty for a kind without keys.
func (l Layout) FieldKey(kind addr.Kind, id, parent, name string) string {
	x := l.index(kind)
	f, member, ok := x.byName(name)
	switch {
	case x.kind.Path == "":
		return ""
	case !ok:
		return l.base(schema.Own, kind, id, parent) + name
	}
	return l.base(f.Base, kind, id, parent) + f.Key + member
}

// Marker is the key by which an object exists.
func (l Layout) Marker(kind addr.Kind, id, parent string) string {
	f := l.index(kind).marker
	if f == nil {
		return ""
	}
	return l.base(f.Base, kind, id, parent) + f.Key
}
