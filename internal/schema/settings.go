package schema

import "github.com/sigilgate/sigilform/internal/addr"

// settingsKind is the network's own block, which has no keys.
func settingsKind() Kind {
	return Kind{Name: addr.Network, Plural: "networks", Foreign: true, Single: true, Fields: []Field{
		{Name: "prefix", Doc: "all keys of the network are below it", Otherwise: "`\"/sigilgate/\"`"},
		{Name: "max_cores_per_entry", Type: Number, Doc: "least connectivity: how many Cores an Entry may know", Otherwise: "`3`"},
		{Name: "history", Type: Number, Doc: "how many applies the history keeps: so far back a rollback reaches", Otherwise: "`100`"},
	}}
}

// accessKind, roleKind and principalKind say who may read and write what in
// etcd; they have no keys in the network.
func accessKind() Kind {
	return Kind{Name: addr.ACL, Plural: "acls", Foreign: true, Single: true, Fields: []Field{
		{Name: "auth", Doc: "`\"cert\"` (the common name of a client certificate), which is the default, or `\"password\"`"},
		{Name: "enforce", Type: Bool, Doc: "whether etcd's authentication is on. Left out, it stays as it is. Turning it off also needs `--disable-auth`"},
	}}
}

func roleKind() Kind {
	return Kind{Name: addr.ACLRole, Plural: "acl_roles", Foreign: true, Fields: []Field{
		{Name: "grant", Type: Block, Members: []Field{
			{Name: "access", Required: true, Doc: "`\"read\"`, `\"write\"` or `\"readwrite\"`"},
			{Name: "on", Type: Mixed, Required: true, Doc: "objects (`entry.shop`: all of its keys), attributes of objects (`entry.shop.status`, with what is written together with it; also what the network writes by itself: `health`, `health_at`, `rotated_at`, `status_at`), words for a whole kind (`network`, `nodes`, `cells`, `topology`, `paths`, `users` with the counter of their ids, `routes`), or keys below the prefix; a key that ends in a slash covers all that begin so"},
		}},
	}}
}

func principalKind() Kind {
	return Kind{Name: addr.ACLUser, Plural: "acl_users", Foreign: true, Fields: []Field{
		{Name: "name", Doc: "the user in etcd, where it is not the label or the key: the common name of a certificate, or a login"},
		{Name: "roles", Type: List, Required: true, Doc: "names of roles. `core` needs `core`, `entry` needs `entry`: their rights follow from the node"},
		{Name: "core", Refers: addr.Core, Doc: "who it is: a Core; at most one of `core`, `entry` and `person`"},
		{Name: "entry", Refers: addr.Entry, Doc: "who it is: an Entry"},
		{Name: "person", Doc: "who it is: a person, by any name"},
		{Name: "password_env", Doc: "with `auth = \"password\"`: the variable that has the user's password when it is made. Neither this nor a file: `SIGILFORM_ACL_PASSWORD_` and the name in upper case, with `_` for what is not a letter or digit"},
		{Name: "password_file", Doc: "with `auth = \"password\"`: the file that has it, relative to the configuration's folder"},
	}}
}
