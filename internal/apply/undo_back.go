package apply

import (
	"cmp"
	"slices"
	"strings"

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

// unheld guards that nobody else has by now what only one may have, and is put
// back. A number is looked at by [taking.numbered].
func (t *taking) unheld(key, value string) []kv.Guard {
	at, ok := t.layout.Locate(key)
	if !ok {
		return nil
	}
	if at.Space == addr.Device && at.Parent != "" && key == t.layout.Marker(addr.Device, at.ID, at.Parent) {
		base, path, _ := strings.Cut(key, at.ID+"/")
		return []kv.Guard{{Kind: kv.Unnamed, Key: base, Form: kv.AnyPart + "/" + path, Value: value}}
	}
	kind, fields := at.Space, []string{"domain", "uuid"}
	if kind == addr.User {
		fields = []string{"username"}
	}
	for _, field := range fields {
		if (kind == addr.User || kind == keys.Node) && key == t.layout.FieldKey(kind, at.ID, "", field) {
			base, path, _ := strings.Cut(key, at.ID+"/")
			return []kv.Guard{{Kind: kv.Unnamed, Key: base, Form: kv.AnyPart + "/" + path, Value: value}}
		}
	}
	return nil
}

// numbers are where the numbers of nodes lie, if the step puts one back.
func (t *taking) numbers() []string {
	for _, f := range t.former {
		if at, ok := t.layout.Locate(f.key); ok && f.was != nil && t.numberOf(at.ID) == f.key {
			base, _, _ := strings.Cut(f.key, at.ID+"/")
			return []string{base}
		}
	}
	return nil
}

func (t *taking) numberOf(node string) string {
	return t.layout.FieldKey(addr.Core, node, "", "number")
}

func (t *taking) cellOf(node string) string { return t.layout.FieldKey(addr.Core, node, "", "cell") }

// numbered lists the numbers that would be put back and are another's in the
// same cell by now.
func (t *taking) numbered(removed map[string]bool, put map[string]string) map[string]string {
	at := t.after(removed, put)
	out := map[string]string{}
	for key, value := range put {
		own, ok := t.layout.Locate(key)
		if !ok || own.Space != keys.Node || key != t.numberOf(own.ID) {
			continue
		}
		for node := range t.nodes() {
			_, with := put[t.numberOf(node)]
			if node != own.ID && !with && at(t.numberOf(node)) == value && at(t.cellOf(node)) == at(t.cellOf(own.ID)) {
				out[key] = t.numberOf(node) + " has it by now"
			}
		}
	}
	return out
}

// after tells a key's value once the writes are carried out.
func (t *taking) after(removed map[string]bool, put map[string]string) func(key string) string {
	return func(key string) string {
		if value, back := put[key]; back || removed[key] {
			return value
		}
		for _, s := range []*kv.Snapshot{t.below, t.now} {
			if e, ok := s.Get(key); ok {
				return e.Value
			}
		}
		return ""
	}
}

// nodes are those whose keys were read.
func (t *taking) nodes() map[string]bool {
	out := map[string]bool{}
	for _, e := range t.below.Entries {
		if at, ok := t.layout.Locate(e.Key); ok && at.Space == keys.Node {
			out[at.ID] = true
		}
	}
	return out
}
