package addr

// Kind is the kind of a declared object: the block type that declares it.
type Kind string

// The kinds of objects, in the order in which they are listed.
const (
	Network Kind = "network"
	Cell    Kind = "cell"
	Core    Kind = "core"
	Entry   Kind = "entry"
	Route   Kind = "route"
	User    Kind = "user"
	Device  Kind = "device"
	ACL     Kind = "acl"
	ACLRole Kind = "acl_role"
	ACLUser Kind = "acl_user"
)

// Kinds lists every kind in the order in which objects are listed.
func Kinds() []Kind {
	return []Kind{Network, Cell, Core, Entry, Route, User, Device, ACL, ACLRole, ACLUser}
}

// Rank is the place of a kind in [Kinds]; an unknown kind comes last.
func (k Kind) Rank() int {
	for i, known := range Kinds() {
		if k == known {
			return i
		}
	}
	return len(Kinds())
}

// Known reports whether k is one of [Kinds].
func (k Kind) Known() bool { return k.Rank() < len(Kinds()) }
