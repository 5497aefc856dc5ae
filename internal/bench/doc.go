// Package bench measures what sigilform costs at size: loading, planning,
// reading a snapshot, applying, and the whole of it. docs/benchmarks.md holds
// the figures.
//
// It refuses to be a test of speed: a slow machine fails nothing. What it does
// hold is what does not depend on the machine: a network of 1,000 nodes is one
// transaction, its second plan is empty, and a plan's work grows linearly.
package bench
