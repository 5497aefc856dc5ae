package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Location is what a key is about.
type Location struct {
	// Space is the kind of the object, [Node] for both kinds of nodes.
	Space addr.Kind
	ID    string
	// Parent is the user's id of a device; empty for a key of its route.
	Parent string
	base   base
	// path is what follows the object's prefix.
	path string
}

// Locate finds the object that a key belongs to. ok is false for a key that
// belongs to none: a counter, another program's, a stray one.
func (l Layout) Locate(key string) (Location, bool) {
	rest, ok := strings.CutPrefix(key, l.prefix)
	if !ok {
		return Location{}, false
	}
	kind, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return Location{}, false
	}
	switch kind {
	case "nodes":
		return locate(Node, own, rest)
	case "cells":
		return locate(addr.Cell, own, rest)
	case "topology":
		return locateTopology(rest)
	case "paths":
		return locatePath(rest)
	case "users":
		return locateUser(rest)
	case "routes":
		return locate(addr.Device, routes, rest)
	}
	return Location{}, false
}

func locate(space addr.Kind, b base, rest string) (Location, bool) {
	id, path, ok := strings.Cut(rest, "/")
	if !ok || id == "" || path == "" {
		return Location{}, false
	}
	return Location{Space: space, ID: id, base: b, path: path}, true
}

func locateTopology(rest string) (Location, bool) {
	kind, rest, _ := strings.Cut(rest, "/")
	switch kind {
	case "links":
		return locate(Node, links, rest)
	case "bindings":
		return locate(Node, bindings, rest)
	}
	return Location{}, false
}

func locatePath(rest string) (Location, bool) {
	entry, rest, ok := strings.Cut(rest, "/")
	at, found := locate(addr.Route, own, rest)
	at.ID = entry + "/" + at.ID
	return at, ok && found && entry != ""
}

func locateUser(rest string) (Location, bool) {
	user, ok := locate(addr.User, own, rest)
	if !ok {
		return user, false
	}
	if below, isDevice := strings.CutPrefix(user.path, "devices/"); isDevice {
		if device, ok := locate(addr.Device, own, below); ok {
			device.Parent = user.ID
			return device, true
		}
	}
	return user, true
}
