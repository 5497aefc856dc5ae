// Package plan decides what changes. It compares three things, field by field,
// and nothing else decides anything:
//
//	D desired       keys of the configuration   ┐
//	L last applied  state records               ├─> fifteen rows ─> changes ─> writes + guards
//	V live          snapshot at one revision    ┘
//
// A plan is complete: ids, UUIDs, service names and stamps are chosen when it is
// made, and apply writes them as shown. It refuses to read or write a store, a
// file, a clock or a random source: it is given all of them as values.
package plan
