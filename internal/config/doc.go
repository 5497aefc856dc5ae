// Package config turns the files of a configuration into a network: it reads
// HCL and HCL JSON, gives variables their values, evaluates blocks, expressions
// and modules, and has the result checked.
//
//	files ──> folder ──> scope ──────────────> objects ──────> network.Network
//	 parse     blocks     one a module         plain values,   + where each
//	                      instance, lazily     then references   address stands
//
// It keeps the source range of every object, so that what other packages find
// by address is shown with its source line, with secrets masked.
//
// It refuses to read anything outside the given file system, to print, and to
// know the keys of the store.
package config
