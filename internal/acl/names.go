package acl

import "strings"

// RolePrefix begins the names in etcd of all roles of one network. Roles of
// others never begin so.
func RolePrefix(network string) string { return "sigilform/" + network + "/" }

// RoleName is the name in etcd of a role by its id within the network.
func RoleName(network, id string) string { return RolePrefix(network) + id }

// RoleID is the id within the network of a role's name in etcd; ok is false for
// a role that is none of the network's.
func RoleID(network, name string) (id string, ok bool) {
	id, ok = strings.CutPrefix(name, RolePrefix(network))
	return id, ok && id != ""
}

// The built-in roles, as a configuration names them.
const (
	root    = "root"
	core    = "core"
	entry   = "entry"
	planner = "planner"
	drifter = "drift"
)

// declaredID is the id of a role that a block declares.
func declaredID(name string) string { return "role/" + name }

// nodeID is the id of a built-in role of a node.
func nodeID(role, ip string) string { return role + "/" + ip }
