// Package webhook tells another program over HTTP when drift begins, changes
// or ends: one signed POST for each transition, tried again while that may help.
//
// It refuses to tell any value of the network, and to show where it sends to
// beyond scheme and host: the rest of such a URL is often a password.
package webhook
