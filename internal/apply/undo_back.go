package apply

import (
	"cmp"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// requires lists what a key that is put back can't be there without: what it
// refers to, the object that it is of, and for a route its device.
func (t *taking) requires(key, value string) []keys.Needed {
	out := t.layout.Requires(key, value)
	at, ok := t.layout.Locate(key)
	if !ok {
		return out
	}
	if at.Space == addr.Device && at.Parent == "" {
		return append(out, t.placed(at.ID)...)
	}
	if marker := t.layout.Marker(at.Space, at.ID, at.Parent); marker != "" && marker != key {
		out = append(out, keys.Needed{Key: marker, Object: true})
	}
	return out
}

// apart lists what would be put back or removed although its other half is left: a
// device and its route say the same.
func (t *taking) apart(b *back) map[string]string {
	removed, put := b.written()
	out := map[string]string{}
	for _, l := range b.left {
		at, ok := t.layout.Locate(l.Key)
		if !ok || at.Space != addr.Device {
			continue
		}
		for device, route := range map[string]string{"core": "route.core_ip", "status": "route.status"} {
			user := cmp.Or(at.Parent, t.userOf(at.ID))
			one, other := t.layout.FieldKey(addr.Device, at.ID, user, device), t.layout.FieldKey(addr.Device, at.ID, user, route)
			if l.Key == other {
				one, other = other, one
			}
			if _, back := put[other]; l.Key == one && (back || removed[other]) {
				out[other] = one + " is left"
			}
		}
	}
	return out
}

// stranded lists the devices that the apply gave to another user, by their markers
// there, and that can't go back to the one they came from: a device without a user
// would leave its route behind.
func (t *taking) stranded() map[string]string {
	out := map[string]string{}
	for key, why := range t.leave {
		at, _ := t.layout.Locate(key)
		m, ours := t.owner(key)
		if ours && m.kind == addr.Device && at.Parent != "" && at.Parent != m.parent &&
			(key == t.layout.Marker(addr.Device, at.ID, at.Parent) || key == t.layout.FieldKey(addr.Device, at.ID, at.Parent, "core")) {
			out[m.marker] = cmp.Or(out[m.marker], why)
		}
	}
	return out
}

// userOf is the user of a device, as far as the step is about both.
func (t *taking) userOf(device string) string {
	for _, f := range t.former {
		if at, ok := t.layout.Locate(f.key); ok && at.Space == addr.Device && at.ID == device && at.Parent != "" {
			return at.Parent
		}
	}
	return ""
}

// placed is what says that a device has a Core, where the step has taken it away
// along with the route.
func (t *taking) placed(device string) []keys.Needed {
	key := t.layout.FieldKey(addr.Device, device, t.userOf(device), "core")
	if slices.ContainsFunc(t.former, func(f formerKey) bool { return f.key == key && f.was != nil }) {
		return []keys.Needed{{Key: key}}
	}
	return nil
}

// unheld guards that nobody else has by now what only one may have, and a key that
// is put back says.
func (t *taking) unheld(key string, at func(key string) (string, bool)) (out []kv.Guard) {
	of, ok := t.layout.Locate(key)
	if !ok {
		return nil
	}
	for _, h := range t.layout.Held(of.Space, of.ID, of.Parent, at) {
		if slices.Contains(h.Keys, key) && (!h.Identity || !t.many) {
			out = append(out, t.layout.Unheld(h)...)
		}
	}
	return out
}

// claimKeys are what an object has by which it may have what only one may, as far
// as a key is among them.
func (t *taking) claimKeys(key string) (out []string) {
	of, _ := t.layout.Locate(key)
	for _, h := range t.layout.Held(of.Space, of.ID, of.Parent, func(string) (string, bool) { return "", true }) {
		if slices.Contains(h.Keys, key) {
			out = append(out, h.Keys...)
		}
	}
	return out
}

// manyDevices reports whether more devices are put back than are guarded against
// others that have their UUIDs.
func (t *taking) manyDevices() bool {
	n := 0
	for _, f := range t.former {
		if at, ok := t.layout.Locate(f.key); ok && f.was != nil && at.Space == addr.Device && f.key == t.layout.Marker(addr.Device, at.ID, at.Parent) {
			n++
		}
	}
	return n > keys.MostClaims
}

// after tells a key's value once the writes are carried out.
func (t *taking) after(removed map[string]bool, put map[string]string) func(key string) (string, bool) {
	return func(key string) (string, bool) {
		if value, back := put[key]; back || removed[key] {
			return value, back
		}
		for _, s := range []*kv.Snapshot{t.below, t.now} {
			if e, ok := s.Get(key); ok {
				return e.Value, true
			}
		}
		return "", false
	}
}
