package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
)

// Layout spells the keys of one network. It is immutable and safe for
// concurrent use.
type Layout struct {
	prefix  string
	indexes map[addr.Kind]index
	holders map[addr.Kind][]holder
}

// NewLayout is the layout below a network's prefix, which ends in a slash.
func NewLayout(prefix string) Layout {
	l := Layout{prefix: prefix, indexes: map[addr.Kind]index{}, holders: map[addr.Kind][]holder{}}
	for _, kind := range []addr.Kind{addr.Cell, addr.Core, addr.Entry, Node, addr.Route, addr.User, addr.Device} {
		l.indexes[kind] = newIndex(kind)
		l.holders[kind] = holders(kind)
	}
	return l
}

// Prefix is the network's prefix.
func (l Layout) Prefix() string { return l.prefix }

// UserIDCounter is the key of the highest user id that was handed out.
func (l Layout) UserIDCounter() string { return l.prefix + "counters/user_id" }

// ReadPrefixes are the prefixes that a snapshot reads.
func (l Layout) ReadPrefixes() []string {
	return []string{
		l.prefix + "cells/", l.prefix + "nodes/", l.prefix + "paths/",
		l.prefix + "routes/", l.prefix + "topology/", l.prefix + "users/",
	}
}

// ForeignPrefixes are those of other programs: only counted, never read.
func (l Layout) ForeignPrefixes() []string {
	return []string{l.prefix + "api_tokens/", l.prefix + "join_tokens/"}
}

// Devices is the prefix of all devices of a user.
func (l Layout) Devices(user string) string { return l.prefix + "users/" + user + "/devices/" }

// base is the prefix of an object's keys of one base.
func (l Layout) base(b base, kind addr.Kind, id, parent string) string {
	switch b {
	case links:
		return l.prefix + "topology/links/" + id + "/"
	case bindings:
		return l.prefix + "topology/bindings/" + id + "/"
	case routes:
		return l.prefix + "routes/" + id + "/"
	case own:
	}
	switch kind {
	case addr.Cell:
		return l.prefix + "cells/" + id + "/"
	case addr.Route:
		return l.prefix + "paths/" + id + "/"
	case addr.User:
		return l.prefix + "users/" + id + "/"
	case addr.Device:
		return l.Devices(parent) + id + "/"
	default:
		return l.prefix + "nodes/" + id + "/"
	}
}

// Prefixes are the prefixes of the keys that are an object's alone.
func (l Layout) Prefixes(kind addr.Kind, id, parent string) []string {
	out := []string{l.base(own, kind, id, parent)}
	switch kind {
	case addr.Core, addr.Entry, Node:
		out = append(out, l.base(links, kind, id, parent), l.base(bindings, kind, id, parent))
	case addr.Device:
		out = append(out, l.base(routes, kind, id, parent))
		if parent == "" {
			out = out[1:]
		}
	default:
	}
	return out
}

// FieldKey is the key of a field by its name.
func (l Layout) FieldKey(kind addr.Kind, id, parent, name string) string {
	s, member, ok := l.indexes[kind].byName(name)
	if !ok {
		return l.base(own, kind, id, parent) + name
	}
	return l.base(s.base, kind, id, parent) + s.path + member
}

// Marker is the key by which an object exists.
func (l Layout) Marker(kind addr.Kind, id, parent string) string {
	s := l.indexes[kind].marker
	if !s.marker {
		return ""
	}
	return l.base(s.base, kind, id, parent) + s.path
}
