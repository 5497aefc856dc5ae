package keys

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Field is one wanted field of an object: one key.
type Field struct {
	// Name is the field's name within its object, as HCL says it, with a dot
	// before the member of a set or map: "domain", "settings.mtu",
	// "links.10.0.0.2", "bound_to".
	Name  string
	Key   string
	Value string
	Class schema.Class
	// Named says that a file gives the value, so that an initial field is
	// enforced like a declared one.
	Named bool
	// Set is the declared set that the field is a member of ("links"), else
	// empty. A set is declared whole.
	Set string
	// Sensitive values are never shown.
	Sensitive bool
	// Source is the field that a derived or stamp field follows; empty for one
	// that follows the object's existence.
	Source string
}

// Object is one wanted object as flat fields.
type Object struct {
	Addr addr.Addr
	Kind addr.Kind
	// ID is the identity within the kind: an IP, a domain, "<entry ip>/<core ip>",
	// a user's id, a device's UUID.
	ID string
	// Parent is the user's id of a device.
	Parent string
	// Marker is the key by which the object exists.
	Marker string
	// Prefixes are the prefixes of keys that are this object's alone, each
	// ending in a slash. A device's is within its user's.
	Prefixes []string
	// Fields are sorted by key.
	Fields []Field
	// Sets names the sets that are declared whole, also empty ones.
	Sets []string
	// Refs are the markers of the objects that this one refers to, sorted.
	Refs []string
	// Protected is prevent_destroy.
	Protected bool
	// Ignore names the fields that are left alone after creation; see
	// [Ignored].
	Ignore []string
}

// Live is one object that a snapshot holds, or the remains of one: a group of
// keys under the prefixes of one identity.
type Live struct {
	// Kind is addr.Core or addr.Entry by the role; addr.Kind("node") where no
	// valid role is there.
	Kind addr.Kind
	ID   string
	// Parent is the user's id of a device, empty where only its route is left.
	Parent string
	// Exists says that the marker is there; without it the keys are remains.
	Exists bool
	Marker string
	// Fields are sorted by key. An unknown field below the object's prefix has
	// its key below the network's prefix as its name and is Operational.
	Fields []LiveField
}

// LiveField is one key of a live object.
type LiveField struct {
	Name string
	// Set is the set that the key is a member of, else empty.
	Set            string
	Key            string
	Value          string
	Class          schema.Class
	ModRevision    int64
	CreateRevision int64
}
