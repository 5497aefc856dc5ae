// Package failure is the one form in which an error reaches whoever asked: a code
// for programs, an exit code for the command line, and for people what happened,
// why, and what to do.
//
// It refuses to know a single failure: each stands with the error that it is of,
// in the package that returns it. It does not print, and it keeps no log.
package failure
