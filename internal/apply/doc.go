// Package apply carries out a plan: it writes the plan's data and state with
// the new head and the history record in one transaction, guarded by what the
// plan saw, and finds out what became of it.
//
//	check   another cluster, network, generation or serial: *Refused, nothing sent
//	  │
//	commit ── committed ─────────────────────────────────────────> Result
//	  ├────── rejected: every key that moved ────────────────────> *Rejected
//	  └────── unknown: the reply was lost
//	            │ read head and history: ours is there ──────────> Result, resolved
//	            │                        another is there ───────> *Rejected
//	            │ neither: move the head, which the commit in
//	            │ flight is guarded by, so that it can't succeed ─> *NotWritten
//	            └ no answer until the patience ends ─────────────> *Unknown
//
// It refuses to plan: a plan is applied exactly or not at all. It sends a
// commit once and never again.
package apply
