// Package policy says what the rules think of a plan: the policy blocks of the
// configuration, and the safety valves, which are on by default. Its results are
// data of the plan; the engine attaches them.
//
// It refuses to decide what happens: a denied plan is refused where it would be
// applied, and nothing here changes a plan. It refuses to let a rule pass that
// can't be evaluated.
package policy
