package nettest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// Wander is a network that people change all day: what must be unique moves
// from one object to another, in swaps and in rings, objects get other
// identities, and what refers to them other ends. The chance is the caller's.
type Wander struct {
	r    *rand.Rand
	net  *network.Network
	next int
}

// NewWander begins with the network of a size. Its Cores are in one of two
// cells, and all that may have a UUID has one that its file names.
func NewWander(r *rand.Rand, s Size) *Wander {
	w := &Wander{r: r, net: Network(s), next: 10_000}
	w.net.MaxCoresPerEntry = 100
	other := addr.New(addr.Cell, "other", addr.NoKey)
	w.net.Cells = append(w.net.Cells, network.Cell{Addr: other, Domain: text("other.example.net")})
	for i := range w.net.Cores {
		w.net.Cores[i].UUID = w.uuid()
		if i%2 == 1 {
			w.net.Cores[i].Cell.To = other
		}
	}
	for i := range w.net.Users {
		for j := range w.net.Users[i].Devices {
			w.net.Users[i].Devices[j].UUID = w.uuid()
		}
	}
	return w
}

func (w *Wander) uuid() network.Text {
	w.next++
	return text("7ba7b810-9dad-41d1-80b4-%012x", w.next)
}

// Network is a normalised copy of the network as it is now.
func (w *Wander) Network() (*network.Network, error) {
	n := clone(w.net)
	if l := append(n.Normalize(), n.Validate()...); l.HasErrors() {
		return nil, l.Err()
	}
	return n, nil
}

func clone(n *network.Network) *network.Network {
	out := *n
	out.Cells, out.Cores, out.Entries = slices.Clone(n.Cells), slices.Clone(n.Cores), slices.Clone(n.Entries)
	out.Routes, out.Users = slices.Clone(n.Routes), slices.Clone(n.Users)
	for i := range out.Users {
		out.Users[i].Devices = slices.Clone(out.Users[i].Devices)
		out.Users[i].CoreNodes.To = slices.Clone(out.Users[i].CoreNodes.To)
	}
	return &out
}

// Change makes some changes, and leaves out those that no network may make.
func (w *Wander) Change(times int) {
	all := w.changes()
	for range times {
		before := clone(w.net)
		all[w.r.IntN(len(all))]()
		if _, err := w.Network(); err != nil {
			w.net = before
		}
	}
}

func (w *Wander) changes() []func() {
	return []func(){
		func() { permute(w, w.domains()) },
		func() { permute(w, w.domains()) },
		func() { permute(w, fields(w.net.Cores, func(c *network.Core) *network.Number { return &c.Number })) },
		func() { permute(w, fields(w.net.Cores, func(c *network.Core) *network.Text { return &c.UUID })) },
		func() { permute(w, fields(w.net.Cores, func(c *network.Core) *network.Ref { return &c.Cell })) },
		func() { permute(w, w.ips(true, false)) },
		func() { permute(w, w.ips(false, true)) },
		func() { permute(w, w.ips(true, true)) },
		func() { permute(w, fields(w.net.Users, func(u *network.User) *network.Text { return &u.Username })) },
		func() { permute(w, fields(w.net.Users, func(u *network.User) *network.Number { return &u.ID })) },
		func() { permute(w, w.uuids()) },
		w.newIPs, w.newIPs, w.newUserIDs, w.replaceUser, w.moveDevice, w.moveDevice, w.renameDevices, w.moveCores, w.moveCores,
		w.rebind, w.removeCore, w.addCore, w.removeEntry,
	}
}

func fields[O, F any](of []O, field func(*O) *F) []*F {
	out := make([]*F, len(of))
	for i := range of {
		out[i] = field(&of[i])
	}
	return out
}

// permute gives what some of the fields have to others of them.
func permute[F any](w *Wander, fields []*F) {
	w.r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	fields = fields[:min(len(fields), 2+w.r.IntN(6))]
	for i := 1; i < len(fields); i++ {
		*fields[i-1], *fields[i] = *fields[i], *fields[i-1]
	}
}

func (w *Wander) domains() []*network.Text {
	return append(fields(w.net.Cores, func(c *network.Core) *network.Text { return &c.Domain }),
		fields(w.net.Entries, func(e *network.Entry) *network.Text { return &e.Domain })...)
}

func (w *Wander) ips(cores, entries bool) []*network.Text {
	var out []*network.Text
	if cores {
		out = append(out, fields(w.net.Cores, func(c *network.Core) *network.Text { return &c.IP })...)
	}
	if entries {
		out = append(out, fields(w.net.Entries, func(e *network.Entry) *network.Text { return &e.IP })...)
	}
	return out
}

// uuids are those of devices, and now and then of the Cores too.
func (w *Wander) uuids() []*network.Text {
	var out []*network.Text
	for i := range w.net.Users {
		out = append(out, fields(w.net.Users[i].Devices, func(d *network.Device) *network.Text { return &d.UUID })...)
	}
	if w.r.IntN(3) == 0 {
		out = append(out, fields(w.net.Cores, func(c *network.Core) *network.Text { return &c.UUID })...)
	}
	return out
}

// newIPs moves nodes to addresses that nobody had; they keep all else.
func (w *Wander) newIPs() {
	ips := w.ips(true, true)
	for range 1 + w.r.IntN(4) {
		w.next++
		*ips[w.r.IntN(len(ips))] = text("10.9.%d.%d", w.next/250%250, w.next%250+1)
	}
}

func (w *Wander) newUserIDs() {
	for range 1 + w.r.IntN(4) {
		w.next++
		w.net.Users[w.r.IntN(len(w.net.Users))].ID = network.Number{Value: uint64(w.next), Named: true} //nolint:gosec // it counts up
	}
}

// replaceUser removes a user, and gives its name to a new one, or to another.
func (w *Wander) replaceUser() {
	i := w.r.IntN(len(w.net.Users))
	gone := w.net.Users[i]
	w.net.Users = slices.Delete(w.net.Users, i, i+1)
	if len(w.net.Users) > 0 && w.r.IntN(2) == 0 {
		w.net.Users[w.r.IntN(len(w.net.Users))].Username = gone.Username
		return
	}
	w.next++
	u := network.User{
		Addr: addr.New(addr.User, fmt.Sprintf("u%d", w.next), addr.NoKey), Username: gone.Username, CoreNodes: gone.CoreNodes,
	}
	for _, d := range gone.Devices {
		if w.r.IntN(2) == 0 {
			d.Addr = u.Addr.DeviceOf(d.Name)
			u.Devices = append(u.Devices, d)
		}
	}
	w.net.Users = append(w.net.Users, u)
}

// moveDevice gives a device to another user, with its UUID.
func (w *Wander) moveDevice() {
	from, to := &w.net.Users[w.r.IntN(len(w.net.Users))], &w.net.Users[w.r.IntN(len(w.net.Users))]
	if from == to || len(from.Devices) == 0 {
		return
	}
	d := from.Devices[0]
	from.Devices = from.Devices[1:]
	w.next++
	d.Name = fmt.Sprintf("d%d", w.next)
	d.Addr = to.Addr.DeviceOf(d.Name)
	to.Devices = append(to.Devices, d)
	if !slices.Contains(to.CoreNodes.To, d.Core.To) {
		to.CoreNodes.To = append(to.CoreNodes.To, d.Core.To)
	}
}

// renameDevices adds a device, or lets two of one user swap their UUIDs, and
// with them their names.
func (w *Wander) renameDevices() {
	u := &w.net.Users[w.r.IntN(len(w.net.Users))]
	if len(u.Devices) < 2 {
		w.next++
		name := fmt.Sprintf("d%d", w.next)
		u.Devices = append(u.Devices, network.Device{Addr: u.Addr.DeviceOf(name), Name: name, UUID: w.uuid(), Core: network.Ref{To: u.CoreNodes.To[0], Named: true}})
		return
	}
	u.Devices[0].UUID, u.Devices[1].UUID = u.Devices[1].UUID, u.Devices[0].UUID
}

// moveCores gives users other Cores, and their devices with them.
func (w *Wander) moveCores() {
	for range 1 + w.r.IntN(len(w.net.Users)) {
		u := &w.net.Users[w.r.IntN(len(w.net.Users))]
		u.CoreNodes.To = nil
		for _, i := range w.r.Perm(len(w.net.Cores))[:1+w.r.IntN(2)] {
			u.CoreNodes.To = append(u.CoreNodes.To, w.net.Cores[i].Addr)
		}
		for j := range u.Devices {
			u.Devices[j].Core.To = u.CoreNodes.To[w.r.IntN(len(u.CoreNodes.To))]
		}
	}
}

func (w *Wander) core() addr.Addr { return w.net.Cores[w.r.IntN(len(w.net.Cores))].Addr }

func (w *Wander) rebind() {
	for range 1 + w.r.IntN(len(w.net.Entries)) {
		w.net.Entries[w.r.IntN(len(w.net.Entries))].BoundTo.To = w.core()
	}
}

// removeCore takes a Core away from all that refers to it, and gives its names
// to another.
func (w *Wander) removeCore() {
	if len(w.net.Cores) < 4 {
		return
	}
	i := w.r.IntN(len(w.net.Cores))
	gone := w.net.Cores[i]
	w.net.Cores = slices.Delete(w.net.Cores, i, i+1)
	heir := &w.net.Cores[w.r.IntN(len(w.net.Cores))]
	heir.Domain, heir.Number, heir.Cell = gone.Domain, gone.Number, gone.Cell
	move := func(a *addr.Addr) {
		if *a == gone.Addr {
			*a = heir.Addr
		}
	}
	w.net.Routes = slices.DeleteFunc(w.net.Routes, func(r network.Route) bool { return r.Core.To == gone.Addr })
	for i := range w.net.Entries {
		move(&w.net.Entries[i].BoundTo.To)
	}
	for i := range w.net.Users {
		u := &w.net.Users[i]
		for j := range u.CoreNodes.To {
			move(&u.CoreNodes.To[j])
		}
		slices.SortFunc(u.CoreNodes.To, addr.Compare)
		u.CoreNodes.To = slices.Compact(u.CoreNodes.To)
		for j := range u.Devices {
			move(&u.Devices[j].Core.To)
		}
	}
}

func (w *Wander) addCore() {
	if len(w.net.Cores) > 9 {
		return
	}
	w.next++
	c := core(w.net.Cells[w.r.IntN(2)].Addr, w.next)
	c.UUID = w.uuid()
	w.net.Cores = append(w.net.Cores, c)
}

// removeEntry takes an Entry away with its routes; another gets its domain, and
// a new one comes.
func (w *Wander) removeEntry() {
	i := w.r.IntN(len(w.net.Entries))
	gone := w.net.Entries[i]
	w.net.Entries = slices.Delete(w.net.Entries, i, i+1)
	w.net.Routes = slices.DeleteFunc(w.net.Routes, func(r network.Route) bool { return r.Entry.To == gone.Addr })
	if len(w.net.Entries) > 0 {
		w.net.Entries[w.r.IntN(len(w.net.Entries))].Domain = gone.Domain
	}
	w.next++
	e := entry(Size{Cores: 1}, w.next)
	e.BoundTo.To = w.core()
	w.net.Entries = append(w.net.Entries, e)
}
