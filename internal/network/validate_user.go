package network

import (
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

func (v *validator) users() {
	for i := range v.Users {
		u := &v.Users[i]
		for j := range u.Devices {
			if d := &u.Devices[j]; d.Core.Named {
				v.deviceCore(u, d)
			}
		}
	}
}

// deviceCore checks that a device is at one of its user's Cores, and that an
// active device has an active Core.
func (v *validator) deviceCore(u *User, d *Device) {
	c := v.cores[d.Core.To]
	if c == nil {
		return
	}
	if !slices.ContainsFunc(u.CoreNodes.To, func(a addr.Addr) bool { return a == c.Addr }) {
		v.add(also(problem(d.Addr, "core", fmt.Sprintf("%s is at %s, which is none of its user's Cores", d.Addr, c.Addr),
			"A device can only use a Core that its user may use.",
			fmt.Sprintf("Add %s to core_nodes of %s, or choose one of those.", c.Addr, u.Addr)), u.Addr, "core_nodes", "the user's Cores"))
	}
	if active(d.Status) && !active(c.Status) {
		v.add(also(problem(d.Addr, "core", fmt.Sprintf("The active %s is at %s, which is not active", d.Addr, c.Addr),
			"An active device needs an active Core.", "Move the device, or give it another status."), c.Addr, "status", "not active here"))
	}
}
