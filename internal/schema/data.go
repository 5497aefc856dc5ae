package schema

import (
	"slices"
	"strings"
)

// Everything is the word for all keys of the network.
const Everything = "network"

// Folders are where the keys of objects lie, right below the network's prefix
// and without their slashes, in the order of the kinds.
func (c *Catalogue) Folders() []string {
	var out []string
	note := func(path string) {
		if first, _, _ := strings.Cut(path, "/"); first != "" && !slices.Contains(out, first) {
			out = append(out, first)
		}
	}
	for i := range c.kinds {
		k := &c.kinds[i]
		if k.Parent == "" {
			note(k.Path)
		}
		for _, p := range k.Beside {
			note(p.Path)
		}
	}
	return out
}

// Collections are the words for whole kinds of keys: that for all, and the
// folders.
func (c *Catalogue) Collections() []string { return append([]string{Everything}, c.Folders()...) }

// Data are the kinds of data that fields are: those of a fixed place first, then
// others as they come.
func (c *Catalogue) Data() []string {
	var found []string
	for i := range c.kinds {
		k := &c.kinds[i]
		for j := range k.Fields {
			if data := k.DataOf(&k.Fields[j]); data != "" && !slices.Contains(found, data) {
				found = append(found, data)
			}
		}
	}
	place := func(data string) int {
		if i := slices.Index(placed(), data); i >= 0 {
			return i
		}
		return len(placed())
	}
	slices.SortStableFunc(found, func(a, b string) int { return place(a) - place(b) })
	return found
}

// placed is the order in which people read who may do what: the network first,
// then its users.
func placed() []string {
	return []string{
		"node configuration", "node status", "node health", "core paths", "node tls", "topology", "cells", "routes", "users", "credentials", "device routes",
	}
}
