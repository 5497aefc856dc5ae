// Package fault turns a panic into an error of whoever started the work. Every
// goroutine of the product is started here: one that panics by itself ends the
// process at once, whatever the others are about to write.
//
// It never tells what a panic says, unless Go's own runtime says it: the text
// may hold what the network holds. Nor does a stack of it show arguments.
package fault
