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

// Names lists the markers of the objects that a key with a value refers to: a
// route's both ends, a link's, a binding's, the Core of a user or a device, a
// Core's cell, a device's user.
func (l Layout) Names(key, value string) []string {
	at, ok := l.Locate(key)
	if !ok {
		return nil
	}
	node := func(ip string) string { return l.Marker(Node, ip, "") }
	switch {
	case at.base == links:
		return []string{node(at.ID), node(at.path)}
	case at.base == bindings:
		return []string{node(at.ID), node(value)}
	case at.base == routes:
		if at.path == "core_ip" {
			return []string{node(value)}
		}
	case at.Space == addr.Route:
		entry, core, _ := strings.Cut(at.ID, "/")
		return []string{node(entry), node(core)}
	case at.Space == addr.User && strings.HasPrefix(at.path, "core_nodes/"):
		return []string{node(at.Member())}
	case at.Space == addr.Device && at.path == "core_node":
		return []string{l.Marker(addr.User, at.Parent, ""), node(value)}
	case at.Space == addr.Device && at.Parent != "":
		return []string{l.Marker(addr.User, at.Parent, "")}
	case at.Space == Node && at.path == "cell_domain":
		return []string{l.Marker(addr.Cell, value, "")}
	}
	return nil
}
