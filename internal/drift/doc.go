// Package drift reports how the live network differs from what was last
// applied. It has no comparison of its own: each field goes through
// plan.Classify with what was applied in the place of what is desired.
//
// It refuses to know the configuration: what git says now is a plan's business.
package drift
