// Package nettest makes networks of a given size for tests and benchmarks: as
// the model, and as the HCL text that loads to it. Equal sizes give equal
// networks.
//
// It refuses chance: nothing is random, so a figure can be measured again.
package nettest
