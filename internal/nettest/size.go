package nettest

// Size is how many objects of each kind a network has.
type Size struct {
	// Cores form a full mesh: no Core names links.
	Cores, Entries int
	// Routes are spread over the Entries, at most as many for each as an Entry
	// may know Cores.
	Routes int
	// Users have one device each.
	Users int
}

// Thousand is the network of 1,000 nodes that must fit one transaction: 40
// Cores, 960 Entries and 1,200 routes.
func Thousand() Size { return Size{Cores: 40, Entries: 960, Routes: 1200} }

// What an object costs in keys, about: enough to choose a size by.
const (
	entryKeys = 7
	routeKeys = 2
	userKeys  = 16
	mostCores = 40
)

// OfKeys is a network of about the given number of keys: a mesh of Cores that
// grows to 40, Entries with their routes, and users for the greater part.
func OfKeys(keys int) Size {
	s := Size{Cores: min(mostCores, 3+keys/1000), Entries: keys / 100}
	s.Routes = s.Entries * 5 / 4
	rest := keys - s.Cores*(s.Cores+8) - s.Entries*entryKeys - s.Routes*routeKeys
	s.Users = max(1, rest/userKeys)
	return s
}
