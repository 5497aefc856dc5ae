// Package etcd talks to the cluster: it connects, reads a snapshot at one
// revision, commits a transaction, and describes the members.
//
// It is the only user of the etcd client. It refuses to decide anything: what
// is read and what is written comes as the plain data of package kv. It sends
// a commit at most once, and says "unknown" when the reply was lost; finding
// out what became of it is the business of apply.
package etcd
