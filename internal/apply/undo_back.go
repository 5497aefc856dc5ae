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
// device and its route say the same, and a device has its Core.
func (t *taking) apart(b *back) map[string]string {
	removed, put := b.written()
	out := map[string]string{}
	for _, l := range b.left {
		for _, half := range t.halvesOf(l.Key) {
			one, other := half[0], half[1]
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

// halvesOf are the halves of the device that a key is of, at each of its users.
func (t *taking) halvesOf(key string) (out [][2]string) {
	at, ok := t.layout.Locate(key)
	if !ok || at.Space != addr.Device {
		return nil
	}
	if at.Parent != "" {
		return t.halves(at.ID, at.Parent)
	}
	for _, user := range t.usersOf(at.ID) {
		out = append(out, t.halves(at.ID, user)...)
	}
	return out
}

// halves are the keys of a user's device that come and go together.
func (t *taking) halves(device, user string) [][2]string {
	field := func(name string) string { return t.layout.FieldKey(addr.Device, device, user, name) }
	var out [][2]string
	for _, p := range t.layout.Pairs(addr.Device) {
		if !p.Only {
			out = append(out, [2]string{field(p.Source), field(p.Derived)})
		}
	}
	return append(out, [2]string{t.layout.Placed(addr.Device, device, user), t.layout.Marker(addr.Device, device, user)})
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
			(key == t.layout.Marker(addr.Device, at.ID, at.Parent) || key == t.layout.Placed(addr.Device, at.ID, at.Parent)) {
			out[m.marker] = cmp.Or(out[m.marker], why)
		}
	}
	return out
}

// usersOf are the users that a device is taken from and given back to, as far as
// the step is about them.
func (t *taking) usersOf(device string) (out []string) {
	for _, f := range t.former {
		at, ok := t.layout.Locate(f.key)
		if ok && at.Space == addr.Device && at.ID == device && at.Parent != "" && !slices.Contains(out, at.Parent) {
			out = append(out, at.Parent)
		}
	}
	return out
}

// placed is what says that a device has a Core, where the step has taken it away
// along with the route.
func (t *taking) placed(device string) (out []keys.Needed) {
	for _, user := range t.usersOf(device) {
		key := t.layout.Placed(addr.Device, device, user)
		if slices.ContainsFunc(t.former, func(f formerKey) bool { return f.key == key && f.was != nil }) {
			out = append(out, keys.Needed{Key: key})
		}
	}
	return out
}

// unheld guards that nobody else has by now what only one may have, and a key that
// is put back says.
func (t *taking) unheld(key string, at func(key string) (string, bool)) (out []kv.Guard) {
	of, ok := t.layout.Locate(key)
	if !ok {
		return nil
	}
	for _, h := range t.layout.Held(of.Space, of.ID, of.Parent, at) {
		if slices.Contains(h.Keys, key) && (!h.Holder.Field.Identity || !t.many) {
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
