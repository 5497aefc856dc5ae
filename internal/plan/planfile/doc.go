// Package planfile is the saved form of a plan:
//
//	sigilform-plan 2 48213 sha256:9f86d081… hmac:5e884898…   header: format, length and digest of the body, code
//	{"format":2, …}                                          body: the plan as JSON
//
// The digest covers every byte of the body, so a truncated or edited file is
// recognised before anything in it is believed. The code, an HMAC-SHA256 of the
// header before it, covers the digest with a key that lies in the cluster:
// without that key nobody can change a file and make its digest anew. Before the
// network's first apply there is no key; then the code is "none". A plan file
// holds the values that it writes; who makes one keeps it to mode 0600.
//
// It refuses to open files, to judge whether a plan still fits the network
// (apply does), and to read plans that write outside their own network.
package planfile
