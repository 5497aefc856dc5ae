package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
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

// base says below which of an object's prefixes a field lies.
type base uint8

const (
	own      base = iota // nodes/<ip>/, cells/<domain>/, paths/<e>/<c>/, users/<id>/, users/<id>/devices/<uuid>/
	links                // topology/links/<ip>/
	bindings             // topology/bindings/<ip>/
	routes               // routes/<uuid>/
)

// spec is one row of the layout.
type spec struct {
	// name is the field's name; of a set or map the part before the dot.
	name string
	// path is the key below the base; of a set or map it ends in a slash or is
	// empty, and the member follows.
	path  string
	base  base
	class Class
	// many says that each member of a set or map is a field by itself.
	many bool
	// whole says that a set is declared whole, not member by member.
	whole     bool
	sensitive bool
	// source is what a derived or stamp field follows.
	source string
	marker bool
	// other says that only a node of the other kind has the field.
	other bool
}

// table returns the rows of a kind. Where a Core and an Entry differ, a live
// node of unknown role is read as a Core.
func table(kind addr.Kind) []spec {
	switch kind {
	case addr.Core, Node:
		return append(nodeTable(), coreTable()...)
	case addr.Entry:
		return append(nodeTable(), entryTable()...)
	case addr.Cell:
		return statusTable(true)
	case addr.Route:
		return append(append(statusTable(true), tlsTable()...),
			spec{name: "service_name", path: "service_name", class: Rotated},
			spec{name: "rotated_at", path: "rotated_at", class: Operational})
	case addr.User:
		return userTable()
	case addr.Device:
		return deviceTable()
	default:
		return nil
	}
}

// statusTable is a status with its stamp.
func statusTable(marker bool) []spec {
	return []spec{
		{name: "status", path: "status", class: Initial, marker: marker},
		{name: "status_at", path: "status_at", class: Stamp, source: "status"},
	}
}

func tlsTable() []spec {
	return []spec{{name: "tls", path: "tls/", class: Declared, many: true}}
}

func nodeTable() []spec {
	return append(append(statusTable(false), tlsTable()...),
		spec{name: "role", path: "role", class: Derived, marker: true},
		spec{name: "domain", path: "domain", class: Declared},
		spec{name: "region", path: "region", class: Declared},
		spec{name: "rotated_at", path: "rotated_at", class: Operational},
		spec{name: "health", path: "health", class: Operational},
		spec{name: "health_at", path: "health_at", class: Operational},
		spec{name: "settings", path: "settings/", class: Declared, many: true},
		spec{name: "links", base: links, class: Declared, many: true, whole: true},
		spec{name: "bound_to", path: "core", base: bindings, class: Declared},
	)
}

func coreTable() []spec {
	return []spec{
		{name: "cell", path: "cell_domain", class: Declared},
		{name: "number", path: "node_number", class: Declared},
		{name: "uuid", path: "uuid", class: Initial},
		{name: "service_name", path: "core_service_name", class: Rotated},
		{name: "client_service_name", path: "client_service_name", class: Operational, other: true},
	}
}

func entryTable() []spec {
	return []spec{
		{name: "service_name", path: "client_service_name", class: Initial},
		{name: "core_service_name", path: "core_service_name", class: Operational, other: true},
	}
}

func userTable() []spec {
	return append(statusTable(false),
		spec{name: "username", path: "username", class: Declared, marker: true},
		spec{name: "created", path: "created", class: Stamp},
		spec{name: "hash_telegram_id", path: "hash_telegram_id", class: Declared},
		spec{name: "credential", path: "credential", class: Declared, sensitive: true},
		spec{name: "core_nodes", path: "core_nodes/", class: Declared, many: true, whole: true},
		spec{name: "access", path: "access/", class: Declared, many: true, whole: true},
	)
}

func deviceTable() []spec {
	return append(statusTable(false),
		spec{name: "name", path: "device", class: Declared, marker: true},
		spec{name: "created", path: "created", class: Stamp},
		spec{name: "core", path: "core_node", class: Declared},
		spec{name: "route.core_ip", path: "core_ip", base: routes, class: Derived, source: "core"},
		spec{name: "route.status", path: "status", base: routes, class: Derived, source: "status"},
		spec{name: "route.status_at", path: "status_at", base: routes, class: Stamp, source: "route.status"},
	)
}

// place is where a field without members lies below its object.
type place struct {
	base base
	path string
}

// index finds the row of a key, or of a name, without a walk over the table.
type index struct {
	exact  map[place]spec
	named  map[string]spec
	many   []spec
	marker spec
}

func newIndex(kind addr.Kind) index {
	x := index{exact: map[place]spec{}, named: map[string]spec{}}
	for _, s := range table(kind) {
		if s.marker {
			x.marker = s
		}
		if s.many {
			x.many = append(x.many, s)
			continue
		}
		x.exact[place{base: s.base, path: s.path}] = s
		x.named[s.name] = s
	}
	return x
}

// find returns the row and the field's name of a key below a base. What lies
// deeper than a member of a set or map is no member.
func (x index) find(b base, path string) (s spec, name string, ok bool) {
	if s, ok := x.exact[place{base: b, path: path}]; ok {
		return s, s.name, true
	}
	for _, s := range x.many {
		if member, below := strings.CutPrefix(path, s.path); s.base == b && below && isMember(member) {
			return s, s.name + "." + member, true
		}
	}
	return spec{}, "", false
}

func isMember(s string) bool { return s != "" && !strings.Contains(s, "/") }

// byName finds the row of a field by its name, and the member's part of the key.
func (x index) byName(name string) (s spec, member string, ok bool) {
	if s, ok := x.named[name]; ok {
		return s, "", true
	}
	for _, s := range x.many {
		if strings.HasPrefix(name, s.name) && len(name) > len(s.name) && name[len(s.name)] == '.' {
			return s, name[len(s.name)+1:], true
		}
	}
	return spec{}, "", false
}

// Sensitive reports whether a field is sensitive whatever a file says of it.
func (l Layout) Sensitive(kind addr.Kind, name string) bool {
	s, _, ok := l.indexes[kind].byName(name)
	return ok && s.sensitive
}
