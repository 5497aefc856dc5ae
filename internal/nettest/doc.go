// Package nettest makes networks of a given size for tests and benchmarks: as
// the model, and as the HCL text that loads to it. Equal sizes give equal
// networks. A [Wander] changes one as its caller's source of chance says.
//
// It refuses chance of its own: a figure can be measured again, and a fault
// found again.
package nettest
