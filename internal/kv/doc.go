// Package kv is the store's vocabulary as data: entries, a snapshot at one
// revision, guards, operations, a transaction, its limits and its outcome.
//
// It refuses to talk to a store. Since all of it is plain data, nothing above
// needs a mock: plan makes a Txn from a Snapshot, and only etcd sends it.
package kv
