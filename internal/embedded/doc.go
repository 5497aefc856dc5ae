// Package embedded runs an etcd server inside the process: what sigilform uses
// where no cluster is configured. Its data is in .sigilform/ of the
// configuration's folder.
//
// It refuses to be reached by anyone else: it opens no socket at all, for
// clients or for peers, unless it is told to listen, and then on a loopback
// address only. One process at a time holds the folder. Every acknowledged
// write is on the disk.
package embedded
