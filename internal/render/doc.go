// Package render makes what people and programs read: the text and the JSON of
// plans, drift, diagnostics, history, status and all else that a command shows.
//
//	value ──> Document ──> JSON
//	                  └──> text ──> redacted once more ──> writer
//
// A Document is plain data. The text is made from the same Document that is
// printed as JSON, so the two can't tell different stories. Sensitive values
// are left out where a Document is built; the finished text is searched for
// known secrets once more.
//
// It refuses to decide anything, to read a clock, a terminal or an environment,
// and to trust a value that others wrote: whatever could drive a terminal is
// shown escaped.
package render
