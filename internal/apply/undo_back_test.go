package apply_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestUndoPutsBackNothingThatOthersTook: once an apply has written its change,
// others take what it gave up, or remove what it stood on; then it is undone. All
// that they wrote stays, no law is broken, and what was left is named.
func TestUndoPutsBackNothingThatOthersTook(t *testing.T) {
	t.Parallel()
	named := func(s string) model.Text { return model.Text{Value: s, Named: true} }
	const entry, other = "/sigilgate/nodes/10.1.0.1/", "/sigilgate/nodes/10.1.0.2/"
	for name, c := range map[string]struct {
		change func(n *model.Network)
		// key is what the change writes or removes, at first with the value before.
		key    string
		others func(t *testing.T, w *town, before string) map[string]string
	}{
		"a domain": {
			func(n *model.Network) { n.Entries[0].Domain = named("other.example.net") }, entry + "domain",
			func(t *testing.T, w *town, before string) map[string]string {
				t.Helper()
				return w.puts(t, map[string]string{other + "domain": before})
			},
		},
		"a number": {
			func(n *model.Network) { n.Cores[0].Number = model.Number{Value: 9000, Named: true} }, "/sigilgate/nodes/10.0.0.1/node_number",
			func(t *testing.T, w *town, before string) map[string]string {
				t.Helper()
				cell, _ := w.Get(t, "/sigilgate/nodes/10.0.0.1/cell_domain")
				return w.puts(t, map[string]string{"/sigilgate/nodes/10.9.0.1/role": "core", "/sigilgate/nodes/10.9.0.1/cell_domain": cell.Value, "/sigilgate/nodes/10.9.0.1/node_number": before})
			},
		},
		"a username": {
			func(n *model.Network) { n.Users[0].Username = named("another") }, "/sigilgate/users/1/username",
			func(t *testing.T, w *town, before string) map[string]string {
				t.Helper()
				return w.puts(t, map[string]string{"/sigilgate/users/900/username": before, "/sigilgate/users/900/status": "active"})
			},
		},
		"a device's name": {
			func(n *model.Network) { n.Users[0].Devices = nil }, userOne + "devices/" + phone + "/device",
			namesAnother,
		},
		"a device's UUID": {
			func(n *model.Network) { n.Users[0].Devices = nil }, userOne + "devices/" + phone + "/device",
			func(t *testing.T, w *town, _ string) map[string]string {
				t.Helper()
				return w.puts(t, map[string]string{"/sigilgate/nodes/10.0.0.2/uuid": w.firstDevice()})
			},
		},
		"a number in a cell that it left": {moveCell, "/sigilgate/nodes/10.0.0.1/cell_domain", func(t *testing.T, w *town, before string) map[string]string {
			t.Helper()
			number := w.before["/sigilgate/nodes/10.0.0.1/node_number"]
			return w.puts(t, map[string]string{"/sigilgate/nodes/10.9.0.1/role": "core", "/sigilgate/nodes/10.9.0.1/cell_domain": before, "/sigilgate/nodes/10.9.0.1/node_number": number})
		}},
		"the name of a device that moved": {
			func(n *model.Network) { moveDevice(n, &n.Users[1]) }, userOne + "devices/" + phone + "/device", namesAnother,
		},
		"the name of a device that moved to a new user": {moveToNew, userOne + "devices/" + phone + "/device", namesAnother},
		"the Core of a device that moved": {
			func(n *model.Network) { moveDevice(n, &n.Users[1]) }, userOne + "devices/" + phone + "/device",
			func(t *testing.T, w *town, _ string) map[string]string {
				t.Helper()
				for key := range w.content(t) {
					if strings.HasPrefix(key, userOne+"core_nodes/") {
						w.Delete(t, key)
					}
				}
				return nil
			},
		},
		"a device that moved": {
			func(n *model.Network) { moveDevice(n, &n.Users[1]) }, userOne + "devices/" + phone + "/core_node",
			func(t *testing.T, w *town, _ string) map[string]string {
				t.Helper()
				w.removes(t, "/"+w.firstDevice()+"/")
				return nil
			},
		},
		"the user that a device moved to": {
			moveToNew, userOne + "devices/" + phone + "/core_node",
			func(t *testing.T, w *town, _ string) map[string]string {
				t.Helper()
				w.removes(t, w.userOf(t, "late"))
				w.removes(t, "/"+w.firstDevice()+"/")
				return nil
			},
		},
		"the node itself": {
			func(n *model.Network) { n.Entries[0].Domain = model.Text{} }, entry + "domain",
			func(t *testing.T, w *town, _ string) map[string]string {
				t.Helper()
				for key := range w.content(t) {
					if strings.HasPrefix(key, entry) || strings.Contains(key, "/bindings/10.1.0.1/") || strings.Contains(key, "/paths/10.1.0.1/") {
						w.Delete(t, key)
					}
				}
				return nil
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			c.key = strings.ReplaceAll(c.key, phone, w.deviceOf(t, "1"))
			n := newNetwork(t)
			c.change(n)
			w.deviceIs(n, w.deviceOf(t, "1"))
			p := w.plan(t, w.client, normal(t, n))
			was, _ := w.Get(t, c.key)
			before := broken(w.content(t))
			var wrote map[string]string
			done := false
			w.faults.BeforeCommit = func(int, kv.Txn) error {
				if now, there := w.Get(t, c.key); !done && (!there || now.Value != was.Value) {
					done = true
					wrote = c.others(t, w, was.Value)
					return errors.New("no")
				}
				return nil
			}
			_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
			var back *apply.RolledBack
			if !done || !errors.As(err, &back) {
				t.Fatalf("done: %v, %v", done, err)
			}
			w.unharmed(t, "undone", wrote, before)
			if !names(back.Left, c.key) {
				t.Errorf("%s is not named: %s", c.key, fmt.Sprint(back.Left))
			}
		})
	}
}

// removes deletes the keys of the network that have a text in their names.
func (w *town) removes(t *testing.T, part string) {
	t.Helper()
	for key := range w.content(t) {
		if strings.HasPrefix(key, "/sigilgate/") && strings.Contains(key, part) {
			w.Delete(t, key)
		}
	}
}

// userOf is where the user of a name is.
func (w *town) userOf(t *testing.T, name string) string {
	t.Helper()
	for key, value := range w.content(t) {
		if user, is := strings.CutSuffix(key, "username"); is && value == name {
			return user
		}
	}
	t.Fatalf("there is no user %s", name)
	return ""
}

// firstDevice is the UUID that the first user's device had at first.
func (w *town) firstDevice() string {
	for key := range w.before {
		if below, is := strings.CutPrefix(key, userOne+"devices/"); is {
			uuid, _, _ := strings.Cut(below, "/")
			return uuid
		}
	}
	return ""
}

// names reports whether a key is among those that were left; of a device that
// stays where it was moved to, the one there.
func names(left []state.Left, key string) bool {
	_, device, ofDevice := strings.Cut(key, "/devices/")
	return slices.ContainsFunc(left, func(l state.Left) bool {
		return (l.Key == key || ofDevice && strings.HasSuffix(l.Key, "/devices/"+device)) && l.Why != ""
	})
}

// namesAnother gives the name to another device of the first user.
func namesAnother(t *testing.T, w *town, name string) map[string]string {
	t.Helper()
	at, route := userOne+"devices/"+theirs+"/", "/sigilgate/routes/"+theirs+"/"
	return w.puts(t, map[string]string{
		at + "device": name, at + "core_node": ip0, at + "status": "active", route + "core_ip": ip0, route + "status": "active",
	})
}

// moveCell brings the first Core to a cell that is new.
func moveCell(n *model.Network) {
	cell := model.Cell{Addr: addr.Addr{Kind: addr.Cell, Name: "other"}, Domain: model.Text{Value: "other.example.net", Named: true}}
	n.Cells = append(n.Cells, cell)
	n.Cores[0].Cell = model.Ref{To: cell.Addr, Named: true}
}

// moveToNew gives the first user's device to one that is not there yet.
func moveToNew(n *model.Network) {
	late := n.Users[1]
	late.Addr, late.Devices = addr.Addr{Kind: addr.User, Name: "late"}, nil
	late.Username = model.Text{Value: "late", Named: true}
	n.Users = append(n.Users, late)
	moveDevice(n, &n.Users[len(n.Users)-1])
}

// moveDevice gives the first user's device to another.
func moveDevice(n *model.Network, to *model.User) {
	d := n.Users[0].Devices[0]
	d.Addr, d.Name, d.UUID = to.Addr.DeviceOf("moved"), "moved", model.Text{Value: phone, Named: true}
	to.Devices = append(slices.Clone(to.Devices), d)
	to.CoreNodes.To = append(slices.Clone(to.CoreNodes.To), d.Core.To)
	n.Users[0].Devices = nil
}

// deviceIs puts the UUID of a live device in the place of one that only tests know.
func (w *town) deviceIs(n *model.Network, uuid string) {
	for i := range n.Users {
		for j := range n.Users[i].Devices {
			if d := &n.Users[i].Devices[j]; d.UUID.Value == phone {
				d.UUID.Value = uuid
			}
		}
	}
}

// puts writes keys of others.
func (w *town) puts(t *testing.T, all map[string]string) map[string]string {
	t.Helper()
	for key, value := range all {
		w.Put(t, key, value)
	}
	return all
}
