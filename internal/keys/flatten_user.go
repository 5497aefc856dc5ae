package keys

import (
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

func (f *flattener) user(u *network.User) {
	id := strconv.FormatUint(u.ID.Value, 10)
	f.need(u.Addr, "id", strings.TrimLeft(id, "0"))
	f.need(u.Addr, "username", u.Username.Value)
	d := f.draft(u.Addr, addr.User, id, "", u.Lifecycle)
	d.add("username", u.Username.Value, true, u.Username.Sensitive)
	d.status(u.Status)
	d.stamp("created")
	d.text("credential", u.Credential)
	d.text("hash_telegram_id", u.HashTelegramID)
	if u.CoreNodes.Named {
		d.set("core_nodes", f.refer(d, u.CoreNodes.To))
	}
	if u.AccessNamed {
		d.set("access", u.Access)
	}
	f.done(d)
	for i := range u.Devices {
		f.device(u, id, &u.Devices[i])
	}
}

func (f *flattener) device(u *network.User, user string, v *network.Device) {
	f.need(v.Addr, "uuid", v.UUID.Value)
	d := f.draft(v.Addr, addr.Device, v.UUID.Value, user, deviceLifecycle(u.Lifecycle))
	d.add("name", v.Name, true, false)
	d.status(v.Status)
	d.stamp("created")
	if v.Core.Named {
		f.deviceRoute(d, v)
	}
	d.Refs = append(d.Refs, f.layout.Marker(addr.User, user, ""))
	f.done(d)
}

// deviceRoute adds the Core of a device with the route that follows it. A
// device without a Core, which is not active, has no route.
func (f *flattener) deviceRoute(d *draft, v *network.Device) {
	core := f.ips[v.Core.To]
	f.need(v.Addr, "core", core)
	d.add("core", core, true, false)
	d.add("route.core_ip", core, true, false)
	d.add("route.status", routeStatus(statusOf(v.Status)), v.Status.Named, v.Status.Sensitive)
	d.stamp("route.status_at")
	d.refer(core)
}

// deviceLifecycle is what a user's lifecycle means for its devices: they are
// left alone where "device" or "all" says so, and are no more protected than
// any other attribute of the user.
func deviceLifecycle(user network.Lifecycle) network.Lifecycle {
	if Ignored(user.IgnoreChanges, "device") {
		return network.Lifecycle{IgnoreChanges: []string{"all"}}
	}
	return network.Lifecycle{}
}
