package schema

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

// stored is a field with a key of its own, of the same name unless one is given.
func stored(class Class, f Field) Field {
	f.Stored, f.Class = true, class
	if f.Key == "" && f.Base == Own {
		f.Key = f.Name
		if f.Many() {
			f.Key += "/"
		}
	}
	return f
}

const statusDoc = "`active`, `inactive` or `archived`"

// status is a status with its stamp. The marker is that of objects that exist
// by their status.
func status(marker bool, data, value, doc string) []Field {
	return []Field{
		stored(Initial, Field{Name: "status", Data: data, Default: "active", Check: Status, Marker: marker, Read: true, Value: value, Doc: doc}),
		stored(Stamp, Field{Name: "status_at", Data: data, Follows: "status", Read: true, Value: "when the status last changed"}),
	}
}

// nodeFields are what a Core and an Entry have in common: first those that tell
// who it is, then the rest. path is the kind of data that rotated paths are.
func nodeFields(path string) (first, rest []Field) {
	first = slices.Concat([]Field{
		{
			Name: "ip", Identity: true, Required: true, Check: IP, Unique: Unique{Noun: "IP", Clash: "Two nodes have the IP %s"},
			Doc: "IPv4 or IPv6; the node's identity",
		},
		stored(Derived, Field{Name: "role", Derive: KindName, Marker: true, Read: true, Value: "`core` or `entry`", In: "the kind of the block"}),
		stored(Declared, Field{
			Name: "domain", Title: true, Check: Domain, Unique: Unique{Noun: "domain", Clash: "Two nodes have the domain %s"}, Connects: true, Read: true,
			Value: "full domain name", Doc: "its full domain name",
		}),
		stored(Declared, Field{Name: "region", Check: Line, Value: "any text", Doc: "any text"}),
	}, status(false, "node status", statusDoc, statusDoc))
	for i := len(first) - 2; i < len(first); i++ {
		first[i].Administered = true
	}
	first[len(first)-2].Connects = true
	connection := tls("node tls", "[how others connect to it](#tls)", "")
	connection.Connects = true
	rest = []Field{
		stored(Declared, Field{
			Name: "links", Type: Set, Refers: addr.Core, Base: Links, Value: "empty", Doc: "the Cores that it is linked with", Otherwise: "see below",
			In: "`links` of either side",
		}),
		stored(Declared, Field{
			Name: "bound_to", Refers: addr.Core, Base: Bindings, Key: "core", Value: "IP of the one Core that administers the Entry",
			Doc: "the one Core that administers it", Otherwise: "**required** while active",
		}),
		stored(Declared, Field{
			Name: "settings", Type: Map, Check: Segment, Value: "any text", Otherwise: "`{}`",
			Doc: "any settings of the node, one key for each name; names of others stay untouched",
		}),
		connection,
		stored(Operational, Field{Name: "rotated_at", Data: path, Itself: true, Value: "when the path was last rotated"}),
		stored(Operational, Field{Name: "health", Data: "node health", Itself: true, Administered: true, Value: "`healthy`, `degraded` or `unreachable`"}),
		stored(Operational, Field{Name: "health_at", Data: "node health", Itself: true, Administered: true, Value: "when the health was last judged"}),
	}
	return first, rest
}

// tls is how to connect: a block whose attributes are stored one by one.
func tls(data, doc, otherwise string) Field {
	return stored(Declared, Field{Name: "tls", Data: data, Type: Block, Unseen: true, Doc: doc, Otherwise: otherwise, Members: []Field{
		{Name: "sni", Check: Domain, Value: "server name that clients send", Doc: "the server name that clients send"},
		{
			Name: "fingerprint", Check: Fingerprint, Value: "uTLS client name, like `chrome`",
			Doc: "a uTLS client: `chrome`, `firefox`, `safari`, `ios`, `android`, `edge`, `360`, `qq`, `random`, `randomized`",
		},
		{Name: "alpn", Type: List, Check: Protocols, Value: "protocols in order, joined with commas", Doc: "protocols, in order"},
		{Name: "min_version", Check: TLSVersion, Value: "`1.2` or `1.3`", Doc: "`\"1.2\"` or `\"1.3\"`"},
		{Name: "port", Type: Number, Check: Port, Value: "1 to 65535", Doc: "1 to 65535"},
	}})
}

// besideNodes are the places of the topology, which a node may have keys in.
func besideNodes() []Place {
	return []Place{
		{Base: Links, Path: "topology/links/", Data: "topology", Plural: "links", Of: addr.Core, Depends: true, Mutual: true},
		{Base: Bindings, Path: "topology/bindings/", Data: "topology", Plural: "bindings", Of: addr.Entry, Depends: true},
	}
}

// uuids are those of Cores and devices, of which no two are the same.
func uuids() Unique { return Unique{Noun: "UUID", Clash: "Two objects have the UUID %s"} }

func coreKind() Kind {
	first, rest := nodeFields("core paths")
	own := []Field{
		stored(Declared, Field{Name: "cell", Refers: addr.Cell, Key: "cell_domain", Read: true, Value: "domain of its cell", Doc: "the cell that it belongs to"}),
		stored(Declared, Field{
			Name: "number", Type: Number, Check: Count, Key: "node_number", Unseen: true, Read: true, Value: "number in its cell",
			Unique: Unique{Noun: "number", Clash: "Two Cores have the number %s", Within: "cell"}, Doc: "its number, unique within the cell",
		}),
		stored(Initial, Field{
			Name: "uuid", Private: true, Check: UUID, Unique: uuids(), Generated: true, Read: true, Value: "the node's own client UUID", Doc: "the node's own client UUID",
		}),
		stored(Rotated, Field{
			Name: "service_name", Data: "core paths", Key: "core_service_name", Check: ServiceName, Generated: true, Itself: true, Connects: true, Read: true,
			Value: "gRPC path from Entries to it, `api.v2.rpc.<16 hex>`", Doc: "the **first** gRPC path. The node rotates it; that is never drift",
		}),
		stored(Operational, Field{Name: "client_service_name", Other: true}),
	}
	member := Field{
		Name: "etcd", Type: Block, Unseen: true, Doc: "the etcd member that it hosts: `name` and `peer_url` (both **required**), `client_url`",
		Members: []Field{{Name: "name", Required: true}, {Name: "peer_url", Required: true}, {Name: "client_url"}},
	}
	return Kind{
		Name: addr.Core, Plural: "cores", Path: "nodes/", Data: "node configuration", Beside: besideNodes(),
		Fields:   append(append(append(first, own...), rest...), member),
		Computed: []Computed{{Name: "member", Type: Bool, From: HostsMember}},
	}
}

func entryKind() Kind {
	first, rest := nodeFields("")
	own := []Field{
		stored(Initial, Field{
			Name: "service_name", Key: "client_service_name", Check: ServiceName, Generated: true, Read: true,
			Value: "gRPC service name from clients to it", Doc: "the gRPC service name from clients to it",
		}),
		stored(Operational, Field{Name: "core_service_name", Other: true}),
	}
	return Kind{
		Name: addr.Entry, Plural: "entries", Path: "nodes/", Data: "node configuration", Beside: besideNodes(),
		Fields:   append(append(first, own...), rest...),
		Computed: []Computed{{Name: "cores", Type: Set, From: KnownCores}},
	}
}
