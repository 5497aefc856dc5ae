// Package planfile is the saved form of a plan:
//
//	sigilform-plan 1 48213 sha256:9f86d081…   header: format, length and digest of the body
//	{"format_version":"1", …}                 body: the plan as JSON
//
// The header's digest covers every byte of the body, so a truncated or edited
// file is recognised before anything in it is believed. A plan file holds the
// values that it writes; who makes one keeps it to mode 0600.
//
// It refuses to open files, to judge whether a plan still fits the network
// (apply does), and to read plans that write outside their own network.
package planfile
