// Package engine holds the use-cases: validate, plan, apply, drift, status,
// history and the others. It is the only orchestrator, shared by every skin:
// what the command line can do, another skin can do.
//
//	Source ──> config ─┐
//	                   ├─> plan.Make ──> review ──> apply.Run
//	Connection ──> etcd┘
//
// It opens files, connects to clusters, and hands values from one package to
// the next. Clock, random source and environment are given to it. It refuses
// to print, to know flags, to ask anybody anything, and to decide what a plan
// does.
package engine
