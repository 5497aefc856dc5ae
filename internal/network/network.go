package network

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// DefaultPrefix is where a network's keys are unless its block says otherwise.
const DefaultPrefix = "/sigilgate/"

// DefaultMaxCoresPerEntry is how many Cores an Entry may know: least
// connectivity.
const DefaultMaxCoresPerEntry = 3

// Network is everything that a configuration declares. The objects of a kind
// are sorted by address once [Normalize] has run.
type Network struct {
	Name string
	// Prefix ends in a slash.
	Prefix           string
	MaxCoresPerEntry int
	// History is how many applies the history keeps, 0 for the default.
	History int
	// Catalogue says which fields the objects have.
	Catalogue *schema.Catalogue

	Cells   []Cell
	Cores   []Core
	Entries []Entry
	Routes  []Route
	Users   []User
	ACL     ACL
}

// Text is one optional text value.
type Text struct {
	Value string
	// Named says that a file gives the value. A value that is not named is a
	// default or was generated when the plan was made.
	Named bool
	// Sensitive says that the value must never be shown.
	Sensitive bool
}

// Number is one optional decimal number. The fields mean what those of [Text] do.
type Number struct {
	Value     uint64
	Named     bool
	Sensitive bool
}

// Ref is an optional reference to one object, by address.
type Ref struct {
	To    addr.Addr
	Named bool
}

// Refs is an optional set of references. Named with an empty To declares the
// empty set.
type Refs struct {
	To    []addr.Addr
	Named bool
}

// Lifecycle is what a block's lifecycle says.
type Lifecycle struct {
	PreventDestroy bool
	// IgnoreChanges names attributes ("status", "tls", "settings.mtu") that
	// are written at creation and then left alone; "all" is every one.
	IgnoreChanges []string
}

// Cell is a domain under which Cores get their names.
type Cell struct {
	Addr      addr.Addr
	Domain    Text
	Status    Text
	Lifecycle Lifecycle
	More      More
}

// Node is what a Core and an Entry have in common.
type Node struct {
	Addr addr.Addr
	// IP is the identity, in canonical form.
	IP          Text
	Domain      Text
	Region      Text
	Status      Text
	ServiceName Text
	Settings    map[string]Text
	TLS         TLS
	Lifecycle   Lifecycle
	More        More
}

// Core is a Core node.
type Core struct {
	Node
	Cell   Ref
	Number Number
	UUID   Text
	// Links are the Cores that this one declares links to. The links of the
	// network are computed by [Network.Links].
	Links  Refs
	Member *Member
}

// Entry is an Entry node.
type Entry struct {
	Node
	BoundTo Ref
}

// TLS says how to connect to a node. Each field is optional by itself.
type TLS struct {
	SNI         Text
	Fingerprint Text
	// ALPN is in order; it is stored comma-joined.
	ALPN       Words
	MinVersion Text
	Port       Number
}

// Member is the etcd member that a Core hosts.
type Member struct {
	Name      string
	PeerURL   string
	ClientURL string
}

// Route is an Entry-to-Core channel.
type Route struct {
	Addr        addr.Addr
	Entry       Ref
	Core        Ref
	Status      Text
	ServiceName Text
	TLS         TLS
	Lifecycle   Lifecycle
	More        More
}

// User is a user with its devices.
type User struct {
	Addr           addr.Addr
	ID             Number
	Username       Text
	Status         Text
	CoreNodes      Refs
	Credential     Text
	HashTelegramID Text
	Access         Words
	Devices        []Device
	Lifecycle      Lifecycle
	More           More
}

// Device is one client of a user.
type Device struct {
	Addr addr.Addr
	// Name is the label of the block.
	Name   string
	UUID   Text
	Core   Ref
	Status Text
	More   More
}

// The values of a status.
const (
	Active   = "active"
	Inactive = "inactive"
	Archived = "archived"
)
