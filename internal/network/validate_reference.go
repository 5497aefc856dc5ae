package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// exists finds the object that a reference names; a dangling one is an error at
// its own place.
func (v *validator) exists(from addr.Addr, f *schema.Field, to addr.Addr) {
	var there bool
	switch f.Refers {
	case addr.Core:
		there = v.cores[to] != nil
	case addr.Entry:
		there = v.entries[to] != nil
	default:
		there = to.Kind == f.Refers && v.declared()[to]
	}
	if !there {
		v.dangling(from, f.Name, to, f.Refers)
	}
}

func (v *validator) dangling(from addr.Addr, attribute string, to addr.Addr, kind addr.Kind) {
	if to.IsZero() {
		return
	}
	if to.Kind != kind {
		v.refuse(from, attribute, fmt.Sprintf("%s is not of kind %s", to, kind), fmt.Sprintf("%s of %s refers to it.", attribute, from),
			fmt.Sprintf("Refer to one of the blocks %q.", kind))
		return
	}
	v.refuse(from, attribute, fmt.Sprintf("There is no %s", to), fmt.Sprintf("%s of %s refers to it.", attribute, from), "Declare it, or refer to another.")
}

// ownLinks: a link with an archived Core stays where it is, it counts for nothing.
func (v *validator) ownLinks(c *Core) {
	for _, to := range c.Links.To {
		if to == c.Addr {
			v.refuse(c.Addr, "links", fmt.Sprintf("%s links itself", c.Addr), "A link joins two Cores.", "Remove it from its own links.")
		}
	}
}

// binding checks that an active Entry is administered by one Core that is not
// archived.
func (v *validator) binding(e *Entry) {
	if !e.BoundTo.Named {
		if active(e.Status) {
			v.refuse(e.Addr, "bound_to", fmt.Sprintf("The active %s is bound to no Core", e.Addr),
				"An active Entry is administered by exactly one Core.", "Set bound_to, for example bound_to = core.ams.")
		}
		return
	}
	c := v.cores[e.BoundTo.To]
	if c != nil && archived(c.Status) && active(e.Status) {
		v.add(also(problem(e.Addr, "bound_to", fmt.Sprintf("The active %s is bound to the archived %s", e.Addr, c.Addr),
			"An archived Core administers nothing.", "Bind it to a Core that is in use."), c.Addr, "status", "archived here"))
	}
}

func (v *validator) routes() {
	known := map[addr.Addr]map[addr.Addr]addr.Addr{}
	for i := range v.Routes {
		r := &v.Routes[i]
		v.routeEnds(r)
		if !archived(r.Status) {
			learn(known, r.Entry.To, r.Core.To, r.Addr)
		}
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		if e.BoundTo.Named {
			learn(known, e.Addr, e.BoundTo.To, e.Addr)
		}
		v.leastConnectivity(e, known[e.Addr])
	}
}

// learn notes that an Entry knows a Core, and which object says so.
func learn(known map[addr.Addr]map[addr.Addr]addr.Addr, entry, core, by addr.Addr) {
	if known[entry] == nil {
		known[entry] = map[addr.Addr]addr.Addr{}
	}
	if _, already := known[entry][core]; !already {
		known[entry][core] = by
	}
}

func (v *validator) leastConnectivity(e *Entry, known map[addr.Addr]addr.Addr) {
	if len(known) <= v.MaxCoresPerEntry {
		return
	}
	cores := make([]addr.Addr, 0, len(known))
	for c := range known {
		cores = append(cores, c)
	}
	slices.SortFunc(cores, addr.Compare)
	texts := make([]string, 0, len(cores))
	for _, c := range cores {
		texts = append(texts, c.String())
	}
	d := problem(e.Addr, "", fmt.Sprintf("%s knows %d Cores, and at most %d are allowed", e.Addr, len(known), v.MaxCoresPerEntry),
		fmt.Sprintf("Least connectivity: an Entry that is taken over gives away only the Cores that it knows. By its routes and its binding it knows %s.", strings.Join(texts, ", ")),
		"Remove routes, or raise max_cores_per_entry of the network.")
	for _, c := range cores {
		if by := known[c]; by != e.Addr {
			d = also(d, by, "core", "knows "+c.String())
		}
	}
	v.add(d)
}

func (v *validator) routeEnds(r *Route) {
	if !r.Entry.Named || !r.Core.Named {
		return // the missing attribute was reported where the block is read
	}
	c, e := v.cores[r.Core.To], v.entries[r.Entry.To]
	if !active(r.Status) {
		return
	}
	if c != nil && archived(c.Status) {
		v.archivedEnd(r, "core", c.Addr)
	}
	if e != nil && archived(e.Status) {
		v.archivedEnd(r, "entry", e.Addr)
	}
}

func (v *validator) archivedEnd(r *Route, attribute string, end addr.Addr) {
	v.add(also(problem(r.Addr, attribute, fmt.Sprintf("The active %s ends at the archived %s", r.Addr, end),
		"Nothing answers there.", "Archive the route too, or remove it."), end, "status", "archived here"))
}
