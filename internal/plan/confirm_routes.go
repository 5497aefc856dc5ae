package plan

import (
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

// hasRoute reports whether what lies below a prefix of a device, that of its
// route too, is its own, as [maker.falls] and [keys.Decode] have it: a route is
// the device's that the record names, and another's only where that one is gone.
// A plan may write all of it, for the device of another user that takes the UUID.
func (c *confirmer) hasRoute(device, user, prefix string) bool {
	of := c.usersOf(device)
	under := c.now.Under(prefix)
	if len(under) == 0 {
		return len(of) <= 1
	}
	if at, _ := c.layout.Locate(under[0].Key); at.Parent == user {
		return true
	}
	there := func(user string) bool {
		_, ok := c.now.Get(c.layout.Marker(addr.Device, device, user))
		return ok
	}
	return there(user) || !slices.ContainsFunc(of, there)
}

// usersOf are the users that have a device of a UUID, or what is left of one.
func (c *confirmer) usersOf(device string) []string {
	if c.users == nil {
		c.users = map[string][]string{}
		for _, e := range c.now.Under(c.layout.Prefix()) {
			at, ok := c.layout.Locate(e.Key)
			if ok && at.Space == addr.Device && at.Parent != "" && !slices.Contains(c.users[at.ID], at.Parent) {
				c.users[at.ID] = append(c.users[at.ID], at.Parent)
			}
		}
	}
	return c.users[device]
}
