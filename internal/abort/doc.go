// Package abort gives a process that Go's runtime gives up an exit code of its
// own. Without it that is 2, which says "there is drift" here: of a panic in a
// goroutine that others started, of no memory left, of a stack that is too
// deep, of maps written to at once, of SIGQUIT.
//
// It recovers nothing and decides nothing: by then no Go code can run any more.
package abort
