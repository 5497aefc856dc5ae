// Package schema is the one catalogue of what a network is made of: each kind
// of object with its identity and the places of its keys, and each field of it
// with its name in files, type, key, class, what it refers to, whether it is
// required, sensitive, a set or a map, its check, and a line of documentation.
//
// The blocks that files may hold, the types of expressions, the model's generic
// part, the keys, references, masks, the words of access and the tables of the
// documents are read from it. A [Catalogue] is a value that is handed down;
// [Network] is the network's own.
//
// It refuses to know HCL, keys in full, or what a value means: it is a table.
package schema
