// Package intake reads files that a user names: as flags, in the environment, in
// a configuration. A file may be anything: a folder, a device without an end, a
// pipe into which nobody writes.
//
//	--var-file x   ──> Read(name, limit) ──> its bytes, or why not
//	apply PLANFILE ──> Open(name)        ──> a stream
//	file("x")      ──> Folder            ──> regular files only
//
// It refuses to read more than it was told to, to wait for ever for a pipe, and to
// wait any longer for one when the program is told to end.
package intake
