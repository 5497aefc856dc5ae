// Package acl compiles who may do what into etcd's own roles, users and key
// ranges:
//
//	network.ACL, topology ──> Compile ──> Set ──> Sequence ──> calls before and after the data
//	                                       │
//	                                       ├──> Can, Matrix, Words: what it means for a key, a kind, a reader
//	                                       └──> Auth: the same form that a cluster's live roles and users have
//
// Every range that it makes is one key or all keys below a prefix that ends in
// a slash: one that leaks across a boundary can't be expressed. Roles of nodes
// follow the topology, so a moved binding moves permissions.
//
// It refuses to talk to a cluster, to know the keys of the state but by name
// (they are given), and to decide what an apply does about a difference: that
// is the plan's.
package acl
