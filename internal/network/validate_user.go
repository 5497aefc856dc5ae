package network

import (
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
)

func (v *validator) users() {
	for i := range v.Users {
		u := &v.Users[i]
		v.status(u.Addr, u.Status)
		if u.Username.Named || u.Username.Value != "" {
			v.name(u.Addr, "username", "username", Text{Value: u.Username.Value, Named: true})
		}
		if u.Credential.Named {
			v.credential(u)
		}
		if u.HashTelegramID.Named && !hexDigest.MatchString(u.HashTelegramID.Value) {
			v.refuse(u.Addr, "hash_telegram_id", "hash_telegram_id is no HMAC-SHA256",
				"It has 64 hexadecimal digits. The value is not shown.", "Never write the Telegram id itself.")
		}
		v.rights(u)
		for _, to := range u.CoreNodes.To {
			v.core(u.Addr, "core_nodes", to)
		}
		v.devices(u)
	}
}

func (v *validator) rights(u *User) {
	v.shownInKeys(u.Addr, "access", u.AccessSensitive)
	for _, right := range u.Access {
		if !rightName.MatchString(right) {
			v.refuse(u.Addr, "access", fmt.Sprintf("%s is no right", shown(Text{Value: right, Sensitive: u.AccessSensitive})),
				"A right has lower-case letters, digits, underscores and dashes.", "")
		}
	}
}

func (v *validator) credential(u *User) {
	if summary, hint := checkCredential(u.Credential.Value); summary != "" {
		v.refuse(u.Addr, "credential", summary, "The value is not shown.", hint)
	}
}

func (v *validator) devices(u *User) {
	for j := range u.Devices {
		d := &u.Devices[j]
		v.status(d.Addr, d.Status)
		v.name(d.Addr, "", "name of a device", Text{Value: d.Name, Named: true})
		if d.Core.Named {
			v.deviceCore(u, d)
		}
	}
}

// deviceCore checks that a device is at one of its user's Cores, and that an
// active device has an active Core.
func (v *validator) deviceCore(u *User, d *Device) {
	c := v.core(d.Addr, "core", d.Core.To)
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
