// Package docstest holds the documents to the truth: it runs every command of
// the README in order, in a copy of the tree; applies, plans again and destroys
// every example; and follows every link.
//
// It refuses to be told what a command prints: what the README shows must be
// printed by the real program, but for values that differ from run to run.
package docstest
