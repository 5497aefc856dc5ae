package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// IsLink reports whether the key is a link between two nodes.
func (at Location) IsLink() bool { return at.base == links }

// IsBinding reports whether the key binds an Entry to its Core.
func (at Location) IsBinding() bool { return at.base == bindings }

// Member is the far end of a link, the IP of a user's Core, else what the key
// is below its object.
func (at Location) Member() string {
	if member, ok := strings.CutPrefix(at.path, "core_nodes/"); ok && at.Space == addr.User {
		return member
	}
	return at.path
}

// Refers reports whether the key refers to another object by itself, so that
// without it the object stays and the reference is gone.
func (at Location) Refers() bool {
	switch {
	case at.base == links, at.base == bindings, at.base == routes:
		return true
	case at.Space == addr.User:
		return strings.HasPrefix(at.path, "core_nodes/")
	case at.Space == addr.Device:
		return at.path == "core_node"
	}
	return false
}

// Needed is what must be there for as long as a key has its value.
type Needed struct {
	Key string
	// Role is what a node's marker must hold; empty where any value will do.
	Role addr.Kind
	// Object says that Key is the marker of an object, else it is another
	// reference without which this one may not stand.
	Object bool
}

// Requires lists what a key with a value needs, and is the only list of what
// refers to what: a route's both ends, a link's ends and its other direction,
// the Entry and the Core of a binding, the Core of a user, the Core of a device
// and that its user has it too, a Core's cell, a device's user.
func (l Layout) Requires(key, value string) []Needed {
	at, ok := l.Locate(key)
	if !ok || l.stray(at) {
		return nil
	}
	core := func(ip string) Needed { return l.node(ip, addr.Core) }
	switch {
	case at.base == links:
		return []Needed{core(at.ID), core(at.path), {Key: l.base(links, Node, at.path, "") + at.ID}}
	case at.base == bindings:
		return []Needed{l.node(at.ID, addr.Entry), core(value)}
	case at.base == routes:
		if at.path == "core_ip" {
			return []Needed{core(value)}
		}
	case at.Space == addr.Route:
		entry, ip, _ := strings.Cut(at.ID, "/")
		return []Needed{l.node(entry, addr.Entry), core(ip)}
	case at.Space == addr.User && strings.HasPrefix(at.path, "core_nodes/"):
		return []Needed{core(at.Member())}
	case at.Space == addr.Device && at.Parent != "":
		return l.deviceRequires(at, value)
	case at.Space == Node && at.path == "cell_domain":
		return []Needed{{Key: l.Marker(addr.Cell, value, ""), Object: true}}
	}
	return nil
}

// stray reports whether a key is no field of the node or user that it is below:
// then it refers to nothing.
func (l Layout) stray(at Location) bool {
	_, known := l.FieldName(at.Space, at)
	return !known && (at.Space == Node || at.Space == addr.User)
}

func (l Layout) deviceRequires(at Location, value string) []Needed {
	user := Needed{Key: l.Marker(addr.User, at.Parent, ""), Object: true}
	if at.path != "core_node" {
		return []Needed{user}
	}
	return []Needed{user, l.node(value, addr.Core), {Key: l.FieldKey(addr.User, at.Parent, "", "core_nodes."+value)}}
}

// node is the need of a node of a role.
func (l Layout) node(ip string, role addr.Kind) Needed {
	return Needed{Key: l.Marker(Node, ip, ""), Role: role, Object: true}
}

// Names lists the markers of the objects that a key with a value refers to.
func (l Layout) Names(key, value string) []string {
	var out []string
	for _, n := range l.Requires(key, value) {
		if n.Object {
			out = append(out, n.Key)
		}
	}
	return out
}
