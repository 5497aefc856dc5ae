// Package keys is the key layout: it turns a network into flat fields, one key
// each, and live keys back into objects. docs/keys.md is its reference.
//
//	network.Network ──Flatten──> []Object of []Field ─┐ one field = one key,
//	                                                  ├ known by its name
//	[]kv.Entry ───────Decode───> []Live of []LiveField┘ within its object
//
// table.go says for every field its key, its class and whether it is sensitive;
// no other place spells a key. It refuses to compare, to decide and to choose
// values: a network that lacks an id or a UUID is an error of the caller.
package keys
