package laws

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Law is one thing that holds of every network.
type Law string

// The laws.
const (
	// Marker: an object that has keys has the one by which it exists.
	Marker Law = "marker"
	// Reference: what a key refers to is there, and is of the right kind.
	Reference Law = "reference"
	// Mirror: a link goes both ways.
	Mirror Law = "mirror"
	// Route: routes/<uuid> says what its device says.
	Route Law = "route"
	// Member: a device's Core is one of its user's.
	Member Law = "member"
	// Unique: no two objects have the same domain, number in a cell, UUID or
	// username, and no two devices of one user the same name.
	Unique Law = "unique"
	// Form: a value is spelled as the layout says.
	Form Law = "form"
)

// Broken is a law that does not hold. It is comparable, and equal for as long
// as the same thing is broken in the same way.
type Broken struct {
	Law Law
	// Key is below the network's prefix.
	Key    string
	Detail string
}

// String is a line.
func (b Broken) String() string { return fmt.Sprintf("%s: %s %s", b.Law, b.Key, b.Detail) }

// Check lists the laws that do not hold of the network below a prefix, sorted.
// Keys elsewhere, and keys that no law is about, are passed over. A credential
// is never in the result.
func Check(entries map[string]string, prefix string) []Broken {
	c := &checker{at: map[string]string{}, found: map[Broken]bool{}}
	for key, value := range entries {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			c.at[rest] = value
		}
	}
	holders := map[string][]string{}
	for key, value := range c.at {
		p := strings.Split(key, "/")
		if len(p) > 2 {
			c.judge(key, value, p)
		}
		c.form(key, value, p)
		if claim := c.claim(key, value, p); claim != "" {
			holders[claim] = append(holders[claim], key)
		}
	}
	c.unique(holders)
	return c.sorted()
}

// judge looks at one key by what it is of.
func (c *checker) judge(key, value string, p []string) {
	switch p[0] {
	case "nodes":
		c.node(key, value, p)
	case "cells":
		c.need(Marker, key, "cells/"+p[1]+"/status")
	case "topology":
		c.topology(key, value, p)
	case "paths":
		c.path(key, p)
	case "users":
		c.user(key, value, p)
	case "routes":
		c.deviceRoute(key, value, p)
	}
}

func (c *checker) topology(key, value string, p []string) {
	switch {
	case len(p) != 4:
	case p[1] == "links":
		c.link(key, p[2], p[3])
	case p[1] == "bindings" && p[3] == "core":
		c.is(key, p[2], "entry")
		c.is(key, value, "core")
	}
}

func (c *checker) path(key string, p []string) {
	if len(p) < 4 {
		return
	}
	c.need(Marker, key, "paths/"+p[1]+"/"+p[2]+"/status")
	c.is(key, p[1], "entry")
	c.is(key, p[2], "core")
}

func (c *checker) sorted() []Broken {
	out := make([]Broken, 0, len(c.found))
	for b := range c.found {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Broken) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(string(a.Law), string(b.Law)), strings.Compare(a.Detail, b.Detail))
	})
	return out
}

type checker struct {
	// at holds the network's values by their keys below the prefix.
	at    map[string]string
	found map[Broken]bool
	// devices holds the users of each device, once it is needed.
	devices map[string][]string
}

func (c *checker) fault(law Law, key, format string, args ...any) {
	c.found[Broken{Law: law, Key: key, Detail: fmt.Sprintf(format, args...)}] = true
}

// need says that a key can't be there without another.
func (c *checker) need(law Law, key, needs string) {
	if _, ok := c.at[needs]; !ok {
		c.fault(law, key, "is there without %s", needs)
	}
}

// is says that a key refers to a node of a role.
func (c *checker) is(key, ip, role string) {
	switch found, ok := c.at["nodes/"+ip+"/role"]; {
	case !ok:
		c.fault(Reference, key, "refers to the %s %s, which is not there", role, ip)
	case found != role:
		c.fault(Reference, key, "refers to %s as a %s, which is a %q", ip, role, found)
	}
}

func (c *checker) node(key, value string, p []string) {
	c.need(Marker, key, "nodes/"+p[1]+"/role")
	if len(p) != 3 {
		return
	}
	switch p[2] {
	case "cell_domain":
		c.is(key, p[1], "core")
		c.need(Reference, key, "cells/"+value+"/status")
	case "node_number", "uuid":
		c.is(key, p[1], "core")
	}
}

func (c *checker) link(key, from, to string) {
	c.is(key, from, "core")
	c.is(key, to, "core")
	if from == to {
		c.fault(Reference, key, "joins a Core with itself")
	}
	c.need(Mirror, key, "topology/links/"+to+"/"+from)
}

func (c *checker) user(key, value string, p []string) {
	c.need(Marker, key, "users/"+p[1]+"/username")
	switch {
	case p[2] == "core_nodes" && len(p) == 4:
		c.is(key, p[3], "core")
	case p[2] == "devices" && len(p) > 4:
		c.device(key, value, p)
	}
}

func (c *checker) device(key, value string, p []string) {
	user, uuid := p[1], p[3]
	c.need(Marker, key, "users/"+user+"/devices/"+uuid+"/device")
	if len(p) != 5 {
		return
	}
	route := func(field, want string) {
		if found, ok := c.at["routes/"+uuid+"/"+field]; !ok || found != want {
			c.fault(Route, key, "says %q, and routes/%s/%s is %q, not %q", value, uuid, field, found, want)
		}
	}
	switch p[4] {
	case "core_node":
		c.is(key, value, "core")
		c.need(Member, key, "users/"+user+"/core_nodes/"+value)
		route("core_ip", value)
	case "status":
		if _, placed := c.at["users/"+user+"/devices/"+uuid+"/core_node"]; placed {
			route("status", map[bool]string{true: "active", false: "archived"}[value == "active"])
		}
	}
}

// deviceRoute: a route is there only for a device that has a Core.
func (c *checker) deviceRoute(key, value string, p []string) {
	if c.devices == nil {
		c.devices = map[string][]string{}
		for k := range c.at {
			if q := strings.Split(k, "/"); q[0] == "users" && len(q) == 5 && q[2] == "devices" && q[4] == "core_node" {
				c.devices[q[3]] = append(c.devices[q[3]], q[1])
			}
		}
	}
	if len(c.devices[p[1]]) == 0 {
		c.fault(Route, key, "is there without a device that has a Core")
	}
	if len(p) == 3 && p[2] == "core_ip" {
		c.is(key, value, "core")
	}
}
