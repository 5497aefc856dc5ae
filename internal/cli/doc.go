// Package cli is the command line: flags become options, the engine does the
// work, render prints the result, and what happened becomes an exit code.
//
// It alone reads arguments, asks questions, and knows whether somebody sits at
// a terminal. It refuses to decide anything about a network.
package cli
