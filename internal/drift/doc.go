// Package drift reports how the live network differs from what was last
// applied. It has no comparison of its own: each field goes through
// plan.Classify with what was applied in the place of what is desired.
//
// Detect compares everything once. A Watch is the same kept up to date: it takes
// what changes, revision by revision, and compares only what that is about.
//
// It refuses to know the configuration: what git says now is a plan's business. A
// Watch refuses to listen by itself: it is given what the store says.
package drift
