// Package metrics counts what runs of drift found, for Prometheus: as a file
// for node_exporter's textfile collector, and as an HTTP handler. It is fed one
// Outcome per run and has a registry of its own.
//
// It refuses to know why a run was made, and to hold anything of a network but
// its name, kinds, actions and counts: no value, address or error text gets in.
package metrics
