package apply_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
)

const (
	userOne = "/sigilgate/users/1/"
	phone   = "(phone)"                              // its UUID is chosen by the plan
	tablet  = "00000000-0000-1000-8000-000000000001" // it comes before others
	theirs  = "8ba7b810-9dad-41d1-80b4-00c04fd430c8"
	ip0     = "10.0.0.1"
	ip1     = "10.0.0.2"
	ip2     = "10.0.0.3"
	member1 = userOne + "core_nodes/" + ip1
	node0   = "/sigilgate/nodes/" + ip0 + "/"
)

// beside is a change that stands on what it does not write in the same
// transaction, and what others do to that.
type beside struct {
	change func(n *model.Network)
	// before is what others did before the plan, disturb what they do after it:
	// both tell keys with values, an empty one of which goes.
	before, disturb map[string]string
	// at is a key that the change writes or removes, key the one that is named.
	at, key string
	// later says that the key is written by an earlier step of the apply itself.
	later bool
}

// gone is the value of a key that others remove.
const gone = "(removed)"

func besides() map[string]beside {
	device := func(core int) func(n *model.Network) {
		return func(n *model.Network) { addTablet(n, core) }
	}
	at, route := func(uuid string) string { return userOne + "devices/" + uuid + "/" }, func(uuid string) string { return "/sigilgate/routes/" + uuid + "/" }
	loses := func(n *model.Network) {
		addTablet(n, 0)
		n.Users[0].CoreNodes.To = n.Users[0].CoreNodes.To[:1]
	}
	return map[string]beside{
		"a new device, and the Core is taken from its user": {
			change: device(1), at: at(tablet) + "core_node", disturb: map[string]string{member1: gone}, key: member1,
		},
		"a device that moves, and the Core is taken from its user": {
			change: func(n *model.Network) { n.Users[0].Devices[0].Core.To = n.Cores[1].Addr },
			at:     at(phone) + "core_node", disturb: map[string]string{member1: gone}, key: member1,
		},
		"a new device, and its Core becomes an Entry": {
			change: device(1), at: at(tablet) + "core_node", disturb: map[string]string{"/sigilgate/nodes/" + ip1 + "/role": "entry"}, key: "/sigilgate/nodes/" + ip1 + "/role",
		},
		"a new device at a new Core of its user, which is taken away": {
			change: func(n *model.Network) {
				addTablet(n, 2)
				n.Users[0].CoreNodes.To = append(n.Users[0].CoreNodes.To, n.Cores[2].Addr)
			},
			at: at(tablet) + "core_node", disturb: map[string]string{userOne + "core_nodes/" + ip2: gone}, key: userOne + "core_nodes/" + ip2, later: true,
		},
		"a number, and the Core moves to a cell where it is another's": {
			change: func(n *model.Network) { n.Cores[0].Number = model.Number{Value: 9000, Named: true} },
			before: map[string]string{
				"/sigilgate/cells/other.example.net/status": "active", "/sigilgate/nodes/10.9.0.1/role": "core",
				"/sigilgate/nodes/10.9.0.1/cell_domain": "other.example.net", "/sigilgate/nodes/10.9.0.1/node_number": "9000",
			},
			at: node0 + "node_number", disturb: map[string]string{node0 + "cell_domain": "other.example.net"}, key: node0 + "cell_domain",
		},
		"a link's one direction, and the other one is removed": {
			before: map[string]string{"/sigilgate/topology/links/" + ip0 + "/" + ip1: gone},
			at:     "/sigilgate/topology/links/" + ip0 + "/" + ip1, disturb: map[string]string{"/sigilgate/topology/links/" + ip1 + "/" + ip0: gone},
			key: "/sigilgate/topology/links/" + ip1 + "/" + ip0,
		},
		"a device's route, and the device moves": {
			before: map[string]string{route(phone) + "core_ip": gone},
			at:     route(phone) + "core_ip", disturb: map[string]string{at(phone) + "core_node": ip1}, key: at(phone) + "core_node",
		},
		"a route's status, and the device is archived": {
			before: map[string]string{route(phone) + "status": gone},
			at:     route(phone) + "status", disturb: map[string]string{at(phone) + "status": "archived"}, key: at(phone) + "status",
		},
		"a device's Core, and the route moves": {
			before: map[string]string{at(phone) + "core_node": ip1},
			at:     at(phone) + "core_node", disturb: map[string]string{route(phone) + "core_ip": ip1}, key: route(phone) + "core_ip",
		},
		"a Core taken from a user, and a device of others comes": {
			change: loses, at: member1, disturb: map[string]string{
				at(theirs) + "device": "theirs", at(theirs) + "core_node": ip1, at(theirs) + "status": "active",
				route(theirs) + "core_ip": ip1, route(theirs) + "status": "active",
			}, key: at(theirs) + "core_node", later: true,
		},
		"a Core taken from a user later, and a device of others comes early": {
			change: loses, at: at(tablet) + "core_node", disturb: map[string]string{
				at(theirs) + "device": "theirs", at(theirs) + "core_node": ip1, at(theirs) + "status": "active",
				route(theirs) + "core_ip": ip1, route(theirs) + "status": "active",
			}, key: at(theirs) + "core_node",
		},
		"a Core taken from a user, and the new device moves there": {
			change: loses, at: member1, disturb: map[string]string{at(tablet) + "core_node": ip1, route(tablet) + "core_ip": ip1}, key: at(tablet) + "core_node", later: true,
		},
		"a Core taken from a user, and the old device moves there": {
			change: loses, at: member1, disturb: map[string]string{at(phone) + "core_node": ip1, route(phone) + "core_ip": ip1}, key: at(phone) + "core_node",
		},
		"a Core taken from a user, and a device that left it moves back": {
			change: func(n *model.Network) {
				n.Users[0].Devices[0].Core.To = n.Cores[1].Addr
				n.Users[0].CoreNodes.To = n.Users[0].CoreNodes.To[1:]
			},
			at: userOne + "core_nodes/" + ip0, disturb: map[string]string{at(phone) + "core_node": ip0, route(phone) + "core_ip": ip0},
			key: at(phone) + "core_node", later: true,
		},
	}
}

func addTablet(n *model.Network, core int) {
	u := &n.Users[0]
	u.Devices = append(u.Devices, model.Device{
		Addr: u.Addr.DeviceOf("tablet"), Name: "tablet", UUID: model.Text{Value: tablet, Named: true},
		Core: model.Ref{To: n.Cores[core].Addr, Named: true},
	})
}

// TestWhatAWriteStandsOnIsGuarded: whatever a write stands on and its transaction
// does not write goes, or changes, after the plan: the apply is refused, in one
// transaction or in the middle of several, and names the key. No law is broken
// but by others.
func TestWhatAWriteStandsOnIsGuarded(t *testing.T) {
	t.Parallel()
	for name, c := range besides() {
		for size, limits := range map[string]kv.Limits{"in one": kv.DefaultLimits(), "in several": narrow()} {
			if c.later && limits != narrow() {
				continue
			}
			t.Run(name+"/"+size, func(t *testing.T) {
				t.Parallel()
				standsOn(t, c, limits)
			})
		}
	}
}

func standsOn(t *testing.T, c beside, limits kv.Limits) {
	t.Helper()
	w := newTown(t)
	w.faults.Store = w.connect(t, limits)
	uuid := w.deviceOf(t, "1")
	set := func(all map[string]string) {
		for key, value := range all {
			if key = strings.ReplaceAll(key, phone, uuid); value == gone {
				w.Delete(t, key)
			} else {
				w.Put(t, key, value)
			}
		}
	}
	set(c.before)
	p := w.plan(t, w.client, busy(t, c.change))
	var before map[string]string
	w.faults.BeforeCommit = func(_ int, txn kv.Txn) error {
		at := strings.ReplaceAll(c.at, phone, uuid)
		_, journaled := w.Get(t, layoutOf().Journal())
		now := slices.ContainsFunc(txn.Ops, func(op kv.Op) bool { return op.Key == at }) && journaled == (limits == narrow())
		if before == nil && now {
			if c.later && w.steps(t) == 0 {
				t.Error("nothing was written before")
			}
			set(c.disturb)
			before = w.content(t)
		}
		return nil
	}
	_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	key := strings.ReplaceAll(c.key, phone, uuid)
	var refused *apply.Rejected
	if !errors.As(err, &refused) || !slices.ContainsFunc(refused.Moved, func(m apply.Moved) bool { return m.Key == key }) {
		t.Errorf("%s is not named: %v", key, err)
	}
	was := broken(before)
	for b := range broken(w.content(t)) {
		if !was[b] {
			t.Error(b)
		}
	}
}

// busy is the old network with a change, and more devices and values so that an
// apply under narrow limits takes several transactions.
func busy(t *testing.T, change func(n *model.Network)) *model.Network {
	t.Helper()
	n := oldNetwork(t)
	for i := range n.Users {
		u := &n.Users[i]
		u.Access.Values = append(u.Access.Values, "more")
		if i > 0 {
			u.Devices = append(u.Devices, model.Device{Addr: u.Addr.DeviceOf("watch"), Name: "watch", Core: u.Devices[0].Core})
		}
	}
	if change != nil {
		change(n)
	}
	return normal(t, n)
}

// deviceOf is the first device of a user.
func (w *town) deviceOf(t *testing.T, user string) string {
	t.Helper()
	for key := range w.content(t) {
		rest, ours := strings.CutPrefix(key, "/sigilgate/users/"+user+"/devices/")
		if uuid, field, _ := strings.Cut(rest, "/"); ours && field == "device" {
			return uuid
		}
	}
	t.Fatal("it has no device")
	return ""
}

// TestAnApplyKnowsItsOwnDevices: a device that an apply has made or moved itself
// does not refuse its later step, which takes a Core from the user; nor where the
// apply is cut off between the two and recovered.
func TestAnApplyKnowsItsOwnDevices(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a Core taken from a user, and a device of others comes", "a Core taken from a user, and a device that left it moves back"} {
		for _, cut := range []bool{false, true} {
			t.Run(name+"/"+strconv.FormatBool(cut), func(t *testing.T) {
				t.Parallel()
				w, c := newTown(t), besides()[name]
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				steps := 0
				w.faults.BeforeCommit = func(_ int, txn kv.Txn) error {
					_, journaled := w.Get(t, layoutOf().Journal())
					if journaled && slices.ContainsFunc(txn.Ops, func(op kv.Op) bool { return op.Key == c.at && op.Kind == kv.Delete }) {
						if steps = w.steps(t); cut {
							cancel()
						}
					}
					return nil
				}
				_, err := apply.Run(ctx, w.faults, w.plan(t, w.client, busy(t, c.change)), w.options("second"))
				if cut {
					_ = as[*apply.Stopped](t, err)
					var r *apply.Recovery
					if r, err = apply.Recover(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("third")); err == nil && r.Outcome != apply.Finished {
						t.Errorf("it was not finished: %+v", r)
					}
				}
				if err != nil || steps == 0 {
					t.Fatalf("after %d steps: %v", steps, err)
				}
				if p := w.plan(t, w.client, busy(t, c.change)); p.HasChanges() {
					t.Errorf("there is still something to do: %+v", p.Changes)
				}
			})
		}
	}
}
