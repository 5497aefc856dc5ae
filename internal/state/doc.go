// Package state is what sigilform remembers in the cluster: the head, a record
// of what was last applied to each object, the history, and who owns what.
//
//	/sigilform/v1/<network>/head                     who applied last: the guard of every apply
//	/sigilform/v1/<network>/objects/<kind>/<id>      last applied values: L of the fifteen rows
//	/sigilform/v1/<network>/digest_key               the key of fingerprints
//	/sigilform/v1/<network>/history/<serial>         what each apply changed
//	/sigilform/v1/<network>/history/<serial>/secret  old sensitive values
//	/sigilform/v1/networks/<network>                 the network's prefix
//
// It holds pure types and their form in the store. It refuses to write by
// itself: its writes are operations in the same transaction as the data that
// they describe, so state and data can't disagree.
package state
