package schema

import "github.com/sigilgate/sigilform/internal/addr"

func userKind() Kind {
	fields := []Field{
		{
			Name: "id", Type: Number, Identity: true, Generated: true, Check: Serial, Unique: Unique{Noun: "user id", Clash: "Two users have the id %s"},
			Doc: "from 1; an id is never used again",
		},
		stored(Declared, Field{
			Name: "username", Title: true, Marker: true, Check: Line, Unique: Unique{Noun: "username", Clash: "Two users have the username %s"},
			Read: true, Value: "text, unique",
			Doc: "unique; with `count` it must be given", Otherwise: "the label; with `for_each` the key",
		}),
	}
	fields = append(fields, status(false, "", "as of a node", statusDoc)...)
	return Kind{Name: addr.User, Plural: "users", Path: "users/", Data: "users", Counter: "counters/user_id", Computed: []Computed{{Name: "devices", Type: Number, From: CountBelow}}, Fields: append(fields,
		stored(Stamp, Field{Name: "created", Read: true, Value: "when the user was created"}),
		stored(Declared, Field{Name: "core_nodes", Type: Set, Refers: addr.Core, Read: true, Value: "empty", Doc: "the Cores that the user may use"}),
		stored(Declared, Field{
			Name: "credential", Sensitive: true, Check: Credential, Value: "password hash, argon2id or bcrypt, as `sigilform hash` prints it",
			Doc: "a password hash, as `sigilform hash` prints it: argon2id or bcrypt",
		}),
		stored(Declared, Field{
			Name: "hash_telegram_id", Private: true, Covert: true, Check: Digest, Read: true, Value: "HMAC-SHA256, 64 hexadecimal digits",
			Doc: "an HMAC-SHA256 in hex; never the id itself",
		}),
		stored(Declared, Field{
			Name: "access", Type: Set, Check: Right, Value: "empty; a right is `[a-z0-9_-]+`",
			Doc: "rights: lower-case letters, digits, `_` and `-`",
		}),
	)}
}

func deviceKind() Kind {
	fields := []Field{
		{Name: "uuid", Identity: true, Private: true, Generated: true, Check: UUID, Unique: uuids(), Doc: "the device's client UUID"},
		stored(Declared, Field{
			Name: "name", Key: "device", Label: true, Title: true, Marker: true, Check: Line,
			Unique: Unique{Noun: "device name", Clash: "Two devices of one user have the name %s", Below: true},
			Read:   true, Value: "the device's name", In: "label of `device`",
		}),
	}
	fields = append(fields, status(false, "", "as of a node", statusDoc+"; its route follows")...)
	return Kind{
		Name: addr.Device, Plural: "devices", Path: "devices/", Data: "users", Parent: addr.User,
		Beside: []Place{{Base: Routes, Path: "routes/", Data: "device routes", Plural: "device routes"}},
		Fields: append(fields,
			stored(Stamp, Field{Name: "created", Read: true, Value: "when the device was created"}),
			stored(Declared, Field{
				Name: "core", Key: "core_node", Refers: addr.Core, Among: "core_nodes", Read: true, Value: "IP of one of the user's `core_nodes`",
				Doc: "one of the user's `core_nodes`", Otherwise: "**required** while active",
			}),
			stored(Derived, Field{
				Name: "route.core_ip", Base: Routes, Key: "core_ip", Follows: "core", Only: "core", Refers: addr.Core, Read: true,
				Value: "the same as the device's `core_node`, always",
			}),
			stored(Derived, Field{
				Name: "route.status", Base: Routes, Key: "status", Follows: "status", Derive: ActiveOnly, Only: "core", Read: true,
				Value: "`active` where the device's status is, else `archived`",
			}),
			stored(Stamp, Field{
				Name: "route.status_at", Base: Routes, Key: "status_at", Follows: "route.status", Only: "core", Read: true,
				Value: "when the route's status last changed",
			}),
		),
	}
}
