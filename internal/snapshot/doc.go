// Package snapshot is what a plan reads of a network, saved: the keys at one
// revision, sigilform's records of what was applied, etcd's roles and users.
//
//	sigilform-snapshot 1 4821 sha256:9f86d081…   header: format, length and digest of the body
//	gzip of {"format":1, …}                      body: JSON
//
// It holds no sensitive value: [Mask] puts a keyed digest in the place of each,
// by which a plan still tells equal from changed. Values that no plan looks at
// are left out, and so are history, journal and tokens.
//
// It refuses to open files, to read more than a bounded length, to believe a
// file whose digest is not right, and to plan.
package snapshot
