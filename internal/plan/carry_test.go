package plan_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// TestStatusSurvivesReplacement: what a Core took out of use stays so when the
// object gets another identity, unless a file names the status.
func TestStatusSurvivesReplacement(t *testing.T) {
	const moved = "/sigilgate/users/70/"
	cases := map[string]struct {
		change func(*network.Network)
		key    string
	}{
		"another user id":             {func(n *network.Network) { n.Users[0].ID = network.Number{Value: 70, Named: true} }, moved + "status"},
		"the device of such a user":   {func(n *network.Network) { n.Users[0].ID = network.Number{Value: 70, Named: true} }, moved + "devices/" + deviceUUID + "/status"},
		"the route of such a device":  {func(n *network.Network) { n.Users[0].ID = network.Number{Value: 70, Named: true} }, "/sigilgate/routes/" + deviceUUID + "/status"},
		"another IP of an Entry":      {func(n *network.Network) { n.Entries[0].IP = named("198.51.100.77") }, "/sigilgate/nodes/198.51.100.77/status"},
		"another UUID of a device":    {func(n *network.Network) { n.Users[0].Devices[0].UUID = named(otherUUID) }, alice + "devices/" + otherUUID + "/status"},
		"a device under another user": {moveToBob, "/sigilgate/users/2/devices/" + deviceUUID + "/status"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.put(alice+"status", network.Archived)
			s.put(alice+"devices/"+deviceUUID+"/status", network.Archived)
			s.put("/sigilgate/routes/"+deviceUUID+"/status", network.Archived)
			s.put(shopNode+"status", network.Archived)
			c.change(s.net)
			s.apply()
			if got := s.value(c.key); got != network.Archived {
				t.Errorf("it is %s again", got)
			}
		})
	}
}

const otherUUID = "9ba7b810-9dad-41d1-80b4-00c04fd430c8"

func moveToBob(n *network.Network) {
	bob := addr.New(addr.User, "bob", addr.NoKey)
	d := n.Users[0].Devices[0]
	d.Addr = bob.DeviceOf("phone")
	n.Users[0].Devices = nil
	n.Users = append(n.Users, network.User{Addr: bob, Username: named("bob"), CoreNodes: n.Users[0].CoreNodes, Devices: []network.Device{d}})
}
