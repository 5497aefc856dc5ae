// Package addr names things: the objects of a configuration, as in
// core.pool["ams"] or module.eu.user.alice.device["phone"]. It parses, prints
// and sorts such addresses.
//
// It refuses to know what an address refers to: existence is the business of
// network and config.
package addr
